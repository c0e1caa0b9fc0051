//! From a struct to the model, with the rules of a form.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Data, DeriveInput, Expr, Fields, Ident, LitStr, Meta, Path, Token, Type};

use super::model::{Demands, Form, Rule};
use crate::attributes::{doc_text, named};
use crate::diag::Errors;
use crate::noun::{number_range, range};
use crate::options::{self, PathTo, Text};
use crate::paths::Root;
use crate::signature::{generic_types, last_segment};
use crate::source::plain_name;
use crate::value::{self, Beside};

/// The attributes of a form's fields.
pub const FIELD_ATTRIBUTES: &[&str] = &["check", "default", "length", "range"];

/// Attributes of a noun's fields that a form has no use for, and why.
const OF_NOUNS: &[(&str, &str)] = &[
    ("unique", "an answer is one answer, not a row of a table"),
    ("index", "an answer is one answer, not a row of a table"),
    ("search", "an answer is one answer, not a row of a table"),
    ("was", "an answer is read by the form that asked for it"),
    ("backref", "an answer is one answer, not a row of a table"),
    ("secret", "whoever may see the inbox sees the answers"),
];

const NUMBERS: &[&str] = &[
    "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "isize", "usize", "f32", "f64", "Decimal",
];
const TEXTS_AND_LISTS: &[&str] = &["String", "Vec", "BTreeMap"];

options::options! {
    /// What `#[form(…)]` may say.
    FormOptions for "#[form]" {
        title: Text,
        krate as "crate": PathTo,
    }
}

/// A form is a struct with named fields and without parameters.
pub fn can_be_form(input: &DeriveInput, errors: &mut Errors) -> bool {
    let before = errors.count();
    let ident = &input.ident;
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(_) => {}
            Fields::Unnamed(fields) => errors.at(fields, format_args!("the fields of a form have labels, which are their names; write `struct {ident} {{ approved: bool }}`")),
            Fields::Unit => errors.at(ident, format_args!("a form has fields; write `struct {ident} {{ approved: bool }}`")),
        },
        Data::Enum(data) => errors.at(&data.enum_token, "a form is a struct; an enum that is a field of one takes `#[derive(Value)]`, and is a list to choose from"),
        Data::Union(data) => errors.at(&data.union_token, "a form is a struct"),
    }
    if !input.generics.params.is_empty() {
        errors.at(&input.generics, format_args!("a form is shown to people as it is, so `{ident}` has no type parameters; name the types of its fields"));
    }
    errors.count() == before
}

/// Reports derives of what a form is in any case.
pub fn check_derives(input: &DeriveInput, errors: &mut Errors) {
    for name in derived(&input.attrs) {
        if name == "Value" {
            errors.at(
                &name,
                "a form is a value already; remove `Value` from the derive",
            );
        } else if name == "Serialize" || name == "Deserialize" {
            errors.at(
                &name,
                format_args!(
                    "dotdo reads and writes its forms by itself; remove `{name}` from the derive"
                ),
            );
        }
    }
}

fn derived(attrs: &[Attribute]) -> Vec<Ident> {
    named(attrs, "derive")
        .into_iter()
        .filter_map(|attr| {
            attr.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated)
                .ok()
        })
        .flatten()
        .filter_map(|path| path.segments.last().map(|segment| segment.ident.clone()))
        .collect()
}

/// The struct with the hidden derive and what it derives from: the options and derives that the user wrote.
pub fn marked(input: &DeriveInput, root: &Root, args: &TokenStream) -> TokenStream {
    let p = root.private();
    let options = (!args.is_empty()).then(|| quote!(#[dotdo_form(#args)]));
    let theirs: Vec<Ident> = derived(&input.attrs)
        .into_iter()
        .filter(|name| {
            ["Clone", "Debug", "PartialEq"]
                .iter()
                .any(|own| name == own)
        })
        .collect();
    let theirs = (!theirs.is_empty()).then(|| quote!(#[dotdo_derived(#(#theirs),*)]));
    let mut item = input.clone();
    let attrs = std::mem::take(&mut item.attrs)
        .into_iter()
        .map(without_ours);
    // Attributes that belong to a derive stand after it.
    let (before, after): (Vec<_>, Vec<_>) = attrs.partition(|attr| !attr.path().is_ident("check"));
    quote! {
        #(#before)*
        #[derive(#p::Form)]
        #options
        #theirs
        #(#after)*
        #item
    }
}

/// A derive without what was reported; any other attribute as it is.
fn without_ours(attr: Attribute) -> Attribute {
    if !attr.path().is_ident("derive") {
        return attr;
    }
    let Ok(paths) = attr.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated) else {
        return attr;
    };
    let keeps = |path: &Path| {
        path.segments.last().is_none_or(|segment| {
            !["Value", "Serialize", "Deserialize"]
                .iter()
                .any(|name| segment.ident == name)
        })
    };
    let paths: Punctuated<Path, Token![,]> = paths.into_iter().filter(keeps).collect();
    syn::parse_quote!(#[derive(#paths)])
}

/// What the attribute handed to the derive under this name.
pub fn handed(input: &DeriveInput, name: &str) -> TokenStream {
    named(&input.attrs, name)
        .first()
        .and_then(|attr| attr.meta.require_list().ok())
        .map(|list| list.tokens.clone())
        .unwrap_or_default()
}

/// Reads a struct with named fields.
pub fn form(
    input: &DeriveInput,
    given: &FormOptions,
    root: Root,
    errors: &mut Errors,
) -> Option<Form> {
    let theirs: Vec<Ident> = named(&input.attrs, "dotdo_derived")
        .into_iter()
        .filter_map(|attr| {
            attr.parse_args_with(Punctuated::<Ident, Token![,]>::parse_terminated)
                .ok()
        })
        .flatten()
        .collect();
    let own = |name: &str| !theirs.iter().any(|derived| derived == name);
    let beside = Beside {
        clone: own("Clone"),
        debug: own("Debug"),
        partial_eq: own("PartialEq"),
    };
    let value = value::read(input, root, beside, errors)?;
    let Data::Struct(data) = &input.data else {
        return None;
    };
    let fields = data
        .fields
        .iter()
        .map(|field| demands(field, errors))
        .collect();
    let rules = named(&input.attrs, "check")
        .into_iter()
        .filter_map(|attr| rule(attr, errors))
        .collect();
    let title = given.title.as_ref().map(|text| text.0.clone());
    if let Some(title) = title
        .as_ref()
        .filter(|title| title.value().trim().is_empty())
    {
        errors.at(
            title,
            "the title is empty; without one, the form is called by its name",
        );
    }
    Some(Form {
        value,
        title,
        doc: doc_text(&input.attrs),
        fields,
        rules,
    })
}

fn demands(field: &syn::Field, errors: &mut Errors) -> Demands {
    let name = field.ident.as_ref().map(plain_name).unwrap_or_default();
    let mut demands = Demands::default();
    let mut seen: Vec<&str> = Vec::new();
    for attr in &field.attrs {
        let Some(word) = FIELD_ATTRIBUTES
            .iter()
            .copied()
            .find(|word| attr.path().is_ident(word))
        else {
            continue;
        };
        // A second default was reported with the value; there can be several checks.
        if seen.contains(&word) && (word == "range" || word == "length") {
            errors.at(
                attr,
                format_args!("`#[{word}]` is given twice; keep one of them"),
            );
            continue;
        }
        seen.push(word);
        match word {
            "range" => {
                demands.range = range(attr, errors);
                if is_none_of(&field.ty, NUMBERS) {
                    errors.at(&field.ty, format_args!("`#[range]` limits a number, and `{name}` is none; a text or a list has a `#[length(1..=500)]`"));
                }
            }
            "length" => {
                demands.length = length(attr, errors);
                if is_none_of(&field.ty, TEXTS_AND_LISTS) {
                    errors.at(&field.ty, format_args!("`#[length]` limits a text or a list, and `{name}` is neither; a number has a `#[range(1..=100)]`"));
                }
            }
            "check" => demands.rules.extend(rule(attr, errors)),
            _ => {}
        }
    }
    demands
}

/// Whether a type of the usual ones is none of these. The names of others say nothing.
fn is_none_of(ty: &Type, names: &[&str]) -> bool {
    const USUAL: &[&str] = &[
        "String",
        "bool",
        "Vec",
        "BTreeMap",
        "i8",
        "i16",
        "i32",
        "i64",
        "u8",
        "u16",
        "u32",
        "u64",
        "isize",
        "usize",
        "f32",
        "f64",
        "Decimal",
        "NaiveDate",
        "NaiveTime",
        "DateTime",
        "Ref",
        "Id",
    ];
    let Some(segment) = last_segment(ty) else {
        return false;
    };
    let inner = generic_types(segment)
        .first()
        .and_then(|ty| last_segment(ty));
    let segment = match inner {
        Some(inner) if segment.ident == "Option" => inner,
        _ => segment,
    };
    let is_in = |list: &[&str]| list.iter().any(|name| segment.ident == name);
    is_in(USUAL) && !is_in(names)
}

fn length(attr: &Attribute, errors: &mut Errors) -> Option<(Option<u32>, Option<u32>)> {
    const FORM: &str = "`#[length]` has a least and a greatest number of characters or entries: `#[length(1..=500)]`, `#[length(1..)]` or `#[length(..=500)]`";
    let (low, high) = number_range(attr, FORM, errors)?;
    let whole = |bound: Option<f64>| {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked to be a whole number in range"
        )]
        bound
            .map(|n| (n >= 0.0 && n <= f64::from(u32::MAX) && n.fract() == 0.0).then_some(n as u32))
    };
    match (whole(low), whole(high)) {
        (Some(None), _) | (_, Some(None)) => {
            errors.at(attr, "a length is a whole number from 0");
            None
        }
        (low, high) => Some((low.flatten(), high.flatten())),
    }
}

struct RuleText {
    holds: Expr,
    message: LitStr,
}

impl Parse for RuleText {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let holds = input.parse()?;
        input.parse::<Token![,]>()?;
        let message = input.parse()?;
        input.parse::<Option<Token![,]>>()?;
        Ok(Self { holds, message })
    }
}

fn rule(attr: &Attribute, errors: &mut Errors) -> Option<Rule> {
    const FORM: &str = "`#[check]` has a condition and what to say when it does not hold: `#[check(|note| !note.is_empty(), \"say why\")]`";
    let text = match &attr.meta {
        Meta::List(list) => syn::parse2::<RuleText>(list.tokens.clone()).ok(),
        Meta::Path(_) | Meta::NameValue(_) => None,
    };
    let Some(RuleText { holds, message }) = text else {
        errors.at(attr, FORM);
        return None;
    };
    if message.value().trim().is_empty() {
        errors.at(
            &message,
            "the person who fills in the form reads this when the condition does not hold; say what would be right",
        );
        return None;
    }
    Some(Rule { holds, message })
}

/// Takes off and reports attributes that only a noun's fields have.
pub fn take_foreign(input: &mut DeriveInput, errors: &mut Errors) {
    let Data::Struct(data) = &mut input.data else {
        return;
    };
    for field in &mut data.fields {
        field.attrs.retain(|attr| {
            let Some((word, why)) = OF_NOUNS
                .iter()
                .find(|(word, _)| attr.path().is_ident(word))
            else {
                return true;
            };
            errors.at(
                attr,
                format_args!(
                    "`#[{word}]` is for the fields of a noun, and {why}\nthe fields of a form have: {}",
                    FIELD_ATTRIBUTES.join(", ")
                ),
            );
            false
        });
    }
}
