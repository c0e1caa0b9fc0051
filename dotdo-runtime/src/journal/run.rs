//! A flow that is being run, as its own code sees it.

use std::cell::RefCell;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::command::deed_name;
use super::{Act, Command, Durability, Stray, Undo, Undoer, Wanted};
use crate::app::ObjectKey;
use crate::effect::{Deed, Options};
use crate::error::{Error, Result};
use crate::form::FormDef;
use crate::json::Json;
use crate::maps::Named;
use crate::store::actions::{Action, Kind};
use crate::value::Value;

/// What a flow waits for is soon there, or it may take days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wait {
    Short,
    Long,
}

impl Wait {
    const fn of(kind: Kind) -> Self {
        match kind {
            Kind::Step | Kind::Call | Kind::Verb | Kind::Value => Self::Short,
            Kind::Flow | Kind::Sleep | Kind::Ask | Kind::Wait => Self::Long,
        }
    }
}

/// What the journal says of an entry, to be compared with what the code asks for.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub kind: Kind,
    pub version: u32,
    pub schema: Option<String>,
    has_undo: bool,
}

/// A flow that is being run, as its own code sees it. Clones are the same run.
#[doc(hidden)]
#[derive(Clone)]
pub struct Run {
    inner: Rc<Inner>,
    /// What the keys of this scope begin with: empty, or `all#0.1/`.
    scope: Rc<str>,
}

struct Inner {
    _counted: Counted,
    id: String,
    /// The version of the function that began the run.
    version: u32,
    key: ObjectKey,
    /// The id of the thing whose object this is; empty in the tenant's object.
    this: String,
    state: RefCell<State>,
}

struct State {
    now: DateTime<Utc>,
    /// How often each name has occurred, by scope and name.
    occurrences: Named<u32>,
    results: Named<Result<Json>>,
    /// What has been asked for and has no result.
    waiting: Named<Wait>,
    commands: Vec<Command>,
    /// The forms that were asked for, by key.
    forms: Named<&'static FormDef>,
    /// Which events are waited for, by key.
    wanted: Named<Wanted>,
    /// How what was asked for can be undone, by key.
    undoers: Named<Undoer>,
    /// What can be undone from now on and has not been written down.
    undos: Vec<(String, Undo)>,
    /// What the journal held when the flow was revived, and the code has not asked for again.
    stored: Named<Entry>,
    /// The last thing whose result the code was given.
    last: Option<String>,
    /// Where journal and code part.
    stray: Option<Stray>,
}

static IN_MEMORY: AtomicUsize = AtomicUsize::new(0);

/// Counts for as long as it lives.
struct Counted(());

impl Counted {
    fn new() -> Self {
        IN_MEMORY.fetch_add(1, Ordering::Relaxed);
        Self(())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        IN_MEMORY.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How many flows of this process are in memory. A flow that waits for time, people or other flows is a row.
pub fn runs_in_memory() -> usize {
    IN_MEMORY.load(Ordering::Relaxed)
}

impl Run {
    pub(crate) fn new(
        flow: &Action,
        key: &ObjectKey,
        now: DateTime<Utc>,
        journal: Vec<Action>,
    ) -> Self {
        let mut state = State {
            now,
            occurrences: Named::new(),
            results: Named::new(),
            waiting: Named::new(),
            commands: Vec::new(),
            forms: Named::new(),
            wanted: Named::new(),
            undoers: Named::new(),
            undos: Vec::new(),
            stored: Named::new(),
            last: None,
            stray: None,
        };
        for action in journal {
            let result = action.result();
            let Some(key) = action.key else { continue };
            if Undo::is_key(&key) {
                continue;
            }
            let entry = Entry {
                kind: action.kind,
                version: action.version,
                schema: action.schema,
                has_undo: action.undo.is_some(),
            };
            state.stored.insert(key.clone(), entry);
            // What was sent is not waited for.
            if action.durability == Durability::Send {
                state.results.insert(key, Ok(Json::null()));
            } else if let Some(result) = result {
                state.results.insert(key, result);
            } else {
                state.waiting.insert(key, Wait::of(action.kind));
            }
        }
        let this = key
            .thing
            .as_ref()
            .map(|(_, id)| id.clone())
            .unwrap_or_default();
        Self {
            inner: Rc::new(Inner {
                _counted: Counted::new(),
                id: flow.id.clone(),
                version: flow.version,
                key: key.clone(),
                this,
                state: RefCell::new(state),
            }),
            scope: Rc::from(""),
        }
    }

    /// The same run in a scope of its own.
    pub(super) fn scoped(&self, scope: &str) -> Self {
        Self {
            inner: self.inner.clone(),
            scope: Rc::from(scope),
        }
    }

    pub(crate) fn id(&self) -> &str {
        &self.inner.id
    }
    pub(crate) fn version(&self) -> u32 {
        self.inner.version
    }
    pub(crate) fn object(&self) -> &ObjectKey {
        &self.inner.key
    }
    pub(crate) fn this(&self) -> &str {
        &self.inner.this
    }
    pub(crate) fn set_now(&self, now: DateTime<Utc>) {
        self.inner.state.borrow_mut().now = now;
    }

    /// Hands over a result. If it can be undone, how is computed now, while the code is at hand.
    pub(crate) fn give(&self, key: &str, result: Result<Json>) {
        let undoer = {
            let mut state = self.inner.state.borrow_mut();
            state.waiting.remove(key);
            state.wanted.remove(key);
            state.results.insert(key.to_owned(), result.clone());
            state.undoers.remove(key)
        };
        if let (Some(undoer), Ok(json)) = (undoer, result) {
            let undo = Undo::of(undoer, json);
            let mut state = self.inner.state.borrow_mut();
            state.undos.push((key.to_owned(), undo));
        }
    }

    pub(crate) fn wait(&self, key: &str, kind: Kind) {
        let mut state = self.inner.state.borrow_mut();
        state.waiting.insert(key.to_owned(), Wait::of(kind));
    }
    pub(crate) fn is_waiting(&self) -> bool {
        !self.inner.state.borrow().waiting.is_empty()
    }

    /// Whether the run can be dropped from memory: what it waits for may take long, and replaying it costs little.
    pub(crate) fn is_dormant(&self) -> bool {
        /// Replaying so many entries takes well under a millisecond.
        const CHEAP: usize = 256;
        let state = self.inner.state.borrow();
        state.results.len() <= CHEAP && state.waiting.things().all(|wait| *wait == Wait::Long)
    }

    /// The key of the last thing whose result the code was given.
    pub(crate) fn last(&self) -> Option<String> {
        self.inner.state.borrow().last.clone()
    }

    pub(crate) fn take_commands(&self) -> Vec<Command> {
        std::mem::take(&mut self.inner.state.borrow_mut().commands)
    }

    pub(crate) fn take_undos(&self) -> Vec<(String, Undo)> {
        std::mem::take(&mut self.inner.state.borrow_mut().undos)
    }

    /// The form that was asked for under a key.
    pub(crate) fn form(&self, key: &str) -> Option<&'static FormDef> {
        self.inner.state.borrow().forms.get(key).copied()
    }

    /// Which events are waited for under a key.
    pub(crate) fn wanted(&self, key: &str) -> Option<Wanted> {
        self.inner.state.borrow().wanted.get(key).cloned()
    }

    /// Where the journal and the code part, once the code has been polled with all that the journal holds.
    pub(crate) fn stray(&self) -> Option<Stray> {
        let mut state = self.inner.state.borrow_mut();
        if let Some(stray) = state.stray.take() {
            return Some(stray);
        }
        let (key, entry) = state.stored.first()?;
        let asked = state.commands.first();
        Some(Stray::left_over(key, entry, asked))
    }

    /// The next journal key of a name: `charge#0`, `charge#1`, …
    pub(super) fn next_key(&self, name: &str) -> String {
        let mut state = self.inner.state.borrow_mut();
        let scoped = format!("{}{name}", self.scope);
        let count = state.occurrences.get_or(scoped, 0);
        let key = format!("{}{name}#{count}", self.scope);
        *count += 1;
        key
    }

    pub(crate) fn ask<T: Value>(
        &self,
        act: Act,
        options: Options,
        durability: Durability,
    ) -> Journaled<T> {
        self.ask_undoably(act, options, durability, None)
    }

    pub(crate) fn ask_undoably<T: Value>(
        &self,
        act: Act,
        options: Options,
        durability: Durability,
        undoer: Option<Undoer>,
    ) -> Journaled<T> {
        let key = self.next_key(&act.name());
        if let Act::Deed(Deed::Ask(spec)) = &act {
            let mut state = self.inner.state.borrow_mut();
            state.forms.insert(key.clone(), spec.form);
        }
        Journaled {
            run: self.clone(),
            command: Some(Command {
                key: key.clone(),
                act,
                options,
                durability,
                schema: Some(T::SHAPE.model().to_string()),
            }),
            undoer,
            key,
            output: PhantomData,
        }
    }

    /// Leaves a command that nobody waits for.
    pub(crate) fn send(&self, deed: Deed, options: Options) {
        let key = self.next_key(&format!("send {}", deed_name(&deed)));
        let mut state = self.inner.state.borrow_mut();
        state.stored.remove(&key);
        if !state.results.contains(&key) && !state.waiting.contains(&key) {
            state.commands.push(Command {
                key,
                act: Act::Deed(deed),
                options,
                durability: Durability::Send,
                schema: None,
            });
        }
    }

    /// Passes over an entry that earlier code made.
    pub(crate) fn removed(&self, name: &str) {
        let key = self.next_key(name);
        let mut state = self.inner.state.borrow_mut();
        state.stored.remove(&key);
        state.waiting.remove(&key);
    }

    /// Which branch of several has decided what comes of all, if one has.
    pub(super) fn decided(&self, key: &str) -> Option<usize> {
        let mut state = self.inner.state.borrow_mut();
        state.stored.remove(key);
        let result = state.results.get(key)?;
        result.as_ref().ok()?.read().ok()
    }

    /// Lets a branch decide: the others are given up, with all that they have asked for.
    pub(super) fn decide(&self, key: &str, winner: usize, losers: Vec<String>) {
        self.give_up(&losers);
        let mut state = self.inner.state.borrow_mut();
        state.commands.push(Command {
            key: key.to_owned(),
            act: Act::Decide { winner, losers },
            options: Options::default(),
            durability: Durability::Run,
            schema: Some("integer".to_owned()),
        });
    }

    /// Forgets what branches that were given up have asked for.
    pub(super) fn give_up(&self, losers: &[String]) {
        let mut state = self.inner.state.borrow_mut();
        let lost = |key: &str| losers.iter().any(|scope| key.starts_with(scope.as_str()));
        state.commands.retain(|command| !lost(&command.key));
        state.waiting.retain(|key| !lost(key));
        state.stored.retain(|key| !lost(key));
    }
}

/// The future of something that a flow asked for.
#[must_use = "nothing happens until it is awaited"]
pub struct Journaled<T> {
    run: Run,
    key: String,
    command: Option<Command>,
    undoer: Option<Undoer>,
    output: PhantomData<fn() -> T>,
}

impl<T> Journaled<T> {
    /// The time limit of each attempt.
    pub fn within(mut self, limit: Duration) -> Self {
        if let Some(command) = &mut self.command {
            command.options.within = Some(limit);
        }
        self
    }
}

impl<T: Value> Future for Journaled<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<T>> {
        let (command, undoer) = (self.command.take(), self.undoer.take());
        let run = self.run.clone();
        let mut state = run.inner.state.borrow_mut();
        let stored = state.stored.remove(&self.key);
        if let (Some(entry), Some(command)) = (&stored, &command)
            && let Some(stray) = Stray::of_version(&self.key, entry, command)
        {
            state.stray.get_or_insert(stray);
            return Poll::Pending;
        }
        if let Some(result) = state.results.get(&self.key).cloned() {
            state.last = Some(self.key.clone());
            let value = match result {
                Ok(json) => match json.read::<T>() {
                    Ok(value) => {
                        if let (Some(undoer), false) =
                            (undoer, stored.is_some_and(|entry| entry.has_undo))
                        {
                            let undo = Undo::of(undoer, json);
                            state.undos.push((self.key.clone(), undo));
                        }
                        Ok(value)
                    }
                    Err(error) => match (stored, command) {
                        // An entry of earlier code: the flow is not to fail because its program changed.
                        (Some(entry), Some(command)) => {
                            let stray = Stray::of_schema(&self.key, &entry, &command, &error);
                            state.stray.get_or_insert(stray);
                            return Poll::Pending;
                        }
                        _ => Err(error.exhausted().context(format_args!(
                            "the journaled result of `{}` does not fit",
                            self.key
                        ))),
                    },
                },
                Err(error) => Err(error),
            };
            return Poll::Ready(value);
        }
        if let Some(undoer) = undoer {
            state.undoers.insert(self.key.clone(), undoer);
        }
        if let Some(Command {
            act: Act::Wait(expected),
            ..
        }) = &command
        {
            let wanted = expected.wanted.clone();
            state.wanted.insert(self.key.clone(), wanted);
        }
        if let Some(command) = command
            && !state.waiting.contains(&self.key)
        {
            state.commands.push(command);
        }
        Poll::Pending
    }
}

impl std::fmt::Debug for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Run({}{})", self.inner.id, self.scope)
    }
}

/// The error of what was given up because something else decided.
pub(crate) fn given_up(why: impl std::fmt::Display) -> Error {
    Error::permanent(format_args!("given up: {why}"))
}
