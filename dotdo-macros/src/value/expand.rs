//! From the model to code.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use syn::Ident;

use super::model::{Body, Field, Fields, Value, Variant};
use crate::serial::{self, Absent, Record, RecordField, as_value};
use crate::source::{impl_at_name, plain_name};

/// Everything that `#[derive(Value)]` generates.
pub fn value(value: &Value) -> TokenStream {
    let clone = value.beside.clone.then(|| clone(value));
    let debug = value.beside.debug.then(|| debug(value));
    let partial_eq = value.beside.partial_eq.then(|| partial_eq(value));
    let serde = serde(value);
    let own = own(value);
    let import = value.root.import();
    quote! {
        #[allow(unused_qualifications)]
        const _: () = {
            #import
            #own
            #serde
            #clone
            #debug
            #partial_eq
        };
    }
}

/// `impl Value`.
fn own(value: &Value) -> TokenStream {
    let ident = &value.ident;
    let shape = shape(value);
    let cells = match &value.body {
        Body::Enum(variants) if is_choice(variants) => choice_cells(value),
        Body::Struct(Fields::Tuple(fields)) if fields.len() == 1 => transparent_cells(&fields[0]),
        _ => TokenStream::new(),
    };
    quote! {
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl __dotdo::Value for #ident {
            const SHAPE: __dotdo::Shape = #shape;
            type Next = ();
            #cells
        }
    }
}

/// An enum of names only is a text column with a list of values.
fn is_choice(variants: &[Variant]) -> bool {
    let is_name = |variant: &Variant| matches!(variant.fields, Fields::Unit);
    !variants.is_empty() && variants.iter().all(is_name)
}

fn shape(value: &Value) -> TokenStream {
    let name = plain_name(&value.ident);
    match &value.body {
        Body::Struct(fields) => fields_shape(&name, fields),
        Body::Enum(variants) if is_choice(variants) => {
            let names = variants.iter().map(|variant| &variant.name);
            let docs: Vec<_> = variants.iter().map(|variant| &variant.doc).collect();
            let docs = docs.iter().any(|doc| !doc.is_empty()).then_some(docs);
            let docs = docs.into_iter().flatten();
            quote!(__dotdo::Shape::Choice(&[#(#names),*], &[#(#docs),*]))
        }
        Body::Enum(variants) => {
            let members = variants.iter().map(|variant| {
                let Variant {
                    name, doc, fields, ..
                } = variant;
                let shape = fields_shape(name, fields);
                quote!(__dotdo::Member { name: #name, shape: #shape, optional: false, doc: #doc })
            });
            quote!(__dotdo::Shape::OneOf(#name, &[#(#members),*]))
        }
    }
}

fn fields_shape(name: &str, fields: &Fields) -> TokenStream {
    match fields {
        Fields::Unit => quote!(__dotdo::Shape::Nothing),
        Fields::Tuple(fields) if fields.len() == 1 => field_shape(&fields[0]),
        Fields::Tuple(fields) => {
            let shapes = fields.iter().map(field_shape);
            quote!(__dotdo::Shape::Tuple(&[#(#shapes),*]))
        }
        Fields::Named(fields) => {
            let members = fields.iter().map(|field| {
                let Field { name, ty, doc, default, .. } = field;
                if field.recursive {
                    let optional = default.is_some();
                    let nullable = if optional { quote!(true) } else { as_value(ty, "NULLABLE") };
                    quote!(__dotdo::Member { name: #name, shape: __dotdo::Shape::Any, optional: #nullable, doc: #doc })
                } else {
                    serial::member(name, ty, default.is_some(), doc)
                }
            });
            quote!(__dotdo::Shape::Record(#name, &[#(#members),*]))
        }
    }
}

fn field_shape(field: &Field) -> TokenStream {
    if field.recursive {
        quote!(__dotdo::Shape::Any)
    } else {
        serial::shape(&field.ty)
    }
}

fn choice_cells(value: &Value) -> TokenStream {
    let unknown = format!("`{{cell:?}}` is no `{}`", value.ident);
    quote! {
        fn to_cell(&self) -> __dotdo::Result<__dotdo::Cell> {
            __dotdo::Ok(__dotdo::Cell::from(__dotdo::record::name(self)))
        }
        fn from_cell(cell: __dotdo::Cell) -> __dotdo::Result<Self> {
            let found = cell.as_text().and_then(__dotdo::record::named);
            found.ok_or_else(|| __dotdo::Error::internal(::core::format_args!(#unknown)))
        }
    }
}

/// A newtype is in the column what it wraps.
fn transparent_cells(field: &Field) -> TokenStream {
    let nullable = as_value(&field.ty, "NULLABLE");
    let (to_cell, from_cell) = (
        serial::function(&field.ty, "to_cell"),
        serial::function(&field.ty, "from_cell"),
    );
    quote! {
        const NULLABLE: bool = #nullable;
        fn to_cell(&self) -> __dotdo::Result<__dotdo::Cell> {
            #to_cell(&self.0)
        }
        fn from_cell(cell: __dotdo::Cell) -> __dotdo::Result<Self> {
            #from_cell(cell).map(Self)
        }
    }
}

/// `Serialize` and `Deserialize`.
fn serde(value: &Value) -> TokenStream {
    let ident = &value.ident;
    let defaults = defaults(value);
    let serde = match &value.body {
        Body::Struct(Fields::Named(fields)) => serial::record(&Record {
            ident,
            expected: &format!("`{}`", plain_name(ident)),
            strict: true,
            fields: fields
                .iter()
                .filter_map(|field| named(value, field))
                .collect(),
        }),
        Body::Struct(Fields::Tuple(fields)) if fields.len() == 1 => transparent(ident, &fields[0]),
        Body::Enum(variants) if is_choice(variants) => choice(ident, variants),
        body => through_copy(value, body),
    };
    quote!(#defaults #serde)
}

fn named<'a>(value: &Value, field: &'a Field) -> Option<RecordField<'a>> {
    Some(RecordField {
        ident: field.ident.as_ref()?,
        name: &field.name,
        ty: &field.ty,
        absent: if field.default.is_some() {
            let (ident, name) = (&value.ident, default_name("", field));
            Absent::Default(quote!(#ident::#name))
        } else {
            Absent::Missed
        },
    })
}

/// A newtype is in JSON what it wraps.
fn transparent(ident: &Ident, field: &Field) -> TokenStream {
    let (write, read) = (as_value(&field.ty, "write"), as_value(&field.ty, "read"));
    serde_impls(
        ident,
        &quote!(#write(&self.0, serializer)),
        &quote!(#read(deserializer).map(Self)),
    )
}

fn choice(ident: &Ident, variants: &[Variant]) -> TokenStream {
    let name = plain_name(ident);
    let expected = format!("`{name}`");
    let (idents, names): (Vec<_>, Vec<_>) = variants
        .iter()
        .map(|variant| (&variant.ident, &variant.name))
        .unzip();
    let places = (0..variants.len()).map(Literal::usize_unsuffixed);
    // What stands last takes what is left, so that the `match` is whole.
    let last = idents.last();
    let before = idents
        .iter()
        .take(idents.len().saturating_sub(1))
        .enumerate();
    let before = before.map(|(n, ident)| {
        let n = Literal::usize_unsuffixed(n);
        quote!(#n => Self::#ident,)
    });
    let impls = serde_impls(
        ident,
        &quote!(__dotdo::record::write_choice(self, serializer)),
        &quote!(__dotdo::record::read_choice(deserializer)),
    );
    quote! {
        #impls
        #[automatically_derived]
        impl __dotdo::Choice for #ident {
            const NAME: &'static str = #name;
            const EXPECTED: &'static str = #expected;
            const NAMES: &'static [&'static str] = &[#(#names),*];
            fn place(&self) -> usize {
                match self { #(Self::#idents => #places,)* }
            }
            fn at(place: usize) -> Self {
                match place { #(#before)* _ => Self::#last }
            }
        }
    }
}

/// What is rarer, by way of a private copy that serde's derives see.
fn through_copy(value: &Value, body: &Body) -> TokenStream {
    let ident = &value.ident;
    let copy = format_ident!("__{}Copy", plain_name(ident));
    let copied = |name: &str, fields| copied(value, name, fields);
    let (container, definition) = match body {
        Body::Struct(fields) => {
            let list = copied("", fields);
            let definition = match fields {
                Fields::Unit => quote!(struct #copy;),
                Fields::Tuple(_) => quote!(struct #copy(#list);),
                Fields::Named(_) => quote!(struct #copy { #list }),
            };
            (TokenStream::new(), definition)
        }
        Body::Enum(variants) => {
            let variants = variants.iter().map(|variant| {
                let (ident, list) = (&variant.ident, copied(&variant.name, &variant.fields));
                match variant.fields {
                    Fields::Unit => quote!(#ident),
                    Fields::Tuple(_) => quote!(#ident(#list)),
                    Fields::Named(_) => quote!(#ident { #list }),
                }
            });
            (
                quote!(deny_unknown_fields),
                quote!(enum #copy { #(#variants),* }),
            )
        }
    };
    let name = plain_name(ident);
    let (remote, expecting) = (ident.to_string(), format!("`{name}`"));
    let impls = serde_impls(
        ident,
        &quote!(#copy::serialize(self, serializer)),
        &quote!(#copy::deserialize(deserializer)),
    );
    quote! {
        #[derive(__dotdo::serde::Serialize, __dotdo::serde::Deserialize)]
        #[serde(crate = "__dotdo::serde", remote = #remote, rename = #name, expecting = #expecting, #container)]
        #definition
        #impls
    }
}

fn serde_impls(ident: &Ident, write: &TokenStream, read: &TokenStream) -> TokenStream {
    quote! {
        #[automatically_derived]
        impl __dotdo::serde::Serialize for #ident {
            fn serialize<__S: __dotdo::serde::Serializer>(&self, serializer: __S) -> __dotdo::Result<__S::Ok, __S::Error> {
                #write
            }
        }
        #[automatically_derived]
        impl<'de> __dotdo::serde::Deserialize<'de> for #ident {
            fn deserialize<__D: __dotdo::serde::Deserializer<'de>>(deserializer: __D) -> __dotdo::Result<Self, __D::Error> {
                #read
            }
        }
    }
}

/// The name of the function that makes a field's default value.
fn default_name(variant: &str, field: &Field) -> Ident {
    format_ident!("__default_{variant}{}", field.name)
}

fn copied(value: &Value, variant: &str, fields: &Fields) -> TokenStream {
    let fields = fields.list().iter().map(|field| {
        let Field {
            ident, ty, default, ..
        } = field;
        let default = default
            .as_ref()
            .map(|_| format!("{}::{}", value.ident, default_name(variant, field)));
        let how = serial::field(ty, default.as_deref());
        let name = ident.as_ref().map(|ident| quote!(#ident:));
        quote!(#how #name #ty)
    });
    quote!(#(#fields),*)
}

/// The functions that make default values.
fn defaults(value: &Value) -> Option<TokenStream> {
    let ident = &value.ident;
    let function = |variant: &str, field: &Field| {
        let (name, ty, default) = (
            default_name(variant, field),
            &field.ty,
            field.default.as_ref()?,
        );
        Some(quote!(#[allow(non_snake_case)] fn #name() -> #ty { #default }))
    };
    let functions: Vec<_> = match &value.body {
        Body::Struct(fields) => fields
            .list()
            .iter()
            .filter_map(|field| function("", field))
            .collect(),
        Body::Enum(variants) => variants
            .iter()
            .flat_map(|variant| {
                variant
                    .fields
                    .list()
                    .iter()
                    .filter_map(|field| function(&variant.name, field))
            })
            .collect(),
    };
    (!functions.is_empty()).then(|| quote!(impl #ident { #(#functions)* }))
}

/// The pattern that binds every field, and the bindings.
fn pattern(path: &TokenStream, fields: &Fields, prefix: &str) -> (TokenStream, Vec<Ident>) {
    let bindings: Vec<Ident> = fields
        .list()
        .iter()
        .map(|field| format_ident!("{prefix}{}", field.name))
        .collect();
    let pattern = match fields {
        Fields::Unit => path.clone(),
        Fields::Tuple(_) => quote!(#path(#(#bindings),*)),
        Fields::Named(list) => {
            let idents = list.iter().map(|field| &field.ident);
            quote!(#path { #(#idents: #bindings),* })
        }
    };
    (pattern, bindings)
}

/// Every way the value can be made: path, name, fields.
fn forms(value: &Value) -> Vec<(TokenStream, String, &Fields)> {
    match &value.body {
        Body::Struct(fields) => vec![(quote!(Self), plain_name(&value.ident), fields)],
        Body::Enum(variants) => variants
            .iter()
            .map(|variant| {
                let ident = &variant.ident;
                (quote!(Self::#ident), variant.name.clone(), &variant.fields)
            })
            .collect(),
    }
}

fn clone(value: &Value) -> TokenStream {
    let arms = forms(value).into_iter().map(|(path, _, fields)| {
        let (pattern, bindings) = pattern(&path, fields, "field_");
        let copies = fields
            .list()
            .iter()
            .zip(&bindings)
            .map(|(field, binding)| serial::copy(&field.ty, &quote!(#binding)));
        let made = match fields {
            Fields::Unit => path,
            Fields::Tuple(_) => quote!(#path(#(#copies),*)),
            Fields::Named(list) => {
                let idents = list.iter().map(|field| &field.ident);
                quote!(#path { #(#idents: #copies),* })
            }
        };
        quote!(#pattern => #made,)
    });
    let body = quote! {
        fn clone(&self) -> Self {
            match self { #(#arms)* }
        }
    };
    let own = impl_at_name(&value.ident, quote!(::core::clone::Clone), &body);
    quote!(#[automatically_derived] #own)
}

fn debug(value: &Value) -> TokenStream {
    let arms = forms(value).into_iter().map(|(path, name, fields)| {
        let (pattern, bindings) = pattern(&path, fields, "field_");
        let values = fields
            .list()
            .iter()
            .zip(&bindings)
            .map(|(field, binding)| serial::show(&field.ty, &quote!(#binding)));
        let shown = match fields {
            Fields::Unit => quote!(f.write_str(#name)),
            Fields::Tuple(_) => quote!(f.debug_tuple(#name)#(.field(#values))*.finish()),
            Fields::Named(list) => {
                let names = list.iter().map(|field| &field.name);
                quote!(f.debug_struct(#name)#(.field(#names, #values))*.finish())
            }
        };
        quote!(#pattern => #shown,)
    });
    let body = quote! {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            match self { #(#arms)* }
        }
    };
    let own = impl_at_name(&value.ident, quote!(::core::fmt::Debug), &body);
    quote!(#[automatically_derived] #own)
}

fn partial_eq(value: &Value) -> TokenStream {
    let forms = forms(value);
    let rest = (forms.len() > 1).then(|| quote!(_ => false,));
    let arms = forms.iter().map(|(path, _, fields)| {
        let (left, a) = pattern(path, fields, "left_");
        let (right, b) = pattern(path, fields, "right_");
        let pairs = fields
            .list()
            .iter()
            .zip(a.iter().zip(&b))
            .map(|(field, (a, b))| serial::same(&field.ty, &quote!(#a), &quote!(#b)));
        let equal = if a.is_empty() {
            quote!(true)
        } else {
            quote!(#(#pairs)&&*)
        };
        quote!((#left, #right) => #equal,)
    });
    let body = quote! {
        fn eq(&self, other: &Self) -> bool {
            match (self, other) { #(#arms)* #rest }
        }
    };
    impl_at_name(&value.ident, quote!(::core::cmp::PartialEq), &body)
}
