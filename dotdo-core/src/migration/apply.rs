//! The SQL of each change.

use crate::table::{Column, Literal, Table, quote};

use super::compare;
use super::origin::{How, Pair, Walk};
use super::{Compute, Computed, Stated, Step, StepKind};

pub(super) fn create_table(table: &Table) -> Step {
    let why = match table.columns.len() {
        1 => "new table, 1 column".to_string(),
        count => format!("new table, {count} columns"),
    };
    let mut step = Step::new(StepKind::CreateTable, &table.name, None, why);
    step.sql = table.create();
    step
}

pub(super) fn drop_table(table: &Table, stated: bool) -> Step {
    let mut step = compare::removed_table(table, stated);
    // The search index first: its triggers name the table.
    step.sql = table.drop_search();
    step.sql.push(format!("DROP TABLE {}", quote(&table.name)));
    step
}

/// The name a table waits under while another takes its name. No table of a schema has a dot in its name.
fn waiting(table: &Table) -> String {
    format!("{}.moving", table.noun)
}

/// Frees the names of a table that gets another one, and of its indexes.
pub(super) fn move_away(old: &Table, new: &Table) -> Step {
    let mut step = Step::new(
        StepKind::RenameTable,
        &new.name,
        None,
        format!("renamed from `{}`", old.name),
    );
    step.sql = old.drop_search();
    step.sql
        .extend(old.indexes().iter().map(|index| drop_index(&index.name)));
    step.sql.push(format!(
        "ALTER TABLE {} RENAME TO {}",
        quote(&old.name),
        quote(&waiting(old))
    ));
    step
}

fn drop_index(name: &str) -> String {
    format!("DROP INDEX {}", quote(name))
}

/// All steps that make `new` of the table that a walk began with.
pub(super) fn change_table(walk: &Walk<'_>, new: &Table, stated: &Stated) -> Vec<Step> {
    let old = walk.source;
    let pairs = walk.pairs(new, stated);
    let removed: Vec<&Column> = old
        .columns
        .iter()
        .filter(|column| {
            !pairs
                .iter()
                .any(|pair| pair.old.is_some_and(|kept| kept.name == column.name))
        })
        .collect();
    let mut steps: Vec<Step> = removed
        .iter()
        .map(|column| {
            // What a version in between has dropped was stated then.
            let latest = walk.lasting(&column.name);
            let stated = latest.is_none_or(|name| stated.drops_column(&new.noun, name));
            compare::removed_column(new, column, stated)
        })
        .collect();
    steps.extend(
        pairs
            .iter()
            .flat_map(|pair| compare::column_steps(new, pair)),
    );
    steps.extend(index_steps(old, new, &pairs));

    let in_place = old.name == new.name
        && removed.is_empty()
        && pairs.iter().all(|pair| can_change(old, pair));
    if in_place {
        change_in_place(old, new, &pairs, steps)
    } else {
        steps.extend(compute(old, new, &pairs));
        steps.push(rebuild(old, new, &pairs));
        steps
    }
}

/// The table that holds what functions have made until the new table is filled.
fn side(table: &Table) -> String {
    format!("{}.made", table.noun)
}

/// The table that the rows of an old one are read from.
fn source_of(old: &Table, new: &Table) -> String {
    if old.name == new.name {
        old.name.clone()
    } else {
        waiting(old)
    }
}

/// The step that calls the user's functions for every row, if a column wants one.
fn compute(old: &Table, new: &Table, pairs: &[Pair<'_>]) -> Option<Step> {
    let columns: Vec<Computed> = pairs
        .iter()
        .filter_map(|pair| match &pair.how {
            How::Function {
                function, input, ..
            } => Some(Computed {
                column: pair.new.clone(),
                function: *function,
                input: input.clone(),
            }),
            _ => None,
        })
        .collect();
    if columns.is_empty() {
        return None;
    }
    let mut step = Step::new(
        StepKind::Migrate,
        &new.name,
        None,
        "functions of the program are called for every row".into(),
    );
    let names: Vec<String> = columns
        .iter()
        .map(|computed| format!("{} ANY", quote(&computed.column.name)))
        .collect();
    step.sql = vec![format!(
        "CREATE TABLE {} (\"$row\" INTEGER PRIMARY KEY, {}) STRICT",
        quote(&side(new)),
        names.join(", ")
    )];
    step.compute = Some(Compute {
        noun: new.noun.clone(),
        from: source_of(old, new),
        into: side(new),
        columns,
    });
    Some(step)
}

/// Whether this column comes about without a rebuild.
fn can_change(old: &Table, pair: &Pair<'_>) -> bool {
    let column = pair.new;
    // SQLite creates columns of these names, but neither adds nor renames one.
    let is_alias = |column: &Column| {
        ["rowid", "oid"]
            .iter()
            .any(|name| column.name.eq_ignore_ascii_case(name))
    };
    match (pair.old, &pair.how) {
        (None, How::Default) => {
            !is_alias(column)
                && column
                    .default
                    .as_ref()
                    .map_or(column.nullable, Literal::is_constant)
        }
        (Some(was), How::Sql(sql)) if *sql == quote(&was.name) => {
            if pair.is_redefined() {
                false
            } else if pair.is_renamed() {
                // A rename to a name that is in use would need an order, and there may be none.
                !is_alias(was) && !is_alias(column) && old.column(&column.name).is_none()
            } else {
                true
            }
        }
        _ => false,
    }
}

/// The indexes of a table that change: for each column, by its new name, the index it had and has.
fn index_steps(old: &Table, new: &Table, pairs: &[Pair<'_>]) -> Vec<Step> {
    let mut steps = Vec::new();
    for pair in pairs {
        let (was, is) = (pair.old, pair.new);
        let kinds = [
            (was.is_some_and(|was| was.unique), is.unique, "unique index"),
            (was.is_some_and(|was| was.index), is.index, "index"),
        ];
        for (before, after, name) in kinds {
            let (kind, why) = match (before, after) {
                (false, true) if name == "index" => (StepKind::AddIndex, "new index".to_string()),
                // Rows that share a value make the migration fail, and then it changes nothing.
                (false, true) => (
                    StepKind::AddIndex,
                    "no two rows may share a value now".to_string(),
                ),
                (true, false) => (StepKind::DropIndex, format!("{name} removed")),
                _ => continue,
            };
            steps.push(Step::new(kind, &new.name, Some(&pair.new.name), why));
        }
    }
    let list = |table: &Table| {
        table
            .searched()
            .iter()
            .map(|column| column.name.clone())
            .collect::<Vec<_>>()
    };
    let (before, after) = (list(old), list(new));
    if before != after {
        let words = |columns: &[String]| {
            if columns.is_empty() {
                "nothing".to_string()
            } else {
                columns.join(", ")
            }
        };
        let why = format!(
            "search covered {}, covers {}",
            words(&before),
            words(&after)
        );
        steps.push(Step::new(StepKind::Search, &new.name, None, why));
    }
    steps
}

/// Gives each step the statements it stands for and puts the steps in the order in which those work.
fn change_in_place(
    old: &Table,
    new: &Table,
    pairs: &[Pair<'_>],
    mut steps: Vec<Step>,
) -> Vec<Step> {
    let search = old.create_search() != new.create_search();
    let (before, after) = (old.indexes(), new.indexes());
    let gone: Vec<&str> = before
        .iter()
        .filter(|index| !after.contains(index))
        .map(|index| index.name.as_str())
        .collect();
    let made = after.iter().filter(|index| !before.contains(index));

    // First what depends on a column goes, then the columns change, then what depends on them comes back.
    let mut first = if search {
        old.drop_search()
    } else {
        Vec::new()
    };
    first.extend(gone.into_iter().map(drop_index));
    let mut last: Vec<String> = made.map(|index| index.sql.clone()).collect();
    if search {
        last.extend(new.create_search());
        last.extend(new.reindex());
    }
    let table = quote(&new.name);
    for step in &mut steps {
        let Some(pair) = pairs
            .iter()
            .find(|pair| Some(&pair.new.name) == step.column.as_ref())
        else {
            continue;
        };
        match (step.kind, pair.old) {
            (StepKind::AddColumn, _) => {
                step.sql.push(format!(
                    "ALTER TABLE {table} ADD COLUMN {}",
                    pair.new.definition()
                ));
            }
            (StepKind::RenameColumn, Some(was)) => {
                let (was, name) = (quote(&was.name), quote(&pair.new.name));
                step.sql
                    .push(format!("ALTER TABLE {table} RENAME COLUMN {was} TO {name}"));
            }
            _ => {}
        }
    }
    if let Some(step) = steps.first_mut() {
        step.sql.splice(0..0, first);
    }
    if let Some(step) = steps.last_mut() {
        step.sql.extend(last);
    }
    steps
}

/// Fills a new table from the old one and puts it in its place.
///
/// This is the procedure that the documentation of `ALTER TABLE` gives for "other kinds of table schema
/// changes". There are no foreign keys and no views here, so it needs no `PRAGMA` and fits in one transaction.
fn rebuild(old: &Table, new: &Table, pairs: &[Pair<'_>]) -> Step {
    let moved = old.name != new.name;
    let source = source_of(old, new);
    let target = if moved {
        new.name.clone()
    } else {
        format!("{}.new", new.name)
    };
    let mut columns: Vec<String> = std::iter::once("_rowid_".to_string())
        .chain(
            crate::table::SYSTEM_COLUMNS
                .iter()
                .map(|(name, _)| quote(name)),
        )
        .collect();
    let mut values = columns.clone();
    let mut called = false;
    for pair in pairs {
        let name = quote(&pair.new.name);
        let value = match &pair.how {
            // A column without an origin is left out, so that it gets its default.
            How::Default => continue,
            How::Sql(sql) => sql.clone(),
            How::Function { nothing, .. } => {
                called = true;
                // No join: both tables may have a column of this name.
                let made = format!(
                    "(SELECT {name} FROM {} WHERE \"$row\" = {}._rowid_)",
                    quote(&side(new)),
                    quote(&source)
                );
                match nothing {
                    Some(nothing) => format!("coalesce({made}, {nothing})"),
                    None => made,
                }
            }
            // Refused, unless somebody means to lose the values.
            How::Unknown { .. } => match pair.old {
                Some(was) => converted(was, pair.new),
                None => continue,
            },
        };
        columns.push(name);
        values.push(value);
    }
    let mut sql = if moved { Vec::new() } else { old.drop_search() };
    sql.push(new.create_table(&target));
    sql.push(format!(
        "INSERT INTO {} ({}) SELECT {} FROM {}",
        quote(&target),
        columns.join(", "),
        values.join(", "),
        quote(&source)
    ));
    if called {
        sql.push(format!("DROP TABLE {}", quote(&side(new))));
    }
    sql.push(format!("DROP TABLE {}", quote(&source)));
    if !moved {
        sql.push(format!(
            "ALTER TABLE {} RENAME TO {}",
            quote(&target),
            quote(&new.name)
        ));
    }
    sql.extend(new.indexes().into_iter().map(|index| index.sql));
    sql.extend(new.create_search());
    sql.extend(new.reindex());
    let mut step = Step::new(
        StepKind::Rebuild,
        &new.name,
        None,
        "the table is rebuilt, with all rows".into(),
    );
    step.sql = sql;
    step
}

/// A column's old value as SQL makes the new column's of it, where nobody said how.
fn converted(old: &Column, new: &Column) -> String {
    let name = quote(&old.name);
    let value = if old.ty.sql() == new.ty.sql() {
        name
    } else {
        format!("CAST({name} AS {})", new.ty.sql())
    };
    match &new.default {
        Some(default) if old.nullable && !new.nullable => {
            format!("coalesce({value}, {})", default.sql())
        }
        _ => value,
    }
}
