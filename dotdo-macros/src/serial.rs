//! Pieces that describe values: JSON members, and the private copy of a type through which serde reads and writes it.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Ident;
use syn::spanned::Spanned;

use crate::paths::Root;
use crate::signature::Arg;

/// One member of a shape.
pub fn member(root: &Root, name: &str, ty: &TokenStream, optional: bool, doc: &str) -> TokenStream {
    let p = root.private();
    let shape = shape(root, ty);
    let optional = if optional { quote!(true) } else { nullable(root, ty) };
    quote!(#p::Member { name: #name, shape: #shape, optional: #optional, doc: #doc })
}

/// The shape of a type; where the type is no value, rustc says so at the type.
pub fn shape(root: &Root, ty: &TokenStream) -> TokenStream {
    as_value(root, ty, "SHAPE")
}

/// Whether a type has a value for "nothing".
pub fn nullable(root: &Root, ty: &TokenStream) -> TokenStream {
    as_value(root, ty, "NULLABLE")
}

/// `<T as Value>::name`, pointing at the user's type.
pub fn as_value(root: &Root, ty: &TokenStream, name: &str) -> TokenStream {
    let p = root.private();
    let name = Ident::new(name, Span::call_site());
    quote_spanned!(ty.span()=> <#ty as #p::Value>::#name)
}

/// The members that a function's arguments are.
pub fn members(root: &Root, args: &[Arg]) -> TokenStream {
    let members = args.iter().map(|arg| member(root, &arg.name, &arg.ty, false, ""));
    quote!(&[#(#members),*])
}

/// The attributes of a struct that carries arguments as JSON.
pub fn carrier(root: &Root) -> TokenStream {
    let p = root.private();
    let serde = root.serde();
    quote! {
        #[derive(#p::serde::Serialize, #p::serde::Deserialize)]
        #[serde(crate = #serde, deny_unknown_fields)]
    }
}

/// The fields of such a struct.
pub fn carried(args: &[Arg]) -> TokenStream {
    let fields = args.iter().map(|Arg { ident, name, ty }| {
        let rename = (crate::source::plain_name(ident) != *name).then(|| quote!(#[serde(rename = #name)]));
        quote!(#rename #ident: #ty)
    });
    quote!(#(#fields),*)
}

/// `Serialize` and `Deserialize` by way of a private copy of the type: serde's derives see the copy, the type itself
/// stays as the user wrote it.
pub fn through_copy(root: &Root, ident: &Ident, copy: &Ident, container: &TokenStream, definition: &TokenStream, helpers: &TokenStream) -> TokenStream {
    let p = root.private();
    let serde = root.serde();
    let name = ident.to_string();
    let expecting = format!("a `{name}`");
    quote! {
        const _: () = {
            #[derive(#p::serde::Serialize, #p::serde::Deserialize)]
            #[serde(crate = #serde, remote = #name, rename = #name, expecting = #expecting, #container)]
            #definition
            #helpers
            #[automatically_derived]
            impl #p::serde::Serialize for #ident {
                fn serialize<S: #p::serde::Serializer>(&self, serializer: S) -> ::core::result::Result<S::Ok, S::Error> {
                    #copy::serialize(self, serializer)
                }
            }
            #[automatically_derived]
            impl<'de> #p::serde::Deserialize<'de> for #ident {
                fn deserialize<D: #p::serde::Deserializer<'de>>(deserializer: D) -> ::core::result::Result<Self, D::Error> {
                    #copy::deserialize(deserializer)
                }
            }
        };
    }
}
