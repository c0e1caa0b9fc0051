//! Pieces that describe values: JSON members, and how serde reads and writes a type: a struct by the runtime's own
//! means, which compile fast, and what is rarer by way of a private copy that serde's derives see.
//!
//! Of a type that it does not know, generated code says everything in the form `<T as Value>::…`, at the user's token.
//! rustc reports only once what is identical, so a type that is no value is one error and not a dozen. Types that
//! everybody knows are written plainly.

use proc_macro2::{Literal, Span, TokenStream, TokenTree};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, LitStr, Type};

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
    let members = args
        .iter()
        .map(|arg| member(&arg.name, &arg.ty, false, &arg.doc));
    quote!(&[#(#members),*])
}

/// How serde's derives treat a field.
pub fn field(ty: &TokenStream, default: Option<&str>) -> TokenStream {
    let mut options = Vec::new();
    if !known(ty) {
        let span = culprit(ty.clone()).unwrap_or_else(|| ty.span());
        let path = |item: &str| LitStr::new(&format!("<{ty} as __dotdo::Value>::{item}"), span);
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

/// A struct whose JSON is an object.
pub struct Record<'a> {
    pub ident: &'a Ident,
    /// What a message calls it.
    pub expected: &'a str,
    /// Whether a field that it does not know is a mistake.
    pub strict: bool,
    pub fields: Vec<RecordField<'a>>,
}

/// A field of such a struct.
pub struct RecordField<'a> {
    pub ident: &'a Ident,
    /// Its name in JSON.
    pub name: &'a str,
    pub ty: &'a TokenStream,
    pub absent: Absent,
}

/// What becomes of a field that is not given.
pub enum Absent {
    /// It is a mistake, but for an `Option`.
    Missed,
    /// A function makes it.
    Default(TokenStream),
    /// It is never given, nor written.
    Skipped,
}

/// `Serialize` and `Deserialize` of a struct; inside a block that has [`Root::import`](crate::paths::Root::import).
pub fn record(record: &Record<'_>) -> TokenStream {
    let (ident, name) = (record.ident, plain_name(record.ident));
    let (expected, strict) = (record.expected, record.strict);
    let given: Vec<_> = record
        .fields
        .iter()
        .filter(|field| !matches!(field.absent, Absent::Skipped))
        .collect();
    let names: Vec<_> = given.iter().map(|field| field.name).collect();
    let slots: Vec<_> = (0..given.len())
        .map(|n| format_ident!("field{n}"))
        .collect();
    let places: Vec<_> = (0..given.len()).map(Literal::usize_unsuffixed).collect();
    let puts = given.iter().map(
        |RecordField {
             ident, name, ty, ..
         }| {
            if known(ty) {
                quote!(out.field(#name, &self.#ident);)
            } else {
                let put = as_value(ty, "put");
                quote!(#put(&self.#ident, &mut out, #name);)
            }
        },
    );
    let takes = given.iter().zip(&slots).map(|(field, slot)| {
        if known(field.ty) {
            quote!(fields.take(&mut #slot))
        } else {
            let take = as_value(field.ty, "take");
            quote!(#take(fields, &mut #slot))
        }
    });
    let mut places_left = places.iter().zip(&slots);
    let made = record.fields.iter().map(
        |RecordField {
             ident, ty, absent, ..
         }| {
            let (place, slot) = match absent {
                Absent::Skipped => return quote!(#ident: ::core::default::Default::default()),
                _ => places_left.next().unzip(),
            };
            match absent {
                Absent::Default(default) => quote!(#ident: __dotdo::record::or(#slot, #default)),
                _ if known(ty) => quote!(#ident: fields.end(#slot, #place)?),
                _ => {
                    let end = as_value(ty, "end");
                    quote!(#ident: #end(fields, #slot, #place)?)
                }
            }
        },
    );
    let count = Literal::usize_unsuffixed(given.len());
    quote! {
        #[automatically_derived]
        impl __dotdo::serde::Serialize for #ident {
            fn serialize<__S: __dotdo::serde::Serializer>(&self, serializer: __S) -> __dotdo::Result<__S::Ok, __S::Error> {
                let mut out = __dotdo::Writer::new(serializer, #name, #count);
                #(#puts)*
                out.end()
            }
        }
        #[automatically_derived]
        impl<'de> __dotdo::serde::Deserialize<'de> for #ident {
            fn deserialize<__D: __dotdo::serde::Deserializer<'de>>(deserializer: __D) -> __dotdo::Result<Self, __D::Error> {
                __dotdo::record::read(deserializer)
            }
        }
        #[automatically_derived]
        impl __dotdo::Record for #ident {
            const NAME: &'static str = #name;
            const EXPECTED: &'static str = #expected;
            const FIELDS: &'static [&'static str] = &[#(#names),*];
            const STRICT: bool = #strict;
            fn read<'de, __F: __dotdo::Fields<'de>>(fields: &mut __F) -> __dotdo::Result<Self, __F::Error> {
                #(let mut #slots = __dotdo::None;)*
                while let __dotdo::Some(place) = fields.next() {
                    match place {
                        #(#places => #takes,)*
                        _ => {}
                    }
                }
                __dotdo::Ok(Self { #(#made),* })
            }
        }
    }
}

/// `Serialize` and `Deserialize` of a struct that carries the arguments of what has this name.
pub fn carried(ident: &Ident, of: &str, args: &[Arg]) -> TokenStream {
    let expected = format!("the arguments of `{of}`");
    let fields = args.iter().map(
        |Arg {
             ident, name, ty, ..
         }| RecordField {
            ident,
            name,
            ty,
            absent: Absent::Missed,
        },
    );
    record(&Record {
        ident,
        expected: &expected,
        strict: true,
        fields: fields.collect(),
    })
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
