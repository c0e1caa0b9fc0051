//! From the list to constants.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::parse::{Entry, List};
use crate::attributes::doc_text;

/// The struct of a business, its constants, its `main`, and the proof.
pub fn app(list: &List) -> TokenStream {
    let List { root, attrs, vis, ident, .. } = list;
    let p = root.private();
    let (name, doc) = (ident.to_string(), doc_text(attrs));
    let domain = list.domain.as_ref().map_or_else(|| quote!(::core::option::Option::None), |domain| quote!(::core::option::Option::Some(#domain)));
    let entries = entries(list);
    let proof = quote_spanned!(ident.span()=> const _: () = #p::prove(#ident::DEF););
    quote! {
        #(#attrs)*
        #vis struct #ident;
        #[allow(dead_code)]
        impl #ident {
            /// The business as constants.
            #vis const DEF: &'static #p::AppDef = &#p::AppDef {
                name: #name,
                version: ::core::env!("CARGO_PKG_VERSION"),
                domain: #domain,
                doc: #doc,
                entries: #entries,
            };
            /// The program that the business is: `serve`, `schema`, and so on.
            #vis fn main() -> #root::Exit {
                #p::main(Self::DEF)
            }
        }
        impl #root::Business for #ident {
            const DEF: &'static #p::AppDef = #ident::DEF;
        }
        #proof
    }
}

/// The struct of a part.
pub fn part(list: &List) -> TokenStream {
    let List { root, attrs, vis, ident, .. } = list;
    let p = root.private();
    let entries = entries(list);
    quote! {
        #(#attrs)*
        #[allow(dead_code)]
        #vis struct #ident;
        impl #p::Listed for #ident {
            const ITEM: #p::Item = #p::Item::Part(#entries);
        }
    }
}

fn entries(list: &List) -> TokenStream {
    let p = list.root.private();
    let entries = list.entries.iter().map(|Entry { attrs, path }| {
        let item = quote_spanned!(path.span()=> <#path as #p::Listed>::ITEM);
        quote!(#(#attrs)* #p::Entry { item: #item, verbs: <#path>::__VERBS })
    });
    quote! {
        {
            use #p::Verbless as _;
            &[#(#entries),*]
        }
    }
}
