//! The object of an instance: opened with the first call or alarm, and anew after the storage failed.

use std::cell::Cell as StdCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use chrono::{DateTime, Utc};

use super::database::{Border, Database};
use super::inner::Reply;
use super::instance::{Done, log};
use super::outside::{Objects, Say, doing, say};
use super::tasks::{Task, Tasks};
use crate::app::{App, ObjectKey};
use crate::door::Feed;
use crate::error::{Error, Result};
use crate::host::{Env, Sql, ask};
use crate::json;
use crate::maps::Few;
use crate::object::{Answer, Input, Object, Output, Request, StepStart};
use crate::rooms;
use crate::store::meta;
use crate::stub::Op;
use crate::value::CellRef;

/// While work is under way, the object is woken after this: if it has gone meanwhile, the work is taken up again.
const WATCH: i64 = 10 * 1_000_000;
/// A failing storage is tried again after this.
const STORAGE_RETRY: i64 = 1_000_000;

pub(super) struct Slot {
    app: &'static App,
    database: Rc<Database<Border>>,
    env: Rc<ObjectEnv>,
    object: Option<Object>,
    /// The action whose code stopped the last instance, and what it said.
    stopped: Option<(String, String)>,
    /// The alarm that the platform keeps, as far as it is known.
    alarm: Option<i64>,
    /// Who waits for an answer, by the numbers that the object knows them by.
    callers: Few<u64, Caller>,
    last: u64,
    /// Since flows went on, there was a turn.
    turned: bool,
}

/// Who waits for an answer.
pub(super) enum Caller {
    /// Somebody outside, by the shim's number for the call.
    Outside(i64),
    /// Somebody who listens.
    Listener(i64, Feed),
    /// The door in this instance.
    Door(Reply),
}

#[derive(Default)]
struct ObjectEnv {
    /// When the object wants to be woken, and whether work is under way.
    wanted: StdCell<(Option<i64>, bool)>,
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "microseconds since 1970 are far below 2^53"
)]
fn now() -> i64 {
    dotdo_wasm::now() as i64
}

impl Env for ObjectEnv {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(now()).unwrap_or_default()
    }

    fn random(&self) -> u128 {
        dotdo_wasm::random()
    }

    fn arm(&self, at: Option<DateTime<Utc>>, busy: bool) -> Result<()> {
        self.wanted.set((at.map(|at| at.timestamp_micros()), busy));
        Ok(())
    }
}

/// The object was never made, and its creation was refused.
fn blank() -> Error {
    Error::internal("an object that was not made is not kept")
}

impl Slot {
    pub fn new(app: &'static App) -> Self {
        Self {
            app,
            database: Rc::default(),
            env: Rc::default(),
            object: None,
            stopped: None,
            alarm: None,
            callers: Few::new(),
            last: 0,
            turned: false,
        }
    }

    /// Somebody who listens asks for what is new.
    pub fn listen(&mut self, call: i64, feed: &str, tasks: &mut Tasks<Done>) -> Result<()> {
        let feed: Feed = json::read(feed)?;
        let (key, request) = (feed.object.clone(), feed.request());
        if let Err(error) = self.open(&key, tasks) {
            return answer(call, &Err(error));
        }
        let token = self.expect(Caller::Listener(call, feed));
        self.turn(Input::Request(request, token), tasks);
        Ok(())
    }

    /// Somebody waits for an answer from now on.
    fn expect(&mut self, caller: Caller) -> u64 {
        self.last += 1;
        self.callers.insert(self.last, caller);
        self.last
    }

    /// Tells who waits for it.
    fn tell(&mut self, token: u64, result: Result<Answer>) {
        let told = match self.callers.remove(&token) {
            Some(Caller::Outside(call)) => answer(call, &result),
            Some(Caller::Listener(call, feed)) => self.tell_news(call, feed, result),
            Some(Caller::Door(reply)) => {
                reply.give(result);
                Ok(())
            }
            None => Ok(()),
        };
        if let Err(error) = told {
            log("error", error.message());
        }
    }

    /// Tells the shim what is new to somebody who listens, and how far that is; and if there is more.
    fn tell_news(&self, call: i64, mut feed: Feed, result: Result<Answer>) -> Result<()> {
        let batch = match result {
            Ok(Answer::Done(page)) => feed.take(self.app, &page),
            Ok(Answer::Onward { .. }) => Err(Error::internal("events are elsewhere")),
            Err(error) => Err(error),
        };
        let batch = match batch {
            Ok(batch) => batch,
            Err(error) => return answer(call, &Err(error)),
        };
        let feed = json::Json::of(&feed)?;
        let more = CellRef::Integer(batch.more.into());
        let mut cells = vec![CellRef::Integer(call), feed.text().into(), more];
        cells.extend(batch.texts.iter().map(CellRef::from));
        say(Say::Answer, &cells);
        Ok(())
    }

    /// A request, or only a wake.
    pub fn call(
        &mut self,
        call: i64,
        key: &str,
        request: Option<String>,
        tasks: &mut Tasks<Done>,
    ) -> Result<()> {
        let read = || {
            Ok((
                json::read(key)?,
                request.as_deref().map(json::read).transpose()?,
            ))
        };
        match read() {
            Ok((key, Some(request))) => {
                self.perform(Caller::Outside(call), &key, request, tasks);
                Ok(())
            }
            Ok((key, None)) => {
                let opened = self.open(&key, tasks);
                answer(call, &opened.map(|()| Answer::Done(json::Json::null())))
            }
            Err(error) => answer(call, &Err(error)),
        }
    }

    /// Performs a request, and tells who asked what came of it.
    pub fn perform(
        &mut self,
        caller: Caller,
        key: &ObjectKey,
        request: Request,
        tasks: &mut Tasks<Done>,
    ) {
        let token = self.expect(caller);
        if let Err(error) = self.take(token, key, request, tasks) {
            self.tell(token, Err(error));
        }
    }

    fn take(
        &mut self,
        token: u64,
        key: &ObjectKey,
        request: Request,
        tasks: &mut Tasks<Done>,
    ) -> Result<()> {
        let first = request.ops.first();
        let (writes, creates) = (
            first.is_some_and(|op| !op.is_read()),
            first.is_some_and(Op::creates),
        );
        let input = Input::Request(request, token);
        if self.object.is_some() || self.identity()?.is_some() {
            self.open(key, tasks)?;
            self.turn(input, tasks);
            return Ok(());
        }
        // A tenant begins with the first thing somebody does there, an object with its creation.
        match &key.thing {
            None if key.tenant == self.app.domain() || writes => {
                self.open(key, tasks)?;
                self.turn(input, tasks);
                Ok(())
            }
            Some(_) if creates => self.begin(key, input, tasks),
            Some((noun, id)) => Err(Error::not_found(format_args!("there is no {noun}/{id}"))),
            None => Err(Error::not_found(format_args!(
                "there is no tenant `{}` yet; it begins with the first thing that is made there",
                key.tenant
            ))),
        }
    }

    /// A new object: if its creation is refused, nothing of it is kept.
    fn begin(&mut self, key: &ObjectKey, input: Input, tasks: &mut Tasks<Done>) -> Result<()> {
        let mut input = Some(input);
        let mut outputs = Vec::new();
        let (app, database, env) = (self.app, self.database.clone(), self.env.clone());
        let mut made = None;
        let mut refused = false;
        let kept = self.database.transaction(&mut || {
            let (mut object, opened) =
                Object::open(app, key.clone(), database.clone(), env.clone())?;
            outputs = opened;
            outputs.extend(
                input
                    .take()
                    .into_iter()
                    .flat_map(|input| object.begin(input)),
            );
            refused = object.is_blank();
            if refused {
                return Err(blank());
            }
            made = Some(object);
            Ok(())
        });
        match kept {
            Ok(()) => self.object = made,
            Err(_) if refused => {
                self.env.wanted.set((None, false));
                outputs.retain(|output| matches!(output, Output::Answer(..)));
            }
            Err(error) => {
                self.env.wanted.set((None, false));
                return Err(error);
            }
        }
        self.after(outputs, tasks);
        self.turned = true;
        Ok(())
    }

    /// Whether this is the object of a key, as far as that is known.
    pub fn is(&self, key: &ObjectKey) -> bool {
        match &self.object {
            Some(object) => object.key() == key,
            None => self.identity().is_ok_and(|own| own.as_ref() == Some(key)),
        }
    }

    /// The key under which the object was made, if it was.
    fn identity(&self) -> Result<Option<ObjectKey>> {
        if !meta::has_tables(&*self.database)? {
            return Ok(None);
        }
        let identity = meta::get(&*self.database, "identity")?;
        identity.map(|text| json::read(&text)).transpose()
    }

    fn open(&mut self, key: &ObjectKey, tasks: &mut Tasks<Done>) -> Result<()> {
        if self.object.is_some() {
            return Ok(());
        }
        let (app, key) = (self.app, key.clone());
        let (database, env) = (self.database.clone(), self.env.clone());
        let (object, outputs) = match self.stopped.take() {
            None => Object::open(app, key, database, env)?,
            Some((action, text)) => {
                let error = Error::internal(format_args!("the code panicked: {text}"));
                Object::open_after(app, key, database, env, (&action, error))?
            }
        };
        self.object = Some(object);
        self.after(outputs, tasks);
        if self.object.is_some() {
            Ok(())
        } else {
            Err(Error::new(
                crate::error::ErrorKind::Storage,
                "the storage failed",
            ))
        }
    }

    /// The last instance stopped. If it ran the code of an action, that has failed.
    pub fn stopped(&mut self, action: Option<String>, text: &str) {
        self.stopped = action.map(|action| (action, text.to_owned()));
    }

    pub fn alarm(&mut self, tasks: &mut Tasks<Done>) -> Result<()> {
        self.alarm = None;
        let opened = match &self.object {
            Some(_) => Ok(()),
            None => match self.identity() {
                Ok(Some(key)) => self.open(&key, tasks),
                // Its creation never committed.
                Ok(None) => return Ok(()),
                Err(error) => Err(error),
            },
        };
        match opened {
            Ok(()) => self.turn(Input::Alarm, tasks),
            Err(error) => {
                self.retry_later();
                log("error", error.message());
            }
        }
        Ok(())
    }

    /// A step or a message is done.
    pub fn done(&mut self, done: Done, tasks: &mut Tasks<Done>) {
        let input = match done {
            Done::Step {
                action,
                attempt,
                result,
            } => Input::StepDone {
                action,
                attempt,
                result,
            },
            Done::Message { id, result } => Input::MessageDone { id, result },
            Done::Http { .. } | Done::Woken => return,
        };
        self.turn(input, tasks);
    }

    fn turn(&mut self, input: Input, tasks: &mut Tasks<Done>) {
        if let Some(object) = &mut self.object {
            let outputs = object.begin(input);
            self.after(outputs, tasks);
        }
        self.turned = true;
    }

    /// Whether flows may have been set going.
    pub fn has_to_go_on(&self) -> bool {
        self.turned
    }

    /// Lets the flows go on that a turn has set going.
    pub fn go_on(&mut self, tasks: &mut Tasks<Done>) {
        self.turned = false;
        if let Some(object) = &mut self.object {
            let outputs = object.go_on();
            self.after(outputs, tasks);
        }
    }

    /// Carries out what a turn caused. The platform holds it back until what was written is safe.
    fn after(&mut self, outputs: Vec<Output>, tasks: &mut Tasks<Done>) {
        for output in outputs {
            match output {
                Output::Answer(token, result) => self.tell(token, result),
                Output::News => say(Say::News, &[]),
                Output::Step(step) if rooms::FLOWS => self.step(step, tasks),
                Output::Step(_) => {}
                Output::Cancel { action, attempt } => tasks.cancel(&name(&action, attempt)),
                Output::Message { id, to, request } => tasks.add(
                    format!("message/{id}"),
                    Box::pin(async move {
                        let result = ask(&Objects::default(), to, request).await;
                        Done::Message { id, result }
                    }),
                ),
            }
        }
        let failed = self.object.as_mut().and_then(Object::take_storage_failure);
        if let Some(error) = failed {
            log("error", error.message());
            // What is in memory may be ahead of the storage, so it is taken up again from there.
            self.object = None;
            tasks.clear();
            self.retry_later();
        }
    }

    fn step(&self, step: StepStart, tasks: &mut Tasks<Done>) {
        let StepStart {
            action, attempt, ..
        } = step.clone();
        let def = self.app.step(&step.name);
        tasks.add(
            name(&action, attempt),
            Told::of(step.action.clone(), async move {
                let result = match def {
                    Some(def) => step.run(def).await,
                    None => Err(Error::permanent(format_args!(
                        "this program has no step named `{}`",
                        step.name
                    ))),
                };
                Done::Step {
                    action,
                    attempt,
                    result,
                }
            }),
        );
    }

    fn retry_later(&self) {
        self.env.wanted.set((Some(now() + STORAGE_RETRY), false));
    }

    /// Brings the platform's alarm in line with what the object wants, in the same synchronous slice as what it wrote, so
    /// that both are kept or neither. Only what makes it earlier is told: an alarm that comes too early is told then when
    /// it should have come, which costs less than to write it with every turn.
    pub fn settle_alarm(&mut self) {
        let (at, busy) = self.env.wanted.get();
        let watch = busy.then(|| now() + WATCH);
        let Some(wanted) = at.into_iter().chain(watch).min() else {
            return;
        };
        if self.alarm.is_none_or(|known| wanted < known) {
            say(Say::Wake, &[CellRef::Integer(wanted)]);
            self.alarm = Some(wanted);
        }
    }
}

/// A step that says whose code it is whenever it is polled.
struct Told(String, Task<Done>);

impl Told {
    fn of(action: String, step: impl Future<Output = Done> + 'static) -> Task<Done> {
        Box::pin(Self(action, Box::pin(step)))
    }
}

impl Future for Told {
    type Output = Done;
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        doing(Some(&self.0));
        let polled = self.1.as_mut().poll(cx);
        doing(None);
        polled
    }
}

/// What a step's task is called.
fn name(action: &str, attempt: u32) -> String {
    format!("step/{action}/{attempt}")
}

fn answer(call: i64, result: &Result<Answer>) -> Result<()> {
    let text = json::Json::of(result)?;
    say(Say::Answer, &[CellRef::Integer(call), text.text().into()]);
    Ok(())
}
