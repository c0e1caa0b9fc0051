//! What the Cloudflare host promises, seen on Cloudflare's own engine.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::{Value, json};
use workerd_tests::{
    Answer, Bundle, Connection, Engine, TRIAL, TRIAL_CLASSES, wasm, workerd_or_skip,
};

/// An engine with the trial business, on data of its own.
struct Trial {
    engine: Engine,
    door: Connection,
    #[allow(dead_code, reason = "the data live as long as this")]
    folder: tempfile::TempDir,
}

impl Trial {
    fn start() -> Option<Self> {
        Self::start_with(&[])
    }

    fn start_with(variables: &[(&str, &str)]) -> Option<Self> {
        static WASM: OnceLock<PathBuf> = OnceLock::new();
        let workerd = workerd_or_skip()?;
        let wasm = WASM.get_or_init(|| wasm("workerd-tests", "trial"));
        let folder = tempfile::tempdir().expect("a folder");
        let bundle = Bundle {
            wasm,
            classes: TRIAL_CLASSES,
            variables,
            own: &[],
            index: TRIAL,
        };
        let engine = Engine::start(&workerd, folder.path(), &bundle).expect("workerd starts");
        let door = engine.connect().expect("it listens");
        Some(Self {
            engine,
            door,
            folder,
        })
    }

    fn restart(&mut self) {
        self.engine.restart().expect("workerd starts again");
        self.door = self.engine.connect().expect("it listens");
    }

    fn post(&mut self, target: &str, body: &Value) -> Answer {
        self.door
            .post(target, &body.to_string())
            .expect("an answer")
    }

    fn get(&mut self, target: &str) -> Value {
        let answer = self.door.get(target).expect("an answer");
        assert_eq!(answer.status, 200, "{target}: {}", answer.text());
        tree(&answer)
    }

    /// Makes a thing; gives its id.
    fn create(&mut self, noun: &str, body: &Value) -> String {
        let answer = self.post(&format!("/{noun}"), body);
        assert_eq!(answer.status, 201, "{}", answer.text());
        let location = answer.header("location").expect("where it is");
        location.rsplit('/').next().expect("an id").to_owned()
    }

    /// Waits until a field of a thing is what is wanted.
    fn until(&mut self, target: &str, field: &str, wanted: &Value) {
        let is = |answer: &Answer| answer.status == 200 && tree(answer)[field] == *wanted;
        if let Err(error) = self.door.until(target, is) {
            panic!("{error}\n{}", self.engine.log());
        }
    }
}

fn tree(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_else(|e| panic!("{e}: {}", answer.text()))
}

/// What ends an instance undoes the turn it was in, tells who waited, and harms nobody else.
#[test]
fn whatever_stops_a_turn_leaves_no_trace_and_no_harm() {
    let Some(mut trial) = Trial::start() else {
        return;
    };
    let id = trial.create("Counter", &json!({"name": "a"}));
    let neighbour = trial.create("Order", &json!({"counter": id, "cents": 1}));
    trial.until(&format!("/Order/{neighbour}"), "counted", &json!(true));
    for verb in ["explode", "descend", "hoard"] {
        let answer = trial.post(&format!("/Counter/{id}/{verb}"), &json!({}));
        assert_eq!(answer.status, 500, "{verb}: {}", answer.text());
        let detail = tree(&answer)["detail"].as_str().unwrap().to_owned();
        let (_, reference) = detail.split_once("(reference ").expect("a reference");
        let reference = reference.trim_end_matches(')');
        assert!(!detail.contains("on purpose"), "{detail}");
        let said = match verb {
            "explode" => format!("{reference}: on purpose: 1001"),
            _ => format!("{reference}: "),
        };
        assert!(trial.engine.says(&said), "{said}\n{}", trial.engine.log());
        // The next call works, and sees nothing of it.
        assert_eq!(trial.get(&format!("/Counter/{id}"))["count"], 1);
        assert_eq!(trial.get("/Counter")["items"].as_array().unwrap().len(), 1);
        assert_eq!(trial.get(&format!("/Order/{neighbour}"))["cents"], 1);
    }
    let answer = trial.post(&format!("/Counter/{id}/add"), &json!({"by": 1}));
    assert_eq!((answer.status, answer.text()), (200, "2"));
}

/// A refusal undoes what the verb wrote, as on every host.
#[test]
fn a_refusal_leaves_no_trace() {
    let Some(mut trial) = Trial::start() else {
        return;
    };
    let id = trial.create("Counter", &json!({"name": "a"}));
    let answer = trial.post(&format!("/Counter/{id}/refuse"), &json!({}));
    assert_eq!(answer.status, 409, "{}", answer.text());
    assert_eq!(tree(&answer)["detail"], "on principle");
    assert_eq!(trial.get(&format!("/Counter/{id}"))["count"], 0);
    assert_eq!(trial.get("/Counter")["items"].as_array().unwrap().len(), 1);
    let sly = trial.door.get(&format!("/Counter/{id}/sly")).unwrap();
    assert_eq!(sly.status, 409, "{}", sly.text());
    assert!(
        sly.text().contains("a query may only read"),
        "{}",
        sly.text()
    );
    assert_eq!(trial.get(&format!("/Counter/{id}"))["count"], 0);
}

/// A panic in a step or a flow fails that, once and for good, and nothing else.
#[test]
fn a_panic_in_a_step_or_a_flow_fails_it() {
    let Some(mut trial) = Trial::start() else {
        return;
    };
    let step = trial.create("Job", &json!({"task": "broken step"}));
    trial.until(
        &format!("/Job/{step}"),
        "outcome",
        &json!("the code panicked: a step on purpose"),
    );
    // Its creation is kept, and said, whatever the flow does that it starts.
    trial.create("Job", &json!({"task": "broken flow"}));
    let failed = |answer: &Answer| {
        answer
            .text()
            .contains("the code panicked: a flow on purpose")
    };
    trial
        .door
        .until("/$dead-letters", failed)
        .unwrap_or_else(|e| panic!("{e}\n{}", trial.engine.log()));
    let after = trial.create("Job", &json!({"task": "step"}));
    trial.until(&format!("/Job/{after}"), "outcome", &json!("ok by step"));
}

/// What was acknowledged survives the end of the process, and what was under way goes on.
#[test]
fn what_was_acknowledged_survives_and_what_was_under_way_goes_on() {
    let Some(mut trial) = Trial::start() else {
        return;
    };
    let job = trial.create("Job", &json!({"task": "sleep"}));
    let counter = trial.create("Counter", &json!({"name": "a"}));
    for n in 1..=20 {
        let answer = trial.post(&format!("/Counter/{counter}/add"), &json!({"by": 1}));
        assert_eq!(answer.text(), n.to_string());
        if n % 5 == 0 {
            trial.restart();
        }
    }
    assert_eq!(trial.get(&format!("/Counter/{counter}"))["count"], 20);
    assert_eq!(trial.get(&format!("/Job/{job}"))["outcome"], "");
    trial.door.advance(Duration::from_secs(3601)).unwrap();
    // Nobody calls it: the alarm alone wakes it.
    trial.until(&format!("/Job/{job}"), "outcome", &json!("slept"));
}

/// What a busy object did is in one place until somebody asks. Killed there, it is as complete as anywhere.
#[test]
fn a_busy_object_that_is_killed_has_done_what_it_said() {
    let Some(mut trial) = Trial::start() else {
        return;
    };
    let counter = trial.create("Counter", &json!({"name": "a"}));
    let order = trial.create("Order", &json!({"counter": counter, "cents": 1}));
    trial.until(&format!("/Order/{order}"), "counted", &json!(true));
    let mut noted = 1;
    // Whether an alarm asks for something in between is a matter of time.
    for _ in 0..30 {
        for _ in 0..40 {
            let answer = trial.post(&format!("/Order/{order}/note"), &json!({}));
            assert_eq!(answer.status, 204, "{}", answer.text());
            noted += 1;
        }
        trial.engine.kill();
        let kept = kept(&trial.folder.path().join("state/Order"));
        trial.restart();
        let events = trial.get(&format!("/Order/{order}/$events?verb=noted&limit=1000"));
        assert_eq!(events["items"].as_array().unwrap().len(), noted);
        if kept > 0 {
            return;
        }
    }
    panic!("nothing was ever kept");
}

/// How many turns of an object are kept and not done, by the only file of a class.
fn kept(class: &Path) -> i64 {
    let files = std::fs::read_dir(class).expect("a folder");
    let mut paths = files.map(|file| file.expect("a file").path());
    let is_object = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.ends_with(".sqlite") && name != "metadata.sqlite")
    };
    let path = paths.find(is_object).expect("an object");
    let file = rusqlite::Connection::open(path).expect("a database");
    let sql = r#"SELECT count(*) FROM "$ahead" WHERE "turn" > (SELECT "turn" FROM "$ahead" WHERE "slot" = 0)"#;
    // There is no table yet, where nothing was kept.
    file.query_row(sql, [], |row| row.get(0)).unwrap_or(0)
}

/// Objects call each other, and what one sends another takes effect once.
#[test]
fn objects_reach_each_other() {
    let Some(mut trial) = Trial::start() else {
        return;
    };
    let counter = trial.create("Counter", &json!({"name": "a"}));
    let orders: Vec<String> = (0..5)
        .map(|cents| trial.create("Order", &json!({"counter": counter, "cents": cents})))
        .collect();
    for order in &orders {
        trial.until(&format!("/Order/{order}"), "counted", &json!(true));
    }
    assert_eq!(trial.get(&format!("/Counter/{counter}"))["count"], 5);
    // The tenant keeps a directory of them.
    trial
        .door
        .until("/Order", |answer| {
            tree(answer)["items"].as_array().is_some_and(|items| {
                items.len() == 5 && items.iter().all(|item| item["counted"] == true)
            })
        })
        .unwrap();
    // An object whose creation was refused is not there.
    let refused = trial.post(
        "/Order",
        &json!({"$id": "odd", "counter": counter, "cents": -1}),
    );
    assert_eq!(refused.status, 422, "{}", refused.text());
    assert_eq!(trial.door.get("/Order/odd").unwrap().status, 404);
    assert_eq!(trial.door.get("/Order/never").unwrap().status, 404);
}

/// Tenants are apart from each other, by path and by host name.
#[test]
fn tenants_are_apart() {
    let Some(mut trial) = Trial::start() else {
        return;
    };
    let body = json!({"name": "a"});
    let answer = trial.post("/@acme/Counter", &body);
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(trial.get("/Counter")["items"], json!([]));
    let headers = [("host", "acme.trial.localhost")];
    let answer = trial.door.send("GET", "/Counter", &headers, b"").unwrap();
    assert_eq!(tree(&answer)["items"][0]["name"], "a");
    let nobody = trial.door.get("/@nobody/Counter").unwrap();
    assert_eq!(nobody.status, 404, "{}", nobody.text());
}

/// Values come back as they went in: Cloudflare's storage binds every number as a float.
#[test]
fn values_are_kept_exactly() {
    let Some(mut trial) = Trial::start() else {
        return;
    };
    let wholes = [
        0,
        1,
        -1,
        (1 << 53) - 1,
        1 << 53,
        (1 << 53) + 1,
        -(1 << 53) - 1,
        i64::MAX,
        i64::MIN,
    ];
    for whole in wholes {
        let sample = json!({"whole": whole, "real": 2.0, "yes": true, "text": "\u{feff}ä\0😀", "bytes": [0, 1, 255]});
        let answer = trial.post("/Sample", &sample);
        assert_eq!(answer.status, 201, "{whole}: {}", answer.text());
        let location = answer.header("location").unwrap().to_owned();
        let text = trial.door.get(&location).unwrap().text().to_owned();
        assert!(
            text.contains(&format!(r#""whole":{whole},"real":2.0,"yes":true"#)),
            "{text}"
        );
        let got = trial.get(&location);
        assert_eq!(got["text"], sample["text"]);
        assert_eq!(got["bytes"], sample["bytes"]);
        let found = trial.get(&format!("/Sample?whole={whole}"));
        assert_eq!(
            found["items"].as_array().unwrap().len(),
            1,
            "{whole}: {found}"
        );
        assert_eq!(found["items"][0]["whole"], whole);
        // What does not change anything is no change.
        let headers = [("content-type", "application/merge-patch+json")];
        let same = trial
            .door
            .send("PATCH", &location, &headers, br#"{"real":2}"#)
            .unwrap();
        assert_eq!(tree(&same)["$version"], 1, "{}", same.text());
    }
    for real in [1e300, -0.1, 5e-324, 1e18] {
        let sample = json!({"whole": 1, "real": real, "yes": false, "text": ""});
        let id = trial.create("Sample", &sample);
        assert_eq!(trial.get(&format!("/Sample/{id}"))["real"], real);
    }
}

/// A body that is too long is refused, and the client hears so.
#[test]
fn a_long_body_is_refused() {
    let Some(mut trial) = Trial::start() else {
        return;
    };
    let long = trial.post("/Counter", &json!({"name": "x".repeat(2_000_000)}));
    assert_eq!(long.status, 413, "{}", long.text());
    let fits = trial.post("/Counter", &json!({"name": "x".repeat(1_000_000)}));
    assert_eq!(fits.status, 201, "{}", fits.text());
}

/// A step reaches the world, with its key, and what fails for a while is tried again with the same one.
#[test]
fn a_step_fetches() {
    let Some(mut trial) = Trial::start_with(&[("TRIAL_NAME", "trial")]) else {
        return;
    };
    let world = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/in?secret=1", world.local_addr().unwrap());
    let served = std::thread::spawn(move || {
        let mut keys = Vec::new();
        for answer in [
            "HTTP/1.1 503 Later\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 6\r\nconnection: close\r\n\r\nthanks",
        ] {
            let (mut stream, _) = world.accept().expect("a request");
            let mut request = Vec::new();
            let mut piece = [0; 4096];
            while !request.ends_with(b"from trial") {
                let length = stream.read(&mut piece).expect("a piece");
                assert_ne!(length, 0, "{}", String::from_utf8_lossy(&request));
                request.extend_from_slice(&piece[..length]);
            }
            stream.write_all(answer.as_bytes()).expect("it is taken");
            let text = String::from_utf8_lossy(&request).to_lowercase();
            assert!(text.starts_with("post /in?secret=1 http/1.1\r\n"), "{text}");
            let key = text.split("idempotency-key: ").nth(1).expect("a key");
            keys.push(key.lines().next().unwrap_or_default().to_owned());
        }
        keys
    });
    let job = trial.create("Job", &json!({"task": format!("fetch {url}")}));
    trial.until(&format!("/Job/{job}"), "outcome", &json!("200: thanks"));
    let keys = served.join().expect("it served");
    assert_eq!(keys[0], keys[1]);
}

/// Without a token, a business that Cloudflare serves to the world lets nobody in; with one, those who have it.
#[test]
fn the_door_is_shut_without_a_token() {
    let Some(mut trial) = Trial::start() else {
        return;
    };
    let edge = ("cf-ray", "8f00-FRA");
    let answer = trial.door.send("GET", "/Counter", &[edge], b"").unwrap();
    assert_eq!(answer.status, 401, "{}", answer.text());
    assert!(answer.text().contains("DOTDO_TOKEN"), "{}", answer.text());
    let health = trial.door.send("GET", "/$health", &[edge], b"").unwrap();
    assert_eq!(health.status, 200);

    let token = "0123456789abcdef";
    let mut trial = Trial::start_with(&[("DOTDO_TOKEN", token)]).expect("workerd is there");
    assert_eq!(trial.door.get("/Counter").unwrap().status, 401);
    let bearer = format!("Bearer {token}");
    let with = [edge, ("authorization", bearer.as_str())];
    assert_eq!(
        trial
            .door
            .send("GET", "/Counter", &with, b"")
            .unwrap()
            .status,
        200
    );
}
