//! Drives workerd, Cloudflare's own engine, with nothing but the standard library: builds a program for WebAssembly, puts
//! the bundle together, starts the engine on a free port, speaks HTTP with it, kills it and starts it anew on the same
//! data.
//!
//! workerd is found by `WORKERD_BIN`, or where `cargo xtask` installs it.

mod bundle;
mod embedded;
mod engine;
mod http;
mod socket;

pub use bundle::{Bundle, Class, PLAIN, SUITE, TRIAL, TRIAL_CLASSES, wasm, wasm_as_deployed};
pub use embedded::Embedded;
pub use engine::Engine;
pub use http::{Answer, Connection};
pub use socket::{Message, Socket};

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU16, Ordering};

/// Where workerd is, if it is anywhere.
pub fn workerd() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("WORKERD_BIN") {
        return Some(PathBuf::from(path));
    }
    let packages = bundle::target()
        .join("dotdo-tools")
        .join("node_modules")
        .join("@cloudflare");
    let mut found = std::fs::read_dir(packages)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path().join("bin").join("workerd")))
        .filter(|path| path.exists());
    found.next()
}

/// Where workerd is. Without it a test ends here, and says so; if `DOTDO_WORKERD` is `required`, it fails.
///
/// # Panics
///
/// If it is required and not there.
pub fn workerd_or_skip() -> Option<PathBuf> {
    let found = workerd();
    if found.is_none() {
        assert!(
            std::env::var_os("DOTDO_WORKERD").is_none_or(|word| word != "required"),
            "workerd is required and is not installed"
        );
        eprintln!(
            "SKIPPED: workerd is not installed, so nothing is shown of Cloudflare; set WORKERD_BIN"
        );
    }
    found
}

/// A port of this machine that is free, and that nobody is given who does not ask for it by number: who listens there may
/// end and come back.
///
/// # Panics
///
/// If none is free.
pub fn quiet_port() -> u16 {
    // Below what systems hand out by themselves. Tests run in several processes, each of which begins elsewhere.
    const FIRST: u16 = 12_000;
    const PORTS: u16 = 18_000;
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let begin = std::process::id().wrapping_mul(977) % u32::from(PORTS);
    (0..PORTS)
        .find_map(|_| {
            let step = u32::from(NEXT.fetch_add(1, Ordering::Relaxed));
            let port = FIRST + u16::try_from((begin + step) % u32::from(PORTS)).ok()?;
            TcpListener::bind(("127.0.0.1", port))
                .is_ok()
                .then_some(port)
        })
        .expect("a port is free")
}
