//! From the model to code.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::Ident;

use super::model::{Body, Field, Fields, Value, Variant};
use crate::serial::{self, as_value};
use crate::source::{plain_name, respan};

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
        Body::Enum(variants) if is_choice(variants) => choice_cells(value, variants),
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

/// An `impl` that the user may have derived too: rustc then says so at the name of the type.
fn at_name(value: &Value, of: TokenStream, body: &TokenStream) -> TokenStream {
    let ident = &value.ident;
    let of = respan(of, ident.span());
    let own = quote_spanned!(ident.span()=> impl #of for #ident { #body });
    quote!(#[automatically_derived] #own)
}

/// An enum of names only is a text column with a list of values.
fn is_choice(variants: &[Variant]) -> bool {
    variants
        .iter()
        .all(|variant| matches!(variant.fields, Fields::Unit))
}

fn shape(value: &Value) -> TokenStream {
    let name = plain_name(&value.ident);
    match &value.body {
        Body::Struct(fields) => fields_shape(&name, fields),
        Body::Enum(variants) if is_choice(variants) => {
            let names = variants.iter().map(|variant| &variant.name);
            quote!(__dotdo::Shape::Choice(&[#(#names),*]))
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

fn choice_cells(value: &Value, variants: &[Variant]) -> TokenStream {
    let unknown = format!("`{{other:?}}` is no `{}`", value.ident);
    let (idents, names): (Vec<_>, Vec<_>) = variants
        .iter()
        .map(|variant| (&variant.ident, &variant.name))
        .unzip();
    quote! {
        fn to_cell(&self) -> __dotdo::Result<__dotdo::Cell> {
            let name = match self { #(Self::#idents => #names,)* };
            __dotdo::Ok(__dotdo::Cell::from(name))
        }
        fn from_cell(cell: __dotdo::Cell) -> __dotdo::Result<Self> {
            match cell.as_text() {
                #(__dotdo::Some(#names) => __dotdo::Ok(Self::#idents),)*
                other => __dotdo::Err(__dotdo::Error::internal(::core::format_args!(#unknown))),
            }
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

/// The private copy that serde's derives see.
fn serde(value: &Value) -> TokenStream {
    let ident = &value.ident;
    let copy = format_ident!("__{}Copy", plain_name(ident));
    let copied = |name: &str, fields| copied(value, name, fields);
    let (container, definition) = match &value.body {
        Body::Struct(fields) => {
            let list = copied("", fields);
            match fields {
                Fields::Unit => (TokenStream::new(), quote!(struct #copy;)),
                Fields::Tuple(fields) if fields.len() == 1 => {
                    (quote!(transparent), quote!(struct #copy(#list);))
                }
                Fields::Tuple(_) => (TokenStream::new(), quote!(struct #copy(#list);)),
                Fields::Named(_) => (quote!(deny_unknown_fields), quote!(struct #copy { #list })),
            }
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
    let through = serial::through_copy(ident, &copy, &container, &definition);
    let defaults = defaults(value);
    quote!(#defaults #through)
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
        let how = serial::field(&quote!(__dotdo), ty, default.as_deref());
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
    at_name(value, quote!(::core::clone::Clone), &body)
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
    at_name(value, quote!(::core::fmt::Debug), &body)
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
    at_name(value, quote!(::core::cmp::PartialEq), &body)
}
