//! One object's file: its database, and how it is made safe.

use std::cell::RefCell;
use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use dotdo_sqlite::{Files, LOCKING, log_of};
use rusqlite::Connection;

use super::log::Template;
use super::shared::SYNCS_ALL;
use crate::error::{Error, Result};
use crate::host::recorder::{Recorder, Texts};
use crate::host::sqlite::{Database, Head, Syncs, cannot};
use crate::store::meta;

/// Who sees to it that what is done in a file is not lost.
#[derive(Clone, Copy)]
pub(super) enum Keeping<'a> {
    /// Whoever opens it.
    Nothing,
    /// The file itself, with a sync for each commit.
    File,
    /// The log. What is done is recorded, with these texts to refer to.
    Log(&'a Arc<Texts>),
}

/// One object's file.
pub(super) struct ObjectFile {
    pub database: Rc<Database>,
    /// A crash had left something in its log, or something was put there at once.
    had_log: bool,
    /// What stood at its beginning, unless something is in its log.
    head: Option<Head>,
    /// What it was made from, if it is new: the log wants to know.
    made_from: RefCell<Option<Arc<Template>>>,
}

impl ObjectFile {
    /// Opens a file that is there.
    pub fn open(path: &Path, keeping: Keeping<'_>) -> Result<Self> {
        let files = Files::open(path).map_err(|e| refused(path, &e))?;
        Self::connect(path, files, keeping, &mut |_| None)
    }

    /// Opens a file, making it from a template if it is not there, or if nothing was ever committed in it. `spare` gives a
    /// connection that has read the schema of this number, if one is at hand.
    pub fn open_or_make(
        path: &Path,
        keeping: Keeping<'_>,
        spare: &mut dyn FnMut(u32) -> Option<Connection>,
        template: impl FnOnce() -> Result<Arc<Template>>,
    ) -> Result<Self> {
        match Files::open(path) {
            Ok(files) => {
                let head = files.head().map(Head::of);
                if head.is_some_and(|head| !head.is_unborn(files.length())) {
                    let file = Self::connect(path, files, keeping, spare)?;
                    if file.database.counted() > 1 || !meta::is_blank(&*file.database)? {
                        return Ok(file);
                    }
                }
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(refused(path, &error)),
        }
        remove(path)?;
        let template = template()?;
        make(path, &template.bytes)?;
        let is_safe = match keeping {
            Keeping::Nothing => true,
            Keeping::File => false,
            Keeping::Log(_) => SYNCS_ALL,
        };
        if !is_safe {
            make_safe(path)?;
        }
        let files = Files::open(path).map_err(|e| refused(path, &e))?;
        let file = Self::connect(path, files, keeping, spare)?;
        Ok(Self {
            made_from: RefCell::new(Some(template)),
            ..file
        })
    }

    fn connect(
        path: &Path,
        files: Files,
        keeping: Keeping<'_>,
        spare: &mut dyn FnMut(u32) -> Option<Connection>,
    ) -> Result<Self> {
        let name = path.display().to_string();
        let has_log = files.log_length() > 0;
        if has_log && !matches!(keeping, Keeping::Nothing) {
            // A crash left it. What is in it may never have been safe, and whatever happens next builds on it.
            make_safe(path)?;
        }
        let syncs = syncs(matches!(keeping, Keeping::File), has_log);
        // What is in the log is not in the head yet.
        let head = files.head().map(Head::of).filter(|_| !has_log);
        let mut database = match head.and_then(|head| spare(head.schema)) {
            Some(mut connection) => match files.put_under(&mut connection) {
                Ok(()) => Database::over(connection, name, syncs)?,
                Err(files) => Self::anew(*files, name, syncs)?,
            },
            None => Self::anew(files, name, syncs)?,
        };
        if let Keeping::Log(texts) = keeping {
            let turn = head.map(|head| head.turn);
            database = database.recorded(Recorder::new(texts.clone()), turn)?;
        }
        let unsays =
            matches!(keeping, Keeping::File) && head.is_none_or(|head| !head.says_nothing());
        if unsays {
            database.unsay_rest()?;
        }
        Ok(Self {
            database: Rc::new(database),
            had_log: has_log || unsays,
            head,
            made_from: RefCell::default(),
        })
    }

    fn anew(files: Files, name: String, syncs: Syncs) -> Result<Database> {
        let connection = files.connect().map_err(|e| cannot(&name, &e))?;
        Database::of(connection, name, LOCKING, syncs)
    }

    /// Whether this object is at rest, as far as the file says so.
    pub fn is_at_rest(&self, who: &str) -> bool {
        self.head.is_some_and(|head| head.is_at_rest(who))
    }

    /// Whether there may be something in its log, which is to be moved into the file before it is closed.
    pub fn has_to_settle(&self) -> bool {
        self.had_log || self.database.writes() > 0
    }

    /// What is to be closed, if nobody else has it any more.
    pub fn into_connection(self) -> Option<Connection> {
        Rc::into_inner(self.database).map(Database::into_connection)
    }

    /// What it was made from, if it was made now and this is asked for the first time.
    pub fn take_template(&self) -> Option<Arc<Template>> {
        self.made_from.take()
    }
}

/// What `SQLite` syncs by itself in an object's file: each commit, or only what keeps it sound. `has_log` says whether its
/// own log is there already.
pub(super) fn syncs(commits: bool, has_log: bool) -> Syncs {
    Syncs {
        commits,
        beginnings: has_log || commits,
        pages: Syncs::PAGES,
    }
}

/// Makes a file with these bytes, all of them or none.
pub(super) fn make(path: &Path, bytes: &[u8]) -> Result<()> {
    let failed = |e: std::io::Error| cannot(&path.display().to_string(), &e);
    let mut new = path.to_owned().into_os_string();
    new.push("-new");
    if let Err(error) = std::fs::write(&new, bytes) {
        let Some(folder) = path
            .parent()
            .filter(|_| error.kind() == std::io::ErrorKind::NotFound)
        else {
            let _ = std::fs::remove_file(&new);
            return Err(failed(error));
        };
        std::fs::create_dir_all(folder).map_err(failed)?;
        std::fs::write(&new, bytes).map_err(failed)?;
    }
    std::fs::rename(&new, path).map_err(failed)
}

/// Why a file could not be opened.
fn refused(path: &Path, error: &std::io::Error) -> Error {
    let name = path.display().to_string();
    match error.kind() {
        ErrorKind::WouldBlock => cannot(&name, &"another program has this file open"),
        _ => cannot(&name, error),
    }
}

/// Makes a file safe that nobody writes, with its log and its name. (Where files are not locked as [`Files`] does it, closing a
/// handle of one that `SQLite` has open would take its lock away.)
pub(super) fn make_safe(path: &Path) -> Result<()> {
    let sync = |path: &Path| {
        File::open(path)
            .and_then(|file| file.sync_all())
            .map_err(|e| cannot(&path.display().to_string(), &e))
    };
    sync(path)?;
    let log = log_of(path);
    if log.exists() {
        sync(&log)?;
    }
    if cfg!(unix) {
        // The names of new files live in their folders.
        path.ancestors().skip(1).take(4).try_for_each(sync)?;
    }
    Ok(())
}

/// Removes a file, with its log.
pub(super) fn remove(path: &Path) -> Result<()> {
    for path in [path, &log_of(path)] {
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(cannot(&path.display().to_string(), &error));
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Keeping, ObjectFile};
    use crate::host::Sql;
    use crate::host::native::log::Template;
    use crate::host::recorder::Texts;
    use crate::host::sqlite::Database;

    #[test]
    fn what_was_never_born_is_made_anew_and_the_rest_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/c.sqlite");
        let texts = Arc::new(Texts::default());
        let bytes = Database::template(1024, 0, |sql| {
            for table in [r#""$meta" ("key" PRIMARY KEY, "value")"#, "t (x)"] {
                sql.execute(&format!("CREATE TABLE {table}"), &[])?;
            }
            Ok(())
        });
        let bytes = bytes.unwrap();
        let template = Arc::new(Template { number: 1, bytes });
        let open = || {
            ObjectFile::open_or_make(&path, Keeping::Log(&texts), &mut |_| None, || {
                Ok(template.clone())
            })
            .unwrap()
        };
        assert!(open().take_template().is_some(), "it is not there");
        assert!(open().take_template().is_some(), "nothing was committed");
        for length in [0, 1, 99, 100, 1024, 2000] {
            std::fs::write(&path, &template.bytes[..length]).unwrap();
            let file = open();
            assert!(file.take_template().is_some(), "{length} bytes of it");
            let rows = file.database.query("SELECT * FROM t", &[]).unwrap();
            assert!(rows.is_empty());
        }
        let file = open();
        let born = r#"INSERT INTO "$meta" VALUES ('identity', 'it')"#;
        file.database.execute(born, &[]).unwrap();
        assert_eq!(file.database.take_recorded().unwrap().count, 1);
        file.database.settle().unwrap();
        drop(file);
        assert!(open().take_template().is_none(), "it was born");

        // What is damaged later is not thrown away.
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..2000]).unwrap();
        let made = ObjectFile::open_or_make(&path, Keeping::Log(&texts), &mut |_| None, || {
            Ok(template.clone())
        });
        assert!(made.map_or(true, |file| file.take_template().is_none()));
        assert_eq!(std::fs::read(&path).unwrap()[..1024], whole[..1024]);
    }

    #[test]
    fn where_nobody_counts_a_file_says_nothing_of_rest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("it.sqlite");
        let texts = Arc::new(Texts::default());
        let bytes = Database::template(1024, 0, |sql| {
            sql.execute("CREATE TABLE t (x)", &[]).map(drop)
        });
        std::fs::write(&path, bytes.unwrap()).unwrap();
        let counted = || ObjectFile::open(&path, Keeping::Log(&texts)).unwrap();
        let write = |file: &ObjectFile| {
            file.database
                .execute("INSERT INTO t VALUES (1)", &[])
                .unwrap();
            file.database.settle().unwrap();
        };
        let file = counted();
        write(&file);
        file.database.say_at_rest("it").unwrap();
        drop(file);
        let file = counted();
        assert!(file.is_at_rest("it"));
        assert!(!file.is_at_rest("another"));
        write(&file);
        drop(file);
        assert!(!counted().is_at_rest("it"), "one more was counted");

        let file = counted();
        file.database.say_at_rest("it").unwrap();
        drop(file);
        write(&ObjectFile::open(&path, Keeping::File).unwrap());
        assert!(!counted().is_at_rest("it"));
        // Nor does it say so by itself.
        let file = ObjectFile::open(&path, Keeping::File).unwrap();
        file.database.say_at_rest("it").unwrap();
        drop(file);
        assert!(!counted().is_at_rest("it"));
    }
}
