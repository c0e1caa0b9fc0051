use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::{Files, LOCKING, log_of, take_away, without_memory_statistics};

/// How the process is set up is decided once, so each test here begins with it.
fn begin() -> tempfile::TempDir {
    assert!(without_memory_statistics());
    tempfile::tempdir().unwrap()
}

const SCHEMA: &str =
    "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT); CREATE VIRTUAL TABLE f USING fts5 (x);";

/// The bytes of a database that has a log beside it.
fn template(folder: &Path, schema: &str) -> Vec<u8> {
    let path = folder.join("template");
    let connection = Connection::open(&path).unwrap();
    connection
        .execute_batch(&format!(
            "PRAGMA page_size = 1024; PRAGMA journal_mode = WAL; {schema}"
        ))
        .unwrap();
    drop(connection);
    let bytes = std::fs::read(&path).unwrap();
    std::fs::remove_file(path).unwrap();
    bytes
}

fn connect(path: &Path) -> Connection {
    let connection = Files::open(path).unwrap().connect().unwrap();
    connection
        .execute_batch(&format!(
            "PRAGMA locking_mode = {LOCKING}; PRAGMA wal_autocheckpoint = 20; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY"
        ))
        .unwrap();
    connection
}

fn empty_log(connection: &Connection) {
    connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        .unwrap();
}

fn log_length(path: &Path) -> u64 {
    log_of(path).metadata().unwrap().len()
}

fn rows(connection: &Connection) -> BTreeMap<i64, String> {
    let mut statement = connection.prepare_cached("SELECT id, x FROM t").unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn who_comes_first_decides_on_memory_statistics() {
    let _folder = begin();
    let open = || Connection::open_in_memory().unwrap();
    let connection = open();
    connection
        .execute_batch("CREATE TABLE t (x); INSERT INTO t VALUES (zeroblob(100000))")
        .unwrap();
    #[allow(unsafe_code, reason = "rusqlite has no safe way to ask this")]
    // SAFETY: it takes nothing, and reads a counter behind a mutex.
    let used = unsafe { rusqlite::ffi::sqlite3_memory_used() };
    assert_eq!(used, 0);
    std::thread::scope(|scope| {
        scope.spawn(open);
    });
    assert!(without_memory_statistics());
}

#[test]
fn what_is_open_is_locked() {
    let folder = begin();
    let path = folder.path().join("it.sqlite");
    let gone = Files::open(&path).unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::NotFound);
    std::fs::write(&path, template(folder.path(), SCHEMA)).unwrap();

    let files = Files::open(&path).unwrap();
    assert_eq!(files.head().unwrap()[..15], *b"SQLite format 3");
    assert_eq!(files.length(), path.metadata().unwrap().len());
    assert_eq!(files.log_length(), 0);
    let connection = files.connect().unwrap();
    connection
        .execute_batch("INSERT INTO t VALUES (1, 'a')")
        .unwrap();
    if cfg!(target_os = "linux") {
        assert_eq!(
            Files::open(&path).unwrap_err().kind(),
            ErrorKind::WouldBlock
        );
        let other = Connection::open(&path).unwrap();
        other.busy_timeout(std::time::Duration::ZERO).unwrap();
        let refused = other.execute_batch("SELECT * FROM t").unwrap_err();
        assert_eq!(
            refused.sqlite_error_code(),
            Some(rusqlite::ErrorCode::DatabaseBusy)
        );
    }
    drop(connection);
    if cfg!(target_os = "linux") {
        assert_eq!(log_length(&path), 0, "what was in it is in the database");
    }
    assert_eq!(rows(&connect(&path)).len(), 1);
    assert_eq!(
        rows(&Connection::open(&path).unwrap()).len(),
        1,
        "SQLite itself reads it"
    );
}

#[test]
fn a_file_that_is_no_database_is_not_taken_for_one() {
    let folder = begin();
    let path = folder.path().join("it.sqlite");
    std::fs::write(&path, "short").unwrap();
    assert_eq!(Files::open(&path).unwrap().head(), None);
    std::fs::write(&path, [7; 4096]).unwrap();
    let mut connection = Files::open(&path).unwrap().connect().unwrap();
    assert!(
        connection
            .execute_batch("SELECT * FROM sqlite_schema")
            .is_err()
    );
    assert!(!take_away(&mut connection));
}

#[cfg(target_os = "linux")]
mod exchanged {
    use super::*;

    /// Two databases of the same schema.
    fn two(folder: &Path) -> [PathBuf; 2] {
        let bytes = template(folder, SCHEMA);
        ["one", "other"].map(|name| {
            let path = folder.join(name);
            std::fs::write(&path, &bytes).unwrap();
            path
        })
    }

    fn put_under(connection: &mut Connection, path: &Path) {
        let files = Files::open(path).unwrap();
        files.put_under(connection).unwrap();
    }

    /// What was written through one connection, here and there, must be what connections of their own read.
    #[test]
    fn each_file_keeps_what_is_its_own() {
        let folder = begin();
        let bytes = template(folder.path(), SCHEMA);
        let paths: Vec<PathBuf> = (0..5)
            .map(|number| folder.path().join(format!("{number}.sqlite")))
            .collect();
        for path in &paths {
            std::fs::write(path, &bytes).unwrap();
        }
        let mut known = vec![BTreeMap::new(); paths.len()];
        let mut seed = 11_u64;
        let mut number = |below: u64| {
            // Knuth's generator, as in MMIX.
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        let mut two = [Some((connect(&paths[0]), 0_usize)), None];
        for step in 0..600 {
            let place = usize::from(number(2) == 1);
            let at = usize::try_from(number(paths.len() as u64)).unwrap();
            if two.iter().flatten().any(|(_, other)| *other == at) {
                continue;
            }
            two[place] = Some(match two[place].take() {
                Some((mut connection, _)) => {
                    empty_log(&connection);
                    assert!(take_away(&mut connection));
                    put_under(&mut connection, &paths[at]);
                    (connection, at)
                }
                None => (connect(&paths[at]), at),
            });
            let Some((connection, _)) = &two[place] else {
                continue;
            };
            assert_eq!(rows(connection), known[at], "step {step}");
            for _ in 0..number(4) {
                let (id, text) = (
                    i64::try_from(number(40)).unwrap(),
                    format!("word{step} {}", "x".repeat(300)),
                );
                connection
                    .prepare_cached("INSERT OR REPLACE INTO t VALUES (?1, ?2)")
                    .and_then(|mut one| one.execute((id, &text)))
                    .unwrap();
                connection
                    .prepare_cached("INSERT INTO f VALUES (?1)")
                    .and_then(|mut one| one.execute([format!("{text} file{at}")]))
                    .unwrap();
                known[at].insert(id, text);
            }
            assert_eq!(rows(connection), known[at], "step {step}");
            for (other, _) in known.iter().enumerate() {
                let found: i64 = connection
                    .prepare_cached("SELECT count(*) FROM f WHERE f MATCH ?1")
                    .and_then(|mut one| one.query_row([format!("file{other}")], |row| row.get(0)))
                    .unwrap();
                assert!(found == 0 || other == at, "step {step}");
            }
        }
        drop(two);
        for (path, known) in paths.iter().zip(&known) {
            let plain = Connection::open(path).unwrap();
            assert_eq!(&rows(&plain), known);
            let whole: String = plain
                .query_row("PRAGMA integrity_check", [], |row| row.get(0))
                .unwrap();
            assert_eq!(whole, "ok");
        }
    }

    #[test]
    fn statements_stay_prepared_and_a_schema_that_differs_is_read() {
        let folder = begin();
        let [one, other] = ["one", "other"].map(|name| folder.path().join(name));
        std::fs::write(&one, template(folder.path(), SCHEMA)).unwrap();
        let more = format!("CREATE TABLE first (y); {SCHEMA}; INSERT INTO t VALUES (1, 'a')");
        std::fs::write(&other, template(folder.path(), &more)).unwrap();
        let mut connection = connect(&one);
        assert!(rows(&connection).is_empty());
        assert!(take_away(&mut connection));
        put_under(&mut connection, &other);
        assert_eq!(rows(&connection).len(), 1);
        connection
            .execute_batch("INSERT INTO first VALUES (1)")
            .unwrap();
    }

    #[test]
    fn a_connection_that_began_in_memory_goes_on_with_a_file() {
        let folder = begin();
        let path = folder.path().join("it");
        let bytes = template(folder.path(), SCHEMA);
        let files = Files::in_memory(&bytes).unwrap();
        assert_eq!(files.head().unwrap()[..], bytes[..100]);
        let mut connection = files.connect().unwrap();
        assert!(rows(&connection).is_empty());
        assert!(take_away(&mut connection));
        std::fs::write(&path, &bytes).unwrap();
        put_under(&mut connection, &path);
        connection
            .execute_batch("INSERT INTO t VALUES (1, 'a')")
            .unwrap();
        drop(connection);
        assert_eq!(rows(&Connection::open(&path).unwrap()).len(), 1);
    }

    #[test]
    fn nothing_is_taken_from_under_what_is_under_way() {
        let folder = begin();
        let [one, other] = two(folder.path());
        let mut connection = connect(&one);
        connection.execute_batch("BEGIN; SELECT * FROM t").unwrap();
        assert!(!take_away(&mut connection));
        connection
            .execute_batch("INSERT INTO t VALUES (1, 'a'); COMMIT")
            .unwrap();
        assert!(!take_away(&mut connection), "the log has something");
        empty_log(&connection);
        let files = Files::open(&other).unwrap();
        let files = files.put_under(&mut connection).unwrap_err();
        assert_eq!(rows(&connection).len(), 1, "it has its own yet");
        assert!(take_away(&mut connection));
        assert!(connection.execute_batch("SELECT * FROM t").is_err());
        assert!(Files::open(&one).is_ok(), "it is not locked any more");
        files.put_under(&mut connection).unwrap();
        assert!(rows(&connection).is_empty());

        let mut strange = Connection::open_in_memory().unwrap();
        assert!(!take_away(&mut strange));
    }

    /// A connection that is closed after an exchange does what `SQLite` does then to the files that it has now.
    #[test]
    fn closing_leaves_the_log_of_what_was_there_before() {
        let folder = begin();
        let [one, other] = two(folder.path());
        let mut connection = connect(&one);
        assert!(rows(&connection).is_empty());
        assert!(take_away(&mut connection));
        put_under(&mut connection, &other);
        connection
            .execute_batch("INSERT INTO t VALUES (1, 'a')")
            .unwrap();
        let first = connect(&one);
        first
            .execute_batch("INSERT INTO t VALUES (1, 'a'), (2, 'b')")
            .unwrap();
        drop(connection);
        assert_eq!(rows(&first).len(), 2);
        assert_eq!(log_length(&other), 0);
        assert!(log_length(&one) > 0);
        drop(first);
        assert_eq!(rows(&Connection::open(&one).unwrap()).len(), 2);
        assert_eq!(rows(&Connection::open(&other).unwrap()).len(), 1);
    }

    #[test]
    fn a_log_is_made_with_the_permissions_of_its_database() {
        use std::os::unix::fs::PermissionsExt;
        let folder = begin();
        let path = folder.path().join("it");
        std::fs::write(&path, template(folder.path(), SCHEMA)).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert!(rows(&connect(&path)).is_empty());
        let log = log_of(&path).metadata().unwrap();
        assert_eq!(log.permissions().mode() & 0o777, 0o600);
    }
}
