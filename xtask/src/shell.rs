//! Running programs: each is shown with the time it took, and a failure is a sentence.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

pub fn cargo(args: &[&str]) -> Result<(), String> {
    run(Command::new(cargo_path()).args(args))
}

pub fn cargo_path() -> PathBuf {
    std::env::var_os("CARGO").map_or_else(|| "cargo".into(), Into::into)
}

pub fn run(command: &mut Command) -> Result<(), String> {
    let shown = format!(
        "{} {}",
        Path::new(command.get_program())
            .file_name()
            .unwrap_or_default()
            .to_string_lossy(),
        command
            .get_args()
            .map(|a| a.to_string_lossy())
            .collect::<Vec<_>>()
            .join(" ")
    );
    eprintln!("> {shown}");
    let begun = Instant::now();
    let status = command
        .status()
        .map_err(|e| format!("`{shown}` could not be started: {e}"))?;
    eprintln!("  {:.0} s", begun.elapsed().as_secs_f64());
    if status.success() {
        Ok(())
    } else {
        Err(format!("`{shown}` failed: {status}"))
    }
}

pub fn output(command: &mut Command) -> Result<String, String> {
    let out = command.output().map_err(|e| format!("{command:?}: {e}"))?;
    String::from_utf8(out.stdout).map_err(|e| format!("{command:?}: {e}"))
}
