//! `check`: formatting, lints, documentation, the build for WebAssembly.

use std::path::Path;
use std::process::Command;

use crate::shell::{cargo, cargo_path, output, run};

/// What Cloudflare runs.
const WASM: &str = "wasm32-unknown-unknown";

/// Everything that is no test.
pub fn check() -> Result<(), String> {
    need_component("rustfmt", "rustfmt")?;
    need_component("clippy", "clippy-driver")?;
    cargo(&["fmt", "--all", "--check"])?;
    cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--features",
        "benches/small",
        "--locked",
        "--",
        "-D",
        "warnings",
    ])?;
    docs()?;
    wasm()?;
    sets()
}

/// Each set of features by itself, which a build of the whole workspace never sees, natively and for WebAssembly.
fn sets() -> Result<(), String> {
    for features in ["tiny", "default", "describe", "full"] {
        for target in [&[][..], &["--target", WASM]] {
            let clippy = ["clippy", "--package", "dotdo", "--lib", "--locked"];
            let set = ["--no-default-features", "--features", features];
            let rest = ["--", "-D", "warnings"];
            cargo(&[&clippy[..], &set, target, &rest].concat())?;
        }
    }
    // What is said of attributes and requests that need more than there is.
    for features in ["", "flows"] {
        let test = ["test", "--package", "dotdo-macros", "--lib", "--locked"];
        let set = ["--no-default-features", "--features", features, "feature"];
        cargo(&[&test[..], &set].concat())?;
    }
    let alone = [
        "test",
        "--package",
        "tiny",
        "--locked",
        "--",
        "--include-ignored",
    ];
    cargo(&alone)
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
    let sysroot = output(Command::new("rustc").args(["--print", "sysroot"]))?;
    if !Path::new(sysroot.trim())
        .join("lib/rustlib")
        .join(WASM)
        .exists()
    {
        run(Command::new("rustup").args(["target", "add", WASM]))?;
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
        WASM,
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
