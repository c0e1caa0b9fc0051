//! The approval inbox over HTTP: what clients send and what they get.

#![allow(missing_docs, reason = "a test's business is explained by the test")]

mod support;

use dotdo::door::{Door, HttpRequest, HttpResponse};
use dotdo::prelude::*;
use serde_json::{Value as Tree, json};
use support::Test;

/// What the reviewer fills in.
#[form(title = "Risk review")]
pub struct Review {
    /// Release this order?
    pub release: bool,
    #[length(..=10)]
    pub note: Option<String>,
    pub verdict: Verdict,
}

#[derive(Value)]
pub enum Verdict {
    Fine,
    Fishy,
}

#[noun(object)]
pub struct Order {
    pub total: i64,
}

#[verbs]
impl Order {
    #[on(Order::created)]
    async fn check(cx: Flow<Order>, event: Event<Order>) -> Result<()> {
        let asked = Human::role("risk")
            .ask::<Review>("Release it?")
            .about(&event.data)
            .within(days(1));
        let _ = cx.run(asked).await?;
        Ok(())
    }
}

dotdo::app! { domain: "shop.example", pub Shop { Order } }

struct Site {
    test: Test,
    door: Door,
}

impl Site {
    async fn with(orders: &[&str]) -> Self {
        let test = Test::of(Shop::DEF);
        let door = Door::new(test.business().app(), None, test.business().ids());
        let site = Self { test, door };
        for id in orders {
            let body = json!({"$id": id, "total": 100});
            assert_eq!(site.post("/Order", "", body).await.status, 201);
        }
        site.test.settled().await;
        site
    }

    async fn send(&self, request: HttpRequest) -> HttpResponse {
        let request = request.with("host", "shop.example");
        self.door
            .answer(self.test.business().handle(), request)
            .await
    }

    async fn get(&self, target: &str) -> Tree {
        let response = self.send(HttpRequest::new("GET", target)).await;
        assert_eq!(response.status, 200, "{target}: {}", response.text());
        serde_json::from_str(response.text()).unwrap()
    }

    async fn post(&self, target: &str, actor: &str, body: Tree) -> HttpResponse {
        let mut request = HttpRequest::new("POST", target);
        if !actor.is_empty() {
            request = request.with("actor", actor);
        }
        if !body.is_null() {
            request = HttpRequest {
                body: body.to_string().into_bytes(),
                ..request.with("content-type", "application/json")
            };
        }
        self.send(request).await
    }

    async fn refused(&self, target: &str, actor: &str, body: Tree) -> (u16, Tree) {
        let response = self.post(target, actor, body).await;
        (
            response.status,
            serde_json::from_str(response.text()).unwrap_or_default(),
        )
    }
}

fn fields(problem: &Tree) -> Vec<&str> {
    problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["field"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn questions_are_listed_by_role_person_and_status() {
    let site = Site::with(&["o1", "o2", "o3"]).await;
    let page = site.get("/$asks?role=risk&open=true&limit=2").await;
    let items = page["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    let object = items[0]["object"].as_str().unwrap();
    assert!(object.starts_with("/Order/o"), "{object}");
    assert_eq!(items[0]["about"], json!({"total": 100}));
    assert_eq!(items[0]["status"], "open");
    assert!(items[0].get("schema").is_none(), "a list is short");
    let next = site.get(page["links"]["next"].as_str().unwrap()).await;
    assert_eq!(next["items"].as_array().unwrap().len(), 1);
    assert_eq!(next["next"], Tree::Null);

    let id = items[0]["id"].as_str().unwrap();
    let claimed = site
        .post(&format!("/$asks/{id}/claim"), "ann", Tree::Null)
        .await;
    assert_eq!(claimed.status, 200, "{}", claimed.text());
    site.test.settled().await;
    for (query, count) in [
        ("status=claimed", 1),
        ("assignee=ann", 1),
        ("assignee=Human/ann", 1),
        ("status=open", 2),
        ("open=true", 3),
        ("open=false", 0),
        ("flow=Order::check", 3),
        ("role=ops", 0),
    ] {
        let page = site.get(&format!("/$asks?{query}")).await;
        assert_eq!(page["items"].as_array().unwrap().len(), count, "{query}");
    }
    let own = site.get("/Order/o2/$asks").await;
    assert_eq!(
        own["items"].as_array().unwrap().len(),
        1,
        "an object has its own"
    );
    let wrong = site
        .send(HttpRequest::new("GET", "/$asks?status=done&rol=x"))
        .await;
    assert_eq!(wrong.status, 422);
}

#[tokio::test]
async fn a_question_is_shown_with_its_schema_and_answered() {
    let site = Site::with(&["o1"]).await;
    let id = site.get("/$asks").await["items"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let ask = site.get(&format!("/$asks/{id}")).await;
    assert_eq!(ask["schema"]["title"], "Risk review");
    assert_eq!(
        ask["schema"]["properties"]["verdict"],
        json!({"type": "string", "enum": ["Fine", "Fishy"], "title": "Verdict"})
    );
    let answer = ask["links"]["answer"].as_str().unwrap();

    let good = json!({"release": true, "verdict": "Fine"});
    let (status, problem) = site.refused(answer, "", good.clone()).await;
    assert_eq!((status, fields(&problem)), (422, vec!["Actor"]));
    let bad = json!({"release": 1, "note": "much too long", "verdict": "fine"});
    let (status, problem) = site.refused(answer, "ann", bad).await;
    assert_eq!(
        (status, fields(&problem)),
        (422, vec!["release", "note", "verdict"])
    );
    assert_eq!(
        problem["errors"][1]["message"],
        "expected a text up to 10 characters, found `\"much too long\"`"
    );
    let (status, problem) = site.refused(answer, "ann", json!([])).await;
    assert_eq!(status, 422);
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("an answer is a JSON object")
    );
    assert_eq!(site.refused(answer, "ann", Tree::Null).await.0, 422);

    // The same key, twice: one answer. Another answer: a conflict.
    let keyed = || {
        HttpRequest {
            body: good.to_string().into_bytes(),
            ..HttpRequest::new("POST", answer)
        }
        .with("content-type", "application/json")
        .with("actor", "ann@shop.example")
        .with("idempotency-key", "k1")
    };
    let first = site.send(keyed()).await;
    assert_eq!(first.status, 200, "{}", first.text());
    let second = site.send(keyed()).await;
    assert_eq!((second.status, second.text()), (200, first.text()));
    let row: Tree = serde_json::from_str(first.text()).unwrap();
    assert_eq!(
        (&row["status"], &row["by"]),
        (&json!("answered"), &json!("ann@shop.example"))
    );
    assert!(row["links"].get("answer").is_none(), "it is over");
    let (status, problem) = site.refused(answer, "bob", good.clone()).await;
    assert_eq!(status, 409);
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("was answered by ann@shop.example at 2026-11-02T12:00:00Z"),
        "{problem}"
    );
    let other = site
        .send(
            HttpRequest {
                body: good.to_string().into_bytes(),
                ..HttpRequest::new("POST", answer)
            }
            .with("content-type", "application/json")
            .with("actor", "bob")
            .with("idempotency-key", "k1"),
        )
        .await;
    assert_eq!(other.status, 409, "a key is one person's");
    let actions = site.get("/Order/o1/$actions?kind=ask").await;
    assert_eq!(
        actions["items"][0]["output"],
        json!({"given": {"release": true, "note": null, "verdict": "Fine"}})
    );
}

#[tokio::test]
async fn mistakes_with_questions_are_explained() {
    let site = Site::with(&["o1"]).await;
    let id = site.get("/$asks").await["items"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let at = |act: &str| format!("/$asks/{id}/{act}");
    for (target, actor, body, status, with) in [
        (
            at("anser"),
            "ann",
            Tree::Null,
            404,
            "did you mean `answer`?",
        ),
        (
            at("claim/now"),
            "ann",
            Tree::Null,
            404,
            "nothing comes after `claim`",
        ),
        (
            "/$asks/01k/claim".to_owned(),
            "ann",
            Tree::Null,
            404,
            "there is no question `01k`",
        ),
        (
            at("claim"),
            "Flow/x",
            Tree::Null,
            422,
            "is no kind of actor",
        ),
        (at("release"), "ann", Tree::Null, 409, "nobody has claimed"),
        (at("decline"), "ann", json!({}), 422, "is missing"),
        (
            at("decline"),
            "ann",
            json!({"reson": "x"}),
            422,
            "did you mean `reason`?",
        ),
        (at("delegate"), "ann", json!({}), 422, "write one of them"),
        (
            at("delegate"),
            "ann",
            json!({"user": "b", "role": "c"}),
            422,
            "write one of them",
        ),
    ] {
        let (found, problem) = site.refused(&target, actor, body).await;
        assert_eq!(found, status, "{target}: {problem}");
        assert!(
            problem["detail"].as_str().unwrap().contains(with),
            "{target}: {problem}"
        );
    }
    let response = site.send(HttpRequest::new("GET", &at("claim"))).await;
    assert_eq!(
        (response.status, response.header("allow")),
        (405, Some("POST, OPTIONS"))
    );

    let row = site
        .post(
            &at("delegate"),
            "ann",
            json!({"role": "ops", "note": "they know"}),
        )
        .await;
    assert_eq!(row.status, 200, "{}", row.text());
    let row: Tree = serde_json::from_str(row.text()).unwrap();
    assert_eq!(row["log"][1]["note"], "to ops: they know");
    let expired = site.post(&at("expire"), "", Tree::Null).await;
    assert_eq!(expired.status, 200, "{}", expired.text());
    assert_eq!(site.refused(&at("expire"), "", Tree::Null).await.0, 409);
    let late = site
        .refused(
            &at("answer"),
            "ann",
            json!({"release": true, "verdict": "Fine"}),
        )
        .await;
    assert_eq!(late.0, 409);
    assert!(
        late.1["detail"]
            .as_str()
            .unwrap()
            .contains("cannot be answered any more")
    );
}
