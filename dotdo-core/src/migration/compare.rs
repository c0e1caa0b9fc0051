//! The changes between two versions of one table, in words: what changed, and whether it needs the user's word.

use crate::table::{Bound, Column, ColumnType, Literal, Range, Table};

use super::origin::{How, Pair};
use super::{Refusal, RefusalKind, Step, StepKind};

/// The changes of one column, as steps without SQL.
pub(super) fn column_steps(table: &Table, pair: &Pair<'_>) -> Vec<Step> {
    let new = pair.new;
    let unknown = matches!(pair.how, How::Unknown { .. });
    let mut steps = Vec::new();
    match pair.old {
        None => steps.push(added(table, new, &pair.how)),
        Some(old) => changed(table, old, new, &mut steps),
    }
    if !unknown {
        for step in &mut steps {
            step.refusal = None;
        }
    }
    match &pair.how {
        How::Function { .. } => {
            // The function decides what becomes of each value.
            for step in &mut steps {
                step.destructive = false;
            }
            let why = "`#[migrate]` makes the values".into();
            steps.push(Step::new(
                StepKind::Migrate,
                &table.name,
                Some(&new.name),
                why,
            ));
        }
        How::Unknown { last, from } if steps.iter().all(|step| step.refusal.is_none()) => {
            steps.push(between(table, new, from.as_deref(), *last));
        }
        _ => {}
    }
    steps
}

/// A version in between needs a function that the program no longer has.
fn between(table: &Table, new: &Column, from: Option<&Column>, last: bool) -> Step {
    let (kind, what) = match from {
        Some(from) => (
            RefusalKind::Retyped,
            format!(
                "{} was {} in {}, and nothing says how its values became {}",
                field(table, new),
                described(from),
                if last {
                    "the version before"
                } else {
                    "an earlier version"
                },
                described(new)
            ),
        ),
        None => (
            RefusalKind::NoValue,
            format!(
                "{} has no value in rows of an earlier version",
                field(table, new)
            ),
        ),
    };
    let help = match from {
        Some(from) => format!(
            "keep the `#[migrate(…)]` above the field whose function takes {}",
            described(from)
        ),
        None => "keep the `#[migrate(…)]` above the field whose function takes an `OldRow`".into(),
    };
    let mut step = Step::new(
        StepKind::Migrate,
        &table.name,
        Some(&new.name),
        "nobody makes the values".into(),
    );
    step.refusal = Some(refusal(kind, table, Some(new), what, help));
    step
}

fn changed(table: &Table, old: &Column, new: &Column, steps: &mut Vec<Step>) {
    let mut push = |kind, why| steps.push(Step::new(kind, &table.name, Some(&new.name), why));
    if old.name != new.name {
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

fn added(table: &Table, column: &Column, how: &How) -> Step {
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
    if matches!(
        how,
        How::Unknown {
            from: None,
            last: true
        }
    ) {
        let what = format!(
            "{} is new, and rows that are already in `{}` have no value for it",
            field(table, column),
            table.name
        );
        let help = "write `#[default(…)]` above the field, make it an `Option<…>`, compute it with `#[migrate(…)]`, or, if it had another name, write `#[was(\"…\")]`".to_owned();
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

pub(super) fn removed_column(table: &Table, column: &Column, stated: bool) -> Step {
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
        "if a field took its place, write `#[was(\"{name}\")]` above it; to lose the values, write `#[noun(dropped(\"{name}\"))]`",
        name = column.name
    );
    if stated {
        return step;
    }
    step.refusal = Some(refusal(
        RefusalKind::RemovedColumn,
        table,
        Some(column),
        what,
        help,
    ));
    step
}

pub(super) fn removed_table(table: &Table, stated: bool) -> Step {
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
    let help = format!(
        "put the noun back and list it in `app!`; to lose the rows, write `dropped: [{}]` in `app!`",
        table.noun
    );
    if stated {
        return step;
    }
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
        step.destructive = true;
        let what = format!(
            "{} no longer allows {gone}, and rows of `{}` may have it",
            field(table, new),
            table.name
        );
        let help = format!(
            "keep the variant; or write `#[dropped({})]` above the field, and such rows get its `#[default(…)]`, or nothing if it is an `Option`; or say what becomes of them with `#[migrate(…)]`",
            missing(old, new)
                .iter()
                .map(|name| name.replace('`', "\""))
                .collect::<Vec<_>>()
                .join(", ")
        );
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
                "write `#[default(…)]` above the field for those rows, say with `#[migrate(…)]` what they get, or keep it an `Option<{ty}>`"
            );
            step.refusal = Some(refusal(RefusalKind::Required, table, Some(new), what, help));
            Some(step)
        }
        _ => None,
    }
}

fn retype(table: &Table, old: &Column, new: &Column) -> Option<Step> {
    let same = old.ty == new.ty && old.references == new.references;
    let misfit = match (&old.shape, &new.shape) {
        (Some(was), Some(is)) if same => is.accepts(was).err(),
        _ => None,
    };
    if same && misfit.is_none() {
        return None;
    }
    let (from, to) = (describe(old), describe(new));
    let (why, what) = match misfit {
        Some(misfit) => (
            format!("holds something else: {misfit}"),
            format!(
                "{} holds something else in the rows that are there: {misfit}",
                field(table, new)
            ),
        ),
        None => (
            format!("was {from}, is {to}"),
            format!("{} was {from} and is {to}", field(table, new)),
        ),
    };
    let mut step = Step::new(StepKind::Retype, &table.name, Some(&new.name), why);
    step.destructive = !same && !keeps_values(old.ty, new.ty);
    let help = "say with `#[migrate(…)]` above the field what becomes of each value; or keep the type, and add a field of another name"
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

/// A column's type with its choices or fields, for messages.
fn described(column: &Column) -> String {
    match &column.references {
        Some(noun) => format!("a reference to `{noun}`"),
        None if column.nullable => format!("`{}?`", column.values()),
        None => format!("`{}`", column.values()),
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
