//! The attribute macros of dotdo. Use them through the `dotdo` crate, which documents them.

mod app;
mod attributes;
mod diag;
mod feature;
mod form;
mod function;
mod noun;
mod options;
mod paths;
mod serial;
mod signature;
mod source;
mod test;
// They expand everything.
#[cfg(all(test, feature = "people"))]
mod tests;
mod value;
mod verbs;

use proc_macro::TokenStream;

/// See `dotdo::noun`.
#[proc_macro_attribute]
pub fn noun(args: TokenStream, item: TokenStream) -> TokenStream {
    noun::attribute(args.into(), item.into()).into()
}

#[doc(hidden)]
#[proc_macro_derive(
    Noun,
    attributes(
        backref,
        check,
        default,
        dotdo_derived,
        dotdo_noun,
        dropped,
        embed,
        id,
        index,
        key,
        migrate,
        primary_key,
        range,
        search,
        secret,
        serde,
        unique,
        was
    )
)]
pub fn derive_noun(item: TokenStream) -> TokenStream {
    noun::derive(item.into()).into()
}

/// See `dotdo::Value`.
#[proc_macro_derive(
    Value,
    attributes(default, index, search, secret, serde, unique, value)
)]
pub fn derive_value(item: TokenStream) -> TokenStream {
    value::derive(item.into()).into()
}

/// See `dotdo::form`.
#[proc_macro_attribute]
pub fn form(args: TokenStream, item: TokenStream) -> TokenStream {
    form::attribute(args.into(), item.into()).into()
}

#[doc(hidden)]
#[proc_macro_derive(
    Form,
    attributes(check, default, dotdo_derived, dotdo_form, length, range)
)]
pub fn derive_form(item: TokenStream) -> TokenStream {
    form::derive(item.into()).into()
}

/// See `dotdo::verbs`.
#[proc_macro_attribute]
pub fn verbs(args: TokenStream, item: TokenStream) -> TokenStream {
    verbs::attribute(args.into(), item.into()).into()
}

/// See `dotdo::verb`.
#[proc_macro_attribute]
pub fn verb(_: TokenStream, item: TokenStream) -> TokenStream {
    verbs::misplaced("verb", item.into()).into()
}

/// See `dotdo::query`.
#[proc_macro_attribute]
pub fn query(_: TokenStream, item: TokenStream) -> TokenStream {
    verbs::misplaced("query", item.into()).into()
}

/// See `dotdo::on`.
#[proc_macro_attribute]
pub fn on(args: TokenStream, item: TokenStream) -> TokenStream {
    function::attribute(function::Mark::On, args.into(), item.into()).into()
}

/// See `dotdo::every`.
#[proc_macro_attribute]
pub fn every(args: TokenStream, item: TokenStream) -> TokenStream {
    function::attribute(function::Mark::Every, args.into(), item.into()).into()
}

/// See `dotdo::durable`.
#[proc_macro_attribute]
pub fn durable(args: TokenStream, item: TokenStream) -> TokenStream {
    function::attribute(function::Mark::Durable, args.into(), item.into()).into()
}

/// See `dotdo::test`.
#[proc_macro_attribute]
pub fn test(args: TokenStream, item: TokenStream) -> TokenStream {
    test::attribute(args.into(), item.into()).into()
}

/// See `dotdo::app`.
#[proc_macro]
pub fn app(input: TokenStream) -> TokenStream {
    let places = app::Places {
        manifest: std::env::var_os("CARGO_MANIFEST_DIR").map(Into::into),
        source: proc_macro::Span::call_site().local_file(),
    };
    app::app(input.into(), &places).into()
}

/// See `dotdo::part`.
#[proc_macro]
pub fn part(input: TokenStream) -> TokenStream {
    app::part(input.into()).into()
}
