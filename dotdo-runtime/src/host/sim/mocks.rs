//! What a test puts in the place of a step.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use serde::de::DeserializeOwned;

use crate::effect::StepFn;
use crate::error::{Error, Result};
use crate::json::Json;
use crate::value::Value;

type Body = Rc<dyn Fn(&Json) -> Result<Json>>;

/// What stands in for a step, and what it has been asked.
#[derive(Default)]
pub(super) struct Standin {
    pub body: Option<Body>,
    pub taking: Duration,
    /// The calls, by number from 1, that fail.
    pub failures: BTreeMap<usize, Error>,
    pub calls: Vec<(String, Json)>,
}

pub(super) type Standins = Rc<RefCell<BTreeMap<String, Standin>>>;

/// A step that a test watches.
pub struct Mock<S> {
    pub(super) name: String,
    pub(super) standins: Standins,
    pub(super) step: std::marker::PhantomData<fn() -> S>,
}

impl<S> std::fmt::Debug for Mock<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Mock({}, called {} times)", self.name, self.count())
    }
}

impl<S> Mock<S> {
    /// Puts this in the place of the step, untyped: an object of the arguments by name, and what it returns.
    pub fn with_json(self, body: impl Fn(&Json) -> Result<Json> + 'static) -> Self {
        self.change(|standin| standin.body = Some(Rc::new(body)));
        self
    }

    /// How many attempts were made; a repetition with the same `StepKey` counts again.
    pub fn count(&self) -> usize {
        self.change(|standin| standin.calls.len())
    }

    /// How many different steps were run: attempts with one `StepKey` are one.
    pub fn distinct(&self) -> usize {
        self.keys()
            .into_iter()
            .collect::<std::collections::BTreeSet<_>>()
            .len()
    }

    /// The `StepKey` of each attempt, in order.
    pub fn keys(&self) -> Vec<String> {
        self.change(|standin| standin.calls.iter().map(|(key, _)| key.clone()).collect())
    }

    /// Each attempt takes so long on the simulated clock.
    pub fn taking(self, duration: Duration) -> Self {
        self.change(|standin| standin.taking = duration);
        self
    }

    /// The `nth` attempt from now (1 is the next) fails with this, and is tried again by the step's policy.
    pub fn fail_nth(&self, nth: usize, message: impl std::fmt::Display) -> &Self {
        let error = Error::from(std::io::Error::other(message.to_string()));
        self.fail_nth_with(nth, error)
    }

    /// The `nth` attempt from now (1 is the next) fails with this error.
    pub fn fail_nth_with(&self, nth: usize, error: Error) -> &Self {
        self.change(|standin| {
            let place = standin.calls.len() + nth.max(1);
            standin.failures.insert(place, error);
        });
        self
    }

    fn change<T>(&self, body: impl FnOnce(&mut Standin) -> T) -> T {
        body(
            self.standins
                .borrow_mut()
                .entry(self.name.clone())
                .or_default(),
        )
    }
}

impl<S: DeserializeOwned + 'static> Mock<S> {
    /// Puts this in the place of the step. Its argument is the step's type, whose fields are the step's arguments:
    /// `sim.mock::<charge>().with(|charge { order, cents }| Ok(Receipt { .. }))`. `StepKey::current()` is the key of the
    /// attempt.
    pub fn with<R: Value>(self, body: impl Fn(S) -> Result<R> + 'static) -> Self
    where
        S: StepFn<R>,
    {
        self.with_json(move |json| {
            let args = json.read().map_err(Error::exhausted)?;
            Json::of(&body(args)?)
        })
    }

    /// The arguments of each attempt, in order.
    pub fn calls(&self) -> Result<Vec<S>> {
        let calls: Vec<_> =
            self.change(|standin| standin.calls.iter().map(|(_, args)| args.clone()).collect());
        calls.iter().map(Json::read).collect()
    }
}

/// What to do for one attempt, if a test has a say in it: noted down, and then its failure or its answer.
pub(super) enum Instead {
    Nothing,
    Fail(Error),
    Run(Body),
}

pub(super) fn instead(standins: &Standins, name: &str, key: &str, args: &Json) -> Instead {
    let mut standins = standins.borrow_mut();
    let standin = standins.entry(name.to_owned()).or_default();
    standin.calls.push((key.to_owned(), args.clone()));
    let call = standin.calls.len();
    match (standin.failures.remove(&call), &standin.body) {
        (Some(error), _) => Instead::Fail(error),
        (None, Some(body)) => Instead::Run(body.clone()),
        (None, None) => Instead::Nothing,
    }
}
