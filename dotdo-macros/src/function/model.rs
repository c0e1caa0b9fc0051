//! A durable function as the macro understands it.

use std::time::Duration;

use dotdo_core::breaker::Breaker;
use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::{Expr, Ident, LitStr, Path};

use super::marks::Marks;
use super::pattern::Pattern;
use crate::attributes::doc_text;
use crate::diag::Errors;
use crate::paths::Root;
use crate::source::{Function, plain_name};

/// A function that is started by an event, a schedule or a call.
pub struct Durable {
    pub root: Root,
    /// Our attributes are gone from it.
    pub function: Function,
    /// The noun in whose `impl` it stands.
    pub noun: Option<Path>,
    /// The name in journals.
    pub name: String,
    pub version: u32,
    pub policy: Policy,
    pub trigger: Trigger,
    pub doc: String,
}

/// What starts a function.
pub enum Trigger {
    Call,
    On(Box<Route>),
    Every(Timetable),
    /// One that could not be read.
    Unread,
}

/// `#[on(pattern, …)]`.
pub struct Route {
    pub pattern: Pattern,
    pub priority: i32,
    pub filter: Option<Expr>,
    pub to: Option<Expr>,
}

/// `#[every(phrase, …)]`.
pub struct Timetable {
    pub phrase: LitStr,
    pub zone: String,
    pub missed: &'static str,
}

/// How it is retried, where it says so.
#[derive(Default)]
pub struct Policy {
    pub retry: Option<u32>,
    pub backoff: Option<(Duration, Duration)>,
    pub factor: Option<f64>,
    pub jitter: Option<bool>,
    pub timeout: Option<Duration>,
    /// `breaker = "5 in 1m, 30s"`, with its place.
    pub breaker: Option<(Breaker, Span)>,
}

impl Durable {
    /// Puts together what the attributes said; `noun` is the type whose `impl` the function stands in.
    pub fn new(function: Function, marks: Marks, noun: Option<&Path>, errors: &mut Errors) -> Self {
        let own = plain_name(&function.sig.ident);
        let noun_name = noun
            .and_then(|path| path.segments.last())
            .map(|segment| segment.ident.to_string());
        let own = noun_name.map_or(own.clone(), |noun| format!("{noun}::{own}"));
        let name = marks.name.as_ref().map_or(own, LitStr::value);
        let (policy, version, root) = (
            marks.policy(errors),
            marks.version.unwrap_or(1),
            Root::new(marks.krate.as_ref()),
        );
        Self {
            root,
            doc: doc_text(&function.attrs),
            function,
            noun: noun.cloned(),
            name,
            version,
            policy,
            trigger: marks.trigger(),
        }
    }

    /// Its own name.
    pub fn ident(&self) -> &Ident {
        &self.function.sig.ident
    }

    /// What `Self` stands for in its signature.
    pub fn this(&self) -> Option<TokenStream> {
        self.noun.as_ref().map(Path::to_token_stream)
    }

    /// How to call it.
    pub fn path(&self) -> TokenStream {
        let ident = self.ident();
        match &self.noun {
            Some(noun) => quote::quote!(#noun::#ident),
            None => quote::quote!(#ident),
        }
    }
}
