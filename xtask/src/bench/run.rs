//! `bench load`, `bench small`, `bench million`, `bench cloudflare` and `bench guard`: the package `benches`, built for release.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::table::write_into;
use crate::shell::{cargo, cargo_path, output, run};

fn root() -> Result<&'static Path, String> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .ok_or_else(|| "xtask stands in the workspace".to_owned())
}

/// Builds a package's program for release, and says where it is.
fn released(package: &str) -> Result<PathBuf, String> {
    cargo(&["build", "--release", "--locked", "--package", package])?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || root().map(|root| root.join("target")),
        |dir| Ok(PathBuf::from(dir)),
    )?;
    Ok(target.join("release").join(package))
}

/// The whole, under load.
pub fn load(args: impl Iterator<Item = String>) -> Result<(), String> {
    let mut args: Vec<_> = args.collect();
    if args.iter().any(|arg| arg == "--import") {
        let program = released("record-store")?;
        args.extend(["--record-store".to_owned(), program.display().to_string()]);
    }
    let plot = page()?.with_file_name("performance.svg");
    measure("load", args.into_iter(), &[("--plot", &plot)], None)
}

/// Single calls.
pub fn small(args: impl Iterator<Item = String>) -> Result<(), String> {
    let mut command = Command::new(cargo_path());
    command
        .args(["run", "--release", "--locked", "--package", "benches"])
        .args(["--features", "override,small", "--", "small"])
        .args(args);
    run(&mut command)
}

/// Very many sleeping objects.
pub fn million(args: impl Iterator<Item = String>) -> Result<(), String> {
    measure("million", args, &[], None)
}

/// Our objects beside those of JavaScript, on Cloudflare's engine.
pub fn cloudflare(args: impl Iterator<Item = String>) -> Result<(), String> {
    let workerd = crate::test::workerd()?;
    measure("cloudflare", args, &[], Some(&workerd))
}

fn page() -> Result<PathBuf, String> {
    Ok(root()?.join("docs/src/performance.md"))
}

/// Runs a measurement; with `--write`, its table goes into the page, and other files where they belong.
fn measure(
    name: &str,
    args: impl Iterator<Item = String>,
    written: &[(&str, &Path)],
    workerd: Option<&str>,
) -> Result<(), String> {
    let (write, rest): (Vec<_>, Vec<_>) = args.partition(|arg| arg == "--write");
    let table = std::env::temp_dir().join(format!("dotdo-bench-{}.md", std::process::id()));
    let mut command = Command::new(cargo_path());
    command
        .args(["run", "--release", "--locked", "--package", "benches"])
        // Not where instructions are counted.
        .args(["--features", "override", "--"])
        .arg(name)
        .args(rest)
        .envs(workerd.map(|path| ("WORKERD_BIN", path)));
    if write.is_empty() {
        return run(&mut command);
    }
    command.arg("--table").arg(&table);
    for (option, path) in written {
        command.arg(option).arg(path);
    }
    run(&mut command)?;
    let text = fs::read_to_string(&table).map_err(|e| e.to_string())?;
    write_into(&page()?, &format!("bench {name}"), &text)?;
    fs::remove_file(&table).map_err(|e| e.to_string())
}

/// The paths that are counted, and how often each is run beyond the first time it is counted.
const PATHS: &[(&str, u64)] = &[
    ("create", 40),
    ("verb", 200),
    ("query", 200),
    ("event", 60),
    ("flow", 30),
];

/// What a count may grow by before somebody has to say that it should: threads wake each other in no fixed order, which
/// alone is some tenths of a percent.
const PERCENT: u64 = 3;

/// Counts the instructions of the hot path under callgrind, and compares them with what is written down.
pub fn guard(args: impl Iterator<Item = String>) -> Result<(), String> {
    let mut renew = false;
    for arg in args {
        match arg.as_str() {
            "--renew" => renew = true,
            other => return Err(format!("`bench guard` has no option `{other}`")),
        }
    }
    if !valgrind()? {
        return Ok(());
    }
    let program = released("benches")?;
    let file = root()?.join("benches/instructions.txt");
    let expected = read(&file)?;
    let mut text = String::from(
        "# Instructions of one call, counted by `cargo xtask bench guard`; `--renew` writes this file.\n",
    );
    let mut worse = Vec::new();
    for &(path, times) in PATHS {
        let few = count(&program, path, times)?;
        let many = count(&program, path, 2 * times)?;
        let each = many.saturating_sub(few) / times;
        let _ = writeln!(text, "{path} {each}");
        match expected.get(path) {
            Some(&was) => {
                println!("{path}: {each} instructions, {was} expected");
                if each * 100 > was * (100 + PERCENT) {
                    worse.push(format!("{path} takes {each} instructions instead of {was}"));
                } else if each * 100 < was * (100 - PERCENT) && !renew {
                    println!("  that is better; `--renew` keeps it so");
                }
            }
            None => {
                println!("{path}: {each} instructions");
                worse.push(format!("{path} has no expected count"));
            }
        }
    }
    if renew {
        return fs::write(&file, text).map_err(|e| format!("{}: {e}", file.display()));
    }
    if worse.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "{}\n`cargo xtask bench guard --renew` accepts it",
            worse.join("\n")
        ))
    }
}

fn read(file: &Path) -> Result<BTreeMap<String, u64>, String> {
    let Ok(text) = fs::read_to_string(file) else {
        return Ok(BTreeMap::new());
    };
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            line.split_once(' ')
                .and_then(|(path, count)| Some((path.to_owned(), count.parse().ok()?)))
                .ok_or_else(|| format!("{}: `{line}` is no path with a count", file.display()))
        })
        .collect()
}

/// The instructions of one run.
fn count(program: &Path, path: &str, times: u64) -> Result<u64, String> {
    let out = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args(["hot", path, &times.to_string()])
        .output()
        .map_err(|e| format!("valgrind: {e}"))?;
    let said = String::from_utf8_lossy(&out.stderr);
    said.lines()
        .filter(|_| out.status.success())
        .find_map(|line| line.split_once("Collected :"))
        .and_then(|(_, count)| count.trim().parse().ok())
        .ok_or_else(|| format!("callgrind counted nothing:\n{said}"))
}

/// Whether valgrind is there; it is installed where that can be done.
fn valgrind() -> Result<bool, String> {
    let there = || {
        Command::new("valgrind")
            .arg("--version")
            .output()
            .is_ok_and(|out| out.status.success())
    };
    if there() {
        return Ok(true);
    }
    if output(Command::new("apt-get").arg("--version")).is_ok() {
        // A failure is told below, where it counts.
        let _ = run(Command::new("apt-get").args(["install", "--yes", "valgrind"]));
    }
    if there() {
        return Ok(true);
    }
    if std::env::var_os("CI").is_some() {
        return Err("valgrind is needed to guard the hot path, and cannot be installed".to_owned());
    }
    eprintln!("SKIPPED: the hot path is not guarded, because valgrind is not there");
    Ok(false)
}
