//! What an object does when it is asked something.

use super::control;
use super::turn::Turn;
use super::{Answer, Request};
use crate::app::ObjectKey;
use crate::context::Tx;
use crate::effect::guarded;
use crate::error::{Error, ErrorKind, Result};
use crate::flow::Trigger;
use crate::journal::{self, Durability};
use crate::json::Json;
use crate::noun::NounDef;
use crate::planted::{self, Bug};
use crate::rooms;
use crate::store::actions::{self, Action, Kind, Status};
use crate::store::{
    Page, Thing, asks, breakers, events, letters, outbox, schedules, things, versions, watches,
};
use crate::stub::Op;

/// Performs a chain as far as it concerns this object.
pub(super) fn perform_chain(turn: &Turn, request: &Request) -> Result<Answer> {
    let mut ops = request.ops.iter().cloned();
    let mut op = ops
        .next()
        .ok_or_else(|| Error::invalid("a request without an operation"))?;
    loop {
        let value = perform(turn, op)?;
        let Some(next) = ops.next() else {
            return Ok(Answer::Done(value));
        };
        let id: String = value
            .read()
            .map_err(|_| Error::invalid("a chain goes on only where a call returns a reference"))?;
        op = next.on(&id);
        let to = turn.app().home(&turn.key().tenant, &op)?;
        if to != *turn.key() {
            return Ok(Answer::Onward {
                to,
                ops: std::iter::once(op).chain(ops).collect(),
            });
        }
    }
}

/// Performs a flow's call to its own object: at once, and with no trace if it fails. None if the chain goes on elsewhere.
pub(crate) fn perform_local(
    turn: &Turn,
    action: &str,
    ops: Vec<Op>,
) -> Result<Option<Result<Json>>> {
    let request = Request {
        id: None,
        actor: turn.actor(),
        ops,
    };
    match turn.nested(|| perform_chain(turn, &request)) {
        Ok(Answer::Done(value)) => Ok(Some(Ok(value))),
        Ok(Answer::Onward { to, ops }) => {
            outbox::put(
                turn,
                action,
                &format!("{action}/onward"),
                &to,
                ops,
                Some(action),
            )?;
            Ok(None)
        }
        Err(error) => Ok(Some(Err(error))),
    }
}

/// Runs a mutation as an action: recorded with it, and the cause of what it emits.
fn acted(
    turn: &Turn,
    name: &str,
    target: &str,
    input: &Json,
    body: impl FnOnce() -> Result<Json>,
) -> Result<Json> {
    let (id, actor, parent) = (turn.new_id(), turn.actor(), turn.cause());
    let output = turn.on_behalf(None, Some(id.clone()), body)?;
    let done = actions::Done {
        id: &id,
        name,
        target,
        actor: &actor,
        parent: parent.as_deref(),
        input,
        output: &output,
        at: turn.micros(),
    };
    actions::append(turn.sql(), &done)?;
    Ok(output)
}

fn perform(turn: &Turn, op: Op) -> Result<Json> {
    if let Some(feature) = rooms::lacked_by(&op) {
        return Err(rooms::lacking(feature));
    }
    match op {
        Op::Get { noun, id, at } => get(turn, &noun, &id, at.as_deref()),
        Op::Call {
            noun,
            id,
            verb,
            args,
        } => call(turn, &noun, &id, &verb, args),
        Op::Create {
            noun,
            id,
            data,
            visibility,
        } => create(turn, &noun, id, &data, visibility),
        Op::Update {
            noun,
            id,
            patch,
            if_match,
        } => update(turn, &noun, &id, &patch, if_match),
        Op::Delete { noun, id, if_match } => delete(turn, &noun, &id, if_match),
        Op::Find(spec) => crate::context::find(turn, &spec),
        Op::Count(spec) => Json::of(&things::count(
            turn.sql(),
            turn.app().noun(&spec.noun)?.def,
            &spec,
        )?),
        Op::History {
            noun,
            id,
            limit,
            before,
        } => history(turn, &noun, &id, limit, before),
        Op::Events(filter) => Json::of(&events::list(turn.sql(), &filter)?),
        Op::Actions(filter) => Json::of(&actions::list(turn.sql(), &filter)?),
        Op::DeadLetters { limit, after } => {
            Json::of(&letters::list(turn.sql(), after.as_deref(), limit)?)
        }
        Op::Replay { id } => replay(turn, &id),
        Op::Inspect => inspect(turn),
        Op::Run { name, args } if rooms::FLOWS => {
            let mut tx: Tx = Tx::new(turn.clone(), "");
            tx.send_named(&name, &args)?;
            Ok(Json::null())
        }
        Op::Mirror { noun, row, .. } => {
            things::mirror(turn.sql(), turn.app().noun(&noun)?.def, row)?;
            Ok(Json::null())
        }
        Op::Deliver { handler, event } if rooms::FLOWS => deliver(turn, &handler, &event),
        Op::Asks(filter) if rooms::PEOPLE => Json::of(&asks::list(turn.sql(), &filter)?),
        Op::Asked { row } if rooms::PEOPLE => {
            asks::mirror(turn.sql(), &row)?;
            Ok(Json::null())
        }
        Op::Watch {
            wait,
            noun,
            verb,
            subject,
            since,
            to,
        } if rooms::FLOWS => {
            super::waits::watch(turn, &wait, (&noun, &verb, &subject), since, &to)?;
            Ok(Json::null())
        }
        Op::Unwatch { wait } if rooms::FLOWS => {
            watches::remove(turn.sql(), &wait)?;
            Ok(Json::null())
        }
        Op::Happened { .. } => Err(Error::invalid(
            "what another object tells stands alone in its request",
        )),
        _ => Err(Error::invalid(
            "what is done with a question or a flow stands alone in its request",
        )),
    }
}

fn get(turn: &Turn, noun: &str, id: &str, at: Option<&str>) -> Result<Json> {
    let def = turn.app().noun(noun)?.def;
    match at {
        None => Json::of(&Thing::of(def, &turn.row(def, id)?)?),
        Some(at) => Json::of(&versions::load(
            turn.sql(),
            def,
            &any_row(turn, def, id)?,
            at,
        )?),
    }
}

fn call(turn: &Turn, noun: &str, id: &str, verb: &str, args: Json) -> Result<Json> {
    let def = turn.app().verb(noun, verb)?;
    let args = if args.is_null() {
        Json::parse("{}".to_owned())?
    } else {
        args
    };
    if def.query {
        return turn.reading(|| (def.run)(turn, id, &args));
    }
    acted(
        turn,
        &format!("{noun}.{verb}"),
        &format!("{noun}/{id}"),
        &args,
        || {
            // Whoever asked for it takes back all of it if it fails.
            let output = guarded(|| (def.run)(turn, id, &args))??;
            if let Some(event) = def.event {
                if planted::is(Bug::EventOutsideTransaction) {
                    let late = (noun.into(), event.into(), id.into(), output.clone());
                    turn.after().late.push(late);
                    return Ok(output);
                }
                turn.emit(noun, event, id, output.clone())?;
            }
            Ok(output)
        },
    )
}

fn create(
    turn: &Turn,
    noun: &str,
    id: Option<String>,
    data: &Json,
    visibility: Option<String>,
) -> Result<Json> {
    const LEVELS: [&str; 4] = ["public", "unlisted", "org", "user"];
    let def = turn.app().noun(noun)?.def;
    if let Some(word) = &visibility
        && !LEVELS.contains(&word.as_str())
    {
        return Err(Error::invalid_field(
            "visibility",
            format_args!("`{word}` is none; there are {}", LEVELS.join(", ")),
        ));
    }
    let data = things::check_fields(def, data)?;
    let cells = (def.cells)(&data)?;
    acted(turn, &format!("{noun}.create"), noun, &data, || {
        Json::of(&turn.create(def, id, cells, visibility)?)
    })
}

fn update(turn: &Turn, noun: &str, id: &str, patch: &Json, if_match: Option<u64>) -> Result<Json> {
    let def = turn.app().noun(noun)?.def;
    let before = expect_version(def, turn.row(def, id)?, if_match)?;
    let patch = things::check_fields(def, patch)?;
    let mut data = things::data(def, &before.cells)?.tree();
    things::merge(&mut data, patch.tree());
    let cells = (def.cells)(&Json::of(&data)?)?;
    acted(
        turn,
        &format!("{noun}.update"),
        &format!("{noun}/{id}"),
        &patch,
        || {
            turn.update(def, before, cells)?;
            Json::of(&Thing::of(def, &turn.row(def, id)?)?)
        },
    )
}

fn delete(turn: &Turn, noun: &str, id: &str, if_match: Option<u64>) -> Result<Json> {
    let def = turn.app().noun(noun)?.def;
    let before = expect_version(def, turn.row(def, id)?, if_match)?;
    acted(
        turn,
        &format!("{noun}.delete"),
        &format!("{noun}/{id}"),
        &Json::null(),
        || {
            turn.delete(def, before)?;
            Ok(Json::null())
        },
    )
}

fn history(turn: &Turn, noun: &str, id: &str, limit: u32, before: Option<u64>) -> Result<Json> {
    let def = turn.app().noun(noun)?.def;
    let limit = limit.clamp(1, 1000);
    let current = any_row(turn, def, id)?;
    let items = versions::list(turn.sql(), def, &current, before, limit + 1)?;
    Json::of(&Page::cut(items, limit, |thing| thing.version.to_string()))
}

fn deliver(turn: &Turn, handler: &str, event: &Json) -> Result<Json> {
    #[derive(serde::Deserialize)]
    struct Id {
        id: String,
    }
    let flow = turn
        .app()
        .flow(handler)
        .filter(|flow| matches!(flow.trigger, Trigger::On(_)));
    let flow =
        flow.ok_or_else(|| Error::permanent(format_args!("there is no handler `{handler}`")))?;
    turn.start_handler(flow, &event.read::<Id>()?.id, event)?;
    Ok(Json::null())
}

/// The row with an id, tombstones included.
fn any_row(turn: &Turn, def: &NounDef, id: &str) -> Result<super::turn::Row> {
    things::load(turn.sql(), def, id)?
        .ok_or_else(|| Error::not_found(format_args!("there is no {}/{id}", def.name)))
}

fn expect_version(
    def: &NounDef,
    row: super::turn::Row,
    if_match: Option<u64>,
) -> Result<super::turn::Row> {
    match if_match {
        Some(version) if version != row.version && !planted::is(Bug::VersionCheckSkipped) => {
            Err(Error::new(
                ErrorKind::Precondition,
                format_args!(
                    "{}/{} is at version {}, not {version}; read it again and repeat the change",
                    def.name, row.id, row.version
                ),
            ))
        }
        _ => Ok(row),
    }
}

/// Runs a dead letter once more: a flow keeps what it had done and tries again what had failed.
fn replay(turn: &Turn, id: &str) -> Result<Json> {
    let input = letters::replayed(turn.sql(), id, turn.micros())?;
    let Some(mut action) = actions::load(turn.sql(), id)?.filter(|_| rooms::FLOWS) else {
        // A message that nobody waited for.
        let (to, request): (ObjectKey, Request) = input.read()?;
        outbox::put(
            turn,
            id,
            request.id.as_deref().unwrap_or(id),
            &to,
            request.ops,
            None,
        )?;
        return Json::of(id);
    };
    action.error = None;
    action.completed_at = None;
    action.attempts = 0;
    if action.kind == Kind::Flow {
        control::forget(turn, id, &control::stopped(turn, id)?)?;
        // Who replays it wants it to go on with the function as it is now.
        action.version = turn
            .app()
            .flow(&action.name)
            .map_or(action.version, |def| def.version);
        action.status = Status::Pending;
        actions::update(turn.sql(), &action)?;
        turn.after().flows.push(id.to_owned());
    } else {
        debug_assert!(
            action.durability == Durability::Send
                || action.key.as_deref().is_some_and(journal::Undo::is_key),
            "what is awaited has no dead letter"
        );
        journal::start(turn, &mut action, false)?;
    }
    Json::of(id)
}

fn inspect(turn: &Turn) -> Result<Json> {
    let app = turn.app();
    let schema = app.schema_of(turn.key().noun());
    let mut things = serde_json::Map::new();
    for table in &schema.tables {
        let live = things::count(
            turn.sql(),
            app.noun(&table.noun)?.def,
            &crate::query::FindSpec::all(&table.noun),
        )?;
        things.insert(table.noun.clone(), live.into());
    }
    let count = |sql: &str| -> Result<serde_json::Map<String, serde_json::Value>> {
        let mut counts = serde_json::Map::new();
        for row in turn.sql().query(sql, &[])? {
            let mut row = crate::store::Reader::new(row);
            counts.insert(row.text(), row.integer().into());
        }
        Ok(counts)
    };
    Json::of(&serde_json::json!({
        "object": turn.key().to_string(),
        "schema": schema.fingerprint(),
        "things": things,
        "actions": count(r#"SELECT "status", count(*) FROM "$actions" GROUP BY "status" ORDER BY "status""#)?,
        "events": count(r#"SELECT "noun" || '::' || "verb", count(*) FROM "$events" GROUP BY 1 ORDER BY 1"#)?,
        "outbox": count(r#"SELECT 'waiting', count(*) FROM "$outbox""#)?.get("waiting"),
        "deadLetters": letters::waiting(turn.sql())?,
        "breakers": breakers::list(turn.sql(), turn.micros())?,
        "schedules": schedules::list(turn.sql())?,
    }))
}

/// Records a mutation that failed: its own turn has left no trace.
pub(super) fn record_failure(turn: &Turn, request: &Request, error: &Error) -> Result<()> {
    let Some(op) = request.ops.first() else {
        return Ok(());
    };
    let input = match op {
        Op::Call { args, .. } => args.clone(),
        Op::Create { data, .. } => data.clone(),
        Op::Update { patch, .. } => patch.clone(),
        Op::Delete { .. } => Json::null(),
        _ => return Ok(()),
    };
    let (noun, id) = op.subject().unwrap_or_default();
    let action = Action {
        kind: Kind::Verb,
        name: journal::op_name(op),
        target: if id.is_empty() {
            ObjectKey::to_string(turn.key())
        } else {
            format!("{noun}/{id}")
        },
        input,
        error: Some(error.clone()),
        status: Status::Failed,
        attempts: 1,
        started_at: Some(turn.now()),
        completed_at: Some(turn.now()),
        ..Action::new(turn)
    };
    actions::insert(turn.sql(), &action).map(|_| ())
}
