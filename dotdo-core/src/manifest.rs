//! The manifest: a business as data, for doors, tools and people. It says what there is, and holds no code.
//!
//! Everything in it stands in the program, so its names and texts are `'static`.

use serde::Serialize;
use serde_json::Value as Tree;

use crate::table::ColumnType;

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
    /// Its parts, in the order of the list.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
}

/// A part: a list of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Part {
    /// `Billing`.
    pub name: &'static str,
    /// Its documentation.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub doc: &'static str,
    /// The names of what it lists.
    pub items: Vec<&'static str>,
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
    /// Its documentation.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub doc: &'static str,
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
    /// Its documentation.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub doc: &'static str,
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
