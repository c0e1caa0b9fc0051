//! The hot path, again and again, for callgrind: `benches hot <path> <times>`.
//!
//! What is counted is one path minus the same path fewer times, so that opening and ending do not count.

use std::time::Duration;

use dotdo::host::native::{Clock, Durability, Embedded};
use dotdo::{Id, Noun as _};

use crate::Failure;
use crate::shop::{Bell, Bench, Counter, Parcel};

/// Runs a path so many times.
pub fn main(mut args: impl Iterator<Item = String>) -> Result<(), Failure> {
    let path = args.next().ok_or("which path?")?;
    let times: u64 = args.next().ok_or("how many times?")?.parse()?;
    let folder = tempfile::tempdir()?;
    // A clock that does not move, one thread for objects and one for steps: as near to the same instructions each time as
    // a host with threads comes.
    let start = "2026-01-01T00:00:00Z".parse().map_err(|_| "a date")?;
    let business = Embedded::of(Bench::DEF, folder.path())
        .durability(Durability::Relaxed)
        .clock(Clock::manual(start))
        .threads(1)
        .step_threads(1)
        .idle(Duration::from_secs(3600))
        .start()
        .map_err(|e| e.to_string())?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let done = runtime.block_on(async {
        let counter: Id<Counter> = Id::new("hot")?;
        let bell: Id<Bell> = Id::new("hot")?;
        let parcel: Id<Parcel> = Id::new("hot")?;
        business
            .run(Counter { count: 0 }.create_as(&counter))
            .await?;
        business
            .run(Bell { rung: 0, heard: 0 }.create_as(&bell))
            .await?;
        business.run(Parcel { sent: 0 }.create_as(&parcel)).await?;
        business.settled().await;
        for number in 0..times {
            match path.as_str() {
                "create" => {
                    let id = Id::new(format!("new-{number:06}"))?;
                    business.run(Counter { count: 0 }.create_as(&id)).await?;
                }
                "verb" => {
                    business.run(Counter::stub(&counter).add(1)).await?;
                }
                "query" => {
                    business.run(Counter::stub(&counter).value()).await?;
                }
                "event" => {
                    business.run(Bell::stub(&bell).ring()).await?;
                }
                "flow" => {
                    business.run(Parcel::stub(&parcel).post()).await?;
                }
                other => return Err(dotdo::Error::invalid(format_args!("no path `{other}`"))),
            }
            business.settled().await;
        }
        Ok(())
    });
    done.map_err(|e: dotdo::Error| e.to_string())?;
    runtime.block_on(business.shutdown());
    Ok(())
}
