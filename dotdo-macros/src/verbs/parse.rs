//! From an `impl` to the model.

use dotdo_core::names::VerbForms;
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, FnArg, Ident, Meta, Path, PathArguments, ReceiverKind, Type};

use super::model::{Flow, Kind, Method, Verbs};
use crate::attributes::{doc_text, last_word};
use crate::diag::Errors;
use crate::function::{self, Durable, Form, Marks};
use crate::options::{self, Name, PathTo};
use crate::paths::Root;
use crate::signature::{self, last_segment};
use crate::source::{Function, Impl, Member, identifier, plain_name};

/// The attributes of functions inside the `impl`.
pub const MARKS: &[&str] = &["verb", "query", "on", "every", "durable"];

options::options! {
    /// What `#[verbs(…)]` may say.
    VerbsOptions for "#[verbs]" {
        krate as "crate": PathTo,
    }
}

options::options! {
    /// What `#[verb(…)]` may say.
    VerbOptions for "#[verb]" {
        event: Name,
        emits: Name,
    }
}

/// Reads every member of the `impl`.
pub fn verbs(source: Impl, noun: Path, root: Root, errors: &mut Errors) -> Verbs {
    let functions = source.members.iter().filter_map(|member| match member {
        Member::Function(function) => Some(function.sig.ident.clone()),
        Member::Other(_) => None,
    });
    let mut verbs = Verbs {
        root,
        head: source.head,
        noun,
        members: Vec::new(),
        functions: functions.collect(),
        methods: Vec::new(),
        flows: Vec::new(),
    };
    for member in source.members {
        match member {
            Member::Other(tokens) => verbs.members.push(tokens),
            Member::Function(function) => read(*function, &mut verbs, errors),
        }
    }
    verbs
}

fn read(mut function: Function, verbs: &mut Verbs, errors: &mut Errors) {
    let mut own: Option<(&'static str, Attribute)> = None;
    function.attrs.retain(|attr| {
        let word = match last_word(attr).as_str() {
            "verb" => "verb",
            "query" => "query",
            _ => return true,
        };
        if let Some((before, _)) = own {
            errors.at(
                attr,
                format_args!("a method is one of verb and query, once; `#[{before}]` stands above"),
            );
        } else {
            own = Some((word, attr.clone()));
        }
        false
    });
    let mut marks = Marks::default();
    marks.take_from(&mut function.attrs, errors);
    match own {
        Some((word, _)) if marks.any() => {
            errors.at(&function.sig.ident, format_args!("a {word} is called and cannot be a flow too; let a flow call `cx.this().{}(..)`", function.sig.ident));
            verbs.members.push(function.into_token_stream());
        }
        Some((word, attr)) => {
            let method = method(word, &attr, &function, &verbs.noun, errors);
            verbs.methods.push(method);
            verbs.members.push(function.into_token_stream());
        }
        None if marks.any() => flow(function, marks, verbs, errors),
        None => verbs.members.push(function.into_token_stream()),
    }
}

fn flow(function: Function, marks: Marks, verbs: &mut Verbs, errors: &mut Errors) {
    let mut durable = Durable::new(function, marks, Some(&verbs.noun), errors);
    durable.root = verbs.root.clone();
    let form = function::form(&durable, errors);
    if !matches!(form, Some(Form::Flow(_))) {
        verbs.members.push(durable.function.to_token_stream());
    }
    verbs.flows.push(Flow { durable, form });
}

fn method(
    word: &str,
    attr: &Attribute,
    function: &Function,
    noun: &Path,
    errors: &mut Errors,
) -> Method {
    let is_verb = word == "verb";
    let kind = if is_verb {
        Kind::Verb(event(attr, function, errors))
    } else {
        no_options(attr, errors)
    };
    let before = errors.count();
    let sig = &function.sig;
    let a_kind = format!("a {word}");
    if let Some(token) = &sig.asyncness {
        let cure = "move the waiting part into a `#[durable]` step or a flow";
        errors.at(
            token,
            format_args!("{a_kind} is one transaction and cannot wait; {cure}"),
        );
    }
    signature::check_plain(sig, &a_kind, errors);
    receiver(is_verb, function, errors);
    let (any, taken) = context(is_verb, function, errors);
    let this = noun.to_token_stream();
    let inputs = sig
        .inputs
        .iter()
        .filter(|input| matches!(input, FnArg::Typed(_)))
        .skip(usize::from(taken));
    let args = signature::owned_args(inputs, &a_kind, Some(&this), errors);
    let output = signature::result(sig, &a_kind, Some(&this), errors);
    Method {
        kind,
        ident: sig.ident.clone(),
        name: plain_name(&sig.ident),
        doc: doc_text(&function.attrs),
        attrs: function.attrs.clone(),
        any,
        args,
        output,
        sound: errors.count() == before,
    }
}

fn arguments(attr: &Attribute) -> TokenStream {
    match &attr.meta {
        Meta::List(list) => list.tokens.clone(),
        Meta::Path(_) | Meta::NameValue(_) => TokenStream::new(),
    }
}

fn no_options(attr: &Attribute, errors: &mut Errors) -> Kind {
    if !matches!(attr.meta, Meta::Path(_)) {
        errors.at(
            attr,
            "`#[query]` stands alone; it emits nothing and has no options",
        );
    }
    Kind::Query
}

/// The event of a verb: the participle of its name, unless it says otherwise.
fn event(attr: &Attribute, function: &Function, errors: &mut Errors) -> Option<Ident> {
    let given = options::read::<VerbOptions>(arguments(attr), errors);
    let silent = given.emits.as_ref().is_some_and(|emits| emits.0 == "none");
    if let Some(emits) = given.emits.filter(|_| !silent) {
        errors.at(
            &emits.0,
            format_args!(
                "`emits` is only ever `none`; the name of an event is given by `event = {}`",
                emits.0
            ),
        );
    }
    if let (true, Some(event)) = (silent, &given.event) {
        errors.at(
            &event.0,
            "a verb that emits nothing has no event; drop `event` or `emits = none`",
        );
    }
    if silent {
        return None;
    }
    let ident = &function.sig.ident;
    Some(given.event.map_or_else(
        || identifier(&VerbForms::of(&plain_name(ident)).event, ident.span()),
        |event| event.0,
    ))
}

fn receiver(is_verb: bool, function: &Function, errors: &mut Errors) {
    let sig = &function.sig;
    let Some(receiver) = sig.receiver() else {
        let (kind, form) = if is_verb {
            ("verb", "&mut self")
        } else {
            ("query", "&self")
        };
        return errors.at(
            &sig.ident,
            format_args!(
                "a {kind} is about one thing, so it takes `{form}`; write `fn {}({form}, …)`",
                sig.ident
            ),
        );
    };
    let mutable = match &receiver.kind {
        ReceiverKind::Reference(_, _, mutable) => Some(mutable.is_some()),
        _ => None,
    };
    match (is_verb, mutable) {
        (true, Some(true)) | (false, Some(false)) => {}
        (true, Some(false)) => errors.at(
            receiver,
            "a verb changes the noun, so it takes `&mut self`; if it only reads, use `#[query]`",
        ),
        (false, Some(true)) => errors.at(
            receiver,
            "a query only reads, so it takes `&self`; if it changes the noun, use `#[verb]`",
        ),
        (true, None) => errors.at(
            receiver,
            "a verb changes the noun where it is, so it takes `&mut self`",
        ),
        (false, None) => errors.at(
            receiver,
            "a query looks at the noun where it is, so it takes `&self`",
        ),
    }
}

/// The context after `self`: whether it is for any noun, and whether there is one at all.
fn context(is_verb: bool, function: &Function, errors: &mut Errors) -> (bool, bool) {
    let sig = &function.sig;
    let (kind, context, receiver) = if is_verb {
        ("verb", "&mut Tx", "&mut self")
    } else {
        ("query", "&View", "&self")
    };
    let expected = format!(
        "expected: `fn {}({receiver}, cx: {context}, …) -> Result<…>`",
        sig.ident
    );
    let first = sig.inputs.iter().find_map(|input| match input {
        FnArg::Typed(typed) => Some(typed),
        FnArg::Receiver(_) => None,
    });
    let Some(first) = first else {
        errors.at(
            &sig.ident,
            format_args!("a {kind} takes `cx: {context}` after `{receiver}`\n{expected}"),
        );
        return (true, false);
    };
    let (mutable, inner) = match &*first.ty {
        Type::Reference(reference) => (Some(reference.mutability.is_some()), &*reference.elem),
        other => (None, other),
    };
    let wanted = if is_verb { "Tx" } else { "View" };
    let segment = last_segment(inner);
    match segment {
        Some(segment) if segment.ident == wanted && mutable == Some(is_verb) => {
            (matches!(segment.arguments, PathArguments::None), true)
        }
        Some(segment)
            if ["Tx", "View", "Flow"]
                .iter()
                .any(|name| segment.ident == name) =>
        {
            errors.at(
                &first.ty,
                format_args!(
                    "a {kind} takes `cx: {context}`, and this is `{}`\n{expected}",
                    signature::spaced(&first.ty)
                ),
            );
            (true, true)
        }
        _ => {
            errors.at(&first.ty, format_args!("a {kind} takes `cx: {context}` after `{receiver}`, before its own arguments\n{expected}"));
            (true, false)
        }
    }
}
