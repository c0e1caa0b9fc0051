//! Compares a program with its `dotdo.lock` while it compiles.
//!
//! `app!` writes down what the file has as constants, and calls [`follow`] in a `const`. What would lose stored values, or
//! strand a run of a flow, is a panic that says what to write. What passes here is what
//! [`migration::plan_through`](dotdo_core::migration::plan_through) carries out when an object wakes.

use crate::business::{AppDef, Entries, Entry, Item};
use crate::const_text::{Text, contains, same};
use crate::noun::{ColumnDef, NounDef};
use crate::value::{ColumnType, Member, Shape};

/// The newest version in `dotdo.lock`, as constants.
#[doc(hidden)]
#[derive(Debug)]
pub struct Locked {
    pub version: u32,
    pub nouns: &'static [LockedNoun],
    pub functions: &'static [LockedFunction],
    /// Every noun and function that any version had.
    pub names: &'static [&'static str],
}

/// A noun in the lock.
#[doc(hidden)]
#[derive(Debug)]
pub struct LockedNoun {
    pub name: &'static str,
    pub object: bool,
    pub columns: &'static [LockedColumn],
    /// Every name that a column had in any version.
    pub names: &'static [&'static str],
}

/// A column in the lock.
#[doc(hidden)]
#[derive(Debug)]
pub struct LockedColumn {
    pub name: &'static str,
    pub shape: Shape,
    pub nullable: bool,
    pub unique: bool,
    /// What rows of earlier versions have that only a function of the program can make this of.
    pub earlier: &'static [Earlier],
}

/// What a column was in an earlier version; `None` if there was none.
#[doc(hidden)]
#[derive(Debug)]
pub struct Earlier {
    pub version: u32,
    pub shape: Option<Shape>,
    pub nullable: bool,
}

/// A function in the lock.
#[doc(hidden)]
#[derive(Debug)]
pub struct LockedFunction {
    pub name: &'static str,
    pub flow: bool,
    pub version: u32,
    pub args: &'static [Member],
    pub output: Shape,
}

/// How many changes are reported at once.
const MOST: usize = 8;

/// What is wrong, so far.
struct Report {
    text: Text,
    count: usize,
}

impl Report {
    /// Begins another change.
    const fn next(mut self) -> Self {
        self.count += 1;
        if !self.text.is_empty() {
            self.text = self.text.with("\n\n");
        }
        self
    }

    const fn with(mut self, text: &str) -> Self {
        self.text = self.text.with(text);
        self
    }

    const fn number(mut self, number: u32) -> Self {
        self.text = self.text.number(number);
        self
    }

    const fn shape(mut self, shape: Shape) -> Self {
        self.text = self.text.shape(shape);
        self
    }

    /// A column's type, with the sign for "or nothing".
    const fn column(self, shape: Shape, nullable: bool) -> Self {
        let shape = plain(shape);
        match (nullable, shape) {
            (true, Shape::Choice(_)) => self.with("`(").shape(shape).with(")?`"),
            (true, _) => self.with("`").shape(shape).with("?`"),
            (false, _) => self.with("`").shape(shape).with("`"),
        }
    }
}

/// A shape without its "or nothing".
const fn plain(shape: Shape) -> Shape {
    match shape {
        Shape::Optional(inner) => *inner,
        other => other,
    }
}

/// Proves that the data and the runs of the locked version can go on under this program.
#[doc(hidden)]
#[track_caller]
pub const fn follow(app: &AppDef, locked: &Locked) {
    let report = compare(app, locked);
    assert!(report.count == 0, "{}", report.text.as_str());
}

/// What `follow` panics with, for tests; empty if the program follows.
#[doc(hidden)]
pub fn report(app: &AppDef, locked: &Locked) -> String {
    compare(app, locked).text.as_str().to_owned()
}

const fn compare(app: &AppDef, locked: &Locked) -> Report {
    let mut report = Report {
        text: Text::new(),
        count: 0,
    };
    let mut i = 0;
    while i < locked.nouns.len() && report.count < MOST {
        let old = &locked.nouns[i];
        report = match noun_of(app, old.name) {
            Some(new) => compare_noun(report, locked.version, old, new),
            None if contains(app.dropped, old.name) => report,
            None => report
                .next()
                .with("the noun `")
                .with(old.name)
                .with("` is gone, and version ")
                .number(locked.version)
                .with(" of the data has rows of it\nput it back into the list; or, if its rows may be lost, write `dropped: [")
                .with(old.name)
                .with("]` before the name of the business"),
        };
        i += 1;
    }
    let mut i = 0;
    while i < locked.functions.len() && report.count < MOST {
        report = compare_function(report, app, &locked.functions[i]);
        i += 1;
    }
    check_dropped(report, app, locked)
}

/// What is said to be dropped was there once, and is not there now.
const fn check_dropped(mut report: Report, app: &AppDef, locked: &Locked) -> Report {
    let mut i = 0;
    while i < app.dropped.len() {
        let name = app.dropped[i];
        if noun_of(app, name).is_some() || function_of(app, name).is_some() {
            report = report
                .next()
                .with("`")
                .with(name)
                .with("` is dropped and listed; remove it from one of the lists");
        } else if !contains(locked.names, name) {
            report = report
                .next()
                .with("`dropped` names `")
                .with(name)
                .with("`, which no version in dotdo.lock has");
        }
        i += 1;
    }
    report
}

const fn noun_of(app: &AppDef, name: &str) -> Option<&'static NounDef> {
    let mut entries = Entries::of(app);
    while let Some(entry) = entries.next() {
        if let Item::Noun(noun) = entry.item
            && same(noun.name, name)
        {
            return Some(noun);
        }
    }
    None
}

const fn compare_noun(
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

/// Whether a function of one shape takes the values of a column of the other.
const fn takes_shape(takes: Shape, from: Shape) -> bool {
    match (takes, from) {
        (Shape::Choice(names), Shape::Choice(old)) => all_in(old, names),
        (Shape::Text, Shape::Text) => true,
        (Shape::Text | Shape::Choice(_), _) => false,
        (Shape::Reference(a), Shape::Reference(b)) => same(a, b),
        (takes, from) => {
            takes.column() as u8 == from.column() as u8
                && (!matches!(from.column(), ColumnType::Json)
                    || matches!(from, Shape::Any)
                    || accepts(takes, from).fits())
        }
    }
}

const fn all_in(some: &[&str], all: &[&str]) -> bool {
    let mut i = 0;
    while i < some.len() {
        if !contains(all, some[i]) {
            return false;
        }
        i += 1;
    }
    true
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

/// Whether values fit, and if not, whether it is the column or something within.
enum Misfit {
    Fits,
    No,
    At(Inner),
}

impl Misfit {
    const fn fits(&self) -> bool {
        matches!(self, Self::Fits)
    }
}

/// Something within a value that does not fit.
#[derive(Clone, Copy)]
struct Inner {
    name: &'static str,
    change: What,
}

#[derive(Clone, Copy)]
enum What {
    Gone,
    New,
    Changed(Shape, Shape),
}

impl Inner {
    const fn say(self, report: Report) -> Report {
        let report = report.with("`").with(self.name);
        match self.change {
            What::Gone => report.with("` is gone"),
            What::New => report.with("` is new and has no default"),
            What::Changed(was, is) => report
                .with("` was `")
                .shape(was)
                .with("` and is `")
                .shape(is)
                .with("`"),
        }
    }
}

/// Whether a column takes stored values as they are, choices aside.
const fn column_accepts(new: Shape, old: Shape) -> Misfit {
    if new.column() as u8 != old.column() as u8 {
        return Misfit::No;
    }
    match (new, old) {
        (Shape::Reference(a), Shape::Reference(b)) => {
            if same(a, b) {
                Misfit::Fits
            } else {
                Misfit::No
            }
        }
        (Shape::Choice(_), Shape::Text) => Misfit::No,
        // Rows have any JSON, and nobody knows which.
        (_, Shape::Any) => Misfit::Fits,
        (new, old) if matches!(old.column(), ColumnType::Json) => accepts(new, old),
        _ => Misfit::Fits,
    }
}

/// A choice that is gone and not dropped.
const fn gone(new: Shape, old: Shape, dropped: &[&str]) -> Option<&'static str> {
    let (Shape::Choice(new), Shape::Choice(old)) = (new, old) else {
        return None;
    };
    let mut i = 0;
    while i < old.len() {
        if !contains(new, old[i]) && !contains(dropped, old[i]) {
            return Some(old[i]);
        }
        i += 1;
    }
    None
}

const fn choices_lost(new: Shape, old: Shape) -> bool {
    match (new, old) {
        (Shape::Choice(new), Shape::Choice(old)) => !all_in(old, new),
        _ => false,
    }
}

/// Whether every JSON of the shape `old` can be read as `new`: [`dotdo_core::shape::Shape::accepts`] for constants.
const fn accepts(new: Shape, old: Shape) -> Misfit {
    accepts_at(new, old, "")
}

const fn accepts_at(new: Shape, old: Shape, name: &'static str) -> Misfit {
    let fits = match (new, old) {
        // Equal ones, and wider ones.
        (Shape::Any, _)
        | (Shape::Nothing | Shape::Optional(_), Shape::Nothing)
        | (Shape::Integer | Shape::Real, Shape::Integer)
        | (Shape::Real, Shape::Real)
        | (Shape::Boolean, Shape::Boolean)
        | (Shape::Timestamp, Shape::Timestamp)
        | (Shape::Date, Shape::Date)
        | (Shape::Time, Shape::Time)
        | (Shape::Decimal, Shape::Decimal)
        | (Shape::Bytes, Shape::Bytes)
        | (Shape::Embedding, Shape::Embedding)
        | (
            Shape::Text,
            Shape::Text
            | Shape::Timestamp
            | Shape::Date
            | Shape::Time
            | Shape::Decimal
            | Shape::Reference(_)
            | Shape::Choice(_),
        ) => true,
        (Shape::Optional(new), Shape::Optional(old))
        | (Shape::List(new), Shape::List(old))
        | (Shape::Map(new), Shape::Map(old)) => return accepts_at(*new, *old, name),
        (Shape::Optional(new), old) => return accepts_at(*new, old, name),
        (Shape::List(new), Shape::Bytes) => matches!(new, Shape::Integer),
        (Shape::List(new), Shape::Embedding) => matches!(new, Shape::Real),
        (Shape::Record(_, new), Shape::Record(_, old)) => return accepts_members(new, old),
        (Shape::Tuple(new), Shape::Tuple(old)) if new.len() == old.len() => {
            let mut i = 0;
            while i < new.len() {
                match accepts_at(new[i], old[i], name) {
                    Misfit::Fits => {}
                    other => return other,
                }
                i += 1;
            }
            true
        }
        (Shape::Choice(_), Shape::Choice(_)) => match gone(new, old, &[]) {
            Some(name) => {
                return Misfit::At(Inner {
                    name,
                    change: What::Gone,
                });
            }
            None => true,
        },
        (Shape::OneOf(_, new), Shape::OneOf(_, old)) => return accepts_variants(new, old),
        (Shape::OneOf(_, new), Shape::Choice(old)) => {
            let mut i = 0;
            while i < old.len() {
                match accepts_variant(new, old[i], Shape::Nothing) {
                    Misfit::Fits => {}
                    other => return other,
                }
                i += 1;
            }
            true
        }
        (Shape::Reference(a), Shape::Reference(b)) => same(a, b),
        _ => false,
    };
    if fits {
        Misfit::Fits
    } else if name.is_empty() {
        Misfit::No
    } else {
        Misfit::At(Inner {
            name,
            change: What::Changed(old, new),
        })
    }
}

const fn member_of(members: &'static [Member], name: &str) -> Option<&'static Member> {
    let mut i = 0;
    while i < members.len() {
        if same(members[i].name, name) {
            return Some(&members[i]);
        }
        i += 1;
    }
    None
}

const fn accepts_members(new: &'static [Member], old: &'static [Member]) -> Misfit {
    let mut i = 0;
    while i < old.len() {
        let was = &old[i];
        let Some(is) = member_of(new, was.name) else {
            return Misfit::At(Inner {
                name: was.name,
                change: What::Gone,
            });
        };
        match accepts_at(is.shape, was.shape, was.name) {
            Misfit::Fits => {}
            other => return other,
        }
        if was.optional && !is.optional {
            return Misfit::At(Inner {
                name: was.name,
                change: What::New,
            });
        }
        i += 1;
    }
    let mut i = 0;
    while i < new.len() {
        if !new[i].optional && member_of(old, new[i].name).is_none() {
            return Misfit::At(Inner {
                name: new[i].name,
                change: What::New,
            });
        }
        i += 1;
    }
    Misfit::Fits
}

const fn accepts_variants(new: &'static [Member], old: &'static [Member]) -> Misfit {
    let mut i = 0;
    while i < old.len() {
        match accepts_variant(new, old[i].name, old[i].shape) {
            Misfit::Fits => {}
            other => return other,
        }
        i += 1;
    }
    Misfit::Fits
}

const fn accepts_variant(new: &'static [Member], name: &'static str, old: Shape) -> Misfit {
    let Some(is) = member_of(new, name) else {
        return Misfit::At(Inner {
            name,
            change: What::Gone,
        });
    };
    // `"Cash"` is not `{"Cash": null}`.
    if matches!(is.shape, Shape::Nothing) != matches!(old, Shape::Nothing) {
        return Misfit::At(Inner {
            name,
            change: What::Changed(old, is.shape),
        });
    }
    accepts_at(is.shape, old, name)
}

/// What the comparison needs of a step or flow of the program.
#[derive(Clone, Copy)]
struct Function {
    flow: bool,
    version: u32,
    args: &'static [Member],
    output: Shape,
}

const fn function_of(app: &AppDef, name: &str) -> Option<Function> {
    let mut entries = Entries::of(app);
    while let Some(Entry { item, verbs }) = entries.next() {
        match item {
            Item::Step(def) => {
                if same(def.name, name) {
                    return Some(Function {
                        flow: false,
                        version: def.version,
                        args: def.args,
                        output: def.output,
                    });
                }
            }
            Item::Flow(def) => {
                if same(def.name, name) {
                    return Some(Function {
                        flow: true,
                        version: def.version,
                        args: def.args,
                        output: def.output,
                    });
                }
            }
            Item::Noun(_) | Item::Part(_) => {}
        }
        if let Some(verbs) = verbs {
            let mut i = 0;
            while i < verbs.flows.len() {
                let def = verbs.flows[i];
                if same(def.name, name) {
                    return Some(Function {
                        flow: true,
                        version: def.version,
                        args: def.args,
                        output: def.output,
                    });
                }
                i += 1;
            }
        }
    }
    None
}

const fn compare_function(report: Report, app: &AppDef, old: &LockedFunction) -> Report {
    let Some(new) = function_of(app, old.name) else {
        if contains(app.dropped, old.name) {
            return report;
        }
        return report
            .next()
            .with(if old.flow { "the flow `" } else { "the step `" })
            .with(old.name)
            .with("` is gone, and runs of it may be under way\nif it has another name now, write `#[durable(name = \"")
            .with(old.name)
            .with("\")]` above it; if what is under way may be lost, write `dropped: [")
            .with(old.name)
            .with("]` before the name of the business");
    };
    if new.flow != old.flow {
        let (was, is) = if old.flow {
            ("flow", "step")
        } else {
            ("step", "flow")
        };
        return report
            .next()
            .with("`")
            .with(old.name)
            .with("` was a ")
            .with(was)
            .with(" and is a ")
            .with(is)
            .with(", and what is under way cannot change its kind\ngive the new one another name");
    }
    if new.version < old.version {
        return report
            .next()
            .with("`")
            .with(old.name)
            .with("` had version ")
            .number(old.version)
            .with(" and has version ")
            .number(new.version)
            .with("; versions only grow\nwrite `#[durable(version = ")
            .number(old.version)
            .with(")]`");
    }
    if new.version > old.version {
        return report;
    }
    let (part, misfit) = match accepts_members(new.args, old.args) {
        Misfit::Fits => ("result", accepts_at(new.output, old.output, "")),
        other => ("arguments", other),
    };
    let report = match misfit {
        Misfit::Fits => return report,
        Misfit::No => report
            .next()
            .with("the result of `")
            .with(old.name)
            .with("` was `")
            .shape(old.output)
            .with("` and is `")
            .shape(new.output)
            .with("`"),
        Misfit::At(inner) => {
            let report = report
                .next()
                .with("the ")
                .with(part)
                .with(" of `")
                .with(old.name)
                .with(if matches!(part.as_bytes(), b"result") {
                    "` has changed: "
                } else {
                    "` have changed: "
                });
            inner.say(report)
        }
    };
    let report = report.with(
        ", and journals of runs that are under way have the old form\ngive what is new the type `Option<…>` and keep the rest; or write `#[durable(version = ",
    );
    report
        .number(old.version + 1)
        .with(")]` above it, which says that it is another function now; or give the new one another name, and keep this one")
}
