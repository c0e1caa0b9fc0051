//! One session of HTTP on the embedded host and on Cloudflare's engine: the answers are the same, byte for byte, but for
//! ids and times.

mod normal;

use std::collections::BTreeMap;

use workerd_tests::{
    Answer, Bundle, Connection, Embedded, Engine, TRIAL, TRIAL_CLASSES, wasm, workerd_or_skip,
};

use normal::Normal;

/// A request of the session. `{1}` stands for the first id that an answer of this host's has told, and so on.
struct Ask {
    method: &'static str,
    target: String,
    headers: Vec<(&'static str, String)>,
    body: String,
}

fn ask(method: &'static str, target: impl Into<String>) -> Ask {
    Ask {
        method,
        target: target.into(),
        headers: Vec::new(),
        body: String::new(),
    }
}

fn get(target: impl Into<String>) -> Ask {
    ask("GET", target)
}

fn post(target: impl Into<String>, body: impl Into<String>) -> Ask {
    ask("POST", target).json(body)
}

fn patch(target: impl Into<String>, body: impl Into<String>) -> Ask {
    ask("PATCH", target).json(body)
}

impl Ask {
    fn json(mut self, body: impl Into<String>) -> Self {
        self.body = body.into();
        self.with("content-type", "application/json")
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// Makes, reads, changes and deletes things, gets it wrong in every way, asks every route.
fn session() -> Vec<Ask> {
    let mut all = Vec::new();
    creations(&mut all);
    readings(&mut all);
    changes(&mut all);
    calls(&mut all);
    mistakes(&mut all);
    tenants(&mut all);
    routes(&mut all);
    all
}

fn creations(all: &mut Vec<Ask>) {
    for n in 0..12 {
        all.push(post(
            "/Counter",
            format!(r#"{{"$id":"c{n}","name":"counter {n}","count":{}}}"#, n * n),
        ));
    }
    // An id of the host's own, and the places that tell it.
    all.push(post("/Counter", r#"{"name":"made"}"#));
    all.push(get("/Counter/{1}"));
    all.push(patch("/Counter/{1}", r#"{"count":3}"#));
    all.push(post("/Counter", r#"{"name":"counter 1"}"#));
    all.push(post("/Counter", r#"{"$id":"c1","name":"again"}"#));
    for n in 0..10 {
        let real = f64::from(n) / 4.0;
        all.push(post(
            "/Sample",
            format!(
                r#"{{"$id":"s{n}","whole":{},"real":{real:?},"yes":{},"text":"tëxt {n} ﷺ","bytes":[{n},255]}}"#,
                i64::MAX - i64::from(n),
                n % 2 == 0
            ),
        ));
    }
    for (field, value) in [
        ("whole", "1.5"),
        ("whole", "9223372036854775808"),
        ("whole", r#""1""#),
        ("whole", "null"),
        ("real", r#""x""#),
        ("real", "1e400"),
        ("yes", "1"),
        ("text", "7"),
        ("bytes", "[256]"),
        ("odd", "1"),
    ] {
        let mut body = serde_json::json!({"whole": 1, "real": 1.0, "yes": true, "text": ""});
        body[field] = serde_json::Value::Null;
        let body = body.to_string().replacen(
            &format!(r#""{field}":null"#),
            &format!(r#""{field}":{value}"#),
            1,
        );
        all.push(post("/Sample", body));
    }
}

fn readings(all: &mut Vec<Ask>) {
    for n in 0..10 {
        all.push(get(format!("/Sample/s{n}")));
        all.push(ask("HEAD", format!("/Sample/s{n}")));
    }
    for query in [
        "",
        "?limit=3",
        "?limit=3&count",
        "?order=-whole&limit=2",
        "?order=real,-text",
        "?whole=9223372036854775807",
        "?whole.lt=9223372036854775800",
        "?whole.in=9223372036854775806,9223372036854775805",
        "?real.ge=1.25&yes=true",
        "?real=0.5",
        "?real=2",
        "?yes=false",
        "?text.contains=T%C3%8BXT",
        "?text.startswith=t%C3%ABxt%201",
        "?bytes.null=false",
        "?$version=1&limit=1",
        "?limit=0",
        "?limit=1001",
        "?order=odd",
        "?odd=1",
        "?whole=x",
        "?after=nonsense",
        "?deleted",
    ] {
        all.push(get(format!("/Sample{query}")));
    }
    all.push(get("/Counter/c3").with("if-none-match", r#""1""#));
    all.push(get("/Counter/c3").with("if-none-match", r#""2", W/"1""#));
    all.push(get("/Counter/c3@v1"));
    all.push(get("/Counter/c3@v9"));
    all.push(get("/Counter/c3?history"));
    all.push(get("/Counter/nobody"));
    all.push(get("/Counter/a%2Fb"));
    all.push(get("/Counter/%C3%A4"));
}

fn changes(all: &mut Vec<Ask>) {
    for (id, tag) in [("c4", r#""1""#), ("c4", r#""1""#), ("c4", "*"), ("c4", "2")] {
        all.push(patch(format!("/Counter/{id}"), r#"{"name":"renamed"}"#).with("if-match", tag));
    }
    all.push(patch("/Counter/c5", r#"{"name":"renamed"}"#));
    all.push(patch("/Counter/c5", r#"{"name":null}"#));
    all.push(patch("/Counter/c5", r#"{"count":"many"}"#));
    all.push(patch("/Counter/c5", r#"{"$version":7,"odd":1}"#));
    all.push(patch("/Counter/c5", "[]"));
    all.push(patch("/Counter/c5", "{}"));
    all.push(patch("/Sample/s1", r#"{"real":0.25}"#));
    all.push(patch("/Sample/s1", r#"{"real":3}"#));
    all.push(patch(
        "/Sample/s1",
        r#"{"bytes":null,"whole":-9223372036854775808}"#,
    ));
    all.push(get("/Sample/s1"));
    all.push(get("/Sample/s1?history"));
    all.push(ask("DELETE", "/Counter/c6").with("if-match", r#""9""#));
    all.push(ask("DELETE", "/Counter/c6"));
    all.push(ask("DELETE", "/Counter/c6"));
    all.push(get("/Counter/c6"));
    all.push(patch("/Counter/c6", "{}"));
    all.push(post("/Counter", r#"{"$id":"c6","name":"back"}"#));
    for body in [
        r#"{"name":"once"}"#,
        r#"{"name":"once"}"#,
        r#"{"name":"twice"}"#,
    ] {
        all.push(post("/Counter", body).with("idempotency-key", "k-1"));
    }
    all.push(post("/Counter/c1/add", r#"{"by":2}"#).with("idempotency-key", "k-2"));
    all.push(post("/Counter/c1/add", r#"{"by":2}"#).with("idempotency-key", "k-2"));
    all.push(ask("DELETE", "/Counter/c7").with("idempotency-key", "k-3"));
    all.push(ask("DELETE", "/Counter/c7").with("idempotency-key", "k-3"));
}

fn calls(all: &mut Vec<Ask>) {
    for n in 0..12 {
        all.push(post(
            "/Counter/c2/add",
            format!(r#"{{"by":{}}}"#, n * 1_000_003_i64),
        ));
    }
    all.push(post("/Counter/c2/add", r#"{"by":"1"}"#));
    all.push(post("/Counter/c2/add", r#"{"bi":1}"#));
    all.push(post("/Counter/c2/add", "{}"));
    all.push(post("/Counter/c2/add", ""));
    all.push(ask("POST", "/Counter/c2/refuse"));
    all.push(get("/Counter/c2"));
    all.push(get("/Counter/c2/sly"));
    all.push(get("/Counter/c2/add"));
    all.push(post("/Counter/c2/sly", "{}"));
    all.push(post("/Counter/c2/adds", "{}"));
    all.push(post("/Counter/nobody/add", r#"{"by":1}"#));
    all.push(post("/Counter/c6/add", r#"{"by":1}"#));
    all.push(post("/Order", r#"{"$id":"bad","counter":"c2","cents":-1}"#));
    all.push(get("/Order/bad"));
    all.push(post("/Order", r#"{"counter":7,"cents":1}"#));
    all.push(get("/Order/nobody"));
    all.push(get("/Order/nobody/counter"));
    all.push(post("/Order/nobody/note", "{}"));
    all.push(get("/Order/nobody/$events"));
}

fn mistakes(all: &mut Vec<Ask>) {
    for body in [
        "{",
        "[]",
        "null",
        "1",
        "\"x\"",
        "{\"name\":}",
        "{} {}",
        "\u{feff}{}",
        "{\"name\":\"\\ud800\"}",
        "{\"name\":\"a\",\"name\":\"b\"}",
    ] {
        all.push(post("/Counter", body));
    }
    let deep = format!("{}{}", "[".repeat(80), "]".repeat(80));
    all.push(post("/Counter", deep));
    all.push(ask("POST", "/Counter").with("content-type", "text/plain"));
    let mut xml = post("/Counter", "<name/>");
    xml.headers = vec![("content-type", "application/xml".to_owned())];
    all.push(xml);
    for (method, target) in [
        ("PUT", "/Counter/c1"),
        ("DELETE", "/Counter"),
        ("PATCH", "/Counter"),
        ("POST", "/Counter/c1"),
        ("OPTIONS", "/Counter"),
        ("OPTIONS", "/Counter/c1"),
        ("OPTIONS", "/Counter/c1/add"),
        ("OPTIONS", "/Countr"),
        ("GET", "/Countr"),
        ("GET", "/counter"),
        ("GET", "/Counter/"),
        ("GET", "//Counter"),
        ("GET", "/Counter/c1/add/more"),
        ("GET", "/$nothing"),
        ("GET", "/%ff"),
        ("GET", "/Counter?limit=1&limit=2"),
        ("GET", "/Counter?=1"),
        ("GET", "/Counter?%ff=1"),
    ] {
        all.push(ask(method, target));
    }
    all.push(get(format!("/Counter?name={}", "x".repeat(9000))));
    all.push(patch("/Counter/c1", "{}").with("if-match", "nonsense"));
    all.push(post("/Counter", "{}").with("if-match", r#""1""#));
    all.push(post("/Counter", "{}").with("idempotency-key", ""));
    all.push(post("/Counter", r#"{"name":"x"}"#).with("sec-fetch-site", "cross-site"));
    all.push(get("/Counter").with("authorization", "Bearer nonsense"));
}

fn tenants(all: &mut Vec<Ask>) {
    all.push(get("/@acme/Counter"));
    all.push(post("/@acme/Counter", r#"{"$id":"a1","name":"acme's"}"#));
    all.push(get("/@acme/Counter"));
    all.push(get("/@acme/Counter/a1"));
    all.push(get("/Counter/a1"));
    all.push(get("/@Acme/Counter"));
    all.push(get("/@a_b/Counter"));
    all.push(get("/@acme"));
    for host in [
        "acme.trial.localhost",
        "trial.localhost",
        "other.example",
        "a.b.trial.localhost",
        "127.0.0.1",
    ] {
        all.push(get("/Counter?limit=1").with("host", host));
    }
    all.push(
        post("/Counter/a1/add", r#"{"by":1}"#)
            .with("host", "acme.trial.localhost")
            .with("actor", "ann@shop.example"),
    );
    all.push(get("/@acme/$actions"));
    all.push(get("/@acme/$events"));
}

fn routes(all: &mut Vec<Ask>) {
    for target in [
        "/",
        "/$health",
        "/$manifest",
        "/$openapi",
        "/$schema",
        "/$schema/Counter",
        "/$schema/Order",
        "/$schema/Nobody",
        "/$problems",
        "/$problems/conflict",
        "/$problems/nothing",
        "/$events?limit=20",
        "/$events?noun=Counter&verb=added",
        "/$events?subject=c1",
        "/$events?after=3&limit=2",
        "/$events?limit=x",
        "/$actions?name=Counter.add&limit=5",
        "/$actions?status=failed",
        "/$actions?kind=odd",
        "/$dead-letters",
        "/$flows",
        "/$flows/nobody",
        "/$asks",
        "/$inspect",
    ] {
        all.push(get(target));
    }
    all.push(post("/$dead-letters/nobody/replay", ""));
}

/// One host: how it is reached, and what its ids and times are called.
struct Host {
    door: Connection,
    normal: Normal,
}

impl Host {
    fn of(port: u16) -> Self {
        Self {
            door: Connection::open(port).expect("it listens"),
            normal: Normal::default(),
        }
    }

    fn perform(&mut self, ask: &Ask) -> String {
        let target = self.normal.filled(&ask.target);
        let headers: Vec<(&str, &str)> = ask
            .headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let answer: Answer = self
            .door
            .send(ask.method, &target, &headers, ask.body.as_bytes())
            .unwrap_or_else(|e| panic!("{} {target}: {e}", ask.method));
        self.normal.form(&answer)
    }
}

#[test]
fn the_answers_are_the_same_on_both_hosts() {
    let Some(workerd) = workerd_or_skip() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let wasm = wasm("workerd-tests", "trial");
    let bundle = Bundle {
        wasm: &wasm,
        classes: TRIAL_CLASSES,
        variables: &[],
        own: &[],
        index: TRIAL,
    };
    let engine =
        Engine::start(&workerd, &folder.path().join("workerd"), &bundle).expect("it starts");
    let data = folder.path().join("embedded");
    let embedded = Embedded::start(env!("CARGO_BIN_EXE_trial"), &data, None).expect("it starts");
    let (mut here, mut there) = (Host::of(embedded.port()), Host::of(engine.port()));

    let session = session();
    assert!(session.len() >= 200, "{} requests", session.len());
    let (mut differences, mut statuses) = (Vec::new(), BTreeMap::new());
    for ask in &session {
        let (expected, found) = (here.perform(ask), there.perform(ask));
        let status = expected.lines().next().unwrap_or_default().to_owned();
        *statuses.entry(status).or_insert(0) += 1;
        if expected != found {
            differences.push(format!(
                "{} {} {}\n--- embedded\n{expected}\n--- workerd\n{found}\n",
                ask.method, ask.target, ask.body
            ));
        }
    }
    assert!(
        differences.is_empty(),
        "{} of {} answers differ:\n{}",
        differences.len(),
        session.len(),
        differences.join("\n")
    );
    println!("{} answers are the same: {statuses:?}", session.len());
    // It is a session that meets most of what can happen.
    for status in [
        "200", "201", "204", "304", "400", "403", "404", "405", "409", "410", "412", "413", "414",
        "415", "421", "422",
    ] {
        assert!(
            statuses.contains_key(status),
            "no answer has {status}: {statuses:?}"
        );
    }
}
