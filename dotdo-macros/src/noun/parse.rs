//! From a struct to the model. Mistakes in options are reported here, one by one; the model has what remains.

use dotdo_core::names;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::{
    Attribute, Data, DeriveInput, Expr, Ident, LitStr, Meta, Path, RangeLimits, Token, Type,
};

use super::model::{Backref, Column, Field, Noun, Role};
use crate::attributes::{doc_text, last_word, named};
use crate::diag::{Errors, one_of};
use crate::options::{self, Flag, Name, PathTo, Text};
use crate::paths::Root;
use crate::signature::is_named;
use crate::source::{plain_name, without_self};

/// The attributes of a noun's fields.
pub const FIELD_ATTRIBUTES: &[&str] = &[
    "backref", "check", "default", "dropped", "embed", "index", "migrate", "range", "search",
    "secret", "unique", "was",
];

/// The traits that a noun has in any case.
const BESIDE: &[&str] = &["Clone", "Debug", "PartialEq"];
/// The traits that no user can give it.
const INHERENT: &[&str] = &["Value", "Serialize", "Deserialize"];
const VISIBILITIES: &[&str] = &["public", "unlisted", "org", "user"];
const KINDS: &[&str] = &[
    "Business",
    "Agent",
    "Human",
    "App",
    "Site",
    "Worker",
    "Entity",
    "Collection",
    "Directory",
];

options::options! {
    /// What `#[noun(…)]` may say.
    NounOptions for "#[noun]" {
        object: Flag,
        plural: Text,
        table: Text,
        visibility: Text,
        kind: Text,
        history: Name,
        dropped: Names,
        krate as "crate": PathTo,
    }
}

/// `dropped("tel", "fax")`: names of what is gone.
pub struct Names(pub Vec<LitStr>);

impl darling::FromMeta for Names {
    fn from_meta(meta: &Meta) -> darling::Result<Self> {
        let list = match meta {
            Meta::List(list) => list
                .parse_args_with(Punctuated::<LitStr, Token![,]>::parse_terminated)
                .ok()
                .filter(|list| !list.is_empty()),
            Meta::Path(_) | Meta::NameValue(_) => None,
        };
        list.map(|list| Self(list.into_iter().collect()))
            .ok_or_else(|| {
                darling::Error::custom(
                    "`dropped` names columns that are gone: `dropped(\"tel\", \"fax\")`",
                )
                .with_span(meta)
            })
    }
}

/// The struct with the hidden derive and what it derives from: the options and derives that the user wrote.
pub fn marked(input: &DeriveInput, root: &Root, args: &TokenStream) -> TokenStream {
    let p = root.private();
    let options = (!args.is_empty()).then(|| quote!(#[dotdo_noun(#args)]));
    let mut item = input.clone();
    let with_defaults = has_defaults(&item.data);
    let theirs: Vec<Ident> = named(&input.attrs, "derive")
        .into_iter()
        .flat_map(derived)
        .filter(|name| is_ours(name, with_defaults))
        .collect();
    let theirs = (!theirs.is_empty()).then(|| quote!(#[dotdo_derived(#(#theirs),*)]));
    let attrs = std::mem::take(&mut item.attrs).into_iter().map(|attr| {
        let attr = without(attr, INHERENT);
        if with_defaults {
            without(attr, &["Default"])
        } else {
            attr
        }
    });
    quote! {
        #(#attrs)*
        #[derive(#p::Noun)]
        #options
        #theirs
        #item
    }
}

/// Whether the hidden derive has to know that the user derives this. `Default` is the hidden derive's own matter where
/// fields have `#[default(…)]`, of which rustc's derive knows nothing.
fn is_ours(name: &Ident, with_defaults: bool) -> bool {
    BESIDE.iter().any(|beside| name == beside) || with_defaults && name == "Default"
}

fn has_defaults(data: &Data) -> bool {
    let has_default = |field: &syn::Field| !named(&field.attrs, "default").is_empty();
    matches!(data, Data::Struct(data) if data.fields.iter().any(has_default))
}

/// A derive without these traits; any other attribute as it is.
fn without(attr: Attribute, names: &[&str]) -> Attribute {
    if !attr.path().is_ident("derive") {
        return attr;
    }
    let Ok(paths) = attr.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated) else {
        return attr;
    };
    let keeps = |path: &Path| {
        path.segments
            .last()
            .is_none_or(|segment| !names.iter().any(|name| segment.ident == name))
    };
    let paths: Punctuated<Path, Token![,]> = paths.into_iter().filter(keeps).collect();
    syn::parse_quote!(#[derive(#paths)])
}

/// Reports derives of what a noun is in any case.
pub fn check_derives(input: &DeriveInput, errors: &mut Errors) {
    for name in named(&input.attrs, "derive").into_iter().flat_map(derived) {
        if name == "Value" {
            errors.at(
                &name,
                "a noun is a value already; remove `Value` from the derive",
            );
        } else if INHERENT.iter().any(|inherent| name == inherent) {
            errors.at(
                &name,
                format_args!(
                    "dotdo reads and writes its nouns by itself; remove `{name}` from the derive"
                ),
            );
        }
    }
}

fn derived(attr: &Attribute) -> Vec<Ident> {
    let paths = attr
        .parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated)
        .unwrap_or_default();
    paths
        .iter()
        .filter_map(|path| path.segments.last())
        .map(|segment| segment.ident.clone())
        .collect()
}

/// What the attribute handed to the derive under this name.
pub fn handed(input: &DeriveInput, name: &str) -> TokenStream {
    let attrs = named(&input.attrs, name);
    attrs
        .first()
        .and_then(|attr| attr.meta.require_list().ok())
        .map(|list| list.tokens.clone())
        .unwrap_or_default()
}

/// Reads a struct with named fields.
pub fn noun(input: &DeriveInput, given: &NounOptions, root: Root, errors: &mut Errors) -> Noun {
    let name = plain_name(&input.ident);
    let plural = given
        .plural
        .as_ref()
        .map_or_else(|| names::plural(&name), |text| text.0.value());
    let default_table = if given.plural.is_some() {
        names::snake(&plural)
    } else {
        names::table_name(&name)
    };
    let table = given
        .table
        .as_ref()
        .map_or(default_table, |text| text.0.value());
    let mut word = |text: &Option<Text>, what: &str, allowed: &[&'static str]| {
        text.as_ref()
            .and_then(|text| one_of(errors, &text.0, what, &text.0.value(), allowed))
    };
    let visibility = word(&given.visibility, "visibility", VISIBILITIES).unwrap_or("user");
    let kind = word(&given.kind, "kind of thing", KINDS).unwrap_or("Entity");
    for (text, what) in [(&given.plural, "plural"), (&given.table, "table")] {
        if let Some(text) = text
            && !is_sql_name(&text.0.value())
        {
            errors.at(&text.0, format_args!("`{}` is no name for a {what}; it has letters, digits and `_`, at most 60, and begins with a letter", text.0.value()));
        }
    }
    if let Some(history) = &given.history
        && history.0 != "none"
    {
        let word = plain_name(&history.0);
        errors.at(
            &history.0,
            format_args!(
                "`{word}` is no kind of history\nversions are kept unless it says `history = none`"
            ),
        );
    }
    let this = input.ident.to_token_stream();
    let fields = match &input.data {
        Data::Struct(data) => data
            .fields
            .iter()
            .filter_map(|source| field(source, &this, errors))
            .collect(),
        Data::Enum(_) | Data::Union(_) => Vec::new(),
    };
    Noun {
        root,
        ident: input.ident.clone(),
        vis: input.vis.clone(),
        doc: doc_text(&input.attrs),
        plural,
        table,
        object: given.object.is_some(),
        history: given.history.is_none(),
        visibility,
        kind,
        dropped: given
            .dropped
            .as_ref()
            .map(|names| names.0.clone())
            .unwrap_or_default(),
        fields,
        derived: named(&input.attrs, "dotdo_derived")
            .into_iter()
            .flat_map(derived)
            .map(|name| name.to_string())
            .collect(),
    }
}

pub(super) fn is_sql_name(name: &str) -> bool {
    name.len() <= 60
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn field(source: &syn::Field, this: &TokenStream, errors: &mut Errors) -> Option<Field> {
    let ident = source.ident.clone()?;
    foreign(source, &this_name(this), errors);
    let broken = if let Some(cure) = unstorable(&source.ty) {
        errors.at(&source.ty, cure);
        true
    } else if let Type::Reference(_) | Type::Ptr(_) | Type::ImplTrait(_) | Type::TraitObject(_) =
        &source.ty
    {
        errors.at(&source.ty, format_args!("a noun owns what it stores, and this is borrowed; write `{ident}: String` for a text"));
        true
    } else {
        false
    };
    let role = if is_named(&source.ty, "Many") {
        Role::Back(back_side(source, errors))
    } else {
        Role::Column(Box::new(column(source, errors)))
    };
    Some(Field {
        name: plain_name(&ident),
        ident,
        vis: source.vis.clone(),
        ty: without_self(source.ty.to_token_stream(), this),
        docs: named(&source.attrs, "doc").into_iter().cloned().collect(),
        doc: doc_text(&source.attrs),
        role,
        broken,
    })
}

fn this_name(this: &TokenStream) -> String {
    this.to_string().replace("r#", "")
}

/// Attributes that other libraries have for fields, which people try first.
pub const FOREIGN: &[&str] = &["id", "key", "primary_key", "serde"];

fn foreign(source: &syn::Field, noun: &str, errors: &mut Errors) {
    for attr in &source.attrs {
        let word = last_word(attr);
        if word == "serde" {
            errors.at(attr, "dotdo reads and writes its nouns by itself, and their JSON has the names of the fields; name the field as it is to be called");
        } else if FOREIGN.contains(&word.as_str()) {
            errors.at(attr, format_args!("every noun has an id of its own, an `Id<{noun}>`; remove `#[{word}]`, or write `#[unique]` where this is another name for it"));
        }
    }
}

/// What is said of types that are no values and could not become any.
pub fn unstorable(ty: &Type) -> Option<String> {
    match ty {
        Type::Array(array) => Some(format!(
            "a list is a `Vec`, which may grow; write `Vec<{}>`",
            crate::signature::spaced(&array.elem)
        )),
        Type::FnPtr(_) => {
            Some("code cannot be stored; keep a value and let a verb decide by it".to_owned())
        }
        _ => None,
    }
}

fn back_side(source: &syn::Field, errors: &mut Errors) -> Option<Backref> {
    let mut backref = None;
    let mut seen = Vec::new();
    for attr in &source.attrs {
        let word = last_word(attr);
        if !FIELD_ATTRIBUTES.contains(&word.as_str()) || repeated(attr, &word, &mut seen, errors) {
            continue;
        }
        if word != "backref" {
            errors.at(attr, format_args!("`#[{word}]` is for a column, and a `Many` is none; it is the back side of a reference"));
        } else if let Some(path) = parsed::<Path>(attr, "#[backref(Order::customer)]", errors) {
            backref = split(path, attr, errors);
        }
    }
    if !seen.iter().any(|word| word == "backref") {
        errors.at(&source.ty, "a `Many` needs to know whose back side it is; write `#[backref(Order::customer)]` above it");
    }
    backref
}

fn split(mut path: Path, attr: &Attribute, errors: &mut Errors) -> Option<Backref> {
    let column = path.segments.pop()?.ident;
    if path.segments.is_empty() {
        errors.at(
            attr,
            format_args!("`#[backref]` names the noun too, as in `#[backref(Order::{column})]`"),
        );
        return None;
    }
    path.segments.pop_punct();
    Some(Backref { noun: path, column })
}

fn column(source: &syn::Field, errors: &mut Errors) -> Column {
    let mut column = Column::default();
    let mut seen = Vec::new();
    for attr in &source.attrs {
        let word = last_word(attr);
        // A column may have been several things, and lost several choices.
        let many = word == "migrate" || word == "dropped";
        if !FIELD_ATTRIBUTES.contains(&word.as_str())
            || !many && repeated(attr, &word, &mut seen, errors)
        {
            continue;
        }
        match word.as_str() {
            "unique" => (column.unique, column.verified) = unique(attr, errors),
            "dropped" => column.dropped.extend(choices(attr, errors)),
            "migrate" => {
                column.migrate.extend(parsed::<Path>(attr, "#[migrate(cents_of_text)]", errors));
            }
            "index" => column.index = bare(attr, &word, errors),
            "search" => column.search = bare(attr, &word, errors),
            "secret" => column.secret = bare(attr, &word, errors),
            "default" => column.default = parsed::<Expr>(attr, "#[default(0)]", errors),
            "check" => column.check = text(attr, "#[check(\"total_cents >= 0\")]", errors),
            "was" => column.was = text(attr, "#[was(\"old_name\")]", errors),
            "range" => column.range = range(attr, errors),
            "embed" => errors.at(
                attr,
                "`#[embed]` needs an AI model, which this version does not have; store the vector yourself in an `Embedding` field",
            ),
            "backref" => errors.at(attr, "`#[backref]` is for a field of type `Many<…>`, the back side of a reference; a reference itself is a `Ref<…>`"),
            _ => {}
        }
    }
    column
}

fn repeated(attr: &Attribute, word: &str, seen: &mut Vec<String>, errors: &mut Errors) -> bool {
    let again = seen.iter().any(|before| before == word);
    if again {
        errors.at(
            attr,
            format_args!("`#[{word}]` is given twice; keep one of them"),
        );
    } else {
        seen.push(word.to_owned());
    }
    again
}

fn bare(attr: &Attribute, word: &str, errors: &mut Errors) -> bool {
    if !matches!(attr.meta, Meta::Path(_)) {
        errors.at(
            attr,
            format_args!("`#[{word}]` stands alone, without a value"),
        );
    }
    true
}

/// `#[unique]`, or `#[unique(verified)]` where older data was looked at.
fn unique(attr: &Attribute, errors: &mut Errors) -> (bool, bool) {
    if let Meta::List(list) = &attr.meta {
        let verified = syn::parse2::<Ident>(list.tokens.clone());
        if verified.is_ok_and(|word| word == "verified") {
            return (true, true);
        }
        errors.at(
            list,
            "`#[unique]` stands alone, or, where a lock has the column and somebody has made sure that its values differ, is `#[unique(verified)]`",
        );
        return (true, false);
    }
    (bare(attr, "unique", errors), false)
}

/// `#[dropped("Trial", "Beta")]` above a field.
fn choices(attr: &Attribute, errors: &mut Errors) -> Vec<LitStr> {
    let list = match &attr.meta {
        Meta::List(list) => list
            .parse_args_with(Punctuated::<LitStr, Token![,]>::parse_terminated)
            .ok()
            .filter(|list| !list.is_empty()),
        Meta::Path(_) | Meta::NameValue(_) => None,
    };
    let Some(list) = list else {
        errors.at(
            attr,
            "`#[dropped]` above a field names variants that are gone: `#[dropped(\"Trial\")]`; a field that is gone is named above the struct: `#[noun(dropped(\"tel\"))]`",
        );
        return Vec::new();
    };
    list.into_iter().collect()
}

fn parsed<T: syn::parse::Parse>(attr: &Attribute, example: &str, errors: &mut Errors) -> Option<T> {
    let value = match &attr.meta {
        Meta::List(list) => syn::parse2::<T>(list.tokens.clone()).ok(),
        Meta::Path(_) | Meta::NameValue(_) => None,
    };
    if value.is_none() {
        let word = last_word(attr);
        match &attr.meta {
            // `#[default = 3]`
            Meta::NameValue(pair) => errors.at(
                attr,
                format_args!(
                    "the value of `#[{word}]` stands in parentheses; write `#[{word}({})]`",
                    crate::signature::spaced(&pair.value)
                ),
            ),
            _ => errors.at(
                attr,
                format_args!("`#[{word}]` is written like `{example}`"),
            ),
        }
    }
    value
}

fn text(attr: &Attribute, example: &str, errors: &mut Errors) -> Option<LitStr> {
    let text = parsed::<LitStr>(attr, example, errors)?;
    if text.value().trim().is_empty() {
        errors.at(
            &text,
            format_args!(
                "`#[{}]` is empty; it is written like `{example}`",
                last_word(attr)
            ),
        );
        return None;
    }
    Some(text)
}

/// `#[range(0..=100)]`.
pub fn range(attr: &Attribute, errors: &mut Errors) -> Option<(Option<f64>, Option<f64>)> {
    const FORM: &str = "`#[range]` has a least and a greatest number: `#[range(0..=100)]`, `#[range(1..)]` or `#[range(..=9.5)]`";
    number_range(attr, FORM, errors)
}

/// A least and a greatest number; `form` is the sentence that shows how they are written.
pub fn number_range(
    attr: &Attribute,
    form: &str,
    errors: &mut Errors,
) -> Option<(Option<f64>, Option<f64>)> {
    let Meta::List(list) = &attr.meta else {
        errors.at(attr, form);
        return None;
    };
    let Ok(Expr::Range(range)) = syn::parse2::<Expr>(list.tokens.clone()) else {
        errors.at(attr, form);
        return None;
    };
    let mut end = |bound: &Option<Box<Expr>>| match bound.as_deref() {
        None => Some(None),
        Some(expr) => {
            let number = options::number(expr);
            if number.is_none() {
                errors.at(expr, "the ends of a range are numbers, written out");
            }
            number.map(Some)
        }
    };
    let (low, high) = (end(&range.start)?, end(&range.end)?);
    if matches!(range.limits, RangeLimits::HalfOpen(_)) && high.is_some() {
        errors.at(
            &range,
            format_args!(
                "a range of values includes its end; write `{}..={}`",
                words(range.start.as_deref()),
                words(range.end.as_deref())
            ),
        );
        None
    } else if low.is_none() && high.is_none() {
        errors.at(&range, form);
        None
    } else if let (Some(least), Some(greatest)) = (low, high)
        && least > greatest
    {
        errors.at(
            &range,
            format_args!(
                "no number is in this range; write `{}..={}`",
                words(range.end.as_deref()),
                words(range.start.as_deref())
            ),
        );
        None
    } else {
        Some((low, high))
    }
}

fn words(bound: Option<&Expr>) -> String {
    bound
        .map(|expr| expr.to_token_stream().to_string().replace(' ', ""))
        .unwrap_or_default()
}
