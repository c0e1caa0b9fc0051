//! The user's project: which program it is, and what is done with it.

use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use serde_json::Value;

use crate::Result;
use crate::bundle::{self, Bundle};
use crate::config::Config;
use crate::size::Size;
use crate::tools::{self, Names};

/// Which program is meant.
#[derive(Clone, Debug, Default)]
pub struct Select {
    /// The package; without it, that of the folder.
    pub package: Option<String>,
    /// The program, if the package has several.
    pub bin: Option<String>,
    /// The features of the package that are switched on, as cargo takes them.
    pub features: Option<String>,
    /// The folder to look from; without it, the current one.
    pub folder: Option<PathBuf>,
}

/// A program that is a business, and where its things are.
#[derive(Clone, Debug)]
pub struct Project {
    /// The folder of its `Cargo.toml`.
    pub folder: PathBuf,
    /// The package.
    pub package: String,
    /// The program.
    pub bin: String,
    /// The features that are switched on.
    pub features: Option<String>,
    /// Where cargo puts what it builds.
    pub target: PathBuf,
}

/// What a program says of itself.
#[derive(Debug, Deserialize)]
pub(crate) struct Business {
    pub name: String,
    pub classes: Vec<Class>,
    /// Nouns whose rows may be lost.
    pub dropped: Vec<String>,
    /// The time zones of its schedules.
    pub zones: Vec<String>,
    /// The JavaScript that goes with this version of dotdo.
    pub shim: String,
}

/// A class of Durable Objects.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Class {
    /// The object noun; empty for tenants.
    pub noun: String,
    /// The name of the class, and of its binding.
    pub class: String,
}

impl Project {
    /// Finds the program.
    ///
    /// # Errors
    ///
    /// There is no package here, or not one program.
    pub fn find(select: &Select) -> Result<Self> {
        let folder = select.folder.clone().map_or_else(std::env::current_dir, Ok);
        let folder = folder.map_err(|e| format!("this folder cannot be read: {e}"))?;
        let Metadata {
            target_directory: target,
            packages,
        } = metadata(&folder)?;
        let package = choose_package(&packages, select, &folder)?;
        let manifest = Path::new(package["manifest_path"].as_str().unwrap_or_default());
        Ok(Self {
            folder: manifest.parent().unwrap_or(&folder).to_owned(),
            package: package["name"].as_str().unwrap_or_default().to_owned(),
            bin: choose_bin(package, select)?,
            features: select.features.clone(),
            target,
        })
    }

    /// Writes the bundle, and brings `wrangler.jsonc` up to date. `fast` builds quickly rather than small.
    ///
    /// # Errors
    ///
    /// The program does not compile, a tool is missing, or objects with data would have no class any more.
    pub fn build(&self, fast: bool) -> Result<()> {
        let bundle = self.bundle(fast)?;
        say(&format!(
            "{}: {} (compressed {})",
            bundle.folder.display(),
            kilobytes(bundle.size()?),
            kilobytes(bundle.compressed()?)
        ));
        Ok(())
    }

    /// Says whether `wrangler.jsonc` is what the program wants.
    ///
    /// # Errors
    ///
    /// It is not; the text says what to do.
    pub fn check(&self) -> Result<()> {
        let business = self.ask()?;
        let mut config = Config::open(&self.folder.join("wrangler.jsonc"), &business)?;
        let changes = config.update(&business)?;
        if changes.is_empty() {
            say("wrangler.jsonc is up to date");
            return Ok(());
        }
        Err(format!(
            "wrangler.jsonc is not up to date:\n  {}\nrun `cargo dotdo worker build`, and commit the file",
            changes.join("\n  ")
        ))
    }

    /// Builds, and serves by workerd until it is stopped.
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build); or the port is taken.
    pub fn dev(&self, fast: bool, port: u16, data: Option<&Path>) -> Result<()> {
        let bundle = self.bundle(fast)?;
        let workerd = tools::workerd(&self.target)?;
        // A port that is free now is still free a moment later, or workerd says that it is not.
        let listener = TcpListener::bind(("127.0.0.1", port))
            .map_err(|e| format!("port {port} cannot be had: {e}; `--port` chooses another"))?;
        let port = listener.local_addr().map_err(|e| e.to_string())?.port();
        drop(listener);
        let state = data.map_or_else(|| bundle.folder.join("state"), Path::to_owned);
        let config = bundle.workerd_config(port, &state, &self.variables()?)?;
        say(&format!(
            "http://127.0.0.1:{port}/ (data in {}; Ctrl-C ends)",
            state.display()
        ));
        let mut command = Command::new(workerd);
        command.arg("serve").arg(config);
        become_it(&mut command)
    }

    /// Builds, and says how large the bundle is and what makes it so.
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build).
    pub fn size(&self) -> Result<Size> {
        let bundle = self.bundle(false)?;
        say("making it small once more, with names");
        let named = bundle.folder.join("named.wasm");
        tools::optimise(&self.target, &self.built(false), &named, Names::Kept)?;
        Size::of(&bundle, &named)
    }

    fn bundle(&self, fast: bool) -> Result<Bundle> {
        let business = self.ask()?;
        let path = self.folder.join("wrangler.jsonc");
        let mut config = Config::open(&path, &business)?;
        let changes = config.update(&business)?;
        tools::wasm_target(&self.folder)?;
        let wasm = self.wasm(fast, &business.zones)?;
        let bundle = Bundle::write(&self.folder, &business, &wasm)?;
        if !fast {
            say("making it small");
            tools::optimise(&self.target, &wasm, &bundle.wasm(), Names::Dropped)?;
        }
        if !changes.is_empty() {
            config.write()?;
            for change in changes {
                say(&format!("wrangler.jsonc: {change}"));
            }
        }
        Ok(bundle)
    }

    /// What the program says of itself, natively.
    fn ask(&self) -> Result<Business> {
        say(&format!("asking `{}` which objects it has", self.bin));
        let text = tools::output(
            cargo(&self.folder)
                .args(["run", "--quiet"])
                .args(self.program())
                .args(["--", "worker-files"]),
        )?;
        serde_json::from_str(&text).map_err(|e| {
            format!(
                "`{}` does not answer as a dotdo business of this version does ({e}); its `main` is `fn main() -> dotdo::Exit {{ Shop::main() }}`",
                self.bin
            )
        })
    }

    /// Builds the program for WebAssembly, with a profile that the project need not have.
    fn wasm(&self, fast: bool, zones: &[String]) -> Result<PathBuf> {
        say("building for WebAssembly");
        let name = profile(fast);
        let own = format!("package.{}.opt-level=3", self.package);
        let settings: &[&str] = if fast {
            &["opt-level=1", "debug=0"]
        } else {
            &[
                "opt-level=\"z\"",
                "debug=0",
                "lto=\"fat\"",
                "codegen-units=1",
                "panic=\"abort\"",
                // The names of functions go later, once `worker size` has seen them.
                "strip=\"debuginfo\"",
                // Reading JSON is what takes time. What does it is in these packages, and grows by little.
                "package.serde_json.opt-level=3",
                "package.serde_core.opt-level=3",
                &own,
            ]
        };
        let mut command = cargo(&self.folder);
        command
            .args(["build", "--quiet", "--target", tools::TARGET])
            .args(self.program())
            // The rules of all other time zones are a fifth of the bundle.
            .env(
                "CHRONO_TZ_TIMEZONE_FILTER",
                format!("^(UTC|{})$", zones.join("|")),
            )
            .args(["--profile", name])
            .args(["--config", &format!("profile.{name}.inherits=\"release\"")]);
        for setting in settings {
            command.args(["--config", &format!("profile.{name}.{setting}")]);
        }
        tools::run(&mut command)?;
        Ok(self.built(fast))
    }

    /// Which program it is, for cargo.
    fn program(&self) -> Vec<&str> {
        let mut args = vec!["--package", &self.package, "--bin", &self.bin];
        args.extend(
            self.features
                .iter()
                .flat_map(|features| ["--features", features]),
        );
        args
    }

    /// Where cargo puts the program.
    fn built(&self, fast: bool) -> PathBuf {
        let folder = self.target.join(tools::TARGET).join(profile(fast));
        folder.join(format!("{}.wasm", self.bin))
    }

    /// Variables of `wrangler.jsonc`, and secrets of `.dev.vars`.
    fn variables(&self) -> Result<Vec<(String, String)>> {
        let mut variables = Config::variables(&self.folder.join("wrangler.jsonc"))?;
        if let Ok(text) = std::fs::read_to_string(self.folder.join(".dev.vars")) {
            variables.extend(bundle::secrets(&text));
        }
        Ok(variables)
    }
}

/// Installs what building and serving take, unless it is there, and gives the path of workerd.
///
/// # Errors
///
/// There is no npm or rustup to install with; the text says what to do.
pub fn install(folder: &Path) -> Result<PathBuf> {
    let target = metadata(folder)?.target_directory;
    tools::wasm_target(folder)?;
    tools::workerd(&target)
}

#[derive(Deserialize)]
struct Metadata {
    target_directory: PathBuf,
    packages: Vec<Value>,
}

fn metadata(folder: &Path) -> Result<Metadata> {
    let text =
        tools::output(cargo(folder).args(["metadata", "--no-deps", "--format-version", "1"]))?;
    serde_json::from_str(&text)
        .map_err(|e| format!("`cargo metadata` printed something unexpected: {e}"))
}

fn choose_package<'a>(packages: &'a [Value], select: &Select, folder: &Path) -> Result<&'a Value> {
    let name = |package: &Value| package["name"].as_str().unwrap_or_default().to_owned();
    if let Some(wanted) = &select.package {
        return packages
            .iter()
            .find(|package| name(package) == *wanted)
            .ok_or_else(|| {
                let names: Vec<String> = packages.iter().map(name).collect();
                format!(
                    "there is no package `{wanted}`; there are {}",
                    names.join(", ")
                )
            });
    }
    let here = |package: &&Value| {
        let manifest = Path::new(package["manifest_path"].as_str().unwrap_or_default());
        manifest
            .parent()
            .is_some_and(|parent| folder.starts_with(parent))
    };
    // Of packages within each other, the innermost.
    packages
        .iter()
        .filter(here)
        .max_by_key(|package| package["manifest_path"].as_str().map(str::len))
        .ok_or_else(|| "this folder is that of a workspace; name a package with `-p`".to_owned())
}

fn choose_bin(package: &Value, select: &Select) -> Result<String> {
    let is_bin = |target: &&Value| {
        let kinds = target["kind"].as_array();
        kinds.is_some_and(|kinds| kinds.iter().any(|kind| kind == "bin"))
    };
    let targets = package["targets"].as_array().map(Vec::as_slice);
    let bins: Vec<&str> = targets
        .unwrap_or_default()
        .iter()
        .filter(is_bin)
        .filter_map(|target| target["name"].as_str())
        .collect();
    let package = package["name"].as_str().unwrap_or_default();
    match (&select.bin, bins.as_slice()) {
        (Some(wanted), bins) if bins.contains(&wanted.as_str()) => Ok(wanted.clone()),
        (Some(wanted), bins) => Err(format!(
            "`{package}` has no program `{wanted}`; it has {}",
            bins.join(", ")
        )),
        (None, [one]) => Ok((*one).to_owned()),
        (None, []) => Err(format!(
            "`{package}` has no program; a business needs a `src/main.rs` with `fn main() -> dotdo::Exit {{ Shop::main() }}`"
        )),
        (None, bins) => Err(format!(
            "`{package}` has several programs; name one with `--bin`: {}",
            bins.join(", ")
        )),
    }
}

/// The profile that a program is built with.
fn profile(fast: bool) -> &'static str {
    if fast { "worker-fast" } else { "worker" }
}

fn cargo(folder: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(folder);
    command
}

/// Progress, beside what a command prints.
pub(crate) fn say(text: &str) {
    // Nobody reads it, then nobody misses it.
    let _ = writeln!(std::io::stderr(), "dotdo: {text}");
}

fn kilobytes(bytes: u64) -> String {
    let tenths = bytes / 100;
    format!("{}.{} kB", tenths / 10, tenths % 10)
}

/// The command instead of this process, so that a signal reaches it.
#[cfg(unix)]
fn become_it(command: &mut Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    Err(format!("workerd did not start: {}", command.exec()))
}

#[cfg(not(unix))]
fn become_it(command: &mut Command) -> Result<()> {
    tools::run(command)
}
