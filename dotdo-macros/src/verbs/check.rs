//! The rules of `#[verbs]`.

use syn::{ItemImpl, Path, PathArguments, Type};

use super::model::{Kind, Verbs};
use crate::diag::Errors;
use crate::source::plain_name;

/// What every noun has, with what it says.
const BUILT_IN: &[(&str, &str)] = &[
    (
        "create",
        "`{noun}::created` is emitted when a record is stored",
    ),
    (
        "create_as",
        "`{noun}::created` is emitted when a record is stored",
    ),
    (
        "update",
        "`{noun}::updated` is emitted when fields are changed",
    ),
    (
        "delete",
        "`{noun}::deleted` is emitted when a record is deleted",
    ),
    ("get", "it reads the whole thing: `{noun}::stub(id).get()`"),
    ("find", "it asks for things: `{noun}::find(|c| …)`"),
    ("all", "it asks for things: `{noun}::all()`"),
    ("search", "it asks for things: `{noun}::search(\"words\")`"),
    ("stub", "it makes calls: `{noun}::stub(id)`"),
    // The traits that are always in scope go before what a stub derefs to.
    ("clone", "it copies the stub"),
    ("to_owned", "it copies the stub"),
    ("into", "it converts the stub"),
    ("try_into", "it converts the stub"),
];

const BUILT_IN_EVENTS: &[&str] = &["created", "updated", "deleted"];

/// The noun of an inherent `impl` without parameters.
pub fn noun_of(head: &ItemImpl, errors: &mut Errors) -> Option<Path> {
    let before = errors.count();
    if let Some((path, _)) = &head.trait_ {
        errors.at(path, "`#[verbs]` is for a noun's own `impl`; the methods of a trait are not called from outside");
    }
    if !head.generics.params.is_empty() {
        // Of a parameter that the noun does not use, rustc says so itself; of a lifetime it does not.
        if head.generics.type_params().next().is_none()
            && head.generics.const_params().next().is_none()
        {
            errors.at(
                &head.generics.params,
                "a noun has no parameters, and so has its `impl`",
            );
        }
        return None;
    }
    if let Some(clause) = &head.generics.where_clause {
        errors.at(
            clause,
            "a noun has no type parameters, so there is nothing to demand of them",
        );
    }
    let path = match &*head.self_ty {
        Type::Path(path) if path.qself.is_none() => Some(path.path.clone()),
        _ => None,
    };
    match path {
        Some(path)
            if path
                .segments
                .iter()
                .all(|segment| matches!(segment.arguments, PathArguments::None)) =>
        {
            (errors.count() == before).then_some(path)
        }
        _ => {
            if errors.count() == before {
                errors.at(
                    &head.self_ty,
                    "`#[verbs]` is for the `impl` of a noun: a struct marked `#[noun]`",
                );
            }
            None
        }
    }
}

/// The names of verbs and events; a verb whose event cannot be keeps its method and loses the event.
pub fn verbs(verbs: &mut Verbs, errors: &mut Errors) {
    let noun = verbs.name();
    let functions: Vec<String> = verbs.functions.iter().map(plain_name).collect();
    let mut events: Vec<(String, String)> = Vec::new();
    for method in &mut verbs.methods {
        let word = if matches!(method.kind, Kind::Verb(_)) {
            "verb"
        } else {
            "query"
        };
        if let Some((name, why)) = BUILT_IN.iter().find(|(name, _)| *name == method.name) {
            errors.at(
                &method.ident,
                format_args!("`{name}` is built in; {}", why.replace("{noun}", &noun)),
            );
            method.sound = false;
            if let Kind::Verb(event) = &mut method.kind {
                *event = None;
            }
            continue;
        }
        if BUILT_IN_EVENTS.contains(&method.name.as_str()) {
            errors.at(
                &method.ident,
                format_args!(
                    "`{noun}::{}` is the key of an event, so no {word} has that name",
                    method.name
                ),
            );
            method.sound = false;
        }
        let Kind::Verb(event) = &mut method.kind else {
            continue;
        };
        let Some(key) = event.clone() else { continue };
        let name = plain_name(&key);
        let problem = if BUILT_IN_EVENTS.contains(&name.as_str()) {
            Some(format!(
                "`{noun}::{name}` is emitted by dotdo itself; set `event = …` to another name"
            ))
        } else if name == method.name {
            Some(format!(
                "`{name}` would be both the verb and its event; name the event with `#[verb(event = …)]`"
            ))
        } else if functions.contains(&name) {
            Some(format!(
                "`{}` emits `{name}`, and there is a function of that name; set `#[verb(event = …)]`",
                method.name
            ))
        } else {
            events
                .iter()
                .find(|(other, _)| *other == name)
                .map(|(_, verb)| {
                    format!(
                        "`{}` and `{verb}` both emit `{name}`; set `event = …` on one of them",
                        method.name
                    )
                })
        };
        if let Some(problem) = problem {
            errors.at_span(key.span(), problem);
            *event = None;
        } else {
            events.push((name, method.name.clone()));
        }
    }
}
