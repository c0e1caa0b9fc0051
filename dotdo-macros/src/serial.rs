//! Pieces that describe values: JSON members, and the private copy of a type through which serde reads and writes it.
//!
//! Of a type that it does not know, generated code says everything in the form `<T as Value>::…`, at the user's token.
//! rustc reports only once what is identical, so a type that is no value is one error and not a dozen. Types that
//! everybody knows are written plainly.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, LitStr, Type, Visibility};

use crate::signature::{Arg, generic_types, is_named, last_segment};
use crate::source::{plain_name, respan};

const KNOWN: &[&str] = &[
    "String", "bool", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "usize", "isize",
    "f32", "f64",
];

/// Whether a type is surely a value: a primitive, a `String`, or an `Option` or `Vec` of one.
fn is_known(ty: &Type) -> bool {
    match ty {
        Type::Tuple(tuple) => tuple.elems.is_empty(),
        Type::Path(path) => {
            let Some(segment) = last_segment(ty).filter(|_| path.path.segments.len() == 1) else {
                return false;
            };
            let inner = generic_types(segment);
            match inner.as_slice() {
                [] => KNOWN.iter().any(|known| segment.ident == known),
                [inner] => (segment.ident == "Option" || segment.ident == "Vec") && is_known(inner),
                _ => false,
            }
        }
        _ => false,
    }
}

/// Whether a type is surely a value.
pub fn known(ty: &TokenStream) -> bool {
    syn::parse2::<Type>(ty.clone()).is_ok_and(|ty| is_known(&ty))
}

/// `<T as Value>::item`, pointing at the user's type; inside a block that has [`Root::import`](crate::paths::Root::import).
pub fn as_value(ty: &TokenStream, item: &str) -> TokenStream {
    let span = culprit(ty.clone()).unwrap_or_else(|| ty.span());
    let (ty, item) = (respan(ty.clone(), span), Ident::new(item, span));
    quote_spanned!(span=> <#ty as __dotdo::Value>::#item)
}

/// A function of the runtime that returns this type, pointing at the type; `before` and `after` are the types that stand
/// beside it in the function's list.
pub fn returning(
    ty: &TokenStream,
    function: &str,
    before: &TokenStream,
    after: &TokenStream,
) -> TokenStream {
    let span = culprit(ty.clone()).unwrap_or_else(|| ty.span());
    let (ty, function) = (respan(ty.clone(), span), Ident::new(function, span));
    quote_spanned!(span=> __dotdo::#function::<#before #ty #after>)
}

/// A type of the runtime with this type in its brackets, pointing at the type.
pub fn applied(ty: &TokenStream, generic: &str) -> TokenStream {
    let span = culprit(ty.clone()).unwrap_or_else(|| ty.span());
    let generic = Ident::new(generic, span);
    quote_spanned!(span=> __dotdo::#generic<#ty>)
}

/// An item of ours that stands at this type, for rustc to point at where it has something to say about the whole.
pub fn at(ty: &TokenStream, item: impl FnOnce(Span) -> TokenStream) -> TokenStream {
    item(culprit(ty.clone()).unwrap_or_else(|| ty.span()))
}

/// Where to point at when a type is no value: at the last word that is not everybody's, `Money` of `Option<Money>`.
fn culprit(ty: TokenStream) -> Option<Span> {
    let mut found = None;
    for tree in ty {
        match tree {
            TokenTree::Ident(ident) if !KNOWN.iter().any(|known| ident == known) => {
                found = Some(ident.span());
            }
            TokenTree::Group(group) => found = culprit(group.stream()).or(found),
            _ => {}
        }
    }
    found
}

/// A function of `Value`; it takes or returns a value of the type, so for one that everybody knows rustc finds out.
pub fn function(ty: &TokenStream, name: &str) -> TokenStream {
    if known(ty) {
        let name = Ident::new(name, Span::call_site());
        quote!(__dotdo::Value::#name)
    } else {
        as_value(ty, name)
    }
}

/// The shape of a type.
pub fn shape(ty: &TokenStream) -> TokenStream {
    let nothing =
        matches!(syn::parse2::<Type>(ty.clone()), Ok(Type::Tuple(tuple)) if tuple.elems.is_empty());
    if nothing {
        quote!(__dotdo::Shape::Nothing)
    } else {
        as_value(ty, "SHAPE")
    }
}

/// One member of a shape.
pub fn member(name: &str, ty: &TokenStream, optional: bool, doc: &str) -> TokenStream {
    if known(ty) && !optional {
        return quote!(__dotdo::Member::of::<#ty>(#name, #doc));
    }
    let optional = if optional {
        quote!(true)
    } else {
        as_value(ty, "NULLABLE")
    };
    let shape = shape(ty);
    quote!(__dotdo::Member { name: #name, shape: #shape, optional: #optional, doc: #doc })
}

/// The members that a function's arguments are.
pub fn members(args: &[Arg]) -> TokenStream {
    let members = args.iter().map(|arg| member(&arg.name, &arg.ty, false, ""));
    quote!(&[#(#members),*])
}

/// How serde treats a field; `p` is how the place of the field names the runtime.
pub fn field(p: &TokenStream, ty: &TokenStream, default: Option<&str>) -> TokenStream {
    let mut options = Vec::new();
    if !known(ty) {
        let span = culprit(ty.clone()).unwrap_or_else(|| ty.span());
        let value = quote!(#p::Value).to_string().replace(' ', "");
        let path = |item: &str| LitStr::new(&format!("<{ty} as {value}>::{item}"), span);
        let (write, read) = (path("write"), path("read"));
        options.push(quote!(serialize_with = #write, deserialize_with = #read));
        // With a function of ours, serde no longer knows by itself that an `Option` may be left out.
        if default.is_none()
            && syn::parse2::<Type>(ty.clone()).is_ok_and(|ty| is_named(&ty, "Option"))
        {
            options.push(quote!(default));
        }
    }
    if let Some(default) = default {
        options.push(quote!(default = #default));
    }
    if options.is_empty() {
        TokenStream::new()
    } else {
        quote!(#[serde(#(#options),*)])
    }
}

/// The attributes of a struct that carries arguments as JSON; `p` is how its place names the runtime.
pub fn carrier(p: &TokenStream) -> TokenStream {
    let serde = quote!(#p::serde).to_string().replace(' ', "");
    quote! {
        #[derive(#p::serde::Serialize, #p::serde::Deserialize)]
        #[serde(crate = #serde, deny_unknown_fields)]
    }
}

/// The fields of such a struct, which are as visible as it is.
pub fn carried(p: &TokenStream, args: &[Arg], vis: Option<&Visibility>) -> TokenStream {
    let fields = args.iter().map(|Arg { ident, name, ty }| {
        let rename = (plain_name(ident) != *name).then(|| quote!(#[serde(rename = #name)]));
        let how = field(p, ty, None);
        quote!(#rename #how #vis #ident: #ty)
    });
    quote!(#(#fields),*)
}

/// `Serialize` and `Deserialize` by way of a private copy of the type: serde's derives see the copy, the type itself
/// stays as the user wrote it.
pub fn through_copy(
    ident: &Ident,
    copy: &Ident,
    container: &TokenStream,
    definition: &TokenStream,
) -> TokenStream {
    let name = plain_name(ident);
    let remote = ident.to_string();
    let expecting = format!("`{name}`");
    quote! {
        #[derive(__dotdo::serde::Serialize, __dotdo::serde::Deserialize)]
        #[serde(crate = "__dotdo::serde", remote = #remote, rename = #name, expecting = #expecting, #container)]
        #definition
        #[automatically_derived]
        impl __dotdo::serde::Serialize for #ident {
            fn serialize<S: __dotdo::serde::Serializer>(&self, serializer: S) -> __dotdo::Result<S::Ok, S::Error> {
                #copy::serialize(self, serializer)
            }
        }
        #[automatically_derived]
        impl<'de> __dotdo::serde::Deserialize<'de> for #ident {
            fn deserialize<D: __dotdo::serde::Deserializer<'de>>(deserializer: D) -> __dotdo::Result<Self, D::Error> {
                #copy::deserialize(deserializer)
            }
        }
    }
}

/// A copy of the value that an expression of this type refers to.
pub fn copy(ty: &TokenStream, place: &TokenStream) -> TokenStream {
    if known(ty) {
        quote!(::core::clone::Clone::clone(#place))
    } else {
        let copy = as_value(ty, "copy");
        quote!(#copy(#place))
    }
}

/// What an expression of this type refers to, as something that can be shown.
pub fn show(ty: &TokenStream, place: &TokenStream) -> TokenStream {
    if known(ty) {
        place.clone()
    } else {
        let show = as_value(ty, "show");
        quote!(#show(#place))
    }
}

/// Whether two expressions of this type refer to equal values.
pub fn same(ty: &TokenStream, left: &TokenStream, right: &TokenStream) -> TokenStream {
    if known(ty) {
        quote!(#left == #right)
    } else {
        let same = as_value(ty, "same");
        quote!(#same(#left, #right))
    }
}
