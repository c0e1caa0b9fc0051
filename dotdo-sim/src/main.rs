//! Runs seeds: `cargo xtask sim`.

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use dotdo_runtime::host::sim::Stats;
use dotdo_runtime::planted::Bug;
use dotdo_sim::run::{FAULTS, Outcome, Without, run};

const HELP: &str = "\
cargo xtask sim [options]

  --seeds <n>       how many seeds (1000)
  --from <seed>     the first one (0)
  --plant <bug>     with a bug planted; `--plant list` names them
  --without <a,b>   leaves faults out; `--without list` names them
  --requests <n>    at most so many requests of each client
  --jobs <n>        at one time (as many as there are processors)
";

struct Options {
    seeds: u64,
    from: u64,
    plant: Option<Bug>,
    without: Without,
    jobs: usize,
}

fn options() -> Result<Options, String> {
    let mut options = Options {
        seeds: 1000,
        from: 0,
        plant: None,
        without: Without::default(),
        jobs: std::thread::available_parallelism().map_or(1, usize::from),
    };
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        if matches!(arg.as_str(), "-h" | "--help" | "help") {
            return Err(HELP.to_owned());
        }
        let value = args
            .next()
            .ok_or_else(|| format!("`{arg}` needs a value\n\n{HELP}"))?;
        let number = || {
            value
                .parse::<u64>()
                .map_err(|_| format!("`{value}` is no number"))
        };
        match arg.as_str() {
            "--seeds" => options.seeds = number()?,
            "--from" => options.from = number()?,
            "--jobs" => options.jobs = usize::try_from(number()?).unwrap_or(1).max(1),
            "--requests" => options.without.requests = Some(number()?),
            "--plant" if value == "list" => {
                let names: Vec<_> = Bug::ALL.iter().map(|bug| bug.name()).collect();
                return Err(names.join("\n"));
            }
            "--plant" => options.plant = Some(value.parse()?),
            "--without" if value == "list" => return Err(FAULTS.join("\n")),
            "--without" => {
                for name in value.split(',') {
                    if !FAULTS.contains(&name) {
                        return Err(format!(
                            "there is no fault `{name}`; there are {}",
                            FAULTS.join(", ")
                        ));
                    }
                    options.without.faults.push(name.to_owned());
                }
            }
            other => return Err(format!("there is no option `{other}`\n\n{HELP}")),
        }
    }
    Ok(options)
}

fn main() -> ExitCode {
    let options = match options() {
        Ok(options) => options,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::FAILURE;
        }
    };
    // A violation is shown once, with what led to it; the panic that reports it is no news.
    std::panic::set_hook(Box::new(|_| {}));
    let begun = Instant::now();
    let next = AtomicU64::new(options.from);
    let end = options.from.saturating_add(options.seeds);
    let (stop, done) = (AtomicBool::new(false), AtomicU64::new(0));
    let total = Mutex::new(Stats::default());
    let failure: Mutex<Option<(u64, Outcome)>> = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..options.jobs {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end {
                        break;
                    }
                    let outcome = run(seed, options.plant, &options.without);
                    add(
                        &mut total.lock().unwrap_or_else(PoisonError::into_inner),
                        outcome.stats,
                    );
                    if outcome.violation.is_some() {
                        stop.store(true, Ordering::Relaxed);
                        let mut failure = failure.lock().unwrap_or_else(PoisonError::into_inner);
                        if failure.as_ref().is_none_or(|(other, _)| seed < *other) {
                            *failure = Some((seed, outcome));
                        }
                    }
                    let count = done.fetch_add(1, Ordering::Relaxed) + 1;
                    if count.is_multiple_of(500) {
                        eprintln!("{count} seeds, {:.0} s", begun.elapsed().as_secs_f64());
                    }
                }
            });
        }
    });
    let seconds = begun.elapsed().as_secs_f64();
    report(
        done.into_inner(),
        total.into_inner().unwrap_or_else(PoisonError::into_inner),
        seconds,
    );
    match failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
        None => ExitCode::SUCCESS,
        Some((seed, outcome)) => {
            explain(seed, &outcome, &options);
            ExitCode::FAILURE
        }
    }
}

fn add(total: &mut Stats, one: Stats) {
    total.turns += one.turns;
    total.crashes += one.crashes;
    total.faults += one.faults;
    total.steps += one.steps;
    total.messages += one.messages;
    total.micros += one.micros;
}

fn report(seeds: u64, total: Stats, seconds: f64) {
    println!(
        "{seeds} seeds in {seconds:.0} s: {} simulated hours, {} turns, {} steps, {} messages, {} crashes, {} other faults",
        total.micros / 3_600_000_000,
        total.turns,
        total.steps,
        total.messages,
        total.crashes,
        total.faults
    );
}

fn explain(seed: u64, outcome: &Outcome, options: &Options) {
    println!("\nthe last things that happened in seed {seed}:");
    for line in &outcome.trace {
        println!("  {line}");
    }
    println!(
        "\nseed {seed}: {}",
        outcome.violation.as_deref().unwrap_or_default()
    );
    let plant = options
        .plant
        .map(|bug| format!(" --plant {}", bug.name()))
        .unwrap_or_default();
    println!(
        "\nrepeat it with:\n  cargo xtask sim --from {seed} --seeds 1{plant}{}",
        flags(&options.without)
    );
    let smaller = shrink(seed, options);
    if smaller != options.without {
        println!(
            "it also fails with less going on:\n  cargo xtask sim --from {seed} --seeds 1{plant}{}",
            flags(&smaller)
        );
    }
}

fn flags(without: &Without) -> String {
    let faults = match &without.faults[..] {
        [] => String::new(),
        faults => format!(" --without {}", faults.join(",")),
    };
    let requests = without
        .requests
        .map(|requests| format!(" --requests {requests}"))
        .unwrap_or_default();
    faults + &requests
}

/// Leaves out what can be left out without the failure going away.
fn shrink(seed: u64, options: &Options) -> Without {
    let mut best = options.without.clone();
    let fails = |without: &Without| run(seed, options.plant, without).violation.is_some();
    for name in FAULTS {
        let mut without = best.clone();
        without.faults.push(name.to_owned());
        if !best.faults.iter().any(|f| f == name) && fails(&without) {
            best = without;
        }
    }
    for requests in 1..14 {
        let mut without = best.clone();
        without.requests = Some(requests);
        if fails(&without) {
            return without;
        }
    }
    best
}
