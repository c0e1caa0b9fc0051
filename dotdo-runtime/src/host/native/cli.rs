//! The app's own commands.
use super::Exit;
/// x
pub fn main(_app: &'static crate::business::AppDef) -> Exit { Exit::SUCCESS }
