//! What a flow did is undone when it fails for good.

#![allow(missing_docs, reason = "a test's business is explained by the test")]

mod support;

use dotdo::prelude::*;
use dotdo::{Action, ActionFilter, Letter, Page, Status};
use dotdo_runtime::stub::Op;
use support::{Log, Test};

async fn letters(test: &Test) -> Vec<Letter> {
    let page: Page<Letter> = test
        .ask(Op::DeadLetters {
            limit: 100,
            after: None,
        })
        .await
        .unwrap();
    page.items
}

async fn journal(test: &Test) -> Vec<(String, Status)> {
    let page: Page<Action> = test
        .ask(Op::Actions(ActionFilter::default()))
        .await
        .unwrap();
    let mut entries: Vec<_> = page
        .items
        .into_iter()
        .filter_map(|action| Some((action.key?, action.status)))
        .filter(|(key, _)| key.starts_with("undo "))
        .collect();
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    entries
}

pub(crate) mod trips {
    use super::*;
    pub static LOG: Log = Log::new();

    #[noun]
    pub struct Trip {
        pub plan: String,
    }

    #[derive(Value)]
    pub struct Booking {
        pub what: String,
        pub number: i64,
    }

    #[on(Trip::created)]
    #[durable(timeout = "1 day")]
    async fn travel(cx: Flow, event: Event<Trip>) -> Result<()> {
        let plan = event.data.plan.as_str();
        let flight = cx.run(book("flight".into(), 1).undo(cancel)).await?;
        cx.run(book("hotel".into(), 2).undo(cancel)).await?;
        // What has no undo is left alone.
        cx.run(book("newspaper".into(), 3)).await?;
        match plan {
            "fine" => {}
            "refused" => bail!("no such trip"),
            "panic" => panic!("a defect"),
            "comes to nothing" => return Err(Error::cancelled("we stay at home")),
            "late" => cx.sleep(days(2)).await?,
            "step fails" => cx.run(fail()).await?,
            "undo fails" => {
                cx.run(book("doomed".into(), 4).undo(cancel)).await?;
                bail!("no such trip")
            }
            "undo is a call" => {
                let trip = event.subject();
                cx.run(
                    book("guide".into(), 5).undo(move |_| Trip::stub(trip).rename("undone".into())),
                )
                .await?;
                bail!("no such trip")
            }
            "together" => {
                cx.all((
                    book("car".into(), 6).undo(cancel),
                    cx.branch(|cx| async move {
                        cx.run(book("boat".into(), 7).undo(cancel)).await?;
                        cx.sleep(minutes(1)).await?;
                        cx.run(fail()).await
                    }),
                ))
                .await?;
            }
            other => bail!("unknown {other}"),
        }
        LOG.say(format!("on the way with {}", flight.number));
        Ok(())
    }

    #[verbs]
    impl Trip {
        #[verb]
        fn rename(&mut self, _cx: &mut Tx, plan: String) -> Result<()> {
            LOG.say(format!("renamed {plan}"));
            self.plan = plan;
            Ok(())
        }
    }

    #[durable]
    async fn book(what: String, number: i64) -> Result<Booking> {
        LOG.say(format!("book {what}"));
        Ok(Booking { what, number })
    }

    #[durable(retry = 2, backoff = "1s", jitter = false)]
    async fn cancel(booking: Booking) -> Result<()> {
        LOG.say(format!("cancel {}", booking.what));
        if booking.what == "doomed" {
            return Err(std::io::Error::other("the line is busy").into());
        }
        Ok(())
    }

    #[durable]
    async fn fail() -> Result<()> {
        bail!("it cannot be done")
    }

    dotdo::app! { domain: "trips.example", pub Trips { Trip, travel, book, cancel, fail } }

    pub async fn begin(test: &Test, plan: &str) {
        test.run(Trip { plan: plan.into() }.create()).await.unwrap();
    }
}

const BOOKED: [&str; 3] = ["book flight", "book hotel", "book newspaper"];

// One test, because the log is shared.
#[tokio::test]
#[allow(clippy::too_many_lines, reason = "one story, told in order")]
async fn what_was_done_is_undone_the_last_first() {
    use trips::{LOG, Trips, begin};
    let log = |more: &[&str]| {
        let all: Vec<String> = BOOKED.iter().chain(more).map(|&s| s.to_owned()).collect();
        assert_eq!(LOG.take(), all);
    };

    let test = Test::of(Trips::DEF);
    begin(&test, "fine").await;
    log(&["on the way with 1"]);
    assert!(journal(&test).await.is_empty());

    for plan in ["refused", "panic", "step fails"] {
        let test = Test::of(Trips::DEF);
        begin(&test, plan).await;
        log(&["cancel hotel", "cancel flight"]);
        assert_eq!(
            journal(&test).await,
            [
                ("undo book#0".to_owned(), Status::Completed),
                ("undo book#1".to_owned(), Status::Completed),
            ],
            "the outcome of each is recorded"
        );
        let found = letters(&test).await;
        assert_eq!(found.len(), 1, "the flow itself has failed");
        assert_eq!(found[0].name, "travel");
    }

    // A flow can say itself that it comes to nothing: then it has not failed.
    let test = Test::of(Trips::DEF);
    begin(&test, "comes to nothing").await;
    log(&["cancel hotel", "cancel flight"]);
    assert!(letters(&test).await.is_empty());
    let ended: Page<Action> = test
        .ask(Op::Actions(ActionFilter {
            name: Some("travel".to_owned()),
            ..ActionFilter::default()
        }))
        .await
        .unwrap();
    assert_eq!(ended.items[0].status, Status::Cancelled);

    // The time limit of the whole, with a restart in between.
    let mut test = Test::of(Trips::DEF);
    begin(&test, "late").await;
    test.crash().await;
    log(&[]);
    test.advance(days(1)).await;
    assert_eq!(LOG.take(), ["cancel hotel", "cancel flight"]);
    test.advance(days(2)).await;
    test.crash().await;
    assert!(LOG.take().is_empty(), "nothing is undone twice");

    // An undoing that fails for good is a dead letter, and the others still run.
    let mut test = Test::of(Trips::DEF);
    begin(&test, "undo fails").await;
    log(&["book doomed", "cancel doomed"]);
    test.crash().await;
    test.advance(secs(1)).await;
    test.advance(secs(2)).await;
    assert_eq!(
        LOG.take(),
        [
            "cancel doomed",
            "cancel doomed",
            "cancel hotel",
            "cancel flight"
        ]
    );
    let found = letters(&test).await;
    let names: Vec<_> = found.iter().map(|letter| letter.name.as_str()).collect();
    assert_eq!(names, ["travel", "cancel"]);
    let input = found[1].input.tree();
    assert_eq!(input["flow"], "travel");
    assert_eq!(input["step"], "book");
    assert_eq!(input["output"]["number"], 4);
    assert_eq!(input["undo"]["name"], "cancel");
    assert_eq!(found[1].error.message(), "the line is busy");

    // A call can undo as well.
    let test = Test::of(Trips::DEF);
    begin(&test, "undo is a call").await;
    log(&[
        "book guide",
        "renamed undone",
        "cancel hotel",
        "cancel flight",
    ]);

    // What branches did is undone with the rest.
    let test = Test::of(Trips::DEF);
    begin(&test, "together").await;
    let mut lines = LOG.take();
    lines[3..].sort();
    assert_eq!(lines[3..], ["book boat", "book car"]);
    test.advance(minutes(1)).await;
    let mut lines = LOG.take();
    lines[..2].sort();
    assert_eq!(
        lines,
        ["cancel boat", "cancel car", "cancel hotel", "cancel flight"]
    );
}

pub(crate) mod crashes {
    use super::*;
    static LOG: Log = Log::new();

    #[noun]
    pub struct Job {
        pub name: String,
    }

    #[on(Job::created)]
    async fn work(cx: Flow, _event: Event<Job>) -> Result<()> {
        cx.run(take("a".into()).undo(give_back)).await?;
        cx.run(take("b".into()).undo(give_back)).await?;
        cx.sleep(minutes(1)).await?;
        bail!("it went wrong")
    }

    #[durable]
    async fn take(what: String) -> Result<String> {
        LOG.say(format!("take {what} {}", StepKey::current()));
        Ok(what)
    }

    #[durable]
    async fn give_back(what: String) -> Result<()> {
        LOG.say(format!("begin {what} {}", StepKey::current()));
        if LOG.count("let it pass") == 0 {
            std::future::pending::<()>().await;
        }
        LOG.say(format!("end {what}"));
        Ok(())
    }

    dotdo::app! { pub Jobs { Job, work, take, give_back } }

    #[tokio::test]
    async fn an_undoing_that_was_under_way_runs_again_under_its_key() {
        let mut test = Test::of(Jobs::DEF);
        test.run(Job { name: "x".into() }.create()).await.unwrap();
        LOG.take();
        tokio::select! {
            () = test.advance(minutes(1)) => unreachable!("the undoing does not end"),
            () = async { while LOG.is_empty() { tokio::task::yield_now().await } } => {}
        }
        let first = LOG.take();
        assert_eq!(first.len(), 1);
        assert!(first[0].starts_with("begin b "));
        LOG.say("let it pass");
        test.crash().await;
        let lines = LOG.take();
        assert_eq!(lines.len(), 5, "{lines:?}");
        assert_eq!(lines[1], first[0], "the same key");
        assert_eq!(lines[2], "end b");
        assert!(lines[3].starts_with("begin a "));
        assert_eq!(lines[4], "end a");
    }
}
