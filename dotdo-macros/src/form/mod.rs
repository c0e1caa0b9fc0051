//! `#[form]`: a struct becomes what a person fills in.
//!
//! A form is a value with labels and rules. So the attribute only adds the hidden derive `Form`, and the derive writes
//! what `#[derive(Value)]` writes, and the description of the fields beside it. A derive sees `#[cfg]` already applied.

mod expand;
mod model;
mod parse;

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::diag::Errors;
use crate::feature::Feature;
use crate::options;
use crate::paths::Root;
use crate::source::without_marks;
use crate::value;
use parse::{FIELD_ATTRIBUTES, FormOptions};

/// `#[form]`.
pub fn attribute(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let given = options::read::<FormOptions>(args.clone(), &mut errors);
    let root = Root::new(given.krate.as_ref().map(|path| &path.0));
    let mut input = match syn::parse2::<DeriveInput>(item.clone()) {
        Ok(input) => input,
        Err(error) => {
            if syn::parse2::<syn::Item>(item.clone()).is_ok() {
                errors.at_attribute(
                    &item,
                    "`#[form]` is for a struct: its fields are what a person fills in",
                );
            } else {
                errors.add(error);
            }
            return give_back(item, &errors);
        }
    };
    if !parse::can_be_form(&input, &mut errors) {
        return give_back(item, &errors);
    }
    if !Feature::People.is_there() {
        errors.at_attribute(&item, Feature::People.wanted_by("form"));
    }
    parse::check_derives(&input, &mut errors);
    parse::take_foreign(&mut input, &mut errors);
    let marked = parse::marked(&input, &root, &args);
    quote!(#marked #errors)
}

/// The hidden derive.
pub fn derive(item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let Some(input) = errors.take(syn::parse2::<DeriveInput>(item)) else {
        return quote!(#errors);
    };
    // What is wrong with the options was reported by the attribute.
    let given =
        options::read::<FormOptions>(parse::handed(&input, "dotdo_form"), &mut Errors::default());
    let root = Root::new(given.krate.as_ref().map(|path| &path.0));
    let form = parse::form(&input, &given, root, &mut errors);
    let expanded = form.map(|form| {
        let (value, form) = (value::expand(&form.value), expand::form(&form));
        quote!(#value #form)
    });
    quote!(#expanded #errors)
}

fn give_back(item: TokenStream, errors: &Errors) -> TokenStream {
    let item = without_marks(item, FIELD_ATTRIBUTES);
    quote!(#item #errors)
}
