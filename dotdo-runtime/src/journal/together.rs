//! Several things at once: `cx.all(..)` waits for all of them, `cx.race(..)` for the first.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::Run;
use crate::context::Flow;
use crate::effect::{Effect, LocalFuture};
use crate::error::{Error, Result};

/// One of the things that [`Flow::all`] and [`Flow::race`] do at once: an effect, or a branch of the flow made by
/// [`Flow::branch`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be one of several things that a flow does at once",
    label = "neither an effect nor a branch",
    note = "list effects, such as a call of a `#[durable]` function, or write `cx.branch(|cx| async move {{ .. }})`"
)]
pub trait Arm<N>: Sized {
    /// What it gives when it is done.
    type Output: 'static;
    #[doc(hidden)]
    fn start(self, cx: Flow<N>) -> LocalFuture<Result<Self::Output>>;
}

#[diagnostic::do_not_recommend]
impl<N, E: Effect> Arm<N> for E {
    type Output = E::Output;
    fn start(self, cx: Flow<N>) -> LocalFuture<Result<E::Output>> {
        Box::pin(cx.run(self))
    }
}

/// A part of a flow that goes on beside others, with a `Flow` of its own; see [`Flow::branch`].
#[must_use = "a branch does nothing until it is one of `cx.all(..)` or `cx.race(..)`"]
pub struct Branch<N, T>(Box<dyn FnOnce(Flow<N>) -> LocalFuture<Result<T>>>);

impl<N, T> Branch<N, T> {
    pub(crate) fn new<F, Fut>(branch: F) -> Self
    where
        F: FnOnce(Flow<N>) -> Fut + 'static,
        Fut: Future<Output = Result<T>> + 'static,
    {
        Self(Box::new(|cx| Box::pin(branch(cx))))
    }
}

impl<N, T> std::fmt::Debug for Branch<N, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Branch")
    }
}

impl<N, T: 'static> Arm<N> for Branch<N, T> {
    type Output = T;
    fn start(self, cx: Flow<N>) -> LocalFuture<Result<T>> {
        (self.0)(cx)
    }
}

type Anything = Box<dyn Any>;
type AnyArm = LocalFuture<Result<Anything>>;

fn start<N, A: Arm<N>>(arm: A, cx: Flow<N>) -> AnyArm {
    let future = arm.start(cx);
    Box::pin(async move { future.await.map(|value| Box::new(value) as Anything) })
}

fn value<T: 'static>(value: Anything) -> Result<T> {
    // Each value comes from the arm of its place, whose type it has.
    value
        .downcast()
        .map(|value| *value)
        .map_err(|_| Error::internal("a branch gave something else than it said"))
}

/// A list of things to do at once: a tuple of two to four, an array, or a `Vec`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no list of things that a flow can do at once",
    label = "not a tuple of two to four, an array or a `Vec` of effects and branches",
    note = "write `cx.all((charge(..), pack(..)))`, or collect effects of one kind into a `Vec`"
)]
pub trait Arms<N>: Sized {
    /// What all of them give.
    type All: 'static;
    /// What one of them gives.
    type One: 'static;
    #[doc(hidden)]
    fn start(self, cx: &mut dyn FnMut() -> Flow<N>) -> Vec<AnyArm>;
    #[doc(hidden)]
    fn all(values: Vec<Anything>) -> Result<Self::All>;
    #[doc(hidden)]
    fn one(place: usize, value: Anything) -> Result<Self::One>;
}

#[diagnostic::do_not_recommend]
impl<N, T: Arm<N>> Arms<N> for Vec<T> {
    type All = Vec<T::Output>;
    type One = T::Output;
    fn start(self, cx: &mut dyn FnMut() -> Flow<N>) -> Vec<AnyArm> {
        self.into_iter().map(|arm| start(arm, cx())).collect()
    }
    fn all(values: Vec<Anything>) -> Result<Self::All> {
        values.into_iter().map(value).collect()
    }
    fn one(_: usize, one: Anything) -> Result<Self::One> {
        value(one)
    }
}

#[diagnostic::do_not_recommend]
impl<N, A: Arm<N>, const LENGTH: usize> Arms<N> for [A; LENGTH] {
    type All = [A::Output; LENGTH];
    type One = A::Output;
    fn start(self, cx: &mut dyn FnMut() -> Flow<N>) -> Vec<AnyArm> {
        self.into_iter().map(|arm| start(arm, cx())).collect()
    }
    fn all(values: Vec<Anything>) -> Result<Self::All> {
        let values: Vec<A::Output> = values.into_iter().map(value).collect::<Result<_>>()?;
        values
            .try_into()
            .map_err(|_| Error::internal("a branch is missing"))
    }
    fn one(_: usize, one: Anything) -> Result<Self::One> {
        value(one)
    }
}

macro_rules! one_of {
    ($(#[$doc:meta])* $name:ident { $($variant:ident($arm:ident) = $word:literal),* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[must_use = "which one was first is the point of the race"]
        pub enum $name<$($arm),*> {
            $(#[doc = concat!("The ", $word, " in the list.")] $variant($arm)),*
        }
    };
}

one_of! {
    /// What [`Flow::race`] between two gives.
    OneOf2 { First(A) = "first", Second(B) = "second" }
}
one_of! {
    /// What [`Flow::race`] between three gives.
    OneOf3 { First(A) = "first", Second(B) = "second", Third(C) = "third" }
}
one_of! {
    /// What [`Flow::race`] between four gives.
    OneOf4 { First(A) = "first", Second(B) = "second", Third(C) = "third", Fourth(D) = "fourth" }
}

macro_rules! tuple {
    ($($arm:ident $place:tt),* => $one:ty, |$at:ident, $value:ident| $pick:expr) => {
        #[diagnostic::do_not_recommend]
        impl<N, $($arm: Arm<N>),*> Arms<N> for ($($arm,)*) {
            type All = ($($arm::Output,)*);
            type One = $one;
            fn start(self, cx: &mut dyn FnMut() -> Flow<N>) -> Vec<AnyArm> {
                vec![$(start(self.$place, cx())),*]
            }
            fn all(values: Vec<Anything>) -> Result<Self::All> {
                let mut values = values.into_iter();
                let mut next = || values.next().ok_or_else(|| Error::internal("a branch is missing"));
                Ok(($(value::<$arm::Output>(next()?)?,)*))
            }
            fn one($at: usize, $value: Anything) -> Result<Self::One> {
                $pick
            }
        }
    };
}

tuple!(A 0, B 1 => OneOf2<A::Output, B::Output>, |place, one| match place {
    0 => value(one).map(OneOf2::First),
    _ => value(one).map(OneOf2::Second),
});
tuple!(A 0, B 1, C 2 => OneOf3<A::Output, B::Output, C::Output>, |place, one| match place {
    0 => value(one).map(OneOf3::First),
    1 => value(one).map(OneOf3::Second),
    _ => value(one).map(OneOf3::Third),
});
tuple!(A 0, B 1, C 2, D 3 => OneOf4<A::Output, B::Output, C::Output, D::Output>, |place, one| match place {
    0 => value(one).map(OneOf4::First),
    1 => value(one).map(OneOf4::Second),
    2 => value(one).map(OneOf4::Third),
    _ => value(one).map(OneOf4::Fourth),
});

/// The branches of one `cx.all(..)` or `cx.race(..)`.
struct Branches {
    run: Run,
    key: String,
    /// Whether the first that is done decides; else the first that fails does.
    race: bool,
    /// Whether it is known that one arm has decided.
    decided: bool,
    arms: Vec<State>,
}

enum State {
    Open(AnyArm),
    Done(Option<Result<Anything>>),
}

enum Outcome {
    All(Vec<Anything>),
    One(usize, Result<Anything>),
}

impl Branches {
    fn new<N, A: Arms<N>>(run: &Run, race: bool, arms: A) -> Self {
        let key = run.next_key(if race { "race" } else { "all" });
        let mut place = 0;
        let arms = arms.start(&mut || {
            let scope = scope(&key, place);
            place += 1;
            Flow::new(run.scoped(&scope))
        });
        Self {
            run: run.clone(),
            key,
            race,
            decided: false,
            arms: arms.into_iter().map(State::Open).collect(),
        }
    }

    fn losers(&self, winner: usize) -> Vec<String> {
        (0..self.arms.len())
            .filter(|place| *place != winner)
            .map(|place| scope(&self.key, place))
            .collect()
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Outcome> {
        if let Some(winner) = self.run.decided(&self.key)
            && winner < self.arms.len()
        {
            if !std::mem::replace(&mut self.decided, true) {
                // What the others had asked for is asked once more, so that it is known how to undo it.
                for place in (0..self.arms.len()).filter(|place| *place != winner) {
                    let _ = self.poll_arm(place, cx);
                }
                self.run.give_up(&self.losers(winner));
            }
            return self.poll_arm(winner, cx).map(|()| {
                let result = match &mut self.arms[winner] {
                    State::Done(result) => result.take(),
                    State::Open(_) => None,
                };
                let polled_again = || Err(Error::internal("a race was awaited again"));
                Outcome::One(winner, result.unwrap_or_else(polled_again))
            });
        }
        for place in 0..self.arms.len() {
            if self.poll_arm(place, cx).is_pending() {
                continue;
            }
            let failed = matches!(&self.arms[place], State::Done(Some(Err(_))));
            if self.race || failed {
                // The decision is journaled, like everything that a replay must see again.
                self.decided = true;
                self.run.decide(&self.key, place, self.losers(place));
                return Poll::Pending;
            }
        }
        let none = self.arms.is_empty();
        if (self.race && !none) || self.arms.iter().any(|arm| matches!(arm, State::Open(_))) {
            return Poll::Pending;
        }
        let values = self.arms.iter_mut().filter_map(|arm| match arm {
            State::Done(result) => result.take().and_then(Result::ok),
            State::Open(_) => None,
        });
        Poll::Ready(Outcome::All(values.collect()))
    }

    /// Lets one arm go on.
    fn poll_arm(&mut self, place: usize, cx: &mut Context<'_>) -> Poll<()> {
        let arm = &mut self.arms[place];
        if let State::Open(future) = arm {
            match future.as_mut().poll(cx) {
                Poll::Ready(result) => *arm = State::Done(Some(result)),
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(())
    }
}

/// What the keys of a branch begin with.
fn scope(key: &str, place: usize) -> String {
    format!("{key}.{place}/")
}

/// The future of [`Flow::all`] and [`Flow::race`].
///
/// It knows what it gives and not of what, so that a list that is none is told once.
#[must_use = "nothing happens until it is awaited"]
pub struct Together<T> {
    branches: Branches,
    finish: fn(Outcome) -> Result<T>,
}

impl<T> Together<T> {
    pub(crate) fn all<N, A: Arms<N, All = T>>(run: &Run, arms: A) -> Self {
        Self {
            branches: Branches::new(run, false, arms),
            finish: |outcome| match outcome {
                Outcome::All(values) => A::all(values),
                Outcome::One(_, Err(error)) => Err(error),
                Outcome::One(..) => Err(Error::internal("a branch failed, and then it did not")),
            },
        }
    }

    pub(crate) fn race<N, A: Arms<N, One = T>>(run: &Run, arms: A) -> Self {
        Self {
            branches: Branches::new(run, true, arms),
            finish: |outcome| match outcome {
                Outcome::One(place, result) => A::one(place, result?),
                Outcome::All(_) => Err(Error::invalid("a race between none has no winner")),
            },
        }
    }
}

impl<T> Future for Together<T> {
    type Output = Result<T>;
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let finish = self.finish;
        self.branches.poll(cx).map(finish)
    }
}

impl<T> std::fmt::Debug for Together<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Together({})", self.branches.key)
    }
}
