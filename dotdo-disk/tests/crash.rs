//! `SQLite`'s log over the simulated disk: what was synced survives, whole, whatever is lost.

#![allow(missing_docs, reason = "a test")]

use dotdo_disk::{Disk, VFS};
use rusqlite::{Connection, OpenFlags};

fn open(disk: &Disk) -> Connection {
    let base =
        Connection::open_with_flags_and_vfs(disk.path("a.sqlite"), OpenFlags::default(), VFS)
            .expect("it opens");
    base.execute_batch(
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 20",
    )
    .expect("it has a log");
    base
}

fn next(seed: &mut u64) -> u64 {
    *seed = seed
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    *seed >> 33
}

#[test]
fn a_crash_keeps_all_that_was_synced_and_whole_transactions_of_the_rest() {
    for round in 0..300 {
        let mut seed = round;
        let disk = Disk::new();
        let mut base = open(&disk);
        base.execute_batch(
            "CREATE TABLE t (n INTEGER PRIMARY KEY, half INTEGER, fill BLOB); PRAGMA wal_checkpoint",
        )
        .expect("a table");
        let (mut written, mut safe) = (0, 0);
        for _ in 0..4 {
            if next(&mut seed).is_multiple_of(3) {
                disk.freeze_after(next(&mut seed) % 60);
            }
            for _ in 0..next(&mut seed) % 30 {
                let size = next(&mut seed) % 3000;
                let done = base.execute_batch(&format!(
                    "BEGIN; INSERT INTO t VALUES ({0}, 1, zeroblob({size})); UPDATE t SET half = 2 WHERE n = {0}; COMMIT",
                    written + 1
                ));
                if done.is_err() {
                    break;
                }
                written += 1;
                if next(&mut seed).is_multiple_of(4) && disk.sync("a.sqlite-wal").is_ok() {
                    safe = written;
                }
            }
            disk.freeze();
            drop(base);
            disk.lose(|_| true, &mut |n| next(&mut seed) % n);
            disk.thaw();
            base = open(&disk);
            let (count, most, halves): (i64, i64, i64) = base
                .query_row(
                    "SELECT count(*), coalesce(max(n), 0), count(*) FILTER (WHERE half = 1) FROM t",
                    [],
                    |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
                )
                .expect("it can be read");
            assert_eq!(count, most, "round {round}: none is missing in between");
            assert!(
                most >= safe,
                "round {round}: {most} of {safe} synced are left"
            );
            assert!(most <= written + 1, "round {round}");
            assert_eq!(halves, 0, "round {round}: a transaction is whole");
            let fine: String = base
                .query_row("PRAGMA integrity_check", [], |row| row.get(0))
                .expect("it can be checked");
            assert_eq!(fine, "ok");
            (written, safe) = (most, most.max(safe));
        }
    }
}

#[test]
fn a_full_disk_refuses_and_recovers() {
    let disk = Disk::new();
    let base = open(&disk);
    base.execute_batch("CREATE TABLE t (n)").expect("a table");
    disk.set_full(true);
    let refused = base.execute_batch("INSERT INTO t VALUES (1)").unwrap_err();
    assert_eq!(
        refused.sqlite_error_code(),
        Some(rusqlite::ErrorCode::DiskFull)
    );
    disk.set_full(false);
    base.execute_batch("INSERT INTO t VALUES (2)")
        .expect("room");
    let sum: i64 = base
        .query_row("SELECT sum(n) FROM t", [], |row| row.get(0))
        .expect("it can be read");
    assert_eq!(sum, 2);
}
