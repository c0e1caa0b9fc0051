//! `torture`: the record store is killed again and again, and its figures are compared.

use std::process::Command;

use crate::shell::{cargo_path, run};

/// Runs the tests that kill, for so many seconds each: one for each durability, or for the one that is named.
pub fn torture(mut args: impl Iterator<Item = String>) -> Result<(), String> {
    let mut seconds = "60".to_owned();
    let mut test = "torture::".to_owned();
    while let Some(arg) = args.next() {
        if arg == "--durability" {
            let word = args.next().unwrap_or_default();
            if !["sync", "batch", "relaxed"].contains(&&*word) {
                return Err(format!(
                    "`{word}` is no durability; there are sync, batch, relaxed"
                ));
            }
            test = format!("torture::with_{word}");
        } else if arg.parse::<u32>().is_ok() {
            seconds = arg;
        } else {
            return Err(format!(
                "`torture` takes a number of seconds and `--durability sync|batch|relaxed`, not `{arg}`"
            ));
        }
    }
    let args = [
        "test",
        "--locked",
        "-p",
        "record-store",
        "--test",
        "import",
        &test,
        "--",
        "--nocapture",
        "--test-threads",
        "1",
    ];
    run(Command::new(cargo_path())
        .args(args)
        .env("TORTURE_SECONDS", seconds))
}
