//! One object's file: its database, and the handles by which it is synced.

use std::cell::OnceCell;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use rusqlite::Connection;

use super::Durability;
use crate::error::Result;
use crate::host::sqlite::{Database, Syncs, cannot};

/// One object's file.
pub(super) struct ObjectFile {
    pub database: Rc<Database>,
    path: PathBuf,
    /// Whether the file was made by this, so that its name has to be made safe too.
    is_new: bool,
    /// Handles for syncing. Kept until the connection is closed: closing a handle of a file that `SQLite` has locked
    /// would take its lock away.
    wal: OnceCell<Arc<File>>,
    main: OnceCell<Result<Arc<File>>>,
}

impl ObjectFile {
    /// Opens the file, making it if need be.
    pub fn open(path: &Path, durability: Durability) -> Result<Self> {
        let name = path.display().to_string();
        let is_new = !path.exists();
        if is_new && let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|e| cannot(&name, &e))?;
        }
        let connection = Connection::open(path).map_err(|e| cannot(&name, &e))?;
        let syncs = Syncs {
            commits: durability == Durability::Sync,
            creation: !is_new || durability == Durability::Sync,
        };
        Ok(Self {
            database: Rc::new(Database::of(connection, name, syncs)?),
            path: path.to_owned(),
            is_new,
            wal: OnceCell::new(),
            main: OnceCell::new(),
        })
    }

    /// The files whose sync makes all that was committed safe.
    pub fn files(&self) -> Result<Vec<Arc<File>>> {
        let open = |path: &Path| {
            File::open(path)
                .map(Arc::new)
                .map_err(|e| cannot(&path.display().to_string(), &e))
        };
        if let Some(wal) = self.wal.get() {
            return Ok(vec![wal.clone()]);
        }
        let mut wal = self.path.clone().into_os_string();
        wal.push("-wal");
        let wal = open(Path::new(&wal))?;
        let mut files = vec![self.wal.get_or_init(|| wal).clone()];
        if self.is_new {
            files.push(self.main.get_or_init(|| open(&self.path)).clone()?);
            // The names of new files live in their folders.
            for folder in self.path.ancestors().skip(1).take(4) {
                files.push(open(folder)?);
            }
        }
        Ok(files)
    }
}
