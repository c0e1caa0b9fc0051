//! From the list to constants.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, Path};

use super::lock::{Given, Locked};
use super::parse::{Entry, List};
use crate::attributes::doc_text;
use crate::source::plain_name;

/// The struct of a business, its constants, its `main`, and the proof.
pub fn app(list: &List, locked: Option<&Locked>) -> TokenStream {
    let List {
        root,
        attrs,
        vis,
        ident,
        ..
    } = list;
    let import = root.import();
    let (name, doc) = (plain_name(ident), doc_text(attrs));
    let domain = list.domain.as_ref().map_or_else(
        || quote!(__dotdo::None),
        |domain| quote!(__dotdo::Some(#domain)),
    );
    let entries = entries(list);
    let business = struct_of(list);
    let proof = quote_spanned!(ident.span()=> const _: () = __dotdo::prove::<{ __dotdo::count(#ident::DEF) }>(#ident::DEF););
    let follows = locked.and_then(Locked::constants).map(|locked| {
        quote_spanned!(ident.span()=> #[allow(long_running_const_eval)] const _: () = __dotdo::follow(#ident::DEF, &#locked);)
    });
    let dropped = &list.dropped;
    let folder = match list.lock {
        Given::Without => quote!(""),
        _ => quote!(::core::env!("CARGO_MANIFEST_DIR")),
    };
    let lock = locked.map_or_else(
        || quote!(__dotdo::None),
        |locked| {
            let file = locked.file();
            quote!(__dotdo::Some(#file))
        },
    );
    quote! {
        #(#attrs)*
        #business
        #[allow(unused_qualifications, unused_imports, unused_macros, deprecated)]
        const _: () = {
            #import
            use __dotdo::Otherwise as _;
            #[allow(dead_code)]
            impl #ident {
                /// The business as constants.
                #vis const DEF: &'static __dotdo::AppDef = &__dotdo::AppDef {
                    name: #name,
                    version: ::core::env!("CARGO_PKG_VERSION"),
                    domain: #domain,
                    doc: #doc,
                    entries: &[#(#entries),*],
                    dropped: &[#(#dropped),*],
                    lock: #lock,
                    at: (#folder, ::core::file!()),
                };
                /// The program that the business is: `serve`, `schema`, and so on.
                #vis fn main() -> #root::Exit {
                    __dotdo::main(Self::DEF)
                }
            }
            impl __dotdo::Business for #ident {
                const DEF: &'static __dotdo::AppDef = #ident::DEF;
            }
            #proof
            #follows
        };
    }
}

/// The struct of a part.
pub fn part(list: &List) -> TokenStream {
    let List {
        root, attrs, ident, ..
    } = list;
    let import = root.import();
    let (part, entries) = (struct_of(list), entries(list));
    let (name, doc) = (plain_name(ident), doc_text(attrs));
    quote! {
        #(#attrs)*
        #[allow(dead_code)]
        #part
        #[allow(unused_qualifications, unused_imports, unused_macros, deprecated)]
        const _: () = {
            #import
            use __dotdo::Otherwise as _;
            #[diagnostic::do_not_recommend]
            impl __dotdo::Listed for #ident {
                const ITEM: __dotdo::Item = __dotdo::Item::Part(&__dotdo::PartDef {
                    name: #name,
                    doc: #doc,
                    entries: &[#(#entries),*],
                });
            }
        };
    }
}

/// The struct that bears the name. Where it is in another's way, rustc points at the name.
fn struct_of(list: &List) -> TokenStream {
    let (vis, ident) = (&list.vis, &list.ident);
    quote_spanned!(ident.span()=> #vis struct #ident;)
}

fn entries(list: &List) -> impl Iterator<Item = TokenStream> {
    list.entries.iter().map(|Entry { attrs, path }| {
        if is_function(path) {
            let item = function(path);
            return quote!(#(#attrs)* __dotdo::Entry { item: #item, verbs: __dotdo::None });
        }
        let item = quote_spanned!(path.span()=> <#path as __dotdo::Listed>::ITEM);
        quote!(#(#attrs)* __dotdo::Entry { item: #item, verbs: __dotdo::Of::<#path>::VERBS })
    })
}

/// Whether a path is that of a function, as far as its letters say.
fn is_function(path: &Path) -> bool {
    let keyword = |ident: &Ident| ["self", "super", "crate"].iter().any(|word| ident == word);
    path.segments.last().is_some_and(|last| {
        let small = |c: char| c == '_' || c.is_lowercase();
        !keyword(&last.ident) && plain_name(&last.ident).starts_with(small)
    })
}

/// The item of a function.
///
/// Of a plain one there is no type, and rustc would say that it "expected type, found function". So the name is imported
/// as `Marker`: where there is no type, that of `unmarked` is seen instead, and `Marked` says what is missing. A name that
/// does not exist at all is only missed as a value, before the macro hides it: the macro keeps the import from failing too.
fn function(path: &Path) -> TokenStream {
    let found = path
        .get_ident()
        .map(|ident| quote!(macro_rules! #ident { () => {} }));
    let value = path.get_ident().map_or_else(
        || Ident::new("Marker", path.span()).into_token_stream(),
        ToTokens::to_token_stream,
    );
    let check = quote_spanned!(path.span()=> __dotdo::Marked::<Marker>::marked(&#value));
    let item = quote_spanned!(path.span()=> __dotdo::Of::<Marker>::ITEM);
    quote! {{
        const _: fn() = || #check;
        #found
        use __dotdo::unmarked::*;
        use #path as Marker;
        #item
    }}
}
