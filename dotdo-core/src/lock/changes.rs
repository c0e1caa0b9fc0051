//! What is between two versions.

use super::{Lock, State};
use crate::migration::unsettled;
use crate::shape::{Misfit, accepts_members};
use crate::table::{Column, Schema};

/// A column of the newest version whose values, in rows of an earlier one, take a function of the program.
#[derive(Clone, Debug, PartialEq)]
pub struct Missing {
    /// The noun.
    pub noun: String,
    /// The column.
    pub column: String,
    /// The newest version whose rows need it.
    pub version: u32,
    /// What the column was there; `None` if there was none.
    pub from: Option<Column>,
}

pub(super) fn missing(lock: &Lock) -> Vec<Missing> {
    let mut all: Vec<Missing> = Vec::new();
    for version in (lock.oldest()..lock.version()).rev() {
        let schemas = lock.since(version, None);
        let schemas: Vec<&Schema> = schemas.iter().collect();
        for (noun, column, from) in unsettled(&schemas) {
            let known = all.iter().any(|other| {
                other.noun == noun
                    && other.column == column
                    && match (&other.from, &from) {
                        (Some(a), Some(b)) => a.values() == b.values() && a.nullable == b.nullable,
                        (None, None) => true,
                        _ => false,
                    }
            });
            if !known {
                all.push(Missing {
                    noun,
                    column,
                    version,
                    from,
                });
            }
        }
    }
    all
}

/// A change of a function that stored runs may not survive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is gone.
    Gone {
        /// Its name.
        function: String,
    },
    /// A step has become a flow, or a flow a step.
    Kind {
        /// Its name.
        function: String,
    },
    /// Stored arguments cannot be read.
    Args {
        /// Its name.
        function: String,
        /// Where they do not fit.
        misfit: Misfit,
    },
    /// Stored results cannot be read.
    Output {
        /// Its name.
        function: String,
        /// Where they do not fit.
        misfit: Misfit,
    },
    /// Its version is lower than it was.
    Version {
        /// Its name.
        function: String,
        /// What it was and is.
        versions: (u32, u32),
    },
}

impl State {
    /// The changes of functions since `old` that stored runs may not survive.
    pub fn stranded(&self, old: &Self) -> Vec<Change> {
        let change = |was: &super::Function| {
            let function = was.name.clone();
            let Some(is) = self.function(&was.name) else {
                return Some(Change::Gone { function });
            };
            if is.flow != was.flow {
                return Some(Change::Kind { function });
            }
            if is.version < was.version {
                let versions = (was.version, is.version);
                return Some(Change::Version { function, versions });
            }
            if is.version > was.version {
                return None;
            }
            if let Err(misfit) = accepts_members(&is.args, &was.args) {
                return Some(Change::Args { function, misfit });
            }
            let misfit = is.output.accepts(&was.output).err()?;
            Some(Change::Output { function, misfit })
        };
        old.functions.iter().filter_map(change).collect()
    }
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Gone { function } => write!(f, "`{function}` is gone"),
            Self::Kind { function } => {
                write!(f, "`{function}` was a step or a flow and is the other")
            }
            Self::Args { function, misfit } => write!(f, "the arguments of `{function}`: {misfit}"),
            Self::Output { function, misfit } => write!(f, "the result of `{function}`: {misfit}"),
            Self::Version { function, versions } => {
                write!(
                    f,
                    "`{function}` had version {} and has {}",
                    versions.0, versions.1
                )
            }
        }
    }
}
