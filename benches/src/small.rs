//! The small: what one call of each kind takes in this process, by criterion, beside what the same takes without dotdo:
//! `benches small [part of a name]`.

use std::time::{Duration, Instant};

use criterion::Criterion;
use dotdo::host::native::Clock;

use crate::Failure;
use crate::hot::{Hot, PATHS};
use crate::raw;
use crate::rivals::{Promise, bump, open};

/// Measures each path.
pub fn main(mut args: impl Iterator<Item = String>) -> Result<(), Failure> {
    let mut criterion = Criterion::default()
        .without_plots()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3));
    if let Some(part) = args.next() {
        criterion = criterion.with_filter(part);
    }
    let hot = Hot::start(Clock::system())?;
    let mut number = 0;
    let mut failed = None;
    for path in PATHS {
        criterion.bench_function(path, |bencher| {
            bencher.iter_custom(|times| {
                let numbers = number..number + times;
                number += times;
                let begun = Instant::now();
                failed = hot.calls(path, numbers).err().or(failed.take());
                begun.elapsed()
            });
        });
    }
    hot.end();
    let folder = tempfile::tempdir()?;
    let connection = open(&folder.path().join("row.sqlite"), Promise::Relaxed)?;
    criterion.bench_function("verb: the UPDATE alone", |bencher| {
        bencher.iter(|| bump(&connection, 1));
    });
    criterion.bench_function("query: the SELECT alone", |bencher| {
        bencher.iter(|| raw::look(&connection));
    });
    criterion.final_summary();
    failed.map_or(Ok(()), Err)
}
