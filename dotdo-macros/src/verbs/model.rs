//! The behaviour of a noun as the macro understands it.

use proc_macro2::TokenStream;
use syn::{Attribute, Ident, ItemImpl, Path};

use crate::function::{Durable, Form};
use crate::paths::Root;
use crate::signature::Arg;

/// Everything in an `impl` marked `#[verbs]`.
pub struct Verbs {
    pub root: Root,
    /// The `impl` without its members.
    pub head: ItemImpl,
    /// The type, as the `impl` names it.
    pub noun: Path,
    /// The members that stay in the `impl`.
    pub members: Vec<TokenStream>,
    /// The names of all functions of the `impl`.
    pub functions: Vec<Ident>,
    pub methods: Vec<Method>,
    pub flows: Vec<Flow>,
}

/// A verb or a query.
pub struct Method {
    pub kind: Kind,
    pub ident: Ident,
    pub name: String,
    pub attrs: Vec<Attribute>,
    pub doc: String,
    /// Whether its context is for any noun: `Tx` rather than `Tx<Order>`.
    pub any: bool,
    pub args: Vec<Arg>,
    /// The `T` of its `Result<T>`; absent if it could not be read.
    pub output: Option<TokenStream>,
    /// Whether its signature is right, so that it can be called.
    pub sound: bool,
}

/// What a method is.
pub enum Kind {
    /// It changes the noun; an event says that it did.
    Verb(Option<Ident>),
    /// It only reads.
    Query,
}

/// A handler, schedule or flow that stands in the `impl`.
pub struct Flow {
    pub durable: Durable,
    /// Absent if there is a mistake in it.
    pub form: Option<Form>,
}

impl Verbs {
    /// `Order`.
    pub fn name(&self) -> String {
        self.noun
            .segments
            .last()
            .map(|segment| segment.ident.to_string())
            .unwrap_or_default()
    }

    /// The name of an item that stands beside the noun's: `OrderEvent`.
    pub fn beside(&self, suffix: &str) -> Ident {
        quote::format_ident!("{}{suffix}", self.name())
    }
}

impl Method {
    /// The event it emits.
    pub fn event(&self) -> Option<&Ident> {
        match &self.kind {
            Kind::Verb(event) => event.as_ref(),
            Kind::Query => None,
        }
    }
}
