//! From one schema to the next: what to do to a database that has rows in it.
//!
//! [`plan`] compares two schemas and gives a [`Plan`] of steps. Tables are matched by noun and columns by name, or
//! by the name that `was` gives. The SQL of a plan is meant to run in one transaction that the caller opens; it
//! uses no `PRAGMA` and leaves a database with the same schema as [`Schema::create`] does, with every row kept.
//!
//! Three changes happen in place: a column is added, a column is renamed, an index is made or dropped. Everything else
//! is a *rebuild*: a new table is filled from the old one, which it then replaces.
//!
//! A change that loses values, or that existing rows cannot follow, needs the user's word. Such a step carries a
//! [`Refusal`]: whoever runs a plan without that word stops when [`Plan::refusals`] is not empty.

mod apply;
mod compare;
mod refusal;

pub use refusal::{Refusal, RefusalKind};

use std::fmt;

use crate::table::Schema;

/// What a [`Step`] does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StepKind {
    /// A new noun gets its table.
    CreateTable,
    /// The table of a noun that is gone goes too.
    DropTable,
    /// The noun stays and its table has another name.
    RenameTable,
    /// A new field gets its column.
    AddColumn,
    /// The column of a field that is gone goes too.
    DropColumn,
    /// A column has another name.
    RenameColumn,
    /// A column holds another type.
    Retype,
    /// A column may be `NULL` now, or no longer.
    Nullability,
    /// A column has another default.
    Default,
    /// The values a column allows are others.
    Check,
    /// An index is made.
    AddIndex,
    /// An index goes.
    DropIndex,
    /// The full-text index covers other columns.
    Search,
    /// A new table replaces the old one. It carries the SQL of all steps of its table that have none.
    Rebuild,
}

/// One change of one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it does.
    pub kind: StepKind,
    /// The table, by its new name; by its old name when it is dropped.
    pub table: String,
    /// The column, by its new name; by its old name when it is dropped.
    pub column: Option<String>,
    /// The statements, in order. Empty when the table's [`StepKind::Rebuild`] does the work.
    pub sql: Vec<String>,
    /// Whether values are lost.
    pub destructive: bool,
    /// The change in words: what it was, what it is.
    pub why: String,
    /// Why it must not run without the user's word.
    pub refusal: Option<Refusal>,
}

impl Step {
    fn new(kind: StepKind, table: &str, column: Option<&str>, why: String) -> Self {
        Self {
            kind,
            table: table.into(),
            column: column.map(Into::into),
            sql: Vec::new(),
            destructive: false,
            why,
            refusal: None,
        }
    }
}

/// How to get from one schema to another.
///
/// Displayed, it is a list for people: `!` marks a step that loses values, `?` one that needs the user's word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The steps, in the order they run.
    pub steps: Vec<Step>,
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// What cannot be done without the user's word.
    pub fn refusals(&self) -> Vec<&Refusal> {
        self.steps
            .iter()
            .filter_map(|step| step.refusal.as_ref())
            .collect()
    }

    /// Whether any step loses values.
    pub fn is_destructive(&self) -> bool {
        self.steps.iter().any(|step| step.destructive)
    }

    /// The statements of all steps, in the order they run, for one transaction.
    pub fn sql(&self) -> impl Iterator<Item = &str> {
        self.steps
            .iter()
            .flat_map(|step| step.sql.iter().map(String::as_str))
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return writeln!(f, "nothing to do");
        }
        for step in &self.steps {
            let mark = match (step.destructive, &step.refusal) {
                (true, _) => '!',
                (false, Some(_)) => '?',
                (false, None) => ' ',
            };
            match &step.column {
                Some(column) => writeln!(f, "{mark} {}.{column}: {}", step.table, step.why)?,
                None => writeln!(f, "{mark} {}: {}", step.table, step.why)?,
            }
        }
        let lost = self.steps.iter().filter(|step| step.destructive).count();
        if lost > 0 {
            let steps = if lost == 1 {
                "step loses"
            } else {
                "steps lose"
            };
            writeln!(f, "\n{lost} {steps} values (!)")?;
        }
        for refusal in self.refusals() {
            writeln!(f, "\n{refusal}")?;
        }
        Ok(())
    }
}

/// Compares two schemas.
///
/// ```
/// use dotdo_core::migration::plan;
/// use dotdo_core::table::{Column, ColumnType, Schema, Table};
///
/// let text = |name: &str| Column::new(name, ColumnType::Text);
/// let old = Schema::new(vec![Table::new("Customer", vec![text("name"), text("tel")])]);
///
/// // A rename says what the column was, and the values move along.
/// let phone = Column { was: Some("tel".into()), ..text("phone") };
/// let new = Schema::new(vec![Table::new("Customer", vec![text("name"), phone])]);
/// let renamed = plan(&old, &new);
/// assert!(renamed.refusals().is_empty());
/// assert_eq!(renamed.sql().collect::<Vec<_>>(), [r#"ALTER TABLE "customers" RENAME COLUMN "tel" TO "phone""#]);
///
/// // Without a word, the values would be lost, and the plan says so.
/// let new = Schema::new(vec![Table::new("Customer", vec![text("name")])]);
/// let removed = plan(&old, &new);
/// assert_eq!(
///     removed.refusals()[0].to_string(),
///     "`Customer.tel` is gone, and the column `customers.tel` (text) has values\n\
///      help: if a field took its place, write `#[was(\"tel\")]` above it",
/// );
/// ```
///
/// `was` may stay in the code for as long as you like: it counts only while the old column is there and the new one
/// is not.
pub fn plan(old: &Schema, new: &Schema) -> Plan {
    let mut steps = Vec::new();
    let mut old_tables: Vec<_> = old.tables.iter().collect();
    let mut new_tables: Vec<_> = new.tables.iter().collect();
    old_tables.sort_by(|a, b| a.noun.cmp(&b.noun));
    new_tables.sort_by(|a, b| a.noun.cmp(&b.noun));

    // Names are freed before they are taken: a new table may have the name of one that goes or moves.
    for table in &old_tables {
        match new.table(&table.noun) {
            None => steps.push(apply::drop_table(table)),
            Some(next) if next.name != table.name => steps.push(apply::move_away(table, next)),
            Some(_) => {}
        }
    }
    for table in new_tables {
        match old.table(&table.noun) {
            None => steps.push(apply::create_table(table)),
            Some(last) => steps.extend(apply::change_table(last, table)),
        }
    }
    Plan { steps }
}
