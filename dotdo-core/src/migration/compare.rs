//! The changes between two versions of one table, in words: what changed, and whether it needs the user's word.

use crate::table::{Bound, Column, ColumnType, Literal, Range, Table};

use super::{Refusal, RefusalKind, Step, StepKind};

/// A column of the new table and the one of the old table that its values come from.
#[derive(Clone, Copy)]
pub(super) struct Pair<'a> {
    pub new: &'a Column,
    pub old: Option<&'a Column>,
}

impl Pair<'_> {
    pub fn is_renamed(&self) -> bool {
        self.old.is_some_and(|old| old.name != self.new.name)
    }

    /// Whether the column is another to SQL than the old one under the new name.
    pub fn is_redefined(&self) -> bool {
        self.old.is_some_and(|old| {
            canonical(old, &self.new.name) != canonical(self.new, &self.new.name)
        })
    }
}

/// The column's definition under a name, with its choices in an order of their own.
fn canonical(column: &Column, name: &str) -> String {
    let mut column = Column {
        name: name.into(),
        ..column.clone()
    };
    column.choices.sort();
    column.definition()
}

/// Finds where each new column's values come from.
pub(super) fn pairs<'a>(old: &'a Table, new: &'a Table) -> Vec<Pair<'a>> {
    let origin = |column: &Column| {
        old.column(&column.name).or_else(|| {
            let was = old.column(column.was.as_deref()?)?;
            // A column that is still there keeps its values.
            new.column(&was.name).is_none().then_some(was)
        })
    };
    let mut pairs: Vec<Pair> = Vec::with_capacity(new.columns.len());
    for column in &new.columns {
        let found = origin(column);
        // Two fields cannot both have been the same one: the first has it.
        let taken = |old: &Column| {
            pairs
                .iter()
                .any(|pair| pair.old.is_some_and(|taken| std::ptr::eq(taken, old)))
        };
        let old = found.filter(|old| !taken(old));
        pairs.push(Pair { new: column, old });
    }
    pairs
}

/// The changes of one column, as steps without SQL.
pub(super) fn column_steps(table: &Table, pair: Pair<'_>) -> Vec<Step> {
    let new = pair.new;
    let Some(old) = pair.old else {
        return vec![added(table, new)];
    };
    let mut steps = Vec::new();
    let mut push = |kind, why| steps.push(Step::new(kind, &table.name, Some(&new.name), why));
    if pair.is_renamed() {
        push(
            StepKind::RenameColumn,
            format!("renamed from `{}`", old.name),
        );
    }
    if old.default != new.default {
        push(
            StepKind::Default,
            format!("the default was {}, is {}", default(old), default(new)),
        );
    }
    if old.range != new.range {
        push(
            StepKind::Check,
            format!(
                "the range was {}, is {}",
                range(old.range),
                range(new.range)
            ),
        );
    }
    if old.check != new.check {
        push(
            StepKind::Check,
            format!(
                "the condition was {}, is {}",
                condition(old),
                condition(new)
            ),
        );
    }
    steps.extend(choices(table, old, new));
    steps.extend(nullability(table, old, new));
    steps.extend(retype(table, old, new));
    steps
}

fn refusal(
    kind: RefusalKind,
    table: &Table,
    column: Option<&Column>,
    what: String,
    help: String,
) -> Refusal {
    let column = column.map(|column| column.name.clone());
    Refusal {
        kind,
        noun: table.noun.clone(),
        table: table.name.clone(),
        column,
        what,
        help,
    }
}

/// How messages name a column: as the user's field.
fn field(table: &Table, column: &Column) -> String {
    format!("`{}.{}`", table.noun, column.name)
}

fn added(table: &Table, column: &Column) -> Step {
    let optional = if column.nullable {
        ", may be empty"
    } else {
        ""
    };
    let default = match &column.default {
        Some(default) => format!(", default {}", default.sql()),
        None => String::new(),
    };
    let why = format!("new column, {}{optional}{default}", column.ty);
    let mut step = Step::new(StepKind::AddColumn, &table.name, Some(&column.name), why);
    if !column.nullable && column.default.is_none() {
        let what = format!(
            "{} is new, and rows that are already in `{}` have no value for it",
            field(table, column),
            table.name
        );
        let help = "write `#[default(…)]` above the field, make it an `Option<…>`, or, if it had another name, write `#[was(\"…\")]`".to_owned();
        step.refusal = Some(refusal(
            RefusalKind::NoValue,
            table,
            Some(column),
            what,
            help,
        ));
    }
    step
}

pub(super) fn removed_column(table: &Table, column: &Column) -> Step {
    let why = format!("column removed, {}", column.ty);
    let mut step = Step::new(StepKind::DropColumn, &table.name, Some(&column.name), why);
    step.destructive = true;
    let what = format!(
        "{} is gone, and the column `{}.{}` ({}) has values",
        field(table, column),
        table.name,
        column.name,
        column.ty
    );
    let help = format!(
        "if a field took its place, write `#[was(\"{}\")]` above it",
        column.name
    );
    step.refusal = Some(refusal(
        RefusalKind::RemovedColumn,
        table,
        Some(column),
        what,
        help,
    ));
    step
}

pub(super) fn removed_table(table: &Table) -> Step {
    let mut step = Step::new(
        StepKind::DropTable,
        &table.name,
        None,
        "table removed".into(),
    );
    step.destructive = true;
    let what = format!(
        "`{}` is gone, and its table `{}` has rows",
        table.noun, table.name
    );
    let help = "put the noun back and list it in `app!`".to_owned();
    step.refusal = Some(refusal(RefusalKind::RemovedTable, table, None, what, help));
    step
}

fn choices(table: &Table, old: &Column, new: &Column) -> Option<Step> {
    let missing = |from: &Column, to: &Column| -> Vec<String> {
        let missing = from
            .choices
            .iter()
            .filter(|choice| !to.choices.contains(choice));
        missing.map(|choice| format!("`{choice}`")).collect()
    };
    let (gone, more) = (missing(old, new), missing(new, old));
    let step = |why| Step::new(StepKind::Check, &table.name, Some(&new.name), why);
    if gone.is_empty() && more.is_empty() {
        None
    } else if old.choices.is_empty() {
        // Rows may have other texts, but nobody said so: the migration fails on one, and changes nothing.
        Some(step(format!(
            "only these values are allowed now: {}",
            more.join(", ")
        )))
    } else if new.choices.is_empty() {
        Some(step("any value is allowed now".into()))
    } else if gone.is_empty() {
        Some(step(format!(
            "more values are allowed: {}",
            more.join(", ")
        )))
    } else {
        let gone = gone.join(", ");
        let mut step = step(format!("values are no longer allowed: {gone}"));
        let what = format!(
            "{} no longer allows {gone}, and rows of `{}` may have it",
            field(table, new),
            table.name
        );
        let help = "keep the variant".to_owned();
        step.refusal = Some(refusal(
            RefusalKind::RemovedChoice,
            table,
            Some(new),
            what,
            help,
        ));
        Some(step)
    }
}

fn nullability(table: &Table, old: &Column, new: &Column) -> Option<Step> {
    let step = |why: &str| {
        Step::new(
            StepKind::Nullability,
            &table.name,
            Some(&new.name),
            why.into(),
        )
    };
    match (old.nullable, new.nullable, &new.default) {
        (false, true, _) => Some(step("may be empty now")),
        (true, false, Some(default)) => Some(step(&format!(
            "may no longer be empty; rows without a value get {}",
            default.sql()
        ))),
        (true, false, None) => {
            let mut step = step("may no longer be empty");
            let ty = rust_type(new.ty);
            let what = format!(
                "{} was `Option<{ty}>` and is `{ty}`, and rows of `{}` may have no value",
                field(table, new),
                table.name
            );
            let help = format!(
                "write `#[default(…)]` above the field for those rows, or keep it an `Option<{ty}>`"
            );
            step.refusal = Some(refusal(RefusalKind::Required, table, Some(new), what, help));
            Some(step)
        }
        _ => None,
    }
}

fn retype(table: &Table, old: &Column, new: &Column) -> Option<Step> {
    if old.ty == new.ty && old.references == new.references {
        return None;
    }
    let (from, to) = (describe(old), describe(new));
    let why = format!("was {from}, is {to}");
    let mut step = Step::new(StepKind::Retype, &table.name, Some(&new.name), why);
    step.destructive = !keeps_values(old.ty, new.ty);
    let what = format!("{} was {from} and is {to}", field(table, new));
    let help = "keep the type, or add a field of another name with `#[default(…)]` or `Option<…>`"
        .to_owned();
    step.refusal = Some(refusal(RefusalKind::Retyped, table, Some(new), what, help));
    Some(step)
}

/// Whether every value of one type is one of the other, with the same meaning.
fn keeps_values(from: ColumnType, to: ColumnType) -> bool {
    use ColumnType::{Boolean, Date, Decimal, Integer, Json, Reference, Text, Time};
    from == to
        || matches!(
            (from, to),
            (Boolean, Integer)
                | (Date | Time | Decimal | Json | Reference, Text)
                | (Integer, Decimal)
        )
}

fn describe(column: &Column) -> String {
    match &column.references {
        Some(noun) => format!("a reference to `{noun}`"),
        None => format!("{}", column.ty),
    }
}

/// The usual Rust type of a column, for messages.
fn rust_type(ty: ColumnType) -> &'static str {
    match ty {
        ColumnType::Integer => "i64",
        ColumnType::Real => "f64",
        ColumnType::Boolean => "bool",
        ColumnType::Text => "String",
        ColumnType::Blob => "Vec<u8>",
        ColumnType::Reference => "Ref<…>",
        ColumnType::Json
        | ColumnType::Timestamp
        | ColumnType::Date
        | ColumnType::Time
        | ColumnType::Decimal => "…",
    }
}

fn default(column: &Column) -> String {
    column
        .default
        .as_ref()
        .map_or_else(|| "none".into(), Literal::sql)
}

fn condition(column: &Column) -> String {
    column
        .check
        .as_ref()
        .map_or_else(|| "none".into(), |check| format!("`{check}`"))
}

fn range(range: Option<Range>) -> String {
    let end = |bound: Option<Bound>| bound.map(|bound| bound.sql()).unwrap_or_default();
    range.map_or_else(
        || "none".into(),
        |range| format!("{}..={}", end(range.min), end(range.max)),
    )
}
