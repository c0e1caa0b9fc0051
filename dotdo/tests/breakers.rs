//! Circuit breakers: a target that fails is left alone for a while.

#![allow(missing_docs, reason = "a test's business is explained by the test")]

mod support;

use std::sync::atomic::{AtomicBool, Ordering};

use dotdo::prelude::*;
use dotdo::{Action, ActionFilter, Op, Page, Status};
use support::{Log, Test};

static LOG: Log = Log::new();
static WELL: AtomicBool = AtomicBool::new(false);

#[noun]
pub struct Job {
    pub name: String,
}

#[on(Job::created)]
async fn work(cx: Flow, event: Event<Job>) -> Result<()> {
    let name = event.data.name;
    if name.starts_with("other") {
        cx.run(call(name.clone()).target("other")).await?;
    } else {
        cx.run(call(name.clone())).await?;
    }
    LOG.say(format!("done {name}"));
    Ok(())
}

#[durable(
    retry = 9,
    backoff = "1s..1s",
    jitter = false,
    breaker = "3 in 10s, 1m"
)]
async fn call(name: String) -> Result<()> {
    LOG.say(format!("try {name}"));
    match name.as_str() {
        "no" => bail!("we do not do this"),
        _ if WELL.load(Ordering::SeqCst) || name.starts_with("other") => Ok(()),
        _ => Err(Error::from(std::io::Error::other("out of order"))),
    }
}

dotdo::app! { pub Shop { Job, work, call } }

async fn begin(test: &Test, name: &str) {
    test.run(Job { name: name.into() }.create()).await.unwrap();
}

async fn steps(test: &Test) -> Vec<Action> {
    let filter = ActionFilter {
        name: Some("call".into()),
        ..ActionFilter::default()
    };
    test.ask::<Page<Action>>(Op::Actions(filter))
        .await
        .unwrap()
        .items
}

async fn breaker(test: &Test, name: &str) -> serde_json::Value {
    let report: serde_json::Value = test.ask(Op::Inspect).await.unwrap();
    let all = report["breakers"].as_array().unwrap().clone();
    all.into_iter()
        .find(|b| b["name"] == name)
        .unwrap_or_default()
}

// One test, because the log is shared.
#[tokio::test]
async fn a_target_that_fails_is_left_alone() {
    let mut test = Test::of(Shop::DEF);

    // An answer that says no is an answer.
    for _ in 0..4 {
        begin(&test, "no").await;
    }
    assert_eq!(breaker(&test, "call").await, serde_json::Value::Null);
    LOG.take();

    begin(&test, "a").await;
    test.advance(secs(1)).await;
    assert_eq!(breaker(&test, "call").await["state"], "closed");
    test.advance(secs(1)).await;
    assert_eq!(LOG.take(), ["try a", "try a", "try a"]);
    let open = breaker(&test, "call").await;
    assert_eq!(
        (&open["state"], &open["failures"]),
        (&"open".into(), &3.into())
    );
    assert_eq!(open["until"], "2026-11-02T12:01:02Z");

    // While it is open nothing is tried, and nothing is used up, over restarts too.
    begin(&test, "b").await;
    test.crash().await;
    test.advance(secs(30)).await;
    assert_eq!(LOG.take(), [""; 0]);
    let all = steps(&test).await;
    let waiting: Vec<_> = all
        .iter()
        .filter(|s| s.completed_at.is_none())
        .map(|s| (s.status, s.attempts))
        .collect();
    assert_eq!(waiting, [(Status::Retrying, 3), (Status::Pending, 0)]);

    // Another target is not concerned.
    begin(&test, "other").await;
    assert_eq!(LOG.take(), ["try other", "done other"]);

    // When the pause is over, one attempt finds out.
    test.advance(secs(30)).await;
    assert_eq!(LOG.take().len(), 1, "one attempt, not two");
    let open = breaker(&test, "call").await;
    assert_eq!(
        (&open["state"], &open["opened"]),
        (&"open".into(), &2.into())
    );

    // It is well again: what was put off begins at once.
    WELL.store(true, Ordering::SeqCst);
    begin(&test, "c").await;
    assert_eq!(LOG.take(), [""; 0]);
    test.advance(secs(61)).await;
    let said = LOG.take();
    let mut done: Vec<_> = said
        .iter()
        .filter(|line| line.starts_with("done"))
        .collect();
    done.sort();
    assert_eq!(done, ["done a", "done b", "done c"]);
    assert_eq!(said.len(), 6, "each was tried once more: {said:?}");
    let closed = breaker(&test, "call").await;
    assert_eq!(
        (&closed["state"], &closed["failures"]),
        (&"closed".into(), &0.into())
    );

    // Failures that are far apart do not open it.
    WELL.store(false, Ordering::SeqCst);
    for _ in 0..2 {
        begin(&test, "d").await;
    }
    test.advance(millis(500)).await;
    assert_eq!(breaker(&test, "call").await["failures"], 2);
    WELL.store(true, Ordering::SeqCst);
    test.advance(secs(1)).await;
    assert_eq!(breaker(&test, "call").await["state"], "closed");
}
