//! People in flows: asking, answering, waiting, the inbox.

#![allow(missing_docs, reason = "a test's business is explained by the test")]

mod support;

use dotdo::prelude::*;
use dotdo::{
    ActionFilter, AskFilter, AskRow, AskStatus, ErrorKind, Inbox, Kind, Letter, Notice, Page,
    Status,
};
use dotdo_runtime::stub::Op;
use support::{Log, Test};

/// What the reviewer fills in.
#[form]
#[check(|review| review.release || review.note.is_some(), "say why it is held back")]
pub struct Review {
    /// Release this order?
    pub release: bool,
    #[length(1..=20)]
    pub note: Option<String>,
    #[default(3)]
    #[range(1..=5)]
    pub stars: i64,
}

fn review(release: bool) -> Review {
    Review {
        release,
        note: Some("looked at".into()),
        stars: 5,
    }
}

fn inbox(test: &Test) -> Inbox<'_, support::Reach> {
    Inbox::of(test.business().reach(), test.business().app().domain())
}

async fn asks(test: &Test, filter: AskFilter) -> Vec<AskRow> {
    inbox(test).list(filter).await.unwrap().items
}

async fn the_ask(test: &Test) -> AskRow {
    let mut asks = asks(test, AskFilter::default()).await;
    assert_eq!(asks.len(), 1, "{asks:?}");
    asks.remove(0)
}

pub(crate) mod in_the_tenant {
    use super::*;
    static LOG: Log = Log::new();

    #[noun]
    pub struct Job {
        pub name: String,
    }

    #[on(Job::created)]
    async fn work(cx: Flow, event: Event<Job>) -> Result<()> {
        let name = event.data.name;
        let asked = Human::role("ops")
            .ask::<Review>(format!("Do {name}?"))
            .within(days(2))
            .about(&name)
            .signed();
        match cx.run(asked).await? {
            Answer::Given(review) => LOG.say(format!(
                "{name}: {} by {} with {}",
                review.release, review.by, review.stars
            )),
            Answer::TimedOut => LOG.say(format!("{name}: nobody")),
        }
        Ok(())
    }

    dotdo::app! { pub Shop { Job, work } }

    async fn started(name: &str) -> Test {
        let test = Test::of(Shop::DEF);
        test.run(Job { name: name.into() }.create()).await.unwrap();
        test
    }

    #[tokio::test]
    async fn an_answer_is_checked_and_lets_the_flow_go_on_once() {
        let mut test = started("paint").await;
        let ask = the_ask(&test).await;
        assert_eq!(ask.question, "Do paint?");
        assert_eq!(ask.status, AskStatus::Open);
        assert_eq!(ask.about.as_ref().unwrap().text(), "\"paint\"");
        let schema = ask.schema.tree();
        assert_eq!(
            schema["properties"]["release"]["title"],
            "Release this order?"
        );
        assert_eq!(schema["required"], serde_json::json!(["release"]));

        // After a crash the flow is revived to learn what it asked for.
        test.crash().await;
        let ann = inbox(&test).by("ann@shop.example");
        let wrong = serde_json::json!({"release": "yes", "stars": 9, "nota": 1});
        let error = ann.answer(&ask.id, &wrong).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        let fields: Vec<_> = error.fields().iter().map(|e| e.field.as_str()).collect();
        assert_eq!(fields, ["nota", "release", "stars"]);
        let unexplained = serde_json::json!({"release": false});
        let error = ann.answer(&ask.id, &unexplained).await.unwrap_err();
        assert_eq!(error.message(), "say why it is held back");
        assert_eq!(the_ask(&test).await.version, 1, "nothing was done");

        let given = serde_json::json!({"release": true});
        let row = ann.answer(&ask.id, &given).await.unwrap();
        assert_eq!(row.status, AskStatus::Answered);
        assert_eq!(row.by.as_deref(), Some("ann@shop.example"));
        assert_eq!(
            row.answer.unwrap().tree()["stars"],
            3,
            "the default is there"
        );
        test.settled().await;
        assert_eq!(LOG.take(), ["paint: true by ann@shop.example with 3"]);

        let again = ann.answer(&ask.id, &given).await.unwrap_err();
        assert_eq!(again.kind(), ErrorKind::Refused);
        assert!(
            again.message().contains("was answered by ann@shop.example"),
            "{again}"
        );
        test.advance(days(3)).await;
        assert_eq!(LOG.take(), [""; 0], "the limit has nothing to end any more");
        LOG.take();
        silence_is_an_answer().await;
        questions_can_be_expired().await;
        declining_is_a_refusal().await;
        a_claim_keeps_others_out().await;
        answers_under_one_key_are_one().await;
    }

    // The log is shared, so these are told one after the other.

    async fn silence_is_an_answer() {
        let mut test = started("wait").await;
        let ask = the_ask(&test).await;
        test.advance(days(1)).await;
        assert_eq!(LOG.take(), [""; 0]);
        test.crash().await;
        test.advance(days(1)).await;
        assert_eq!(LOG.take(), ["wait: nobody"]);
        assert_eq!(the_ask(&test).await.status, AskStatus::Expired);
        let late = inbox(&test).by("ann").answer(&ask.id, &review(true)).await;
        let late = late.unwrap_err();
        assert_eq!(late.kind(), ErrorKind::Refused);
        assert!(
            late.message().contains("stood until 2026-11-04T12:00:00Z"),
            "{late}"
        );
    }

    async fn questions_can_be_expired() {
        let test = started("stop").await;
        let ask = the_ask(&test).await;
        let row = inbox(&test).expire(&ask.id).await.unwrap();
        assert_eq!(row.status, AskStatus::Expired);
        test.settled().await;
        assert_eq!(LOG.take(), ["stop: nobody"]);
    }

    async fn declining_is_a_refusal() {
        let test = started("dig").await;
        let ask = the_ask(&test).await;
        let error = inbox(&test).by("bob").decline(&ask.id, " ").await;
        assert_eq!(error.unwrap_err().fields()[0].field, "reason");
        let row = inbox(&test).by("bob").decline(&ask.id, "not our job").await;
        assert_eq!(row.unwrap().status, AskStatus::Declined);
        test.settled().await;
        let letters: Page<Letter> = test
            .ask(Op::DeadLetters {
                limit: 10,
                after: None,
            })
            .await
            .unwrap();
        assert_eq!(
            letters.items[0].error.message(),
            "bob declined to answer: not our job"
        );
        LOG.take();
    }

    async fn a_claim_keeps_others_out() {
        let test = started("lift").await;
        let id = the_ask(&test).await.id;
        let (ann, bob) = (inbox(&test).by("ann"), inbox(&test).by("bob"));
        assert_eq!(
            inbox(&test).claim(&id).await.unwrap_err().fields()[0].field,
            "Actor"
        );
        assert_eq!(ann.claim(&id).await.unwrap().status, AskStatus::Claimed);
        assert_eq!(ann.claim(&id).await.unwrap().version, 2, "once is enough");
        for error in [
            bob.claim(&id).await,
            bob.release(&id).await,
            bob.answer(&id, &review(true)).await,
            bob.delegate(&id, "bob").await,
            bob.decline(&id, "no").await,
        ] {
            let error = error.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Refused);
            assert!(error.message().starts_with("ann has claimed"), "{error}");
        }
        let of_ann = AskFilter {
            assignee: Some("ann".into()),
            ..AskFilter::default()
        };
        assert_eq!(asks(&test, of_ann.clone()).await.len(), 1);
        assert_eq!(ann.release(&id).await.unwrap().status, AskStatus::Open);
        assert!(
            ann.release(&id)
                .await
                .unwrap_err()
                .message()
                .contains("nobody has claimed")
        );
        assert_eq!(asks(&test, of_ann).await.len(), 0);
        let row = ann.delegate(&id, "Human/bob").await.unwrap();
        assert_eq!(
            (row.user.as_deref(), row.role.as_deref()),
            (Some("bob"), None)
        );
        let error = ann.answer(&id, &review(true)).await.unwrap_err();
        assert!(
            error.message().contains("is for bob, and this is ann"),
            "{error}"
        );
        let row = bob.answer(&id, &review(true)).await.unwrap();
        let log: Vec<_> = row.log.iter().map(|e| e.what.as_str()).collect();
        assert_eq!(
            log,
            ["asked", "claimed", "released", "delegated", "answered"]
        );
        test.settled().await;
        assert_eq!(LOG.take(), ["lift: true by bob with 5"]);
    }

    async fn answers_under_one_key_are_one() {
        let test = started("key").await;
        let ask = the_ask(&test).await;
        let answer = dotdo::Json::of(&review(true)).unwrap();
        let request = || {
            dotdo::object::Request::new(
                "Human/ann",
                Op::Ask {
                    id: ask.id.clone(),
                    act: dotdo_runtime::store::asks::AskAct::Answer {
                        answer: answer.clone(),
                    },
                },
            )
            .once("k1")
        };
        let key = dotdo::runtime_app::ObjectKey::tenant(test.business().app().domain());
        let mut versions = Vec::new();
        for _ in 0..2 {
            let row = dotdo::host::ask(test.business().reach(), key.clone(), request()).await;
            versions.push(row.unwrap().tree()["version"].clone());
        }
        assert_eq!(versions[0], versions[1]);
        test.settled().await;
        assert_eq!(LOG.take(), ["key: true by ann with 5"]);
    }
}

pub(crate) mod in_objects {
    use super::*;
    static LOG: Log = Log::new();

    #[noun(object)]
    pub struct Order {
        pub total: i64,
        #[default(false)]
        pub released: bool,
    }

    #[verbs]
    impl Order {
        #[verb]
        fn release(&mut self, _cx: &mut Tx) -> Result<()> {
            ensure!(!self.released, "it is released");
            self.released = true;
            Ok(())
        }

        #[on(Order::created)]
        async fn check(cx: Flow<Order>, event: Event<Order>) -> Result<()> {
            let asked = Human::role("risk")
                .ask::<Review>(format!("Release {}?", event.data.total))
                .notify(tell)
                .remind(hours(4))
                .escalate_to(Human::user("eve"), hours(10))
                .within(days(1));
            match cx.run(asked).await? {
                Answer::Given(review) if review.release => cx.run(cx.this().release()).await,
                Answer::Given(_) | Answer::TimedOut => Ok(()),
            }
        }
    }

    #[durable]
    async fn tell(notice: Notice) -> Result<()> {
        let whom = notice.user.or(notice.role).unwrap_or_default();
        LOG.say(format!(
            "{:?}: {} ({whom})",
            notice.occasion, notice.question
        ));
        Ok(())
    }

    dotdo::app! { pub Shop { Order, tell } }

    #[tokio::test]
    async fn one_inbox_lists_what_all_objects_ask() {
        let mut test = Test::of(Shop::DEF);
        let mut orders = Vec::new();
        for total in [10, 20, 30] {
            let order = Order {
                total,
                released: false,
            };
            orders.push(test.run(order.create()).await.unwrap());
        }
        test.settled().await;
        let first = Page {
            items: asks(
                &test,
                AskFilter {
                    limit: Some(2),
                    ..AskFilter::default()
                },
            )
            .await,
            next: None::<String>,
        };
        assert_eq!(first.items.len(), 2);
        let all = asks(&test, AskFilter::default()).await;
        assert_eq!(all.len(), 3);
        assert!(all.iter().all(|ask| ask.flow == "Order::check"));
        let ask = all
            .iter()
            .find(|ask| ask.question == "Release 20?")
            .unwrap();

        test.crash().await;
        let ann = inbox(&test).by("ann");
        // Asked in the tenant's object, answered in the order's.
        let error = ann.answer(&ask.id, &serde_json::json!({})).await;
        assert_eq!(error.unwrap_err().fields()[0].field, "release");
        ann.answer(&ask.id, &review(true)).await.unwrap();
        test.settled().await;
        let left = AskFilter {
            open: Some(true),
            role: Some("risk".into()),
            ..AskFilter::default()
        };
        assert_eq!(asks(&test, left).await.len(), 2);
        let order = test
            .run(Order::stub(orders[1].clone()).get())
            .await
            .unwrap();
        assert!(order.released);
        assert!(
            !test
                .run(Order::stub(orders[0].clone()).get())
                .await
                .unwrap()
                .released
        );
        // What the inbox lists is what the object has.
        assert_eq!(
            asks(&test, AskFilter::default())
                .await
                .iter()
                .find(|row| row.id == ask.id),
            Some(&ann.show(&ask.id).await.unwrap())
        );

        LOG.take();
        test.advance(hours(4)).await;
        assert_eq!(
            LOG.take().len(),
            2,
            "those that wait are reminded of, the answered one is not"
        );
        test.advance(hours(4)).await;
        assert_eq!(LOG.take().len(), 2);
        test.advance(hours(2)).await;
        let mut said = LOG.take();
        said.sort();
        assert_eq!(
            said,
            [
                "Escalation: Release 10? (eve)",
                "Escalation: Release 30? (eve)"
            ]
        );
        let escalated = asks(
            &test,
            AskFilter {
                assignee: Some("eve".into()),
                ..AskFilter::default()
            },
        )
        .await;
        assert_eq!(escalated.len(), 2);
        let error = ann.claim(&escalated[0].id).await.unwrap_err();
        assert!(error.message().contains("is for eve"), "{error}");
        // Time that passes while nothing runs is made up for by one reminder.
        test.advance(hours(13)).await;
        assert_eq!(LOG.take().len(), 2);
        test.advance(hours(1)).await;
        assert_eq!(LOG.take().len(), 0, "the time is over");
        let expired = AskFilter {
            status: Some(AskStatus::Expired),
            ..AskFilter::default()
        };
        assert_eq!(asks(&test, expired).await.len(), 2);
    }
}

pub(crate) mod mistakes {
    use super::*;

    #[noun]
    pub struct Job {
        pub name: String,
    }

    #[on(Job::created)]
    async fn work(cx: Flow, event: Event<Job>) -> Result<()> {
        match event.data.name.as_str() {
            "send" => cx.send(Human::role("ops").ask::<Review>("Well?")),
            "blank" => drop(cx.run(Human::role("ops").ask::<Review>(" ")).await?),
            _ => drop(cx.run(Human::role("").ask::<Review>("Well?")).await?),
        }
        Ok(())
    }

    dotdo::app! { pub Shop { Job, work } }

    #[tokio::test]
    async fn a_question_that_cannot_be_asked_fails_its_flow() {
        let test = Test::of(Shop::DEF);
        for (name, message) in [
            ("send", "nobody would hear the answer"),
            ("blank", "the question is empty"),
            ("nobody", "the role of who is asked"),
        ] {
            test.run(Job { name: name.into() }.create()).await.unwrap();
            let letters: Page<Letter> = test
                .ask(Op::DeadLetters {
                    limit: 10,
                    after: None,
                })
                .await
                .unwrap();
            let last = letters.items.last().unwrap();
            assert!(last.error.message().contains(message), "{}", last.error);
        }
        assert_eq!(asks(&test, AskFilter::default()).await, []);
        let actions: Page<dotdo::Action> = test
            .ask(Op::Actions(ActionFilter {
                kind: Some(Kind::Flow),
                status: Some(Status::Failed),
                ..ActionFilter::default()
            }))
            .await
            .unwrap();
        assert_eq!(actions.items.len(), 3);
    }
}
