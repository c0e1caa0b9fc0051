//! A record store that runs for real: `import` takes the Chinook data set, `demo` a small sample of it.
//!
//! `business.rs` is the business, and `outside/` how it reaches the world. All else is for this machine only: `world/`
//! is that world, a payment gateway that fails one request in five, an outbox, a drawer for reports; `import/` feeds the
//! store; `command.rs` has its own commands.

mod business;
mod outside;

#[cfg(not(target_arch = "wasm32"))]
mod command;
#[cfg(not(target_arch = "wasm32"))]
mod import;
#[cfg(not(target_arch = "wasm32"))]
mod workerd;
#[cfg(not(target_arch = "wasm32"))]
mod world;

fn main() -> dotdo::Exit {
    #[cfg(not(target_arch = "wasm32"))]
    if let Some(exit) = command::run() {
        return exit;
    }
    business::RecordStore::main()
}
