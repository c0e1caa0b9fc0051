//! Clients that listen to events over a WebSocket: the same on the embedded host and on Cloudflare's engine.

use serde_json::{Value, json};
use workerd_tests::{
    Answer, Bundle, Connection, Embedded, Engine, Message, Socket, TRIAL, TRIAL_CLASSES, wasm,
    workerd_or_skip,
};

const TOKEN: &str = "0123456789abcdef";

/// One of the hosts, with the trial business on data of its own.
enum Host {
    Here(Embedded),
    There(Engine),
}

struct Trial {
    host: Host,
    door: Connection,
    #[allow(dead_code, reason = "the data live as long as this")]
    folder: tempfile::TempDir,
}

impl Trial {
    fn here(token: Option<&str>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let host = Embedded::start(env!("CARGO_BIN_EXE_trial"), folder.path(), token);
        let host = host.expect("it starts");
        let door = Connection::open(host.port()).expect("it listens");
        Self {
            host: Host::Here(host),
            door,
            folder,
        }
    }

    fn there(token: Option<&str>) -> Option<Self> {
        let workerd = workerd_or_skip()?;
        let folder = tempfile::tempdir().expect("a folder");
        let token = token.map(|token| ("DOTDO_TOKEN", token));
        let bundle = Bundle {
            wasm: &wasm("workerd-tests", "trial"),
            classes: TRIAL_CLASSES,
            variables: token.as_slice(),
            own: &[],
            index: TRIAL,
        };
        let host = Engine::start(&workerd, folder.path(), &bundle).expect("workerd starts");
        let door = host.connect().expect("it listens");
        Some(Self {
            host: Host::There(host),
            door,
            folder,
        })
    }

    fn port(&self) -> u16 {
        match &self.host {
            Host::Here(host) => host.port(),
            Host::There(host) => host.port(),
        }
    }

    fn try_listen(&self, target: &str, headers: &[(&str, &str)]) -> Result<Socket, Answer> {
        Socket::open(self.port(), target, headers).expect("an answer")
    }

    fn listen(&self, target: &str) -> Socket {
        self.try_listen(target, &[])
            .unwrap_or_else(|answer| panic!("{target}: {}", answer.text()))
    }

    fn create(&mut self, noun: &str, body: &Value) {
        let answer = self.door.post(&format!("/{noun}"), &body.to_string());
        let answer = answer.expect("an answer");
        assert_eq!(answer.status, 201, "{}", answer.text());
    }

    fn add(&mut self, counter: &str, by: i64) {
        let target = format!("/Counter/{counter}/add");
        let answer = self.door.post(&target, &json!({"by": by}).to_string());
        assert_eq!(answer.expect("an answer").status, 200);
    }
}

/// Runs a test on the embedded host and, where it is installed, on Cloudflare's engine.
fn on_both(token: Option<&str>, test: impl Fn(Trial)) {
    test(Trial::here(token));
    if let Some(there) = Trial::there(token) {
        test(there);
    }
}

fn event(socket: &mut Socket) -> Value {
    match socket.receive().expect("a message") {
        Message::Text(text) => serde_json::from_str(&text).expect("JSON"),
        Message::Close(code, why) => panic!("closed: {code} {why}"),
    }
}

/// Noun, verb and subject of the next event.
fn what(socket: &mut Socket) -> String {
    let event = event(socket);
    let word = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
    format!("{} {} {}", word("noun"), word("verb"), word("subject"))
}

fn status(answer: Result<Socket, Answer>) -> u16 {
    answer.map_or_else(|refused| refused.status, |socket| socket.answer.status)
}

#[test]
fn whoever_listens_hears_what_happens_from_now_on() {
    on_both(None, |mut trial| {
        trial.create("Counter", &json!({"$id": "before", "name": "before"}));
        let mut all = trial.listen("/$events");
        let mut added = trial.listen("/$events?verb=added&subject=a");
        trial.create("Counter", &json!({"$id": "a", "name": "a"}));
        trial.create("Counter", &json!({"$id": "b", "name": "b"}));
        for n in 1..=3 {
            trial.add("b", n);
            trial.add("a", n);
        }
        assert_eq!(what(&mut all), "Counter created a");
        assert_eq!(what(&mut all), "Counter created b");
        assert_eq!(what(&mut all), "Counter added b");
        for total in [1, 3, 6] {
            let event = event(&mut added);
            assert_eq!(
                (&event["data"], &event["subject"]),
                (&json!(total), &json!("a"))
            );
        }
        // It is what the list says, byte for byte.
        let listed = trial
            .door
            .get("/$events?verb=added&subject=b&limit=1")
            .unwrap();
        let listed: Value = serde_json::from_slice(&listed.body).unwrap();
        let mut again = trial.listen("/$events?after=0&verb=added&subject=b");
        assert_eq!(event(&mut again), listed["items"][0]);
    });
}

#[test]
fn whoever_was_away_hears_what_was_missed_and_then_what_is_new() {
    on_both(None, |mut trial| {
        trial.create("Counter", &json!({"$id": "a", "name": "a"}));
        for n in 0..230 {
            trial.add("a", n);
        }
        let mut socket = trial.listen("/$events?after=0");
        trial.create("Counter", &json!({"$id": "b", "name": "b"}));
        for sequence in 1..=231 {
            assert_eq!(event(&mut socket)["sequence"], sequence);
        }
        assert_eq!(what(&mut socket), "Counter created b");
        let mut rest = trial.listen("/$events?after=230&noun=Counter");
        assert_eq!(event(&mut rest)["sequence"], 231);
        assert_eq!(what(&mut rest), "Counter created b");
    });
}

#[test]
fn an_object_of_its_own_has_a_feed_of_its_own() {
    on_both(None, |mut trial| {
        trial.create("Counter", &json!({"$id": "a", "name": "a"}));
        trial.create("Order", &json!({"$id": "ö1", "counter": "a", "cents": 5}));
        let mut socket = trial.listen("/Order/%C3%B61/$events?after=0");
        assert_eq!(what(&mut socket), "Order created ö1");
        assert_eq!(what(&mut socket), "Order noted ö1");
        trial.create("Order", &json!({"$id": "o2", "counter": "a", "cents": 5}));
        let changed = trial.door.send(
            "PATCH",
            "/Order/%C3%B61",
            &[("content-type", "application/merge-patch+json")],
            br#"{"cents":6}"#,
        );
        assert_eq!(changed.unwrap().status, 200);
        assert_eq!(what(&mut socket), "Order updated ö1");
        trial.create("@acme/Counter", &json!({"$id": "y", "name": "y"}));
        let mut elsewhere = trial.listen("/@acme/$events");
        trial.create("Counter", &json!({"$id": "b", "name": "b"}));
        trial.create("@acme/Counter", &json!({"$id": "z", "name": "z"}));
        assert_eq!(what(&mut elsewhere), "Counter created z");
    });
}

#[test]
fn what_is_no_feed_is_refused_with_a_reason() {
    on_both(None, |mut trial| {
        trial.create("Counter", &json!({"$id": "a", "name": "a"}));
        let of = |target: &str, headers: &[(&str, &str)]| status(trial.try_listen(target, headers));
        assert_eq!(of("/$events", &[]), 101);
        assert_eq!(of("/Order/nobody/$events", &[]), 404);
        assert_eq!(of("/$evens", &[]), 404);
        assert_eq!(of("/$events?limit=3", &[]), 422);
        assert_eq!(of("/$events?after=x", &[]), 422);
        let long = format!("/$events?subject={}", "x".repeat(2000));
        assert_eq!(of(&long, &[]), 413);
        // Other routes answer as always.
        assert_eq!(of("/Counter/a", &[]), 200);
        let foreign = [("origin", "https://evil.example")];
        assert_eq!(of("/$events", &foreign), 403);
        assert_eq!(of("/$events", &[("origin", "http://localhost")]), 101);
        let refused = trial.try_listen("/$events?limit=3", &[]).unwrap_err();
        assert!(refused.text().contains("limit"), "{}", refused.text());
    });
}

#[test]
fn a_token_opens_as_a_header_or_as_a_subprotocol() {
    on_both(Some(TOKEN), |trial| {
        let bearer = format!("Bearer {TOKEN}");
        let of = |headers: &[(&str, &str)]| trial.try_listen("/$events", headers);
        assert_eq!(status(of(&[])), 401);
        assert_eq!(status(of(&[("authorization", &bearer)])), 101);
        let protocols = |list: &str| of(&[("sec-websocket-protocol", list)]);
        let socket = protocols(&format!("dotdo, bearer.{TOKEN}")).expect("it opens");
        assert_eq!(
            socket.answer.header("sec-websocket-protocol"),
            Some("dotdo")
        );
        assert_eq!(status(protocols("dotdo, bearer.nonsense")), 401);
        assert_eq!(status(protocols(&format!("bearer.{TOKEN}"))), 400);
        assert_eq!(status(protocols("dotdo")), 401);
        // Who has the token may be a page of another site.
        let page = [
            ("authorization", bearer.as_str()),
            ("origin", "https://app.example"),
        ];
        assert_eq!(status(of(&page)), 101);
    });
}

#[test]
fn a_ping_is_answered_and_nothing_else_is_understood() {
    on_both(None, |mut trial| {
        trial.create("Counter", &json!({"$id": "a", "name": "a"}));
        let mut socket = trial.listen("/$events");
        socket.send("ping").unwrap();
        assert_eq!(socket.receive().unwrap(), Message::Text("pong".into()));
        trial.add("a", 1);
        assert_eq!(what(&mut socket), "Counter added a");
        socket.send("hello").unwrap();
        let Message::Close(code, why) = socket.receive().unwrap() else {
            panic!("it goes on");
        };
        assert_eq!(
            (code, why.as_str()),
            (1003, "no message but `ping` is understood")
        );
        // Others do not notice that somebody has gone.
        let mut other = trial.listen("/$events");
        drop(socket);
        trial.add("a", 1);
        assert_eq!(what(&mut other), "Counter added a");
    });
}

/// What a client has been told is kept with its socket, not in the instance, which may end at any time.
#[test]
fn sockets_outlive_the_instance_of_their_object() {
    let Some(mut trial) = Trial::there(None) else {
        return;
    };
    trial.create("Counter", &json!({"$id": "a", "name": "a"}));
    let mut socket = trial.listen("/$events");
    trial.add("a", 1);
    assert_eq!(what(&mut socket), "Counter added a");
    let broken = trial.door.post("/Counter/a/explode", "{}").unwrap();
    assert_eq!(broken.status, 500);
    trial.add("a", 1);
    assert_eq!(what(&mut socket), "Counter added a");
    trial.create("Counter", &json!({"$id": "b", "name": "b"}));
    assert_eq!(what(&mut socket), "Counter created b");
}

#[test]
fn a_server_that_stops_says_so() {
    let trial = Trial::here(None);
    let mut socket = trial.listen("/$events");
    let Host::Here(mut host) = trial.host else {
        return;
    };
    host.terminate().unwrap();
    let close = Message::Close(1001, "the server is stopping".to_owned());
    assert_eq!(socket.receive().unwrap(), close);
    assert_eq!(host.wait().unwrap(), Some(0));
}
