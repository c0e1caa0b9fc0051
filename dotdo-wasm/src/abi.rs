//! The only file of dotdo's WebAssembly side with `unsafe` in it.
//!
//! Why it is sound:
//! * Imports get pointer and length of slices that live until the call returns. The host reads and writes within them
//!   only; it is the shim beside the runtime, and a host that does otherwise harms its own instance alone.
//! * The host never gets hold of an address that lives on, but for `dotdo_alloc`'s, which it fills before it calls
//!   anything else; the buffer stays owned by this side.
//! * A transaction's body is lent to the host for the length of the import call that runs it. It is taken off the
//!   stack before that call returns. If the call never returns, because of a trap, the instance is never entered again.

#![allow(unsafe_code, reason = "see the top of the file")]

use std::cell::{Cell, RefCell};

use super::Said;

mod host {
    #[link(wasm_import_module = "dotdo")]
    unsafe extern "C" {
        pub fn sql(at: *const u8, len: usize) -> isize;
        pub fn transaction() -> usize;
        pub fn variable(at: *const u8, len: usize) -> usize;
        pub fn take(at: *mut u8);
        pub fn send(at: *const u8, len: usize);
        pub safe fn now() -> f64;
        pub fn random(at: *mut u8, len: usize);
    }
}

/// A transaction's body, for as long as the host may call it.
type Body = *mut (dyn FnMut() -> bool + 'static);

/// What is done with a message.
type Receiver = fn(Vec<u8>);

thread_local! {
    static RECEIVER: Cell<Option<Receiver>> = const { Cell::new(None) };
    static MESSAGE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static BODIES: RefCell<Vec<Body>> = const { RefCell::new(Vec::new()) };
}

/// Says what is to be done with messages from the host.
pub fn receive(receiver: Receiver) {
    RECEIVER.set(Some(receiver));
}

/// Has a statement performed, or rows added.
pub fn sql(message: &[u8]) -> Said {
    // SAFETY: the slice lives until the call returns.
    let said = unsafe { host::sql(message.as_ptr(), message.len()) };
    usize::try_from(said).map_or_else(
        // -1 says 0, and so on.
        |_| Said::Changed((!said).unsigned_abs()),
        |length| Said::Reply(fetch(length)),
    )
}

/// Runs the body in a transaction, which is kept if it says so. The reply is empty unless the host failed.
pub fn transaction(body: &mut dyn FnMut() -> bool) -> Vec<u8> {
    // SAFETY: only the lifetime changes, and the pointer is gone from the stack before `body` is.
    #[allow(
        clippy::transmute_ptr_to_ptr,
        reason = "a cast cannot lengthen the lifetime of a trait object"
    )]
    let body = unsafe {
        std::mem::transmute::<*mut (dyn FnMut() -> bool + '_), Body>(std::ptr::from_mut(body))
    };
    BODIES.with_borrow_mut(|bodies| bodies.push(body));
    // SAFETY: it takes nothing, and calls back `dotdo_body` only.
    let reply = unsafe { host::transaction() };
    BODIES.with_borrow_mut(Vec::pop);
    fetch(reply)
}

/// A variable or secret of the environment.
pub fn variable(name: &str) -> Vec<u8> {
    // SAFETY: the text lives until the call returns.
    fetch(unsafe { host::variable(name.as_ptr(), name.len()) })
}

/// Gives the host a message.
pub fn send(message: &[u8]) {
    // SAFETY: the slice lives until the call returns.
    unsafe { host::send(message.as_ptr(), message.len()) }
}

/// The time in microseconds since 1970.
pub fn now() -> f64 {
    host::now()
}

/// A random number.
pub fn random() -> u128 {
    let mut bytes = [0; 16];
    // SAFETY: the host writes 16 bytes.
    unsafe { host::random(bytes.as_mut_ptr(), bytes.len()) }
    u128::from_le_bytes(bytes)
}

fn fetch(len: usize) -> Vec<u8> {
    let mut reply = vec![0; len];
    if len > 0 {
        // SAFETY: the host writes the reply whose length it has just told.
        unsafe { host::take(reply.as_mut_ptr()) }
    }
    reply
}

#[unsafe(no_mangle)]
extern "C" fn dotdo_alloc(len: usize) -> *mut u8 {
    MESSAGE.with_borrow_mut(|message| {
        *message = vec![0; len];
        message.as_mut_ptr()
    })
}

#[unsafe(no_mangle)]
extern "C" fn dotdo_enter(len: usize) {
    let mut message = MESSAGE.take();
    message.truncate(len);
    if let Some(receiver) = RECEIVER.get() {
        receiver(message);
    }
}

#[unsafe(no_mangle)]
extern "C" fn dotdo_body() -> u32 {
    let Some(body) = BODIES.with_borrow(|bodies| bodies.last().copied()) else {
        return 0;
    };
    // SAFETY: it is on the stack, so `transaction` has not returned and the body lives. It is not called twice at a
    // time: while it runs, a nested transaction's body is on top of it.
    u32::from(unsafe { (*body)() })
}
