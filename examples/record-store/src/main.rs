//! A record store that runs for real: `import` takes the Chinook data set, `demo` a small sample of it.
//!
//! `business.rs` is the business. `outside/` is the world it deals with: a payment gateway that fails one request in
//! five, an outbox, a drawer for reports. `import/` feeds it.

mod business;
mod import;
mod outside;

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use dotdo::host::native::{Durability, Embedded, Server};
use dotdo::prelude::*;

use business::RecordStore;
use import::Figures;
use import::dataset::DataSet;

/// A few customers, tracks and invoices of the data set.
const SAMPLE: &str = include_str!("../sample.json");

/// How a data set is taken in.
struct How {
    durability: Durability,
    seed: u64,
}

fn command() -> Command {
    let data = |help| {
        Arg::new("data")
            .long("data")
            .value_name("DIR")
            .value_parser(value_parser!(PathBuf))
            .help(help)
    };
    let how = [
        Arg::new("durability")
            .long("durability")
            .value_name("PROMISE")
            .default_value("batch")
            .value_parser(["sync", "batch", "relaxed"])
            .help("What a write survives: power loss (sync, batch), or only a crash of the process (relaxed)"),
        Arg::new("seed").long("seed").value_name("NUMBER").default_value("1").value_parser(value_parser!(u64)).help("Decides which requests the gateway fails"),
    ];
    Command::new("record-store")
        .version(env!("CARGO_PKG_VERSION"))
        .about("A record store: customers, tracks, and invoices that a payment gateway charges")
        .after_help("Every business has these commands too, and `serve --help` tells more:\n  serve     Run the store and answer HTTP\n  schema    Print the SQL of every table\n  manifest  Print everything the store consists of\n  call      Ask the store something without a server\n  inspect   Show what an object holds")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            Command::new("import")
                .about("Take in the Chinook data set, have every invoice paid, print the figures")
                .arg(Arg::new("file").required(true).value_name("chinook.json").value_parser(value_parser!(PathBuf)).help("The data set"))
                .arg(data("The directory that holds the store").default_value("data"))
                .args(how.clone()),
        )
        .subcommand(
            Command::new("demo")
                .about("The same with a small sample, then serve it and say what to try")
                .arg(data("The directory that holds the store; without one, a new one for temporary files"))
                .arg(
                    Arg::new("addr")
                        .long("addr")
                        .value_name("ADDRESS")
                        .default_value("127.0.0.1:8080")
                        .value_parser(value_parser!(SocketAddr))
                        .help("Where to listen; a free port if this one is taken"),
                )
                .arg(Arg::new("once").long("once").action(ArgAction::SetTrue).help("End after the figures"))
                .args(how),
        )
}

fn main() -> dotdo::Exit {
    let mut args = std::env::args().skip(1);
    let done = match args.next().as_deref() {
        Some("import" | "demo" | "help" | "-h" | "--help" | "-V" | "--version") | None => own(),
        Some(_) => {
            // The steps of a store that is served pay and mail too.
            let data = data_of(args);
            match outside::open(&data, 1) {
                Ok(()) => return RecordStore::main(),
                Err(error) => Err(error),
            }
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(error.kind().exit_code())
        }
    }
}

/// The directory that the business's own commands will use.
fn data_of(mut args: impl Iterator<Item = String>) -> PathBuf {
    while let Some(arg) = args.next() {
        if arg == "--data" {
            return args.next().unwrap_or_default().into();
        }
        if let Some(folder) = arg.strip_prefix("--data=") {
            return folder.into();
        }
    }
    "data".into()
}

fn own() -> Result<()> {
    let matches = command().get_matches();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        match matches.subcommand() {
            Some(("import", args)) => import(args).await,
            Some(("demo", args)) => demo(args).await,
            // clap lets no other through.
            _ => Ok(()),
        }
    })
}

fn given<T: Clone + Send + Sync + 'static>(args: &ArgMatches, name: &str) -> Result<T> {
    args.get_one(name)
        .cloned()
        .ok_or_else(|| Error::invalid(format_args!("`{name}` is missing")))
}

fn how(args: &ArgMatches) -> Result<How> {
    Ok(How {
        durability: given::<String>(args, "durability")?.parse()?,
        seed: given(args, "seed")?,
    })
}

async fn import(args: &ArgMatches) -> Result<()> {
    let (file, folder): (PathBuf, PathBuf) = (given(args, "file")?, given(args, "data")?);
    let data = DataSet::parse(&read(&file)?).map_err(|e| e.context(file.display()))?;
    let (store, figures) = take_in(data, &folder, &how(args)?).await?;
    print(&figures)?;
    end(store).await;
    Ok(())
}

fn read(file: &Path) -> Result<String> {
    std::fs::read_to_string(file)
        .map_err(|e| Error::invalid(format_args!("{}: {e}", file.display())))
}

/// Starts a store and brings a data set into it.
async fn take_in(data: DataSet, folder: &Path, how: &How) -> Result<(Arc<Embedded>, Figures)> {
    outside::open(folder, how.seed)?;
    let store = Arc::new(
        Embedded::of(RecordStore::DEF, folder)
            .durability(how.durability)
            .start()?,
    );
    match import::import(&store, data).await {
        Ok(figures) => Ok((store, figures)),
        Err(error) => {
            // The process ends as in a crash: what was accepted is safe, and no disk that is full is asked once more.
            std::mem::forget(store);
            Err(error)
        }
    }
}

/// Puts a store to sleep, once no call holds it any more.
async fn end(mut store: Arc<Embedded>) {
    loop {
        match Arc::try_unwrap(store) {
            Ok(store) => return store.shutdown().await,
            Err(shared) => store = shared,
        }
        tokio::task::yield_now().await;
    }
}

/// The figures as one line of JSON.
fn print(figures: &Figures) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", serde_json::to_string(figures)?)?;
    Ok(out.flush()?)
}

async fn demo(args: &ArgMatches) -> Result<()> {
    let folder = args.get_one::<PathBuf>("data").cloned().unwrap_or_else(|| {
        std::env::temp_dir().join(format!("record-store-{}", std::process::id()))
    });
    // The address first: whoever cannot listen need not begin.
    let addr: SocketAddr = given(args, "addr")?;
    let server = match Server::bind(addr, None).await {
        Err(_) if addr.ip().is_loopback() => {
            Server::bind(SocketAddr::new(addr.ip(), 0), None).await?
        }
        bound => bound?,
    };
    let address = server.address()?;
    let (store, figures) = take_in(DataSet::parse(SAMPLE)?, &folder, &how(args)?).await?;
    print(&figures)?;
    if !args.get_flag("once") {
        eprintln!("{}", what_to_try(address, &folder));
        server.serve(&store, stop()?).await?;
    }
    end(store).await;
    Ok(())
}

fn what_to_try(address: SocketAddr, folder: &Path) -> String {
    let url = format!("http://{address}");
    let folder = folder.display();
    format!(
        "
The store listens on {url}; Ctrl-C ends it. Its data is in {folder}. Try:

  curl {url}/Customer
  curl '{url}/Invoice?stage=Paid&limit=3'
  curl {url}/Invoice/12
  curl {url}/Invoice/12/retries
  curl '{url}/Track?q=love'
  curl {url}/Customer -d '{{\"email\":\"ann@shop.example\",\"name\":\"Ann\",\"country\":\"Germany\"}}' -H 'content-type: application/json'
  tail -n 1 {folder}/outbox/mails.jsonl
  tail -n 1 {folder}/gateway/ledger.jsonl"
    )
}

/// Ready when the process is told to stop.
#[cfg(unix)]
fn stop() -> Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    );
    Ok(async move {
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
    })
}

/// Ready when the process is told to stop.
#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
fn stop() -> Result<impl Future<Output = ()> + Send + 'static> {
    Ok(async {
        // If Ctrl-C cannot be heard, the process is ended from outside.
        let _ = tokio::signal::ctrl_c().await;
    })
}
