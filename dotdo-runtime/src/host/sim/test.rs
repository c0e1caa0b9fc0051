//! What `#[dotdo::test]` expands to: the test is run once for each seed, and a failure says how to repeat it.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::Duration;

use super::business::Sim;
use super::faults::Faults;
use crate::business::Business;

/// A test whose steps wait for the world outside is given so long, on a real clock.
const REAL_PATIENCE: Duration = Duration::from_secs(20);
/// So many places of a run are crashed at; of a longer run, places evenly spread.
const MOST_PLACES: u64 = 400;
/// So much of the trace is shown.
const TAIL: usize = 40;

/// Where the process crashes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Crash {
    /// Where the faults say so, if they do.
    #[default]
    Never,
    /// After every step, before its result is stored.
    EveryStep,
    /// After every turn, before it is safe: the test is run once for each turn.
    EveryTurn,
}

/// The options of a test.
#[derive(Clone, Debug)]
pub struct Options {
    /// `orders::fulfils`.
    pub test: &'static str,
    /// The crate it is in.
    pub package: &'static str,
    /// The first seed.
    pub seed: u64,
    /// How many.
    pub seeds: u64,
    /// What goes wrong.
    pub faults: Faults,
    /// Where the process crashes.
    pub crash: Crash,
    /// When it begins: RFC 3339.
    pub start: Option<&'static str>,
}

/// What a test returns.
#[diagnostic::on_unimplemented(
    message = "a test returns nothing or a `Result<()>`, not `{Self}`",
    label = "this is what the test returns"
)]
pub trait Outcome {
    #[doc(hidden)]
    fn failure(self) -> Option<String>;
}

impl Outcome for () {
    fn failure(self) -> Option<String> {
        None
    }
}

impl<E: std::fmt::Display> Outcome for std::result::Result<(), E> {
    fn failure(self) -> Option<String> {
        self.err().map(|error| error.to_string())
    }
}

/// Runs a test for each seed.
///
/// # Panics
///
/// If the test fails.
pub fn run<B, Fut>(options: &Options, body: impl Fn(Sim<B>) -> Fut)
where
    B: Business,
    Fut: Future,
    Fut::Output: Outcome,
{
    let fixed = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let (first, count) =
        fixed("DOTDO_SEED").map_or((options.seed, options.seeds), |seed| (seed, 1));
    for seed in first..first.saturating_add(count) {
        let mut faults = options.faults.clone();
        faults.crash_at_steps |= options.crash == Crash::EveryStep;
        if options.crash != Crash::EveryTurn {
            once(options, seed, faults, &body);
            continue;
        }
        if let Some(turn) = fixed("DOTDO_TURN") {
            faults.crash_at_turn = Some(turn);
            once(options, seed, faults, &body);
            continue;
        }
        let turns = once(options, seed, faults.clone(), &body);
        let stride = (turns / MOST_PLACES).max(1);
        for turn in (1..=turns).step_by(usize::try_from(stride).unwrap_or(1)) {
            faults.crash_at_turn = Some(turn);
            once(options, seed, faults.clone(), &body);
        }
    }
}

/// Runs a test once, and gives the number of turns it took.
fn once<B, Fut>(options: &Options, seed: u64, faults: Faults, body: &impl Fn(Sim<B>) -> Fut) -> u64
where
    B: Business,
    Fut: Future,
    Fut::Output: Outcome,
{
    let turn = faults.crash_at_turn;
    let mut builder = Sim::<B>::builder(B::DEF).seed(seed).faults(faults);
    if let Some(start) = options.start {
        builder = builder.start_at(start.parse().expect("the macro has read it"));
    }
    let sim = match builder.start::<B>() {
        Ok(sim) => sim,
        Err(error) => panic!("the business does not start: {error}"),
    };
    let done = catch_unwind(AssertUnwindSafe(|| block_on(body(sim.clone()))));
    let turns = sim.stats().turns;
    let failure = match done {
        Ok(outcome) => outcome.failure().map(|text| {
            eprintln!("the test gave up: {text}");
            Box::new(text) as Box<dyn std::any::Any + Send>
        }),
        Err(panic) => Some(panic),
    };
    if let Some(panic) = failure {
        let turn = turn
            .map(|turn| format!("DOTDO_TURN={turn} "))
            .unwrap_or_default();
        eprintln!("\nthe last things that happened:");
        for line in sim.trace(TAIL) {
            eprintln!("  {line}");
        }
        eprintln!(
            "\nrepeat it with:\n  {turn}DOTDO_SEED={seed} cargo test -p {} {} -- --exact\n(DOTDO_TRACE=1 shows everything that happens)\n",
            options.package, options.test
        );
        resume_unwind(panic);
    }
    turns
}

struct Unpark(Thread, AtomicBool);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.1.store(true, Ordering::SeqCst);
        self.0.unpark();
    }
}

/// Runs a future of a simulation's to its end.
///
/// # Panics
///
/// If it waits for something that is not simulated and does not come.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let woken = Arc::new(Unpark(std::thread::current(), AtomicBool::new(true)));
    let waker = Waker::from(woken.clone());
    let mut future = pin!(future);
    loop {
        if woken.1.swap(false, Ordering::SeqCst) {
            if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                return value;
            }
            continue;
        }
        std::thread::park_timeout(REAL_PATIENCE);
        assert!(
            woken.1.load(Ordering::SeqCst),
            "the test waits for something that is not part of the simulation"
        );
    }
}
