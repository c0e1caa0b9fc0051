//! A noun as the macro understands it.

use proc_macro2::TokenStream;
use syn::{Attribute, Expr, Ident, LitStr, Path, Visibility};

use crate::paths::Root;

/// A noun.
pub struct Noun {
    pub root: Root,
    pub ident: Ident,
    pub vis: Visibility,
    pub doc: String,
    pub plural: String,
    pub table: String,
    pub object: bool,
    pub history: bool,
    pub visibility: &'static str,
    pub kind: &'static str,
    /// Columns that are given up.
    pub dropped: Vec<LitStr>,
    pub fields: Vec<Field>,
    /// What the user derives.
    pub derived: Vec<String>,
}

/// A field of a noun.
pub struct Field {
    pub ident: Ident,
    /// The name of column and JSON member.
    pub name: String,
    pub vis: Visibility,
    /// Its type, without `Self`.
    pub ty: TokenStream,
    /// Its documentation, as attributes.
    pub docs: Vec<Attribute>,
    pub doc: String,
    pub role: Role,
    /// Whether no column can be made of it.
    pub broken: bool,
}

/// What a field is to the table.
pub enum Role {
    /// A column.
    Column(Box<Column>),
    /// The back side of another noun's reference.
    Back(Option<Backref>),
}

/// What is demanded of a column.
#[derive(Default)]
pub struct Column {
    pub unique: bool,
    pub index: bool,
    pub search: bool,
    pub secret: bool,
    pub default: Option<Expr>,
    pub check: Option<LitStr>,
    pub range: Option<(Option<f64>, Option<f64>)>,
    pub was: Option<LitStr>,
    /// Choices that are given up.
    pub dropped: Vec<LitStr>,
    /// `#[unique(verified)]`.
    pub verified: bool,
    /// Functions that make new values of old ones.
    pub migrate: Vec<Path>,
}

/// `#[backref(Order::customer)]`.
pub struct Backref {
    /// `Order`.
    pub noun: Path,
    /// `customer`.
    pub column: Ident,
}

impl Noun {
    /// The fields that are columns.
    pub fn columns(&self) -> impl Iterator<Item = (&Field, &Column)> {
        self.fields.iter().filter_map(|field| match &field.role {
            Role::Column(column) => Some((field, &**column)),
            Role::Back(_) => None,
        })
    }
}
