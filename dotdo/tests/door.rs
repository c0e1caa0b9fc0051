//! The HTTP door over a running business: what clients send and what they get.

#![allow(missing_docs, reason = "a test's business is explained by the test")]
#![allow(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    clippy::unused_self,
    reason = "a verb's signature is given"
)]

mod support;

use std::sync::atomic::{AtomicBool, Ordering};

use chrono::NaiveDate;
use dotdo::door::{Door, HttpRequest, HttpResponse, Limits};
use dotdo::prelude::*;
use serde_json::{Value as Tree, json};
use support::Test;

/// Somebody who buys from us.
#[noun]
pub struct Customer {
    #[unique]
    pub email: String,
    #[search]
    pub name: String,
    #[index]
    #[default(Plan::Free)]
    pub plan: Plan,
    #[range(0..=150)]
    pub age: Option<i64>,
    /// Known to the two of us.
    #[secret]
    pub pin: Option<String>,
    #[default(Vec::new())]
    pub tags: Vec<String>,
}

#[derive(Value)]
pub enum Plan {
    Free,
    Pro,
    Team,
}

/// One purchase.
#[noun(object)]
pub struct Order {
    pub customer: Ref<Customer>,
    pub total_cents: i64,
    #[default(false)]
    pub paid: bool,
}

/// What is bought.
#[noun]
pub struct Line {
    pub what: String,
    pub quantity: u32,
}

#[derive(Value)]
pub struct Receipt {
    pub number: String,
    pub cents: i64,
}

#[verbs]
impl Customer {
    #[verb]
    fn upgrade(&mut self, _cx: &mut Tx, plan: Plan) -> Result<Customer> {
        self.plan = plan;
        Ok(self.clone())
    }

    #[query]
    fn greeting(
        &self,
        _cx: &View,
        since: NaiveDate,
        words: Vec<String>,
        loud: Option<bool>,
    ) -> Result<String> {
        let text = format!("{} since {since}: {}", self.name, words.join("+"));
        Ok(if loud == Some(true) {
            text.to_uppercase()
        } else {
            text
        })
    }
}

#[verbs]
impl Order {
    /// Settles it.
    #[verb]
    fn pay(&mut self, cx: &mut Tx, receipt: Receipt) -> Result<Receipt> {
        ensure!(!self.paid, "order {} is settled", cx.id());
        self.paid = true;
        Ok(receipt)
    }

    #[verb]
    fn remind(&mut self, _cx: &mut Tx) -> Result<()> {
        Ok(())
    }

    #[query]
    fn buyer(&self, _cx: &View) -> Result<Ref<Customer>> {
        Ok(self.customer.clone())
    }
}

#[verbs]
impl Line {
    #[verb]
    fn double(&mut self, _cx: &mut Tx) -> Result<u32> {
        self.quantity *= 2;
        Ok(self.quantity)
    }
}

static IS_MENDED: AtomicBool = AtomicBool::new(false);

#[on(Customer::upgraded)]
async fn congratulate(cx: Flow, event: Event<Customer>) -> Result<()> {
    cx.run(send_card(event.data.email.clone())).await
}

#[durable(retry = 0)]
async fn send_card(to: String) -> Result<()> {
    let arrives = match to.split('@').next() {
        Some("never") => false,
        Some("later") => IS_MENDED.load(Ordering::SeqCst),
        _ => true,
    };
    ensure!(arrives, "there is no post to {to}");
    Ok(())
}

#[every("Monday 9am", tz = "Europe/Berlin")]
async fn report(_cx: Flow) -> Result<()> {
    Ok(())
}

dotdo::app! {
    domain: "shop.example",
    pub Shop { Customer, Order, Line, congratulate, send_card, report }
}

struct Site {
    test: Test,
    door: Door,
}

/// An answer, its body read.
struct Got {
    status: u16,
    body: Tree,
    response: HttpResponse,
}

impl Got {
    #[track_caller]
    fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.response.text());
        self
    }
    fn header(&self, name: &str) -> &str {
        self.response.header(name).unwrap_or_default()
    }
    fn detail(&self) -> &str {
        self.body["detail"].as_str().unwrap_or_default()
    }
    fn names(&self, field: &str) -> Vec<&str> {
        self.body["items"]
            .as_array()
            .expect("a page")
            .iter()
            .map(|item| item[field].as_str().expect("a text"))
            .collect()
    }
}

impl Site {
    fn new() -> Self {
        Self::with(None)
    }

    fn with(token: Option<&str>) -> Self {
        let test = Test::of(Shop::DEF);
        let door = Door::new(
            test.business().app(),
            token.map(str::to_owned),
            test.business().ids(),
        );
        Self { test, door }
    }

    async fn send(&self, request: HttpRequest) -> Got {
        let answer = self.door.answer(self.test.business().handle(), request);
        let response = must_be_send(answer).await;
        self.test.settled().await;
        let body = serde_json::from_str(response.text()).unwrap_or(Tree::Null);
        Got {
            status: response.status,
            body,
            response,
        }
    }

    async fn get(&self, target: &str) -> Got {
        self.send(HttpRequest::new("GET", target)).await
    }

    async fn post(&self, target: &str, body: Tree) -> Got {
        self.send(HttpRequest::new("POST", target).json(body.to_string()))
            .await
    }

    async fn patch(&self, target: &str, body: Tree) -> Got {
        self.send(HttpRequest::new("PATCH", target).json(body.to_string()))
            .await
    }

    async fn delete(&self, target: &str) -> Got {
        self.send(HttpRequest::new("DELETE", target)).await
    }

    async fn customer(&self, id: &str, more: Tree) {
        let mut body = json!({"$id": id, "email": format!("{id}@b.c"), "name": id});
        let Tree::Object(more) = more else {
            panic!("an object")
        };
        body.as_object_mut().expect("an object").extend(more);
        self.post("/Customer", body).await.is(201);
    }
}

/// A server moves the answer between threads.
fn must_be_send<F: Future + Send>(future: F) -> F {
    future
}

#[tokio::test]
async fn a_thing_is_made_read_changed_and_deleted() {
    let site = Site::new();
    let made = site
        .post(
            "/Customer",
            json!({"email": "ann@b.c", "name": "Ann", "age": 30}),
        )
        .await
        .is(201);
    let id = made
        .header("location")
        .strip_prefix("/Customer/")
        .expect("a path")
        .to_owned();
    assert_eq!(made.header("etag"), "\"1\"");
    assert_eq!(
        made.body["$id"],
        format!("https://shop.example/Customer/{id}")
    );
    assert_eq!(made.body["$type"], "https://shop.example/Customer");
    assert_eq!(made.body["plan"], "Free");
    assert_eq!(made.body["createdAt"], "2026-11-02T12:00:00Z");
    assert_eq!(made.body["visibility"], "user");

    let path = format!("/Customer/{id}");
    assert_eq!(site.get(&path).await.is(200).body, made.body);
    let changed = site
        .patch(&path, json!({"age": null, "plan": "Pro"}))
        .await
        .is(200);
    assert_eq!(
        (
            &changed.body["$version"],
            &changed.body["age"],
            &changed.body["plan"]
        ),
        (&json!(2), &Tree::Null, &json!("Pro"))
    );
    assert_eq!(changed.header("etag"), "\"2\"");

    // What was read can be sent back.
    let same = site.patch(&path, changed.body.clone()).await.is(200);
    assert_eq!(same.body["$version"], 2);

    site.delete(&path).await.is(204);
    assert_eq!(
        site.get(&path).await.is(410).body["type"],
        "https://shop.example/$problems/gone"
    );
    site.get("/Customer/nobody").await.is(404);
    assert_eq!(
        site.get(&format!("{path}@v1")).await.is(200).body["age"],
        30
    );
}

#[tokio::test]
async fn a_client_may_choose_the_id() {
    let site = Site::new();
    let body = |id: &str, email: &str| json!({"$id": id, "email": email, "name": "Ann"});
    for (id, email) in [
        ("a1", "1"),
        ("Customer/a2", "2"),
        ("https://shop.example/Customer/a3", "3"),
        ("ann@b.c", "4"),
        ("a%2Fb", "5"),
    ] {
        let made = site.post("/Customer", body(id, email)).await.is(201);
        let found = site.get(made.header("location")).await.is(200);
        assert_eq!(found.body["email"], email);
    }
    assert_eq!(
        site.get("/Customer/ann%40b.c").await.is(200).body["$id"],
        "https://shop.example/Customer/ann%40b.c"
    );
    assert_eq!(site.get("/Customer/a%2Fb").await.is(200).body["email"], "5");

    assert!(
        site.post("/Customer", body("a1", "6"))
            .await
            .is(409)
            .detail()
            .contains("exists already")
    );
    assert!(
        site.post("/Customer", body("new", "1"))
            .await
            .is(409)
            .detail()
            .contains("`email`")
    );
    for wrong in [
        "",
        "-a",
        "a b",
        "Order/o1",
        "https://other.example/Customer/a9",
        "caf%C3%A9",
        "$events",
        "a@v1/x",
    ] {
        let got = site.post("/Customer", body(wrong, "7")).await.is(422);
        assert_eq!(got.body["errors"][0]["field"], "$id", "{wrong}");
    }
    let typed = json!({"$type": "https://shop.example/Order", "email": "8", "name": "Ann"});
    assert!(
        site.post("/Customer", typed)
            .await
            .is(422)
            .detail()
            .contains("is not a Customer")
    );
}

#[tokio::test]
async fn what_does_not_fit_is_named() {
    let site = Site::new();
    for (body, field, says) in [
        (
            json!({"email": "a", "nmae": "Ann"}),
            "nmae",
            "did you mean `name`?",
        ),
        (json!({"email": "a", "name": 7}), "name", "string"),
        (json!({"email": "a"}), "name", "is missing"),
        (
            json!({"email": "a", "name": "Ann", "plan": "Gold"}),
            "plan",
            "Free",
        ),
        (
            json!({"email": "a", "name": "Ann", "age": 200}),
            "age",
            "from 0 to 150",
        ),
        (
            json!({"email": "a", "name": "Ann", "visibility": "friends"}),
            "visibility",
            "unlisted",
        ),
        (
            json!({"email": "a", "name": "Ann", "visibility": 7}),
            "visibility",
            "must be a text",
        ),
        (json!([1]), "", "an object"),
    ] {
        let got = site.post("/Customer", body.clone()).await.is(422);
        let error = &got.body["errors"][0];
        assert_eq!(error["field"], field, "{body}: {}", got.response.text());
        assert!(
            error["message"].as_str().expect("a text").contains(says),
            "{body}: {error}"
        );
        assert_eq!(got.header("content-type"), "application/problem+json");
        assert_eq!(got.body["instance"], "/Customer");
    }
    assert!(
        site.send(HttpRequest::new("POST", "/Customer"))
            .await
            .is(422)
            .detail()
            .contains("the body is empty")
    );
}

#[tokio::test]
async fn a_bad_body_never_reaches_a_turn() {
    let site = Site::new();
    let post = |body: &[u8], media: &str| {
        HttpRequest {
            body: body.to_vec(),
            ..HttpRequest::new("POST", "/Customer")
        }
        .with("content-type", media)
    };
    let json = "application/json";
    assert!(
        site.send(post(b"{\"email\": }", json))
            .await
            .is(400)
            .detail()
            .contains("line 1 column 11")
    );
    assert!(
        site.send(post(b"{} {}", json))
            .await
            .is(400)
            .detail()
            .contains("not JSON")
    );
    assert!(
        site.send(post(b"{\"email\":\"\xff\"}", json))
            .await
            .is(400)
            .detail()
            .contains("byte 10")
    );
    assert!(
        site.send(post(b"{}", "text/plain"))
            .await
            .is(415)
            .detail()
            .contains("application/json")
    );
    assert!(
        site.send(post("[".repeat(65).as_bytes(), json))
            .await
            .is(413)
            .detail()
            .contains("deeper than 64")
    );
    assert!(
        site.send(post(&vec![b' '; 1024 * 1024 + 1], json))
            .await
            .is(413)
            .detail()
            .contains("1048576")
    );
    let no_type = HttpRequest {
        body: b"{}".to_vec(),
        ..HttpRequest::new("POST", "/Customer")
    };
    site.send(no_type).await.is(415);
    let foreign = HttpRequest::new("POST", "/Customer")
        .json("{}")
        .with("sec-fetch-site", "cross-site");
    site.send(foreign).await.is(403);
    assert_eq!(site.get("/$actions").await.is(200).body["items"], json!([]));
}

#[tokio::test]
async fn versions_guard_changes_and_caches() {
    let site = Site::new();
    site.customer("a", json!({})).await;
    let patch = |tag: &str| {
        HttpRequest::new("PATCH", "/Customer/a")
            .json(r#"{"age":1}"#)
            .with("if-match", tag)
    };
    assert!(
        site.send(patch("\"7\""))
            .await
            .is(412)
            .detail()
            .contains("is at version 1, not 7")
    );
    site.send(patch("\"1\"")).await.is(200);
    site.send(patch("\"1\"")).await.is(412);
    site.send(patch("*")).await.is(200);
    site.send(patch("W/\"2\"")).await.is(422);
    site.send(HttpRequest::new("DELETE", "/Customer/a").with("if-match", "\"1\""))
        .await
        .is(412);

    let fresh = site
        .send(HttpRequest::new("GET", "/Customer/a").with("if-none-match", "\"2\""))
        .await
        .is(304);
    assert_eq!((fresh.response.text(), fresh.header("etag")), ("", "\"2\""));
    site.send(HttpRequest::new("GET", "/Customer/a").with("if-none-match", "\"1\""))
        .await
        .is(200);
    let merge = HttpRequest {
        body: br#"{"age":2}"#.to_vec(),
        ..HttpRequest::new("PATCH", "/Customer/a")
    };
    site.send(merge.with("content-type", "application/merge-patch+json"))
        .await
        .is(200);
    site.send(HttpRequest::new("DELETE", "/Customer/a").with("if-match", "\"3\""))
        .await
        .is(204);
}

#[tokio::test]
async fn history_can_be_read() {
    let site = Site::new();
    site.customer("a", json!({})).await;
    for age in 1..=4 {
        site.test.advance(minutes(1)).await;
        site.patch("/Customer/a", json!({"age": age})).await.is(200);
    }
    assert_eq!(site.get("/Customer/a@v2").await.is(200).body["age"], 1);
    assert_eq!(site.get("/Customer/a@~1").await.is(200).body["age"], 3);
    assert_eq!(
        site.get("/Customer/a@2026-11-02T12:02:30Z")
            .await
            .is(200)
            .body["age"],
        2
    );
    assert_eq!(
        site.get("/Customer/a?at=2026-11-02T12:02:30Z")
            .await
            .is(200)
            .body["age"],
        2
    );
    assert_eq!(
        site.get("/Customer/a?at=v2").await.is(200).header("etag"),
        "\"2\""
    );
    assert!(
        site.get("/Customer/a@v9")
            .await
            .is(404)
            .detail()
            .contains("v1 to v5")
    );
    site.get("/Customer/a@2020-01-01T00:00:00Z").await.is(404);
    site.get("/Customer/a@v1?at=v2").await.is(422);

    let first = site.get("/Customer/a?history&limit=2").await.is(200);
    let versions = |got: &Got| {
        got.body["items"]
            .as_array()
            .expect("a page")
            .iter()
            .map(|v| v["$version"].as_u64().expect("a number"))
            .collect::<Vec<_>>()
    };
    assert_eq!(versions(&first), [5, 4]);
    let second = site
        .get(first.body["links"]["next"].as_str().expect("a link"))
        .await
        .is(200);
    assert_eq!(versions(&second), [3, 2]);
    let last = site
        .get(second.body["links"]["next"].as_str().expect("a link"))
        .await
        .is(200);
    assert_eq!(
        (versions(&last), &last.body["next"]),
        (vec![1], &Tree::Null)
    );
}

#[tokio::test]
async fn lists_are_asked_by_field() {
    let site = Site::new();
    for (id, plan, age) in [
        ("ann", "Pro", json!(30)),
        ("bob", "Free", json!(20)),
        ("cid", "Pro", json!(40)),
        ("dan", "Team", Tree::Null),
    ] {
        site.customer(id, json!({"plan": plan, "age": age})).await;
    }
    for (query, names) in [
        ("", "ann bob cid dan"),
        ("plan=Pro", "ann cid"),
        ("plan.ne=Pro", "bob dan"),
        ("plan.in=Free,Team", "bob dan"),
        ("age.gt=20&age.le=40", "ann cid"),
        ("age.null=true", "dan"),
        ("age.null=false&order=-age", "cid ann bob"),
        ("name.contains=N", "ann dan"),
        ("name.startswith=b", "bob"),
        ("order=plan,-name", "bob cid ann dan"),
        ("$id=Customer/cid", "cid"),
        ("createdAt.ge=2026-11-02", "ann bob cid dan"),
        ("createdAt.gt=2026-11-02T12:00:00Z", ""),
        ("q=bo", "bob"),
        ("email=ann%40b.c", "ann"),
    ] {
        let got = site.get(&format!("/Customer?{query}")).await.is(200);
        assert_eq!(got.names("name").join(" "), names, "{query}");
        assert_eq!(
            (&got.body["$type"], &got.body["next"]),
            (&json!("https://shop.example/Customer"), &Tree::Null)
        );
    }
    let counted = site
        .get("/Customer?plan=Pro&limit=1&count=true")
        .await
        .is(200);
    assert_eq!(
        (&counted.body["total"], counted.names("name")),
        (&json!(2), vec!["ann"])
    );
    for query in [
        "plan=Gold",
        "age=old",
        "pin=1",
        "pln=Pro",
        "limit=0",
        "order=nothing",
        "q=",
    ] {
        let got = site.get(&format!("/Customer?{query}")).await.is(422);
        assert!(got.body["errors"][0]["field"].is_string(), "{query}");
    }
    site.delete("/Customer/bob").await.is(204);
    assert_eq!(site.get("/Customer?plan=Free").await.names("name").len(), 0);
    let dead = site.get("/Customer?plan=Free&deleted=true").await.is(200);
    assert_eq!(dead.body["items"][0]["deletedAt"], "2026-11-02T12:00:00Z");
}

#[tokio::test]
async fn a_list_is_walked_page_by_page() {
    let site = Site::new();
    for n in 0..7 {
        site.customer(&format!("c{n}"), json!({"age": n / 2})).await;
    }
    let mut target = "/Customer?order=-age&limit=3".to_owned();
    let mut names = Vec::new();
    loop {
        let page = site.get(&target).await.is(200);
        names.extend(page.names("name").into_iter().map(str::to_owned));
        let Some(next) = page.body["links"]["next"].as_str() else {
            break;
        };
        assert_eq!(page.header("link"), format!("<{next}>; rel=\"next\""));
        assert!(page.body["next"].is_string());
        target = next.to_owned();
    }
    assert_eq!(names, ["c6", "c5", "c4", "c3", "c2", "c1", "c0"]);
}

#[tokio::test]
async fn verbs_are_called_and_queries_asked() {
    let site = Site::new();
    site.customer("ann", json!({})).await;
    site.post(
        "/Order",
        json!({"$id": "o1", "customer": "Customer/ann", "total_cents": 9_007_199_254_740_993_i64}),
    )
    .await
    .is(201);
    assert_eq!(
        site.get("/Order/o1").await.body["total_cents"],
        json!(9_007_199_254_740_993_i64)
    );

    let receipt = json!({"receipt": {"number": "r1", "cents": 5}});
    assert_eq!(
        site.post("/Order/o1/pay", receipt.clone())
            .await
            .is(200)
            .body,
        receipt["receipt"]
    );
    let refused = site.post("/Order/o1/pay", receipt).await.is(409);
    assert_eq!(
        (refused.detail(), &refused.body["type"]),
        (
            "order o1 is settled",
            &json!("https://shop.example/$problems/refused")
        )
    );
    assert_eq!(
        site.send(HttpRequest::new("POST", "/Order/o1/remind"))
            .await
            .is(204)
            .response
            .text(),
        ""
    );
    assert_eq!(site.get("/Order/o1/buyer").await.is(200).body, "ann");
    let greeting = site
        .get("/Customer/ann/greeting?since=2026-01-31&words=a&words=b%20c")
        .await
        .is(200);
    assert_eq!(greeting.body, "ann since 2026-01-31: a+b c");
    assert_eq!(
        site.get("/Customer/ann/greeting?since=2026-01-31&words=%5B%22x%22%5D&loud=true")
            .await
            .body,
        "ANN SINCE 2026-01-31: X"
    );
}

#[tokio::test]
async fn a_call_that_does_not_fit_is_explained() {
    let site = Site::new();
    site.customer("ann", json!({})).await;
    site.post(
        "/Order",
        json!({"$id": "o1", "customer": "ann", "total_cents": 1}),
    )
    .await
    .is(201);
    for (request, status, says) in [
        (
            HttpRequest::new("GET", "/Order/o1/pay"),
            405,
            "call it with POST",
        ),
        (
            HttpRequest::new("POST", "/Order/o1/buyer"),
            405,
            "ask it with GET",
        ),
        (
            HttpRequest::new("PUT", "/Order/o1").json("{}"),
            405,
            "PATCH changes",
        ),
        (
            HttpRequest::new("POST", "/Order/o1/pay"),
            422,
            "`receipt`: is missing",
        ),
        (
            HttpRequest::new("POST", "/Order/o1/pay").json(r#"{"reciept":{}}"#),
            422,
            "did you mean `receipt`?",
        ),
        (
            HttpRequest::new("POST", "/Order/o1/pay").json(r#"{"receipt":{"number":7,"cents":5}}"#),
            422,
            "receipt.number",
        ),
        (
            HttpRequest::new("POST", "/Order/o1/pya").json("{}"),
            404,
            "did you mean `pay`?",
        ),
        (
            HttpRequest::new("GET", "/Customer/ann/greeting?since=x&words=a"),
            422,
            "expected a date",
        ),
        (
            HttpRequest::new(
                "GET",
                "/Customer/ann/greeting?since=2026-01-31&words=a&word=b",
            ),
            422,
            "did you mean `words`?",
        ),
        (
            HttpRequest::new("GET", "/Order/none/buyer"),
            404,
            "there is no Order/none",
        ),
        (
            HttpRequest::new("POST", "/Order/none/remind"),
            404,
            "there is no Order/none",
        ),
    ] {
        let got = site.send(request.clone()).await.is(status);
        assert!(got.detail().contains(says), "{request:?}: {}", got.detail());
    }
}

#[tokio::test]
async fn an_object_holds_rows_and_logs_of_its_own() {
    let site = Site::new();
    let made = site
        .post("/Order", json!({"customer": "ann", "total_cents": 1}))
        .await
        .is(201);
    let order = made.header("location").to_owned();
    assert_eq!(
        site.get("/Order").await.is(200).body["items"][0]["$id"],
        made.body["$id"],
        "the directory knows it"
    );

    let line = site
        .post(
            &format!("{order}/Line"),
            json!({"$id": "1", "what": "tea", "quantity": 2}),
        )
        .await
        .is(201);
    assert_eq!(line.header("location"), format!("{order}/Line/1"));
    assert_eq!(
        line.body["$id"],
        format!("https://shop.example{order}/Line/1")
    );
    assert_eq!(
        site.post(&format!("{order}/Line/1/double"), json!({}))
            .await
            .is(200)
            .body,
        4
    );
    assert_eq!(
        site.get(&format!("{order}/Line?quantity=4"))
            .await
            .is(200)
            .names("what"),
        ["tea"]
    );
    site.patch(&format!("{order}/Line/1"), json!({"quantity": 5}))
        .await
        .is(200);
    assert_eq!(
        site.get(&format!("{order}/Line/1@v2")).await.is(200).body["quantity"],
        4
    );
    site.delete(&format!("{order}/Line/1")).await.is(204);
    assert_eq!(
        site.get("/Line").await.is(200).names("what").len(),
        0,
        "the tenant has none"
    );

    let events = site.get(&format!("{order}/$events")).await.is(200);
    assert_eq!(
        events.names("verb"),
        ["created", "created", "doubled", "updated", "deleted"]
    );
    assert_eq!(
        site.get(&format!("{order}/$inspect")).await.is(200).body["things"]["Order"],
        1
    );

    site.post("/Order/none/Line", json!({"what": "tea", "quantity": 2}))
        .await
        .is(404);
    assert_eq!(
        site.get("/Order/none").await.is(404).detail(),
        "there is no Order/none"
    );
    site.get("/Order/none/$events").await.is(404);
    site.get(&format!("{order}/Customer/ann/$events"))
        .await
        .is(404);
}

#[tokio::test]
async fn a_request_with_a_key_takes_effect_once() {
    let site = Site::new();
    let with_key = |target: &str, key: &str, body: &Tree| {
        HttpRequest::new("POST", target)
            .json(body.to_string())
            .with("idempotency-key", key)
    };

    let ann = json!({"email": "a@b.c", "name": "Ann"});
    let first = site.send(with_key("/Customer", "k1", &ann)).await.is(201);
    let second = site.send(with_key("/Customer", "k1", &ann)).await.is(201);
    assert_eq!(
        (first.body, first.response.headers),
        (second.body, second.response.headers)
    );
    let other = json!({"email": "b@b.c", "name": "Bob"});
    assert!(
        site.send(with_key("/Customer", "k1", &other))
            .await
            .is(422)
            .detail()
            .contains("each request needs a key of its own")
    );

    // The id of an object of its own follows from the key, so that both reach the same object.
    let order = json!({"customer": "ann", "total_cents": 7});
    let first = site.send(with_key("/Order", "k1", &order)).await.is(201);
    let second = site.send(with_key("/Order", "k1", &order)).await.is(201);
    assert_eq!(first.body, second.body);
    let elsewhere = site
        .send(with_key("/@acme/Order", "k1", &order))
        .await
        .is(201);
    assert_ne!(
        first.header("location"),
        elsewhere.header("location").trim_start_matches("/@acme")
    );
    let path = first.header("location");
    let receipt = json!({"receipt": {"number": "r", "cents": 7}});
    for _ in 0..2 {
        site.send(with_key(&format!("{path}/pay"), "k2", &receipt))
            .await
            .is(200);
    }
    let line = json!({"what": "tea", "quantity": 1});
    for _ in 0..2 {
        site.send(with_key(&format!("{path}/Line"), "k3", &line))
            .await
            .is(201);
    }
    assert_eq!(
        site.get(&format!("{path}/Line")).await.names("what").len(),
        1
    );
    assert_eq!(
        site.get(&format!("{path}/$events?verb=paid"))
            .await
            .names("verb")
            .len(),
        1
    );

    for wrong in ["", "two words", &"k".repeat(256)] {
        let got = site.send(with_key("/Customer", wrong, &ann)).await.is(422);
        assert_eq!(got.body["errors"][0]["field"], "Idempotency-Key");
    }
}

#[tokio::test]
async fn tenants_are_kept_apart() {
    let site = Site::new();
    site.customer("ann", json!({})).await;
    let by_host = |host: &str, target: &str| HttpRequest::new("GET", target).with("host", host);
    assert!(
        site.get("/@acme/Customer")
            .await
            .is(404)
            .detail()
            .contains("no tenant `acme` yet")
    );
    let made = site
        .post(
            "/@acme/Customer",
            json!({"$id": "bob", "email": "bob@b.c", "name": "bob"}),
        )
        .await
        .is(201);
    assert_eq!(
        (made.header("location"), &made.body["$id"]),
        (
            "/@acme/Customer/bob",
            &json!("https://acme.shop.example/Customer/bob")
        )
    );

    for (host, target, names) in [
        ("shop.example", "/Customer", "ann"),
        ("localhost:8787", "/Customer", "ann"),
        ("127.0.0.1", "/@shop.example/Customer", "ann"),
        ("acme.shop.example", "/Customer", "bob"),
        ("shop.example", "/@acme/Customer", "bob"),
        ("shop.example", "/@acme.shop.example/Customer", "bob"),
    ] {
        let got = site.send(by_host(host, target)).await.is(200);
        assert_eq!(got.names("name").join(" "), names, "{host}{target}");
    }
    assert_eq!(
        site.get("/@acme/Customer?limit=1").await.body["links"]["self"],
        "/@acme/Customer?limit=1"
    );
    assert!(
        site.send(by_host("evil.example", "/Customer"))
            .await
            .is(421)
            .detail()
            .contains("`shop.example`")
    );
    site.send(by_host("acme.shop.example", "/@other/Customer"))
        .await
        .is(404);
    site.get("/@Acme/Customer").await.is(422);
    site.send(by_host("shop.example", "/Customer").with("host", "acme.shop.example"))
        .await
        .is(400);
    site.send(by_host("evil.example", "/$health")).await.is(200);
}

#[tokio::test]
async fn a_token_opens_the_door() {
    let site = Site::with(Some("a-long-enough-token"));
    let refused = site.get("/Customer").await.is(401);
    assert_eq!(
        (
            refused.header("www-authenticate"),
            refused.header("content-type")
        ),
        ("Bearer", "application/problem+json")
    );
    let with = |value: &str| HttpRequest::new("GET", "/Customer").with("authorization", value);
    site.send(with("Bearer a-long-enough-tokem")).await.is(401);
    site.send(with("Bearer a-long-enough-token")).await.is(200);
    site.get("/nothing").await.is(401);
    site.get("/$manifest").await.is(401);
    assert_eq!(
        site.get("/$health").await.is(200).body,
        json!({"status": "ok"})
    );
}

#[tokio::test]
async fn a_secret_never_leaves() {
    let site = Site::new();
    site.customer("never", json!({"pin": "hush-1"})).await;
    let changed = site
        .patch("/Customer/never", json!({"pin": "hush-2"}))
        .await
        .is(200);
    assert_eq!(changed.body["$version"], 2);
    let upgraded = site
        .post("/Customer/never/upgrade", json!({"plan": "Pro"}))
        .await
        .is(200);
    assert_eq!(upgraded.body["plan"], "Pro");
    let mut answers = vec![changed, upgraded];
    let again = json!({"$id": "never", "email": "x", "name": "x", "pin": "hush-3"});
    site.post("/Customer", again).await.is(409);
    site.delete("/Customer/never").await.is(204);
    for target in [
        "/Customer/never@v1",
        "/Customer/never?history",
        "/Customer?deleted=true",
        "/$events",
        "/$actions",
        "/$dead-letters",
        "/$inspect",
        "/$manifest",
    ] {
        let got = site.get(target).await.is(200);
        let shows = got.response.text().contains("never") || got.body["items"].is_null();
        assert!(shows, "{target} shows something");
        answers.push(got);
    }
    for got in answers {
        assert!(
            !got.response.text().contains("hush"),
            "{}",
            got.response.text()
        );
    }
    site.get("/Customer?pin=hush-2").await.is(422);
    site.get("/Customer?pin.startswith=h").await.is(422);
    site.get("/Customer?order=pin").await.is(422);
}

#[tokio::test]
async fn logs_are_read_and_dead_letters_replayed() {
    let site = Site::new();
    site.customer("ann", json!({})).await;
    site.customer("bob", json!({})).await;
    let all = site
        .get("/$events?noun=Customer&verb=created&limit=1")
        .await
        .is(200);
    assert_eq!(all.names("subject"), ["ann"]);
    assert_eq!(
        site.get(all.body["links"]["next"].as_str().expect("a link"))
            .await
            .names("subject"),
        ["bob"]
    );
    assert_eq!(
        site.get("/$events?subject=bob").await.names("verb"),
        ["created"]
    );
    assert_eq!(
        site.get("/$actions?kind=verb&name=Customer.create&status=completed")
            .await
            .names("actor"),
        ["door", "door"]
    );
    assert!(
        site.get("/$actions?status=done")
            .await
            .is(422)
            .detail()
            .contains("retrying")
    );
    assert!(
        site.get("/$events?after=x")
            .await
            .is(422)
            .detail()
            .contains("whole number")
    );
    assert!(
        site.get("/$events?nuon=x")
            .await
            .is(422)
            .detail()
            .contains("did you mean `noun`?")
    );

    assert_eq!(
        site.get("/$dead-letters").await.is(200).body["items"],
        json!([])
    );
    site.customer("later", json!({})).await;
    site.post("/Customer/later/upgrade", json!({"plan": "Pro"}))
        .await
        .is(200);
    let letters = site.get("/$dead-letters").await.is(200);
    assert_eq!(letters.names("name"), ["congratulate"]);
    let letter = &letters.body["items"][0];
    assert_eq!(letter["error"]["message"], "there is no post to later@b.c");

    IS_MENDED.store(true, Ordering::SeqCst);
    let id = letter["id"].as_str().expect("an id");
    let replay = format!("/$dead-letters/{id}/replay");
    let replayed = site.send(HttpRequest::new("POST", &replay)).await.is(202);
    assert_eq!(replayed.body["action"], id);
    let sent = format!("/$actions?name=send_card&parent={id}");
    let sent = site.get(&sent).await.is(200);
    assert_eq!(sent.names("status"), ["completed"]);
    let all = site.get("/$actions?name=send_card").await.is(200);
    assert_eq!(
        all.names("status"),
        ["failed", "completed"],
        "what failed stays on record"
    );
    site.send(HttpRequest::new("POST", &replay)).await.is(404);
    site.get(&replay).await.is(405);
    assert!(
        site.send(HttpRequest::new("POST", "/$dead-letters/nothing/replay"))
            .await
            .is(404)
            .detail()
            .contains("no dead letter")
    );
}

#[tokio::test]
async fn the_business_describes_itself() {
    let site = Site::new();
    let root = site.get("/").await.is(200).body;
    assert_eq!(
        (&root["name"], &root["domain"], &root["tenant"]),
        (
            &json!("Shop"),
            &json!("shop.example"),
            &json!("shop.example")
        )
    );
    let order = root["nouns"]
        .as_array()
        .expect("nouns")
        .iter()
        .find(|n| n["name"] == "Order")
        .expect("it is listed")
        .clone();
    assert_eq!(
        (&order["object"], &order["doc"], &order["links"]["self"]),
        (&json!(true), &json!("One purchase."), &json!("/Order"))
    );
    assert_eq!(order["verbs"][0]["href"], "/Order/{id}/pay");
    for link in root["links"].as_object().expect("links").values() {
        site.get(link.as_str().expect("a path")).await.is(200);
    }

    let manifest = site.get("/$manifest").await.is(200).body;
    let order = manifest["nouns"]
        .as_array()
        .expect("nouns")
        .iter()
        .find(|n| n["name"] == "Order")
        .expect("it is listed")
        .clone();
    assert_eq!(
        order["verbs"][0]["forms"],
        json!({"action": "pay", "activity": "paying", "event": "paid", "reverse": "paidBy"})
    );
    assert_eq!(
        order["events"],
        json!(["created", "updated", "deleted", "paid", "reminded"])
    );
    assert_eq!(manifest["schedules"][0]["cron"], "0 9 * * 1");
    assert_eq!(manifest["schedules"][0]["missed"], "once");
    assert_eq!(manifest["handlers"][0]["pattern"], "Customer::upgraded");
    assert!(
        manifest["handlers"][0]["at"]
            .as_str()
            .expect("a place")
            .contains("door.rs:")
    );
    assert_eq!(
        manifest["steps"][0]["policy"],
        json!({"retry": 0, "backoff": "100ms..30s", "factor": 2.0, "jitter": true})
    );

    let openapi = site.get("/$openapi").await.is(200).body;
    assert_eq!(openapi["openapi"], "3.1.0");
    assert!(
        openapi["paths"]["/Order/{id}/pay"]["post"]["requestBody"]["content"]["application/json"]
            .is_object()
    );
    let schema = site.get("/Customer/$schema").await.is(200);
    assert_eq!(
        (schema.header("content-type"), &schema.body["$id"]),
        (
            "application/schema+json",
            &json!("https://shop.example/Customer/$schema")
        )
    );
    assert!(schema.body["properties"].get("pin").is_none());
    assert_eq!(
        site.get("/$problems/refused").await.is(200).body["status"],
        409
    );
}

#[tokio::test]
async fn head_and_options_say_what_there_is() {
    let site = Site::new();
    site.customer("ann", json!({})).await;
    let got = site.get("/Customer/ann").await.is(200);
    let head = site
        .send(HttpRequest::new("HEAD", "/Customer/ann"))
        .await
        .is(200);
    assert_eq!(
        (head.response.body.len(), head.header("content-length")),
        (0, got.response.body.len().to_string().as_str())
    );
    assert_eq!(head.header("etag"), got.header("etag"));
    for (path, allow) in [
        ("/Customer", "GET, HEAD, POST, OPTIONS"),
        ("/Customer/ann", "GET, HEAD, PATCH, DELETE, OPTIONS"),
        ("/Order/o/pay", "POST, OPTIONS"),
        ("/", "GET, HEAD, OPTIONS"),
    ] {
        let got = site.send(HttpRequest::new("OPTIONS", path)).await.is(204);
        assert_eq!(got.header("allow"), allow, "{path}");
    }
    site.send(HttpRequest::new("OPTIONS", "*")).await.is(204);
    site.send(HttpRequest::new("OPTIONS", "/Nothing"))
        .await
        .is(404);
    site.send(HttpRequest::new("BREW", "/Customer"))
        .await
        .is(405);
}

#[tokio::test]
async fn a_host_can_refuse_for_the_door() {
    let site = Site::new();
    let door = Door::new(site.test.business().app(), None, site.test.business().ids()).with_limits(
        Limits {
            body: 10,
            ..Limits::default()
        },
    );
    assert_eq!(door.limits().body, 10);
    assert_eq!(door.too_large_response().status, 413);
    let late = door.timeout_response();
    assert_eq!(
        (late.status, late.header("content-type")),
        (504, Some("application/problem+json"))
    );
    let long = HttpRequest::new("POST", "/Customer").json("{\"name\":\"Ann\"}");
    assert_eq!(
        door.answer(site.test.business().handle(), long)
            .await
            .status,
        413
    );
}
