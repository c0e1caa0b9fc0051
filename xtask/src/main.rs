//! The one way in for people and for CI: `cargo xtask <command>`.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

const HELP: &str = "\
cargo xtask <command>

  test     run every test; installs what it needs
  check    formatting, lints, documentation, the build for WebAssembly
  ci       check, then test: everything CI does
  fmt      format the code
  docs     build the documentation of the crates, warnings being errors
";

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let done = match args.next().as_deref() {
        Some("test") => test(),
        Some("check") => check(),
        Some("ci") => check().and_then(|()| test()),
        Some("fmt") => cargo(&["fmt", "--all"]),
        Some("docs") => docs(),
        Some("help" | "--help" | "-h") => {
            print!("{HELP}");
            Ok(())
        }
        Some(other) => Err(format!("there is no command `{other}`\n\n{HELP}")),
        None => Err(HELP.to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn test() -> Result<(), String> {
    need_c_compiler()?;
    // One call for libraries, binaries and integration tests; doc tests are separate in cargo as well.
    cargo(&[
        "test",
        "--workspace",
        "--locked",
        "--lib",
        "--bins",
        "--tests",
    ])?;
    cargo(&["test", "--workspace", "--locked", "--doc"])
}

fn check() -> Result<(), String> {
    need_component("rustfmt", "rustfmt")?;
    need_component("clippy", "clippy-driver")?;
    cargo(&["fmt", "--all", "--check"])?;
    cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "-D",
        "warnings",
    ])?;
    docs()?;
    wasm()
}

fn docs() -> Result<(), String> {
    run(Command::new(cargo_path())
        .args([
            "doc",
            "--workspace",
            "--no-deps",
            "--locked",
            "--exclude",
            "xtask",
            "--exclude",
            "ui-tests",
        ])
        .env("RUSTDOCFLAGS", "-D warnings"))
}

/// The vocabulary is shared with hosts that are WebAssembly.
fn wasm() -> Result<(), String> {
    const TARGET: &str = "wasm32-unknown-unknown";
    let sysroot = output(Command::new("rustc").args(["--print", "sysroot"]))?;
    if !Path::new(sysroot.trim())
        .join("lib/rustlib")
        .join(TARGET)
        .exists()
    {
        run(Command::new("rustup").args(["target", "add", TARGET]))?;
    }
    cargo(&[
        "check",
        "--package",
        "dotdo-core",
        "--locked",
        "--target",
        TARGET,
    ])
}

fn need_component(component: &str, program: &str) -> Result<(), String> {
    if Command::new(program)
        .arg("--version")
        .output()
        .is_ok_and(|out| out.status.success())
    {
        return Ok(());
    }
    run(Command::new("rustup").args(["component", "add", component]))
}

/// `SQLite` is compiled from C.
fn need_c_compiler() -> Result<(), String> {
    let found = ["cc", "gcc", "clang"].iter().any(|cc| {
        Command::new(cc)
            .arg("--version")
            .output()
            .is_ok_and(|out| out.status.success())
    });
    if found || cfg!(windows) {
        return Ok(());
    }
    if Command::new("apt-get").arg("--version").output().is_ok() {
        run(Command::new("apt-get").args(["install", "--yes", "gcc", "libc6-dev"]))
    } else {
        Err("a C compiler is needed to build SQLite; install gcc or clang".to_owned())
    }
}

fn cargo(args: &[&str]) -> Result<(), String> {
    run(Command::new(cargo_path()).args(args))
}

fn cargo_path() -> PathBuf {
    std::env::var_os("CARGO").map_or_else(|| "cargo".into(), Into::into)
}

fn run(command: &mut Command) -> Result<(), String> {
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

fn output(command: &mut Command) -> Result<String, String> {
    let out = command.output().map_err(|e| format!("{command:?}: {e}"))?;
    String::from_utf8(out.stdout).map_err(|e| format!("{command:?}: {e}"))
}
