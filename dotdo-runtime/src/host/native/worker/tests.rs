//! One thread of objects, over a log whose disk does as the test says.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Condvar, LazyLock, Mutex};
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{mpsc, oneshot};
use tokio::task::LocalSet;

use super::{Mail, Worker};
use crate::app::{App, ObjectKey};
use crate::business::{AppDef, Entry, Item};
use crate::error::{ErrorKind, Result};
use crate::host::native::activity::Activity;
use crate::host::native::alarms::Alarms;
use crate::host::native::load::Budget;
use crate::host::native::log::{Log, LogDisk, LogFile, Surroundings};
use crate::host::native::room::Room;
use crate::host::native::shared::{Safekeeping, Shared};
use crate::host::native::steps::Steps;
use crate::host::native::templates::Templates;
use crate::host::native::{Clock, Handle, Mailbox, path_of};
use crate::host::{Peers, Sql};
use crate::json::Json;
use crate::noun::{NounDef, VerbDef, VerbsDef};
use crate::object::{Answer, Request};
use crate::stub::Op;
use crate::value::Shape;

static METER: NounDef = NounDef {
    name: "Meter",
    plural: "meters",
    table: "meters",
    object: true,
    history: false,
    visibility: "user",
    kind: "Entity",
    doc: "",
    columns: &[],
    dropped: &[],
    cells: |_| Ok(Vec::new()),
};

static VERBS: VerbsDef = VerbsDef {
    noun: "Meter",
    verbs: &[VerbDef {
        name: "add",
        event: Some("added"),
        query: false,
        args: &[],
        output: Shape::Text,
        doc: "",
        run: |_, _, _| Json::of(&"x".repeat(2000)),
    }],
    flows: &[],
};

pub(in crate::host::native) static METERS: AppDef = AppDef {
    name: "Meters",
    version: "1.0.0",
    domain: Some("meters.example"),
    doc: "",
    dropped: &[],
    lock: None,
    at: ("", ""),
    entries: &[Entry {
        item: Item::Noun(&METER),
        verbs: Some(&VERBS),
    }],
};

fn app() -> &'static App {
    static APP: LazyLock<App> = LazyLock::new(|| App::new(&METERS).expect("it is right"));
    &APP
}

/// A disk whose syncs wait while it is held, and say when they begin.
#[derive(Clone)]
struct HeldDisk {
    files: Arc<Mutex<HashMap<u32, Vec<u8>>>>,
    held: Arc<(Mutex<bool>, Condvar)>,
    begun: UnboundedSender<()>,
}

impl HeldDisk {
    fn new() -> (Self, UnboundedReceiver<()>) {
        let (begun, syncs) = unbounded_channel();
        let disk = Self {
            files: Arc::default(),
            held: Arc::default(),
            begun,
        };
        (disk, syncs)
    }

    fn hold(&self, held: bool) {
        *self.held.0.lock().unwrap() = held;
        self.held.1.notify_all();
    }
}

impl LogDisk for HeldDisk {
    fn list(&self) -> io::Result<Vec<u32>> {
        Ok(self.files.lock().unwrap().keys().copied().collect())
    }

    fn open(&self, number: u32) -> io::Result<Box<dyn LogFile>> {
        self.files.lock().unwrap().entry(number).or_default();
        Ok(Box::new(HeldFile(self.clone(), number)))
    }

    fn remove(&self, number: u32) -> io::Result<()> {
        self.files.lock().unwrap().remove(&number);
        Ok(())
    }
}

struct HeldFile(HeldDisk, u32);

impl HeldFile {
    fn with<R>(&self, work: impl FnOnce(&mut Vec<u8>) -> R) -> R {
        work(self.0.files.lock().unwrap().get_mut(&self.1).unwrap())
    }
}

impl LogFile for HeldFile {
    fn read(&mut self) -> io::Result<Vec<u8>> {
        Ok(self.with(|bytes| bytes.clone()))
    }

    fn write(&mut self, offset: u64, new: &[u8]) -> io::Result<()> {
        let offset = usize::try_from(offset).unwrap();
        self.with(|bytes| {
            bytes.resize(bytes.len().max(offset + new.len()), 0);
            bytes[offset..offset + new.len()].copy_from_slice(new);
        });
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        // The test may have ended.
        let _ = self.0.begun.send(());
        let held = self.0.held.0.lock().unwrap();
        drop(self.0.held.1.wait_while(held, |held| *held).unwrap());
        Ok(())
    }

    fn length(&mut self) -> io::Result<u64> {
        Ok(self.with(|bytes| bytes.len() as u64))
    }

    fn set_length(&mut self, length: u64) -> io::Result<()> {
        self.with(|bytes| bytes.resize(usize::try_from(length).unwrap(), 0));
        Ok(())
    }
}

/// What a worker needs, and how to reach it.
struct Bench {
    disk: HeldDisk,
    syncs: UnboundedReceiver<()>,
    shared: Arc<Shared>,
    handle: Handle,
    worker: Worker,
    inside: mpsc::UnboundedReceiver<Mail>,
    outside: mpsc::Receiver<Mail>,
    folder: tempfile::TempDir,
}

fn bench() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let (disk, mut syncs) = HeldDisk::new();
    let alarms = Alarms::open(folder.path(), false).unwrap();
    let safekeeping = Arc::new(Safekeeping::new(alarms, folder.path().to_owned()));
    let activity = Activity::default();
    let shared = Arc::new(Shared {
        app: app(),
        folder: folder.path().to_owned(),
        clock: Clock::manual(chrono::DateTime::UNIX_EPOCH),
        log: Some(Log::on(Box::new(disk.clone()), true, safekeeping.clone())),
        safekeeping,
        templates: Templates::default(),
        steps: Steps::start(app(), 1).unwrap(),
        activity: activity.clone(),
        listeners: Arc::default(),
        room: Arc::new(Room::new(16, 1)),
        idle: Duration::from_secs(10),
    });
    // That of the first segment's head.
    syncs.try_recv().unwrap();
    let (to_outside, outside) = mpsc::channel(16);
    let (to_inside, inside) = mpsc::unbounded_channel();
    let handle = Handle {
        workers: Arc::new(vec![Mailbox {
            outside: to_outside,
            inside: to_inside.clone(),
        }]),
        activity,
        budget: Budget::new(1 << 20),
    };
    let worker = Worker::new(shared.clone(), handle.clone(), 0, to_inside).unwrap();
    Bench {
        disk,
        syncs,
        shared,
        handle,
        worker,
        inside,
        outside,
        folder,
    }
}

fn meter(id: &str) -> ObjectKey {
    ObjectKey {
        tenant: "meters.example".into(),
        thing: Some(("Meter".into(), id.to_owned())),
    }
}

fn create(id: &str) -> Request {
    let op = Op::Create {
        noun: "Meter".to_owned(),
        id: Some(id.to_owned()),
        data: Json::parse("{}".to_owned()).unwrap(),
        visibility: None,
    };
    Request::new("me", op)
}

fn add(id: &str) -> Request {
    let op = Op::Call {
        noun: "Meter".to_owned(),
        id: id.to_owned(),
        verb: "add".to_owned(),
        args: Json::parse("{}".to_owned()).unwrap(),
    };
    Request::new("me", op)
}

#[tokio::test]
async fn an_object_goes_on_while_its_last_turn_is_being_synced() {
    let Bench {
        disk,
        mut syncs,
        shared,
        handle,
        worker,
        inside,
        outside,
        folder,
    } = bench();
    let test = async {
        tokio::task::spawn_local(worker.run(inside, outside));
        let ask = |id: &str, request: Request| {
            let (handle, key) = (handle.clone(), meter(id));
            tokio::task::spawn_local(async move { handle.call(key, request).await })
        };
        disk.hold(true);
        let first = ask("a", create("a"));
        syncs.recv().await.unwrap();
        assert_eq!(shared.log.as_ref().unwrap().waiting(), 0);
        let (second, third) = (ask("a", add("a")), ask("a", add("a")));
        // This one waits for nothing, and is taken after them.
        let missing = ask("b", add("b")).await.unwrap().unwrap_err();
        assert_eq!(missing.kind(), ErrorKind::NotFound);

        let waiting = shared.log.as_ref().unwrap().waiting();
        assert!(waiting > 0, "the turns were taken");
        let answered = [&first, &second, &third].map(tokio::task::JoinHandle::is_finished);
        assert_eq!(answered, [false; 3], "but nothing left");
        assert!(syncs.try_recv().is_err(), "and one sync is still under way");

        disk.hold(false);
        for asked in [first, second, third] {
            assert!(matches!(asked.await.unwrap(), Ok(Answer::Done(_))));
        }
        handle.activity.quiet().await;
    };
    LocalSet::new().run_until(test).await;
    drop(folder);
}

#[test]
fn what_is_held_back_is_bounded() {
    let mut bench = bench();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    LocalSet::new().block_on(&runtime, async move {
        let worker = &mut bench.worker;
        worker.most_held = 5000;
        let mut answers = Vec::new();
        let mut take = |worker: &mut Worker, request: Request| {
            let (reply, answer) = oneshot::channel::<Result<Answer>>();
            worker.take(Mail::Call {
                key: meter("a"),
                request,
                reply,
                guard: bench.handle.activity.begin(),
            });
            answers.push(answer);
            answers.iter_mut().filter_map(|a| a.try_recv().ok()).count()
        };
        // Nobody has asked for a sync: an answer and a message to the directory, then an answer of 2,000 bytes.
        assert_eq!(take(worker, create("a")), 0);
        assert_eq!(take(worker, add("a")), 0);
        assert!(worker.held_bytes > 2000 && worker.held_bytes <= 5000);
        let mut answered = 0;
        for _ in 0..2 {
            answered += take(worker, add("a"));
            assert!(worker.held_bytes <= 5000, "{}", worker.held_bytes);
        }
        assert!(answered >= 3, "it waited for the log, and let them go");
    });
}

#[test]
fn a_tenant_that_its_objects_wait_for_is_not_put_to_sleep_for_one_more() {
    let mut bench = bench();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    LocalSet::new().block_on(&runtime, async move {
        let tenant = ObjectKey::tenant("meters.example");
        let worker = &mut bench.worker;
        worker.take(Mail::Wake(tenant.clone(), bench.handle.activity.begin()));
        let make = |worker: &mut Worker, id: &str| {
            let (reply, mut answer) = oneshot::channel::<Result<Answer>>();
            worker.take(Mail::Call {
                key: meter(id),
                request: create(id),
                reply,
                guard: bench.handle.activity.begin(),
            });
            worker.wait_for_log();
            answer.try_recv().expect("what is safe is answered")
        };
        // With the tenant, as many as have room. Each has a message to it under way.
        for number in 0..15 {
            make(worker, &number.to_string()).unwrap();
        }
        let refused = make(worker, "more").unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Overloaded);
        assert!(worker.slots.contains_key(&tenant));

        // Whom nothing reaches for a while, nobody waits for.
        bench.shared.clock.advance(Duration::from_secs(1));
        make(worker, "more").unwrap();
        assert!(!worker.slots.contains_key(&tenant));
    });
}

#[tokio::test]
async fn a_mailbox_is_bounded_by_count_and_by_bytes() {
    let Bench {
        handle,
        mut outside,
        ..
    } = bench();
    let ask = |data: String| {
        let op = Op::Create {
            noun: "Meter".to_owned(),
            id: None,
            data: Json::of(&data).unwrap(),
            visibility: None,
        };
        let handle = handle.clone();
        tokio::spawn(async move { handle.call(meter("a"), Request::new("me", op)).await })
    };
    let yielded = || async {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    };
    // A mebibyte has room for two of them.
    let large = || ask("x".repeat(400_000));
    let waiting = [large(), large()];
    yielded().await;
    let refused = large().await.unwrap().unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Overloaded, "{refused}");
    // What was taken up is given back, even when who asked has gone.
    waiting.iter().for_each(tokio::task::JoinHandle::abort);
    drop((outside.recv().await, outside.recv().await));

    let small: Vec<_> = (0..16).map(|_| ask(String::new())).collect();
    yielded().await;
    let refused = ask(String::new()).await.unwrap().unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Overloaded, "{refused}");
    drop(small);
}

/// So many entries of the index whose objects are not there.
fn ghosts(bench: &Bench, count: usize) {
    for n in 0..count {
        let key = meter(&format!("ghost{n}"));
        bench.shared.alarms().set(&key, Some(0)).unwrap();
    }
}

#[test]
fn an_alarm_that_cannot_be_taken_from_the_index_does_not_keep_the_thread() {
    let mut bench = bench();
    ghosts(&bench, 3);
    bench.shared.alarms().sql("PRAGMA query_only = ON");
    bench.worker.fire_alarms();
    assert!(bench.worker.timers.is_empty());
    assert_eq!(bench.shared.alarms().count().unwrap(), 3);
    let wait = bench.worker.wait();
    assert!(
        wait >= Duration::from_secs(1),
        "it comes back after {wait:?}"
    );
    bench.shared.alarms().sql("PRAGMA query_only = OFF");
    bench.worker.load_alarms();
    bench.worker.fire_alarms();
    assert_eq!(bench.shared.alarms().count().unwrap(), 0);
}

#[test]
fn an_entry_of_the_index_that_names_nothing_keeps_no_other_asleep() {
    let mut bench = bench();
    ghosts(&bench, 2);
    let alarms = bench.shared.alarms();
    alarms.sql(r#"INSERT INTO alarms ("key", "at") VALUES ('nobody', 0)"#);
    bench.worker.fire_alarms();
    assert_eq!(bench.shared.alarms().count().unwrap(), 1);
    let trouble = bench.shared.trouble().to_string();
    assert!(
        trouble.contains("1 entries that name no object"),
        "{trouble}"
    );
}

#[test]
fn mail_is_looked_at_between_many_alarms() {
    let mut bench = bench();
    ghosts(&bench, super::BATCH + 10);
    bench.worker.fire_alarms();
    assert_eq!(bench.shared.alarms().count().unwrap(), 10);
    bench.worker.fire_alarms();
    assert_eq!(bench.shared.alarms().count().unwrap(), 0);
}

impl Bench {
    fn do_one(&mut self, request: Request) {
        self.do_at("a", request);
    }

    fn do_at(&mut self, id: &str, request: Request) {
        let (reply, _answer) = oneshot::channel();
        self.worker.take(Mail::Call {
            key: meter(id),
            request,
            reply,
            guard: self.handle.activity.begin(),
        });
    }

    fn is_ahead(&self) -> bool {
        let slot = &self.worker.slots[&meter("a")];
        assert_eq!(slot.behind.is_some(), slot.file.database.is_ahead());
        slot.file.database.is_ahead()
    }

    /// Does what is done before a segment of the log is used again, while the worker goes round.
    fn make_safe(&mut self) -> Result<()> {
        let safekeeping = self.shared.safekeeping.clone();
        let asks = std::thread::spawn(move || safekeeping.make_safe());
        while !asks.is_finished() {
            self.worker.settle(1);
            std::thread::yield_now();
        }
        asks.join().expect("it does not panic")
    }
}

#[test]
fn files_get_what_the_log_has_before_it_is_used_again() {
    let mut bench = bench();
    bench.do_one(create("a"));
    bench.do_one(add("a"));
    assert!(bench.is_ahead());
    bench.make_safe().unwrap();
    assert!(!bench.is_ahead());
    bench.do_one(add("a"));
    assert!(bench.is_ahead());

    // A thread that is gone with an object that is behind.
    let Bench { shared, worker, .. } = bench;
    drop(worker);
    let error = shared.safekeeping.make_safe().unwrap_err();
    assert!(error.to_string().contains("a thread has ended"), "{error}");
}

#[test]
fn a_thread_that_has_put_its_objects_to_sleep_keeps_nobody() {
    let mut bench = bench();
    bench.do_one(create("a"));
    bench.worker.stop();
    drop(bench.worker);
    bench.shared.safekeeping.make_safe().unwrap();
}

#[tokio::test]
async fn what_a_file_does_not_take_is_remembered_until_it_does() {
    let mut bench = bench();
    bench.do_one(create("a"));
    bench.do_one(add("a"));
    // With this, `SQLite` cannot count the transaction, and so not commit it.
    let slot = &bench.worker.slots[&meter("a")];
    slot.file
        .database
        .query("PRAGMA query_only = ON", &[])
        .unwrap();
    let error = bench.make_safe().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Storage, "{error}");

    bench.worker.close(&meter("a"));
    let error = bench.make_safe().unwrap_err();
    let said = error.to_string();
    assert!(said.contains("has not taken what was done"), "{said}");

    // Opening it takes up the message to the directory.
    let open = async { bench.worker.open(&meter("a"), false) };
    LocalSet::new().run_until(open).await.unwrap();
    bench.make_safe().unwrap();
    let slot = &bench.worker.slots[&meter("a")];
    assert!(!slot.object.is_blank());
    assert!(slot.file.database.turn().unwrap() >= 2);
}

#[tokio::test]
async fn the_log_that_a_crash_left_is_emptied_also_if_nothing_is_written() {
    let mut bench = bench();
    bench.do_one(create("a"));
    let key = meter("a");
    bench.worker.slots[&key].file.database.settle().unwrap();
    let file = path_of(bench.folder.path(), &key);
    let log = file.with_extension("sqlite-wal");
    let left = [&file, &log].map(|path| (path, std::fs::read(path).unwrap()));
    let length = || log.metadata().unwrap().len();
    assert!(length() > 0);
    bench.worker.stop();
    assert_eq!(length(), 0);

    for (path, bytes) in &left {
        std::fs::write(path, bytes).unwrap();
    }
    let open = async { bench.worker.open(&key, false) };
    LocalSet::new().run_until(open).await.unwrap();
    assert_eq!(bench.worker.slots[&key].file.database.writes(), 0);
    bench.worker.close(&key);
    bench.worker.closing.wait_for(&key);
    assert_eq!(length(), 0);
}

#[test]
fn an_object_of_an_earlier_layout_keeps_its_dead_letters() {
    let mut bench = bench();
    bench.do_one(create("a"));
    bench.worker.close(&meter("a"));
    while !bench.worker.closing.is_done() {
        bench.worker.closing.wait_for_one();
    }
    let file = path_of(bench.folder.path(), &meter("a"));
    let connection = rusqlite::Connection::open(file).unwrap();
    connection
        .execute_batch(&format!(
            r#"{}; DROP INDEX "$actions.open"; CREATE INDEX "$actions.open" ON "$actions" ("status", "kind") WHERE "status" = 'pending';
               INSERT INTO "$letters" VALUES ('l1', 'charge', '{{}}', '{{"kind":"failed","message":"no"}}', 1, 0, NULL);
               UPDATE "$meta" SET "value" = '3' WHERE "key" = 'system'"#,
            crate::store::letters::TABLE[0]
        ))
        .unwrap();
    drop(connection);
    bench.worker.open(&meter("a"), false).unwrap();
    let database = bench.worker.slots[&meter("a")].file.database.clone();
    assert_eq!(crate::store::letters::waiting(&*database).unwrap(), 1);
}

/// Has a bench for work that sends messages, which nobody takes.
fn with_bench(work: impl FnOnce(&mut Bench)) {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    LocalSet::new().block_on(&runtime.unwrap(), async { work(&mut bench()) });
}

/// Puts an object to sleep, and waits until it does.
fn sleep(bench: &mut Bench, id: &str) {
    bench.worker.close(&meter(id));
    while !bench.worker.closing.is_done() {
        bench.worker.closing.wait_for_one();
    }
    bench.worker.look_at_closed();
}

/// How many actions an object knows of.
#[cfg(target_os = "linux")]
fn actions(bench: &Bench, id: &str) -> i64 {
    let database = bench.worker.slots[&meter(id)].file.database.clone();
    let question = r#"SELECT count(*) FROM "$actions""#;
    let rows = database.query(question, &[]).unwrap();
    let crate::value::Cell::Integer(count) = rows[0][0] else {
        panic!("a count");
    };
    count
}

#[cfg(target_os = "linux")]
#[test]
fn an_object_wakes_with_a_connection_that_another_had() {
    with_bench(|bench| {
        for id in ["a", "b"] {
            bench.do_at(id, create(id));
        }
        bench.do_at("b", add("b"));
        for id in ["a", "b"] {
            sleep(bench, id);
        }
        assert_eq!(bench.worker.spares.count(Some("Meter")), 2);
        // Each finds what is its own, is written to, and is found so again.
        for round in 0..3 {
            for (id, before) in [("a", 1), ("b", 2)] {
                bench.do_at(id, add(id));
                assert_eq!(bench.worker.spares.count(Some("Meter")), 1);
                assert_eq!(actions(bench, id), before + round + 1);
                sleep(bench, id);
                assert_eq!(bench.worker.spares.count(Some("Meter")), 2);
            }
        }
        // One that only reads, with its connection unchanged.
        bench.worker.open(&meter("a"), false).unwrap();
        assert_eq!(actions(bench, "a"), 4);
        sleep(bench, "a");
        assert_eq!(bench.worker.spares.count(Some("Meter")), 2);
        // New ones too.
        bench.do_at("c", create("c"));
        assert_eq!(bench.worker.spares.count(Some("Meter")), 1);
        assert_eq!(actions(bench, "c"), 1);
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_connection_that_knows_other_tables_is_not_kept() {
    with_bench(|bench| {
        bench.do_at("a", create("a"));
        let database = bench.worker.slots[&meter("a")].file.database.clone();
        let sql: &dyn Sql = &*database;
        let (input, error) = (
            Json::parse("{}".to_owned()),
            crate::error::Error::refused("no"),
        );
        sql.transaction(&mut || {
            let input = input.clone().unwrap();
            crate::store::letters::put(sql, "l1", "charge", &input, &error, 1, 0)
        })
        .unwrap();
        drop(database);
        sleep(bench, "a");
        assert_eq!(bench.worker.spares.count(Some("Meter")), 0);
        // Nor does it wake with one that does not know them.
        bench.do_at("b", create("b"));
        sleep(bench, "b");
        assert_eq!(bench.worker.spares.count(Some("Meter")), 1);
        bench.do_at("a", add("a"));
        assert_eq!(bench.worker.spares.count(Some("Meter")), 1);
        let database = bench.worker.slots[&meter("a")].file.database.clone();
        assert_eq!(crate::store::letters::waiting(&*database).unwrap(), 1);
    });
}

#[cfg(target_os = "linux")]
#[test]
fn connections_are_made_ahead_for_what_was_opened_last() {
    with_bench(|bench| {
        bench.worker.make_ready();
        assert_eq!(bench.worker.spares.count(Some("Meter")), 0);
        bench.do_at("a", create("a"));
        bench.worker.make_ready();
        bench.worker.make_ready();
        assert_eq!(
            bench.worker.spares.count(Some("Meter")),
            1,
            "one for each that was opened"
        );
        for id in ["b", "c", "d"] {
            bench.do_at(id, create(id));
            bench.worker.make_ready();
            assert_eq!(actions(bench, id), 1);
            assert_eq!(bench.worker.spares.count(Some("Meter")), 1);
        }
    });
}

/// Has an object sleep that has told its tenant all that there was to tell.
fn bring_to_rest(bench: &mut Bench, id: &str) {
    for statement in [
        r#"DELETE FROM "$outbox""#,
        r#"UPDATE "$meta" SET "value" = "value""#,
    ] {
        bench.worker.open(&meter(id), false).unwrap();
        let file = &bench.worker.slots[&meter(id)].file;
        file.database.execute(statement, &[]).unwrap();
        // When something is due is what it finds when it wakes.
        sleep(bench, id);
    }
}

/// Whether an object's file says that it is at rest.
fn says_rest(bench: &Bench, id: &str) -> bool {
    let file = path_of(bench.folder.path(), &meter(id));
    let bytes = std::fs::read(file).unwrap();
    let rest = crate::object::wake::rest_of(app(), &meter(id)).unwrap();
    crate::host::sqlite::Head::of(bytes.first_chunk().unwrap()).is_at_rest(&rest)
}

#[test]
fn an_object_at_rest_says_so_until_it_is_written_to() {
    with_bench(|bench| {
        bench.do_at("a", create("a"));
        sleep(bench, "a");
        assert!(
            !says_rest(bench, "a"),
            "it has something to tell its tenant"
        );
        bring_to_rest(bench, "a");
        assert!(says_rest(bench, "a"));

        // Who only reads leaves it so. A debug build compares it with the tables each time.
        bench.worker.open(&meter("a"), false).unwrap();
        let rest = crate::object::wake::rest_of(app(), &meter("a")).unwrap();
        assert!(bench.worker.slots[&meter("a")].file.is_at_rest(&rest));
        sleep(bench, "a");
        assert!(says_rest(bench, "a"));

        // What a crash leaves is looked at, and what went to sleep again says so again.
        bench.do_at("a", add("a"));
        bench.worker.slots[&meter("a")]
            .file
            .database
            .settle()
            .unwrap();
        let path = path_of(bench.folder.path(), &meter("a"));
        let beside = dotdo_sqlite::log_of(&path);
        let [file, log] = [&path, &beside].map(|path| std::fs::read(path).unwrap());
        assert!(!log.is_empty());
        sleep(bench, "a");
        assert!(says_rest(bench, "a"));
        std::fs::write(&path, file).unwrap();
        std::fs::write(beside, log).unwrap();
        bench.worker.open(&meter("a"), false).unwrap();
        assert!(!bench.worker.slots[&meter("a")].file.is_at_rest(&rest));
    });
}

#[test]
fn what_an_object_says_of_its_rest_is_not_true_of_another() {
    with_bench(|bench| {
        bench.do_at("a", create("a"));
        sleep(bench, "a");
        bring_to_rest(bench, "a");
        bench.do_at("b", create("b"));
        sleep(bench, "b");
        assert!(says_rest(bench, "a"));
        let [a, b] = ["a", "b"].map(|id| path_of(bench.folder.path(), &meter(id)));
        std::fs::copy(&a, &b).unwrap();
        let error = bench.worker.open(&meter("b"), false).unwrap_err();
        assert!(
            error.message().contains("belongs to another object"),
            "{error}"
        );
    });
}

#[cfg(target_os = "linux")]
#[test]
fn connections_for_one_noun_do_not_keep_others_out() {
    use crate::host::native::spares::{KEPT, Spare};
    let bench = bench();
    let mut spares = bench.worker.spares;
    let meters = bench.shared.template(Some("Meter")).unwrap();
    let tenants = bench.shared.template(None).unwrap();
    let ahead = |template| Spare::ahead(template, |sql| sql.query("SELECT 1", &[]).map(drop));
    for _ in 0..KEPT {
        spares.keep(Some("Meter"), ahead(&meters).unwrap(), &meters);
    }
    spares.keep(None, ahead(&tenants).unwrap(), &tenants);
    let counts = [Some("Meter"), None].map(|noun| spares.count(noun));
    assert_eq!(counts, [KEPT - 1, 1]);
}
