//! `#[noun]`: a struct becomes a typed Thing.
//!
//! There are two stages, because an attribute sees fields that `#[cfg]` is about to remove and a derive does not. The
//! attribute reports every mistake and adds the hidden derive `Noun`; the derive makes the columns.

mod check;
mod expand;
mod model;
mod parse;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Fields};

use crate::diag::Errors;
use crate::options;
use crate::paths::Root;
use crate::source::without_marks;
use parse::{FIELD_ATTRIBUTES, FOREIGN, NounOptions};

pub use check::once;
pub use parse::{number_range, range, unstorable};

/// `#[noun]`.
pub fn attribute(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let noun_options = options::read::<NounOptions>(args.clone(), &mut errors);
    let root = Root::new(noun_options.krate.as_ref().map(|path| &path.0));
    let mut input = match syn::parse2::<DeriveInput>(item.clone()) {
        Ok(input) => input,
        Err(error) => {
            if syn::parse2::<syn::Item>(item.clone()).is_ok() {
                errors.at_attribute(
                    &item,
                    "`#[noun]` is for a struct: its fields are the columns",
                );
            } else {
                errors.add(error);
            }
            return give_back(item, &errors);
        }
    };
    if !check::can_be_noun(&input, &mut errors) {
        return give_back(item, &errors);
    }
    check::once("noun", &mut input.attrs, &mut errors);
    parse::check_derives(&input, &mut errors);
    let before = errors.count();
    let noun = parse::noun(&input, &noun_options, root.clone(), &mut errors);
    check::noun(&noun, &mut errors);
    if noun.fields.iter().any(|field| field.broken) {
        // No column can be made of such a field, so nothing is made of the struct.
        debug_assert!(errors.count() > before, "a broken field was reported");
        return give_back(item, &errors);
    }
    let marked = parse::marked(&input, &root, &args);
    quote!(#marked #errors)
}

/// The hidden derive. What is wrong was reported by the attribute, except what only it can see.
pub fn derive(item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let Some(input) = errors.take(syn::parse2::<DeriveInput>(item)) else {
        return quote!(#errors);
    };
    let args = parse::handed(&input, "dotdo_noun");
    let mut reported = Errors::default();
    let noun_options = options::read::<NounOptions>(args, &mut reported);
    let root = Root::new(noun_options.krate.as_ref().map(|path| &path.0));
    if !matches!(&input.data, Data::Struct(data) if matches!(data.fields, Fields::Named(_))) {
        return quote!(#errors);
    }
    let noun = parse::noun(&input, &noun_options, root, &mut reported);
    check::columns(&noun, &mut errors);
    let expanded = expand::noun(&noun);
    quote!(#expanded #errors)
}

fn give_back(item: TokenStream, errors: &Errors) -> TokenStream {
    let item = without_marks(item, &[FIELD_ATTRIBUTES, FOREIGN].concat());
    quote!(#item #errors)
}
