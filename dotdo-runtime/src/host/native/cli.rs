//! The app's own commands: `serve`, `schema`, `manifest`, `call`, `flows`, `asks`, `inspect`, `journals`, `replay`.

use std::collections::BTreeSet;
use std::io::{IsTerminal, Read, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use super::look::look;
use super::steer;
use super::{Durability, Embedded, Exit, Server, plain_name, schema};
use crate::app::{App, ObjectKey};
use crate::business::AppDef;
use crate::door::{Door, HttpRequest};
use crate::error::{Error, ErrorKind, Result};
use crate::host::cloudflare;
use crate::json::Json;
use crate::manifest;

/// How long `call` waits for what it has caused.
const SETTLE: Duration = Duration::from_secs(30);

/// The app's own commands: what `App::main()` runs.
#[doc(hidden)]
pub fn main(def: &'static AppDef) -> Exit {
    run(def, std::env::args_os().collect())
}

fn run(def: &'static AppDef, args: Vec<std::ffi::OsString>) -> Exit {
    let matches = match command(def).try_get_matches_from(args) {
        Ok(matches) => matches,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 64 } else { 0 });
        }
    };
    let done = match matches.subcommand() {
        Some(("serve", args)) => serve(def, args),
        Some(("schema", args)) => schema::run(def, args),
        Some(("manifest", _)) => manifest(def),
        Some(("worker-files", _)) => worker_files(def),
        Some(("call", args)) => call(def, args),
        Some(("flows", args)) => steer::flows(def, args),
        Some(("asks", args)) => steer::asks(def, args),
        Some(("inspect", args)) => inspect(def, args),
        Some(("journals", args)) => journals(args),
        Some(("replay", args)) => replay(def, args),
        _ => Err(Error::internal("clap let an unknown command through")),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            complain(&matches, &error);
            ExitCode::from(error.kind().exit_code())
        }
    }
}

fn complain(matches: &ArgMatches, error: &Error) {
    let asked = |args: &ArgMatches| args.try_get_one::<bool>("json").ok().flatten() == Some(&true);
    let json = matches.subcommand().is_some_and(|(_, args)| {
        asked(args) || args.subcommand().is_some_and(|(_, inner)| asked(inner))
    });
    if json {
        eprintln!(
            "{}",
            serde_json::json!({"error": {"kind": error.kind(), "message": error.message(), "fields": error.fields()}})
        );
    } else {
        eprintln!("error: {error}");
    }
}

fn command(def: &'static AppDef) -> Command {
    let data = || {
        Arg::new("data")
            .long("data")
            .value_name("DIR")
            .default_value("data")
            .value_parser(value_parser!(PathBuf))
            .help("The directory that holds the business")
    };
    let json = || {
        Arg::new("json")
            .long("json")
            .action(ArgAction::SetTrue)
            .help("Print JSON, for programs")
    };
    let durability = || {
        Arg::new("durability")
            .long("durability")
            .value_name("PROMISE")
            .default_value("batch")
            .value_parser(["sync", "batch", "relaxed"])
            .help("What an acknowledged write survives: power loss (sync, batch), or only a crash of the process (relaxed)")
    };
    let command = Command::new(def.name.to_lowercase())
        .version(def.version)
        .about(if def.doc.is_empty() { format!("The business {}", def.name) } else { def.doc.to_owned() })
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            Command::new("serve")
                .about("Run the business and answer HTTP until SIGTERM or Ctrl-C")
                .arg(Arg::new("addr").long("addr").value_name("ADDRESS").default_value("127.0.0.1:8080").value_parser(value_parser!(SocketAddr)).help("Where to listen; any address but loopback needs an access token"))
                .arg(data())
                .arg(durability())
                .arg(Arg::new("token-file").long("token-file").value_name("FILE").value_parser(value_parser!(PathBuf)).help("A file that holds the access token; otherwise DOTDO_TOKEN, if set"))
                .arg(json()),
        )
        .subcommand(schema::command(&json))
        .subcommand(Command::new("manifest").about("Print everything the business consists of, as JSON").arg(json().hide(true)))
        .subcommand(Command::new("worker-files").about("Print what `cargo dotdo worker` needs to know").hide(true))
        .subcommand(
            Command::new("call")
                .about("Ask the business something, as over HTTP, without a server")
                .after_help("Examples:\n  call Customer '{\"email\":\"ann@shop.example\",\"name\":\"Ann\"}'\n  call Customer/01j…\n  call 'Customer?name=Ann&limit=3'\n  call Order/5/pay '{\"receipt\":{…}}'\n  call Customer/01j… --method DELETE")
                .arg(Arg::new("path").required(true).value_name("PATH").help("What to ask, as in the URL"))
                .arg(Arg::new("body").value_name("JSON").help("The body; with one the method is POST, else GET; `-` reads it from standard input"))
                .arg(Arg::new("method").long("method").value_name("METHOD").value_parser(["GET", "POST", "PATCH", "DELETE"]).ignore_case(true).help("Another method"))
                .arg(data())
                .arg(durability())
                .arg(json()),
        )
        .subcommand(steer::flows_command([data(), durability(), json()]))
        .subcommand(steer::asks_command([data(), durability(), json()]))
        .subcommand(
            Command::new("inspect")
                .about("Show what an object holds: things, actions, events, schedules, dead letters")
                .arg(Arg::new("object").value_name("NOUN/ID").help("An object noun's object; without one, every tenant's own"))
                .arg(Arg::new("tenant").long("tenant").value_name("TENANT").help("The tenant; without one, the default tenant for an object, and all tenants otherwise"))
                .arg(data())
                .arg(json()),
        );
    with_journals(command, data(), json())
}

fn with_journals(command: Command, data: Arg, json: Arg) -> Command {
    let folder = |help: &'static str| {
        Arg::new("folder")
            .required(true)
            .value_name("FOLDER")
            .value_parser(value_parser!(PathBuf))
            .help(help)
    };
    command
        .subcommand(
            Command::new("journals")
                .about("Write the journals of flows into files, for `replay`")
                .arg(folder("Where the files go"))
                .arg(
                    Arg::new("all")
                        .long("all")
                        .action(ArgAction::SetTrue)
                        .help("Those of flows that have ended, too"),
                )
                .arg(data),
        )
        .subcommand(
            Command::new("replay")
                .about("Try whether this program can follow journals that an earlier one wrote; nothing is performed")
                .arg(folder("The files that `journals` wrote"))
                .arg(json),
        )
}

pub(super) fn text<'a>(args: &'a ArgMatches, name: &str) -> Option<&'a str> {
    args.get_one::<String>(name).map(String::as_str)
}

fn data_of(args: &ArgMatches) -> &Path {
    args.get_one::<PathBuf>("data")
        .map_or(Path::new("data"), PathBuf::as_path)
}

fn durability_of(args: &ArgMatches) -> Result<Durability> {
    text(args, "durability").unwrap_or("batch").parse()
}

fn block_on<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(future)
}

pub(super) fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}") {
        // The reader has seen enough: `schema | head`.
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        done => Ok(done?),
    }
}

// ---- journals, replay ----

fn folder_of(args: &ArgMatches) -> Result<&Path> {
    args.get_one::<PathBuf>("folder")
        .map(PathBuf::as_path)
        .ok_or_else(|| Error::internal("clap gave no folder"))
}

fn journals(args: &ArgMatches) -> Result<ExitCode> {
    let to = folder_of(args)?;
    let count = super::record_journals(data_of(args), to, args.get_flag("all"))?;
    print(&format!("{count} journals written to {}", to.display()))?;
    Ok(ExitCode::SUCCESS)
}

fn replay(def: &'static AppDef, args: &ArgMatches) -> Result<ExitCode> {
    let replayed = super::replay_journals(def, folder_of(args)?)?;
    let parked = replayed.iter().filter(|one| one.parks.is_some()).count();
    for one in &replayed {
        let file = one.file.file_name().unwrap_or_default().to_string_lossy();
        let parks = one.parks.as_ref().map(Error::message);
        if args.get_flag("json") {
            print(
                &serde_json::json!({"file": file, "flow": one.flow, "parks": parks}).to_string(),
            )?;
        } else {
            match parks {
                None => print(&format!("follows  {file}"))?,
                Some(why) => print(&format!("parks    {file}\n         {why}"))?,
            }
        }
    }
    if !args.get_flag("json") {
        print(&format!(
            "{} journals, {parked} would be parked",
            replayed.len()
        ))?;
    }
    Ok(ExitCode::from(u8::from(parked > 0)))
}

// ---- serve ----

fn serve(def: &'static AppDef, args: &ArgMatches) -> Result<ExitCode> {
    let address = *args
        .get_one::<SocketAddr>("addr")
        .ok_or_else(|| Error::internal("clap gave no address"))?;
    let token = token(args)?;
    let business = Embedded::of(def, data_of(args)).durability(durability_of(args)?);
    let json = args.get_flag("json");
    block_on(async move {
        // The address first: a process that cannot listen should not touch the data.
        let server = Server::bind(address, token).await?;
        let address = server.address()?;
        let stop = stop_signal()?;
        let business = business.start()?;
        if json {
            print(&serde_json::json!({"listening": format!("http://{address}"), "data": data_of(args)}).to_string())?;
        } else {
            print(&format!(
                "{} listens on http://{address}, its data is in {}",
                def.name,
                data_of(args).display()
            ))?;
        }
        let served = server.serve(&business, stop).await;
        business.shutdown().await;
        served.map(|()| ExitCode::SUCCESS)
    })
}

fn token(args: &ArgMatches) -> Result<Option<String>> {
    if let Some(file) = args.get_one::<PathBuf>("token-file") {
        let token = std::fs::read_to_string(file)
            .map_err(|e| Error::invalid(format_args!("{}: {e}", file.display())))?;
        return Ok(Some(token.trim().to_owned()));
    }
    Ok(std::env::var("DOTDO_TOKEN")
        .ok()
        .filter(|token| !token.is_empty()))
}

/// Ready when the process is told to stop.
pub(super) fn stop_signal() -> Result<impl Future<Output = ()> + Send + 'static> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (mut terminate, mut interrupt) = (
            signal(SignalKind::terminate())?,
            signal(SignalKind::interrupt())?,
        );
        Ok(async move {
            tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
        })
    }
    #[cfg(not(unix))]
    {
        Ok(async {
            // If Ctrl-C cannot be heard, the process is ended from outside.
            let _ = tokio::signal::ctrl_c().await;
        })
    }
}

// ---- manifest ----

fn manifest(def: &'static AppDef) -> Result<ExitCode> {
    print(&serde_json::to_string_pretty(&manifest::of(&App::new(
        def,
    )?))?)?;
    Ok(ExitCode::SUCCESS)
}

fn worker_files(def: &'static AppDef) -> Result<ExitCode> {
    let app = App::new(def)?;
    let class = |(noun, class)| serde_json::json!({"noun": noun, "class": class});
    let classes: Vec<_> = cloudflare::classes(&app).into_iter().map(class).collect();
    let files = serde_json::json!({
        "name": def.name,
        "classes": classes,
        "dropped": def.dropped,
        "zones": app.schedules().iter().map(|s| s.zone.name()).collect::<BTreeSet<_>>(),
        "shim": cloudflare::SHIM,
    });
    print(&files.to_string())?;
    Ok(ExitCode::SUCCESS)
}

// ---- call, inspect ----

fn call(def: &'static AppDef, args: &ArgMatches) -> Result<ExitCode> {
    let path = text(args, "path").unwrap_or_default();
    let body = match text(args, "body") {
        Some("-") => {
            let mut body = String::new();
            std::io::stdin().read_to_string(&mut body)?;
            Some(body)
        }
        body => body.map(str::to_owned),
    };
    let method = text(args, "method")
        .map_or(if body.is_some() { "POST" } else { "GET" }, |m| m)
        .to_uppercase();
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let mut headers = vec![("host".to_owned(), "localhost".to_owned())];
    if body.is_some() {
        headers.push(("content-type".to_owned(), "application/json".to_owned()));
    }
    let request = HttpRequest {
        method,
        path: format!("/{}", path.trim_start_matches('/')),
        query: query.to_owned(),
        headers,
        body: body.unwrap_or_default().into_bytes(),
    };
    ask_door(def, args, request)
}

/// Asks the business by its door, without a server, and prints the answer.
pub(super) fn ask_door(
    def: &'static AppDef,
    args: &ArgMatches,
    request: HttpRequest,
) -> Result<ExitCode> {
    let business = Embedded::of(def, data_of(args))
        .durability(durability_of(args)?)
        .start()?;
    let response = block_on(async {
        let door = Door::new(business.app(), None, business.ids());
        let response = door.answer(business.handle(), request).await;
        // What the call has caused should not have to wait for the next process; what takes longer than this does.
        if tokio::time::timeout(SETTLE, business.settled())
            .await
            .is_err()
        {
            eprintln!(
                "still working after {} s; the rest goes on when the business runs next",
                SETTLE.as_secs()
            );
        }
        business.shutdown().await;
        Ok(response)
    })?;
    let body = String::from_utf8_lossy(&response.body).into_owned();
    let shown = match serde_json::from_str::<serde_json::Value>(&body) {
        Ok(tree) if !args.get_flag("json") => serde_json::to_string_pretty(&tree)?,
        _ => body.clone(),
    };
    if (200..300).contains(&response.status) {
        if !shown.is_empty() {
            print(&shown)?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let problem = serde_json::from_str::<serde_json::Value>(&body).unwrap_or_default();
    if args.get_flag("json") {
        eprintln!("{shown}");
    } else {
        eprintln!(
            "error: {} ({})",
            problem["detail"].as_str().unwrap_or(&shown),
            response.status
        );
    }
    let kind = problem["type"]
        .as_str()
        .and_then(|url| ErrorKind::of_slug(url.rsplit('/').next()?));
    Ok(ExitCode::from(
        kind.unwrap_or(ErrorKind::Internal).exit_code(),
    ))
}

fn inspect(def: &'static AppDef, args: &ArgMatches) -> Result<ExitCode> {
    let folder = data_of(args);
    if !folder.join("objects").is_dir() {
        return Err(Error::new(
            ErrorKind::NotFound,
            format_args!(
                "{} holds no business; run `serve` or `call` first, or choose another directory with --data",
                folder.display()
            ),
        ));
    }
    let app = App::new(def)?;
    let tenants: Vec<String> = match text(args, "tenant") {
        Some(tenant) => vec![tenant.to_owned()],
        None if text(args, "object").is_some() => vec![app.domain()],
        None => tenants(folder)?,
    };
    let keys = tenants.into_iter().map(|tenant| {
        match text(args, "object").map(|o| o.split_once('/').ok_or(o)) {
            None => Ok(ObjectKey::tenant(tenant)),
            Some(Ok((noun, id))) if app.is_object(noun) => Ok(ObjectKey::thing(tenant, noun, id)),
            Some(Ok((noun, _))) => Err(Error::invalid(format_args!(
                "`{noun}` is no noun whose things are objects of their own"
            ))),
            Some(Err(object)) => Err(Error::invalid(format_args!(
                "`{object}` names no object; write Noun/id"
            ))),
        }
    });
    let keys = keys.collect::<Result<Vec<_>>>()?;
    let reports = look(app, folder, keys)?;
    if args.get_flag("json") || !std::io::stdout().is_terminal() {
        let trees: Vec<_> = reports.iter().map(Json::tree).collect();
        print(&serde_json::to_string_pretty(&trees)?)?;
    } else {
        for report in reports {
            print(&readable(&report.tree(), 0))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The tenants that have an object of their own in a directory.
fn tenants(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder.join("objects"))? {
        let entry = entry?;
        if entry.path().join("tenant.sqlite").is_file()
            && let Some(name) = entry.file_name().to_str()
        {
            names.push(plain_name(name));
        }
    }
    names.sort();
    Ok(names)
}

fn readable(tree: &serde_json::Value, depth: usize) -> String {
    let indent = "  ".repeat(depth);
    match tree {
        serde_json::Value::Object(members) => members
            .iter()
            .map(|(name, value)| match value {
                serde_json::Value::Object(inner) if inner.is_empty() => {
                    format!("{indent}{name}: none")
                }
                serde_json::Value::Array(inner) if inner.is_empty() => {
                    format!("{indent}{name}: none")
                }
                serde_json::Value::Object(_) | serde_json::Value::Array(_) => {
                    format!("{indent}{name}:\n{}", readable(value, depth + 1))
                }
                _ => format!("{indent}{name}: {}", readable(value, 0)),
            })
            .collect::<Vec<_>>()
            .join("\n"),
        serde_json::Value::Array(items) => items
            .iter()
            .map(|item| readable(item, depth))
            .collect::<Vec<_>>()
            .join("\n"),
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Null => "none".to_owned(),
        other => other.to_string(),
    }
}
