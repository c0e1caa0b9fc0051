//! `#[derive(Value)]`: a struct or an enum becomes something that can be stored, sent and journaled.

mod expand;
mod model;
mod parse;

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::diag::Errors;

pub use expand::value as expand;
pub use model::{Beside, Field, Value};
pub use parse::read;

/// The derive. The item itself stays with rustc, so nothing has to be given back.
pub fn derive(item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let value = errors
        .take(syn::parse2::<DeriveInput>(item))
        .and_then(|input| parse::value(&input, &mut errors));
    let expanded = value.map(|value| expand::value(&value));
    quote!(#expanded #errors)
}
