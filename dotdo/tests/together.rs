//! Several things at once: all of them, or the first.

#![allow(missing_docs, reason = "a test's business is explained by the test")]

mod support;

use dotdo::prelude::*;
use dotdo::{Action, ActionFilter, Page, Status};
use dotdo_runtime::stub::Op;
use support::{Log, Test};

static LOG: Log = Log::new();

#[noun]
pub struct Task {
    pub kind: String,
}

#[on(Task::created)]
async fn handle(cx: Flow, event: Event<Task>) -> Result<()> {
    match event.data.kind.as_str() {
        "tuple" => {
            let (a, b, ()) = cx
                .all((
                    twice(1),
                    spell(2),
                    cx.branch(|cx| async move { cx.sleep(minutes(1)).await }),
                ))
                .await?;
            LOG.say(format!("{a} {b}"));
        }
        "list" => {
            let all = cx.all((0..20).map(twice).collect::<Vec<_>>()).await?;
            LOG.say(format!("{}", all.iter().sum::<i64>()));
        }
        "none" => LOG.say(format!(
            "{:?}",
            cx.all(Vec::<dotdo::Step<i64>>::new()).await?
        )),
        "nested" => {
            let branch = |n: i64| {
                cx.branch(move |cx| async move {
                    let mut sum = 0;
                    for i in 0..3 {
                        sum += cx.run(twice(n + i)).await?;
                        cx.sleep(minutes(1)).await?;
                    }
                    let [a, b] = cx.all([twice(n), twice(n + 1)]).await?;
                    Ok(sum + a + b)
                })
            };
            let all = cx.all([branch(10), branch(100)]).await?;
            LOG.say(format!("{all:?}"));
        }
        "fails" => {
            let all = cx
                .all((
                    cx.branch(|cx| async move { cx.sleep(days(1)).await }),
                    cx.branch(|cx| async move {
                        cx.sleep(minutes(1)).await?;
                        cx.run(refuse()).await
                    }),
                    endless(),
                ))
                .await;
            LOG.say(all.unwrap_err().message());
            cx.sleep(minutes(1)).await?;
            LOG.say("went on");
        }
        "race" => {
            let first = cx
                .race((
                    cx.branch(|cx| async move {
                        cx.sleep(minutes(2)).await?;
                        Ok("slow")
                    }),
                    cx.branch(|cx| async move {
                        cx.sleep(minutes(1)).await?;
                        cx.run(twice(4)).await
                    }),
                    endless(),
                ))
                .await?;
            match first {
                OneOf3::First(word) => LOG.say(word),
                OneOf3::Second(number) => LOG.say(format!("second {number}")),
                OneOf3::Third(()) => LOG.say("third"),
            }
            cx.sleep(minutes(5)).await?;
            LOG.say("after the race");
        }
        "alike" => LOG.say(format!("{}", cx.race([twice(3), twice(4)]).await?)),
        "undo" => {
            let hold = |n: i64, wait: u64| {
                cx.branch(move |cx| async move {
                    cx.run(hold(n).undo(release)).await?;
                    cx.sleep(minutes(wait)).await?;
                    Ok(n)
                })
            };
            let winner = cx.race([hold(1, 3), hold(2, 2), hold(3, 4)]).await?;
            LOG.say(format!("won {winner}"));
        }
        other => bail!("unknown {other}"),
    }
    Ok(())
}

#[durable]
async fn twice(n: i64) -> Result<i64> {
    LOG.say(format!("twice {n}"));
    Ok(n * 2)
}

#[durable]
async fn spell(n: i64) -> Result<String> {
    Ok(format!("<{n}>"))
}

#[durable]
async fn refuse() -> Result<()> {
    bail!("this cannot be done")
}

#[durable]
async fn endless() -> Result<()> {
    LOG.say("endless");
    std::future::pending().await
}

#[durable]
async fn hold(n: i64) -> Result<i64> {
    LOG.say(format!("hold {n}"));
    Ok(n)
}

#[durable]
async fn release(n: i64) -> Result<()> {
    LOG.say(format!("release {n}"));
    Ok(())
}

dotdo::app! { pub Tasks { Task, handle, twice, spell, refuse, endless, hold, release } }

async fn begin(test: &Test, kind: &str) {
    test.business()
        .run(Task { kind: kind.into() }.create())
        .await
        .unwrap();
}

async fn journal(test: &Test) -> Vec<(String, Status)> {
    let page: Page<Action> = test
        .ask(Op::Actions(ActionFilter::default()))
        .await
        .unwrap();
    let mut all: Vec<_> = page
        .items
        .into_iter()
        .filter(|action| action.parent.as_ref().is_some_and(|p| !p.starts_with('$')))
        .filter_map(|action| Some((action.key?, action.status)))
        .collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

// One test, because the log is shared.
#[tokio::test]
#[allow(clippy::too_many_lines, reason = "one story, told in order")]
async fn several_things_at_once() {
    let mut test = Test::of(Tasks::DEF);
    begin(&test, "tuple").await;
    test.settled().await;
    assert_eq!(LOG.take(), ["twice 1"]);
    test.crash().await;
    test.advance(minutes(1)).await;
    assert_eq!(LOG.take(), ["2 <2>"]);
    let keys: Vec<_> = journal(&test)
        .await
        .into_iter()
        .map(|(key, _)| key)
        .collect();
    assert_eq!(
        keys,
        ["all#0.0/twice#0", "all#0.1/spell#0", "all#0.2/sleep#0"]
    );

    begin(&test, "list").await;
    test.settled().await;
    assert_eq!(LOG.take().last().map(String::as_str), Some("380"));
    begin(&test, "none").await;
    test.settled().await;
    assert_eq!(LOG.take(), ["[]"]);

    // A crash after every minute changes nothing, and no step runs twice.
    begin(&test, "nested").await;
    test.settled().await;
    for _ in 0..3 {
        test.crash().await;
        test.advance(minutes(1)).await;
    }
    let mut lines = LOG.take();
    assert_eq!(lines.pop().as_deref(), Some("[108, 1008]"));
    lines.sort();
    assert_eq!(lines.len(), 10, "{lines:?}");

    // The first that fails is the result of all, now and when it is replayed.
    let mut test = Test::of(Tasks::DEF);
    begin(&test, "fails").await;
    LOG.said("endless").await;
    test.business().advance_now(minutes(1)).await;
    test.settled().await;
    assert_eq!(LOG.take(), ["endless", "this cannot be done"]);
    test.crash().await;
    test.advance(minutes(1)).await;
    assert_eq!(
        LOG.take(),
        ["this cannot be done", "went on"],
        "the code is replayed, and sees the same error"
    );
    let journal_now = journal(&test).await;
    let status = |key: &str| {
        journal_now
            .iter()
            .find(|(k, _)| k == key)
            .map(|(_, status)| *status)
    };
    assert_eq!(status("all#0.0/sleep#0"), Some(Status::Cancelled));
    assert_eq!(status("all#0.2/endless#0"), Some(Status::Cancelled));
    assert_eq!(status("all#0.1/refuse#0"), Some(Status::Failed));

    // The first that is done wins, now and when it is replayed; the others are given up.
    let mut test = Test::of(Tasks::DEF);
    begin(&test, "race").await;
    LOG.said("endless").await;
    test.business().advance_now(minutes(1)).await;
    test.settled().await;
    assert_eq!(LOG.take(), ["endless", "twice 4", "second 8"]);
    test.crash().await;
    test.advance(minutes(10)).await;
    assert_eq!(
        LOG.take(),
        ["second 8", "after the race"],
        "the code is replayed, the step is not"
    );
    let cancelled = journal(&test)
        .await
        .into_iter()
        .filter(|(_, status)| *status == Status::Cancelled)
        .map(|(key, _)| key)
        .collect::<Vec<_>>();
    assert_eq!(cancelled, ["race#0.0/sleep#0", "race#0.2/endless#0"]);

    begin(&test, "alike").await;
    test.settled().await;
    // A loser that had begun may say so after the winner is told.
    let said = LOG.take();
    assert!(
        said.iter().any(|line| line == "6" || line == "8"),
        "{said:?}"
    );

    // What the losers did is undone, what the winner did is not.
    let mut test = Test::of(Tasks::DEF);
    begin(&test, "undo").await;
    test.settled().await;
    LOG.take();
    test.crash().await;
    test.advance(minutes(2)).await;
    test.settled().await;
    let mut lines = LOG.take();
    lines.sort();
    assert_eq!(lines, ["release 1", "release 3", "won 2"]);
}
