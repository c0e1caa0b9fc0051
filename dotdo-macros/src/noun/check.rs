//! The rules of a noun, one after the other.

use syn::{Attribute, Data, DeriveInput, Fields, Type};

use super::model::{Column, Field, Noun};
use super::parse::is_sql_name;
use crate::attributes::last_word;
use crate::diag::Errors;
use crate::signature::{generic_types, last_segment};
use crate::source::plain_name;

/// A table of `SQLite`'s holds more, but the system's own columns have to fit in a row of a Durable Object too.
const MOST_COLUMNS: usize = 90;
const LONGEST_NAME: usize = 60;

/// Types that are clearly no number. The names of others say nothing.
const NO_NUMBERS: &[&str] = &[
    "String",
    "bool",
    "Vec",
    "Ref",
    "Id",
    "Embedding",
    "Value",
    "NaiveDate",
    "NaiveTime",
    "BTreeMap",
    "HashMap",
];

/// A noun is a struct with named fields and without parameters.
pub fn can_be_noun(input: &DeriveInput, errors: &mut Errors) -> bool {
    let before = errors.count();
    let ident = &input.ident;
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(_) => {}
            Fields::Unnamed(fields) => errors.at(fields, format_args!("the fields of a noun are columns, and columns have names; write `struct {ident} {{ name: String }}`")),
            Fields::Unit => errors.at(ident, format_args!("a noun has fields; write `struct {ident} {{ name: String }}`")),
        },
        Data::Enum(data) => errors.at(&data.enum_token, "a noun is a struct; an enum that is a field of one takes `#[derive(Value)]`"),
        Data::Union(data) => errors.at(&data.union_token, "a noun is a struct"),
    }
    if !input.generics.params.is_empty() {
        errors.at(&input.generics, format_args!("a noun is one table, so `{ident}` has no type parameters; name the types of its fields"));
    }
    errors.count() == before
}

/// Takes a second `#[noun]` off the struct, of which nothing but collisions would come.
pub fn once(word: &str, attrs: &mut Vec<Attribute>, errors: &mut Errors) {
    attrs.retain(|attr| {
        let again = last_word(attr) == word;
        if again {
            errors.at(
                attr,
                format_args!("`#[{word}]` is given twice; keep one of them"),
            );
        }
        !again
    });
}

/// Everything that can be seen of a noun before `#[cfg]` is applied.
pub fn noun(noun: &Noun, errors: &mut Errors) {
    let name = plain_name(&noun.ident);
    let pascal = name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric());
    if !pascal {
        let suggestion = dotdo_core::names::pascal(&name);
        errors.at(&noun.ident, format_args!("the name of a noun is part of its address, so it is in letters and digits and begins with a capital; write `{suggestion}`"));
    } else if name.len() > LONGEST_NAME {
        errors.at(
            &noun.ident,
            format_args!("the name of a noun has at most {LONGEST_NAME} letters"),
        );
    }
    for field in &noun.fields {
        if !field.name.is_ascii()
            || field.name.len() > LONGEST_NAME
            || !is_sql_name(field.name.trim_start_matches('_'))
        {
            errors.at(&field.ident, format_args!("a field is a column, whose name has ASCII letters, digits and `_`, at most {LONGEST_NAME}"));
        }
    }
    for (field, column) in noun.columns().filter(|(field, _)| !field.broken) {
        check_column(noun, field, column, errors);
    }
    check_dropped(noun, errors);
}

fn check_column(noun: &Noun, field: &Field, column: &Column, errors: &mut Errors) {
    let name = &field.name;
    if column.unique && noun.object {
        errors.at(&field.ident, format_args!("`{name}` cannot be kept unique across objects: each `{}` has a database of its own\nuse `#[index]`, or put the rows in one object with `#[noun]`", noun.ident));
    }
    if column.search && !is_text(field) {
        errors.at(&field.ty, format_args!("`#[search]` looks for words, and `{name}` is no text; it is for `String` and `Option<String>`"));
    }
    if column.range.is_some() && is_no_number(field) {
        errors.at(&field.ty, format_args!("`#[range]` limits a number, and `{name}` is none; for other conditions there is `#[check(\"…\")]`"));
    }
    if let Some(was) = &column.was {
        let old = was.value();
        if old == *name {
            errors.at(
                was,
                format_args!("`{name}` still has this name; `#[was]` says what it was before"),
            );
        } else if !is_sql_name(old.trim_start_matches('_')) {
            errors.at(was, format_args!("`{old}` was never the name of a column"));
        } else if noun.fields.iter().any(|other| other.name == old) {
            errors.at(
                was,
                format_args!("`{old}` is another field of this noun; a column has one heir"),
            );
        }
    }
}

/// What is given up is not there any more.
fn check_dropped(noun: &Noun, errors: &mut Errors) {
    for name in &noun.dropped {
        let text = name.value();
        if noun.fields.iter().any(|field| field.name == text) {
            errors.at(
                name,
                format_args!("`{text}` is still a field; remove the field, or do not drop it"),
            );
        } else if let Some(heir) = noun
            .columns()
            .find(|(_, column)| column.was.as_ref().is_some_and(|was| was.value() == text))
        {
            errors.at(
                name,
                format_args!(
                    "`{text}` goes on as `{}`, which says `#[was(\"{text}\")]`; remove one of them",
                    heir.0.name
                ),
            );
        }
    }
}

/// What depends on `#[cfg]`: the number of columns.
pub fn columns(noun: &Noun, errors: &mut Errors) {
    if let Some((field, _)) = noun.columns().nth(MOST_COLUMNS) {
        errors.at(&field.ident, format_args!("a noun has at most {MOST_COLUMNS} columns; group some in one `#[derive(Value)]` struct"));
    }
}

/// The name of the type, of what an `Option` holds.
fn type_name(field: &Field) -> Option<String> {
    let ty: Type = syn::parse2(field.ty.clone()).ok()?;
    let segment = last_segment(&ty)?;
    let inner = generic_types(segment)
        .first()
        .and_then(|ty| last_segment(ty));
    let segment = if segment.ident == "Option" {
        inner?
    } else {
        segment
    };
    Some(segment.ident.to_string())
}

fn is_text(field: &Field) -> bool {
    type_name(field).is_some_and(|name| name == "String")
}

fn is_no_number(field: &Field) -> bool {
    type_name(field).is_none_or(|name| NO_NUMBERS.contains(&name.as_str()))
}
