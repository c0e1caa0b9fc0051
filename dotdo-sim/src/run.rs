//! One seed from beginning to end.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

use dotdo::prelude::*;
use dotdo::{Faults, Sim};
use dotdo_runtime::host::sim::{Random, Stats, test::block_on};
use dotdo_runtime::planted::{self, Bug};

use crate::business::{Account, Register, Tally, World, account};
use crate::client::{Client, History, Size};
use crate::{invariants, outside};

/// What came of a seed.
#[derive(Debug)]
pub struct Outcome {
    /// What the simulation has been through.
    pub stats: Stats,
    /// What did not hold.
    pub violation: Option<String>,
    /// The last things that happened.
    pub trace: Vec<String>,
    /// What tells two runs apart.
    pub fingerprint: u64,
}

/// What is left out of a seed, to see whether it still fails.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Without {
    /// Faults by name.
    pub faults: Vec<String>,
    /// At most so many requests of each client.
    pub requests: Option<u64>,
}

/// The faults that can be left out.
pub const FAULTS: [&str; 11] = [
    "latency",
    "loss",
    "duplicates",
    "step-fails",
    "step-answer-lost",
    "sync-fails",
    "full",
    "crash",
    "crash-in-turn",
    "crash-object",
    "sleep",
];

/// What goes wrong in a seed: each kind is left out of some seeds, so that none hides another.
fn faults(random: &mut Random, without: &Without) -> Faults {
    let mut faults = Faults::all();
    for name in FAULTS {
        let scale = u32::try_from(random.below(4)).unwrap_or(0);
        let scale = if without.faults.iter().any(|left_out| left_out == name) {
            0
        } else {
            scale
        };
        match name {
            "latency" if scale == 0 => {
                faults.latency = std::time::Duration::ZERO;
                faults.step_latency = std::time::Duration::ZERO;
                faults.sync_latency = std::time::Duration::ZERO;
            }
            "loss" => faults.loss *= scale,
            "duplicates" => faults.duplicates *= scale,
            "step-fails" => faults.step_fails *= scale,
            "step-answer-lost" => faults.step_answer_lost *= scale,
            "sync-fails" => faults.sync_fails *= scale,
            "full" => faults.full *= scale,
            "crash" => faults.crash *= scale,
            "crash-in-turn" => faults.crash_in_turn *= scale,
            "crash-object" => faults.crash_object *= scale,
            "sleep" => faults.sleep *= scale,
            _ => {}
        }
    }
    faults
}

/// Runs a seed, with a bug planted or none.
///
/// # Panics
///
/// If the business does not start, before anything goes wrong.
pub fn run(seed: u64, bug: Option<Bug>, without: &Without) -> Outcome {
    outside::reset();
    planted::plant(bug);
    let sim = Sim::<World>::builder(<World as dotdo::Business>::DEF)
        .seed(seed)
        .start::<World>();
    let sim = match sim {
        Ok(sim) => sim,
        Err(error) => panic!("the business does not start: {error}"),
    };
    let done = catch_unwind(AssertUnwindSafe(|| {
        block_on(live(sim.clone(), seed, without))
    }));
    planted::plant(None);
    let violation = match done {
        Ok(Ok(())) => None,
        Ok(Err(violation)) => Some(violation),
        Err(panic) => Some(
            panic
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
                .unwrap_or_else(|| "a panic".to_owned()),
        ),
    };
    Outcome {
        stats: sim.stats(),
        violation,
        trace: sim.trace(60),
        fingerprint: sim.fingerprint(),
    }
}

async fn live(sim: Sim<World>, seed: u64, without: &Without) -> Result<(), String> {
    // Another stream than the simulation's own, so that what is asked does not depend on what goes wrong.
    let mut random = Random::new(seed ^ 0x5eed_0000_0000_0000);
    let size = Size {
        clients: random.between(1, 4),
        requests: random
            .between(3, 14)
            .min(without.requests.unwrap_or(u64::MAX)),
        accounts: random.between(1, 2),
        flow_accounts: usize::try_from(random.between(2, 3)).unwrap_or(2),
        registers: 1,
    };
    let faults = faults(&mut random, without);
    set_up(&sim, size)
        .await
        .map_err(|error| format!("before anything went wrong: {error}"))?;
    sim.set_faults(faults);
    let history: Rc<RefCell<History>> = Rc::default();
    let clients = (0..size.clients)
        .map(|number| Client {
            sim: sim.clone(),
            history: history.clone(),
            random: Random::new(random.any()),
            number,
            size,
        })
        .map(|client| Box::pin(client.work()) as Pin<Box<dyn Future<Output = ()>>>)
        .collect();
    all(clients).await;
    sim.advance(secs(random.between(1, 300))).await;
    sim.set_faults(Faults::none());
    sim.advance(minutes(5)).await;
    let history = history.take();
    invariants::check(&sim, size, &history).await
}

async fn set_up(sim: &Sim<World>, size: Size) -> dotdo::Result<()> {
    let clients = (0..size.accounts).map(|n| format!("c{n}"));
    let flows = (0..size.flow_accounts).map(|n| account(n).as_str().to_owned());
    for id in clients.chain(flows) {
        let account = Account {
            balance: 100,
            count: 0,
        };
        sim.call(account.create_as(Id::new(id.as_str())?)).await?;
        sim.call(Tally { count: 0 }.create_as(crate::business::tally(&id)))
            .await?;
    }
    for n in 0..size.registers {
        sim.call(Register { value: 0 }.create_as(Id::new(format!("r{n}"))?))
            .await?;
    }
    Ok(())
}

/// Waits for all of them, and lets each have its turn.
async fn all(mut tasks: Vec<Pin<Box<dyn Future<Output = ()>>>>) {
    poll_fn(|cx| {
        tasks.retain_mut(|task| task.as_mut().poll(cx).is_pending());
        if tasks.is_empty() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}
