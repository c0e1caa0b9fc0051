//! Waiting for an event: `cx.wait_for(Order::paid)`.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use super::{Act, Arm, Durability, Journaled, Run};
use crate::context::Flow;
use crate::effect::{LocalFuture, Options};
use crate::error::Result;
use crate::event::Event;
use crate::id::Id;
use crate::json::Json;
use crate::noun::{EventKey, Noun};
use crate::value::Value;

/// Whether an event is one that a flow waits for.
pub(crate) type Wanted = Rc<dyn Fn(&Json) -> Result<bool>>;

/// What a flow waits for.
#[derive(Clone)]
pub(crate) struct Expected {
    pub noun: &'static str,
    pub verb: &'static str,
    /// The id of the thing it happens to; empty for any.
    pub subject: String,
    /// Whether what happened before does not count.
    pub from_now: bool,
    pub wanted: Wanted,
}

/// What comes of waiting for something with a limit: it came, or it did not.
///
/// There is no third way out and no default, so a `match` says what happens when nothing came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "whether it came in time is the point of the limit"]
pub enum Waited<T> {
    /// It happened.
    Event(T),
    /// It did not happen in the time given.
    TimedOut,
}

impl<T> Waited<T> {
    /// The event, if it came.
    pub fn event(self) -> Option<T> {
        match self {
            Self::Event(event) => Some(event),
            Self::TimedOut => None,
        }
    }
}

type Filter<N, P> = Box<dyn Fn(&Event<N, P>) -> bool>;

/// Waits for an event; see [`Flow::wait_for`].
#[must_use = "nothing is waited for until it is awaited"]
pub struct WaitFor<N, P> {
    run: Run,
    key: EventKey<N, P>,
    subject: String,
    from_now: bool,
    filters: Vec<Filter<N, P>>,
}

/// Waits for an event, but not for ever; see [`WaitFor::within`].
#[must_use = "nothing is waited for until it is awaited"]
pub struct WaitWithin<N, P> {
    wait: WaitFor<N, P>,
    limit: Duration,
}

impl<N: Noun, P: Value> WaitFor<N, P> {
    pub(crate) fn new(run: Run, key: EventKey<N, P>) -> Self {
        Self {
            run,
            key,
            subject: String::new(),
            from_now: false,
            filters: Vec::new(),
        }
    }

    /// Only when it happens to this thing. A noun whose instances are objects of their own needs it, except in a flow of
    /// that very object.
    pub fn of(mut self, id: impl Into<Id<N>>) -> Self {
        id.into().as_str().clone_into(&mut self.subject);
        self
    }

    /// Only when this says so. It looks at the event and nothing else, so that it says the same again.
    pub fn filter(mut self, filter: impl Fn(&Event<N, P>) -> bool + 'static) -> Self {
        self.filters.push(Box::new(filter));
        self
    }

    /// Only what happens from now on. Without it, what has happened since the flow began counts too, so that nothing is
    /// missed between two steps.
    pub fn from_now(mut self) -> Self {
        self.from_now = true;
        self
    }

    /// At most so long. What comes of it is then a [`Waited`].
    pub fn within(self, limit: Duration) -> WaitWithin<N, P> {
        WaitWithin { wait: self, limit }
    }

    fn begin(self, run: &Run, within: Option<Duration>) -> Journaled<Json> {
        let filters = self.filters;
        let expected = Expected {
            noun: self.key.noun(),
            verb: self.key.verb(),
            subject: self.subject,
            from_now: self.from_now,
            wanted: Rc::new(move |json| {
                let event = Event::<N, P>::read(json)?;
                Ok(filters.iter().all(|filter| filter(&event)))
            }),
        };
        let options = Options {
            within,
            ..Options::default()
        };
        run.ask(Act::Wait(expected), options, Durability::Run)
    }
}

/// The future of a wait.
#[doc(hidden)]
pub struct Waiting<T> {
    journaled: Journaled<Json>,
    read: fn(&Json) -> Result<T>,
}

impl<T> Future for Waiting<T> {
    type Output = Result<T>;
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let read = self.read;
        Pin::new(&mut self.journaled)
            .poll(cx)
            .map(|json| read(&json?))
    }
}

/// What is journaled when the time is up.
pub(crate) const TIMED_OUT: &str = "timedOut";

fn read_within<N: Noun, P: Value>(json: &Json) -> Result<Waited<Event<N, P>>> {
    if json.read::<String>().is_ok_and(|word| word == TIMED_OUT) {
        return Ok(Waited::TimedOut);
    }
    Event::read(json).map(Waited::Event)
}

impl<N: Noun, P: Value> IntoFuture for WaitFor<N, P> {
    type Output = Result<Event<N, P>>;
    type IntoFuture = Waiting<Event<N, P>>;
    fn into_future(self) -> Self::IntoFuture {
        let run = self.run.clone();
        Waiting {
            journaled: self.begin(&run, None),
            read: Event::read,
        }
    }
}

impl<N: Noun, P: Value> IntoFuture for WaitWithin<N, P> {
    type Output = Result<Waited<Event<N, P>>>;
    type IntoFuture = Waiting<Waited<Event<N, P>>>;
    fn into_future(self) -> Self::IntoFuture {
        let run = self.wait.run.clone();
        Waiting {
            journaled: self.wait.begin(&run, Some(self.limit)),
            read: read_within,
        }
    }
}

impl<C, N: Noun, P: Value> Arm<C> for WaitFor<N, P> {
    type Output = Event<N, P>;
    fn start(mut self, cx: Flow<C>) -> LocalFuture<Result<Event<N, P>>> {
        self.run = cx.run_of();
        Box::pin(self.into_future())
    }
}

impl<C, N: Noun, P: Value> Arm<C> for WaitWithin<N, P> {
    type Output = Waited<Event<N, P>>;
    fn start(mut self, cx: Flow<C>) -> LocalFuture<Result<Waited<Event<N, P>>>> {
        self.wait.run = cx.run_of();
        Box::pin(self.into_future())
    }
}
