//! `test`: every test, after what it needs is there.

use std::process::{Command, Stdio};

use crate::shell::{cargo, cargo_path, output, run};

/// The crate whose tests need workerd.
const ON_WORKERD: &str = "workerd-tests";

/// Runs every test.
pub fn test(args: impl Iterator<Item = String>) -> Result<(), String> {
    let mut with_workerd = true;
    for arg in args {
        match arg.as_str() {
            "--without-workerd" => with_workerd = false,
            other => {
                return Err(format!(
                    "`test` has no option `{other}`; it has `--without-workerd`"
                ));
            }
        }
    }
    need_c_compiler()?;
    let workerd = with_workerd.then(workerd).transpose()?;
    // One call for libraries, binaries and integration tests; doc tests are separate in cargo as well.
    let mut command = Command::new(cargo_path());
    command.args([
        "test",
        "--workspace",
        "--locked",
        "--lib",
        "--bins",
        "--tests",
    ]);
    match &workerd {
        Some(path) => command
            .env("WORKERD_BIN", path)
            .env("DOTDO_WORKERD", "required"),
        None => command.args(["--exclude", ON_WORKERD]),
    };
    run(&mut command)?;
    cargo(&["test", "--workspace", "--locked", "--doc"])?;
    locks()?;
    crate::bench::guard(std::iter::empty())?;
    configurations()?;
    if !with_workerd {
        eprintln!(
            "\n  !!  NOTHING WAS TESTED ON CLOUDFLARE'S ENGINE: --without-workerd leaves the tests of {ON_WORKERD} out  !!\n"
        );
    }
    Ok(())
}

/// Installs Cloudflare's engine and the compiler's target for it, unless they are there; gives where the engine is.
pub fn workerd() -> Result<String, String> {
    if Command::new("npm").arg("--version").output().is_err()
        && Command::new("apt-get").arg("--version").output().is_ok()
    {
        run(Command::new("apt-get").args(["install", "--yes", "npm"]))?;
    }
    let install = [
        "run",
        "--quiet",
        "--locked",
        "--package",
        "cargo-dotdo",
        "--",
        "worker",
        "install",
    ];
    let path = output(
        Command::new(cargo_path())
            .args(install)
            .stderr(Stdio::inherit()),
    )?;
    match path.trim() {
        "" => Err(
            "workerd could not be installed; `--without-workerd` runs all other tests".to_owned(),
        ),
        path => Ok(path.to_owned()),
    }
}

/// The schemas of the examples, which change in the commit that changes the program.
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
    Ok(())
}

/// The configurations for Cloudflare, which are committed as well.
fn configurations() -> Result<(), String> {
    for example in ["tiny", "smallest", "record-store", "hotel"] {
        let check =
            format!("run --quiet --package cargo-dotdo -- worker check --package {example}");
        cargo(&check.split(' ').collect::<Vec<_>>())?;
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
