//! The commands `flows` and `asks`: what the HTTP door does with `/$flows` and `/$asks`, without a server.

use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command};

use super::cli::{ask_door, text};
use crate::business::AppDef;
use crate::door::{HttpRequest, encode};
use crate::error::{Error, Result};

fn id(what: &'static str) -> Arg {
    Arg::new("id").required(true).value_name("ID").help(what)
}

fn option(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).help(help)
}

fn who(required: bool) -> Arg {
    option(
        "as",
        "NAME",
        "Who does it: the name of a person, or Agent/name",
    )
    .required(required)
}

/// `flows`
pub(super) fn flows_command(common: [Arg; 3]) -> Command {
    let command = |name: &'static str, about: &'static str| {
        Command::new(name)
            .about(about)
            .arg(option(
                "object",
                "NOUN/ID",
                "An object noun's object; without one, the tenant's own",
            ))
            .args(common.clone())
    };
    let flow = || id("The run, as `flows list` shows it");
    Command::new("flows")
        .about("List flows, show their journals, cancel them, try or run them again")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            command("list", "List the flows of an object, oldest first")
                .arg(option("status", "STATUS", "Only these: running, retrying, failed, …"))
                .arg(option("name", "FUNCTION", "Only those of this function"))
                .arg(option("after", "ID", "Those after this one"))
                .arg(option("limit", "N", "At most so many")),
        )
        .subcommand(command("show", "Show a flow with its journal").arg(flow()))
        .subcommand(
            command("cancel", "End a flow")
                .arg(flow())
                .arg(option("reason", "TEXT", "Why"))
                .arg(who(false)),
        )
        .subcommand(
            command(
                "retry",
                "Try at once what waits to be tried again, or go on with a flow that failed or was cancelled",
            )
            .arg(flow())
            .arg(who(false)),
        )
        .subcommand(
            command("rerun", "Run a flow anew from a step")
                .arg(flow())
                .arg(option("from", "KEY", "The step, such as charge#0; without one, from the beginning"))
                .arg(
                    Arg::new("repeat")
                        .long("repeat")
                        .action(ArgAction::SetTrue)
                        .help("Do again what was done after that step"),
                )
                .arg(who(false)),
        )
}

/// `asks`
pub(super) fn asks_command(common: [Arg; 3]) -> Command {
    let command = |name: &'static str, about: &'static str| {
        Command::new(name).about(about).args(common.clone())
    };
    let ask = || id("The question, as `asks list` shows it");
    let act = |name, about| command(name, about).arg(ask()).arg(who(name != "expire"));
    Command::new("asks")
        .about("List what people are asked, and answer it")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            command("list", "List questions that can be answered, oldest first")
                .arg(
                    Arg::new("all")
                        .long("all")
                        .action(ArgAction::SetTrue)
                        .help("Those that are over, too"),
                )
                .arg(option("role", "ROLE", "Only those for this role"))
                .arg(option(
                    "assignee",
                    "NAME",
                    "Only those for this person, or claimed by them",
                ))
                .arg(option(
                    "flow",
                    "FUNCTION",
                    "Only those of flows of this function",
                ))
                .arg(option("after", "ID", "Those after this one"))
                .arg(option("limit", "N", "At most so many")),
        )
        .subcommand(command("show", "Show a question with the form of its answer").arg(ask()))
        .subcommand(
            act("answer", "Answer a question").arg(
                Arg::new("form")
                    .required(true)
                    .value_name("JSON")
                    .help("The form, filled in"),
            ),
        )
        .subcommand(act(
            "claim",
            "Take a question, so that nobody else works on it",
        ))
        .subcommand(act("release", "Give a question back"))
        .subcommand(
            act("delegate", "Hand a question on")
                .arg(option("user", "NAME", "To this person"))
                .arg(option("role", "ROLE", "To whoever has this role"))
                .arg(option("note", "TEXT", "Why")),
        )
        .subcommand(
            act("decline", "Say that a question will not be answered")
                .arg(option("reason", "TEXT", "Why").required(true)),
        )
        .subcommand(act("expire", "End the time that a question stands"))
}

pub(super) fn flows(def: &'static AppDef, args: &ArgMatches) -> Result<ExitCode> {
    let (command, args) = args
        .subcommand()
        .ok_or_else(|| Error::internal("clap let a missing command through"))?;
    let owner = match text(args, "object") {
        None => String::new(),
        Some(object) if object.split_once('/').is_some() => format!("/{object}"),
        Some(object) => {
            return Err(Error::invalid(format_args!(
                "`{object}` names no object; write Noun/id"
            )));
        }
    };
    let all = format!("{owner}/$flows");
    match command {
        "list" => list(def, args, &all, &["status", "name", "after", "limit"], ""),
        "show" => look(def, args, &all),
        "rerun" => act(
            def,
            args,
            &all,
            command,
            Some(serde_json::json!({
                "from": text(args, "from"),
                "repeat": args.get_flag("repeat"),
            })),
        ),
        "cancel" => {
            let body = serde_json::json!({"reason": text(args, "reason")});
            act(def, args, &all, command, Some(body))
        }
        _ => act(def, args, &all, command, None),
    }
}

pub(super) fn asks(def: &'static AppDef, args: &ArgMatches) -> Result<ExitCode> {
    let (command, args) = args
        .subcommand()
        .ok_or_else(|| Error::internal("clap let a missing command through"))?;
    let all = "/$asks";
    match command {
        "list" => {
            let open = if args.get_flag("all") {
                ""
            } else {
                "open=true"
            };
            list(
                def,
                args,
                all,
                &["role", "assignee", "flow", "after", "limit"],
                open,
            )
        }
        "show" => look(def, args, all),
        "answer" => {
            let form = text(args, "form").unwrap_or_default();
            let form = serde_json::from_str(form)
                .map_err(|e| Error::invalid(format_args!("the answer is not JSON: {e}")))?;
            act(def, args, all, command, Some(form))
        }
        "delegate" => {
            let mut body = serde_json::Map::new();
            for name in ["user", "role", "note"] {
                if let Some(value) = text(args, name) {
                    body.insert(name.to_owned(), value.into());
                }
            }
            act(def, args, all, command, Some(body.into()))
        }
        "decline" => {
            let body = serde_json::json!({"reason": text(args, "reason")});
            act(def, args, all, command, Some(body))
        }
        _ => act(def, args, all, command, None),
    }
}

fn request(method: &str, path: &str) -> HttpRequest {
    HttpRequest::new(method, path).with("host", "localhost")
}

fn list(
    def: &'static AppDef,
    args: &ArgMatches,
    path: &str,
    filters: &[&str],
    fixed: &str,
) -> Result<ExitCode> {
    let given = filters
        .iter()
        .filter_map(|name| text(args, name).map(|value| format!("{name}={}", encode(value))));
    let query: Vec<String> = std::iter::once(fixed.to_owned())
        .filter(|fixed| !fixed.is_empty())
        .chain(given)
        .collect();
    ask_door(
        def,
        args,
        request("GET", &format!("{path}?{}", query.join("&"))),
    )
}

fn look(def: &'static AppDef, args: &ArgMatches, path: &str) -> Result<ExitCode> {
    let id = encode(text(args, "id").unwrap_or_default());
    ask_door(def, args, request("GET", &format!("{path}/{id}")))
}

fn act(
    def: &'static AppDef,
    args: &ArgMatches,
    path: &str,
    act: &str,
    body: Option<serde_json::Value>,
) -> Result<ExitCode> {
    let id = encode(text(args, "id").unwrap_or_default());
    let mut request = request("POST", &format!("{path}/{id}/{act}"));
    if let Some(who) = text(args, "as") {
        request = request.with("actor", who);
    }
    if let Some(body) = body {
        request = HttpRequest {
            body: body.to_string().into_bytes(),
            ..request.with("content-type", "application/json")
        };
    }
    ask_door(def, args, request)
}
