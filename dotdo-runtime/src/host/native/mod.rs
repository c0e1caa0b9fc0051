//! The embedded host: one process, one directory of `SQLite` files.

/// What a business's `main` returns.
pub type Exit = std::process::ExitCode;

/// The app's own commands.
#[doc(hidden)]
pub fn main(_app: &'static crate::business::AppDef) -> Exit {
    Exit::SUCCESS
}
