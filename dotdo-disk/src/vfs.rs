//! The simulated disk as a VFS of `SQLite`'s.
//!
//! This file has `unsafe` code. `SQLite` takes a VFS only as a table of C functions, and the
//! crates that wrap it safely need clang to build, which nobody should have to install for a test. Why it is sound:
//!
//! * The table and its name are `static`, so `SQLite` never holds a dangling pointer to them.
//! * `x_open` writes a [`Handle`], which begins with the `sqlite3_file` that `SQLite` expects, into memory that `SQLite`
//!   allocated with the size and for the time that the table states (`szOsFile`). It is written whole or, if opening
//!   fails, not at all, with `pMethods` null, so that `SQLite` calls nothing else on it. `x_close` takes it out again.
//! * `SQLite` calls the functions of one file from one thread at a time, between `x_open` and `x_close`. What they share
//!   with other files is behind a mutex.
//! * Buffers are used within the length that `SQLite` passes, and for the time of the call.
//! * No panic crosses into C: each body runs under `catch_unwind` and becomes an I/O error.

#![allow(
    unsafe_code,
    reason = "SQLite takes a VFS only as a table of C functions; see above"
)]

use std::cell::Cell;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::mem::size_of;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::{Arc, Once};

use rusqlite::ffi;

use crate::file::File;
use crate::{DISKS, Inner, State, locked};

/// The name of the VFS, for `Connection::open_with_flags_and_vfs`.
pub const VFS: &str = "dotdo-disk";
const NAME: &CStr = c"dotdo-disk";

thread_local! {
    static TIME: Cell<i64> = const { Cell::new(0) };
}

/// What time it is for `SQLite` on this thread, in milliseconds since 1970.
pub fn set_time(millis: i64) {
    TIME.set(millis);
}

/// An open file. `SQLite` knows its first field only.
#[repr(C)]
struct Handle {
    base: ffi::sqlite3_file,
    file: OpenFile,
}

struct OpenFile {
    disk: Arc<Inner>,
    name: String,
    delete_on_close: bool,
}

struct Table(ffi::sqlite3_vfs);
// SAFETY: the table holds pointers to functions and to a static name, and nobody but `SQLite` writes to it, under its
// own mutex.
unsafe impl Send for Table {}
// SAFETY: as above.
unsafe impl Sync for Table {}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    // Version 1: no shared memory, so the log needs an exclusive lock, which every object has anyway.
    iVersion: 1,
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
    xShmMap: None,
    xShmLock: None,
    xShmBarrier: None,
    xShmUnmap: None,
    xFetch: None,
    xUnfetch: None,
};

/// Makes the VFS known to `SQLite`, once.
pub(crate) fn register() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let table = Box::leak(Box::new(Table(ffi::sqlite3_vfs {
            iVersion: 2,
            szOsFile: c_int::try_from(size_of::<Handle>()).unwrap_or(c_int::MAX),
            mxPathname: 512,
            pNext: ptr::null_mut(),
            zName: NAME.as_ptr(),
            pAppData: ptr::null_mut(),
            xOpen: Some(x_open),
            xDelete: Some(x_delete),
            xAccess: Some(x_access),
            xFullPathname: Some(x_full_pathname),
            xDlOpen: None,
            xDlError: None,
            xDlSym: None,
            xDlClose: None,
            xRandomness: Some(x_randomness),
            xSleep: Some(x_sleep),
            xCurrentTime: Some(x_current_time),
            xGetLastError: None,
            xCurrentTimeInt64: Some(x_current_time_int64),
            xSetSystemCall: None,
            xGetSystemCall: None,
            xNextSystemCall: None,
        })));
        // SAFETY: the table lives for ever; `0` does not make it the default.
        unsafe { ffi::sqlite3_vfs_register(&raw mut table.0, 0) };
    });
}

/// Runs a body; what it gives up with, and a panic, are result codes.
fn coded(otherwise: c_int, body: impl FnOnce() -> Result<(), c_int>) -> c_int {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => ffi::SQLITE_OK,
        Ok(Err(code)) => code,
        Err(_) => otherwise,
    }
}

/// The disk and the name on it that a path says: `/7/a.sqlite`.
///
/// # Safety
///
/// `path` is null or a C string.
unsafe fn find(path: *const c_char) -> Option<(Arc<Inner>, String)> {
    if path.is_null() {
        return None;
    }
    // SAFETY: not null, so a C string, by the contract of this function.
    let path = unsafe { CStr::from_ptr(path) }.to_str().ok()?;
    let (number, name) = path.strip_prefix('/')?.split_once('/')?;
    let disk = locked(&DISKS).get(&number.parse().ok()?)?.upgrade()?;
    Some((disk, name.to_owned()))
}

/// The state of the disk, unless the machine is down.
fn up(disk: &Inner, code: c_int) -> Result<std::sync::MutexGuard<'_, State>, c_int> {
    let state = locked(&disk.state);
    if state.frozen { Err(code) } else { Ok(state) }
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
        // SAFETY: `SQLite` passes null or a C string.
        let (disk, name) = unsafe { find(path) }.ok_or(ffi::SQLITE_CANTOPEN)?;
        {
            let mut state = up(&disk, ffi::SQLITE_CANTOPEN)?;
            if !state.files.contains_key(&name) {
                if flags & ffi::SQLITE_OPEN_CREATE == 0 {
                    return Err(ffi::SQLITE_CANTOPEN);
                }
                if state.full {
                    return Err(ffi::SQLITE_FULL);
                }
                state.files.insert(name.clone(), File::default());
            }
        }
        let handle = Handle {
            base: ffi::sqlite3_file {
                pMethods: &raw const METHODS,
            },
            file: OpenFile {
                disk,
                name,
                delete_on_close: flags & ffi::SQLITE_OPEN_DELETEONCLOSE != 0,
            },
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

unsafe extern "C" fn x_close(file: *mut ffi::sqlite3_file) -> c_int {
    coded(ffi::SQLITE_IOERR, || {
        // SAFETY: `x_open` wrote it, and `SQLite` closes it once.
        let handle = unsafe { file.cast::<Handle>().read() };
        if handle.file.delete_on_close {
            locked(&handle.file.disk.state)
                .files
                .remove(&handle.file.name);
        }
        Ok(())
    })
}

/// The open file behind what `SQLite` passes.
///
/// # Safety
///
/// `file` was written by `x_open` and not closed.
unsafe fn opened<'a>(file: *mut ffi::sqlite3_file) -> &'a OpenFile {
    // SAFETY: by the contract of this function.
    unsafe { &(*file.cast::<Handle>()).file }
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
        let state = up(&open.disk, ffi::SQLITE_IOERR_READ)?;
        let bytes = state.files.get(&open.name).map_or(&[][..], |f| &f.live);
        let from = usize::try_from(offset)
            .unwrap_or(usize::MAX)
            .min(bytes.len());
        let found = (bytes.len() - from).min(to.len());
        to[..found].copy_from_slice(&bytes[from..from + found]);
        if found < to.len() {
            to[found..].fill(0);
            return Err(ffi::SQLITE_IOERR_SHORT_READ);
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
        let mut state = up(&open.disk, ffi::SQLITE_IOERR_WRITE)?;
        if state.full {
            return Err(ffi::SQLITE_FULL);
        }
        if let Some(left) = &mut state.writes_left {
            if *left == 0 {
                state.frozen = true;
                return Err(ffi::SQLITE_IOERR_WRITE);
            }
            *left -= 1;
        }
        state.writes += 1;
        let offset = usize::try_from(offset).map_err(|_| ffi::SQLITE_IOERR_WRITE)?;
        if let Some(file) = state.files.get_mut(&open.name) {
            file.write(offset, from);
        }
        Ok(())
    })
}

unsafe extern "C" fn x_truncate(file: *mut ffi::sqlite3_file, size: ffi::sqlite3_int64) -> c_int {
    coded(ffi::SQLITE_IOERR_TRUNCATE, || {
        // SAFETY: an open file.
        let open = unsafe { opened(file) };
        let mut state = up(&open.disk, ffi::SQLITE_IOERR_TRUNCATE)?;
        let size = usize::try_from(size).map_err(|_| ffi::SQLITE_IOERR_TRUNCATE)?;
        if let Some(file) = state.files.get_mut(&open.name) {
            file.set_length(size);
        }
        Ok(())
    })
}

unsafe extern "C" fn x_sync(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    coded(ffi::SQLITE_IOERR_FSYNC, || {
        // SAFETY: an open file.
        let open = unsafe { opened(file) };
        let mut state = up(&open.disk, ffi::SQLITE_IOERR_FSYNC)?;
        state.syncs += 1;
        if let Some(file) = state.files.get_mut(&open.name) {
            file.sync_to(u64::MAX);
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
        let state = up(&open.disk, ffi::SQLITE_IOERR_FSTAT)?;
        let length = state.files.get(&open.name).map_or(0, |f| f.live.len());
        // SAFETY: `SQLite` passes a place for the size.
        unsafe { *size = i64::try_from(length).unwrap_or(i64::MAX) };
        Ok(())
    })
}

// An object's files belong to one connection, so a lock is always free.
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
    // What `SQLite` assumes of a disk as well: a write harms no bytes beside it.
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE
}

unsafe extern "C" fn x_delete(_: *mut ffi::sqlite3_vfs, path: *const c_char, _: c_int) -> c_int {
    coded(ffi::SQLITE_IOERR_DELETE, || {
        // SAFETY: `SQLite` passes a C string.
        let (disk, name) = unsafe { find(path) }.ok_or(ffi::SQLITE_IOERR_DELETE)?;
        match up(&disk, ffi::SQLITE_IOERR_DELETE)?.files.remove(&name) {
            Some(_) => Ok(()),
            None => Err(ffi::SQLITE_IOERR_DELETE_NOENT),
        }
    })
}

unsafe extern "C" fn x_access(
    _: *mut ffi::sqlite3_vfs,
    path: *const c_char,
    _: c_int,
    found: *mut c_int,
) -> c_int {
    coded(ffi::SQLITE_IOERR_ACCESS, || {
        // SAFETY: `SQLite` passes a C string.
        let (disk, name) = unsafe { find(path) }.ok_or(ffi::SQLITE_IOERR_ACCESS)?;
        let exists = up(&disk, ffi::SQLITE_IOERR_ACCESS)?
            .files
            .contains_key(&name);
        // SAFETY: `SQLite` passes a place for the answer.
        unsafe { *found = c_int::from(exists) };
        Ok(())
    })
}

unsafe extern "C" fn x_full_pathname(
    _: *mut ffi::sqlite3_vfs,
    path: *const c_char,
    length: c_int,
    out: *mut c_char,
) -> c_int {
    coded(ffi::SQLITE_CANTOPEN, || {
        // SAFETY: `SQLite` passes a C string.
        let path = unsafe { CStr::from_ptr(path) }.to_bytes_with_nul();
        if path.len() > usize::try_from(length).unwrap_or(0) {
            return Err(ffi::SQLITE_CANTOPEN);
        }
        // SAFETY: `out` has room for `length` bytes, and overlaps nothing that is Rust's.
        unsafe { ptr::copy(path.as_ptr().cast::<c_char>(), out, path.len()) };
        Ok(())
    })
}

/// `SQLite` salts its logs with these and nothing depends on their being random: a log is checked against its own sums.
unsafe extern "C" fn x_randomness(
    _: *mut ffi::sqlite3_vfs,
    length: c_int,
    out: *mut c_char,
) -> c_int {
    let length = usize::try_from(length).unwrap_or(0);
    // SAFETY: `out` has room for `length` bytes.
    let out = unsafe { std::slice::from_raw_parts_mut(out.cast::<u8>(), length) };
    for (place, byte) in (0u8..=u8::MAX).cycle().zip(out.iter_mut()) {
        *byte = place.wrapping_mul(167).wrapping_add(41);
    }
    c_int::try_from(length).unwrap_or(0)
}

unsafe extern "C" fn x_sleep(_: *mut ffi::sqlite3_vfs, micros: c_int) -> c_int {
    micros
}

/// The Julian day of 1970-01-01, in milliseconds.
const EPOCH: i64 = 210_866_760_000_000;

unsafe extern "C" fn x_current_time(_: *mut ffi::sqlite3_vfs, out: *mut f64) -> c_int {
    #[allow(
        clippy::cast_precision_loss,
        reason = "the interface is a floating-point number of days"
    )]
    let days = (TIME.get() + EPOCH) as f64 / 86_400_000.0;
    // SAFETY: `SQLite` passes a place for the time.
    unsafe { *out = days };
    ffi::SQLITE_OK
}

unsafe extern "C" fn x_current_time_int64(
    _: *mut ffi::sqlite3_vfs,
    out: *mut ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: `SQLite` passes a place for the time.
    unsafe { *out = TIME.get() + EPOCH };
    ffi::SQLITE_OK
}
