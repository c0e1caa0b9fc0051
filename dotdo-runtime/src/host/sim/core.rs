//! The simulation as something that can be driven: one event at a time, by whichever future of the test's waits.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::sync::Arc;
use std::task::{Context, Poll};

use super::mocks::Standins;
use super::network::{ReplyTo, Waiting, lost};
use super::steps::Ready;
use super::world::{Event, World};
use crate::app::ObjectKey;
use crate::error::Result;
use crate::object::{Answer, Request};

/// So many events without an end mean that there is none.
const MOST_EVENTS: u64 = 20_000_000;

pub(super) struct Core {
    pub world: RefCell<World>,
    pub ready: Arc<Ready>,
    pub standins: Standins,
}

impl Core {
    pub fn new(world: World) -> Self {
        Self {
            world: RefCell::new(world),
            ready: Arc::default(),
            standins: Standins::default(),
        }
    }

    /// Lets the next thing happen, unless that is later than the limit. False if nothing did.
    pub fn step(&self, limit: Option<i64>) -> bool {
        let event = {
            let mut world = self.world.borrow_mut();
            for step in self.ready.take() {
                world.after(0, Event::Step(step));
            }
            match world.queue.next() {
                Some(at) if limit.is_none_or(|limit| at <= limit) => {}
                _ => return false,
            }
            let Some((at, event)) = world.queue.take() else {
                return false;
            };
            let now = world.now().max(at);
            world.set_now(now);
            event
        };
        if let Event::Step(step) = event {
            self.poll_step(step);
        } else {
            self.world.borrow_mut().happen(event);
        }
        self.world.borrow_mut().chaos();
        true
    }

    /// One step on behalf of a future that waits for something to happen.
    pub fn step_for(&self, cx: &mut Context<'_>) {
        assert!(
            self.step(None),
            "a call waits for its answer, and nothing is under way that could give it"
        );
        cx.waker().wake_by_ref();
    }

    /// Lets everything happen up to an instant, and stops there.
    pub async fn run_until(&self, limit: i64) {
        while self.step(Some(limit)) {
            give_way().await;
        }
        let mut world = self.world.borrow_mut();
        if world.now() < limit {
            world.set_now(limit);
        }
    }

    /// Lets everything happen that is under way; what waits for its time is left alone. A step that waits for the real
    /// world is waited for, if that is wanted.
    pub async fn settle(&self, wait_for_steps: bool) {
        for _ in 0..MOST_EVENTS {
            if self.has_work() {
                self.step(None);
                give_way().await;
            } else if wait_for_steps && self.world.borrow().has_running_steps() {
                poll_fn(|cx| self.ready.wait(cx)).await;
            } else {
                return;
            }
        }
        panic!("it does not come to rest: {MOST_EVENTS} events, and still more are under way");
    }

    /// Whether anything can happen now, or is on its way.
    fn has_work(&self) -> bool {
        let world = self.world.borrow();
        let now = world.now();
        world.queue.has_work()
            || world.queue.next().is_some_and(|at| at <= now)
            || !self.ready.is_empty()
    }

    /// Moves the clock at once, past everything that is due on the way.
    pub fn skip(&self, micros: i64) {
        let mut world = self.world.borrow_mut();
        let now = world.now().saturating_add(micros);
        world.say(format_args!("the clock jumps"));
        world.set_now(now);
    }

    pub fn ask(&self, to: ObjectKey, request: Request) -> u64 {
        let mut world = self.world.borrow_mut();
        let number = world.next_call;
        world.next_call += 1;
        world.calls.insert(number, Waiting::default());
        let reply = ReplyTo::Outside(number);
        world.after(0, Event::Deliver { to, request, reply });
        number
    }

    pub fn answer_of(&self, number: u64) -> Option<Result<Answer>> {
        let mut world = self.world.borrow_mut();
        let answer = world.calls.get_mut(&number)?.answer.take()?;
        world.calls.remove(&number);
        Some(answer)
    }

    pub fn forget(&self, number: u64) {
        // Whoever drops a call may do so while the simulation is at work.
        if let Ok(mut world) = self.world.try_borrow_mut() {
            world.calls.remove(&number);
        }
    }
}

impl World {
    fn happen(&mut self, event: Event) {
        match event {
            Event::Deliver { to, request, reply } => {
                if self.up {
                    self.deliver(&to, request, reply);
                } else if matches!(reply, ReplyTo::Outside(_)) {
                    self.answer(reply, Err(lost()));
                }
            }
            Event::Reply { reply, answer } => self.reply(reply, answer),
            Event::Synced { key, life, marks } => self.synced(&key, life, marks),
            Event::Wake(key) if self.up => self.wake(&key),
            Event::Alarm(key) if self.up => self.alarm(&key),
            Event::Wake(_) | Event::Alarm(_) | Event::Step(_) => {}
            Event::StepDone { step, result } => self.step_done(step, result),
            Event::Up => self.start(),
            Event::Room => {
                self.say(format_args!("the disk has room again"));
                self.disk.set_full(false);
            }
        }
    }
}

/// Lets the other futures of the test have a turn.
fn give_way() -> impl Future<Output = ()> {
    let mut given = false;
    poll_fn(move |cx| {
        if std::mem::replace(&mut given, true) {
            Poll::Ready(())
        } else {
            cx.waker().wake_by_ref();
            Poll::Pending
        }
    })
}
