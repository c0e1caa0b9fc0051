//! `fuzz`: one target, or all, for as long as you like.

use std::process::Command;

use crate::shell::{cargo_path, run};

const HELP: &str = "\
cargo xtask fuzz [<target>] [--seconds 60] [--libfuzzer]

  The targets are the folders of fuzz/corpus; without one, each has its turn. What must hold is in fuzz/src.
  Mutations are seeded by the time, and need nothing but the compiler. `--libfuzzer` uses cargo-fuzz instead, which finds
  its way by what the code does (`cargo install cargo-fuzz`).
";

/// Runs the mutations, or cargo-fuzz.
pub fn fuzz(mut args: impl Iterator<Item = String>) -> Result<(), String> {
    let (mut target, mut seconds, mut libfuzzer) = (None, 60_u32, false);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--seconds" => {
                let text = args.next().ok_or("`--seconds` wants a number")?;
                seconds = text
                    .parse()
                    .map_err(|_| format!("`{text}` is no number of seconds"))?;
            }
            "--libfuzzer" => libfuzzer = true,
            "--help" => {
                print!("{HELP}");
                return Ok(());
            }
            other if target.is_none() && !other.starts_with('-') => target = Some(other.to_owned()),
            other => return Err(format!("`fuzz` has no option `{other}`\n\n{HELP}")),
        }
    }
    if libfuzzer {
        let target = target.ok_or("cargo-fuzz runs one target; name it")?;
        return run(Command::new(cargo_path())
            .args(["fuzz", "run", "--fuzz-dir", "fuzz/libfuzzer", &target])
            .arg(format!("fuzz/corpus/{target}"))
            .args(["--", &format!("-max_total_time={seconds}")])
            .env("RUSTC_BOOTSTRAP", "1"));
    }
    let mut command = Command::new(cargo_path());
    command
        .args(["test", "--locked", "--package", "dotdo-fuzz"])
        .args(["--test", "corpus", "--", "--nocapture"])
        .env("DOTDO_FUZZ_SECONDS", seconds.to_string());
    if let Some(target) = target {
        command.env("DOTDO_FUZZ_TARGET", target);
    }
    run(&mut command)
}
