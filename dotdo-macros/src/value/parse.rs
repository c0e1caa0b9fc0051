//! From a type to the model, with the rules of a value.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::{Data, DeriveInput, Expr, Ident, Meta, Token, Type};

use super::model::{Beside, Body, Field, Fields, Value, Variant};
use crate::attributes::{doc_text, last_word, named};
use crate::diag::{Errors, one_of};
use crate::noun::unstorable;
use crate::options::{self, PathTo};
use crate::paths::Root;
use crate::source::{plain_name, without_self};

const BESIDE: &[&str] = &["Clone", "Debug", "PartialEq"];

options::options! {
    /// What `#[value(…)]` may say.
    ValueOptions for "#[value]" {
        without: Without,
        krate as "crate": PathTo,
    }
}

/// `without(Clone, Debug)`: traits that the user implements by hand.
pub struct Without(Vec<Ident>);

impl darling::FromMeta for Without {
    fn from_meta(meta: &Meta) -> darling::Result<Self> {
        let list = match meta {
            Meta::List(list) => list
                .parse_args_with(Punctuated::<Ident, Token![,]>::parse_terminated)
                .ok(),
            Meta::Path(_) | Meta::NameValue(_) => None,
        };
        list.map(|list| Self(list.into_iter().collect()))
            .ok_or_else(|| {
                darling::Error::custom("`without` lists traits: `without(Clone, Debug, PartialEq)`")
                    .with_span(meta)
            })
    }
}

/// Reads a struct or an enum with `#[derive(Value)]`.
pub fn value(input: &DeriveInput, errors: &mut Errors) -> Option<Value> {
    let (beside, root) = self::options(input, errors);
    foreign(input, errors);
    read(input, root, beside, errors)
}

/// Reads a struct or an enum that is to be a value.
pub fn read(input: &DeriveInput, root: Root, beside: Beside, errors: &mut Errors) -> Option<Value> {
    let ident = &input.ident;
    if !input.generics.params.is_empty() {
        errors.at(&input.generics, format_args!("a value has one form in JSON, so `{ident}` has no type parameters; name the types of its fields"));
    }
    let this = ident.to_token_stream();
    let body = match &input.data {
        Data::Struct(data) => Body::Struct(fields(&data.fields, ident, &this, errors)),
        Data::Enum(data) => {
            if data.variants.is_empty() {
                errors.at(
                    ident,
                    format_args!("`{ident}` has no variants, so there is no value of it"),
                );
                return None;
            }
            let variant = |source: &syn::Variant| {
                if let Some((_, number)) = &source.discriminant {
                    errors.at(
                        number,
                        format_args!(
                            "a variant is stored by its name, `{}`; remove the number",
                            source.ident
                        ),
                    );
                }
                Variant {
                    ident: source.ident.clone(),
                    name: plain_name(&source.ident),
                    doc: doc_text(&source.attrs),
                    fields: fields(&source.fields, ident, &this, errors),
                }
            };
            Body::Enum(data.variants.iter().map(variant).collect())
        }
        Data::Union(data) => {
            errors.at(&data.union_token, "a value is a struct or an enum");
            return None;
        }
    };
    // Nothing can be made of parameters, or of a type that lacks a field.
    (input.generics.params.is_empty() && !is_borrowed(&input.data)).then(|| Value {
        root,
        ident: ident.clone(),
        body,
        beside,
    })
}

fn options(input: &DeriveInput, errors: &mut Errors) -> (Beside, Root) {
    let mut args = TokenStream::new();
    for attr in named(&input.attrs, "value") {
        match &attr.meta {
            Meta::List(list) => {
                if !args.is_empty() {
                    args.extend(quote::quote!(,));
                }
                args.extend(list.tokens.clone());
            }
            other => errors.at(
                other,
                "`#[value]` takes options: `#[value(without(Debug))]`",
            ),
        }
    }
    let given = options::read::<ValueOptions>(args, errors);
    let mut without = Vec::new();
    for name in given.without.iter().flat_map(|without| &without.0) {
        without.extend(one_of(
            errors,
            name,
            "trait that `Value` brings along",
            &name.to_string(),
            BESIDE,
        ));
    }
    let beside = Beside {
        clone: !without.contains(&"Clone"),
        debug: !without.contains(&"Debug"),
        partial_eq: !without.contains(&"PartialEq"),
    };
    (beside, Root::new(given.krate.as_ref().map(|path| &path.0)))
}

fn fields(source: &syn::Fields, owner: &Ident, this: &TokenStream, errors: &mut Errors) -> Fields {
    let mut list = Vec::new();
    for (place, field) in source.iter().enumerate() {
        if let Some(cure) = unstorable(&field.ty) {
            errors.at(&field.ty, cure);
            continue;
        }
        if borrows(&field.ty) {
            errors.at(&field.ty, "a value owns what it holds, and this is borrowed; use `String` for a text and `Vec<…>` for a list");
            continue;
        }
        let ty = without_self(field.ty.to_token_stream(), this);
        list.push(Field {
            ident: field.ident.clone(),
            name: field
                .ident
                .as_ref()
                .map_or_else(|| place.to_string(), plain_name),
            recursive: mentions(ty.clone(), owner),
            ty,
            doc: doc_text(&field.attrs),
            default: default(field, errors),
        });
    }
    match source {
        syn::Fields::Unit => Fields::Unit,
        syn::Fields::Unnamed(_) => Fields::Tuple(list),
        syn::Fields::Named(_) => Fields::Named(list),
    }
}

/// Attributes that mean something elsewhere.
fn foreign(input: &DeriveInput, errors: &mut Errors) {
    let report = |field: &syn::Field, errors: &mut Errors| {
        for attr in &field.attrs {
            let word = last_word(attr);
            if word == "serde" {
                errors.at(attr, "dotdo reads and writes values by itself, and their JSON has the names of the fields; name the field as it is to be called");
            } else if ["index", "search", "secret", "unique"].contains(&word.as_str()) {
                errors.at(attr, format_args!("`#[{word}]` is for a field of a noun, which is a column; a value is one column as a whole"));
            }
        }
    };
    match &input.data {
        Data::Struct(data) => data.fields.iter().for_each(|field| report(field, errors)),
        Data::Enum(data) => {
            for variant in &data.variants {
                variant
                    .fields
                    .iter()
                    .for_each(|field| report(field, errors));
            }
        }
        Data::Union(_) => {}
    }
}

fn borrows(ty: &Type) -> bool {
    matches!(ty, Type::Reference(_) | Type::Ptr(_) | Type::TraitObject(_))
}

fn is_borrowed(data: &Data) -> bool {
    let any = |fields: &syn::Fields| {
        fields
            .iter()
            .any(|field| borrows(&field.ty) || unstorable(&field.ty).is_some())
    };
    match data {
        Data::Struct(data) => any(&data.fields),
        Data::Enum(data) => data.variants.iter().any(|variant| any(&variant.fields)),
        Data::Union(_) => false,
    }
}

fn default(field: &syn::Field, errors: &mut Errors) -> Option<Expr> {
    let found = named(&field.attrs, "default");
    if let [_, again, ..] = found.as_slice() {
        errors.at(again, "`#[default]` is given twice; keep one of them");
    }
    let attr = found.first()?;
    if field.ident.is_none() {
        errors.at(
            attr,
            "`#[default]` is for fields with names; one in a tuple cannot be left out",
        );
        return None;
    }
    let value = attr.parse_args::<Expr>().ok();
    if value.is_none() {
        errors.at(attr, "`#[default]` is written like `#[default(0)]`");
    }
    value
}

fn mentions(tokens: TokenStream, name: &Ident) -> bool {
    tokens.into_iter().any(|tree| match tree {
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        _ => false,
    })
}
