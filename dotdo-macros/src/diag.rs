//! Mistakes, collected while an item is read, so that one run of the compiler shows all of them.
//!
//! A mistake never stops the macro: what is right about the item is expanded, and what is wrong is left out. So the
//! rest of the program still finds the item, and no second error follows from the first.

use std::fmt::Display;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// The mistakes found so far.
#[derive(Default)]
pub struct Errors {
    list: Vec<syn::Error>,
}

impl Errors {
    /// A mistake at these tokens of the user's.
    pub fn at(&mut self, tokens: &impl ToTokens, message: impl Display) {
        self.list.push(syn::Error::new_spanned(tokens, message));
    }

    /// A mistake of the attribute above this item as a whole.
    pub fn at_attribute(&mut self, item: &TokenStream, message: impl Display) {
        self.at_span(attribute_span(item), message);
    }

    /// A mistake at a place that has no tokens of its own.
    pub fn at_span(&mut self, span: Span, message: impl Display) {
        self.list.push(syn::Error::new(span, message));
    }

    /// A mistake, or several, that a parser found.
    pub fn add(&mut self, error: impl Into<syn::Error>) {
        self.list.push(error.into());
    }

    /// Mistakes that were collected elsewhere.
    pub fn append(&mut self, mut other: Self) {
        self.list.append(&mut other.list);
    }

    /// The value, or `None` with the mistakes noted down.
    pub fn take<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.add(error)).ok()
    }

    /// How many there are; compare two counts to learn whether a part of the item was sound.
    pub fn count(&self) -> usize {
        self.list.len()
    }
}

impl ToTokens for Errors {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.list.iter().map(syn::Error::to_compile_error));
    }
}

/// Where the attribute above an item stands.
pub fn attribute_span(item: &TokenStream) -> Span {
    // The place is the attribute's and the rest the item's: of a span that is the macro's own, rustc would remark that
    // "this error originates in the attribute macro".
    let users = item.clone().into_iter().next().map(|tree| tree.span());
    let place = Span::call_site();
    users.map_or(place, |span| span.located_at(place))
}

/// `; did you mean …?`, or nothing when no known word is near.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    dotdo_core::nearest(word, known)
        .map(|near| format!("; did you mean `{near}`?"))
        .unwrap_or_default()
}

/// Checks a word against the list of those allowed; the message shows the same list that does the matching.
pub fn one_of(
    errors: &mut Errors,
    tokens: &impl ToTokens,
    what: &str,
    word: &str,
    allowed: &[&'static str],
) -> Option<&'static str> {
    let found = allowed.iter().find(|known| **known == word).copied();
    if found.is_none() {
        let near = did_you_mean(word, allowed.iter().copied());
        errors.at(
            tokens,
            format_args!(
                "`{word}` is no {what}{near}\nit is one of: {}",
                allowed.join(", ")
            ),
        );
    }
    found
}
