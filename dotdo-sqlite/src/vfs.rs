//! Files for `SQLite` that belong to one connection each, and can be exchanged under it.
//!
//! `SQLite`'s own way to files looks through a list of all that the process has open whenever one is opened, looks at each part of
//! its path, and locks and unlocks it several times; with thousands of files that is most of what opening one takes. Here a file
//! is locked once, as long as it is open, with a lock that belongs to this opening of it (`F_OFD_SETLK`). Other programs that
//! use `SQLite` see that lock.
//!
//! A database has to be there: none is made here.
//!
//! `SQLite` takes a VFS only as a table of C functions. Why what is `unsafe` here is sound:
//!
//! * The table is a copy of the default VFS's with some functions exchanged, leaked, so that `SQLite` never holds a dangling
//!   pointer to it. What is not about a database or its log goes to the default VFS, with its own table.
//! * `x_open` writes a [`Handle`], which begins with the `sqlite3_file` that `SQLite` expects, into memory that `SQLite`
//!   allocated with the size and for the time that the table states (`szOsFile`). It is written whole or, if opening
//!   fails, not at all, with `pMethods` null, so that `SQLite` calls nothing else on it. `x_close` takes it out again.
//! * `SQLite` calls the functions of one file from one thread at a time, between `x_open` and `x_close`. Nothing is shared
//!   between the files of two connections.
//! * [`put_under`] and [`take_away`] reach the files of a connection that they alone have, so that no call is under way, and
//!   only if both are ours, which their `pMethods` say.
//! * The memory of the log's index stays where it is until `SQLite` gives it back: regions are boxed, and exchanging files fills
//!   it with zeros, which `SQLite` takes for an index that has to be made.
//! * Buffers are used within the length that `SQLite` passes, and for the time of the call.
//! * No panic crosses into C: each body runs under `catch_unwind` and becomes an I/O error.

#![allow(
    unsafe_code,
    reason = "SQLite takes a VFS only as a table of C functions; see above"
)]

use std::cell::RefCell;
use std::ffi::{CStr, OsStr, c_char, c_int, c_void};
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::mem::size_of;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt, fchown};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{Ordering, fence};

use rusqlite::{Connection, ffi};

use crate::files::{Files, Log, log_of};

/// The name of the VFS.
pub(crate) const NAME: &CStr = c"dotdo-files";

/// The bytes of a file that `SQLite` locks: `PENDING_BYTE`, and up to the last that a reader may take.
const LOCKED: (i64, i64) = (0x4000_0000, 512);

thread_local! {
    /// What the next database that is opened on this thread is to have.
    static AT_HAND: RefCell<Option<Files>> = const { RefCell::new(None) };
}

/// Locks a file until it is closed. Fails with [`ErrorKind::WouldBlock`] if it is locked elsewhere.
pub(crate) fn lock(file: &File) -> io::Result<()> {
    let (start, length) = LOCKED;
    let lock = libc::flock {
        #[allow(clippy::cast_possible_truncation, reason = "constants of the system")]
        l_type: libc::F_WRLCK as libc::c_short,
        #[allow(clippy::cast_possible_truncation, reason = "constants of the system")]
        l_whence: libc::SEEK_SET as libc::c_short,
        l_start: start,
        l_len: length,
        l_pid: 0,
    };
    // SAFETY: an open file, and what this operation takes, which the system only reads.
    let done = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_OFD_SETLK, &raw const lock) };
    if done == 0 {
        return Ok(());
    }
    let error = io::Error::last_os_error();
    match error.raw_os_error() {
        Some(libc::EACCES | libc::EAGAIN) => Err(ErrorKind::WouldBlock.into()),
        _ => Err(error),
    }
}

/// Has a database that `open` opens use these files.
pub(crate) fn with<T>(files: Files, open: impl FnOnce() -> T) -> T {
    base();
    AT_HAND.set(Some(files));
    let opened = open();
    AT_HAND.take();
    opened
}

/// Takes the files of a connection away; see [`take_away`](crate::take_away).
pub(crate) fn take_away(connection: &mut Connection) -> bool {
    at_rest(connection).is_some_and(|(base, log)| {
        if log.length > 0 {
            return false;
        }
        base.forget_index();
        base.content = None;
        log.content = None;
        true
    })
}

/// Puts files under a connection that has none; see [`Files::put_under`].
pub(crate) fn put_under(connection: &mut Connection, mut files: Files) -> Result<(), Box<Files>> {
    let free = at_rest(connection).filter(|(base, _)| base.content.is_none());
    let of_log = log_for(&files.path, &files.base, &mut files.log);
    let (Some((base, log)), Ok(of_log)) = (free, of_log) else {
        return Err(Box::new(files));
    };
    base.forget_index();
    (base.content, base.length) = (Some(files.base), files.length);
    (log.content, log.length, log.is_new) = (Some(of_log.file), of_log.length, of_log.is_new);
    log.path = log_of(&files.path);
    base.path = files.path;
    Ok(())
}

/// The two files of a connection with nothing under way, if they are ours.
fn at_rest(connection: &mut Connection) -> Option<(&mut Open, &mut Open)> {
    // SAFETY: the connection is open as long as it is borrowed.
    let db = unsafe { connection.handle() };
    // SAFETY: an open connection; null means all of its databases.
    if unsafe { ffi::sqlite3_txn_state(db, ptr::null()) } != ffi::SQLITE_TXN_NONE {
        return None;
    }
    let find = |what| {
        let mut file: *mut ffi::sqlite3_file = ptr::null_mut();
        // SAFETY: an open connection, a C string, and a place for a pointer, as both operations want.
        let code = unsafe {
            ffi::sqlite3_file_control(db, c"main".as_ptr(), what, (&raw mut file).cast())
        };
        (code == ffi::SQLITE_OK && !file.is_null())
            // SAFETY: `SQLite` gives memory of a file that is open, or was never opened, with `pMethods` null then.
            .then_some(file)
            .filter(|file| ptr::eq(unsafe { (**file).pMethods }, &raw const METHODS))
    };
    let (base, log) = (
        find(ffi::SQLITE_FCNTL_FILE_POINTER)?,
        find(ffi::SQLITE_FCNTL_JOURNAL_POINTER)?,
    );
    // SAFETY: both are ours, two different ones, and nobody uses them while the connection is borrowed to be changed.
    unsafe { Some((opened(base), opened(log))) }
}

/// A database's log, made if it is not there, with the permissions and the owner of the database.
fn log_for(path: &Path, base: &File, log: &mut Option<Log>) -> io::Result<Log> {
    if let Some(log) = log.take() {
        return Ok(log);
    }
    let base = base.metadata()?;
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(base.mode() & 0o777)
        .open(log_of(path))?;
    let log = file.metadata()?;
    if (log.uid(), log.gid()) != (base.uid(), base.gid()) {
        // Only who may give files away can; SQLite's own VFS does not insist either.
        let _ = fchown(&file, Some(base.uid()), Some(base.gid()));
    }
    Ok(Log {
        length: log.len(),
        file,
        is_new: true,
    })
}

/// An open file. `SQLite` knows its first field only.
#[repr(C)]
struct Handle {
    base: ffi::sqlite3_file,
    file: Open,
}

/// A database, or a log.
struct Open {
    /// None while it is taken away.
    content: Option<File>,
    /// Nobody else changes it, so the system need not be asked.
    length: u64,
    /// The folder has to be made safe with it.
    is_new: bool,
    path: PathBuf,
    /// A database's log until that is opened.
    log: Option<Log>,
    /// The memory of the index of a database's log.
    index: Vec<Box<[u64]>>,
}

impl Open {
    fn content(&self, otherwise: c_int) -> Result<&File, c_int> {
        self.content.as_ref().ok_or(otherwise)
    }

    /// `SQLite` makes the index anew before it reads anything, and then knows nothing of pages that it has read before.
    fn forget_index(&mut self) {
        for region in &mut self.index {
            region.fill(0);
        }
    }

    /// Asks the system how long it is. Where it does not say, the last known length stays.
    fn measure(&mut self) {
        if let Some(data) = self.content.as_ref().and_then(|file| file.metadata().ok()) {
            self.length = data.len();
        }
    }
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(x_close),
    xRead: Some(x_read),
    xWrite: Some(x_write),
    xTruncate: Some(x_truncate),
    xSync: Some(x_sync),
    xFileSize: Some(x_file_size),
    xLock: Some(x_lock),
    xUnlock: Some(x_lock),
    xCheckReservedLock: Some(x_check_reserved_lock),
    xFileControl: Some(x_file_control),
    xSectorSize: Some(x_sector_size),
    xDeviceCharacteristics: Some(x_device_characteristics),
    xShmMap: Some(x_shm_map),
    xShmLock: Some(x_shm_lock),
    xShmBarrier: Some(x_shm_barrier),
    xShmUnmap: Some(x_shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// The VFS that this one stands on.
struct Base(*mut ffi::sqlite3_vfs);
// SAFETY: `SQLite` lends it to all threads, and its default one is never taken away.
unsafe impl Send for Base {}
// SAFETY: as above.
unsafe impl Sync for Base {}

/// The default VFS. Ours is known to `SQLite` from then on.
fn base() -> *mut ffi::sqlite3_vfs {
    static BASE: OnceLock<Base> = OnceLock::new();
    BASE.get_or_init(|| {
        // SAFETY: null means the default one, which is there, and stays.
        let base = unsafe { ffi::sqlite3_vfs_find(ptr::null()) };
        // SAFETY: as above; a table of plain values.
        let mut table = unsafe { *base };
        table.szOsFile = table
            .szOsFile
            .max(c_int::try_from(size_of::<Handle>()).unwrap_or(c_int::MAX));
        table.pNext = ptr::null_mut();
        table.zName = NAME.as_ptr();
        table.xOpen = Some(x_open);
        table.xDelete = Some(x_delete);
        table.xFullPathname = Some(x_full_pathname);
        // SAFETY: the table lives for ever; `0` does not make it the default.
        unsafe { ffi::sqlite3_vfs_register(Box::leak(Box::new(table)), 0) };
        Base(base)
    })
    .0
}

/// Runs a body; what it gives up with, and a panic, are result codes.
fn coded(otherwise: c_int, body: impl FnOnce() -> Result<(), c_int>) -> c_int {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => ffi::SQLITE_OK,
        Ok(Err(code)) => code,
        Err(_) => otherwise,
    }
}

/// What the system refused, as `SQLite` says it.
fn refused(otherwise: c_int) -> impl Fn(io::Error) -> c_int {
    move |error| match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => ffi::SQLITE_FULL,
        ErrorKind::WouldBlock => ffi::SQLITE_BUSY,
        _ => otherwise,
    }
}

unsafe extern "C" fn x_open(
    _: *mut ffi::sqlite3_vfs,
    path: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: `SQLite` passes memory of `szOsFile` bytes.
    unsafe { (*file).pMethods = ptr::null() };
    coded(ffi::SQLITE_CANTOPEN, || {
        let cannot = refused(ffi::SQLITE_CANTOPEN);
        let open = if flags & ffi::SQLITE_OPEN_MAIN_DB != 0 {
            // SAFETY: a database has a name, as a C string.
            let path = unsafe { path_of(path) };
            let at_hand = AT_HAND.take().filter(|files| files.path == path);
            let files = at_hand
                .map_or_else(|| Files::open(path), Ok)
                .map_err(cannot)?;
            Open {
                content: Some(files.base),
                length: files.length,
                is_new: false,
                path: files.path,
                log: files.log,
                index: Vec::new(),
            }
        } else if flags & ffi::SQLITE_OPEN_WAL != 0 {
            // SAFETY: a log has a name, from which `SQLite` finds the database, which is open, and is ours: it was opened
            // with this VFS. It does nothing else with it during this call.
            let base = unsafe { opened(ffi::sqlite3_database_file_object(path)) };
            let content = base.content.as_ref().ok_or(ffi::SQLITE_CANTOPEN)?;
            let log = log_for(&base.path, content, &mut base.log).map_err(cannot)?;
            Open {
                content: Some(log.file),
                length: log.length,
                is_new: log.is_new,
                path: log_of(&base.path),
                log: None,
                index: Vec::new(),
            }
        } else {
            let base = base();
            // SAFETY: the default VFS, with what `SQLite` passed for it; the memory is large enough for its files.
            return match unsafe {
                (*base)
                    .xOpen
                    .map(|open| open(base, path, file, flags, out_flags))
            } {
                Some(ffi::SQLITE_OK) => Ok(()),
                code => Err(code.unwrap_or(ffi::SQLITE_CANTOPEN)),
            };
        };
        let handle = Handle {
            base: ffi::sqlite3_file {
                pMethods: &raw const METHODS,
            },
            file: open,
        };
        // SAFETY: the memory has the size of a `Handle`, is aligned as `malloc` aligns, and holds nothing to be dropped.
        unsafe { file.cast::<Handle>().write(handle) };
        if !out_flags.is_null() {
            // SAFETY: not null, so a place for an integer.
            unsafe { *out_flags = flags };
        }
        Ok(())
    })
}

/// # Safety
///
/// `path` is a C string, and stays one as long as what is given is used.
unsafe fn path_of<'a>(path: *const c_char) -> &'a Path {
    // SAFETY: by the contract of this function.
    Path::new(OsStr::from_bytes(
        unsafe { CStr::from_ptr(path) }.to_bytes(),
    ))
}

/// The open file behind what `SQLite` passes.
///
/// # Safety
///
/// `file` was written by `x_open` and not closed, and nobody else uses it meanwhile.
unsafe fn opened<'a>(file: *mut ffi::sqlite3_file) -> &'a mut Open {
    // SAFETY: by the contract of this function.
    unsafe { &mut (*file.cast::<Handle>()).file }
}

unsafe extern "C" fn x_close(file: *mut ffi::sqlite3_file) -> c_int {
    coded(ffi::SQLITE_IOERR_CLOSE, || {
        // SAFETY: `x_open` wrote it, and `SQLite` closes it once.
        drop(unsafe { file.cast::<Handle>().read() });
        Ok(())
    })
}

unsafe extern "C" fn x_read(
    file: *mut ffi::sqlite3_file,
    to: *mut c_void,
    length: c_int,
    offset: ffi::sqlite3_int64,
) -> c_int {
    coded(ffi::SQLITE_IOERR_READ, || {
        // SAFETY: an open file, and a buffer of `length` bytes.
        let (open, to) = unsafe {
            let length = usize::try_from(length).unwrap_or(0);
            (
                opened(file),
                std::slice::from_raw_parts_mut(to.cast::<u8>(), length),
            )
        };
        let content = open.content(ffi::SQLITE_IOERR_READ)?;
        let offset = u64::try_from(offset).map_err(|_| ffi::SQLITE_IOERR_READ)?;
        let mut found = 0;
        while found < to.len() {
            match content.read_at(&mut to[found..], offset + found as u64) {
                Ok(0) => {
                    to[found..].fill(0);
                    return Err(ffi::SQLITE_IOERR_SHORT_READ);
                }
                Ok(more) => found += more,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(refused(ffi::SQLITE_IOERR_READ)(error)),
            }
        }
        Ok(())
    })
}

unsafe extern "C" fn x_write(
    file: *mut ffi::sqlite3_file,
    from: *const c_void,
    length: c_int,
    offset: ffi::sqlite3_int64,
) -> c_int {
    coded(ffi::SQLITE_IOERR_WRITE, || {
        // SAFETY: an open file, and a buffer of `length` bytes.
        let (open, from) = unsafe {
            let length = usize::try_from(length).unwrap_or(0);
            (
                opened(file),
                std::slice::from_raw_parts(from.cast::<u8>(), length),
            )
        };
        let offset = u64::try_from(offset).map_err(|_| ffi::SQLITE_IOERR_WRITE)?;
        let written = open
            .content(ffi::SQLITE_IOERR_WRITE)?
            .write_all_at(from, offset);
        if let Err(error) = written {
            // Nobody knows how much of it there is now.
            open.measure();
            return Err(refused(ffi::SQLITE_IOERR_WRITE)(error));
        }
        open.length = open.length.max(offset + from.len() as u64);
        Ok(())
    })
}

unsafe extern "C" fn x_truncate(file: *mut ffi::sqlite3_file, size: ffi::sqlite3_int64) -> c_int {
    coded(ffi::SQLITE_IOERR_TRUNCATE, || {
        // SAFETY: an open file.
        let open = unsafe { opened(file) };
        let size = u64::try_from(size).map_err(|_| ffi::SQLITE_IOERR_TRUNCATE)?;
        open.content(ffi::SQLITE_IOERR_TRUNCATE)?
            .set_len(size)
            .map_err(refused(ffi::SQLITE_IOERR_TRUNCATE))?;
        open.length = size;
        Ok(())
    })
}

unsafe extern "C" fn x_sync(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    coded(ffi::SQLITE_IOERR_FSYNC, || {
        // SAFETY: an open file.
        let open = unsafe { opened(file) };
        open.content(ffi::SQLITE_IOERR_FSYNC)?
            .sync_data()
            .map_err(refused(ffi::SQLITE_IOERR_FSYNC))?;
        if open.is_new {
            if let Some(folder) = open.path.parent() {
                File::open(folder)
                    .and_then(|folder| folder.sync_all())
                    .map_err(refused(ffi::SQLITE_IOERR_DIR_FSYNC))?;
            }
            open.is_new = false;
        }
        Ok(())
    })
}

unsafe extern "C" fn x_file_size(
    file: *mut ffi::sqlite3_file,
    size: *mut ffi::sqlite3_int64,
) -> c_int {
    coded(ffi::SQLITE_IOERR_FSTAT, || {
        // SAFETY: an open file.
        let open = unsafe { opened(file) };
        open.content(ffi::SQLITE_IOERR_FSTAT)?;
        // SAFETY: `SQLite` passes a place for the size.
        unsafe { *size = i64::try_from(open.length).unwrap_or(i64::MAX) };
        Ok(())
    })
}

/// It is locked as long as it is open.
unsafe extern "C" fn x_lock(_: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    ffi::SQLITE_OK
}

unsafe extern "C" fn x_check_reserved_lock(_: *mut ffi::sqlite3_file, held: *mut c_int) -> c_int {
    // SAFETY: `SQLite` passes a place for the answer.
    unsafe { *held = 0 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn x_file_control(_: *mut ffi::sqlite3_file, _: c_int, _: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn x_sector_size(_: *mut ffi::sqlite3_file) -> c_int {
    4096
}

unsafe extern "C" fn x_device_characteristics(_: *mut ffi::sqlite3_file) -> c_int {
    // What SQLite's own VFS says where it knows nothing of the disk: a write harms no bytes beside it, and a part of a page can be
    // read.
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE | ffi::SQLITE_IOCAP_SUBPAGE_READ
}

unsafe extern "C" fn x_shm_map(
    file: *mut ffi::sqlite3_file,
    region: c_int,
    size: c_int,
    extend: c_int,
    out: *mut *mut c_void,
) -> c_int {
    coded(ffi::SQLITE_IOERR_SHMMAP, || {
        // SAFETY: an open file.
        let open = unsafe { opened(file) };
        let number = usize::try_from(region).map_err(|_| ffi::SQLITE_IOERR_SHMMAP)?;
        let words = usize::try_from(size).map_err(|_| ffi::SQLITE_IOERR_SHMMAP)? / size_of::<u64>();
        while extend != 0 && open.index.len() <= number {
            open.index.push(vec![0; words].into_boxed_slice());
        }
        let region = open.index.get_mut(number);
        let region = region.map_or(ptr::null_mut(), |words| words.as_mut_ptr().cast());
        // SAFETY: `SQLite` passes a place for a pointer.
        unsafe { *out = region };
        Ok(())
    })
}

/// Nobody else has it.
unsafe extern "C" fn x_shm_lock(_: *mut ffi::sqlite3_file, _: c_int, _: c_int, _: c_int) -> c_int {
    ffi::SQLITE_OK
}

unsafe extern "C" fn x_shm_barrier(_: *mut ffi::sqlite3_file) {
    fence(Ordering::SeqCst);
}

/// `is_done` says that all of the log is in the database, and that it is about to be removed.
unsafe extern "C" fn x_shm_unmap(file: *mut ffi::sqlite3_file, is_done: c_int) -> c_int {
    coded(ffi::SQLITE_IOERR, || {
        // SAFETY: an open file. `SQLite` uses none of the memory from here on.
        let open = unsafe { opened(file) };
        open.index.clear();
        if is_done != 0 && open.content.is_some() {
            // If it stays as it is, what is in it is done once more, which comes to the same.
            let log = OpenOptions::new().write(true).open(log_of(&open.path));
            let _ = log.and_then(|log| log.set_len(0));
        }
        Ok(())
    })
}

/// A log is not removed but emptied, by [`x_shm_unmap`]: file systems do not like to give out again what has just become free.
/// And the name that `SQLite` gives may be that of another database's, which the connection had before.
unsafe extern "C" fn x_delete(
    _: *mut ffi::sqlite3_vfs,
    path: *const c_char,
    sync_folder: c_int,
) -> c_int {
    coded(ffi::SQLITE_IOERR_DELETE, || {
        // SAFETY: `SQLite` passes a C string.
        let name = unsafe { CStr::from_ptr(path) }.to_bytes();
        if name.ends_with(b"-wal") {
            return Ok(());
        }
        let base = base();
        // SAFETY: the default VFS, with what `SQLite` passed for it.
        match unsafe {
            (*base)
                .xDelete
                .map(|delete| delete(base, path, sync_folder))
        } {
            Some(ffi::SQLITE_OK) => Ok(()),
            code => Err(code.unwrap_or(ffi::SQLITE_IOERR_DELETE)),
        }
    })
}

/// A path that begins at the root is taken as it is.
unsafe extern "C" fn x_full_pathname(
    _: *mut ffi::sqlite3_vfs,
    path: *const c_char,
    length: c_int,
    out: *mut c_char,
) -> c_int {
    coded(ffi::SQLITE_CANTOPEN, || {
        // SAFETY: `SQLite` passes a C string.
        let bytes = unsafe { CStr::from_ptr(path) }.to_bytes_with_nul();
        if !bytes.starts_with(b"/") {
            let base = base();
            // SAFETY: the default VFS, with what `SQLite` passed for it.
            return match unsafe {
                (*base)
                    .xFullPathname
                    .map(|full| full(base, path, length, out))
            } {
                Some(ffi::SQLITE_OK) => Ok(()),
                code => Err(code.unwrap_or(ffi::SQLITE_CANTOPEN)),
            };
        }
        if bytes.len() > usize::try_from(length).unwrap_or(0) {
            return Err(ffi::SQLITE_CANTOPEN);
        }
        // SAFETY: `out` has room for `length` bytes, and overlaps nothing that is Rust's.
        unsafe { ptr::copy(bytes.as_ptr().cast::<c_char>(), out, bytes.len()) };
        Ok(())
    })
}
