//! The stores without their types: things, relationships, actions, events, and SQL of one's own.

#![allow(missing_docs, reason = "a test's business is explained by the test")]

mod support;

use dotdo::prelude::*;
use dotdo::{ActionFilter, ErrorKind, EventFilter, Kind};
use support::Test;

#[noun]
pub struct Person {
    #[search]
    pub name: String,
}

#[derive(Value)]
pub struct Seen {
    pub people: u64,
    pub found: Option<String>,
    pub managed: Vec<String>,
    pub managers: u64,
    pub verbs: u64,
    pub events: Vec<String>,
    pub rows: u64,
}

#[verbs]
impl Person {
    #[verb(emits = none)]
    fn manage(&mut self, cx: &mut Tx<Person>, other: Ref<Person>) -> Result<()> {
        let (me, other) = (format!("Person/{}", cx.id()), format!("Person/{other}"));
        cx.relationships()
            .create("manages", &me, &other, &serde_json::json!({"since": 2026}))?;
        Ok(())
    }

    #[verb(emits = none)]
    fn dismiss(&mut self, cx: &mut Tx<Person>, other: Ref<Person>) -> Result<bool> {
        cx.relationships().delete(
            "manages",
            &format!("Person/{}", cx.id()),
            &format!("Person/{other}"),
        )
    }

    #[query]
    fn seen(&self, cx: &View<Person>) -> Result<Seen> {
        let me = format!("Person/{}", cx.id());
        let actions = cx.actions(&ActionFilter {
            kind: Some(Kind::Verb),
            name: Some("Person.manage".into()),
            ..ActionFilter::default()
        })?;
        let events = cx.events(&EventFilter {
            subject: Some(cx.id().to_string()),
            ..EventFilter::default()
        })?;
        let rows = cx.sql(
            "SELECT count(*) FROM people WHERE \"$deleted\" IS NULL",
            &[],
        )?;
        Ok(Seen {
            people: cx.things().list("Person", None, 10)?.items.len() as u64,
            found: cx
                .search("Person", "ann")?
                .items
                .first()
                .map(|thing| thing.data.text().to_owned()),
            managed: cx
                .relationships()
                .from(&me, Some("manages"))?
                .into_iter()
                .map(|edge| format!("{} {}", edge.to, edge.data))
                .collect(),
            managers: cx.relationships().to(&me, None)?.len() as u64,
            verbs: actions.items.len() as u64,
            events: events.items.into_iter().map(|event| event.verb).collect(),
            rows: rows[0][0].as_integer().unwrap_or_default().unsigned_abs(),
        })
    }

    #[query]
    fn meddle(&self, cx: &View<Person>) -> Result<()> {
        cx.sql("DELETE FROM people", &[]).map(|_| ())
    }
}

dotdo::app! { pub Office { Person } }

#[tokio::test]
async fn every_store_can_be_read_without_types() {
    let mut test = Test::of(Office::DEF);
    let ann = test
        .run(Person { name: "Ann".into() }.create_as(Id::new("ann").unwrap()))
        .await
        .unwrap();
    let bob = test
        .run(Person { name: "Bob".into() }.create_as(Id::new("bob").unwrap()))
        .await
        .unwrap();
    test.run(ann.stub().manage(bob.clone())).await.unwrap();
    let twice = test.run(ann.stub().manage(bob.clone())).await.unwrap_err();
    assert_eq!(
        (twice.kind(), twice.message()),
        (ErrorKind::Conflict, "Person/ann manages Person/bob already")
    );
    test.crash().await;

    let seen = test.run(ann.stub().seen()).await.unwrap();
    let expected = Seen {
        people: 2,
        found: Some(r#"{"name":"Ann"}"#.into()),
        managed: vec![r#"Person/bob {"since":2026}"#.into()],
        managers: 0,
        verbs: 2,
        events: vec!["created".into()],
        rows: 2,
    };
    assert_eq!(seen, expected, "a refused verb is recorded too");
    assert_eq!(test.run(bob.stub().seen()).await.unwrap().managers, 1);
    assert!(test.run(ann.stub().dismiss(bob.clone())).await.unwrap());
    assert!(!test.run(ann.stub().dismiss(bob)).await.unwrap());

    let meddled = test.run(ann.stub().meddle()).await.unwrap_err();
    assert_eq!(meddled.message(), "a query may only read");
    assert_eq!(test.run(Person::all().count()).await.unwrap(), 2);
}
