//! What `sync` promises, on a simulated disk: the power goes, or the process ends, at each write there is. What `batch` and
//! `relaxed` promise is tested with the log.

use std::path::PathBuf;

use dotdo_disk::{Disk, VFS};
use rusqlite::{Connection, OpenFlags};

use super::alarms::Alarms;
use super::closing::{close, leave_log};
use super::file::syncs;
use crate::app::ObjectKey;
use crate::error::{Error, ErrorKind, Result};
use crate::host::Sql;
use crate::host::sqlite::{Database, Syncs};
use crate::value::Cell;

const FILE: &str = "object.sqlite";
const INDEX: &str = "alarms.sqlite";
const TURNS: i64 = 24;

#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    /// The process ends: the system has all that was written.
    Process,
    /// The power goes: of what was not synced, some is lost.
    Power,
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

fn connect(disk: &Disk, name: &str) -> Result<Connection> {
    Connection::open_with_flags_and_vfs(disk.path(name), OpenFlags::default(), VFS)
        .map_err(|e| Error::new(ErrorKind::Storage, e))
}

fn object(disk: &Disk) -> Result<Database> {
    let has_log = disk.length(&format!("{FILE}-wal")) > 0;
    let syncs = Syncs {
        // So that pages are moved in each run.
        pages: 6,
        ..syncs(true, has_log)
    };
    Database::of(connect(disk, FILE)?, FILE.to_owned(), "EXCLUSIVE", syncs)
}

fn index(disk: &Disk) -> Result<Alarms> {
    Alarms::on(connect(disk, INDEX)?, PathBuf::from(INDEX), true)
}

fn key() -> ObjectKey {
    ObjectKey {
        tenant: "shop.example".into(),
        thing: Some(("Order".into(), "a".into())),
    }
}

/// When the object wants to be woken after a turn: ever earlier, and so the index has to hear of each.
fn alarm_of(turn: i64) -> i64 {
    1000 - turn
}

/// A disk with an object without a turn, all of it safe.
fn begun() -> Disk {
    let disk = Disk::new();
    let base = object(&disk).unwrap();
    base.execute("CREATE TABLE t (n INTEGER PRIMARY KEY, fill BLOB)", &[])
        .unwrap();
    drop((base, index(&disk).unwrap()));
    for name in disk.names() {
        disk.sync(&name).unwrap();
    }
    disk
}

/// Takes turns until the disk fails; now and then the object sleeps, by itself or together with others. Gives the last turn
/// that was acknowledged.
fn live(disk: &Disk, random: &mut Random) -> i64 {
    let mut acknowledged = 0;
    let mut run = || {
        let alarms = index(disk)?;
        let mut base = object(disk)?;
        for turn in 1..=TURNS {
            alarms.set(&key(), Some(alarm_of(turn)))?;
            let fill = usize::try_from(random.below(6000)).unwrap();
            let params = [turn.into(), Cell::Blob(vec![7; fill])];
            let mut insert = || {
                base.execute("INSERT INTO t VALUES (?1, ?2)", &params)
                    .map(drop)
            };
            if random.below(2) == 0 {
                insert()?;
            } else {
                base.transaction(&mut insert)?;
            }
            acknowledged = turn;
            match random.below(8) {
                0 => {
                    close(
                        vec![base.into_connection()],
                        None::<fn() -> Result<()>>,
                        drop,
                    )?;
                    base = object(disk)?;
                }
                1 => {
                    let make_safe = || {
                        let mut names = disk.names().into_iter();
                        let done = names.try_for_each(|name| disk.sync(&name));
                        done.map_err(|e| Error::new(ErrorKind::Storage, format!("{e:?}")))
                    };
                    close(vec![base.into_connection()], Some(make_safe), leave_log)?;
                    base = object(disk)?;
                }
                _ => {}
            }
        }
        Ok::<_, Error>(())
    };
    // It fails where the machine goes down.
    let _ = run();
    disk.freeze();
    acknowledged
}

/// Ends a life at each write that it has, and looks whether what was acknowledged is there afterwards, and no alarm is late.
fn at_each_write(end: End) {
    let (mut seed, mut ends) = (0, 0);
    loop {
        let mut random = Random(seed);
        let disk = begun();
        disk.freeze_after(seed);
        let acknowledged = live(&disk, &mut random);
        if end == End::Power {
            disk.lose(|_| true, &mut |n| random.below(n));
        }
        disk.thaw();
        let base = object(&disk).unwrap();
        let rows = base
            .query("SELECT count(*), coalesce(max(n), 0) FROM t", &[])
            .unwrap();
        let [count, last] = [0, 1].map(|i| rows[0][i].as_integer().unwrap());
        assert_eq!(count, last, "write {seed}: none is missing in between");
        assert!(last <= acknowledged + 1);
        let sound = base.query("PRAGMA integrity_check", &[]).unwrap();
        assert_eq!(sound[0][0].as_text(), Some("ok"), "write {seed}");
        assert!(
            last >= acknowledged,
            "write {seed}: {last} of {acknowledged}"
        );
        let alarm = index(&disk).unwrap().get(&key()).unwrap();
        let in_time = alarm.is_some_and(|at| at <= alarm_of(last));
        assert!(last == 0 || in_time, "{alarm:?} after {last}");
        ends += 1;
        if acknowledged == TURNS {
            break;
        }
        seed += 1;
    }
    assert!(ends > 100, "only {ends} writes");
}

#[test]
fn sync_survives_power_loss_at_each_write() {
    at_each_write(End::Power);
}

#[test]
fn sync_survives_the_end_of_the_process_at_each_write() {
    at_each_write(End::Process);
}
