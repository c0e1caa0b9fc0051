//! `#[dotdo::test]`: a test of a business, run in the simulation once for each seed.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{FnArg, Ident, LitStr, Type};

use crate::diag::{Errors, one_of};
use crate::options::{self, PathTo, Text, Whole};
use crate::paths::Root;
use crate::signature::{generic_types, last_segment};
use crate::source::{Function, plain_name};

const FAULTS: &[&str] = &["none", "network", "crashes", "all"];
const CRASHES: [(&str, &str); 3] = [
    ("never", "Never"),
    ("every step", "EveryStep"),
    ("every turn", "EveryTurn"),
];

options::options! {
    /// What `#[dotdo::test(…)]` may say.
    TestOptions for "#[dotdo::test]" {
        seed: Whole,
        seeds: Whole,
        faults: Text,
        crash: Text,
        start: Text,
        krate as "crate": PathTo,
    }
}

/// What the options say, checked.
struct Plan {
    root: Root,
    seed: u32,
    seeds: u32,
    faults: Ident,
    crash: Ident,
    start: Option<LitStr>,
}

impl Plan {
    fn read(args: TokenStream, errors: &mut Errors) -> Self {
        let options: TestOptions = options::read(args, errors);
        let seeds = options.seeds.as_ref().map_or(1, |seeds| seeds.0);
        if let Some(Whole(0, span)) = &options.seeds {
            errors.at_span(
                *span,
                "a test with no seed is never run; `seeds` is at least 1",
            );
        }
        let word = |word: &str| Ident::new(word, Span::call_site());
        let faults = options
            .faults
            .and_then(|Text(text)| one_of(errors, &text, "set of faults", &text.value(), FAULTS));
        let crash = options.crash.and_then(|Text(text)| {
            let names = CRASHES.map(|(name, _)| name);
            let found = one_of(errors, &text, "place to crash at", &text.value(), &names)?;
            CRASHES.iter().find(|(name, _)| *name == found)
        });
        let start = options.start.map(|Text(text)| text);
        let start = start.filter(|text| {
            let sound = dotdo_core::instant::is_rfc3339(&text.value());
            if !sound {
                errors.at(
                    text,
                    format_args!(
                        "`{}` is no time; write it as `2026-11-02T12:00:00Z`",
                        text.value()
                    ),
                );
            }
            sound
        });
        Self {
            root: Root::new(options.krate.as_ref().map(|PathTo(path)| path)),
            seed: options.seed.map_or(0, |seed| seed.0),
            seeds,
            faults: word(faults.unwrap_or("none")),
            crash: word(crash.map_or("Never", |(_, variant)| variant)),
            start,
        }
    }
}

/// The attribute.
pub fn attribute(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let plan = Plan::read(args, &mut errors);
    let Ok(function) = syn::parse2::<Function>(item.clone()) else {
        errors.at_attribute(
            &item,
            "`#[dotdo::test]` is for a function: `async fn name(sim: Sim<Shop>) -> Result<()>`",
        );
        return quote!(#item #errors);
    };
    check(&function, &mut errors);
    if errors.count() > 0 {
        // The function stays, so that nothing in it is reported as unused or unknown besides.
        return quote!(#[allow(dead_code)] #function #errors);
    }
    expand(&plan, &function)
}

fn check(function: &Function, errors: &mut Errors) {
    let sig = &function.sig;
    if sig.asyncness.is_none() {
        errors.at(
            &sig.fn_token,
            format_args!(
                "a test waits for what it asks, so it is async; write `async fn {}`",
                sig.ident
            ),
        );
        return;
    }
    if !sig.generics.params.is_empty() {
        errors.at(
            &sig.generics.params,
            "a test has no type parameters, for nobody says what they are; name the types",
        );
    }
    let mut inputs = sig.inputs.iter();
    match inputs.next() {
        None => errors.at(
            &sig.ident,
            format_args!(
                "a test is given the simulation of its business; write `async fn {}(sim: Sim<Shop>)`, with your business in the place of `Shop`",
                sig.ident
            ),
        ),
        Some(FnArg::Receiver(this)) => errors.at(this, "a test is a free function and has no `self`"),
        Some(FnArg::Typed(arg)) => check_sim(&arg.ty, errors),
    }
    if let Some(second) = inputs.next() {
        errors.at(
            second,
            "a test has one argument, the simulation; make what else it needs in its body",
        );
    }
}

fn check_sim(ty: &Type, errors: &mut Errors) {
    let inner = match ty {
        Type::Reference(reference) => &reference.elem,
        ty => ty,
    };
    let Some(segment) = last_segment(inner).filter(|segment| segment.ident == "Sim") else {
        return errors.at(
            ty,
            "the argument of a test is the simulation of its business; write `sim: Sim<Shop>`, with your business in the place of `Shop`",
        );
    };
    if matches!(ty, Type::Reference(_)) {
        return errors.at(
            ty,
            format_args!(
                "a test owns its simulation; write `sim: {}`",
                crate::signature::spaced(inner)
            ),
        );
    }
    if generic_types(segment).is_empty() {
        errors.at(
            ty,
            "`Sim` says which business it simulates; write `Sim<Shop>`, with yours in the place of `Shop`",
        );
    }
}

fn expand(plan: &Plan, function: &Function) -> TokenStream {
    let p = plan.root.private();
    let (attrs, ident) = (&function.attrs, &function.sig.ident);
    let mut body = function.clone();
    body.attrs.clear();
    body.vis = syn::Visibility::Inherited;
    let name = plain_name(ident);
    let Plan {
        seed,
        seeds,
        faults,
        crash,
        ..
    } = plan;
    let (seed, seeds) = (u64::from(*seed), u64::from(*seeds));
    let start = plan.start.as_ref().map_or_else(
        || quote!(#p::None),
        |start| {
            let start = start.to_token_stream();
            quote!(#p::Some(#start))
        },
    );
    quote! {
        #[::core::prelude::v1::test]
        #(#attrs)*
        fn #ident() {
            #body
            #p::sim::run(
                &#p::sim::Options {
                    test: ::core::concat!(::core::module_path!(), "::", #name),
                    package: ::core::env!("CARGO_PKG_NAME"),
                    seed: #seed,
                    seeds: #seeds,
                    faults: #p::sim::Faults::#faults(),
                    crash: #p::sim::Crash::#crash,
                    start: #start,
                },
                #ident,
            )
        }
    }
}
