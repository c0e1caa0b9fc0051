//! `bench compile`: what a noun costs to compile, beside serde's two derives and beside crates that a user could
//! pick instead.
//!
//! Each candidate is a generated crate with 1, 10, 100, … rows. Its dependencies are built beforehand, so a figure is
//! what cargo and rustc spend on the crate itself. A row costs what a crate costs more than one with a single row,
//! divided by the number of rows that it has more.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::cpu::{Cost, measure, median};
use super::programs::{CANDIDATES, Candidate};
use super::table::{Table, write_into};
use crate::shell::cargo_path;

struct Options {
    sizes: Vec<usize>,
    runs: usize,
    only: Vec<String>,
    write: bool,
}

impl Options {
    fn read(mut args: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            sizes: vec![1, 10, 100, 300],
            runs: 3,
            only: Vec::new(),
            write: false,
        };
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or_else(|| format!("`{arg}` wants a value"));
            match arg.as_str() {
                "--sizes" => {
                    options.sizes = value()?
                        .split(',')
                        .map(|n| {
                            n.parse()
                                .map_err(|_| format!("`{n}` is no number of nouns"))
                        })
                        .collect::<Result<_, _>>()?;
                }
                "--runs" => {
                    options.runs = value()?
                        .parse()
                        .ok()
                        .filter(|&runs| runs > 0)
                        .ok_or("`--runs` wants a number from 1 on")?;
                }
                "--only" => options.only = value()?.split(',').map(str::to_owned).collect(),
                "--write" => options.write = true,
                other => return Err(format!("`bench compile` has no option `{other}`")),
            }
        }
        for name in &options.only {
            if !CANDIDATES.iter().any(|c| c.name == name) {
                let names: Vec<_> = CANDIDATES.iter().map(|c| c.name).collect();
                return Err(format!(
                    "there is no candidate `{name}`; there are {}",
                    names.join(", ")
                ));
            }
        }
        Ok(options)
    }
}

/// What one crate costs.
#[derive(Clone, Copy, Default)]
struct Figures {
    check: Cost,
    build: Cost,
    change: Cost,
    expanded: usize,
    llvm: usize,
}

/// Runs the benchmark.
pub fn compile(args: impl Iterator<Item = String>) -> Result<(), String> {
    let options = Options::read(args)?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .ok_or("xtask stands in the workspace")?;
    let folder = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root.join("target"), PathBuf::from)
        .join("bench-compile");
    let mut results = BTreeMap::new();
    let mut missing = Vec::new();
    for (place, candidate) in CANDIDATES.iter().enumerate() {
        if !options.only.is_empty() && !options.only.iter().any(|name| name == candidate.name) {
            continue;
        }
        let bench = Bench::new(candidate, &folder, root)?;
        if let Err(error) = bench.prepare() {
            eprintln!("{error}");
            missing.push(candidate.name);
            continue;
        }
        for &size in std::iter::once(&1).chain(options.sizes.iter().filter(|&&size| size > 1)) {
            eprintln!("{} with {size} rows", candidate.name);
            results.insert((place, size), bench.figures(size, options.runs)?);
        }
        bench.forget()?;
    }
    let mut text = tables(&options.sizes, &results);
    if !missing.is_empty() {
        let _ = writeln!(
            text,
            "
Not measured, because it does not build here: {}.",
            missing.join(", ")
        );
    }
    text.push_str(&macros(&folder, root)?);
    println!("{text}");
    if options.write {
        write_into(
            &root.join("docs/src/compile-time.md"),
            "bench compile",
            &text,
        )?;
    }
    Ok(())
}

/// One candidate's crate.
struct Bench<'a> {
    candidate: &'a Candidate,
    folder: PathBuf,
    target: PathBuf,
}

impl<'a> Bench<'a> {
    fn new(candidate: &'a Candidate, folder: &Path, root: &Path) -> Result<Self, String> {
        let bench = Self {
            candidate,
            folder: folder.join(candidate.name),
            target: folder.join("target"),
        };
        write(
            &bench.folder.join("Cargo.toml"),
            &candidate.cargo_toml(root),
        )?;
        Ok(bench)
    }

    fn cargo(&self, args: &[&str]) -> Command {
        let mut command = Command::new(cargo_path());
        command
            .args(args)
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_INCREMENTAL", "1")
            .env_remove("RUSTFLAGS");
        command
    }

    /// For what is built with other settings: dependencies notice, and would be built anew.
    fn aside(&self, args: &[&str]) -> Command {
        let mut command = self.cargo(args);
        command
            .env(
                "CARGO_TARGET_DIR",
                self.target.with_file_name("target-aside"),
            )
            .env("CARGO_INCREMENTAL", "0")
            .env("RUSTC_BOOTSTRAP", "1");
        command
    }

    fn source(&self, rows: usize, answer: u32) -> Result<(), String> {
        write(
            &self.folder.join("lib.rs"),
            &self.candidate.source(rows, answer),
        )
    }

    /// Builds the dependencies, and finds out whether the crate builds at all.
    fn prepare(&self) -> Result<(), String> {
        eprintln!("{}: building what it depends on", self.candidate.name);
        self.source(1, 0)?;
        measure(&mut self.cargo(&["check"]))?;
        measure(&mut self.cargo(&["build"])).map(|_| ())
    }

    /// Removes what was built of the crate: three hundred rows of everyone at once would be tens of gigabytes. What it
    /// depends on stays, as other candidates may as well.
    fn forget(&self) -> Result<(), String> {
        let package = self.candidate.package();
        measure(&mut self.cargo(&["clean", "--package", &package]))?;
        measure(&mut self.aside(&["clean", "--package", &package])).map(|_| ())
    }

    fn figures(&self, rows: usize, runs: usize) -> Result<Figures, String> {
        let package = self.candidate.package();
        let (mut check, mut build, mut change) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..runs {
            self.source(rows, 0)?;
            measure(&mut self.cargo(&["clean", "--package", &package]))?;
            check.push(measure(&mut self.cargo(&["check"]))?);
            build.push(measure(&mut self.cargo(&["build"]))?);
            self.source(rows, 1)?;
            change.push(measure(&mut self.cargo(&["build"]))?);
        }
        Ok(Figures {
            check: median(check),
            build: median(build),
            change: median(change),
            expanded: self.expanded()?,
            llvm: self.llvm()?,
        })
    }

    /// Lines of the crate with all macros expanded.
    fn expanded(&self) -> Result<usize, String> {
        let out = self
            // The option is not stable, and the only one that shows an expansion.
            .aside(&["rustc", "--profile", "check", "--", "-Zunpretty=expanded"])
            .output()
            .map_err(|e| e.to_string())?;
        Ok(String::from_utf8_lossy(&out.stdout).lines().count())
    }

    /// Lines of the functions of the crate in LLVM's language, before optimisation.
    fn llvm(&self) -> Result<usize, String> {
        let file = self.folder.join("lib.ll");
        let emit = format!("--emit=llvm-ir={}", file.display());
        measure(&mut self.aside(&["rustc", "--", "-Ccodegen-units=1", "-Cdebuginfo=0", &emit]))?;
        let said = |e| format!("{}: {e}", file.display());
        let (mut inside, mut count) = (false, 0);
        for line in BufReader::new(fs::File::open(&file).map_err(said)?).split(b'\n') {
            let line = line.map_err(said)?;
            inside |= line.starts_with(b"define ");
            count += usize::from(inside);
            inside &= line != b"}";
        }
        fs::remove_file(&file).map_err(said)?;
        Ok(count)
    }
}

fn tables(sizes: &[usize], results: &BTreeMap<(usize, usize), Figures>) -> String {
    let mut text = String::new();
    for candidate in CANDIDATES {
        let _ = writeln!(text, "* `{}`: {}", candidate.name, candidate.what);
    }
    text.push('\n');
    let seconds = |cost: Cost| format!("{:.2} ({:.2})", cost.cpu, cost.wall);
    let mut all = Table::new(&["candidate", "rows", "check", "build", "one line changed"]);
    let mut each = Table::new(&[
        "candidate",
        "rows",
        "check, ms a row",
        "× serde",
        "build, ms a row",
        "× serde",
        "× serde-used",
        "lines a row, expanded",
        "LLVM lines a row",
    ]);
    let place = |name: &str| CANDIDATES.iter().position(|c| c.name == name);
    // What one row more costs.
    let per_row = |place: usize, size: usize, of: fn(&Figures) -> f64| {
        let with = results.get(&(place, size))?;
        let single = results.get(&(place, 1))?;
        #[allow(clippy::cast_precision_loss, reason = "a few hundred rows")]
        Some((of(with) - of(single)) / (size - 1) as f64)
    };
    let ratio = |a: Option<f64>, b: Option<f64>| match (a, b) {
        (Some(a), Some(b)) if b > 0.0 => format!("{:.1}", a / b),
        _ => "–".to_owned(),
    };
    let number = |value: Option<f64>, digits: usize| {
        value.map_or_else(|| "–".to_owned(), |v| format!("{v:.digits$}"))
    };
    #[allow(clippy::cast_precision_loss, reason = "lines of code")]
    for (n, candidate) in CANDIDATES.iter().enumerate() {
        for &size in std::iter::once(&1).chain(sizes.iter().filter(|&&size| size > 1)) {
            let Some(figures) = results.get(&(n, size)) else {
                continue;
            };
            all.row(vec![
                candidate.name.to_owned(),
                size.to_string(),
                seconds(figures.check),
                seconds(figures.build),
                seconds(figures.change),
            ]);
            if size < 10 {
                // The clock ticks a hundred times a second: fewer rows are noise.
                continue;
            }
            let check = |place| per_row(place, size, |f| f.check.cpu * 1e3);
            let build = |place| per_row(place, size, |f| f.build.cpu * 1e3);
            let of = |name, figure: &dyn Fn(usize) -> Option<f64>| place(name).and_then(figure);
            each.row(vec![
                candidate.name.to_owned(),
                size.to_string(),
                number(check(n), 1),
                ratio(check(n), of("serde", &check)),
                number(build(n), 1),
                ratio(build(n), of("serde", &build)),
                ratio(build(n), of("serde-used", &build)),
                number(per_row(n, size, |f| f.expanded as f64), 0),
                number(per_row(n, size, |f| f.llvm as f64), 0),
            ]);
        }
    }
    text.push_str("Seconds of processor time, and on the clock in parentheses:\n\n");
    text.push_str(&all.markdown());
    text.push_str("\nWhat a row costs, in milliseconds of processor time:\n\n");
    text.push_str(&each.markdown());
    text
}

/// What the crates of the macros cost when nothing is built yet.
fn macros(folder: &Path, root: &Path) -> Result<String, String> {
    let mut table = Table::new(&[
        "macro crate, cold, with all it needs",
        "processor seconds",
        "on the clock",
    ]);
    let ours = format!(
        "dotdo-macros = {{ path = \"{}/dotdo-macros\" }}",
        root.display()
    );
    let theirs = "diesel_derives = \"=2.3.10\"";
    for (name, dependency) in [("dotdo-macros", ours.as_str()), ("diesel_derives", theirs)] {
        let folder = folder.join(format!("cold-{name}"));
        write(&folder.join("lib.rs"), "")?;
        write(
            &folder.join("Cargo.toml"),
            &format!(
                "[package]\nname = \"cold\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[lib]\npath = \"lib.rs\"\n[workspace]\n\
                 [dependencies]\n{dependency}\n[profile.dev]\ndebug = false\n"
            ),
        )?;
        let target = folder.join("target");
        let cargo = |args: &[&str]| {
            let mut command = Command::new(cargo_path());
            command
                .args(args)
                .current_dir(&folder)
                .env("CARGO_TARGET_DIR", &target)
                .env("CARGO_INCREMENTAL", "0");
            command
        };
        measure(&mut cargo(&["fetch"]))?;
        measure(&mut cargo(&["clean"]))?;
        let cost = measure(&mut cargo(&["build", "--package", name]))?;
        table.row(vec![
            format!("`{name}`"),
            format!("{:.1}", cost.cpu),
            format!("{:.1}", cost.wall),
        ]);
    }
    Ok(format!("\n{}", table.markdown()))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    let shown = path.display();
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|e| format!("{shown}: {e}"))?;
    }
    fs::write(path, text).map_err(|e| format!("{shown}: {e}"))
}
