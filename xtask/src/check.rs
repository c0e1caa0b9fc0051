//! `check`: formatting, lints, documentation, the build for WebAssembly.

use std::path::Path;
use std::process::Command;

use crate::shell::{cargo, cargo_path, output, run};

/// Everything that is no test.
pub fn check() -> Result<(), String> {
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

/// The documentation of the crates, warnings being errors.
pub fn docs() -> Result<(), String> {
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

/// What runs on Cloudflare is compiled for WebAssembly only, so the lints see it there.
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
        "clippy",
        "--package",
        "dotdo-core",
        "--package",
        "dotdo-wasm",
        "--package",
        "dotdo-runtime",
        "--package",
        "workerd-tests",
        "--package",
        "record-store",
        "--lib",
        "--bins",
        "--locked",
        "--target",
        TARGET,
        "--",
        "-D",
        "warnings",
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
