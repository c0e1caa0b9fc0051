//! `bench`: measurements that anyone can repeat. Ratios of one run count; seconds are this machine's.

mod compile;
mod cpu;
mod programs;
mod run;
mod table;

pub use run::guard;
pub use table::write_into;

const HELP: &str = "\
cargo xtask bench <what>

  compile   what a noun costs to compile, beside serde and other crates
            [--sizes 1,10,100,300] [--runs 3] [--only serde,nouns] [--write]
  load      what the embedded host does under load, beside what the machine can do
            [--seconds 3] [--objects 1000] [--rows 100000] [--import data-set] [--write]
  small     what one call of each kind takes, by criterion, beside what the same takes without dotdo
            [part of a name]
  million   a million sleeping objects with timers, beside a thousand
            [--objects 1000000] [--calls 20000] [--data folder] [--write]
  cloudflare
            our objects beside JavaScript's, on Cloudflare's engine
            [--seconds 2] [--rounds 5] [--connections 16] [--only word] [--write]
  guard     instructions of the hot path, beside those written down [--renew]
";

/// Runs a benchmark.
pub fn bench(mut args: impl Iterator<Item = String>) -> Result<(), String> {
    match args.next().as_deref() {
        Some("compile") => compile::compile(args),
        Some("load") => run::load(args),
        Some("small") => run::small(args),
        Some("million") => run::million(args),
        Some("cloudflare") => run::cloudflare(args),
        Some("guard") => run::guard(args),
        Some(other) => Err(format!("there is no benchmark `{other}`\n\n{HELP}")),
        None => Err(HELP.to_owned()),
    }
}
