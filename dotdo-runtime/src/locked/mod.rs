//! Compares a program with its `dotdo.lock` while it compiles.
//!
//! `app!` writes down what the file has as constants, and calls [`follow`] in a `const`. What would lose stored values, or
//! strand a run of a flow, is a panic that says what to write. What passes here is what
//! [`migration::plan_through`](dotdo_core::migration::plan_through) carries out when an object wakes.

mod functions;
mod nouns;
mod shapes;

use crate::business::{AppDef, Entries, Item};
use crate::const_text::{Text, contains, same};
use crate::noun::NounDef;
use crate::value::{Member, Shape};

use functions::{compare_function, function_of};
use nouns::compare_noun;
use shapes::plain;

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
            (true, Shape::Choice(..)) => self.with("`(").shape(shape).with(")?`"),
            (true, _) => self.with("`").shape(shape).with("?`"),
            (false, _) => self.with("`").shape(shape).with("`"),
        }
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
