//! `dotdo.lock`: the schema that a program's data has, as its authors accepted it, with all that came before.
//!
//! The file is text, made to be read in a diff: the newest version stands first, as nouns with their columns and functions
//! with what is journaled of them; below it, for each earlier version, only what was different then.
//!
//! ```text
//! business Shop
//! version 2
//!
//! noun Customer (table customers)
//!   email: text, unique
//!   plan: Free | Pro, index, default "Free"
//!   phone: text?, was tel
//!
//! step charge(cents: integer) -> Receipt { number: text }
//!
//! before version 2
//!
//! noun Customer (table customers)
//!   email: text, unique
//!   tel: text?
//!
//! no function charge
//! ```

mod changes;
mod parse;
mod quoted;
mod text;

pub use changes::{Change, Missing};
pub use parse::Mistake;

use crate::order::{sort_by, sort_dedup};
use crate::shape::{Member, Shape};
use crate::table::{Column, Schema, Table};

/// The name of the file.
pub const FILE: &str = "dotdo.lock";

/// All locked versions of a business's schema.
///
/// ```
/// use dotdo_core::lock::{Lock, State};
///
/// let text = "business Crm\nversion 1\n\nnoun Customer (table customers)\n  email: text, unique\n";
/// let lock: Lock = text.parse().unwrap();
/// assert_eq!(lock.latest().nouns[0].table.columns[0].name, "email");
/// assert_eq!(lock.to_string().parse::<Lock>().unwrap(), lock);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Lock {
    /// The name of the business.
    pub business: String,
    /// The versions, oldest first; never empty.
    versions: Vec<State>,
    /// The number of the oldest.
    first: u32,
}

/// What one version of a program stores.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// The nouns by name.
    pub nouns: Vec<Noun>,
    /// The steps and flows by name.
    pub functions: Vec<Function>,
}

/// A noun and its table.
#[derive(Clone, Debug, PartialEq)]
pub struct Noun {
    /// Whether each is an object of its own.
    pub object: bool,
    /// Its table. What it is for is not kept.
    pub table: Table,
}

/// A step or a flow: what is journaled of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Whether it is a flow; otherwise it is a step.
    pub flow: bool,
    /// The name that journals hold.
    pub name: String,
    /// The version of its meaning.
    pub version: u32,
    /// Its arguments.
    pub args: Vec<Member>,
    /// What it returns.
    pub output: Shape,
}

impl State {
    /// A version with everything in order, and without what is not kept.
    pub fn new(mut nouns: Vec<Noun>, mut functions: Vec<Function>) -> Self {
        for noun in &mut nouns {
            noun.table.doc.clear();
            for column in &mut noun.table.columns {
                column.doc.clear();
            }
        }
        sort_by(&mut nouns, |a, b| a.table.noun.cmp(&b.table.noun));
        sort_by(&mut functions, |a, b| a.name.cmp(&b.name));
        Self { nouns, functions }
    }

    /// The tables of an object: in the tenant's object all, in that of an object noun its own and those of rows.
    pub fn schema(&self, own: Option<&str>) -> Schema {
        let tables = self
            .nouns
            .iter()
            .filter(|noun| own.is_none_or(|own| !noun.object || noun.table.noun == own))
            .map(|noun| noun.table.clone())
            .collect();
        Schema::new(tables)
    }

    /// A noun by name.
    pub fn noun(&self, name: &str) -> Option<&Noun> {
        self.nouns.iter().find(|noun| noun.table.noun == name)
    }

    /// A function by name.
    pub fn function(&self, name: &str) -> Option<&Function> {
        self.functions.iter().find(|function| function.name == name)
    }

    /// Whether both store the same. What a column was called before makes no difference.
    pub fn same(&self, other: &Self) -> bool {
        let plain = |state: &Self| {
            let mut state = state.clone();
            for noun in &mut state.nouns {
                for column in &mut noun.table.columns {
                    column.was = None;
                    column.dropped.clear();
                    sort_by(&mut column.choices, String::cmp);
                }
                sort_by(&mut noun.table.columns, |a, b| a.name.cmp(&b.name));
            }
            state
        };
        plain(self) == plain(other)
    }
}

impl Noun {
    /// Whether both are written in the same way.
    fn is(&self, other: &Self) -> bool {
        self == other
    }
}

impl Lock {
    /// The first lock of a business.
    pub fn begin(business: impl Into<String>, state: State) -> Self {
        Self {
            business: business.into(),
            versions: vec![state],
            first: 1,
        }
    }

    /// The number of the newest version.
    pub fn version(&self) -> u32 {
        self.first + u32::try_from(self.versions.len() - 1).unwrap_or(u32::MAX)
    }

    /// The number of the oldest version that is kept.
    pub fn oldest(&self) -> u32 {
        self.first
    }

    /// The newest version.
    pub fn latest(&self) -> &State {
        // There is one at least.
        &self.versions[self.versions.len() - 1]
    }

    /// A version by number.
    pub fn at(&self, version: u32) -> Option<&State> {
        let place = version.checked_sub(self.first)?;
        self.versions.get(usize::try_from(place).ok()?)
    }

    /// Takes a state as the newest version. Says whether it differs from the one before; if not, nothing is changed.
    pub fn accept(&mut self, state: State) -> bool {
        let differs = !self.latest().same(&state);
        if differs {
            self.versions.push(state);
        }
        differs
    }

    /// The schemas of an object from a version to the newest.
    pub fn since(&self, version: u32, own: Option<&str>) -> Vec<Schema> {
        let place = version.saturating_sub(self.first) as usize;
        self.versions
            .iter()
            .skip(place)
            .map(|state| state.schema(own))
            .collect()
    }

    /// The version in which an object's schema had a fingerprint: the one that is given, or the newest of all.
    pub fn find(&self, fingerprint: &str, own: Option<&str>, given: Option<u32>) -> Option<u32> {
        let has = |version: &u32| {
            let state = self.at(*version);
            state.is_some_and(|state| state.schema(own).fingerprint() == fingerprint)
        };
        given
            .filter(has)
            .or_else(|| (self.first..=self.version()).rev().find(has))
    }

    /// What columns of the newest version need a function for, because an earlier version had them otherwise or not at
    /// all, each once.
    pub fn missing(&self) -> Vec<Missing> {
        changes::missing(self)
    }

    /// Every name that a column of a noun has had in any version.
    pub fn names_of(&self, noun: &str) -> Vec<&str> {
        let mut names: Vec<&str> = self
            .versions
            .iter()
            .filter_map(|state| state.noun(noun))
            .flat_map(|noun| noun.table.columns.iter().map(|column| column.name.as_str()))
            .collect();
        sort_dedup(&mut names);
        names
    }

    /// Every noun and function that any version had.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self
            .versions
            .iter()
            .flat_map(|state| {
                let nouns = state.nouns.iter().map(|noun| noun.table.noun.as_str());
                nouns.chain(
                    state
                        .functions
                        .iter()
                        .map(|function| function.name.as_str()),
                )
            })
            .collect();
        sort_dedup(&mut names);
        names
    }
}

/// A column as a reader of the file sees it, without its name.
pub fn column_text(column: &Column) -> String {
    text::column(column)
}
