//! Requests and answers between objects, and from outside.

use std::future::Future;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::core::Core;
use super::world::{Event, Held, World};
use crate::app::ObjectKey;
use crate::error::{Error, ErrorKind, Result};
use crate::host::Peers;
use crate::object::{Answer, Input, Output, Request};

/// Who hears nothing for so long takes it for lost, in microseconds.
const PATIENCE: i64 = 10_000_000;
/// A repeated message arrives this much later, at most.
const LATE: u64 = 120_000_000;

/// Whom an answer is for.
#[derive(Clone)]
pub(super) enum ReplyTo {
    /// A call from outside.
    Outside(u64),
    /// A message of an object's.
    Message(Box<Letter>),
    /// Nobody: the request was a repetition.
    Nobody,
}

/// A message that an object has sent.
#[derive(Clone)]
pub(super) struct Letter {
    from: ObjectKey,
    life: u64,
    message: String,
    /// Of the request: an answer may send it on.
    id: Option<String>,
    actor: String,
}

/// A call from outside that waits for its answer.
#[derive(Default)]
pub(super) struct Waiting {
    pub answer: Option<Result<Answer>>,
}

/// What somebody hears whose question or answer was lost. It may have taken effect.
pub(super) const LOST: &str = "the answer was lost in the simulation";

pub(super) fn lost() -> Error {
    Error::new(ErrorKind::Overloaded, LOST)
}

impl World {
    /// Does what a turn wanted done, now that it is safe.
    pub fn release(&mut self, key: &ObjectKey, held: Held) {
        match held.output {
            Output::Answer(_, answer) => {
                if let Some(reply) = held.reply {
                    self.answer(reply, answer);
                }
            }
            // Nobody listens in the simulation.
            Output::News => {}
            Output::Step(step) => self.begin_step(key, step),
            Output::Cancel { action, attempt } => self.cancel_step(key, &action, attempt),
            Output::Message { id, to, request } => {
                let Some(life) = self.slots.get(key).map(|slot| slot.life) else {
                    // It was closed meanwhile; when it wakes, it sends it again.
                    return;
                };
                let letter = Letter {
                    from: key.clone(),
                    life,
                    message: id,
                    id: request.id.clone(),
                    actor: request.actor.clone(),
                };
                self.send(to, request, ReplyTo::Message(Box::new(letter)));
            }
        }
    }

    /// A message sets out.
    fn send(&mut self, to: ObjectKey, request: Request, reply: ReplyTo) {
        self.stats.messages += 1;
        // Only what can be told apart from its repetition is ever repeated.
        if request.id.is_some() && self.random.permille(self.faults.duplicates) {
            self.stats.faults += 1;
            self.say(format_args!("a message to {to} is repeated"));
            let (to, request) = (to.clone(), request.clone());
            let delay = i64::try_from(self.random.below(LATE)).unwrap_or(0);
            let reply = ReplyTo::Nobody;
            self.after(delay, Event::Deliver { to, request, reply });
        }
        if self.random.permille(self.faults.loss) {
            self.stats.faults += 1;
            self.say(format_args!("a message to {to} is lost"));
            let answer = Err(lost());
            self.after(PATIENCE, Event::Reply { reply, answer });
            return;
        }
        self.soon(self.faults.latency, Event::Deliver { to, request, reply });
    }

    /// An answer sets out.
    pub fn answer(&mut self, reply: ReplyTo, answer: Result<Answer>) {
        match reply {
            ReplyTo::Nobody => {}
            // Who calls from outside is at the door of this process.
            ReplyTo::Outside(_) => self.after(0, Event::Reply { reply, answer }),
            ReplyTo::Message(_) => {
                self.stats.messages += 1;
                if self.random.permille(self.faults.loss) {
                    self.stats.faults += 1;
                    self.say(format_args!("an answer is lost"));
                    let answer = Err(lost());
                    self.after(PATIENCE, Event::Reply { reply, answer });
                } else {
                    self.soon(self.faults.latency, Event::Reply { reply, answer });
                }
            }
        }
    }

    /// An answer arrives.
    pub fn reply(&mut self, reply: ReplyTo, answer: Result<Answer>) {
        match reply {
            ReplyTo::Nobody => {}
            ReplyTo::Outside(call) => {
                if let Some(waiting) = self.calls.get_mut(&call) {
                    waiting.answer.get_or_insert(answer);
                }
            }
            ReplyTo::Message(letter) => {
                let Letter {
                    from,
                    life,
                    message,
                    ..
                } = &*letter;
                if self.slots.get(from).is_none_or(|slot| slot.life != *life) {
                    return;
                }
                let result = match answer {
                    Ok(Answer::Onward { to, ops }) => {
                        let id = letter.id.as_ref().map(|id| format!("{id}/{}", ops.len()));
                        let request = Request {
                            id: id.clone(),
                            actor: letter.actor.clone(),
                            ops,
                        };
                        let letter = Letter { id, ..*letter };
                        self.send(to, request, ReplyTo::Message(Box::new(letter)));
                        return;
                    }
                    Ok(Answer::Done(value)) => Ok(value),
                    Err(error) => Err(error),
                };
                self.say(format_args!(
                    "{from} hears of its message {message}: {}",
                    result.as_ref().map_or_else(Error::message, |_| "done")
                ));
                let (from, id) = (from.clone(), message.clone());
                self.turn(&from, Input::MessageDone { id, result }, None);
            }
        }
    }
}

/// Reaches the objects of a simulation.
#[derive(Clone)]
pub struct SimPeers(pub(super) Rc<Core>);

impl std::fmt::Debug for SimPeers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SimPeers")
    }
}

impl Peers for SimPeers {
    fn call(&self, to: ObjectKey, request: Request) -> impl Future<Output = Result<Answer>> {
        let core = self.0.clone();
        let mut asked = Some((to, request));
        let mut call = Call { core, number: None };
        std::future::poll_fn(move |cx| {
            if let Some((to, request)) = asked.take() {
                call.number = Some(call.core.ask(to, request));
            }
            call.poll(cx)
        })
    }
}

/// A call that was made. If nobody waits for it any more, its answer goes nowhere.
struct Call {
    core: Rc<Core>,
    number: Option<u64>,
}

impl Call {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Answer>> {
        let Some(number) = self.number else {
            return Poll::Pending;
        };
        if let Some(answer) = self.core.answer_of(number) {
            self.number = None;
            return Poll::Ready(answer);
        }
        self.core.step_for(cx);
        Poll::Pending
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            self.core.forget(number);
        }
    }
}
