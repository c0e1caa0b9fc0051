//! The manifest: a business as data, for doors, tools and people. It says what there is, and holds no code.

use std::time::Duration;

use chrono::SecondsFormat;
use dotdo_core::duration::format;
use dotdo_core::names::VerbForms;
use serde::Serialize;
use serde_json::Value as Tree;

use crate::app::{App, NounEntry, Scheduled};
use crate::effect::{Policy, StepDef};
use crate::flow::{FlowDef, Route, Trigger};
use crate::noun::{ColumnDef, VerbDef};
use crate::store::instant;
use crate::value::{Cell, ColumnType, Member, Shape};

/// A business as data.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// `Shop`.
    pub name: &'static str,
    /// The version of its crate.
    pub version: &'static str,
    /// The host part of its identities.
    pub domain: String,
    /// Its documentation.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub doc: &'static str,
    /// Its nouns, by name.
    pub nouns: Vec<Noun>,
    /// Its handlers, in the order in which they start.
    pub handlers: Vec<Handler>,
    /// Its schedules.
    pub schedules: Vec<Schedule>,
    /// Its leaf steps, by name.
    pub steps: Vec<Function>,
    /// All its journaled functions, by name: handlers, schedules, and flows that are only called.
    pub flows: Vec<Function>,
}

/// A noun.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Noun {
    /// `Customer`.
    pub name: &'static str,
    /// `Customers`.
    pub plural: &'static str,
    /// The name of its table.
    pub table: &'static str,
    /// Whether each instance is an object of its own.
    pub object: bool,
    /// Whether versions are kept.
    pub history: bool,
    /// Who may see one unless it says otherwise.
    pub visibility: &'static str,
    /// What kind of thing it is.
    pub kind: &'static str,
    /// Its documentation.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub doc: &'static str,
    /// Its fields, in their order.
    pub fields: Vec<Field>,
    /// What changes it.
    pub verbs: Vec<Verb>,
    /// What only reads it.
    pub queries: Vec<Query>,
    /// Its events: `created`, `updated`, `deleted` and those of its verbs.
    pub events: Vec<&'static str>,
}

/// A field of a noun.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each flag is one attribute, and any combination is meaningful"
)]
pub struct Field {
    /// The name of field, column and JSON member.
    pub name: &'static str,
    /// What its column holds.
    #[serde(rename = "type")]
    pub ty: ColumnType,
    /// The JSON Schema of its value.
    pub schema: Tree,
    /// Whether a new thing must give it.
    pub required: bool,
    /// Whether it may be `null`.
    pub nullable: bool,
    /// No two live things have the same value.
    pub unique: bool,
    /// It is looked for often.
    pub index: bool,
    /// Its words are searchable.
    pub search: bool,
    /// It never leaves through a door.
    pub secret: bool,
    /// The noun it refers to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub references: Option<&'static str>,
    /// The value of a thing that does not say; not told of a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Tree>,
    /// The least value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum: Option<f64>,
    /// The greatest value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum: Option<f64>,
    /// A condition in SQL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub check: Option<&'static str>,
    /// The name it had before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<&'static str>,
    /// Its documentation.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub doc: &'static str,
}

/// A verb of a noun.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verb {
    /// `pay`.
    pub name: &'static str,
    /// Its four forms.
    pub forms: Forms,
    /// The event it emits, if it emits one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<&'static str>,
    /// The JSON Schema of its arguments: an object with a member for each.
    pub args: Tree,
    /// The JSON Schema of what it returns.
    pub output: Tree,
    /// Its documentation.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub doc: &'static str,
}

/// The forms of a verb.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Forms {
    /// What is done: `pay`.
    pub action: String,
    /// What is going on meanwhile: `paying`.
    pub activity: String,
    /// What has happened afterwards: `paid`.
    pub event: String,
    /// Who has done it, as a property: `paidBy`.
    pub reverse: String,
}

/// A query of a noun.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Query {
    /// `buyer`.
    pub name: &'static str,
    /// The JSON Schema of its arguments: an object with a member for each.
    pub args: Tree,
    /// The JSON Schema of what it returns.
    pub output: Tree,
    /// Its documentation.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub doc: &'static str,
}

/// A function that an event starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Handler {
    /// The name of the function.
    pub name: &'static str,
    /// Which events start it: `Order::paid`, `*::created`.
    pub pattern: String,
    /// Handlers of higher priority start first.
    pub priority: i32,
    /// Whether it passes some of these events over.
    pub filtered: bool,
    /// Whether it runs in an object of its own choice, and not in the one that emitted.
    pub routed: bool,
    /// Where it stands: `src/orders.rs:12`.
    pub at: String,
}

/// A function that runs by the clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Schedule {
    /// The name of the function.
    pub name: &'static str,
    /// The noun in whose objects it runs; none for the tenant's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noun: Option<&'static str>,
    /// When, as written.
    pub phrase: &'static str,
    /// When, as a cron expression, where cron can say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cron: Option<String>,
    /// In which time zone.
    pub zone: &'static str,
    /// What is done about missed runs: `once`, `all` or `skip`.
    pub missed: &'static str,
    /// Where it stands.
    pub at: String,
}

/// A durable function: a step or a flow.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Function {
    /// Its name, as journals have it.
    pub name: &'static str,
    /// The version of its meaning.
    pub version: u32,
    /// The noun in whose `impl` it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noun: Option<&'static str>,
    /// What starts it: `call`, `event` or `schedule`.
    pub trigger: &'static str,
    /// How it is tried again.
    pub policy: Retry,
    /// The JSON Schema of its arguments: an object with a member for each.
    pub args: Tree,
    /// The JSON Schema of what it returns.
    pub output: Tree,
    /// Its documentation.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub doc: &'static str,
    /// Where it stands.
    pub at: String,
}

/// How a durable function is tried again.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Retry {
    /// Attempts after the first.
    pub retry: u32,
    /// The first and the longest delay: `100ms..30s`.
    pub backoff: String,
    /// By how much each delay is longer than the one before.
    pub factor: f64,
    /// Whether delays are made uneven.
    pub jitter: bool,
    /// The time limit: of each attempt for a step, of the whole for a flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<String>,
}

impl Manifest {
    /// The manifest of a business.
    pub fn of(app: &App) -> Self {
        Self {
            name: app.def.name,
            version: app.def.version,
            domain: app.domain(),
            doc: app.def.doc,
            nouns: app.nouns().map(|entry| Noun::of(app, entry)).collect(),
            handlers: app
                .routes()
                .iter()
                .map(|(flow, route)| Handler::of(flow, route))
                .collect(),
            schedules: app.schedules().iter().map(Schedule::of).collect(),
            steps: app.steps().map(Function::step).collect(),
            flows: app.flows().map(Function::flow).collect(),
        }
    }
}

impl Noun {
    fn of(app: &App, entry: &NounEntry) -> Self {
        let def = entry.def;
        let (queries, verbs): (Vec<&VerbDef>, Vec<_>) =
            entry.verbs.values().partition(|verb| verb.query);
        Self {
            name: def.name,
            plural: def.plural,
            table: def.table,
            object: def.object,
            history: def.history,
            visibility: def.visibility,
            kind: def.kind,
            doc: def.doc,
            fields: def.columns.iter().map(Field::of).collect(),
            verbs: verbs.into_iter().map(Verb::of).collect(),
            queries: queries.into_iter().map(Query::of).collect(),
            events: app.events_of(def.name),
        }
    }
}

impl Field {
    fn of(column: &ColumnDef) -> Self {
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
        Self {
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

impl Verb {
    fn of(def: &VerbDef) -> Self {
        let VerbForms {
            action,
            activity,
            event,
            reverse,
        } = VerbForms::of(def.name);
        Self {
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
}

impl Query {
    fn of(def: &VerbDef) -> Self {
        Self {
            name: def.name,
            args: Shape::object(def.args),
            output: def.output.schema(),
            doc: def.doc,
        }
    }
}

impl Handler {
    fn of(flow: &FlowDef, route: &Route) -> Self {
        Self {
            name: flow.name,
            pattern: route.pattern.to_string(),
            priority: route.priority,
            filtered: route.filter.is_some(),
            routed: route.to.is_some(),
            at: place(flow.at),
        }
    }
}

impl Schedule {
    fn of(scheduled: &Scheduled) -> Self {
        Self {
            name: scheduled.flow.name,
            noun: scheduled.flow.noun,
            phrase: scheduled.phrase,
            cron: scheduled.schedule.cron(),
            zone: scheduled.zone.name(),
            missed: scheduled.missed.word(),
            at: place(scheduled.flow.at),
        }
    }
}

impl Function {
    fn step(def: &'static StepDef) -> Self {
        Self {
            name: def.name,
            version: def.version,
            noun: None,
            trigger: "call",
            policy: Retry::of(&def.policy),
            args: args(def.args),
            output: def.output.schema(),
            doc: def.doc,
            at: place(def.at),
        }
    }

    fn flow(def: &'static FlowDef) -> Self {
        Self {
            name: def.name,
            version: def.version,
            noun: def.noun,
            trigger: match def.trigger {
                Trigger::Call => "call",
                Trigger::On(_) => "event",
                Trigger::Every(_) => "schedule",
            },
            policy: Retry::of(&def.policy),
            args: args(def.args),
            output: def.output.schema(),
            doc: def.doc,
            at: place(def.at),
        }
    }
}

fn args(members: &[Member]) -> Tree {
    Shape::object(members)
}

fn place((file, line): (&str, u32)) -> String {
    format!("{file}:{line}")
}

impl Retry {
    fn of(policy: &Policy) -> Self {
        Self {
            retry: policy.retry,
            backoff: format!("{}..{}", format(policy.initial), format(policy.cap)),
            factor: policy.factor,
            jitter: policy.jitter,
            timeout: policy.timeout.map(|limit: Duration| format(limit)),
        }
    }
}
