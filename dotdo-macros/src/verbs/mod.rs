//! `#[verbs]`: the methods of a noun that can be called from outside, and the flows that are about it.
//!
//! The `impl` goes back as it was, less our attributes. Beside it stand the event keys, the methods of the stub, the
//! enum of all events and one constant that describes everything to the runtime.

mod check;
mod expand;
mod model;
mod parse;

use proc_macro2::TokenStream;
use quote::quote;

use crate::diag::Errors;
use crate::options;
use crate::paths::Root;
use crate::source::{Impl, without_marks};
use parse::{MARKS, VerbsOptions};

/// `#[verbs]`.
pub fn attribute(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let given = options::read::<VerbsOptions>(args, &mut errors);
    let root = Root::new(given.krate.as_ref().map(|path| &path.0));
    let Ok(mut source) = Impl::parse(item.clone()) else {
        errors.at_attribute(
            &item,
            "`#[verbs]` is for an `impl` of a noun: `#[verbs] impl Order { … }`",
        );
        let item = without_marks(item, MARKS);
        return quote!(#item #errors);
    };
    crate::noun::once("verbs", &mut source.head.attrs, &mut errors);
    let Some(noun) = check::noun_of(&source.head, &mut errors) else {
        let item = without_marks(item, MARKS);
        return quote!(#item #errors);
    };
    let mut verbs = parse::verbs(source, noun, root, &mut errors);
    check::verbs(&mut verbs, &mut errors);
    let expanded = expand::verbs(&verbs);
    quote!(#expanded #errors)
}

/// `#[verb]` or `#[query]` where no `#[verbs]` has read it.
pub fn misplaced(word: &str, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    errors.at_attribute(
        &item,
        format_args!("`#[{word}]` belongs inside an `impl` marked `#[verbs]`"),
    );
    quote!(#item #errors)
}
