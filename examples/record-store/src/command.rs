//! The store's own commands: `import` and `demo`.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use dotdo::host::native::{Embedded, Server};
use dotdo::prelude::*;

use crate::business::RecordStore;
use crate::import::dataset::DataSet;
use crate::import::{self, Figures, Remote, Store};
use crate::workerd::Workerd;
use crate::world;

/// A few customers, tracks and invoices of the data set.
pub const SAMPLE: &str = include_str!("../sample.json");

/// A port that is free.
const ANY_PORT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
/// Where stores elsewhere look for the world, if nothing else is said: `wrangler.jsonc` has it too.
const WORLD: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8790);

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
        Arg::new("to")
            .long("to")
            .value_name("URL")
            .help("A store that answers HTTP, on whatever host, instead of one in this process; DOTDO_TOKEN is its token"),
        Arg::new("world")
            .long("world")
            .value_name("ADDRESS")
            .value_parser(value_parser!(SocketAddr))
            .help("Where the gateway and the post listen; 127.0.0.1:8790 for a store elsewhere, whose variable WORLD says so"),
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
                .arg(
                    Arg::new("workerd")
                        .long("workerd")
                        .action(ArgAction::SetTrue)
                        .conflicts_with_all(["to", "addr", "world"])
                        .help("The store runs on workerd, Cloudflare's own engine"),
                )
                .arg(Arg::new("once").long("once").action(ArgAction::SetTrue).help("End after the figures"))
                .args(how),
        )
}

/// Runs the command if it is one of these. What the business's own commands do outside is done in this process too.
pub fn run() -> Option<ExitCode> {
    let mut args = std::env::args().skip(1);
    let done = match args.next().as_deref() {
        Some("import" | "demo" | "help" | "-h" | "--help" | "-V" | "--version") | None => own(),
        Some(_) => match world::open(&data_of(args), ANY_PORT, 1) {
            Ok(()) => return None,
            Err(error) => Err(error),
        },
    };
    Some(match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(error.kind().exit_code())
        }
    })
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

async fn import(args: &ArgMatches) -> Result<()> {
    let (file, folder): (PathBuf, PathBuf) = (given(args, "file")?, given(args, "data")?);
    let data = DataSet::parse(&read(&file)?).map_err(|e| e.context(file.display()))?;
    let store = open(args, &folder)?;
    take_in(&store, data).await?;
    end(store).await;
    Ok(())
}

fn read(file: &Path) -> Result<String> {
    std::fs::read_to_string(file)
        .map_err(|e| Error::invalid(format_args!("{}: {e}", file.display())))
}

/// The store that is meant, and the world outside of it.
fn open(args: &ArgMatches, folder: &Path) -> Result<Store> {
    let to: Option<&String> = args.get_one("to");
    let world = args.get_one("world").copied();
    let world = world.unwrap_or(if to.is_some() { WORLD } else { ANY_PORT });
    world::open(folder, world, given(args, "seed")?)?;
    Ok(match to {
        Some(url) => Store::There(Remote::at(url)),
        None => Store::Here(Arc::new(
            Embedded::of(RecordStore::DEF, folder)
                .durability(given::<String>(args, "durability")?.parse()?)
                .start()?,
        )),
    })
}

/// Brings a data set into a store and prints the figures.
async fn take_in(store: &Store, data: DataSet) -> Result<()> {
    let figures = import::import(store, data).await;
    if figures.is_err() {
        // The process ends as in a crash: what was accepted is safe, and no disk that is full is asked once more.
        std::mem::forget(store.clone());
    }
    print(&figures?)
}

/// Puts a store of this process to sleep, once no call holds it any more.
async fn end(store: Store) {
    let Store::Here(mut store) = store else {
        return;
    };
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
    let data = DataSet::parse(SAMPLE)?;
    if args.get_flag("workerd") {
        world::open(&folder, WORLD, given(args, "seed")?)?;
        let mut engine = Workerd::start(&folder.join("workerd"))?;
        let store = Store::There(Remote::at(&engine.ready().await?));
        return show(args, &store, data, &folder).await;
    }
    if args.contains_id("to") {
        return show(args, &open(args, &folder)?, data, &folder).await;
    }
    // The address first: whoever cannot listen need not begin.
    let addr: SocketAddr = given(args, "addr")?;
    let server = match Server::bind(addr, None).await {
        Err(_) if addr.ip().is_loopback() => {
            Server::bind(SocketAddr::new(addr.ip(), 0), None).await?
        }
        bound => bound?,
    };
    let url = format!("http://{}", server.address()?);
    let store = open(args, &folder)?;
    take_in(&store, data).await?;
    if let (false, Store::Here(store)) = (args.get_flag("once"), &store) {
        eprintln!("{}", what_to_try(&url, &folder));
        server.serve(store, stop()?).await?;
    }
    end(store).await;
    Ok(())
}

/// The demo of a store that is served elsewhere: what is left to do here is to be the world outside of it.
async fn show(args: &ArgMatches, store: &Store, data: DataSet, folder: &Path) -> Result<()> {
    take_in(store, data).await?;
    if let (false, Store::There(remote)) = (args.get_flag("once"), store) {
        eprintln!("{}", what_to_try(remote.url(), folder));
        stop()?.await;
    }
    Ok(())
}

fn what_to_try(url: &str, folder: &Path) -> String {
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
