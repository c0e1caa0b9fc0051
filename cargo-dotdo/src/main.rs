//! `cargo dotdo`.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use cargo_dotdo::{Project, Result, Select, Size, install};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

fn main() -> ExitCode {
    // Cargo calls `cargo-dotdo dotdo …`.
    let args = std::env::args_os()
        .enumerate()
        .filter(|(n, arg)| !(*n == 1 && arg == "dotdo"))
        .map(|(_, arg)| arg);
    match run(&command().get_matches_from(args)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn command() -> Command {
    let on = |name: &'static str, about: &'static str| {
        Command::new(name)
            .about(about)
            .arg(
                Arg::new("package")
                    .short('p')
                    .long("package")
                    .value_name("PACKAGE")
                    .help("The package; without it, that of this folder"),
            )
            .arg(
                Arg::new("bin")
                    .long("bin")
                    .value_name("NAME")
                    .help("The program, if the package has several"),
            )
            .arg(
                Arg::new("features")
                    .short('F')
                    .long("features")
                    .value_name("FEATURES")
                    .help("Features to switch on, as cargo takes them"),
            )
    };
    let fast = || {
        Arg::new("fast")
            .long("fast")
            .action(ArgAction::SetTrue)
            .help("Quick to build rather than small")
    };
    let worker = Command::new("worker")
        .about("The business on Cloudflare: Workers and Durable Objects")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            on(
                "build",
                "Write the bundle into `worker/`, and bring wrangler.jsonc up to date",
            )
            .arg(fast()),
        )
        .subcommand(on(
            "check",
            "Write nothing; fail if wrangler.jsonc is not up to date",
        ))
        .subcommand(on(
            "size",
            "Build, and print how large the bundle is and what makes it so, as tables in Markdown",
        ))
        .subcommand(
            Command::new("install").about(
                "Install what the others need, unless it is there, and print where workerd is",
            ),
        )
        .subcommand(
            on("dev", "Build, and serve on this machine by workerd")
                .arg(fast())
                .arg(
                    Arg::new("port")
                        .long("port")
                        .value_name("PORT")
                        .default_value("8787")
                        .value_parser(value_parser!(u16))
                        .help("Where to listen on 127.0.0.1; 0 is any port that is free"),
                )
                .arg(
                    Arg::new("data")
                        .long("data")
                        .value_name("DIR")
                        .value_parser(value_parser!(PathBuf))
                        .help("Where the data is kept; without it, worker/state"),
                ),
        );
    Command::new("cargo dotdo")
        .bin_name("cargo dotdo")
        .version(env!("CARGO_PKG_VERSION"))
        .about("What a dotdo business needs beside cargo")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(worker)
}

fn run(matches: &ArgMatches) -> Result<()> {
    let unknown = || "clap let an unknown command through".to_owned();
    let (_, worker) = matches.subcommand().ok_or_else(unknown)?;
    let (name, args) = worker.subcommand().ok_or_else(unknown)?;
    if name == "install" {
        println!("{}", install(Path::new("."))?.display());
        return Ok(());
    }
    let text = |name: &str| args.get_one::<String>(name).cloned();
    let project = Project::find(&Select {
        package: text("package"),
        bin: text("bin"),
        features: text("features"),
        ..Select::default()
    })?;
    let fast = || args.get_flag("fast");
    match name {
        "build" => project.build(fast()),
        "check" => project.check(),
        "size" => print(&project.size()?),
        "dev" => project.dev(
            fast(),
            args.get_one("port").copied().unwrap_or_default(),
            args.get_one::<PathBuf>("data").map(PathBuf::as_path),
        ),
        _ => Err(unknown()),
    }
}

fn print(size: &Size) -> Result<()> {
    write!(std::io::stdout(), "{size}").map_err(|e| format!("nothing can be printed: {e}"))
}
