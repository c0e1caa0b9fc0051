//! Which events: `Order::paid`, `Order::*`, `*::created`, `*::*`.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Ident, LitStr, Path, PathSegment, Token};

/// Which events start a handler.
pub enum Pattern {
    /// `Order::paid`: a constant that is the event's key.
    One { key: Path, noun: Path },
    /// `Order::*`.
    AllOf(Path),
    /// `*::created`.
    Named(Ident),
    /// `*::*`.
    Any,
}

impl Pattern {
    /// The noun, where one is named.
    pub fn noun(&self) -> Option<&Path> {
        match self {
            Self::One { noun, .. } | Self::AllOf(noun) => Some(noun),
            Self::Named(_) | Self::Any => None,
        }
    }

    /// As a person writes it.
    pub fn text(&self) -> String {
        let path = |path: &Path| path.to_token_stream().to_string().replace(' ', "");
        match self {
            Self::One { key, .. } => path(key),
            Self::AllOf(noun) => format!("{}::*", path(noun)),
            Self::Named(event) => format!("*::{event}"),
            Self::Any => "*::*".to_owned(),
        }
    }
}

const FORMS: &str =
    "`#[on]` begins with an event: `Order::paid`, `Order::*`, `*::created` or `*::*`";

/// Reads a pattern; `span` is where the attribute stands.
pub fn parse(tokens: TokenStream, span: Span) -> syn::Result<Pattern> {
    if tokens.is_empty() {
        return Err(syn::Error::new(span, FORMS));
    }
    if let Ok(text) = syn::parse2::<LitStr>(tokens.clone()) {
        let path = text.value().replace('.', "::");
        return Err(syn::Error::new(
            text.span(),
            format!(
                "an event is named by a path, which the compiler checks; write `{path}` without quotes"
            ),
        ));
    }
    let copy = tokens.clone();
    read.parse2(tokens).map_err(|error| {
        let known = error.to_string().starts_with("an event ");
        if known {
            error
        } else {
            syn::Error::new_spanned(copy, FORMS)
        }
    })
}

fn read(input: ParseStream) -> syn::Result<Pattern> {
    if input.peek(Token![*]) {
        input.parse::<Token![*]>()?;
        input.parse::<Token![::]>()?;
        return if input.peek(Token![*]) {
            input.parse::<Token![*]>().map(|_| Pattern::Any)
        } else {
            input.call(Ident::parse_any).map(Pattern::Named)
        };
    }
    let mut noun = Path {
        leading_colon: input.parse()?,
        segments: Punctuated::new(),
    };
    loop {
        let last = input.call(Ident::parse_any)?;
        if input.peek(Token![.]) && noun.segments.is_empty() {
            let dot: Token![.] = input.parse()?;
            let event = input.call(Ident::parse_any)?;
            return Err(syn::Error::new(
                dot.span,
                format!("an event is a path; write `{last}::{event}`"),
            ));
        }
        if input.peek(syn::token::Paren) && !noun.segments.is_empty() {
            let call: proc_macro2::TokenTree = input.parse()?;
            return Err(syn::Error::new(
                call.span(),
                "an event is named and not called; remove the parentheses",
            ));
        }
        if !input.peek(Token![::]) {
            return one(noun, last);
        }
        noun.segments.push_value(PathSegment::from(last));
        let colons: Token![::] = input.parse()?;
        if input.peek(Token![*]) {
            input.parse::<Token![*]>()?;
            return Ok(Pattern::AllOf(noun));
        }
        noun.segments.push_punct(colons);
    }
}

fn one(mut noun: Path, event: Ident) -> syn::Result<Pattern> {
    if noun.segments.is_empty() {
        return Err(syn::Error::new(
            event.span(),
            format!(
                "an event belongs to a noun: write `Noun::{event}`, or `*::{event}` for that of any noun"
            ),
        ));
    }
    let mut key = noun.clone();
    key.segments.push_value(PathSegment::from(event));
    noun.segments.pop_punct();
    Ok(Pattern::One { key, noun })
}
