//! The macros as functions. A crate of procedural macros cannot be called, so its modules are compiled here as well.

use proc_macro2::TokenStream;
use quote::quote;

use crate::function::{self, Mark};
use crate::{app, form, noun, value, verbs};

/// Every macro gets the text as options and as an item.
pub fn macros(data: &[u8]) {
    let text = super::text(data);
    // Nesting is a matter of the stack, which rustc has more of.
    let deep = text
        .chars()
        .filter(|c| ['(', '[', '{', '<', '&', '*', '-', '!'].contains(c))
        .count();
    if deep > 200 {
        return;
    }
    let (args, item) = text.split_once('\n').unwrap_or(("", text));
    let (Ok(args), Ok(item)) = (args.parse::<TokenStream>(), item.parse::<TokenStream>()) else {
        return;
    };
    for mark in [Mark::On, Mark::Every, Mark::Durable] {
        function::attribute(mark, args.clone(), item.clone());
    }
    noun::attribute(args.clone(), item.clone());
    noun::derive(quote!(#[dotdo_noun(#args)] #item));
    form::attribute(args.clone(), item.clone());
    form::derive(quote!(#[dotdo_form(#args)] #item));
    verbs::attribute(args.clone(), item.clone());
    value::derive(item.clone());
    app::app(item.clone(), &app::Places::default());
    app::part(item);
}
