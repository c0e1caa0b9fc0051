//! Nouns and their columns, as they were and as they are.

use super::shapes::{Misfit, choices_lost, column_accepts, gone, plain, takes_shape};
use super::{LockedColumn, LockedNoun, MOST, Report};
use crate::const_text::{contains, same};
use crate::noun::{ColumnDef, NounDef};
use crate::value::Shape;

pub(super) const fn compare_noun(
    mut report: Report,
    version: u32,
    old: &LockedNoun,
    new: &'static NounDef,
) -> Report {
    if old.object != new.object {
        let (was, is) = if old.object {
            ("an object of its own", "a row")
        } else {
            ("a row", "an object of its own")
        };
        report = report
            .next()
            .with("each `")
            .with(old.name)
            .with("` was ")
            .with(was)
            .with(" and is ")
            .with(is)
            .with(", and nothing moves the data\nput `object` back as it was; or make a noun of another name, and copy what is to be kept");
    }
    let mut i = 0;
    while i < old.columns.len() && report.count < MOST {
        let column = &old.columns[i];
        if heir(old, new, column.name).is_none() && !contains(new.dropped, column.name) {
            report = report
                .next()
                .with("`")
                .with(new.name)
                .with(".")
                .with(column.name)
                .with("` is gone, and version ")
                .number(version)
                .with(" of the data has it as ")
                .column(column.shape, column.nullable)
                .with("\nif another field took its place, write `#[was(\"")
                .with(column.name)
                .with("\")]` above that one; if its values may be lost, write `#[noun(dropped(\"")
                .with(column.name)
                .with("\"))]`");
        }
        i += 1;
    }
    let mut i = 0;
    while i < new.columns.len() && report.count < MOST {
        let column = &new.columns[i];
        report = match origin(old, new, column) {
            Some(was) => compare_column(report, new, was, column),
            None => {
                let report = check_was(report, old, new, column);
                compare_added(report, new, column, old.name, None)
            }
        };
        i += 1;
    }
    let mut i = 0;
    while i < new.dropped.len() && report.count < MOST {
        let name = new.dropped[i];
        if !contains(old.names, name) {
            report = report
                .next()
                .with("`")
                .with(new.name)
                .with("` drops `")
                .with(name)
                .with("`, which no version in dotdo.lock has");
        }
        i += 1;
    }
    report
}

const fn column_of(noun: &'static NounDef, name: &str) -> Option<&'static ColumnDef> {
    let mut i = 0;
    while i < noun.columns.len() {
        if same(noun.columns[i].name, name) {
            return Some(&noun.columns[i]);
        }
        i += 1;
    }
    None
}

const fn locked_of<'a>(noun: &'a LockedNoun, name: &str) -> Option<&'a LockedColumn> {
    let mut i = 0;
    while i < noun.columns.len() {
        if same(noun.columns[i].name, name) {
            return Some(&noun.columns[i]);
        }
        i += 1;
    }
    None
}

/// The column that has the values of a locked one: the one of its name, or else the first that says it was that.
const fn heir(old: &LockedNoun, new: &'static NounDef, name: &str) -> Option<&'static ColumnDef> {
    if let Some(column) = column_of(new, name) {
        return Some(column);
    }
    let mut i = 0;
    while i < new.columns.len() {
        let column = &new.columns[i];
        if let Some(was) = column.was
            && same(was, name)
            && locked_of(old, column.name).is_none()
        {
            return Some(column);
        }
        i += 1;
    }
    None
}

/// The locked column that a column has its values from.
const fn origin<'a>(
    old: &'a LockedNoun,
    new: &'static NounDef,
    column: &ColumnDef,
) -> Option<&'a LockedColumn> {
    if let Some(was) = locked_of(old, column.name) {
        return Some(was);
    }
    if let Some(was) = column.was
        && let Some(heir) = heir(old, new, was)
        && same(heir.name, column.name)
    {
        return locked_of(old, was);
    }
    None
}

/// A new column that says that it was another one, says which.
const fn check_was(report: Report, old: &LockedNoun, noun: &NounDef, column: &ColumnDef) -> Report {
    match column.was {
        Some(was) if !contains(old.names, was) => field(report.next(), noun, column)
            .with(" says `#[was(\"")
            .with(was)
            .with("\")]`, and no version in dotdo.lock has such a column"),
        _ => report,
    }
}

/// A column without a locked one; `version` is given where only an earlier version lacks it.
const fn compare_added(
    report: Report,
    noun: &NounDef,
    column: &ColumnDef,
    name: &str,
    version: Option<u32>,
) -> Report {
    if column.nullable || column.default.is_some() || takes_row(column) {
        return report;
    }
    let report = report
        .next()
        .with("`")
        .with(noun.name)
        .with(".")
        .with(column.name);
    match version {
        None => report
            .with("` is new, and the rows of `")
            .with(name)
            .with("` that are stored have no value for it\nwrite `#[default(…)]` above it, make it an `Option<…>`, compute it with `#[migrate(function)]` from an `OldRow`, or, if it had another name, write `#[was(\"…\")]`"),
        Some(version) => report
            .with("` has no value in rows of version ")
            .number(version)
            .with(", which are still to be brought forward\nkeep the `#[migrate(function)]` above it that takes an `OldRow`, or write `#[default(…)]`"),
    }
}

const fn takes_row(column: &ColumnDef) -> bool {
    let mut i = 0;
    while i < column.migrate.len() {
        if column.migrate[i].from.is_none() {
            return true;
        }
        i += 1;
    }
    false
}

/// What the first function above a column takes, of those that take a value.
const fn taken(column: &ColumnDef) -> Option<Shape> {
    let mut i = 0;
    while i < column.migrate.len() {
        if column.migrate[i].from.is_some() {
            return column.migrate[i].from;
        }
        i += 1;
    }
    None
}

/// Whether a function above the column takes what is stored.
const fn takes_value(column: &ColumnDef, from: Shape, nullable: bool) -> bool {
    let mut i = 0;
    while i < column.migrate.len() {
        if let Some(takes) = column.migrate[i].from {
            let optional = matches!(takes, Shape::Optional(_));
            let nothing = column.nullable || column.default.is_some();
            if (optional || !nullable || nothing) && takes_shape(plain(takes), from) {
                return true;
            }
        }
        i += 1;
    }
    false
}

const fn compare_column(
    mut report: Report,
    noun: &NounDef,
    old: &LockedColumn,
    new: &ColumnDef,
) -> Report {
    let (was, is) = (old.shape, plain(new.shape));
    if !takes_value(new, was, old.nullable) {
        let fits = column_accepts(is, was);
        if let Misfit::No = fits {
            report = field(report.next(), noun, new)
                .with(" was ")
                .column(was, old.nullable)
                .with(" and is ")
                .column(is, new.nullable);
            report = match taken(new) {
                Some(takes) => report
                    .with("\nthe function of its `#[migrate]` takes `")
                    .shape(takes)
                    .with("`; one that takes ")
                    .column(was, old.nullable)
                    .with(" is needed"),
                None => report.with("\nwrite `#[migrate(function)]` above it, with a function that takes the old value and returns the new one; or keep the type, and add a field of another name"),
            };
        } else if let Misfit::At(inner) = fits {
            report = inner.say(field(report.next(), noun, new).with(" holds something else than the rows that are stored: "))
                .with("\ngive the type back what it had, with `#[default(…)]` on what is new; or write `#[migrate(function)]` above the field, with a function that takes the old value");
        } else if let Some(gone) = gone(is, was, new.dropped) {
            report = field(report.next(), noun, new)
                .with(" no longer allows `")
                .with(gone)
                .with("`, which stored rows may have\nkeep the variant; or write `#[dropped(\"")
                .with(gone)
                .with("\")]` above the field, and such rows get its `#[default(…)]`; or write `#[migrate(function)]`, with a function that takes the old value");
        } else if choices_lost(is, was) && new.default.is_none() && !new.nullable {
            report = field(report.next(), noun, new)
                .with(" drops a choice that stored rows may have, and there is nothing that they could have instead\nwrite `#[default(…)]` above it, or make it an `Option<…>`");
        }
        if old.nullable && !new.nullable && new.default.is_none() && !matches!(fits, Misfit::No) {
            report = field(report.next(), noun, new)
                .with(" was ")
                .column(was, true)
                .with(" and is ")
                .column(is, false)
                .with(", and stored rows may have none\nwrite `#[default(…)]` above it for those rows, keep it an `Option<…>`, or write `#[migrate(function)]`, with a function that takes an `Option<…>`");
        }
    }
    if new.unique && !old.unique && !new.verified {
        report = field(report.next(), noun, new)
            .with(" was not unique and is, and stored rows may share a value\nmake sure that they do not, and write `#[unique(verified)]`: data in which they do will not open");
    }
    let mut i = 0;
    while i < old.earlier.len() && report.count < MOST {
        let earlier = &old.earlier[i];
        match earlier.shape {
            None => {
                report = compare_added(report, noun, new, noun.name, Some(earlier.version));
            }
            Some(shape) => {
                let direct = column_accepts(is, shape).fits()
                    && gone(is, shape, new.dropped).is_none()
                    && (!earlier.nullable || new.nullable || new.default.is_some());
                if !direct && !takes_value(new, shape, earlier.nullable) {
                    report = field(report.next(), noun, new)
                        .with(" was ")
                        .column(shape, earlier.nullable)
                        .with(" in version ")
                        .number(earlier.version)
                        .with(", and data of that version is still to be brought forward\nkeep the `#[migrate(function)]` above it that takes ")
                        .column(shape, earlier.nullable);
                }
            }
        }
        i += 1;
    }
    report
}

const fn field(report: Report, noun: &NounDef, column: &ColumnDef) -> Report {
    report
        .with("`")
        .with(noun.name)
        .with(".")
        .with(column.name)
        .with("`")
}
