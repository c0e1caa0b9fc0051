//! One object's file: its database, and how it is made safe.

use std::cell::Cell;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use rusqlite::Connection;

use super::Durability;
use super::shared::SYNCS_ALL;
use crate::error::Result;
use crate::host::recorder::{Recorder, Texts};
use crate::host::sqlite::{Database, Syncs, cannot};
use crate::store::meta;

/// One object's file.
pub(super) struct ObjectFile {
    pub database: Rc<Database>,
    /// Nothing was committed in it before, so its beginning is for the log.
    is_new: Cell<bool>,
}

impl ObjectFile {
    /// Opens the file, making it if need be. What it does is recorded if there are texts to refer to.
    pub fn open(path: &Path, durability: Durability, texts: Option<&Arc<Texts>>) -> Result<Self> {
        let name = path.display().to_string();
        let is_new = !path.exists();
        if is_new {
            make_folder_of(path)?;
            if durability == Durability::Sync || durability == Durability::Batch && !SYNCS_ALL {
                File::create_new(path).map_err(|e| cannot(&name, &e))?;
                make_safe(path)?;
            }
        } else if durability != Durability::Relaxed && has_log(path) {
            // A crash left it. What is in it may never have been safe, and whatever happens next builds on it.
            make_safe(path)?;
        }
        let connection = Connection::open(path).map_err(|e| cannot(&name, &e))?;
        let syncs = Syncs {
            commits: durability == Durability::Sync,
            creation: !is_new || durability == Durability::Sync,
        };
        let mut database = Database::of(connection, name, syncs)?;
        let mut begins = false;
        if let Some(texts) = texts {
            database = database.recorded(Recorder::new(texts.clone()))?;
            begins = is_new || database.turn()? == 0 && meta::is_blank(&database)?;
        }
        Ok(Self {
            database: Rc::new(database),
            is_new: Cell::new(begins),
        })
    }

    /// Whether nothing was committed before; only once.
    pub fn take_is_new(&self) -> bool {
        self.is_new.take()
    }
}

/// Makes the folder that a file is to be in.
pub(super) fn make_folder_of(path: &Path) -> Result<()> {
    match path.parent() {
        Some(folder) => {
            std::fs::create_dir_all(folder).map_err(|e| cannot(&path.display().to_string(), &e))
        }
        None => Ok(()),
    }
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
