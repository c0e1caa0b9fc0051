//! `test`: every test, after what it needs is there.

use std::process::Command;

use crate::shell::{cargo, run};

/// Runs every test.
pub fn test() -> Result<(), String> {
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
    cargo(&["test", "--workspace", "--locked", "--doc"])?;
    locks()
}

/// The schemas of the examples and their classes on Cloudflare, which change in the commit that changes the program.
fn locks() -> Result<(), String> {
    for example in ["smallest", "record-store", "hotel", "shop"] {
        cargo(&[
            "run",
            "--quiet",
            "--locked",
            "--package",
            example,
            "--",
            "schema",
            "lock",
            "--check",
        ])?;
    }
    for example in ["smallest"] {
        let check = ["--", "worker", "check", "--package", example];
        let run = ["run", "--quiet", "--locked", "--package", "cargo-dotdo"];
        cargo(&[run.as_slice(), &check].concat())?;
    }
    Ok(())
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
