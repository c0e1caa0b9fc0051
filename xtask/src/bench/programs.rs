//! The crates whose compilation is measured: the same rows, written for each of the candidates.

use std::fmt::Write as _;
use std::path::Path;

/// One way to write the rows down.
pub struct Candidate {
    /// Its name in the table.
    pub name: &'static str,
    /// What stands behind it.
    pub what: &'static str,
    /// Its dependencies, as lines of `Cargo.toml`; `{root}` is this workspace.
    pub dependencies: &'static str,
    /// What stands at the top of the file.
    pub head: &'static str,
    /// One row; `{n}` is its number.
    pub row: &'static str,
    /// An item for all rows, and what it lists of each.
    pub list: Option<(&'static str, &'static str, &'static str)>,
}

const SERDE: &str = "serde = { version = \"1\", features = [\"derive\"] }";

/// The row that all candidates have, with two enums' worth of variety: texts, numbers, an option, a choice.
pub const CANDIDATES: &[Candidate] = &[
    Candidate {
        name: "serde",
        what: "`Serialize` and `Deserialize`, derived",
        dependencies: SERDE,
        head: "use serde::{Deserialize, Serialize};",
        row: "
#[derive(Serialize, Deserialize)]
pub struct Noun{n} { pub email: String, pub name: String, pub stars: Option<i64>, pub total: i64, pub active: bool, pub plan: Plan{n} }
#[derive(Serialize, Deserialize)]
pub enum Plan{n} { Free, Pro, Team }
",
        list: None,
    },
    Candidate {
        name: "serde-used",
        what: "the same, and each type is read from JSON and written to JSON once",
        dependencies: "serde = { version = \"1\", features = [\"derive\"] }\nserde_json = \"1\"",
        head: "use serde::{Deserialize, Serialize};",
        row: "
#[derive(Serialize, Deserialize)]
pub struct Noun{n} { pub email: String, pub name: String, pub stars: Option<i64>, pub total: i64, pub active: bool, pub plan: Plan{n} }
#[derive(Serialize, Deserialize)]
pub enum Plan{n} { Free, Pro, Team }
pub fn read{n}(text: &str) -> Option<Noun{n}> { serde_json::from_str(text).ok() }
pub fn write{n}(noun: &Noun{n}) -> Option<String> { serde_json::to_string(noun).ok() }
",
        list: None,
    },
    Candidate {
        name: "nouns",
        what: "`#[noun]` and `#[derive(Value)]`, in an `app!`",
        dependencies: "dotdo = { path = \"{root}/dotdo\" }",
        head: "use dotdo::prelude::*;",
        row: "
#[noun]
pub struct Noun{n} { #[unique] pub email: String, pub name: String, pub stars: Option<i64>, #[index] pub total: i64, pub active: bool, pub plan: Plan{n} }
#[derive(Value)]
pub enum Plan{n} { Free, Pro, Team }
",
        list: Some(("dotdo::app! { pub Shop { ", "Noun{n}, ", "} }\n")),
    },
    Candidate {
        name: "business",
        what: "the same with a verb, a query, a handler and a step for each noun",
        dependencies: "dotdo = { path = \"{root}/dotdo\" }",
        head: "use dotdo::prelude::*;",
        row: "
#[noun]
pub struct Noun{n} { #[unique] pub email: String, pub name: String, pub stars: Option<i64>, #[index] pub total: i64, pub active: bool, pub plan: Plan{n} }
#[derive(Value)]
pub enum Plan{n} { Free, Pro, Team }
#[verbs]
impl Noun{n} {
    #[verb]
    fn pay(&mut self, _cx: &mut Tx, cents: i64) -> Result<i64> { self.total += cents; Ok(cents) }
    #[query]
    fn twice(&self, _cx: &View) -> Result<i64> { Ok(self.total * 2) }
}
#[on(Noun{n}::paid)]
async fn note{n}(cx: Flow, event: Event<Noun{n}, i64>) -> Result<()> { cx.run(post{n}(event.data)).await }
#[durable(retry = 3)]
async fn post{n}(cents: i64) -> Result<()> { println!(\"{cents}\"); Ok(()) }
",
        list: Some((
            "dotdo::app! { pub Shop { ",
            "Noun{n}, note{n}, post{n}, ",
            "} }\n",
        )),
    },
    Candidate {
        name: "diesel",
        what: "diesel 2.3.14: `table!`, `Queryable`, `Selectable`, `Identifiable`, `Insertable`, `AsChangeset`",
        dependencies: "diesel = { version = \"=2.3.14\", default-features = false, features = [\"postgres_backend\"] }",
        head: "use diesel::prelude::*;",
        row: "
diesel::table! { noun{n} (id) { id -> BigInt, email -> Text, name -> Text, stars -> Nullable<BigInt>, total -> BigInt, active -> Bool, plan -> Text, } }
#[derive(Queryable, Selectable, Identifiable, Insertable, AsChangeset)]
#[diesel(table_name = noun{n})]
pub struct Noun{n} { pub id: i64, pub email: String, pub name: String, pub stars: Option<i64>, pub total: i64, pub active: bool, pub plan: String }
",
        list: None,
    },
    Candidate {
        name: "toasty",
        what: "toasty 0.11.0: `Model`",
        dependencies: "toasty = { version = \"=0.11.0\", default-features = false }",
        head: "",
        row: "
#[derive(Debug, toasty::Model)]
pub struct Noun{n} { #[key] #[auto] pub id: u64, #[unique] pub email: String, pub name: String, pub stars: Option<i64>, #[index] pub total: i64, pub active: bool, pub plan: String }
",
        list: None,
    },
    Candidate {
        name: "spacetimedb",
        what: "spacetimedb 2.14.0: `table`, `SpacetimeType` and a `reducer`",
        dependencies: "spacetimedb = \"=2.14.0\"",
        head: "use spacetimedb::{ReducerContext, SpacetimeType, Table};",
        row: "
#[spacetimedb::table(accessor = noun{n}, public)]
pub struct Noun{n} { #[primary_key] #[auto_inc] pub id: u64, #[unique] pub email: String, pub name: String, pub stars: Option<i64>, #[index(btree)] pub total: i64, pub active: bool, pub plan: Plan{n} }
#[derive(SpacetimeType)]
pub enum Plan{n} { Free, Pro, Team }
#[spacetimedb::reducer]
pub fn pay{n}(ctx: &ReducerContext, id: u64, cents: i64) -> Result<(), String> {
    let mut row = ctx.db.noun{n}().id().find(id).ok_or(\"there is no such row\")?;
    row.total += cents;
    ctx.db.noun{n}().id().update(row);
    Ok(())
}
",
        list: None,
    },
];

impl Candidate {
    /// Its `Cargo.toml`, a workspace of its own.
    pub fn cargo_toml(&self, root: &Path) -> String {
        let dependencies = self
            .dependencies
            .replace("{root}", &root.display().to_string());
        format!(
            "[package]\nname = \"{}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[lib]\npath = \"lib.rs\"\n\n[workspace]\n\n\
             [dependencies]\n{dependencies}\n\n[profile.dev]\ndebug = 1\n[profile.dev.package.\"*\"]\ndebug = false\n",
            self.package()
        )
    }

    /// The name of its crate.
    pub fn package(&self) -> String {
        format!("bench-{}", self.name)
    }

    /// Its source with so many rows. The answer is what the one-line change changes.
    pub fn source(&self, rows: usize, answer: u32) -> String {
        let mut text = String::from("#![allow(unused)]\n");
        if rows > 0 {
            let _ = writeln!(text, "{}", self.head);
        }
        let _ = writeln!(text, "pub fn answer() -> u32 {{ {answer} }}");
        for n in 0..rows {
            text.push_str(&self.row.replace("{n}", &n.to_string()));
        }
        if let (Some((begin, each, end)), true) = (self.list, rows > 0) {
            text.push_str(begin);
            for n in 0..rows {
                text.push_str(&each.replace("{n}", &n.to_string()));
            }
            text.push_str(end);
        }
        text
    }
}
