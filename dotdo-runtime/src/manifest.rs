//! The manifest of a business, written from its constants.

use std::time::Duration;

use chrono::SecondsFormat;
use dotdo_core::duration::format;
pub use dotdo_core::manifest::{
    Field, Forms, Function, Handler, Manifest, Noun, Part, Query, Retry, Schedule, Verb,
};
use dotdo_core::names::VerbForms;
use serde_json::Value as Tree;

use crate::app::{App, NounEntry, Scheduled};
use crate::business::PartDef;
use crate::effect::{Policy, StepDef};
use crate::flow::{FlowDef, Route, Trigger};
use crate::noun::{ColumnDef, VerbDef};
use crate::store::instant;
use crate::value::{Cell, ColumnType, Member, Shape};

/// The manifest of a business.
pub fn of(app: &App) -> Manifest {
    Manifest {
        name: app.def.name,
        version: app.def.version,
        domain: app.domain(),
        doc: app.def.doc,
        nouns: app.nouns().map(|entry| noun(app, entry)).collect(),
        handlers: app
            .routes()
            .iter()
            .map(|(flow, route)| handler(flow, route))
            .collect(),
        schedules: app.schedules().iter().map(schedule).collect(),
        steps: app.steps().map(step).collect(),
        flows: app.flows().map(flow).collect(),
        parts: app.parts().iter().map(|def| part(def)).collect(),
    }
}

fn part(def: &'static PartDef) -> Part {
    Part {
        name: def.name,
        doc: def.doc,
        items: def.entries.iter().map(|entry| entry.item.name()).collect(),
    }
}

fn noun(app: &App, entry: &NounEntry) -> Noun {
    let def = entry.def;
    let (queries, verbs): (Vec<&VerbDef>, Vec<_>) =
        entry.verbs.values().partition(|verb| verb.query);
    Noun {
        name: def.name,
        plural: def.plural,
        table: def.table,
        object: def.object,
        history: def.history,
        visibility: def.visibility,
        kind: def.kind,
        doc: def.doc,
        fields: def.columns.iter().map(field).collect(),
        verbs: verbs.into_iter().map(verb).collect(),
        queries: queries.into_iter().map(query).collect(),
        events: app.events_of(def.name),
    }
}

fn field(column: &ColumnDef) -> Field {
    let (minimum, maximum) = column.range.unwrap_or_default();
    let default = column
        .default
        .filter(|_| !column.secret)
        .and_then(|make| make().ok());
    let mut schema = column.shape.schema();
    if let Tree::Object(schema) = &mut schema {
        let described = [
            ("minimum", minimum.map(Tree::from)),
            ("maximum", maximum.map(Tree::from)),
        ];
        schema.extend(
            described
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), value?))),
        );
    }
    Field {
        name: column.name,
        ty: column.ty(),
        schema,
        required: !column.nullable && column.default.is_none(),
        nullable: column.nullable,
        unique: column.unique,
        index: column.index,
        search: column.search,
        secret: column.secret,
        references: column.shape.references(),
        default: default.map(|cell| tree(column.ty(), cell)),
        minimum,
        maximum,
        check: column.check,
        was: column.was,
        doc: column.doc,
    }
}

/// A column's value as its JSON.
fn tree(ty: ColumnType, cell: Cell) -> Tree {
    match (cell, ty) {
        (Cell::Null, _) => Tree::Null,
        (Cell::Integer(n), ColumnType::Boolean) => Tree::from(n != 0),
        (Cell::Integer(n), ColumnType::Timestamp) => {
            Tree::from(instant(n).to_rfc3339_opts(SecondsFormat::AutoSi, true))
        }
        (Cell::Integer(n), _) => Tree::from(n),
        (Cell::Real(n), _) => Tree::from(n),
        (Cell::Text(text), ColumnType::Json) => serde_json::from_str(&text).unwrap_or(Tree::Null),
        (Cell::Text(text), _) => Tree::from(text),
        (Cell::Blob(bytes), _) => Tree::from(bytes),
    }
}

fn verb(def: &VerbDef) -> Verb {
    let VerbForms {
        action,
        activity,
        event,
        reverse,
    } = VerbForms::of(def.name);
    Verb {
        name: def.name,
        forms: Forms {
            action,
            activity,
            event,
            reverse,
        },
        event: def.event,
        args: Shape::object(def.args),
        output: def.output.schema(),
        doc: def.doc,
    }
}

fn query(def: &VerbDef) -> Query {
    Query {
        name: def.name,
        args: Shape::object(def.args),
        output: def.output.schema(),
        doc: def.doc,
    }
}

fn handler(flow: &FlowDef, route: &Route) -> Handler {
    Handler {
        name: flow.name,
        pattern: route.pattern.to_string(),
        priority: route.priority,
        filtered: route.filter.is_some(),
        routed: route.to.is_some(),
        doc: flow.doc,
        at: place(flow.at),
    }
}

fn schedule(scheduled: &Scheduled) -> Schedule {
    Schedule {
        name: scheduled.flow.name,
        noun: scheduled.flow.noun,
        phrase: scheduled.phrase,
        cron: scheduled.schedule.cron(),
        zone: scheduled.zone.name(),
        missed: scheduled.missed.word(),
        doc: scheduled.flow.doc,
        at: place(scheduled.flow.at),
    }
}

fn step(def: &'static StepDef) -> Function {
    Function {
        name: def.name,
        version: def.version,
        noun: None,
        trigger: "call",
        policy: retry(&def.policy),
        args: args(def.args),
        output: def.output.schema(),
        doc: def.doc,
        at: place(def.at),
    }
}

fn flow(def: &'static FlowDef) -> Function {
    Function {
        name: def.name,
        version: def.version,
        noun: def.noun,
        trigger: match def.trigger {
            Trigger::Call => "call",
            Trigger::On(_) => "event",
            Trigger::Every(_) => "schedule",
        },
        policy: retry(&def.policy),
        args: args(def.args),
        output: def.output.schema(),
        doc: def.doc,
        at: place(def.at),
    }
}

fn args(members: &[Member]) -> Tree {
    Shape::object(members)
}

fn place((file, line): (&str, u32)) -> String {
    format!("{file}:{line}")
}

fn retry(policy: &Policy) -> Retry {
    Retry {
        retry: policy.retry,
        backoff: format!("{}..{}", format(policy.initial), format(policy.cap)),
        factor: policy.factor,
        jitter: policy.jitter,
        timeout: policy.timeout.map(|limit: Duration| format(limit)),
    }
}
