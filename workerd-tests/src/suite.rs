//! The businesses of dotdo's behaviour tests, as one program for WebAssembly: which of them it is, its environment says.
//! The tests themselves run outside (`dotdo/tests/on_workerd.rs`) and reach it through workerd.

#![allow(missing_docs, reason = "a test's business is explained by the test")]
#![cfg_attr(
    target_arch = "wasm32",
    allow(
        dead_code,
        unused,
        reason = "the tests are not in here, only their businesses"
    )
)]
#![cfg_attr(
    target_arch = "wasm32",
    allow(
        clippy::pedantic,
        clippy::duplicate_mod,
        reason = "each file is linted where its tests run, and brings what they share"
    )
)]

#[cfg(target_arch = "wasm32")]
#[path = "../../dotdo/tests/events.rs"]
mod events;
#[cfg(target_arch = "wasm32")]
#[path = "../../dotdo/tests/flows.rs"]
mod flows;
#[cfg(target_arch = "wasm32")]
#[path = "../../dotdo/tests/lock.rs"]
mod lock;
#[cfg(target_arch = "wasm32")]
#[path = "../../dotdo/tests/migration.rs"]
mod migration;
#[cfg(target_arch = "wasm32")]
#[path = "../../dotdo/tests/objects.rs"]
mod objects;
#[cfg(target_arch = "wasm32")]
#[path = "../../dotdo/tests/people.rs"]
mod people;
#[cfg(target_arch = "wasm32")]
#[path = "../../dotdo/tests/sagas.rs"]
mod sagas;
#[cfg(target_arch = "wasm32")]
#[path = "../../dotdo/tests/schedules.rs"]
mod schedules;
#[cfg(target_arch = "wasm32")]
#[path = "../../dotdo/tests/things.rs"]
mod things;
#[cfg(target_arch = "wasm32")]
#[path = "../../dotdo/tests/together.rs"]
mod together;
#[cfg(target_arch = "wasm32")]
#[path = "../../dotdo/tests/untyped.rs"]
mod untyped;
#[cfg(target_arch = "wasm32")]
#[path = "../../dotdo/tests/versions.rs"]
mod versions;
#[cfg(target_arch = "wasm32")]
#[path = "../../dotdo/tests/waiting.rs"]
mod waiting;

#[cfg(target_arch = "wasm32")]
#[path = "../../dotdo/tests/support/businesses.rs"]
mod businesses;

#[cfg(target_arch = "wasm32")]
#[path = "../../dotdo/tests/support/key.rs"]
mod key;

#[cfg(target_arch = "wasm32")]
fn main() -> dotdo::Exit {
    let wanted = dotdo::var("BUSINESS").unwrap_or_default();
    let def = businesses::all()
        .into_iter()
        .find(|def| key::key(def) == wanted);
    let Some(def) = def else {
        panic!("`{wanted}` is not among dotdo/tests/support/businesses.rs");
    };
    dotdo::host::cloudflare::main(def)
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!(
        "this is a program for WebAssembly: `cargo test -p dotdo --test on_workerd` builds and drives it"
    );
}
