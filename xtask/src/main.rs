//! The one way in for people and for CI: `cargo xtask <command>`.

mod bench;
mod check;
mod dry_run;
mod fuzz;
mod shell;
mod sim;
mod size;
mod test;
mod torture;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask <command>

  test     run every test; installs what it needs (`--without-workerd` leaves Cloudflare's engine out)
  check    formatting, lints, documentation, the build for WebAssembly
  ci       check, test, size, dry-run: everything that is tried before a release
  worker   an example on Cloudflare's engine: `cargo xtask worker build|dev|check|size <example>`
  size     how large bundles for Cloudflare are; fails if one has grown (`--write` puts it into the documentation)
  torture  kill the record store again and again: `cargo xtask torture [60] [--durability sync|batch|relaxed]`;
           seconds with each durability, or with one
  dry-run  what wrangler would upload of two examples; installs wrangler and its Node.js, 420 MB
  fmt      format the code
  docs     build the documentation of the crates, warnings being errors
  fuzz     feed the parsers and macros with anything: `cargo xtask fuzz --help`
  sim      random businesses under random faults: `cargo xtask sim --help`
  bench    measurements: `cargo xtask bench` says which
";

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let done = match args.next().as_deref() {
        Some("test") => test::test(args),
        Some("check") => check::check(),
        Some("ci") => check::check()
            .and_then(|()| test::test(args))
            .and_then(|()| size::check())
            .and_then(|()| dry_run::dry_run(std::iter::empty())),
        Some("fmt") => shell::cargo(&["fmt", "--all"]),
        Some("torture") => torture::torture(args),
        Some("bench") => bench::bench(args),
        Some("docs") => check::docs(),
        Some("dry-run") => dry_run::dry_run(args),
        Some("size") => size::size(args),
        Some("worker") => worker(args),
        Some("fuzz") => fuzz::fuzz(args),
        Some("sim") => sim::sim(args),
        Some("help" | "--help" | "-h") => {
            print!("{HELP}");
            Ok(())
        }
        Some(other) => Err(format!("there is no command `{other}`\n\n{HELP}")),
        None => Err(HELP.to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// What `cargo dotdo worker` does for everybody, for an example.
fn worker(mut args: impl Iterator<Item = String>) -> Result<(), String> {
    let usage =
        "cargo xtask worker build|dev|check|size <example> [options of `cargo dotdo worker`]";
    let (Some(what), Some(example)) = (args.next(), args.next()) else {
        return Err(usage.to_owned());
    };
    let mut all = ["run", "--quiet", "--package", "cargo-dotdo", "--", "worker"]
        .map(str::to_owned)
        .to_vec();
    all.extend([what, "--package".to_owned(), example]);
    all.extend(args);
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    shell::cargo(&all)
}
