//! A business in workerd: its objects are reached one by one, and its clock is the test's.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::OnceLock;
use std::time::Duration;

use dotdo::AppDef;
use dotdo::host::native::Clock;
use dotdo::object::{Answer, Request};
use dotdo::runtime_app::{App, ObjectKey};
use dotdo::{Effect, Result, host};
use serde_json::{Value, json};
use workerd_tests::{Bundle, Class, Connection, Engine, SUITE, wasm, workerd_or_skip};

/// The classes of all businesses.
const CLASSES: &[Class] = &[
    class("", "Tenant"),
    class("Booking", "Booking"),
    class("Counter", "Counter"),
    class("Lamp", "Lamp"),
    class("Order", "Order"),
    class("Purse", "Purse"),
];

const fn class(noun: &'static str, name: &'static str) -> Class {
    Class { noun, name }
}

thread_local! {
    /// The business of the test that this thread runs.
    static CURRENT: RefCell<Option<Remote>> = const { RefCell::new(None) };
}

/// A business in workerd. Clones are the same.
#[derive(Clone)]
pub struct Remote(Rc<Inner>);

struct Inner {
    app: &'static App,
    folder: PathBuf,
    clock: Clock,
    /// None while it is down.
    running: RefCell<Option<(Engine, Connection)>>,
    /// What it knew when it stopped.
    known: RefCell<Value>,
}

/// Does something with a log, if the business is in workerd.
pub fn log(what: &str, log: &str, text: &str) -> Option<Vec<String>> {
    let remote = CURRENT.with_borrow(Clone::clone)?;
    let lines = remote.command(&json!({"command": "log", "what": what, "log": log, "text": text}));
    Some(serde_json::from_str(&lines).expect("lines"))
}

impl Remote {
    /// Starts a business on the data in a folder. If the last one had the same, it goes on where that stopped.
    pub fn start(def: &'static AppDef, folder: &Path, clock: &Clock) -> Self {
        let known = CURRENT.with_borrow(|last| {
            let last = last.as_ref()?;
            last.stop();
            let known = last.0.known.borrow().clone();
            // The log of a test is one, however many businesses it starts.
            Some(if last.0.folder == folder {
                known
            } else {
                json!({"logs": known["logs"]})
            })
        });
        let remote = Self(Rc::new(Inner {
            app: Box::leak(Box::new(App::new(def).expect("a business"))),
            folder: folder.to_owned(),
            clock: clock.clone(),
            running: RefCell::new(None),
            known: RefCell::new(known.unwrap_or_else(|| json!({}))),
        }));
        remote.begin(&super::key::key(def));
        CURRENT.set(Some(remote.clone()));
        remote
    }

    fn begin(&self, business: &str) {
        static WASM: OnceLock<PathBuf> = OnceLock::new();
        let Some(workerd) = workerd_or_skip() else {
            // It has said so. Every test of this program needs it.
            std::process::exit(0);
        };
        let bundle = Bundle {
            wasm: WASM.get_or_init(|| wasm("workerd-tests", "suite")),
            classes: CLASSES,
            variables: &[],
            own: &[],
            index: SUITE,
        };
        let engine = Engine::start(&workerd, &self.0.folder, &bundle).expect("workerd starts");
        let door = engine.connect().expect("it listens");
        self.0.running.replace(Some((engine, door)));
        let mut given = self.0.known.take();
        given["command"] = json!("begin");
        given["business"] = json!(business);
        given["now"] = json!(self.0.clock.now().timestamp_micros());
        given["home"] = json!(ObjectKey::tenant(self.0.app.domain()));
        self.command(&given);
    }

    /// Kills it, and keeps what it knew.
    pub fn stop(&self) {
        if self.0.running.borrow().is_some() {
            let known = self.command(&json!({"command": "state"}));
            self.0.running.take();
            self.0
                .known
                .replace(serde_json::from_str(&known).expect("its state"));
        }
    }

    fn command(&self, command: &Value) -> String {
        let mut running = self.0.running.borrow_mut();
        let (engine, door) = running.as_mut().expect("it runs");
        let answer = door
            .post("/", &command.to_string())
            .unwrap_or_else(|e| panic!("{command}: {e}\n{}", engine.log()));
        let text = answer.text().to_owned();
        assert_eq!(answer.status, 200, "{command}: {text}\n{}", engine.log());
        text
    }

    pub fn app(&self) -> &'static App {
        self.0.app
    }

    pub fn call(&self, to: &ObjectKey, request: &Request) -> Result<Answer> {
        let (noun, name) = match &to.thing {
            None => ("", to.tenant.clone()),
            Some((noun, id)) => (noun.as_str(), format!("{}/{id}", to.tenant)),
        };
        let (key, request) = (json!(to).to_string(), json!(request).to_string());
        let answer = self.command(
            &json!({"command": "call", "noun": noun, "name": name, "key": key, "request": request}),
        );
        serde_json::from_str::<Result<Answer>>(&answer).expect("an answer")
    }

    pub async fn run<E: Effect>(&self, effect: E) -> Result<E::Output> {
        let app = self.0.app;
        let (to, request) = host::request_of(app, &app.domain(), effect, || self.new_id())?;
        host::ask(&super::Reach::Workerd(self.clone()), to, request)
            .await?
            .read()
    }

    fn new_id(&self) -> String {
        let millis = u64::try_from(self.0.clock.now().timestamp_millis()).unwrap_or(0);
        // Unique within a test is enough.
        dotdo_core::identity::sortable_id(millis, u128::from(next()))
    }

    /// Waits until nothing is under way. A step that never ends is not waited for, but whoever else of the test's waits
    /// for something that it has brought about sees it first.
    pub async fn settled(&self) {
        let now = self.0.clock.now().timestamp_micros();
        self.command(&json!({"command": "settle", "now": now}));
        for _ in 0..4 {
            tokio::task::yield_now().await;
        }
    }

    pub async fn advance(&self, by: Duration) {
        self.0.clock.advance(by);
        self.settled().await;
    }
}

/// A number that nobody has had.
fn next() -> u64 {
    static LAST: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    LAST.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
}
