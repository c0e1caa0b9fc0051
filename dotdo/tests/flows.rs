//! Durable work: retries, journals, crashes, dead letters.

#![allow(missing_docs, reason = "a test's business is explained by the test")]

mod support;

use dotdo::prelude::*;
use dotdo::{Action, ActionFilter, ErrorKind, Kind, Letter, Page, Status};
use dotdo_runtime::stub::Op;
use support::{Log, Test};

pub(crate) mod retries {
    use super::*;
    static LOG: Log = Log::new();

    #[noun]
    pub struct Job {
        pub name: String,
    }

    #[on(Job::created)]
    async fn work(cx: Flow, event: Event<Job>) -> Result<()> {
        let times = cx.run(flaky(event.data.name.clone())).await?;
        LOG.say(format!("worked after {times}"));
        Ok(())
    }

    #[durable(retry = 3, backoff = "100ms..1s", jitter = false)]
    async fn flaky(name: String) -> Result<u32> {
        LOG.say(format!("try {name}"));
        let tries = u32::try_from(LOG.count(&format!("try {name}")))?;
        match name.as_str() {
            "twice" if tries < 3 => Err(Error::from(std::io::Error::other("the line is busy"))),
            "never" => Err(Error::from(std::io::Error::other("nobody answers"))),
            "refused" => bail!("we do not do this"),
            "later" if tries < 2 => Err(Error::retry_after(secs(60), "come back in a minute")),
            _ => Ok(tries),
        }
    }

    dotdo::app! { pub Shop { Job, work, flaky } }

    async fn letters(test: &Test) -> Vec<Letter> {
        test.ask::<Page<Letter>>(Op::DeadLetters {
            limit: 10,
            after: None,
        })
        .await
        .unwrap()
        .items
    }

    // One test, because the log is shared.
    #[allow(clippy::too_many_lines, reason = "one story, told in order")]
    #[tokio::test]
    async fn a_step_is_retried_with_backoff_until_it_succeeds_or_gives_up() {
        let test = Test::of(Shop::DEF);

        test.run(
            Job {
                name: "twice".into(),
            }
            .create(),
        )
        .await
        .unwrap();
        assert_eq!(
            LOG.count("try twice"),
            1,
            "the first attempt is made at once"
        );
        test.advance(millis(99)).await;
        assert_eq!(LOG.count("try twice"), 1, "the second waits 100 ms");
        test.advance(millis(1)).await;
        assert_eq!(LOG.count("try twice"), 2);
        test.advance(millis(199)).await;
        assert_eq!(LOG.count("try twice"), 2, "the third waits 200 ms");
        test.advance(millis(1)).await;
        assert_eq!(LOG.count("try twice"), 3);
        assert_eq!(LOG.count("worked after 3"), 1);
        LOG.take();

        test.run(
            Job {
                name: "never".into(),
            }
            .create(),
        )
        .await
        .unwrap();
        for _ in 0..10 {
            test.advance(secs(2)).await;
        }
        assert_eq!(
            LOG.take(),
            vec!["try never"; 4],
            "one attempt and three more"
        );
        let found = letters(&test).await;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].name, "work");
        assert_eq!(found[0].error.message(), "nobody answers");

        test.run(
            Job {
                name: "refused".into(),
            }
            .create(),
        )
        .await
        .unwrap();
        test.advance(secs(10)).await;
        assert_eq!(LOG.take(), ["try refused"], "a refusal is not retried");
        assert_eq!(letters(&test).await[1].error.kind(), ErrorKind::Refused);

        test.run(
            Job {
                name: "later".into(),
            }
            .create(),
        )
        .await
        .unwrap();
        test.advance(secs(59)).await;
        assert_eq!(
            LOG.count("try later"),
            1,
            "the other side said when to come back"
        );
        test.advance(secs(1)).await;
        assert_eq!(LOG.take(), ["try later", "try later", "worked after 2"]);

        // The dead letter can be run once more, and what failed is tried again.
        let id = letters(&test).await[0].id.clone();
        test.ask::<String>(Op::Replay { id: id.clone() })
            .await
            .unwrap();
        test.settled().await;
        for _ in 0..10 {
            test.advance(secs(2)).await;
        }
        assert_eq!(LOG.take(), vec!["try never"; 4]);
        let again = test
            .ask::<String>(Op::Replay { id: "none".into() })
            .await
            .unwrap_err();
        assert_eq!(again.kind(), ErrorKind::NotFound);

        let actions: Page<Action> = test
            .ask(Op::Actions(ActionFilter {
                kind: Some(Kind::Step),
                status: Some(Status::Completed),
                ..Default::default()
            }))
            .await
            .unwrap();
        assert_eq!(
            actions.items.iter().map(|a| a.attempts).collect::<Vec<_>>(),
            [3, 2]
        );
        assert_eq!(actions.items[0].output.as_ref().unwrap().text(), "3");
        assert!(
            actions.items[0].started_at.is_some()
                && actions.items[0].completed_at > actions.items[0].started_at
        );
    }
}

pub(crate) mod crashes {
    use super::*;
    static LOG: Log = Log::new();

    #[noun]
    pub struct Trip {
        pub to: String,
    }

    #[on(Trip::created)]
    async fn travel(cx: Flow, event: Event<Trip>) -> Result<()> {
        let start = cx.now().await?;
        let dice = cx.random().await?;
        let seat = cx.run(book(event.data.to.clone(), 1)).await?;
        cx.sleep(hours(2)).await?;
        let back = cx.run(book(event.data.to.clone(), 2)).await?;
        let end = cx.now().await?;
        LOG.say(format!(
            "travelled {seat} {back} for {} dice {}",
            end - start,
            dice == cx_dice(dice)
        ));
        Ok(())
    }

    fn cx_dice(dice: u64) -> u64 {
        dice
    }

    #[durable]
    async fn book(to: String, leg: u32) -> Result<String> {
        LOG.say(format!("book {to} {leg}"));
        LOG.say(format!("key {}", StepKey::current()));
        if to == "hang" && LOG.count("book hang 1") == 1 {
            std::future::pending::<()>().await;
        }
        Ok(format!("{to}-{leg}"))
    }

    dotdo::app! { pub Agency { Trip, travel, book } }

    #[tokio::test]
    async fn a_flow_goes_on_where_it_was_after_a_crash() {
        let mut test = Test::of(Agency::DEF);
        test.run(Trip { to: "Rome".into() }.create()).await.unwrap();
        assert_eq!(LOG.count("book Rome 1"), 1);
        test.crash().await;
        test.advance(hours(1)).await;
        test.crash().await;
        assert_eq!(LOG.count("book Rome 1"), 1, "what is done is not repeated");
        assert_eq!(LOG.count("book Rome 2"), 0, "it still sleeps");
        test.advance(hours(1)).await;
        assert_eq!(LOG.count("book Rome 1"), 1);
        assert_eq!(
            LOG.count("travelled Rome-1 Rome-2 for PT7200S dice true"),
            1
        );
        test.crash().await;
        test.advance(hours(24)).await;
        assert_eq!(LOG.count("book Rome 2"), 1);
        LOG.take();

        // What was running when the process died runs again, under the same key.
        test.business()
            .run(Trip { to: "hang".into() }.create())
            .await
            .unwrap();
        LOG.said("book hang 1").await;
        test.crash().await;
        assert_eq!(LOG.count("book hang 1"), 2);
        let lines = LOG.take();
        let keys: Vec<_> = lines
            .iter()
            .filter(|line| line.starts_with("key "))
            .collect();
        assert_eq!(keys.len(), 2);
        assert_eq!(keys[0], keys[1]);
    }
}

pub(crate) mod limits {
    use super::*;
    static LOG: Log = Log::new();

    #[noun]
    pub struct Task {
        pub kind: String,
    }

    #[on(Task::created)]
    #[durable(timeout = "1h")]
    async fn handle(cx: Flow, event: Event<Task>) -> Result<()> {
        match event.data.kind.as_str() {
            "attempt" => {
                let error = cx.attempt(endless()).within(secs(5)).await.unwrap_err();
                LOG.say(error.to_string());
            }
            "timeout" => {
                let error = cx.run(limited()).await.unwrap_err();
                LOG.say(error.to_string());
            }
            "whole" => cx.sleep(days(1)).await?,
            "foreign" => std::future::pending::<()>().await,
            "panic" => panic!("this is a defect"),
            "loop" => {
                let mut sum = 0;
                for n in 0..3 {
                    sum += cx.run(twice(n)).await?;
                }
                LOG.say(format!("sum {sum}"));
            }
            "child" => LOG.say(format!("child gave {}", cx.run(sub(20)).await?)),
            "named" => LOG.say(format!(
                "named gave {}",
                cx.run_named("twice", &serde_json::json!({"n": 4})).await?
            )),
            "nobody" => LOG.say(cx.run_named("nobody", &()).await.unwrap_err().to_string()),
            "send" => {
                cx.send(twice(50));
                LOG.say("sent");
            }
            other => bail!("unknown {other}"),
        }
        Ok(())
    }

    #[durable]
    async fn endless() -> Result<()> {
        LOG.say("endless");
        std::future::pending().await
    }

    #[durable(retry = 1, timeout = "3s", backoff = "1s", jitter = false)]
    async fn limited() -> Result<()> {
        LOG.say("limited");
        std::future::pending().await
    }

    #[durable]
    async fn twice(n: i64) -> Result<i64> {
        LOG.say(format!("twice {n}"));
        Ok(n * 2)
    }

    #[durable]
    async fn sub(cx: Flow, n: i64) -> Result<i64> {
        cx.sleep(minutes(1)).await?;
        Ok(cx.run(twice(n)).await? + 1)
    }

    dotdo::app! { pub Tasks { Task, handle, endless, limited, twice, sub } }

    async fn kind(test: &Test, kind: &str) {
        test.run(Task { kind: kind.into() }.create()).await.unwrap();
    }

    #[tokio::test]
    async fn limits_children_names_and_defects() {
        let mut test = Test::of(Tasks::DEF);
        // These steps never end by themselves, so nothing settles before their time is up.
        test.business()
            .run(
                Task {
                    kind: "attempt".into(),
                }
                .create(),
            )
            .await
            .unwrap();
        LOG.said("endless").await;
        test.business().advance_now(secs(5)).await;
        assert_eq!(
            LOG.take(),
            ["endless", "`endless` did not finish within 5s"]
        );

        test.business()
            .run(
                Task {
                    kind: "timeout".into(),
                }
                .create(),
            )
            .await
            .unwrap();
        LOG.said("limited").await;
        LOG.take();
        test.business().advance_now(secs(3)).await;
        tokio::select! {
            () = test.business().advance_now(secs(1)) => unreachable!("the second attempt does not end either"),
            () = LOG.said("limited") => {}
        }
        test.business().advance_now(secs(3)).await;
        assert_eq!(
            LOG.take(),
            ["limited", "`limited` did not finish within 3s"]
        );

        kind(&test, "loop").await;
        assert_eq!(LOG.take(), ["twice 0", "twice 1", "twice 2", "sum 6"]);

        kind(&test, "child").await;
        test.crash().await;
        test.advance(minutes(1)).await;
        assert_eq!(LOG.take(), ["twice 20", "child gave 41"]);

        kind(&test, "named").await;
        assert_eq!(LOG.take(), ["twice 4", "named gave 8"]);
        kind(&test, "nobody").await;
        assert_eq!(LOG.take(), ["there is no step or flow named `nobody`"]);
        kind(&test, "send").await;
        let mut lines = LOG.take();
        lines.sort();
        assert_eq!(lines, ["sent", "twice 50"]);

        kind(&test, "whole").await;
        kind(&test, "foreign").await;
        kind(&test, "panic").await;
        test.advance(hours(1)).await;
        let letters: Page<Letter> = test
            .ask(Op::DeadLetters {
                limit: 10,
                after: None,
            })
            .await
            .unwrap();
        let mut errors: Vec<_> = letters.items.iter().map(|l| l.error.message()).collect();
        errors.sort_unstable();
        assert_eq!(errors.len(), 3, "{errors:?}");
        assert_eq!(errors[0], "`handle` did not finish within 1h");
        assert_eq!(errors[1], "the code panicked: this is a defect");
        assert!(
            errors[2].contains("the flow `handle` (")
                && errors[2].contains("dotdo/tests/flows.rs:")
                && errors[2].contains("awaits, first of all, something that no context performs"),
            "{}",
            errors[2]
        );
    }
}
