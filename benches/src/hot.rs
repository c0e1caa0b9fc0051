//! The hot path: a call of each kind, in this process, with nothing between the caller and the business.

use std::time::Duration;

use dotdo::host::native::{Clock, Durability, Embedded};
use dotdo::{Id, Noun as _};
use tokio::runtime::Runtime;

use crate::Failure;
use crate::shop::{Bell, Bench, Counter, Parcel};

/// The kinds of calls.
#[cfg(feature = "small")]
pub const PATHS: [&str; 5] = ["create", "verb", "query", "event", "flow"];

/// A business, and the objects that are called.
pub struct Hot {
    business: Embedded,
    runtime: Runtime,
    counter: Id<Counter>,
    bell: Id<Bell>,
    parcel: Id<Parcel>,
    _folder: tempfile::TempDir,
}

impl Hot {
    /// Starts it, with one thread for objects and one for steps. No sync is waited for, which would be the disk's time.
    pub fn start(clock: Clock) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let said = |e: dotdo::Error| e.to_string();
        let business = Embedded::of(Bench::DEF, folder.path())
            .durability(Durability::Relaxed)
            .clock(clock)
            .threads(1)
            .step_threads(1)
            .idle(Duration::from_secs(3600))
            .start()
            .map_err(said)?;
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let hot = Self {
            business,
            runtime,
            counter: Id::new("hot").map_err(said)?,
            bell: Id::new("hot").map_err(said)?,
            parcel: Id::new("hot").map_err(said)?,
            _folder: folder,
        };
        let made = hot.runtime.block_on(async {
            let counter = Counter { count: 0 }.create_as(&hot.counter);
            hot.business.run(counter).await?;
            let bell = Bell { rung: 0, heard: 0 }.create_as(&hot.bell);
            hot.business.run(bell).await?;
            let parcel = Parcel { sent: 0 }.create_as(&hot.parcel);
            hot.business.run(parcel).await?;
            hot.business.settled().await;
            Ok(())
        });
        made.map_err(said)?;
        Ok(hot)
    }

    /// A call, and all that it sets going; its number is another one each time.
    async fn call(&self, path: &str, number: u64) -> Result<(), dotdo::Error> {
        match path {
            "create" => {
                let id = Id::new(format!("new-{number:06}"))?;
                let made = Counter { count: 0 }.create_as(&id);
                self.business.run(made).await?;
            }
            "verb" => {
                self.business
                    .run(Counter::stub(&self.counter).add(1))
                    .await?;
            }
            "query" => {
                self.business
                    .run(Counter::stub(&self.counter).value())
                    .await?;
            }
            "event" => {
                self.business.run(Bell::stub(&self.bell).ring()).await?;
            }
            "flow" => {
                self.business.run(Parcel::stub(&self.parcel).post()).await?;
            }
            other => return Err(dotdo::Error::invalid(format_args!("no path `{other}`"))),
        }
        self.business.settled().await;
        Ok(())
    }

    /// Calls with these numbers, one after the other.
    pub fn calls(&self, path: &str, numbers: impl Iterator<Item = u64>) -> Result<(), Failure> {
        let done = self.runtime.block_on(async {
            for number in numbers {
                self.call(path, number).await?;
            }
            Ok(())
        });
        Ok(done.map_err(|e: dotdo::Error| e.to_string())?)
    }

    /// Puts all to sleep.
    pub fn end(self) {
        self.runtime.block_on(self.business.shutdown());
    }
}

/// The same again and again, for callgrind: `benches hot <path> <times>`.
///
/// What is counted is one path minus the same path fewer times, so that opening and ending do not count.
pub fn main(mut args: impl Iterator<Item = String>) -> Result<(), Failure> {
    let path = args.next().ok_or("which path?")?;
    let times: u64 = args.next().ok_or("how many times?")?.parse()?;
    // A clock that does not move, one thread for objects and one for steps: as near to the same instructions each time as
    // a host with threads comes.
    let start = "2026-01-01T00:00:00Z".parse().map_err(|_| "a date")?;
    let hot = Hot::start(Clock::manual(start))?;
    hot.calls(&path, 0..times)?;
    hot.end();
    Ok(())
}
