//! `app!` and `part!`: the list of what a business consists of.

mod expand;
mod lock;
mod parse;

use proc_macro2::TokenStream;
use quote::quote;

use crate::diag::Errors;
use parse::Target;

pub use lock::Places;

/// `app!`.
pub fn app(input: TokenStream, places: &Places) -> TokenStream {
    let mut errors = Errors::default();
    let list = parse::list(input, Target::App, &mut errors);
    let expanded = list.map(|list| {
        let locked = lock::read(&list.lock, &list.ident, places, &mut errors);
        expand::app(&list, locked.as_ref())
    });
    quote!(#expanded #errors)
}

/// `part!`.
pub fn part(input: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let list = parse::list(input, Target::Part, &mut errors);
    let expanded = list.map(|list| expand::part(&list));
    quote!(#expanded #errors)
}
