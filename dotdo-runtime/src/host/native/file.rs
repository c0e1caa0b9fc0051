//! One object's file: its database, and how it is made safe.

use std::cell::RefCell;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use rusqlite::{Connection, OpenFlags};

use super::log::Template;
use super::shared::SYNCS_ALL;
use crate::error::Result;
use crate::host::recorder::{Recorder, Texts};
use crate::host::sqlite::{Database, Syncs, cannot};
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
    /// A crash had left something in its log.
    had_log: bool,
    /// What it was made from, if it is new: the log wants to know.
    made_from: RefCell<Option<Arc<Template>>>,
}

impl ObjectFile {
    /// Opens a file that is there.
    pub fn open(path: &Path, keeping: Keeping<'_>) -> Result<Self> {
        let has_log = has_log(path);
        if has_log && !matches!(keeping, Keeping::Nothing) {
            // A crash left it. What is in it may never have been safe, and whatever happens next builds on it.
            make_safe(path)?;
        }
        Self::connect(path, keeping, has_log)
    }

    /// Opens a file, making it from a template if it is not there, or if nothing was ever committed in it.
    pub fn open_or_make(
        path: &Path,
        keeping: Keeping<'_>,
        template: impl FnOnce() -> Result<Arc<Template>>,
    ) -> Result<Self> {
        let failed = |e: std::io::Error| cannot(&path.display().to_string(), &e);
        let is_there = match File::open(path) {
            Ok(mut file) => !Database::is_unborn(&mut file).map_err(failed)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
            Err(error) => return Err(failed(error)),
        };
        if is_there {
            let file = Self::open(path, keeping)?;
            if file.database.counted() > 1 || !meta::is_blank(&*file.database)? {
                return Ok(file);
            }
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
        let file = Self::connect(path, keeping, false)?;
        Ok(Self {
            made_from: RefCell::new(Some(template)),
            ..file
        })
    }

    fn connect(path: &Path, keeping: Keeping<'_>, has_log: bool) -> Result<Self> {
        let name = path.display().to_string();
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(|e| cannot(&name, &e))?;
        let syncs = syncs(matches!(keeping, Keeping::File), has_log);
        let mut database = Database::of(connection, name, syncs)?;
        if let Keeping::Log(texts) = keeping {
            database = database.recorded(Recorder::new(texts.clone()))?;
        }
        Ok(Self {
            database: Rc::new(database),
            had_log: has_log,
            made_from: RefCell::default(),
        })
    }

    /// Whether there may be something in its log, which is to be moved into the file before it is closed.
    pub fn has_to_settle(&self) -> bool {
        self.had_log || self.database.writes() > 0
    }

    /// What is to be closed, if nobody else has it any more.
    pub fn into_connection(self) -> Option<Connection> {
        Rc::into_inner(self.database).map(Database::into_connection)
    }

    /// Whether it was made now, and nobody has asked what from.
    pub fn is_new(&self) -> bool {
        self.made_from.borrow().is_some()
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

fn log_of(path: &Path) -> PathBuf {
    let mut log = path.to_owned().into_os_string();
    log.push("-wal");
    log.into()
}

/// Whether a file was not put to sleep: `SQLite`'s own log stands beside it.
fn has_log(path: &Path) -> bool {
    log_of(path).metadata().is_ok_and(|data| data.len() > 0)
}

/// Makes a file safe that nobody has open, with its log and its name. (Closing a handle of a file that `SQLite` has open
/// would take its lock away.)
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
            ObjectFile::open_or_make(&path, Keeping::Log(&texts), || Ok(template.clone())).unwrap()
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
        let made = ObjectFile::open_or_make(&path, Keeping::Log(&texts), || Ok(template.clone()));
        assert!(made.map_or(true, |file| file.take_template().is_none()));
        assert_eq!(std::fs::read(&path).unwrap()[..1024], whole[..1024]);
    }
}
