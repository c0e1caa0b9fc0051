//! From the model to code.

use std::time::Duration;

use proc_macro2::{Delimiter, Group, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, FnArg, Ident};

use super::check::{Args, Form};
use super::model::{Durable, Policy, Route, Timetable, Trigger};
use super::pattern::Pattern;
use crate::attributes::{cfgs, is_for_callers};
use crate::serial;
use crate::signature::Arg;
use crate::source::{plain_name, respan};

/// A free function and what `app!` finds under its name.
pub fn free(durable: &Durable, form: &Form) -> TokenStream {
    match form {
        Form::Handler | Form::Scheduled => triggered(durable, form),
        Form::Flow(args) | Form::Step(args) => called(durable, form, args),
    }
}

/// A handler stays as it is; the struct of the same name says what starts it.
fn triggered(durable: &Durable, form: &Form) -> TokenStream {
    let function = &durable.function;
    let (marker, import) = (marker(durable), durable.root.import());
    let (cfgs, ident) = (cfgs(&function.attrs), durable.ident());
    let def = flow_def(durable, form, &quote!(#ident));
    let warnings = warnings(durable, form);
    quote! {
        #function
        #marker
        #warnings
        #(#cfgs)*
        #[allow(unused_qualifications)]
        const _: () = {
            #import
            #[diagnostic::do_not_recommend]
            impl __dotdo::Listed for #ident {
                const ITEM: __dotdo::Item = __dotdo::Item::Flow(&#def);
            }
        };
    }
}

/// Warns of what a flow calls that comes out differently when it is replayed.
pub fn warnings(durable: &Durable, form: &Form) -> Option<TokenStream> {
    let function = &durable.function;
    let allowed = function.attrs.iter().any(|attr| {
        attr.path().is_ident("allow") && attr.to_token_stream().to_string().contains("deprecated")
    });
    if allowed || matches!(form, Form::Step(_)) {
        return None;
    }
    let warnings = super::replay::warnings(&function.body);
    let cfgs = cfgs(&function.attrs);
    (!warnings.is_empty()).then(|| quote!(#(#cfgs)* const _: () = { #warnings };))
}

/// The empty struct that shares the name of a function: types and functions do not meet.
fn marker(durable: &Durable) -> TokenStream {
    let (cfgs, vis, ident) = (
        cfgs(&durable.function.attrs),
        &durable.function.vis,
        durable.ident(),
    );
    quote! {
        #(#cfgs)*
        #[doc(hidden)]
        #[allow(non_camel_case_types, dead_code)]
        #vis struct #ident {}
    }
}

/// A function that is called: its name gives a description, and the struct of the same name carries the arguments.
///
/// Everything else stands in the constant that `app!` looks at. So rustc knows of a function that is neither called nor
/// listed that it is never used.
fn called(durable: &Durable, form: &Form, args: &Args) -> TokenStream {
    let (p, import) = (durable.root.private(), durable.root.import());
    let attrs = &durable.function.attrs;
    let (cfgs, vis, ident) = (cfgs(attrs), &durable.function.vis, durable.ident());
    let run = format_ident!("__{}", plain_name(ident));
    let (item, def, described, description) = if matches!(form, Form::Step(_)) {
        let def = step_def(durable, args, &run);
        (quote!(Step), def, quote!(#p::Step), quote!(step))
    } else {
        let def = flow_def(durable, form, &quote!(#run));
        (quote!(Flow), def, quote!(#p::Child), quote!(flow))
    };
    let definition = quote!(<#ident as #p::Listed>::ITEM.#description());
    let description = self::description(durable, args, &described, &definition, ident);
    let fields = args
        .args
        .iter()
        .map(|Arg { ident, ty, .. }| quote!(#vis #ident: #ty));
    let serde = serial::carried(ident, &durable.name, &args.args);
    let body = body(durable, &run);
    let output = &args.output;
    let standin =
        matches!(form, Form::Step(_)).then(|| quote!(impl __dotdo::StepFn<#output> for #ident {}));
    let warnings = warnings(durable, form);
    quote! {
        #description
        #warnings
        #(#cfgs)*
        #[doc(hidden)]
        #[allow(non_camel_case_types, dead_code)]
        #vis struct #ident { #(#fields),* }
        #(#cfgs)*
        #[allow(unused_qualifications)]
        const _: () = {
            #import
            #[diagnostic::do_not_recommend]
            impl __dotdo::Listed for #ident {
                const ITEM: __dotdo::Item = {
                    #body
                    let _ = #ident;
                    __dotdo::Item::#item(&#def)
                };
            }
            #standin
            #serde
        };
    }
}

/// The function that callers see. It runs nothing. It is made of the user's own tokens where it can be, because rustc
/// does not say of a macro's function that it is never used.
fn description(
    durable: &Durable,
    args: &Args,
    described: &TokenStream,
    def: &TokenStream,
    carrier: &Ident,
) -> TokenStream {
    let function = &durable.function;
    let for_callers = |attr: &&Attribute| is_for_callers(attr) || attr.path().is_ident("allow");
    let attrs = function.attrs.iter().filter(for_callers);
    let (vis, fn_token, ident) = (&function.vis, &function.sig.fn_token, durable.ident());
    let output = &args.output;
    let inputs = args
        .args
        .iter()
        .map(|Arg { ident, ty, .. }| quote!(#ident: #ty));
    let names = args.args.iter().map(|arg| &arg.ident);
    let body = quote!(#described::new(#def, &#carrier { #(#names),* }));
    let mut body = Group::new(Delimiter::Brace, body);
    body.set_span(function.body.span());
    quote! {
        #(#attrs)*
        #vis #fn_token #ident(#(#inputs),*) -> #described<#output> #body
    }
}

/// What the user wrote, under another name.
fn body(durable: &Durable, name: &Ident) -> TokenStream {
    let mut function = durable.function.clone();
    function.attrs.retain(|attr| !is_for_callers(attr));
    function.vis = syn::Visibility::Inherited;
    function.sig.ident = Ident::new(&name.to_string(), function.sig.ident.span());
    function.to_token_stream()
}

/// A flow in an `impl` that is called: its description, its body, and its constant's name. Whoever lists the noun lists
/// the flow, so the constant mentions the description and rustc does not call it unused.
pub fn child(durable: &Durable, args: &Args) -> (TokenStream, Ident) {
    let noun = durable.this().unwrap_or_default();
    let ident = durable.ident();
    let own = plain_name(ident);
    let (constant, run, carrier) = (
        format_ident!("__FLOW_{}", own.to_uppercase()),
        format_ident!("__run_{own}"),
        carrier(durable.ident()),
    );
    let cfgs = cfgs(&durable.function.attrs);
    let def = flow_def_with(durable, Some(args), &quote!(#noun::#run), &quote!(#carrier));
    let (child, def_path) = (quote!(__dotdo::Child), quote!(Self::#constant));
    let description = description(durable, args, &child, &def_path, &carrier);
    let body = body(durable, &run);
    let tokens = quote! {
        #description
        #(#cfgs)*
        const #constant: &'static __dotdo::FlowDef = {
            let _ = Self::#ident;
            &#def
        };
        #(#cfgs)*
        #body
    };
    (tokens, constant)
}

/// The struct that carries the arguments of a method.
pub fn carrier(method: &Ident) -> Ident {
    format_ident!("__{}Args", dotdo_core::names::pascal(&plain_name(method)))
}

fn step_def(durable: &Durable, args: &Args, call: &Ident) -> TokenStream {
    let Durable { name, doc, .. } = durable;
    let version = Literal::u32_unsuffixed(durable.version);
    let policy = policy(durable);
    let (members, output) = (serial::members(&args.args), serial::shape(&args.output));
    let fields = args.args.iter().map(|arg| &arg.ident);
    let carried = if args.args.is_empty() {
        quote!(_)
    } else {
        quote!(args)
    };
    let run = serial::returning(&args.output, "run_step", &quote!(_,), &quote!(, _, _));
    quote! {
        __dotdo::StepDef {
            name: #name,
            version: #version,
            policy: #policy,
            args: #members,
            output: #output,
            doc: #doc,
            at: (::core::file!(), ::core::line!()),
            run: |args| #run(&args, |#carried: Self| #call(#(args.#fields),*)),
        }
    }
}

/// A flow as a constant; `call` names the user's function.
pub fn flow_def(durable: &Durable, form: &Form, call: &TokenStream) -> TokenStream {
    let args = match form {
        Form::Flow(args) | Form::Step(args) => Some(args),
        Form::Handler | Form::Scheduled => None,
    };
    flow_def_with(durable, args, call, &quote!(Self))
}

fn flow_def_with(
    durable: &Durable,
    args: Option<&Args>,
    call: &TokenStream,
    carrier: &TokenStream,
) -> TokenStream {
    let Durable { name, doc, .. } = durable;
    let version = Literal::u32_unsuffixed(durable.version);
    let noun = durable
        .noun
        .as_ref()
        .and_then(|path| path.segments.last())
        .map(|segment| segment.ident.to_string());
    let noun = noun.map_or_else(
        || quote!(__dotdo::None),
        |noun| quote!(__dotdo::Some(#noun)),
    );
    let policy = policy(durable);
    let (trigger, start) = match &durable.trigger {
        Trigger::On(route) => (on(durable, route), start_on(durable, route, call)),
        Trigger::Every(timetable) => (
            every(timetable),
            quote!(|run, _| __dotdo::run_every(run, #call)),
        ),
        Trigger::Call | Trigger::Unread => {
            let fields = args
                .iter()
                .flat_map(|args| &args.args)
                .map(|arg| &arg.ident);
            let carried = if args.is_none_or(|args| args.args.is_empty()) {
                quote!(_)
            } else {
                quote!(args)
            };
            let nothing = quote!(());
            let function = serial::returning(
                args.map_or(&nothing, |args| &args.output),
                "run_flow",
                &quote!(_, _,),
                &quote!(, _),
            );
            (
                quote!(__dotdo::Trigger::Call),
                quote!(|run, args| #function(run, &args, |cx, #carried: #carrier| #call(cx, #(args.#fields),*))),
            )
        }
    };
    let members = args.map_or_else(|| quote!(&[]), |args| serial::members(&args.args));
    let output = args.map_or_else(
        || quote!(__dotdo::Shape::Nothing),
        |args| serial::shape(&args.output),
    );
    quote! {
        __dotdo::FlowDef {
            name: #name,
            version: #version,
            noun: #noun,
            policy: #policy,
            trigger: #trigger,
            args: #members,
            output: #output,
            doc: #doc,
            at: (::core::file!(), ::core::line!()),
            start: #start,
        }
    }
}

fn on(durable: &Durable, route: &Route) -> TokenStream {
    let priority = Literal::i32_unsuffixed(route.priority);
    let (some, none) = (quote!(__dotdo::Some), quote!(__dotdo::None));
    let pattern = match &route.pattern {
        // The key itself is named once, where the handler is started: what is wrong with it is one error.
        Pattern::One { key, noun } => {
            let event = key.segments.last().map(|event| plain_name(&event.ident));
            quote!(__dotdo::Pattern { noun: #some(<#noun as __dotdo::Noun>::NAME), verb: #some(#event) })
        }
        Pattern::AllOf(noun) => {
            quote!(__dotdo::Pattern { noun: #some(<#noun as __dotdo::Noun>::NAME), verb: #none })
        }
        Pattern::Named(event) => {
            let event = plain_name(event);
            quote!(__dotdo::Pattern { noun: #none, verb: #some(#event) })
        }
        Pattern::Any => quote!(__dotdo::Pattern { noun: #none, verb: #none }),
    };
    let event = event_of(durable);
    let filter = route.filter.as_ref().map_or_else(
        || none.clone(),
        |filter| {
            let call = match &route.pattern {
                Pattern::One { key, .. } => {
                    let key = key_of(key);
                    quote!(__dotdo::filter_on(#key, event, #filter))
                }
                Pattern::AllOf(noun) => {
                    quote!(__dotdo::filter_on_all::<#noun, #event>(event, #filter))
                }
                Pattern::Named(_) | Pattern::Any => quote!(__dotdo::filter_on_any(event, #filter)),
            };
            quote!(#some(|event| #call))
        },
    );
    let to = match (&route.to, &durable.noun) {
        (Some(to), Some(own)) => {
            let call = match &route.pattern {
                Pattern::One { key, .. } => {
                    let key = key_of(key);
                    quote!(__dotdo::to_on::<_, _, #own, _>(#key, event, #to))
                }
                Pattern::AllOf(noun) => {
                    quote!(__dotdo::to_on_all::<#noun, #event, #own, _>(event, #to))
                }
                Pattern::Named(_) | Pattern::Any => {
                    quote!(__dotdo::to_on_any::<#own, _>(event, #to))
                }
            };
            quote!(#some(|event| #call))
        }
        _ => none,
    };
    quote!(__dotdo::Trigger::On(__dotdo::Route { pattern: #pattern, priority: #priority, filter: #filter, to: #to }))
}

/// The key of an event: `<Order>::paid`. With the brackets, rustc looks for `Order` as it does elsewhere in the output, so
/// that of one that does not exist it says so once.
fn key_of(key: &syn::Path) -> TokenStream {
    let mut noun = key.clone();
    let event = noun.segments.pop();
    noun.segments.pop_punct();
    quote_spanned!(key.span()=> <#noun>::#event)
}

/// The type of a handler's second argument.
fn event_of(durable: &Durable) -> TokenStream {
    match durable.function.sig.inputs.iter().nth(1) {
        Some(FnArg::Typed(event)) => event.ty.to_token_stream(),
        _ => quote!(_),
    }
}

/// Starts a handler. The event is handed over at the place of the argument's type, so that rustc reports an event of
/// another type there.
fn start_on(durable: &Durable, route: &Route, call: &TokenStream) -> TokenStream {
    let event = Ident::new(
        "event",
        event_of(durable).span().resolved_at(Span::mixed_site()),
    );
    let handler = quote!(|cx, #event| #call(cx, #event));
    let argument = event_of(durable);
    let at = argument.span();
    let run = match &route.pattern {
        Pattern::One { key, .. } => {
            let (key, run_on) = (key_of(key), quote_spanned!(at=> __dotdo::run_on));
            let of = quote_spanned!(at=> __dotdo::OneEvent::of);
            quote!(#run_on(#key, run, &json, #of, #handler))
        }
        Pattern::AllOf(noun) => {
            let argument = respan(argument, at);
            let read = quote_spanned!(at=> <#argument as __dotdo::AllEvents<#noun>>::read);
            let run_on_all = quote_spanned!(at=> __dotdo::run_on_all);
            quote!(#run_on_all(run, &json, #read, #handler))
        }
        Pattern::Named(_) | Pattern::Any => quote!(__dotdo::run_on_any(run, &json, #handler)),
    };
    quote!(|run, json| #run)
}

fn every(timetable: &Timetable) -> TokenStream {
    let Timetable {
        phrase,
        zone,
        missed,
    } = timetable;
    let missed = format_ident!("{}", dotdo_core::names::pascal(missed));
    quote!(__dotdo::Trigger::Every(__dotdo::Timetable { phrase: #phrase, zone: #zone, missed: __dotdo::Missed::#missed, read: __dotdo::read_timetable }))
}

fn policy(durable: &Durable) -> TokenStream {
    let Policy {
        retry,
        backoff,
        factor,
        jitter,
        timeout,
        breaker,
    } = &durable.policy;
    let mut fields = TokenStream::new();
    if let Some(retry) = retry {
        let retry = Literal::u32_unsuffixed(*retry);
        fields.extend(quote!(retry: #retry,));
    }
    if let Some((initial, cap)) = backoff {
        let (initial, cap) = (period(*initial), period(*cap));
        fields.extend(quote!(initial: #initial, cap: #cap,));
    }
    if let Some(factor) = factor {
        let factor = Literal::f64_unsuffixed(*factor);
        fields.extend(quote!(factor: #factor,));
    }
    if let Some(jitter) = jitter {
        fields.extend(quote!(jitter: #jitter,));
    }
    if let Some(timeout) = timeout {
        let timeout = period(*timeout);
        fields.extend(quote!(timeout: __dotdo::Some(#timeout),));
    }
    if let Some((breaker, _)) = breaker {
        let failures = Literal::u32_unsuffixed(breaker.failures);
        let (window, cooldown) = (period(breaker.window), period(breaker.cooldown));
        fields.extend(quote! {
            breaker: __dotdo::Some(__dotdo::Breaker { failures: #failures, window: #window, cooldown: #cooldown }),
        });
    }
    if fields.is_empty() {
        quote!(__dotdo::Policy::DEFAULT)
    } else {
        quote!(__dotdo::Policy { #fields ..__dotdo::Policy::DEFAULT })
    }
}

fn period(period: Duration) -> TokenStream {
    if period.subsec_nanos() == 0 {
        let secs = Literal::u64_unsuffixed(period.as_secs());
        quote!(::core::time::Duration::from_secs(#secs))
    } else {
        let millis = Literal::u128_unsuffixed(period.as_millis());
        quote!(::core::time::Duration::from_millis(#millis))
    }
}

/// What is left of a function with a mistake in it: the function itself, and something to list.
pub fn broken(durable: &Durable) -> TokenStream {
    let p = durable.root.private();
    let (function, ident) = (&durable.function, durable.ident());
    if function.sig.receiver().is_some() {
        // It stands in an `impl`, where there can be nothing but functions.
        return function.to_token_stream();
    }
    let mut function = function.clone();
    if !matches!(function.body, TokenTree::Group(_)) {
        // rustc too would say that it has no body.
        function
            .attrs
            .push(syn::parse_quote!(#[allow(unused_variables)]));
        let mut body = Group::new(Delimiter::Brace, quote!(::core::todo!()));
        body.set_span(function.body.span());
        function.body = TokenTree::Group(body);
    }
    let marker = marker(durable);
    let cfgs = cfgs(&function.attrs);
    quote! {
        #function
        #marker
        #(#cfgs)*
        #[diagnostic::do_not_recommend]
        impl #p::Listed for #ident {
            const ITEM: #p::Item = #p::Item::Part(#p::PartDef::EMPTY);
        }
    }
}
