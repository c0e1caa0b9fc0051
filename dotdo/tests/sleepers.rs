//! A flow that waits is a row: a file of its own, because it counts what the whole process holds.

#![allow(missing_docs, reason = "a test's business is explained by the test")]

mod support;

use dotdo::prelude::*;
use dotdo_runtime::journal;
use support::Test;

#[noun]
pub struct Bed {
    #[index]
    pub minutes: i64,
}
#[verbs]
impl Bed {
    #[verb]
    fn wake(&mut self, _cx: &mut Tx) -> Result<()> {
        self.minutes = 0;
        Ok(())
    }
}
#[on(Bed::created)]
async fn sleep(cx: Flow, event: Event<Bed>) -> Result<()> {
    cx.sleep(minutes(60)).await?;
    cx.run(Bed::stub(event.subject()).wake()).await
}
dotdo::app! { pub Beds { Bed, sleep } }

#[tokio::test]
async fn a_thousand_sleeping_flows_hold_no_memory() {
    let test = Test::of(Beds::DEF);
    for _ in 0..1000 {
        test.business()
            .run(Bed { minutes: 60 }.create())
            .await
            .unwrap();
    }
    test.settled().await;
    assert_eq!(journal::runs_in_memory(), 0);
    test.advance(minutes(60)).await;
    let count: u64 = test
        .run(Bed::find(|b| b.minutes.eq(0)).count())
        .await
        .unwrap();
    assert_eq!(count, 1000);
}

/// Takes minutes: `cargo test --release -p dotdo --test sleepers -- --ignored --nocapture`.
#[cfg(target_os = "linux")]
#[tokio::test]
#[ignore = "takes minutes"]
async fn a_hundred_thousand_sleeping_flows_are_rows() {
    fn resident_mib() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").expect("Linux says");
        let line = status.lines().find(|line| line.starts_with("VmRSS"));
        let kib = line.and_then(|line| line.split_whitespace().nth(1));
        kib.and_then(|kib| kib.parse::<u64>().ok())
            .expect("a number")
            / 1024
    }
    let test = Test::of(Beds::DEF);
    let before = resident_mib();
    for _ in 0..100_000 {
        let bed = Bed { minutes: 60 };
        test.business().run(bed.create()).await.unwrap();
    }
    test.settled().await;
    let grown = resident_mib() - before;
    println!(
        "100,000 sleeping flows: {grown} MiB more, {} in memory",
        journal::runs_in_memory()
    );
    assert_eq!(journal::runs_in_memory(), 0);
    assert!(
        grown < 64,
        "less than 0.7 KiB a flow, SQLite's cache included"
    );
}
