//! The log over a simulated disk: whatever is lost when the power goes, what was safe is there afterwards.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::path::Path;
use std::rc::Rc;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use dotdo_disk::{Disk, Failure, VFS};
use rusqlite::{Connection, OpenFlags};

use super::disk::{Folder, LogDisk, LogFile};
use super::record::{Batch, Entry, Template};
use super::recover::{Objects, recover};
use super::segments::{Segments, read};
use super::{Log, Surroundings};
use crate::app::ObjectKey;
use crate::error::{Error, ErrorKind, Result};
use crate::host::Sql;
use crate::host::native::closing::{close, leave_log};
use crate::host::recorder::{Recorder, Texts};
use crate::host::sqlite::{Database, Syncs};
use crate::value::Cell;

fn failed(failure: Failure) -> io::Error {
    io::Error::other(format!("{failure:?}"))
}

/// The disk as the log sees it.
struct Simulated(Disk);

struct SimulatedFile {
    disk: Disk,
    name: String,
}

impl LogDisk for Simulated {
    fn list(&self) -> io::Result<Vec<u32>> {
        let names = self.0.names();
        let numbers = names
            .iter()
            .filter_map(|name| name.strip_suffix(".log")?.parse().ok());
        Ok(numbers.collect())
    }

    fn open(&self, number: u32) -> io::Result<Box<dyn LogFile>> {
        let name = format!("{number}.log");
        self.0.create(&name).map_err(failed)?;
        Ok(Box::new(SimulatedFile {
            disk: self.0.clone(),
            name,
        }))
    }

    fn remove(&self, number: u32) -> io::Result<()> {
        // As after a power loss, some are there again.
        if number.is_multiple_of(2) {
            self.0.remove(&format!("{number}.log"));
        }
        Ok(())
    }
}

impl LogFile for SimulatedFile {
    fn read(&mut self) -> io::Result<Vec<u8>> {
        Ok(self.disk.read(&self.name).unwrap_or_default())
    }
    fn write(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let offset = usize::try_from(offset).unwrap();
        self.disk.write(&self.name, offset, bytes).map_err(failed)
    }
    fn sync(&mut self) -> io::Result<()> {
        self.disk.sync(&self.name).map_err(failed)
    }
    fn length(&mut self) -> io::Result<u64> {
        Ok(self.read()?.len() as u64)
    }
    fn set_length(&mut self, length: u64) -> io::Result<()> {
        self.disk
            .set_length(&self.name, usize::try_from(length).unwrap())
            .map_err(failed)
    }
}

/// The objects' files on the same disk.
struct Files<'a>(&'a Disk);

fn file_of(key: &ObjectKey) -> String {
    let (_, id) = key.thing.clone().unwrap();
    format!("{id}.sqlite")
}

impl Files<'_> {
    fn connect(&self, key: &ObjectKey) -> Result<Database> {
        let name = file_of(key);
        let connection =
            Connection::open_with_flags_and_vfs(self.0.path(&name), OpenFlags::default(), VFS)
                .map_err(|e| Error::new(ErrorKind::Storage, e))?;
        let syncs = Syncs {
            commits: false,
            beginnings: self.0.length(&format!("{name}-wal")) > 0,
            // So that some of it happens in every test.
            pages: 12,
        };
        Database::of(connection, name, "EXCLUSIVE", syncs)
    }

    fn recorded(&self, key: &ObjectKey, texts: &Arc<Texts>) -> Result<Database> {
        self.connect(key)?
            .recorded(Recorder::new(texts.clone()), None)
    }
}

impl Objects for Files<'_> {
    fn open(&self, key: &ObjectKey) -> Result<Option<Rc<Database>>> {
        if !self.0.exists(&file_of(key)) {
            return Ok(None);
        }
        self.connect(key).map(|d| Some(Rc::new(d)))
    }

    fn anew(&self, key: &ObjectKey, template: Option<&[u8]>) -> Result<Rc<Database>> {
        self.remove(key)?;
        if let Some(bytes) = template {
            let name = file_of(key);
            self.0
                .create(&name)
                .and_then(|()| self.0.write(&name, 0, bytes))
                .map_err(|e| failed(e).into())
                .map_err(|e: Error| e)?;
        }
        self.connect(key).map(Rc::new)
    }

    fn remove(&self, key: &ObjectKey) -> Result<()> {
        self.0.remove(&file_of(key));
        self.0.remove(&format!("{}-wal", file_of(key)));
        Ok(())
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

fn key(number: u64) -> ObjectKey {
    ObjectKey {
        tenant: "shop.example".into(),
        thing: Some(("Order".into(), number.to_string())),
    }
}

/// A template: a table, and a row that says so.
fn template() -> Arc<Template> {
    let disk = Disk::new();
    let base =
        Connection::open_with_flags_and_vfs(disk.path("t"), OpenFlags::default(), VFS).unwrap();
    base.execute_batch("CREATE TABLE t (n INTEGER PRIMARY KEY, half INTEGER, fill BLOB); INSERT INTO t VALUES (0, 2, NULL); CREATE TABLE kept (n INTEGER PRIMARY KEY)")
        .unwrap();
    drop(base);
    Arc::new(Template {
        number: 77,
        bytes: disk.read("t").unwrap(),
    })
}

/// One turn: a row that is made in two steps, with a nested part that is undone, and another that is put off. Gives the
/// number of its row.
fn turn(database: &Database, fill: u64) -> Result<i64> {
    let mut made = 0;
    database.transaction(&mut || {
        let rows = database.query("SELECT max(n) + 1 FROM t", &[])?;
        made = rows[0][0].as_integer().unwrap();
        let fill = Cell::Blob(vec![7; usize::try_from(fill).unwrap()]);
        database.execute("INSERT INTO t VALUES (?1, 1, ?2)", &[made.into(), fill])?;
        let undone: Result<()> = database.transaction(&mut || {
            database.execute("UPDATE t SET half = 3", &[])?;
            Err(Error::refused("no"))
        });
        assert!(undone.is_err());
        database.query(
            "UPDATE t SET half = 2 WHERE n = ?1 RETURNING n",
            &[made.into()],
        )?;
        database.append("INSERT INTO kept VALUES (?1)", &[made.into()])
    })?;
    Ok(made)
}

fn rows(database: &Database) -> (i64, i64, i64) {
    let rows = database
        .query(
            "SELECT count(*), max(n), count(*) FILTER (WHERE half <> 2) FROM t",
            &[],
        )
        .unwrap();
    let at = |i: usize| rows[0][i].as_integer().unwrap();
    let kept = database.query("SELECT count(*), coalesce(max(n), 0) FROM kept", &[]);
    let [count, last] = [0, 1].map(|i| kept.as_ref().unwrap()[0][i].as_integer().unwrap());
    assert_eq!((count + 1, last), (at(0), at(1)), "all of a turn is there");
    (at(0), at(1), at(2))
}

/// What is known of one object.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    /// The newest row that was safe, and whether the object was.
    safe: Option<i64>,
    written: Option<i64>,
    #[allow(clippy::option_option, reason = "unknown, none, or some")]
    alarm: Option<Option<i64>>,
}

struct Machine {
    disk: Disk,
    random: Random,
    known: BTreeMap<u64, Known>,
    alarms: BTreeMap<ObjectKey, Option<i64>>,
    round: u64,
    /// Whether the log is synced for each frame.
    syncs: bool,
    /// How many objects had turns that were written and are not there.
    lost: usize,
}

impl Machine {
    /// Starts after a crash, and looks whether all that was safe is there.
    fn start(&mut self) -> Segments {
        let found = read(&Simulated(self.disk.clone()), Path::new("log")).expect("the log is fine");
        let alarms = recover(&found, &Files(&self.disk)).expect("it can be taken up");
        self.alarms.extend(alarms);
        for (&number, known) in &mut self.known {
            let database = Files(&self.disk).open(&key(number)).unwrap();
            let last = database.map(|database| {
                let (count, last, halves) = rows(&database);
                assert_eq!(halves, 0, "round {}: a turn is whole", self.round);
                assert_eq!(count, last + 1, "round {}: none is missing", self.round);
                last
            });
            assert!(
                last >= known.safe && last <= known.written.map(|n| n + 1),
                "round {}, object {number}: {last:?} of {known:?}",
                self.round
            );
            if known.safe.is_some() && known.safe == last {
                assert_eq!(
                    self.alarms.get(&key(number)).copied(),
                    known.alarm,
                    "round {}: the alarm of {number}",
                    self.round
                );
            }
            self.lost += usize::from(last < known.written);
            (known.safe, known.written) = (last, last);
            known.alarm = self.alarms.get(&key(number)).copied();
        }
        self.known.retain(|_, known| known.safe.is_some());
        // All that was taken up is safe, and only then the log begins anew.
        for name in self.disk.names() {
            self.disk.sync(&name).unwrap();
        }
        let disk = Box::new(Simulated(self.disk.clone()));
        Segments::begin(disk, 24 * 1024, self.syncs, &found).expect("it begins")
    }

    fn lose(&mut self) {
        let random = &mut self.random;
        self.disk.lose(|_| true, &mut |n| random.below(n));
        self.disk.thaw();
        // The name of a new file is no safer than what is in it, and what a new file begins with is there whole or not at
        // all: the host makes one anew that is shorter than it says.
        let whole = template().bytes.len();
        for name in self.disk.names() {
            let torn = |bytes: Vec<u8>| bytes.len() < whole || bytes[..100] == [0; 100];
            if name.ends_with(".sqlite") && self.disk.read(&name).is_none_or(torn) {
                self.disk.remove(&name);
                self.disk.remove(&format!("{name}-wal"));
            }
        }
    }
}

/// Puts files to sleep together.
fn close_all(disk: &Disk, idle: &mut Vec<(u64, Connection)>) -> Result<()> {
    let make_safe = || {
        let mut names = disk.names().into_iter();
        let done = names.try_for_each(|name| disk.sync(&name));
        done.map_err(|e| failed(e).into())
    };
    let files = idle.drain(..).map(|(_, file)| file).collect();
    close(files, Some(make_safe), leave_log)
}

/// How a machine's life ends.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    /// The process ends: the system has all that was written.
    Process,
    /// The power goes: of what was not synced, some is lost.
    Power,
}

#[test]
fn power_loss_at_any_moment_keeps_all_that_was_safe() {
    at_any_moment(true, End::Power);
}

#[test]
fn relaxed_keeps_all_when_the_process_ends_at_any_moment() {
    at_any_moment(false, End::Process);
}

#[test]
fn relaxed_keeps_what_was_made_safe_when_the_power_goes_at_any_moment() {
    let lost = at_any_moment(false, End::Power);
    assert!(lost > 60, "{lost} objects have lost turns, as they may");
}

/// Lives and crashes again and again, and looks each time whether all is there that should be. Gives how many objects
/// have lost turns that were written.
#[allow(clippy::too_many_lines, reason = "one life of a machine")]
fn at_any_moment(syncs: bool, end: End) -> usize {
    let mut lost = 0;
    let template = template();
    let (mut crashes, mut reused) = (0, 0);
    for round in 0..60 {
        let mut machine = Machine {
            disk: Disk::new(),
            random: Random(round),
            known: BTreeMap::new(),
            alarms: BTreeMap::new(),
            round,
            syncs,
            lost: 0,
        };
        for _ in 0..4 {
            let mut segments = machine.start();
            let texts: Arc<Texts> = Arc::default();
            let mut open: BTreeMap<u64, Database> = BTreeMap::new();
            let mut idle = Vec::new();
            let files = Files(&machine.disk);
            if machine.random.below(4) > 0 {
                machine.disk.freeze_after(machine.random.below(2500));
            }
            let mut index = BTreeMap::new();
            // What each frame is about, as long as that is not safe.
            let mut frames = VecDeque::new();
            let mut went_down = false;
            'life: for _ in 0..machine.random.below(70) {
                let mut batch = Batch::default();
                let mut touched = BTreeMap::new();
                for _ in 0..=machine.random.below(6) {
                    let number = machine.random.below(8);
                    if idle.iter().any(|(other, _)| *other == number)
                        && close_all(&machine.disk, &mut idle).is_err()
                    {
                        went_down = true;
                        break 'life;
                    }
                    let is_new =
                        !machine.known.contains_key(&number) && !open.contains_key(&number);
                    let database = match open.remove(&number) {
                        Some(database) => database,
                        None => {
                            let made = if is_new {
                                files.anew(&key(number), Some(&template.bytes)).map(drop)
                            } else {
                                Ok(())
                            };
                            match made.and_then(|()| files.recorded(&key(number), &texts)) {
                                Ok(database) => database,
                                Err(_) => {
                                    went_down = true;
                                    break 'life;
                                }
                            }
                        }
                    };
                    let fill = machine.random.below(3000);
                    let known = machine.known.entry(number).or_default();
                    let Ok(row) = turn(&database, fill) else {
                        known.written = known.written.max(Some(known.written.unwrap_or(0) + 1));
                        went_down = true;
                        break 'life;
                    };
                    known.written = Some(row);
                    let alarm = i64::try_from(machine.random.below(50)).ok();
                    let alarm = alarm.filter(|at| *at > 10);
                    batch.push(Entry {
                        key: serde_json::to_string(&key(number)).unwrap(),
                        is_new,
                        template: is_new.then(|| template.clone()),
                        alarm: Some(alarm),
                        recorded: database.take_recorded().unwrap(),
                    });
                    touched.insert(number, (row, alarm));
                    // Some are put to sleep at once, as when many are open: by itself, or later together with others.
                    let sleeps = machine.random.below(6);
                    if sleeps < 2 && database.settle().is_err() {
                        went_down = true;
                        break 'life;
                    }
                    match sleeps {
                        0 => {
                            let alone = vec![database.into_connection()];
                            // If the disk has failed, its log stays.
                            let _ = close(alone, None::<fn() -> Result<()>>, leave_log);
                        }
                        1 => idle.push((number, database.into_connection())),
                        _ => drop(open.insert(number, database)),
                    }
                }
                if segments.write(&batch, &texts).is_err() {
                    went_down = true;
                    break;
                }
                // Until objects are made safe, the index has it in memory only.
                index.extend(touched.iter().map(|(n, (_, alarm))| (key(*n), *alarm)));
                let (written, safe) = segments.last();
                frames.push_back((written, touched));
                let kept = if end == End::Power { safe } else { written };
                while let Some((_, touched)) = frames.pop_front_if(|(number, _)| *number <= kept) {
                    for (number, (row, alarm)) in touched {
                        let known = machine.known.get_mut(&number).unwrap();
                        (known.safe, known.alarm) = (Some(row), Some(alarm));
                    }
                }
                if let Some((generation, count)) = segments.full()
                    && machine.random.below(3) < count as u64
                {
                    let names = machine.disk.names();
                    let settled = open.values().try_for_each(Database::settle);
                    let safe = names
                        .iter()
                        .filter(|name| name.contains(".sqlite"))
                        .try_for_each(|name| machine.disk.sync(name));
                    if settled.is_err() || safe.is_err() {
                        went_down = true;
                        break;
                    }
                    if segments.make_safe().is_err() {
                        went_down = true;
                        break;
                    }
                    machine.alarms.append(&mut index);
                    segments.release(generation);
                    reused += u32::from(segments.files() < 5);
                }
            }
            crashes += u32::from(went_down);
            machine.disk.freeze();
            drop((open, idle));
            match end {
                End::Process => machine.disk.thaw(),
                End::Power => machine.lose(),
            }
        }
        machine.start();
        lost += machine.lost;
    }
    assert!(crashes > 60, "{crashes} in the middle of something");
    assert!(reused > 60, "{reused} segments were used again");
    lost
}

/// Surroundings with no files and no alarms.
struct Nowhere {
    /// Something may fail.
    may_fail: bool,
}

impl Surroundings for Nowhere {
    fn alarms(&self, _: Vec<(String, Option<i64>)>) {}

    fn make_safe(&self) -> Result<()> {
        Ok(())
    }

    fn report(&self, error: &Error) {
        assert!(self.may_fail, "{error}");
    }
}

#[test]
fn of_segments_that_nothing_needs_one_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let disk = || Box::new(Folder::new(folder.path().to_owned()).unwrap());
    let begin = || {
        let found = read(&*disk(), folder.path()).unwrap();
        Segments::begin(disk(), 4096, true, &found).unwrap()
    };
    let files = || disk().list().unwrap().len();
    let mut segments = begin();
    while files() < 5 {
        segments
            .write(&Batch::default(), &Texts::default())
            .unwrap();
    }
    segments.empty().unwrap();
    assert_eq!(files(), 2, "after it was emptied");
    while files() < 5 {
        segments
            .write(&Batch::default(), &Texts::default())
            .unwrap();
    }
    drop(segments);
    drop(begin());
    assert_eq!(files(), 2, "after a crash");
}

/// Somebody who appends, and what they hear.
fn listener(log: &Log) -> (usize, mpsc::Receiver<Result<u64>>) {
    let (tell, hear) = mpsc::channel();
    let number = log.listen(Box::new(move |safe| {
        let _ = tell.send(safe);
    }));
    (number, hear)
}

fn heard(of: &mpsc::Receiver<Result<u64>>) -> Result<u64> {
    let heard = of.recv_timeout(Duration::from_secs(60));
    heard.expect("somebody says so")
}

#[test]
fn who_asks_after_it_was_written_for_another_hears_it_too() {
    let log = Log::on(
        Box::new(Simulated(Disk::new())),
        true,
        Arc::new(Nowhere { may_fail: false }),
    );
    let [(one, first), (other, second)] = std::array::from_fn(|_| listener(&log));
    let epoch = log.epoch();
    let mine = log.append(epoch, Entry::default());
    let theirs = log.append(epoch, Entry::default());
    assert_eq!(
        log.write_at_once(epoch),
        None,
        "it would have to wait for the disk"
    );
    log.ask(other, epoch, theirs);
    assert_eq!(heard(&second).unwrap(), theirs);
    log.ask(one, epoch, mine);
    assert!(heard(&first).unwrap() >= mine);
}

#[test]
fn where_nothing_is_synced_who_appends_writes_as_long_as_there_is_room() {
    let disk = Disk::new();
    let log = Log::on(
        Box::new(Simulated(disk.clone())),
        false,
        Arc::new(Nowhere { may_fail: false }),
    );
    let (me, hear) = listener(&log);
    let (_other, nothing) = listener(&log);
    let epoch = log.epoch();
    assert_eq!(
        log.write_at_once(epoch),
        Some(0),
        "nothing is to be written"
    );
    let entry = || Entry {
        key: "x".repeat(100_000),
        ..Entry::default()
    };
    let mut written = 0;
    let place = loop {
        let place = log.append(epoch, entry());
        let safe = log.write_at_once(epoch).unwrap();
        let text = disk.read("0.log").unwrap();
        assert_eq!(
            String::from_utf8_lossy(&text).matches('x').count(),
            usize::try_from(safe).unwrap() * 100_000
        );
        if safe < place {
            break place;
        }
        written += 1;
    };
    assert!(
        (8..=10).contains(&written),
        "{written} of a segment of 1 MiB"
    );
    // The next segment is the thread's to begin.
    log.ask(me, epoch, place);
    assert_eq!(heard(&hear).unwrap(), place);
    let next = log.append(epoch, entry());
    assert_eq!(log.write_at_once(epoch), Some(next));
    assert_eq!(log.write_at_once(epoch + 1), None, "that is not this log's");
    assert!(nothing.try_recv().is_err(), "they did not ask");
}

#[test]
fn who_writes_at_once_and_finds_the_disk_full_tells_everybody() {
    let disk = Disk::new();
    let log = Log::on(
        Box::new(Simulated(disk.clone())),
        false,
        Arc::new(Nowhere { may_fail: true }),
    );
    let [(_, first), (_, second)] = std::array::from_fn(|_| listener(&log));
    let epoch = log.epoch();
    log.append(epoch, Entry::default());
    disk.set_full(true);
    assert_eq!(log.write_at_once(epoch), None);
    for hear in [first, second] {
        let error = heard(&hear).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Storage, "{error}");
    }
    disk.set_full(false);
    // Nothing follows what may be there in part; the thread begins another segment.
    let (me, hear) = listener(&log);
    let epoch = log.epoch();
    let place = log.append(epoch, Entry::default());
    assert!(log.write_at_once(epoch).unwrap() < place);
    log.ask(me, epoch, place);
    assert_eq!(heard(&hear).unwrap(), place);
}
