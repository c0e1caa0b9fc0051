//! Events: who hears them, in which order, and that nobody hears one twice.

#![allow(missing_docs, reason = "a test's business is explained by the test")]

mod support;

use dotdo::prelude::*;
use dotdo::{DomainEvent, EventFilter, Letter, Page};
use dotdo_runtime::stub::Op;
use support::{Log, Test};

static LOG: Log = Log::new();

#[noun]
pub struct Door {
    pub name: String,
    pub open: bool,
}

#[derive(Value)]
pub struct Knock {
    pub times: u32,
}

#[verbs]
impl Door {
    #[verb]
    fn open(&mut self, _cx: &mut Tx) -> Result<()> {
        ensure!(!self.open, "{} is open", self.name);
        self.open = true;
        Ok(())
    }

    #[verb(event = knocked)]
    fn knock(&mut self, _cx: &mut Tx, times: u32) -> Result<Knock> {
        Ok(Knock { times })
    }

    #[verb(emits = none)]
    fn paint(&mut self, _cx: &mut Tx, name: String) -> Result<()> {
        self.name = name;
        Ok(())
    }

    #[on(Door::knocked)]
    async fn hear(cx: Flow<Door>, event: Event<Door, Knock>) -> Result<()> {
        LOG.say(format!("hear {} at {}", event.data.times, cx.id()));
        Ok(())
    }
}

#[on(Door::opened, priority = "low")]
async fn last(_cx: Flow, _event: Event<Door, ()>) -> Result<()> {
    LOG.say("last");
    Ok(())
}

#[on(*::*)]
async fn everything(_cx: Flow, event: AnyEvent) -> Result<()> {
    LOG.say(format!("any {}::{}", event.noun, event.verb));
    Ok(())
}

#[on(Door::*)]
async fn all_doors(_cx: Flow, event: DoorEvent) -> Result<()> {
    LOG.say(match event {
        DoorEvent::Created(_) => "door created".to_owned(),
        DoorEvent::Updated(_) => "door updated".to_owned(),
        DoorEvent::Deleted(_) => "door deleted".to_owned(),
        DoorEvent::Opened(_) => "door opened".to_owned(),
        DoorEvent::Knocked(event) => format!("door knocked {}", event.data.times),
    });
    Ok(())
}

#[on(Door::opened)]
async fn second(_cx: Flow, _event: Event<Door, ()>) -> Result<()> {
    LOG.say("second");
    bail!("it fails, and the others do not care")
}

#[on(Door::opened)]
async fn third(_cx: Flow, _event: Event<Door, ()>) -> Result<()> {
    LOG.say("third");
    Ok(())
}

#[on(*::opened, priority = 10)]
async fn first(_cx: Flow, event: AnyEvent) -> Result<()> {
    LOG.say(format!("first {}", event.actor));
    Ok(())
}

#[on(Door::knocked, filter = |event| event.data.times > 2)]
async fn loud(_cx: Flow, event: Event<Door, Knock>) -> Result<()> {
    LOG.say(format!("loud {}", event.data.times));
    Ok(())
}

dotdo::app! { pub House { Door, last, everything, all_doors, second, third, first, loud } }

#[tokio::test]
async fn handlers_run_in_order_each_by_itself_and_once() {
    let mut test = Test::of(House::DEF);
    let door = test
        .run(
            Door {
                name: "front".into(),
                open: false,
            }
            .create(),
        )
        .await
        .unwrap();
    assert_eq!(LOG.take(), ["door created", "any Door::created"]);

    test.run(door.stub().open()).await.unwrap();
    assert_eq!(
        LOG.take(),
        [
            "first host",
            "second",
            "third",
            "door opened",
            "any Door::opened",
            "last"
        ]
    );

    let letters: Page<Letter> = test
        .ask(Op::DeadLetters {
            limit: 10,
            after: None,
        })
        .await
        .unwrap();
    assert_eq!(
        letters
            .items
            .iter()
            .map(|l| l.name.as_str())
            .collect::<Vec<_>>(),
        ["second"]
    );

    test.run(door.stub().knock(2)).await.unwrap();
    assert_eq!(
        LOG.take(),
        [
            format!("hear 2 at {door}"),
            "door knocked 2".into(),
            "any Door::knocked".into()
        ]
    );
    test.run(door.stub().knock(3)).await.unwrap();
    assert!(LOG.take().contains(&"loud 3".to_owned()));

    let refused = test.run(door.stub().open()).await.unwrap_err();
    assert_eq!(refused.message(), "front is open");
    test.run(door.stub().paint("red".into())).await.unwrap();
    assert!(
        LOG.take().is_empty(),
        "neither a refusal nor a silent verb emits"
    );

    test.crash().await;
    test.restart().await;
    assert!(
        LOG.take().is_empty(),
        "an event that was handled is not handled again"
    );

    let events: Page<DomainEvent> = test
        .ask(Op::Events(EventFilter {
            noun: Some("Door".into()),
            ..Default::default()
        }))
        .await
        .unwrap();
    let names: Vec<_> = events
        .items
        .iter()
        .map(|e| format!("{} {}", e.sequence, e.verb))
        .collect();
    assert_eq!(names, ["1 created", "2 opened", "3 knocked", "4 knocked"]);
    assert_eq!(events.items[3].data.text(), r#"{"times":3}"#);

    test.run(door.stub().update(&serde_json::json!({"name": "blue"})))
        .await
        .unwrap();
    test.run(door.stub().delete()).await.unwrap();
    assert_eq!(
        LOG.take(),
        [
            "door updated",
            "any Door::updated",
            "door deleted",
            "any Door::deleted"
        ]
    );
    let page: Page<DomainEvent> = test
        .ask(Op::Events(EventFilter {
            after: Some(4),
            limit: Some(1),
            ..Default::default()
        }))
        .await
        .unwrap();
    assert_eq!(page.items[0].sequence, 5, "numbers go on after a restart");
    assert_eq!(page.next.as_deref(), Some("5"));
}
