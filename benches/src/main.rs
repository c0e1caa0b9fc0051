//! What the embedded host can do, beside what the machine can do, and what Cloudflare's does beside JavaScript. `cargo xtask
//! bench load`, `small`, `million`, `cloudflare` and `guard` run this.

mod client;
mod cloudflare;
mod hot;
mod import;
mod life;
mod load;
mod meters;
mod million;
mod raw;
mod report;
mod rivals;
mod rows;
mod shop;
#[cfg(feature = "small")]
mod small;

use std::path::PathBuf;
use std::process::ExitCode;

/// For both sides: what a program that serves many should choose, and what docs/src/performance.md advises.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Why a measurement could not be made.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// This program, also after it was built anew.
fn this_program() -> Result<PathBuf, Failure> {
    if cfg!(target_os = "linux") {
        return Ok(PathBuf::from("/proc/self/exe"));
    }
    Ok(std::env::current_exe()?)
}

fn main() -> ExitCode {
    // For both sides, too. The embedded host does it by itself.
    dotdo_sqlite::without_memory_statistics();
    let mut args = std::env::args().skip(1);
    let done = match args.next().as_deref() {
        Some("load") => load::main(args),
        Some("verbs") => load::verbs(args),
        Some("beside") => load::beside(args),
        Some("cloudflare") => cloudflare::main(args),
        Some("life") => life::main(args),
        Some("woken") => life::woken(args),
        Some("footprint") => life::footprint(args),
        Some("million") => million::main(args),
        Some("million-part") => million::run_part(args),
        Some("hot") => hot::main(args),
        #[cfg(feature = "small")]
        Some("small") => small::main(args),
        _ => Err(
            "benches load|verbs|beside|life|million|cloudflare|hot; `cargo xtask bench` says more"
                .into(),
        ),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
