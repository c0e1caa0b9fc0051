//! Whatever bytes cross the border between the shim and WebAssembly, nobody waits for ever, and the next call works.
//!
//! `DOTDO_FUZZ_SECONDS=60` goes on with what is garbled for so long, from another seed each time.

use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};
use workerd_tests::{Answer, Bundle, Connection, Engine, TRIAL_CLASSES, wasm, workerd_or_skip};

const INDEX: &str = include_str!("../src/border.js");

/// How many spoilt messages a test run tries, without a time that is given.
const GARBLED: u64 = 120;

/// Which message is spoilt when an order is made, and at once the order's name: one that begins has hundreds of messages.
fn orders() -> impl Iterator<Item = i64> {
    (0..700).step_by(7)
}

struct Border {
    engine: Engine,
    door: Connection,
    /// How many dead letters were replayed.
    replayed: i64,
    #[allow(dead_code, reason = "the data live as long as this")]
    folder: tempfile::TempDir,
}

/// What became of a plan.
struct Spoilt {
    /// So many messages have crossed.
    crossings: u64,
    /// Which one was spoilt.
    which: String,
}

impl Border {
    fn start() -> Option<Self> {
        let workerd = workerd_or_skip()?;
        let wasm = wasm("workerd-tests", "trial");
        let folder = tempfile::tempdir().expect("a folder");
        let bundle = Bundle {
            wasm: &wasm,
            classes: TRIAL_CLASSES,
            variables: &[],
            own: &[],
            index: INDEX,
        };
        let engine = Engine::start(&workerd, folder.path(), &bundle).expect("workerd starts");
        let door = engine.connect().expect("it listens");
        let mut border = Self {
            engine,
            door,
            replayed: 0,
            folder,
        };
        let made = border.post("/Counter", &json!({"$id": "c", "name": "a"}));
        assert_eq!(made.status, 201, "{}", made.text());
        Some(border)
    }

    /// Sends a request. That no answer comes in time is what must not be.
    fn post(&mut self, target: &str, body: &Value) -> Answer {
        let answer = self.door.post(target, &body.to_string());
        answer.unwrap_or_else(|e| panic!("{target}: {e}\n{}", self.engine.log()))
    }

    fn get(&mut self, target: &str) -> Value {
        let answer = self.door.get(target);
        let answer = answer.unwrap_or_else(|e| panic!("{target}: {e}\n{}", self.engine.log()));
        let log = || self.engine.log();
        assert_eq!(answer.status, 200, "{}\n{}", answer.text(), log());
        serde_json::from_slice(&answer.body).expect("JSON")
    }

    /// Spoils the message with that number, from now on; says what became of the plan before.
    fn plan(&mut self, plan: &str) -> Spoilt {
        let done = self.get(&format!("/.spoil?{plan}"));
        Spoilt {
            crossings: done["crossings"].as_u64().expect("a number"),
            which: done["spoilt"].as_str().expect("a text").to_owned(),
        }
    }

    /// Waits until an order has been counted. A defect ends a flow or a message for good, as everywhere, until it is
    /// replayed.
    fn until_counted(&mut self, order: &str) {
        let begun = Instant::now();
        loop {
            let letters = self.get(&format!("{order}/$dead-letters"));
            let letters = letters["items"].as_array().expect("a list");
            let waiting = letters.iter().filter(|one| one["replayedAt"].is_null());
            let waiting: Vec<_> = waiting.filter_map(|one| one["id"].as_str()).collect();
            if waiting.is_empty() && self.get(order)["counted"] == true {
                break;
            }
            for id in waiting {
                let replay = format!("{order}/$dead-letters/{id}/replay");
                let answer = self.post(&replay, &json!({}));
                assert_eq!(answer.status, 202, "{}", answer.text());
                self.replayed += 1;
            }
            let log = || self.engine.log();
            assert!(
                begun.elapsed() < Duration::from_secs(30),
                "{order}: {letters:?}\n{}",
                log()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn count(&mut self) -> i64 {
        self.get("/Counter/c")["count"].as_i64().expect("a number")
    }
}

/// A message that is none ends at most what was under way. What was done is done or not, and the same objects go on.
#[test]
fn a_torn_message_costs_the_call_at_most() {
    let Some(mut border) = Border::start() else {
        return;
    };
    let mut count = border.count();
    let mut at = 0;
    let mut refused = 0;
    loop {
        border.plan(&format!("kind=torn&at={at}&seed={}", at + 1));
        let answer = border.post("/Counter/c/add", &json!({"by": 1}));
        let Spoilt { crossings, which } = border.plan("");
        let now = border.count();
        let place = format!("message {at}, {which}: {} {}", answer.status, answer.text());
        match answer.status {
            200 => assert_eq!(now, count + 1, "{place}"),
            // The answer alone may have been lost.
            500..=599 => assert!(now == count || now == count + 1, "{place}: {count}, {now}"),
            _ => panic!("{place}"),
        }
        refused += u64::from(answer.status != 200);
        count = now;
        if which.is_empty() {
            // Every message of the call has had its turn.
            assert!(at > 10 && crossings <= at, "{place}: {crossings}");
            assert_eq!(answer.status, 200, "{place}");
            break;
        }
        at += 1;
    }
    assert!(refused > at / 2, "{refused} of {at} calls have noticed");
}

/// The same while objects begin, send each other messages and run flows: what was acknowledged comes to its end, once.
#[test]
fn a_torn_message_does_not_stop_what_is_under_way() {
    let Some(mut border) = Border::start() else {
        return;
    };
    let mut acknowledged = Vec::new();
    let mut spoilt = Vec::new();
    for at in orders() {
        border.plan(&format!("kind=torn&at={at}&seed={}", at + 1));
        let order = json!({"$id": format!("o{at}"), "counter": "c", "cents": at});
        let answer = border.post("/Order", &order);
        match answer.status {
            201 => acknowledged.push(format!("/Order/o{at}")),
            500..=599 => {}
            _ => panic!("message {at}: {}", answer.text()),
        }
        spoilt.push(border.plan("").which);
    }
    for whose in ["door", "Order", "Tenant"] {
        let one = spoilt.iter().any(|which| which.ends_with(whose));
        assert!(one, "nothing of {whose} was spoilt: {spoilt:?}");
    }
    for order in &acknowledged {
        border.until_counted(order);
    }
    assert!(acknowledged.len() > 20, "{}", acknowledged.len());
    // Those that were made although their answer was lost are counted as well, each once.
    let mut made = 0;
    for at in orders() {
        let order = format!("/Order/o{at}");
        let answer = border.door.get(&order).expect("an answer");
        assert!(matches!(answer.status, 200 | 404), "{}", answer.text());
        if answer.status == 200 {
            border.until_counted(&order);
            made += 1;
        }
    }
    // A replay runs anew what it does not know the outcome of: it may have taken effect, and its answer been lost.
    let counted = border.count();
    let once = made..=made + border.replayed;
    assert!(once.contains(&counted), "{counted} counted, {once:?}");
    // The directory has been told of all of them.
    let listed = |answer: &Answer| {
        let list: Value = serde_json::from_slice(&answer.body).expect("JSON");
        let items = list["items"].as_array().expect("a list");
        i64::try_from(items.len()) == Ok(made)
    };
    if let Err(error) = border.door.until("/Order?limit=200", listed) {
        panic!("{made} were made: {error}\n{}", border.engine.log());
    }
}

/// What is about one object is answered in its own instance, so that nothing need cross to another one.
#[test]
fn a_request_about_one_object_is_answered_there() {
    let Some(mut border) = Border::start() else {
        return;
    };
    let made = border.post("/Order", &json!({"$id": "o1", "counter": "c", "cents": 1}));
    assert_eq!(made.status, 201, "{}", made.text());
    for (target, whose) in [
        ("/Order/o1", "Order"),
        ("/Order/nobody", "Order"),
        ("/Order/o1/$events", "Order"),
        ("/Counter/c", "Tenant"),
        ("/Counter", "Tenant"),
        ("/@acme/Counter", "Tenant"),
        ("/$events", "Tenant"),
        ("/Order", "door"),
        ("/$health", "door"),
        ("/Nothing/x", "door"),
    ] {
        border.door.get(target).expect("an answer");
        let done = border.get("/.spoil");
        assert_eq!(done["served"], whose, "{target}");
    }
    // The tenant is known without the host's field, too: another tenant's order would not be there.
    let order = json!({"$id": "o2", "counter": "c", "cents": 2});
    let made = border.post("/@acme/Order", &order);
    assert_eq!(made.status, 201, "{}", made.text());
    let direct = "/.order?name=acme/o2&url=http://acme.trial.localhost/Order/o2";
    assert_eq!(border.get(direct)["cents"], 2);
    let noted = border.post("/Order/o1/note", &json!({}));
    assert_eq!(noted.status, 204, "{}", noted.text());
    assert_eq!(border.get("/.spoil")["served"], "Order");
}

/// What is still a message, and says something else, may do harm to the object that says it. Nobody waits for ever, and
/// nobody else is harmed.
#[test]
fn a_garbled_message_harms_nobody_else() {
    let Some(mut border) = Border::start() else {
        return;
    };
    for order in ["victim", "neighbour"] {
        let made = border.post("/Order", &json!({"$id": order, "counter": "c", "cents": 1}));
        assert_eq!(made.status, 201, "{}", made.text());
        let counted = |answer: &Answer| answer.text().contains("\"counted\":true");
        let target = format!("/Order/{order}");
        border.door.until(&target, counted).expect("it is counted");
    }
    let time = std::env::var("DOTDO_FUZZ_SECONDS").ok();
    let time = time.map(|text| Duration::from_secs(text.parse().expect("a number of seconds")));
    let first = time.map_or(1, |_| {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        now.map_or(1, |now| now.as_secs() % 1_000_000 * 1000)
    });
    let begun = Instant::now();
    let mut spoilt = 0;
    let mut tried = 0;
    while time.map_or(tried < GARBLED, |time| begun.elapsed() < time) {
        let seed = first + tried;
        // The door in front answers what is about no single object, and sends for the object that is to be made.
        let (whose, crossings, target, body) = match seed % 4 {
            0 => ("door", 4, "/Order", json!({"$id": "victim"})),
            _ => ("Order", 8, "/Order/victim/note", json!({})),
        };
        let at = seed / 4 % crossings;
        border.plan(&format!("kind=garbled&whose={whose}&at={at}&seed={seed}"));
        let answer = border.post(target, &body);
        spoilt += u64::from(!border.plan("").which.is_empty());
        assert!(answer.status >= 200, "{}", answer.text());
        let neighbour = border.get("/Order/neighbour");
        assert_eq!(neighbour["cents"], 1, "seed {seed}");
        assert_eq!(border.count(), 2, "seed {seed}");
        // It answers, whatever it has become.
        border.door.get("/Order/victim").expect("an answer");
        tried += 1;
    }
    assert!(spoilt > tried / 4, "{spoilt} of {tried} were spoilt");
    println!("{tried} calls, {spoilt} of them with a garbled message");
}
