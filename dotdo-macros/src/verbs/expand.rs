//! From the model to code.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::model::{Kind, Method, Verbs};
use crate::attributes::{cfgs, is_for_callers};
use crate::function::{self, Form, carrier};
use crate::serial;
use crate::signature::Arg;
use crate::source::{identifier, plain_name};

/// The `impl` and everything beside it.
pub fn verbs(verbs: &Verbs) -> TokenStream {
    let (own, events, stub) = (own(verbs), events(verbs), stub(verbs));
    let import = verbs.root.import();
    let (keys, beside, read, hidden) = (keys(verbs), beside(verbs), read(verbs), hidden(verbs));
    quote! {
        #own
        #events
        #stub
        #[allow(unused_qualifications)]
        const _: () = {
            #import
            #keys
            #beside
            #read
            #hidden
        };
    }
}

/// The `impl` as the user wrote it.
fn own(verbs: &Verbs) -> TokenStream {
    let (attrs, noun, members) = (&verbs.head.attrs, &verbs.head.self_ty, &verbs.members);
    quote! {
        #(#attrs)*
        impl #noun { #(#members)* }
    }
}

/// The methods that emit, with the event and its payload.
fn emitting(verbs: &Verbs) -> impl Iterator<Item = (&Method, &syn::Ident, TokenStream)> {
    verbs.methods.iter().filter_map(|method| {
        let output = method.output.clone().unwrap_or_else(|| quote!(()));
        Some((method, method.event()?, output))
    })
}

/// The keys of the events.
fn keys(verbs: &Verbs) -> TokenStream {
    let (noun, name) = (&verbs.noun, verbs.name());
    let keys: Vec<_> = emitting(verbs)
        .map(|(method, event, output)| {
            let (cfgs, verb) = (cfgs(&method.attrs), plain_name(event));
            let doc = format!(" `{}` was done. The payload is what it returned.", method.name);
            quote! {
                #(#cfgs)*
                #[doc = #doc]
                pub const #event: __dotdo::EventKey<#noun, #output> = __dotdo::EventKey::new(#name, #verb);
            }
        })
        .collect();
    if keys.is_empty() {
        return TokenStream::new();
    }
    quote! {
        #[allow(non_upper_case_globals, dead_code, private_interfaces)]
        impl #noun { #(#keys)* }
    }
}

/// `OrderEvent`.
fn events(verbs: &Verbs) -> TokenStream {
    let (p, noun, name) = (verbs.root.private(), &verbs.noun, verbs.name());
    let ident = verbs.beside("Event");
    let doc = format!(
        " What happens to `{name}`: one variant for each event, for handlers of `{name}::*`."
    );
    let own = emitting(verbs).map(|(method, event, output)| {
        let (cfgs, variant) = (cfgs(&method.attrs), variant(event));
        let doc = format!(" `{}` was done.", method.name);
        quote!(#(#cfgs)* #[doc = #doc] #variant(#p::Event<#noun, #output>))
    });
    quote! {
        #[doc = #doc]
        #[allow(dead_code, private_interfaces)]
        pub enum #ident {
            /// It was made.
            Created(#p::Event<#noun>),
            /// Some of its fields were changed.
            Updated(#p::Event<#noun>),
            /// It was deleted; the payload is what it was.
            Deleted(#p::Event<#noun>),
            #(#own,)*
        }
    }
}

/// `OrderCalls`: where the verbs are, for those who have a stub. A trait object may have methods of its own, so they need
/// no import, and the stub needs no type of its own.
fn stub(verbs: &Verbs) -> TokenStream {
    let (p, noun, name) = (verbs.root.private(), &verbs.noun, verbs.name());
    let ident = verbs.beside("Calls");
    let doc = format!(" The verbs and queries of one `{name}`, as `{name}::stub(id)` offers them.");
    quote! {
        #[doc = #doc]
        #[allow(private_bounds)]
        pub trait #ident: #p::Calls<#noun> {}
    }
}

/// The variant of an event.
fn variant(event: &syn::Ident) -> syn::Ident {
    identifier(&dotdo_core::names::pascal(&plain_name(event)), event.span())
}

/// `Clone`, `Debug` and `PartialEq` of the events. Of a payload that is no value, or of a struct that is no noun, rustc's
/// own derives would say what else is missing, at a place that is not the user's.
fn beside(verbs: &Verbs) -> TokenStream {
    let (noun, ident) = (&verbs.noun, verbs.beside("Event"));
    let own = |function: &str| {
        let function = syn::Ident::new(function, noun.span());
        quote_spanned!(noun.span()=> <#noun as __dotdo::Noun>::#function)
    };
    let arms = |function: &str, arm: &dyn Fn(&TokenStream, &syn::Ident) -> TokenStream| {
        let built_in = ["Created", "Updated", "Deleted"].map(|name| {
            let variant = syn::Ident::new(name, proc_macro2::Span::call_site());
            arm(&own(&format!("{function}_created")), &variant)
        });
        let declared = emitting(verbs).map(|(method, event, output)| {
            let cfgs = cfgs(&method.attrs);
            let arm = arm(
                &serial::as_value(&output, &format!("{function}_event")),
                &variant(event),
            );
            quote!(#(#cfgs)* #arm)
        });
        let arms: Vec<_> = built_in.into_iter().chain(declared).collect();
        quote!(#(#arms,)*)
    };
    let copy = arms(
        "copy",
        &|copy, name| quote!(Self::#name(event) => Self::#name(#copy(event))),
    );
    let show = arms("show", &|show, name| {
        let text = name.to_string();
        quote!(Self::#name(event) => #show(event, #text, f))
    });
    let same = arms(
        "same",
        &|same, name| quote!((Self::#name(event), Self::#name(other)) => #same(event, other)),
    );
    quote! {
        #[automatically_derived]
        impl ::core::clone::Clone for #ident {
            fn clone(&self) -> Self {
                match self { #copy }
            }
        }
        #[automatically_derived]
        impl ::core::fmt::Debug for #ident {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                match self { #show }
            }
        }
        impl ::core::cmp::PartialEq for #ident {
            fn eq(&self, other: &Self) -> bool {
                match (self, other) { #same _ => false }
            }
        }
    }
}

/// How an event becomes a variant.
fn read(verbs: &Verbs) -> TokenStream {
    let noun = &verbs.noun;
    let ident = verbs.beside("Event");
    let noun_name = quote_spanned!(noun.span()=> <#noun as __dotdo::Noun>::NAME);
    let read_own = quote_spanned!(noun.span()=> <#noun as __dotdo::Noun>::read_created);
    let arms = emitting(verbs).map(|(method, event, output)| {
        let (cfgs, verb, variant) = (cfgs(&method.attrs), plain_name(event), variant(event));
        let read = serial::as_value(&output, "event");
        quote!(#(#cfgs)* #verb => #read(json).map(Self::#variant))
    });
    quote! {
        impl __dotdo::AllEvents<#noun> for #ident {
            fn read(json: &__dotdo::Json) -> __dotdo::Result<Self> {
                let noun = #noun_name;
                match __dotdo::event_verb(json)?.as_str() {
                    "created" => #read_own(json).map(Self::Created),
                    "updated" => #read_own(json).map(Self::Updated),
                    "deleted" => #read_own(json).map(Self::Deleted),
                    #(#arms,)*
                    other => __dotdo::Err(__dotdo::unknown_event(noun, other)),
                }
            }
        }
    }
}

/// What needs no name: the carriers of arguments, the methods of the stub, the description.
fn hidden(verbs: &Verbs) -> TokenStream {
    let noun = &verbs.noun;
    let (carriers, calls): (Vec<_>, Vec<_>) = verbs
        .methods
        .iter()
        .filter_map(|method| Some((carrier_of(method), call(method)?)))
        .unzip();
    let trait_of_calls = verbs.beside("Calls");
    let mut flows = Vec::new();
    let mut children = Vec::new();
    let mut child_carriers = Vec::new();
    let mut warnings = Vec::new();
    for flow in &verbs.flows {
        let Some(form) = &flow.form else { continue };
        let cfgs = cfgs(&flow.durable.function.attrs);
        warnings.extend(function::warnings(&flow.durable, form));
        if let Form::Flow(args) = form {
            let (tokens, constant) = function::child(&flow.durable, args);
            children.push(tokens);
            child_carriers.push(struct_of(
                &flow.durable.function.attrs,
                flow.durable.ident(),
                &args.args,
            ));
            flows.push(quote!(#(#cfgs)* #noun::#constant));
        } else {
            let def = function::flow_def(&flow.durable, form, &flow.durable.path());
            flows.push(quote!(#(#cfgs)* &#def));
        }
    }
    let methods = verbs
        .methods
        .iter()
        .filter(|method| method.sound)
        .map(|method| def(verbs, method));
    let name = quote_spanned!(noun.span()=> <#noun as __dotdo::Noun>::NAME);
    // Two `impl`s with verbs are reported at the noun of the second.
    let has_verbs = quote_spanned!(noun.span()=> impl __dotdo::Verbs for #noun);
    let children = (!children.is_empty()).then(|| quote!(impl #noun { #(#children)* }));
    quote! {
        #(#carriers)*
        #(#child_carriers)*
        #(#warnings)*
        impl #trait_of_calls for __dotdo::Stub<#noun> {}
        #[allow(dead_code, private_interfaces)]
        impl dyn #trait_of_calls { #(#calls)* }
        #children
        #has_verbs {
            const VERBS: &'static __dotdo::VerbsDef = &__dotdo::VerbsDef {
                noun: #name,
                verbs: &[#(#methods),*],
                flows: &[#(#flows),*],
            };
            type Calls = dyn #trait_of_calls;
            fn calls(stub: &__dotdo::Stub<Self>) -> &Self::Calls {
                stub
            }
        }
    }
}

fn carrier_of(method: &Method) -> TokenStream {
    struct_of(&method.attrs, &method.ident, &method.args)
}

fn struct_of(attrs: &[syn::Attribute], method: &syn::Ident, args: &[Arg]) -> TokenStream {
    let (cfgs, ident) = (cfgs(attrs), carrier(method));
    let fields = args.iter().map(|Arg { ident, ty, .. }| quote!(#ident: #ty));
    let serde = serial::carried(&ident, &plain_name(method), args);
    quote! {
        #(#cfgs)*
        struct #ident { #(#fields),* }
        #(#cfgs)*
        const _: () = { #serde };
    }
}

/// The method of the stub.
fn call(method: &Method) -> Option<TokenStream> {
    let output = method.output.as_ref()?;
    let Method {
        ident, name, args, ..
    } = method;
    let attrs = method.attrs.iter().filter(|attr| is_for_callers(attr));
    let undocumented = method.doc.is_empty().then(|| {
        let doc = format!(" Calls `{name}`.");
        quote!(#[doc = #doc])
    });
    let carrier = carrier(ident);
    let inputs = args.iter().map(|Arg { ident, ty, .. }| quote!(#ident: #ty));
    let names = args.iter().map(|arg| &arg.ident);
    let (call, this) = (
        serial::as_value(output, "call"),
        quote!(__dotdo::Calls::stub(self)),
    );
    let returned = serial::applied(output, "Call");
    let method = serial::at(
        output,
        |span| quote_spanned!(span=> pub fn #ident(&self, #(#inputs),*) -> #returned { #call(#this, #name, &#carrier { #(#names),* }) }),
    );
    Some(quote! {
        #undocumented
        #(#attrs)*
        #method
    })
}

/// The method as a constant.
fn def(verbs: &Verbs, method: &Method) -> TokenStream {
    let noun = &verbs.noun;
    let Method {
        ident,
        name,
        args,
        doc,
        ..
    } = method;
    let cfgs = cfgs(&method.attrs);
    let event = method.event().map(plain_name);
    let event = event.map_or_else(
        || quote!(__dotdo::None),
        |event| quote!(__dotdo::Some(#event)),
    );
    let output = method.output.clone().unwrap_or_else(|| quote!(()));
    let shape = serial::shape(&output);
    let members = serial::members(args);
    let (query, run, this) = match method.kind {
        Kind::Verb(_) => (false, "run_verb", quote!(&mut #noun)),
        Kind::Query => (true, "run_query", quote!(&#noun)),
    };
    let run = serial::returning(&output, run, &quote!(#noun, _,), &TokenStream::new());
    let carrier = carrier(ident);
    let context = if method.any {
        quote!(cx.any())
    } else {
        quote!(cx)
    };
    let carried = if args.is_empty() {
        quote!(_)
    } else {
        quote!(args)
    };
    let fields = args.iter().map(|arg| &arg.ident);
    quote! {
        #(#cfgs)*
        __dotdo::VerbDef {
            name: #name,
            event: #event,
            query: #query,
            args: #members,
            output: #shape,
            doc: #doc,
            run: |turn, id, args| #run(turn, id, args, |this: #this, cx, #carried: #carrier| this.#ident(#context, #(args.#fields),*)),
        }
    }
}
