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
mod origin;
mod refusal;

pub use origin::{Input, Value, takes_column};
pub use refusal::{Refusal, RefusalKind};

use std::fmt;

use crate::order::sort_by;
use crate::shape::Shape;
use crate::table::{Column, Schema};

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
    /// Functions of the program make the values of a column.
    Migrate,
    /// A new table replaces the old one. It carries the SQL of all steps of its table that have none.
    Rebuild,
}

/// One change of one table.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What it does.
    pub kind: StepKind,
    /// The table, by its new name; by its old name when it is dropped.
    pub table: String,
    /// The column, by its new name; by its old name when it is dropped.
    pub column: Option<String>,
    /// The statements, in order. Empty when the table's [`StepKind::Rebuild`] does the work.
    pub sql: Vec<String>,
    /// What the program's own functions do after the statements.
    pub compute: Option<Compute>,
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
            compute: None,
            destructive: false,
            why,
            refusal: None,
        }
    }

    /// Everything to do for it, in this order.
    pub fn work(&self) -> impl Iterator<Item = Work<'_>> {
        let sql = self.sql.iter().map(|sql| Work::Sql(sql));
        sql.chain(self.compute.iter().map(Work::Compute))
    }
}

/// What a program says about its own schema beside the schema.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stated {
    /// Nouns whose tables may go with all rows.
    pub nouns: Vec<String>,
    /// Columns that may go with all values: noun and column.
    pub columns: Vec<(String, String)>,
    /// Functions that make the values of a column.
    pub functions: Vec<Function>,
}

impl Stated {
    fn drops_column(&self, noun: &str, column: &str) -> bool {
        self.columns
            .iter()
            .any(|(n, c)| n == noun && c.eq_ignore_ascii_case(column))
    }
}

/// A function of the program that makes the values of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// The noun.
    pub noun: String,
    /// The column whose values it makes.
    pub column: String,
    /// The shape of the old value that it takes; `None` if it takes the old row.
    pub from: Option<Shape>,
}

/// Rows that functions of the program are called for. Whoever runs the plan reads `from`, calls them, and writes a row
/// of `into` for each: `"$row"` is the `_rowid_`, the other columns have the names of the new ones.
#[derive(Clone, Debug, PartialEq)]
pub struct Compute {
    /// The noun.
    pub noun: String,
    /// The table that is read.
    pub from: String,
    /// The table that is written.
    pub into: String,
    /// What is made.
    pub columns: Vec<Computed>,
}

/// A column whose values a function makes.
#[derive(Clone, Debug, PartialEq)]
pub struct Computed {
    /// The new column.
    pub column: Column,
    /// Which of [`Stated::functions`].
    pub function: usize,
    /// What it gets.
    pub input: Input,
}

/// A piece of a plan's work.
#[derive(Clone, Copy, Debug)]
pub enum Work<'a> {
    /// A statement to run.
    Sql(&'a str),
    /// Functions to call.
    Compute(&'a Compute),
}

/// How to get from one schema to another.
///
/// Displayed, it is a list for people: `!` marks a step that loses values, `?` one that needs the user's word.
#[derive(Clone, Debug, Default, PartialEq)]
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

    /// Everything to do, in this order, in one transaction.
    pub fn work(&self) -> impl Iterator<Item = Work<'_>> {
        self.steps.iter().flat_map(Step::work)
    }

    /// The statements of all steps, in the order they run, for one transaction. They are the whole only where no step
    /// has a [`Compute`].
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
///      help: if a field took its place, write `#[was(\"tel\")]` above it; \
///      to lose the values, write `#[noun(dropped(\"tel\"))]`",
/// );
/// ```
///
/// `was` may stay in the code for as long as you like: it counts only while the old column is there and the new one
/// is not.
pub fn plan(old: &Schema, new: &Schema) -> Plan {
    plan_through(&[old], new, &Stated::default())
}

/// The columns of the newest of some versions whose values, in rows of the oldest, take a function of the program: noun,
/// column, and what the column was, if it was there.
pub(crate) fn unsettled(versions: &[&Schema]) -> Vec<(String, String, Option<Column>)> {
    let Some((old, later)) = versions.split_first() else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for table in &old.tables {
        let mut walk = Some(origin::Walk::start(table));
        let mut before = *old;
        for version in later {
            walk = walk.and_then(|walk| walk.step(before, version, false));
            before = version;
        }
        for (column, from) in walk.iter().flat_map(origin::Walk::unsettled) {
            all.push((table.noun.clone(), column, from));
        }
    }
    all
}

/// Compares two schemas that lie several versions apart.
///
/// `versions` are the old schema and all that came after it, oldest first; each was accepted when it came, so what it
/// dropped is dropped. Only the change from the newest of them to `new` needs a word, which `stated` may have.
///
/// ```
/// use dotdo_core::migration::{Stated, plan_through};
/// use dotdo_core::table::{Column, ColumnType, Schema, Table};
///
/// let named = |name: &str, was: Option<&str>| {
///     let column = Column { was: was.map(str::to_owned), ..Column::new(name, ColumnType::Text) };
///     Schema::new(vec![Table::new("Customer", vec![column])])
/// };
/// let (tel, phone, mobile) = (named("tel", None), named("phone", Some("tel")), named("mobile", Some("phone")));
/// let plan = plan_through(&[&tel, &phone], &mobile, &Stated::default());
/// assert_eq!(
///     plan.sql().collect::<Vec<_>>(),
///     [r#"ALTER TABLE "customers" RENAME COLUMN "tel" TO "mobile""#],
/// );
/// ```
pub fn plan_through(versions: &[&Schema], new: &Schema, stated: &Stated) -> Plan {
    let mut steps = Vec::new();
    let Some((old, later)) = versions.split_first() else {
        return Plan::default();
    };
    let mut old_tables: Vec<_> = old.tables.iter().collect();
    let mut new_tables: Vec<_> = new.tables.iter().collect();
    sort_by(&mut old_tables, |a, b| a.noun.cmp(&b.noun));
    sort_by(&mut new_tables, |a, b| a.noun.cmp(&b.noun));

    // Names are freed before they are taken: a new table may have the name of one that goes or moves.
    let mut walks: Vec<origin::Walk<'_>> = Vec::new();
    for table in &old_tables {
        let mut walk = Some(origin::Walk::start(table));
        let mut before = *old;
        for version in later {
            walk = walk.and_then(|walk| walk.step(before, version, false));
            before = version;
        }
        let lasts = walk.is_some();
        match walk.and_then(|walk| walk.step(before, new, true)) {
            // What a version in between has dropped was stated then.
            None => {
                let stated = !lasts || stated.nouns.contains(&table.noun);
                steps.push(apply::drop_table(table, stated));
            }
            Some(walk) => {
                if let Some(next) = new.table(&table.noun)
                    && next.name != table.name
                {
                    steps.push(apply::move_away(table, next));
                }
                walks.push(walk);
            }
        }
    }
    for table in new_tables {
        match walks.iter().find(|walk| walk.source.noun == table.noun) {
            None => steps.push(apply::create_table(table)),
            Some(walk) => steps.extend(apply::change_table(walk, table, stated)),
        }
    }
    Plan { steps }
}
