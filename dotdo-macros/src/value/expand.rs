//! From the model to code.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Ident;

use super::model::{Body, Field, Fields, Value, Variant};
use crate::serial::{self, as_value};

/// Everything that `#[derive(Value)]` generates.
pub fn value(value: &Value) -> TokenStream {
    let clone = value.beside.clone.then(|| clone(value));
    let debug = value.beside.debug.then(|| debug(value));
    let partial_eq = value.beside.partial_eq.then(|| partial_eq(value));
    let serde = serde(value);
    let own = own(value);
    quote!(#own #serde #clone #debug #partial_eq)
}

/// `impl Value`.
fn own(value: &Value) -> TokenStream {
    let (p, ident) = (value.root.private(), &value.ident);
    let shape = shape(value);
    let cells = match &value.body {
        Body::Enum(variants) if is_choice(variants) => choice_cells(value, variants),
        Body::Struct(Fields::Tuple(fields)) if fields.len() == 1 => transparent_cells(value, &fields[0]),
        _ => TokenStream::new(),
    };
    quote! {
        #[automatically_derived]
        impl #p::Value for #ident {
            const SHAPE: #p::Shape = #shape;
            type Next = ();
            #cells
        }
    }
}

/// An enum of names only is a text column with a list of values.
fn is_choice(variants: &[Variant]) -> bool {
    variants.iter().all(|variant| matches!(variant.fields, Fields::Unit))
}

fn shape(value: &Value) -> TokenStream {
    let p = value.root.private();
    let name = value.ident.to_string();
    match &value.body {
        Body::Struct(fields) => fields_shape(value, &name, fields),
        Body::Enum(variants) if is_choice(variants) => {
            let names = variants.iter().map(|variant| &variant.name);
            quote!(#p::Shape::Choice(&[#(#names),*]))
        }
        Body::Enum(variants) => {
            let members = variants.iter().map(|variant| {
                let Variant { name, doc, fields, .. } = variant;
                let shape = fields_shape(value, name, fields);
                quote!(#p::Member { name: #name, shape: #shape, optional: false, doc: #doc })
            });
            quote!(#p::Shape::OneOf(#name, &[#(#members),*]))
        }
    }
}

fn fields_shape(value: &Value, name: &str, fields: &Fields) -> TokenStream {
    let p = value.root.private();
    match fields {
        Fields::Unit => quote!(#p::Shape::Nothing),
        Fields::Tuple(fields) if fields.len() == 1 => field_shape(value, &fields[0]),
        Fields::Tuple(fields) => {
            let shapes = fields.iter().map(|field| field_shape(value, field));
            quote!(#p::Shape::Tuple(&[#(#shapes),*]))
        }
        Fields::Named(fields) => {
            let members = fields.iter().map(|field| {
                let Field { name, ty, doc, default, .. } = field;
                if field.recursive {
                    let optional = default.is_some();
                    let nullable = if optional { quote!(true) } else { serial::nullable(&value.root, ty) };
                    quote!(#p::Member { name: #name, shape: #p::Shape::Any, optional: #nullable, doc: #doc })
                } else {
                    serial::member(&value.root, name, ty, default.is_some(), doc)
                }
            });
            quote!(#p::Shape::Record(#name, &[#(#members),*]))
        }
    }
}

fn field_shape(value: &Value, field: &Field) -> TokenStream {
    let p = value.root.private();
    if field.recursive { quote!(#p::Shape::Any) } else { serial::shape(&value.root, &field.ty) }
}

fn choice_cells(value: &Value, variants: &[Variant]) -> TokenStream {
    let p = value.root.private();
    let unknown = format!("`{{other:?}}` is no `{}`", value.ident);
    let (idents, names): (Vec<_>, Vec<_>) = variants.iter().map(|variant| (&variant.ident, &variant.name)).unzip();
    quote! {
        fn to_cell(&self) -> #p::Result<#p::Cell> {
            let name = match self { #(Self::#idents => #names,)* };
            Ok(#p::Cell::from(name))
        }
        fn from_cell(cell: #p::Cell) -> #p::Result<Self> {
            match cell.as_text() {
                #(Some(#names) => Ok(Self::#idents),)*
                other => Err(#p::Error::internal(::core::format_args!(#unknown))),
            }
        }
    }
}

/// A newtype is in the column what it wraps.
fn transparent_cells(value: &Value, field: &Field) -> TokenStream {
    let p = value.root.private();
    let nullable = serial::nullable(&value.root, &field.ty);
    let (to_cell, from_cell) = (as_value(&value.root, &field.ty, "to_cell"), as_value(&value.root, &field.ty, "from_cell"));
    quote! {
        const NULLABLE: bool = #nullable;
        fn to_cell(&self) -> #p::Result<#p::Cell> {
            #to_cell(&self.0)
        }
        fn from_cell(cell: #p::Cell) -> #p::Result<Self> {
            #from_cell(cell).map(Self)
        }
    }
}

/// The private copy that serde's derives see.
fn serde(value: &Value) -> TokenStream {
    let ident = &value.ident;
    let copy = format_ident!("__{ident}");
    let mut defaults = Vec::new();
    let (container, definition) = match &value.body {
        Body::Struct(fields) => {
            let container = match fields {
                Fields::Tuple(fields) if fields.len() == 1 => quote!(transparent),
                Fields::Named(_) => quote!(deny_unknown_fields),
                _ => TokenStream::new(),
            };
            let definition = match fields {
                Fields::Unit => quote!(struct #copy;),
                Fields::Tuple(_) => {
                    let fields = copied(&copy, "", fields, &mut defaults);
                    quote!(struct #copy(#fields);)
                }
                Fields::Named(_) => {
                    let fields = copied(&copy, "", fields, &mut defaults);
                    quote!(struct #copy { #fields })
                }
            };
            (container, definition)
        }
        Body::Enum(variants) => {
            let variants: Vec<_> = variants
                .iter()
                .map(|variant| {
                    let ident = &variant.ident;
                    let fields = copied(&copy, &variant.name, &variant.fields, &mut defaults);
                    match variant.fields {
                        Fields::Unit => quote!(#ident),
                        Fields::Tuple(_) => quote!(#ident(#fields)),
                        Fields::Named(_) => quote!(#ident { #fields }),
                    }
                })
                .collect();
            (quote!(deny_unknown_fields), quote!(enum #copy { #(#variants),* }))
        }
    };
    let helpers = if defaults.is_empty() { TokenStream::new() } else { quote!(impl #ident { #(#defaults)* }) };
    serial::through_copy(&value.root, ident, &copy, &container, &definition, &helpers)
}

fn copied(copy: &Ident, variant: &str, fields: &Fields, defaults: &mut Vec<TokenStream>) -> TokenStream {
    let owner = copy.to_string();
    let owner = owner.trim_start_matches("__");
    let fields = fields.list().iter().map(|field| {
        let Field { ident, ty, name, default, .. } = field;
        let how = default.as_ref().map(|default| {
            let function = format_ident!("__default_{variant}{name}");
            let path = format!("{owner}::{function}");
            defaults.push(quote!(#[doc(hidden)] #[allow(non_snake_case)] fn #function() -> #ty { #default }));
            quote!(#[serde(default = #path)])
        });
        match ident {
            Some(ident) => quote!(#how #ident: #ty),
            None => quote!(#how #ty),
        }
    });
    quote!(#(#fields),*)
}

/// The pattern that binds every field, and the bindings.
fn pattern(path: &TokenStream, fields: &Fields, prefix: &str) -> (TokenStream, Vec<Ident>) {
    let bindings: Vec<Ident> = fields.list().iter().map(|field| format_ident!("{prefix}{}", field.name)).collect();
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
        Body::Struct(fields) => vec![(quote!(Self), value.ident.to_string(), fields)],
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
    let ident = &value.ident;
    let arms = forms(value).into_iter().map(|(path, _, fields)| {
        let (pattern, bindings) = pattern(&path, fields, "field_");
        let copies = bindings.iter().map(|binding| quote!(::core::clone::Clone::clone(#binding)));
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
    quote! {
        #[automatically_derived]
        impl ::core::clone::Clone for #ident {
            fn clone(&self) -> Self {
                match self { #(#arms)* }
            }
        }
    }
}

fn debug(value: &Value) -> TokenStream {
    let ident = &value.ident;
    let arms = forms(value).into_iter().map(|(path, name, fields)| {
        let (pattern, bindings) = pattern(&path, fields, "field_");
        let shown = match fields {
            Fields::Unit => quote!(f.write_str(#name)),
            Fields::Tuple(_) => quote!(f.debug_tuple(#name)#(.field(#bindings))*.finish()),
            Fields::Named(list) => {
                let names = list.iter().map(|field| &field.name);
                quote!(f.debug_struct(#name)#(.field(#names, #bindings))*.finish())
            }
        };
        quote!(#pattern => #shown,)
    });
    quote! {
        #[automatically_derived]
        impl ::core::fmt::Debug for #ident {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                match self { #(#arms)* }
            }
        }
    }
}

fn partial_eq(value: &Value) -> TokenStream {
    let ident = &value.ident;
    let forms = forms(value);
    let rest = (forms.len() > 1).then(|| quote!(_ => false,));
    let arms = forms.iter().map(|(path, _, fields)| {
        let (left, a) = pattern(path, fields, "left_");
        let (right, b) = pattern(path, fields, "right_");
        let equal = if a.is_empty() { quote!(true) } else { quote!(#(#a == #b)&&*) };
        quote!((#left, #right) => #equal,)
    });
    quote! {
        #[automatically_derived]
        impl ::core::cmp::PartialEq for #ident {
            fn eq(&self, other: &Self) -> bool {
                match (self, other) { #(#arms)* #rest }
            }
        }
    }
}
