//! The bundle: a program as WebAssembly, the shim, and what ties them together.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use dotdo::host::cloudflare::SHIM;

/// A class of Durable Objects.
#[derive(Clone, Copy, Debug)]
pub struct Class {
    /// The object noun; empty for tenants.
    pub noun: &'static str,
    /// The class, and the binding.
    pub name: &'static str,
}

/// What workerd is given.
#[derive(Clone, Debug)]
pub struct Bundle<'a> {
    /// The program.
    pub wasm: &'a Path,
    /// Its classes.
    pub classes: &'a [Class],
    /// Classes that are the index's own; each is bound under its name.
    pub own: &'a [&'a str],
    /// Variables of the environment.
    pub variables: &'a [(&'a str, &'a str)],
    /// The module that ties them together; `CLASSES` and `EXPORTS` stand for its classes and their exports.
    pub index: &'a str,
}

/// The classes of the trial business.
pub const TRIAL_CLASSES: &[Class] = &[
    Class {
        noun: "",
        name: "Tenant",
    },
    Class {
        noun: "Order",
        name: "Order",
    },
];

/// The business as it is.
pub const PLAIN: &str = include_str!("plain.js");

/// The business as it is, with a clock that [`Connection::advance`](crate::Connection::advance) moves.
pub const TRIAL: &str = include_str!("trial.js");

/// The objects of a business, for tests that reach them one by one and move the clock themselves.
pub const SUITE: &str = include_str!("suite.js");

/// Where cargo puts what it builds.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || {
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("..")
                .join("target")
        },
        PathBuf::from,
    )
}

/// Builds a program of this workspace for WebAssembly: quickly rather than small.
///
/// # Panics
///
/// If it does not compile.
pub fn wasm(package: &str, program: &str) -> PathBuf {
    let quick = ["lto=false", "opt-level=1", "debug=0"];
    build(package, program, "workerd", &quick)
}

/// Builds a program of this workspace for WebAssembly as `cargo dotdo worker build` does.
///
/// # Panics
///
/// If it does not compile.
pub fn wasm_as_deployed(package: &str, program: &str) -> PathBuf {
    let own = format!("package.{package}.opt-level=3");
    let small = [
        "lto=\"fat\"",
        "opt-level=\"z\"",
        "codegen-units=1",
        "panic=\"abort\"",
        "debug=0",
        "package.serde_json.opt-level=3",
        "package.serde_core.opt-level=3",
        &own,
    ];
    build(package, program, "workerd-small", &small)
}

fn build(package: &str, program: &str, folder: &str, settings: &[&str]) -> PathBuf {
    let target = target().join(folder);
    let mut command = Command::new(env!("CARGO"));
    command
        .args(["build", "--quiet", "--release", "--locked"])
        .args(["--target", "wasm32-unknown-unknown", "--target-dir"])
        .arg(&target)
        .args(["--package", package, "--bin", program])
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    for setting in settings {
        command.args(["--config", &format!("profile.release.{setting}")]);
    }
    assert!(
        command.status().is_ok_and(|status| status.success()),
        "{package} cannot be built for WebAssembly; is the target there? `rustup target add wasm32-unknown-unknown`"
    );
    target
        .join("wasm32-unknown-unknown")
        .join("release")
        .join(format!("{program}.wasm"))
}

impl Bundle<'_> {
    /// Writes the files that workerd reads into a folder; gives the configuration's path.
    pub(crate) fn write(&self, folder: &Path) -> std::io::Result<PathBuf> {
        std::fs::create_dir_all(folder.join("state"))?;
        std::fs::copy(self.wasm, folder.join("business.wasm"))?;
        std::fs::write(folder.join("dotdo.js"), SHIM)?;
        std::fs::write(folder.join("index.js"), self.index())?;
        let config = folder.join("config.capnp");
        std::fs::write(&config, self.config())?;
        Ok(config)
    }

    fn index(&self) -> String {
        let mut classes = String::new();
        let mut exports = String::new();
        for Class { noun, name } in self.classes {
            let _ = write!(classes, "{noun:?}: {name:?}, ");
            let _ = writeln!(exports, "export const {name} = wrapped({noun:?});");
        }
        self.index
            .replace("CLASSES", &format!("{{ {classes} }}"))
            .replace("EXPORTS", &exports)
    }

    fn config(&self) -> String {
        let mut namespaces = String::new();
        let mut bindings = String::new();
        let names = self.classes.iter().map(|class| class.name);
        for name in names.chain(self.own.iter().copied()) {
            let _ = write!(
                namespaces,
                r#"(className = "{name}", uniqueKey = "{name}", enableSql = true), "#
            );
            let _ = write!(
                bindings,
                r#"(name = "{name}", durableObjectNamespace = "{name}"), "#
            );
        }
        for (name, value) in self.variables {
            let _ = write!(bindings, "(name = {name:?}, text = {value:?}), ");
        }
        format!(
            r#"using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "main", worker = .worker), (name = "disk", disk = (path = "state", writable = true)),
    (name = "internet", network = (allow = ["public", "private", "local"])) ],
  sockets = [ (name = "http", address = "127.0.0.1:0", http = (), service = "main") ] );
const worker :Workerd.Worker = (
  modules = [ (name = "index.js", esModule = embed "index.js"), (name = "dotdo.js", esModule = embed "dotdo.js"),
    (name = "business.wasm", wasm = embed "business.wasm") ],
  compatibilityDate = "2026-11-01",
  durableObjectNamespaces = [ {namespaces} ],
  durableObjectStorage = (localDisk = "disk"),
  bindings = [ {bindings} ] );
"#
        )
    }
}
