//! A form as the macro understands it.

use syn::{Expr, LitStr};

use crate::value::Value;

/// A form.
pub struct Form {
    /// The value that it is.
    pub value: Value,
    /// What stands above it, where the user says so.
    pub title: Option<LitStr>,
    pub doc: String,
    /// What is demanded of each field of the value, in its order.
    pub fields: Vec<Demands>,
    /// What is demanded of the answer as a whole.
    pub rules: Vec<Rule>,
}

/// What is demanded of a field besides its type.
#[derive(Default)]
pub struct Demands {
    pub range: Option<(Option<f64>, Option<f64>)>,
    pub length: Option<(Option<u32>, Option<u32>)>,
    pub rules: Vec<Rule>,
}

/// `#[check(|note| !note.is_empty(), "say why")]`.
pub struct Rule {
    pub holds: Expr,
    pub message: LitStr,
}
