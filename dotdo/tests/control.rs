//! Flows steered from outside: shown, cancelled, tried again, run anew.

#![allow(missing_docs, reason = "a test's business is explained by the test")]

mod support;

use dotdo::door::{Door, HttpRequest};
use dotdo::prelude::*;
use dotdo::runtime_app::ObjectKey;
use dotdo::{
    ActionFilter, AskFilter, AskStatus, ErrorKind, Flows, Inbox, Kind, Letter, Op, Page, Status,
};
use serde_json::{Value as Tree, json};
use support::{Log, Test};

static LOG: Log = Log::new();

#[noun]
pub struct Job {
    pub name: String,
}

#[form]
pub struct Review {
    pub fine: bool,
}

#[on(Job::created, filter = |event| event.data.name != "saga")]
async fn work(cx: Flow, event: Event<Job>) -> Result<()> {
    let name = event.data.name;
    cx.run(first(name.clone())).await?;
    match cx.run(part(name.clone())).await {
        Ok(()) => {}
        Err(error) => {
            LOG.say(format!("part: {:?}: {error}", error.kind()));
            return Ok(());
        }
    }
    cx.run(last(name)).await
}

#[durable]
async fn part(cx: Flow, name: String) -> Result<()> {
    match name.as_str() {
        "ask" => drop(cx.run(Human::role("ops").ask::<Review>("Well?")).await?),
        "sleep" => cx.sleep(days(9)).await?,
        _ => {}
    }
    Ok(())
}

#[durable]
async fn first(name: String) -> Result<()> {
    LOG.say(format!("first {name}"));
    Ok(())
}

#[durable(retry = 1, backoff = "1h..1h", jitter = false)]
async fn last(name: String) -> Result<()> {
    LOG.say(format!("last {name}"));
    let tries = LOG.count(&format!("last {name}"));
    match name.as_str() {
        "flaky" if tries < 2 => Err(Error::from(std::io::Error::other("busy"))),
        "broken" if tries < 3 => Err(Error::from(std::io::Error::other("broken"))),
        _ => Ok(()),
    }
}

#[on(Job::created, filter = |event| event.data.name == "saga")]
async fn saga(cx: Flow, event: Event<Job>) -> Result<()> {
    let name = event.data.name;
    cx.run(first(name.clone())).await?;
    cx.run(reserve(name.clone()).undo(|()| unreserve("saga".into())))
        .await?;
    cx.sleep(days(1)).await?;
    cx.run(last(name)).await
}

#[durable]
async fn reserve(name: String) -> Result<()> {
    LOG.say(format!("reserve {name}"));
    Ok(())
}

#[durable]
async fn unreserve(name: String) -> Result<()> {
    LOG.say(format!("unreserve {name}"));
    Ok(())
}

#[noun(object)]
pub struct Order {
    #[default(0)]
    pub paid: i64,
}

#[verbs]
impl Order {
    #[verb]
    fn pay(&mut self, _cx: &mut Tx) -> Result<()> {
        self.paid += 1;
        Ok(())
    }

    #[on(Order::created)]
    async fn fulfil(cx: Flow<Order>, _event: Event<Order>) -> Result<()> {
        cx.now().await?;
        cx.run(cx.this().pay()).await?;
        cx.run(cx.this().get()).await?;
        cx.sleep(hours(1)).await
    }
}

dotdo::app! { domain: "shop.example", pub Shop { Job, Order, work, part, first, last, saga, reserve, unreserve } }

fn flows(test: &Test) -> Flows<'_, dotdo::host::native::Handle> {
    let key = ObjectKey::tenant("shop.example");
    Flows::of(test.business().handle(), key)
}

async fn begun(name: &str) -> (Test, String) {
    LOG.take();
    let test = Test::of(Shop::DEF);
    test.run(Job { name: name.into() }.create()).await.unwrap();
    let filter = ActionFilter {
        name: Some("work".into()),
        ..ActionFilter::default()
    };
    let id = flows(&test).list(filter).await.unwrap().items[0].id.clone();
    (test, id)
}

async fn letters(test: &Test) -> Vec<Letter> {
    let page: Page<Letter> = test
        .ask(Op::DeadLetters {
            limit: 10,
            after: None,
        })
        .await
        .unwrap();
    page.items
}

// One test, because the log is shared.
#[tokio::test]
async fn flows_are_steered_from_outside() {
    a_flow_is_shown_as_a_tree().await;
    cancelling_ends_everything_that_is_waited_for().await;
    who_waits_for_a_child_hears_that_it_was_cancelled().await;
    what_waits_to_be_tried_again_is_tried_at_once().await;
    a_flow_that_failed_goes_on_where_it_stopped().await;
    a_flow_is_run_anew_from_a_step().await;
    what_was_done_is_undone_when_a_flow_is_cancelled().await;
}

async fn a_flow_is_shown_as_a_tree() {
    let (test, id) = begun("ask").await;
    let trail = flows(&test).show(&id).await.unwrap();
    let keys: Vec<_> = trail
        .journal
        .iter()
        .map(|e| e.action.key.clone().unwrap())
        .collect();
    assert_eq!(keys, ["first#0", "part#0"]);
    let first = &trail.entry("first#0").unwrap().action;
    assert_eq!(first.status, Status::Completed);
    assert_eq!(first.input.text(), r#"{"name":"ask"}"#);
    assert!(first.started_at.is_some() && first.completed_at.is_some());
    let ask = &trail
        .entry("part#0")
        .unwrap()
        .entry("ask Review#0")
        .unwrap()
        .action;
    assert_eq!((ask.kind, ask.status), (Kind::Ask, Status::Pending));
    let missing = flows(&test).show("01k").await.unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound);
}

async fn cancelling_ends_everything_that_is_waited_for() {
    let (mut test, id) = begun("ask").await;
    let trail = flows(&test)
        .by("ann")
        .cancel(&id, "not needed")
        .await
        .unwrap();
    assert_eq!(trail.action.status, Status::Cancelled);
    let why = "`work` was cancelled by ann: not needed";
    assert_eq!(trail.action.error.as_ref().unwrap().message(), why);
    let part = trail.entry("part#0").unwrap();
    assert_eq!(part.action.status, Status::Cancelled);
    assert_eq!(part.journal[0].action.status, Status::Cancelled);
    assert_eq!(
        trail.entry("first#0").unwrap().action.status,
        Status::Completed
    );

    let inbox = Inbox::of(test.business().handle(), "shop.example").by("ann");
    let ask = inbox
        .list(AskFilter::default())
        .await
        .unwrap()
        .items
        .remove(0);
    assert_eq!(ask.status, AskStatus::Cancelled);
    let late = inbox
        .answer(&ask.id, &Review { fine: true })
        .await
        .unwrap_err();
    assert!(
        late.message()
            .contains("its flow does not wait for it any more"),
        "{late}"
    );

    assert_eq!(letters(&test).await, [], "nobody failed");
    let again = flows(&test).cancel(&id, "").await.unwrap_err();
    assert_eq!(again.kind(), ErrorKind::Refused);
    assert!(
        again
            .message()
            .contains("has been cancelled since 2026-11-02T12:00:00Z"),
        "{again}"
    );
    test.crash().await;
    test.advance(days(30)).await;
    assert_eq!(LOG.take(), ["first ask"]);

    // It goes on where it was stopped.
    flows(&test).retry(&id).await.unwrap();
    test.settled().await;
    let trail = flows(&test).show(&id).await.unwrap();
    assert_eq!(trail.action.status, Status::Running);
    assert_eq!(LOG.take(), [""; 0], "what was done is not done again");
    let inbox = Inbox::of(test.business().handle(), "shop.example").by("ann");
    let open = AskFilter {
        open: Some(true),
        ..AskFilter::default()
    };
    let ask = inbox.list(open).await.unwrap().items.remove(0);
    inbox.answer(&ask.id, &Review { fine: true }).await.unwrap();
    test.settled().await;
    assert_eq!(LOG.take(), ["last ask"]);
}

async fn who_waits_for_a_child_hears_that_it_was_cancelled() {
    let (test, id) = begun("sleep").await;
    let trail = flows(&test).show(&id).await.unwrap();
    let part = trail.entry("part#0").unwrap().action.id.clone();
    let child = flows(&test).rerun(&part, None).await.unwrap_err();
    assert!(
        child.message().contains("rerun that one from `part#0`"),
        "{child}"
    );
    flows(&test)
        .by("Agent/claude")
        .cancel(&part, " ")
        .await
        .unwrap();
    test.settled().await;
    assert_eq!(
        LOG.take(),
        [
            "first sleep",
            "part: Cancelled: `part` was cancelled by Agent/claude"
        ]
    );
    let parent = flows(&test).show(&id).await.unwrap().action;
    assert_eq!(parent.status, Status::Completed, "it handled that");
}

async fn what_waits_to_be_tried_again_is_tried_at_once() {
    let (test, id) = begun("flaky").await;
    assert_eq!(LOG.count("last flaky"), 1);
    flows(&test).retry(&id).await.unwrap();
    test.settled().await;
    assert_eq!(LOG.count("last flaky"), 2, "an hour was not waited for");
    let trail = flows(&test).show(&id).await.unwrap();
    assert_eq!(trail.action.status, Status::Completed);
    assert_eq!(trail.entry("last#0").unwrap().action.attempts, 2);
    let again = flows(&test).retry(&id).await.unwrap_err();
    assert!(again.message().contains("nothing to try again"), "{again}");

    let (test, id) = begun("sleep").await;
    let nothing = flows(&test).retry(&id).await.unwrap_err();
    assert!(
        nothing.message().contains("waiting for `part#0`"),
        "{nothing}"
    );
}

async fn a_flow_that_failed_goes_on_where_it_stopped() {
    let (test, id) = begun("broken").await;
    test.advance(hours(1)).await;
    assert_eq!(letters(&test).await.len(), 1);
    flows(&test).retry(&id).await.unwrap();
    test.settled().await;
    assert_eq!(
        LOG.take(),
        ["first broken", "last broken", "last broken", "last broken"]
    );
    assert!(
        letters(&test).await[0].replayed_at.is_some(),
        "the letter is answered"
    );
    let trail = flows(&test).show(&id).await.unwrap();
    assert_eq!(trail.action.status, Status::Completed);
    assert_eq!(
        trail.journal.len(),
        3,
        "what failed is not part of it any more"
    );
}

async fn a_flow_is_run_anew_from_a_step() {
    let (mut test, id) = begun("plain").await;
    assert_eq!(LOG.take(), ["first plain", "last plain"]);
    let wrong = flows(&test).rerun(&id, Some("lats#0")).await.unwrap_err();
    assert_eq!(wrong.fields()[0].field, "from");
    assert!(
        wrong.message().contains("did you mean `last#0`?"),
        "{wrong}"
    );
    flows(&test).rerun(&id, Some("last#0")).await.unwrap();
    test.settled().await;
    assert_eq!(LOG.take(), ["last plain"]);

    let refused = flows(&test).rerun(&id, Some("first#0")).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Refused);
    assert!(
        refused
            .message()
            .starts_with("`part#0`, `last#0` would be done a second time"),
        "{refused}"
    );
    let refused = flows(&test).rerun(&id, None).await.unwrap_err();
    assert!(
        refused.message().starts_with("`first#0`, `part#0`"),
        "{refused}"
    );
    flows(&test).rerun_all(&id, Some("first#0")).await.unwrap();
    test.settled().await;
    test.crash().await;
    assert_eq!(LOG.take(), ["first plain", "last plain"]);
    let trail = flows(&test).show(&id).await.unwrap();
    assert_eq!(
        (trail.action.status, trail.journal.len()),
        (Status::Completed, 3)
    );
    // What was forgotten is on record.
    let all: Page<dotdo::Action> = test
        .ask(Op::Actions(ActionFilter {
            name: Some("last".into()),
            ..ActionFilter::default()
        }))
        .await
        .unwrap();
    assert_eq!(all.items.len(), 3);

    // One that still waits is stopped first.
    let (test, id) = begun("sleep").await;
    flows(&test).rerun_all(&id, Some("first#0")).await.unwrap();
    test.advance(days(9)).await;
    assert_eq!(LOG.take(), ["first sleep", "first sleep", "last sleep"]);
}

async fn what_was_done_is_undone_when_a_flow_is_cancelled() {
    LOG.take();
    let test = Test::of(Shop::DEF);
    test.run(
        Job {
            name: "saga".into(),
        }
        .create(),
    )
    .await
    .unwrap();
    let all = flows(&test).list(ActionFilter::default()).await.unwrap();
    let id = all.items[0].id.clone();
    flows(&test).by("ann").cancel(&id, "").await.unwrap();
    test.settled().await;
    assert_eq!(LOG.take(), ["first saga", "reserve saga", "unreserve saga"]);
    let trail = flows(&test).show(&id).await.unwrap();
    assert_eq!(trail.action.status, Status::Cancelled, "when all is undone");
    let undo = trail.entry("undo reserve#0").unwrap();
    assert_eq!(undo.action.status, Status::Completed);
    assert_eq!(letters(&test).await, [], "nobody failed");

    // Nothing can go on from what was undone.
    let refused = flows(&test)
        .rerun_all(&id, Some("sleep#0"))
        .await
        .unwrap_err();
    assert!(
        refused.message().starts_with("`reserve#0` was undone"),
        "{refused}"
    );
    flows(&test).retry(&id).await.unwrap();
    test.advance(days(1)).await;
    assert_eq!(
        LOG.take(),
        ["reserve saga", "last saga"],
        "it goes on from the first that was undone"
    );
    let trail = flows(&test).show(&id).await.unwrap();
    assert_eq!(trail.action.status, Status::Completed);
}

async fn send(test: &Test, method: &str, target: &str, body: Tree, key: &str) -> (u16, Tree) {
    let door = Door::new(test.business().app(), None, test.business().ids());
    let mut request = HttpRequest::new(method, target).with("host", "shop.example");
    if !key.is_empty() {
        request = request.with("idempotency-key", key);
    }
    if !body.is_null() {
        request = HttpRequest {
            body: body.to_string().into_bytes(),
            ..request.with("content-type", "application/json")
        };
    }
    let response = door.answer(test.business().handle(), request).await;
    test.settled().await;
    (
        response.status,
        serde_json::from_str(response.text()).unwrap_or_default(),
    )
}

#[tokio::test]
async fn flows_have_routes() {
    let test = Test::of(Shop::DEF);
    let made = send(&test, "POST", "/Order", json!({"$id": "o1"}), "").await;
    assert_eq!(made.0, 201);
    let (_, page) = send(
        &test,
        "GET",
        "/Order/o1/$flows?status=running",
        Tree::Null,
        "",
    )
    .await;
    let id = page["items"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(page["items"][0]["name"], "Order::fulfil");
    let at = |act: &str| format!("/Order/o1/$flows/{id}{act}");

    let (status, trail) = send(&test, "GET", &at(""), Tree::Null, "").await;
    assert_eq!(status, 200);
    let keys: Vec<_> = trail["journal"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["action"]["key"].as_str().unwrap())
        .collect();
    assert_eq!(keys, ["now#0", "Order.pay#0", "Order.get#0", "sleep#0"]);
    assert_eq!(trail["journal"][3]["due"], "2026-11-02T13:00:00Z");

    // Reading again harms nobody, paying again would.
    let from = |key: &str| json!({"from": key});
    let (status, problem) = send(&test, "POST", &at("/rerun"), from("now#0"), "").await;
    assert_eq!(status, 409);
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .starts_with("`Order.pay#0` would be done"),
        "{problem}"
    );
    for _ in 0..2 {
        let (status, _) = send(&test, "POST", &at("/rerun"), from("Order.pay#0"), "once").await;
        assert_eq!(status, 202);
    }
    let (_, order) = send(&test, "GET", "/Order/o1", Tree::Null, "").await;
    assert_eq!(order["paid"], 2, "under one key it is run anew once");

    let (status, problem) = send(&test, "POST", &at("/cancel"), json!({"raeson": "x"}), "").await;
    assert_eq!(status, 422);
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("did you mean `reason`?")
    );
    let (status, trail) = send(&test, "POST", &at("/cancel"), Tree::Null, "").await;
    assert_eq!(
        (status, &trail["action"]["status"]),
        (202, &json!("cancelled"))
    );
    assert_eq!(
        trail["action"]["error"]["message"],
        "`Order::fulfil` was cancelled by door"
    );
    let (_, page) = send(
        &test,
        "GET",
        "/Order/o1/$flows?status=cancelled",
        Tree::Null,
        "",
    )
    .await;
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    for (method, target, status) in [
        ("POST", at("/cancel"), 409),
        ("POST", at("/stop"), 404),
        ("GET", at("/cancel"), 405),
        ("GET", "/$flows/01k".to_owned(), 404),
        ("GET", "/$flows?status=done".to_owned(), 422),
    ] {
        let (found, problem) = send(&test, method, &target, Tree::Null, "").await;
        assert_eq!(found, status, "{target}: {problem}");
    }
}
