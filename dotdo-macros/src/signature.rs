//! What every kind of function has to keep to: owned, named arguments and a `Result`.
//!
//! A function's kind is a phrase such as "a verb", which begins the sentences about it.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Attribute, FnArg, GenericArgument, Ident, Pat, PatType, PathArguments, PathSegment, Receiver,
    ReturnType, Safety, Signature, Type,
};

use crate::attributes::{doc_text, last_word};
use crate::diag::Errors;
use crate::source::{identifier, plain_name, without_self};

/// An argument that travels: it has a name and an owned type.
pub struct Arg {
    /// As a binding.
    pub ident: Ident,
    /// In JSON.
    pub name: String,
    /// Its type, without `Self`.
    pub ty: TokenStream,
    /// Its documentation.
    pub doc: String,
}

/// Reports what no function of ours may be: generic, unsafe, `extern`, `const`.
pub fn check_plain(sig: &Signature, kind: &str, errors: &mut Errors) {
    if !sig.generics.params.is_empty() {
        errors.at(&sig.generics.params, format_args!("{kind} has no type parameters, for it is stored and called by its name; name the types"));
    }
    if let Some(clause) = &sig.generics.where_clause {
        errors.at(
            clause,
            format_args!("{kind} needs no `where`; name the types"),
        );
    }
    if let Some(token) = &sig.constness {
        errors.at(
            token,
            format_args!("{kind} runs when the program does; remove `const`"),
        );
    }
    if let Safety::Unsafe(token) = &sig.safety {
        errors.at(
            token,
            format_args!(
                "{kind} is called by the runtime, which promises nothing; remove `unsafe`"
            ),
        );
    }
    if let Some(abi) = &sig.abi {
        errors.at(
            abi,
            format_args!("{kind} is a function of Rust; remove `extern`"),
        );
    }
    if let Some(variadic) = &sig.variadic {
        errors.at(
            variadic,
            format_args!("{kind} has a fixed list of arguments"),
        );
    }
}

/// Reads arguments that are stored or sent. `this` is what `Self` stands for.
pub fn owned_args<'a>(
    inputs: impl IntoIterator<Item = &'a FnArg>,
    kind: &str,
    this: Option<&TokenStream>,
    errors: &mut Errors,
) -> Vec<Arg> {
    let mut args: Vec<Arg> = Vec::new();
    for input in inputs {
        // A second receiver is rustc's to report.
        let FnArg::Typed(input) = input else { continue };
        let Some(ident) = binding(&input.pat) else {
            errors.at(&input.pat, format_args!("an argument of {kind} has a name, which is its name in JSON; take it as `name: {}` and take it apart inside", spaced(&input.ty)));
            continue;
        };
        for (attr, cure) in of_fields(&input.attrs) {
            errors.at(
                attr,
                format_args!("`#[{}]` is for fields; {cure}", last_word(attr)),
            );
        }
        let name = wire_name(ident);
        if let Some(message) = borrowed(&input.ty, ident, kind) {
            errors.at(&input.ty, message);
            continue;
        }
        if args.iter().any(|arg| arg.name == name) {
            errors.at(ident, format_args!("two arguments are named `{name}`"));
            continue;
        }
        let ty = input.ty.to_token_stream();
        let ty = this.map_or_else(|| ty.clone(), |this| without_self(ty.clone(), this));
        args.push(Arg {
            ident: bound(ident, &name),
            name,
            ty,
            doc: doc_text(&input.attrs),
        });
    }
    args
}

/// Attributes that people would like an argument to have, each with what to do instead.
fn of_fields(attrs: &[Attribute]) -> impl Iterator<Item = (&Attribute, &'static str)> {
    attrs.iter().filter_map(|attr| {
        let cure = match last_word(attr).as_str() {
            "default" => "an argument that may be left out is an `Option`",
            "range" | "length" | "check" => {
                "look at the argument inside, with `ensure!(condition, \"what is wrong\")`"
            }
            _ => return None,
        };
        Some((attr, cure))
    })
}

/// Takes away what rustc does not allow on an argument, after it was read: documentation, and what [`owned_args`] reports.
pub fn strip(sig: &mut Signature) {
    for input in &mut sig.inputs {
        let (FnArg::Receiver(Receiver { attrs, .. }) | FnArg::Typed(PatType { attrs, .. })) = input;
        attrs.retain(|attr| {
            !attr.path().is_ident("doc") && of_fields(std::slice::from_ref(attr)).next().is_none()
        });
    }
}

/// The name an argument is bound to, if it is bound whole.
fn binding(pat: &Pat) -> Option<&Ident> {
    match pat {
        Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => Some(&pat.ident),
        _ => None,
    }
}

/// `_reason` is only Rust's way to say that the body does not look at `reason`.
fn wire_name(ident: &Ident) -> String {
    let name = plain_name(ident);
    let trimmed = name.trim_start_matches('_');
    if trimmed.is_empty() || trimmed.starts_with(|c: char| c.is_ascii_digit()) {
        name
    } else {
        trimmed.to_owned()
    }
}

/// Callers see `reason`, and no lint takes our own use of it for one of `_reason`.
fn bound(ident: &Ident, name: &str) -> Ident {
    if plain_name(ident) == name {
        ident.clone()
    } else {
        identifier(name, ident.span())
    }
}

fn borrowed(ty: &Type, ident: &Ident, kind: &str) -> Option<String> {
    let owned = match ty {
        Type::ImplTrait(_) => {
            return Some(format!(
                "an argument of {kind} is stored as JSON, so it has one type; name it instead of `impl …`"
            ));
        }
        Type::Reference(reference) => match &*reference.elem {
            Type::Path(path) if path.path.is_ident("str") => "String".to_owned(),
            Type::Slice(slice) => format!("Vec<{}>", spaced(&slice.elem)),
            other => spaced(other),
        },
        other if has_reference(other.to_token_stream()) => spaced(other)
            .replace("& str", "String")
            .replace("&str", "String")
            .replace('&', ""),
        _ => return None,
    };
    Some(format!(
        "an argument of {kind} is stored and sent, so it is owned; write `{ident}: {owned}`"
    ))
}

fn has_reference(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|tree| match tree {
        TokenTree::Punct(punct) => punct.as_char() == '&',
        TokenTree::Group(group) => has_reference(group.stream()),
        _ => false,
    })
}

/// The `T` of `-> Result<T>`.
pub fn result(
    sig: &Signature,
    kind: &str,
    this: Option<&TokenStream>,
    errors: &mut Errors,
) -> Option<TokenStream> {
    let ty = match &sig.output {
        ReturnType::Default => {
            errors.at(
                &sig.ident,
                format_args!(
                    "{kind} returns a `Result`; write `-> Result<()>` and end with `Ok(())`"
                ),
            );
            return None;
        }
        ReturnType::Type(_, ty) => &**ty,
    };
    let Some(segment) = last_segment(ty).filter(|segment| segment.ident == "Result") else {
        errors.at(
            ty,
            format_args!(
                "{kind} returns a `Result`; write `-> Result<{}>`",
                spaced(ty)
            ),
        );
        return None;
    };
    let types = generic_types(segment);
    match types.as_slice() {
        [ok] => Some(ok),
        [ok, error] if last_segment(error).is_some_and(|segment| segment.ident == "Error") => Some(ok),
        [ok, error] => {
            errors.at(error, format_args!("{kind} returns `dotdo::Result<{}>`; other errors convert into its error with `?`", spaced(ok)));
            None
        }
        _ => {
            errors.at(ty, format_args!("{kind} says what its `Result` holds; write `-> Result<()>` if that is nothing"));
            None
        }
    }
    .map(|ok| this.map_or_else(|| ok.to_token_stream(), |this| without_self(ok.to_token_stream(), this)))
}

/// The last part of a type that is a path, invisible groups opened.
pub fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match ty {
        Type::Path(path) if path.qself.is_none() => path.path.segments.last(),
        Type::Group(group) => last_segment(&group.elem),
        Type::Paren(paren) => last_segment(&paren.elem),
        _ => None,
    }
}

/// Whether a type is a path that ends in this word.
pub fn is_named(ty: &Type, name: &str) -> bool {
    last_segment(ty).is_some_and(|segment| segment.ident == name)
}

/// The types in the angle brackets of a path's part.
pub fn generic_types(segment: &PathSegment) -> Vec<&Type> {
    match &segment.arguments {
        PathArguments::AngleBracketed(list) => list
            .args
            .iter()
            .filter_map(|arg| match arg {
                GenericArgument::Type(ty) => Some(ty),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// A type as a person writes it.
pub fn spaced(tokens: &impl ToTokens) -> String {
    let mut text = String::new();
    for word in tokens.to_token_stream().to_string().split(' ') {
        let tight = text.is_empty()
            || text.ends_with(['<', '&', '(', '[', ':', '\''])
            || word.starts_with(['<', '>', ',', ')', ']', ':', ';']) && !word.starts_with("->");
        if !tight {
            text.push(' ');
        }
        text.push_str(word);
    }
    text
}
