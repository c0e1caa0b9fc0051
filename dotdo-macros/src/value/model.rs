//! A value type as the macro understands it.

use proc_macro2::TokenStream;
use syn::{Expr, Ident};

use crate::paths::Root;

/// A value type.
pub struct Value {
    pub root: Root,
    pub ident: Ident,
    pub body: Body,
    /// The traits that are derived beside `Value`.
    pub beside: Beside,
}

impl Value {
    /// The fields of a struct; an enum has none.
    pub fn fields(&self) -> &[Field] {
        match &self.body {
            Body::Struct(fields) => fields.list(),
            Body::Enum(_) => &[],
        }
    }
}

/// Which of the usual traits are derived too.
pub struct Beside {
    pub clone: bool,
    pub debug: bool,
    pub partial_eq: bool,
}

/// What the type is made of.
pub enum Body {
    Struct(Fields),
    Enum(Vec<Variant>),
}

/// A variant of an enum.
pub struct Variant {
    pub ident: Ident,
    pub name: String,
    pub doc: String,
    pub fields: Fields,
}

/// Fields of a struct or a variant.
pub enum Fields {
    Unit,
    Tuple(Vec<Field>),
    Named(Vec<Field>),
}

/// A field.
pub struct Field {
    /// Absent in tuples.
    pub ident: Option<Ident>,
    /// Its name in JSON; in a tuple its place.
    pub name: String,
    /// Its type, without `Self`.
    pub ty: TokenStream,
    /// Whether the type mentions the type it is in. Its shape then has no end, so it is not written down.
    pub recursive: bool,
    pub doc: String,
    pub default: Option<Expr>,
}

impl Fields {
    /// The fields in order.
    pub fn list(&self) -> &[Field] {
        match self {
            Self::Unit => &[],
            Self::Tuple(fields) | Self::Named(fields) => fields,
        }
    }
}
