//! `#[on]`, `#[every]` and `#[durable]`: functions that the runtime starts, journals and repeats.
//!
//! The three stack in any order. Whichever rustc expands first takes the others off the function, so that all are read
//! together. [`marks`] reads them, here and for the functions inside `#[verbs]`.

mod check;
mod expand;
mod marks;
mod model;
mod pattern;
mod replay;

use proc_macro2::TokenStream;
use quote::quote;

use crate::diag::{Errors, attribute_span};
use crate::source::{Function, without_marks};

pub use check::{Form, form};
pub use expand::{carrier, child, flow_def, warnings};
pub use marks::{Mark, Marks};
pub use model::Durable;

/// One of the three, on a free function.
pub fn attribute(mark: Mark, args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let mut function = match syn::parse2::<Function>(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            let kind = item_kind(&item);
            match kind {
                Some(kind) => errors.at_attribute(
                    &item,
                    format_args!(
                        "`#[{}]` is for an `async fn`, and this is {kind}",
                        mark.word()
                    ),
                ),
                None => errors.add(error),
            }
            let item = without_marks(item, marks::WORDS);
            return quote!(#item #errors);
        }
    };
    let mut marks = Marks::default();
    marks.read(mark, args, attribute_span(&item), &mut errors);
    marks.take_from(&mut function.attrs, &mut errors);
    let durable = Durable::new(function, marks, None, &mut errors);
    let expanded = match form(&durable, &mut errors) {
        Some(form) => expand::free(&durable, &form),
        None => expand::broken(&durable),
    };
    quote!(#expanded #errors)
}

/// What an item is, if it clearly is no function.
fn item_kind(item: &TokenStream) -> Option<&'static str> {
    Some(match syn::parse2::<syn::Item>(item.clone()).ok()? {
        syn::Item::Struct(_) => "a struct",
        syn::Item::Enum(_) => "an enum",
        syn::Item::Impl(_) => "an `impl`",
        syn::Item::Mod(_) => "a module",
        syn::Item::Trait(_) => "a trait",
        syn::Item::Const(_) | syn::Item::Static(_) => "a constant",
        syn::Item::Fn(_) => return None,
        _ => "something else",
    })
}
