//! The names that follow from the names a user writes: `Customer` makes the table `customers`, `pay` makes the
//! event `paid`.
//!
//! English is a matter of lists. The lists are here, and the rules are for what they leave out; where a rule is
//! wrong, the user says the right word (`#[noun(plural = "…")]`, `#[verb(event = …)]`).

mod case;
mod noun;
mod verb;

pub use case::{camel, kebab, pascal, snake};
pub use noun::{plural, singular, table_name};
pub use verb::VerbForms;
