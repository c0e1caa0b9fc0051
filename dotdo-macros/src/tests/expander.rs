//! Expands the macros of a file the way rustc does: the outermost attribute first, then what it added.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, Item, Meta};

use crate::attributes::last_word;
use crate::function::{self, Mark};
use crate::{app, form, noun, value, verbs};

/// The file with every macro of ours expanded. With a `root`, every macro is told that this is where dotdo is.
pub fn expand(source: &str, root: Option<&str>) -> TokenStream {
    let file = syn::parse_file(source).expect("the input is Rust");
    let items = file.items.into_iter().map(|item| expand_item(item, root));
    quote!(#(#items)*)
}

fn expand_item(mut item: Item, root: Option<&str>) -> TokenStream {
    if let Item::Macro(call) = &item {
        let input = call.mac.tokens.clone();
        let root = root.map(|root| tokens(&format!("crate: {root},")));
        return match last_word_of(&call.mac.path).as_str() {
            "app" => app::app(quote!(#root #input), &app::Places::default()),
            "part" => app::part(quote!(#root #input)),
            _ => item.into_token_stream(),
        };
    }
    if let Item::Mod(module) = &mut item {
        if let Some((_, items)) = &mut module.content {
            let expanded = items.drain(..).map(|item| expand_item(item, root));
            let expanded = quote!(#(#expanded)*);
            *items = syn::parse2::<syn::File>(expanded)
                .expect("the output is Rust")
                .items;
        }
        return item.into_token_stream();
    }
    let Some(attrs) = attributes_of(&mut item) else {
        return item.into_token_stream();
    };
    let Some(at) = attrs.iter().position(is_ours) else {
        return item.into_token_stream();
    };
    if ["Value", "Noun", "Form"]
        .iter()
        .any(|name| derives(&attrs[at], name))
    {
        let attr = attrs[at].clone();
        let input = item.to_token_stream();
        let derived = if derives(&attr, "Noun") {
            noun::derive(input.clone())
        } else if derives(&attr, "Form") {
            form::derive(input.clone())
        } else {
            let root = root.map(|root| tokens(&format!("#[value(crate = {root})]")));
            value::derive(quote!(#root #input))
        };
        return quote!(#input #derived);
    }
    let attr = attrs.remove(at);
    let mut args = match &attr.meta {
        Meta::List(list) => list.tokens.clone(),
        _ => TokenStream::new(),
    };
    if let Some(root) = root {
        let option = tokens(&format!("crate = {root}"));
        args = if args.is_empty() {
            option
        } else {
            quote!(#args, #option)
        };
    }
    let item = item.into_token_stream();
    match last_word(&attr).as_str() {
        word @ ("noun" | "form") => {
            let marked = if word == "noun" {
                noun::attribute(args, item)
            } else {
                form::attribute(args, item)
            };
            let file = syn::parse2::<syn::File>(marked).expect("the output is Rust");
            file.items
                .into_iter()
                .map(|item| expand_item(item, root))
                .collect()
        }
        "verbs" => verbs::attribute(args, item),
        "on" => function::attribute(Mark::On, args, item),
        "every" => function::attribute(Mark::Every, args, item),
        "test" => crate::test::attribute(args, item),
        _ => function::attribute(Mark::Durable, args, item),
    }
}

fn is_ours(attr: &Attribute) -> bool {
    ["noun", "form", "verbs", "on", "every", "durable", "test"].contains(&last_word(attr).as_str())
        || ["Value", "Noun", "Form"]
            .iter()
            .any(|name| derives(attr, name))
}

fn derives(attr: &Attribute, name: &str) -> bool {
    attr.path().is_ident("derive") && attr.to_token_stream().to_string().contains(name)
}

fn attributes_of(item: &mut Item) -> Option<&mut Vec<Attribute>> {
    Some(match item {
        Item::Struct(item) => &mut item.attrs,
        Item::Enum(item) => &mut item.attrs,
        Item::Fn(item) => &mut item.attrs,
        Item::Impl(item) => &mut item.attrs,
        _ => return None,
    })
}

fn last_word_of(path: &syn::Path) -> String {
    path.segments
        .last()
        .map(|segment| segment.ident.to_string())
        .unwrap_or_default()
}

fn tokens(text: &str) -> TokenStream {
    text.parse().expect("a piece of Rust")
}
