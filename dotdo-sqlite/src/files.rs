//! The two files of a database, open and locked before `SQLite` sees them.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

/// The first bytes of a database: see "The Database Header" in the description of `SQLite`'s file format.
pub const HEAD: usize = 100;

/// A database that is there, and its log: open, and on Linux locked for this process.
///
/// What stands at its beginning can be read before `SQLite` has anything to do with it. Then it is either opened with a
/// connection of its own ([`connect`](Self::connect)), or put under one that is at hand ([`put_under`](Self::put_under)).
#[derive(Debug)]
pub struct Files {
    pub(crate) path: PathBuf,
    pub(crate) base: File,
    pub(crate) length: u64,
    /// If it is there.
    pub(crate) log: Option<Log>,
    head: Option<[u8; HEAD]>,
}

/// A database's log.
#[derive(Debug)]
pub(crate) struct Log {
    pub file: File,
    pub length: u64,
    /// Its name is not safe yet.
    pub is_new: bool,
}

impl Files {
    /// Opens the files of a database, to read and to write.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if there is no such file, [`ErrorKind::WouldBlock`] if it is in use elsewhere, in this process
    /// or in another; else what the system says.
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut base = OpenOptions::new().read(true).write(true).open(path)?;
        #[cfg(target_os = "linux")]
        crate::vfs::lock(&base)?;
        let length = base.metadata()?.len();
        let mut head = [0; HEAD];
        let head = match base.read_exact(&mut head) {
            Ok(()) => Some(head),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => None,
            Err(error) => return Err(error),
        };
        let log = match OpenOptions::new().read(true).write(true).open(log_of(path)) {
            Ok(file) => Some(Log {
                length: file.metadata()?.len(),
                file,
                is_new: false,
            }),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        Ok(Self {
            path: path.to_owned(),
            base,
            length,
            log,
            head,
        })
    }

    /// A database of these bytes with an empty log, which are files of no disk: to have a connection read a schema ahead of time.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`] where the system has no such files; else what it says.
    #[cfg(target_os = "linux")]
    pub fn in_memory(bytes: &[u8]) -> io::Result<Self> {
        use std::os::unix::fs::FileExt;
        let file = || {
            let made = rustix::fs::memfd_create("database", rustix::fs::MemfdFlags::CLOEXEC)?;
            io::Result::Ok(File::from(made))
        };
        let base = file()?;
        base.write_all_at(bytes, 0)?;
        Ok(Self {
            path: "/database-in-memory".into(),
            base,
            length: bytes.len() as u64,
            log: Some(Log {
                file: file()?,
                length: 0,
                is_new: false,
            }),
            head: bytes.first_chunk().copied(),
        })
    }

    /// A database of these bytes with an empty log, which are files of no disk: to have a connection read a schema ahead of time.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`] where the system has no such files; else what it says.
    #[cfg(not(target_os = "linux"))]
    pub fn in_memory(_: &[u8]) -> io::Result<Self> {
        Err(ErrorKind::Unsupported.into())
    }

    /// The first bytes of the database, unless it has less.
    pub fn head(&self) -> Option<&[u8; HEAD]> {
        self.head.as_ref()
    }

    /// How many bytes the database has.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// How many bytes its log has.
    pub fn log_length(&self) -> u64 {
        self.log.as_ref().map_or(0, |log| log.length)
    }

    /// A new connection to it.
    ///
    /// # Errors
    ///
    /// What `SQLite` says.
    #[cfg(target_os = "linux")]
    pub fn connect(self) -> rusqlite::Result<Connection> {
        let path = self.path.clone();
        crate::vfs::with(self, || {
            Connection::open_with_flags_and_vfs(path, FLAGS, crate::vfs::NAME)
        })
    }

    /// A new connection to it.
    ///
    /// # Errors
    ///
    /// What `SQLite` says.
    #[cfg(not(target_os = "linux"))]
    pub fn connect(self) -> rusqlite::Result<Connection> {
        Connection::open_with_flags(self.path, FLAGS)
    }

    /// Puts it under a connection from which [`take_away`] took another, with the schema that it has read and the statements
    /// that it has prepared. Gives it back if that connection cannot have it: it is at work, or is not of this kind.
    ///
    /// The databases must have the same schema, with all tables at the same pages, wherever the number that `SQLite` keeps of
    /// it is the same (`PRAGMA schema_version`); where that differs, `SQLite` reads the schema anew. To `SQLite` it looks as if
    /// somebody else had written the file meanwhile.
    ///
    /// # Errors
    ///
    /// The files, if that connection cannot have them.
    pub fn put_under(self, connection: &mut Connection) -> Result<(), Box<Self>> {
        #[cfg(target_os = "linux")]
        return crate::vfs::put_under(connection, self);
        #[cfg(not(target_os = "linux"))]
        {
            let _ = connection;
            Err(Box::new(self))
        }
    }
}

const FLAGS: OpenFlags = OpenFlags::SQLITE_OPEN_READ_WRITE.union(OpenFlags::SQLITE_OPEN_NO_MUTEX);

/// How a connection that [`Files::connect`] made keeps others out: what `PRAGMA locking_mode` is to be before the log is used.
///
/// On Linux the files are locked as long as they are open, whatever `SQLite` asks for, and the index of the log is not
/// shared. So it can ask each time, and will find out that another file was put under it.
pub const LOCKING: &str = if cfg!(target_os = "linux") {
    "NORMAL"
} else {
    "EXCLUSIVE"
};

/// Takes the files of a connection away and closes them, so that it takes none until others are
/// [put under it](Files::put_under). What it does meanwhile fails. `false` if it has to keep them: it is at work, its log is
/// not empty, or it is not of this kind.
pub fn take_away(connection: &mut Connection) -> bool {
    #[cfg(target_os = "linux")]
    return crate::vfs::take_away(connection);
    #[cfg(not(target_os = "linux"))]
    {
        let _ = connection;
        false
    }
}

/// Where the log of a database is.
pub fn log_of(path: &Path) -> PathBuf {
    let mut log = path.to_owned().into_os_string();
    log.push("-wal");
    log.into()
}
