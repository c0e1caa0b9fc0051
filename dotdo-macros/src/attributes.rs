//! Attributes that are not ours: documentation, `#[cfg]`, lints.

use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// The last word of an attribute's path: `durable` of `#[dotdo::durable]`.
pub fn last_word(attr: &Attribute) -> String {
    attr.path()
        .segments
        .last()
        .map(|segment| segment.ident.to_string())
        .unwrap_or_default()
}

/// The text of the doc comments, as the manifest shows it.
pub fn doc_text(attrs: &[Attribute]) -> String {
    let lines: Vec<String> = attrs
        .iter()
        .filter(|attr| attr.path().is_ident("doc"))
        .filter_map(|attr| match &attr.meta {
            Meta::NameValue(pair) => match &pair.value {
                Expr::Lit(ExprLit {
                    lit: Lit::Str(text),
                    ..
                }) => Some(text.value()),
                _ => None,
            },
            _ => None,
        })
        .map(|line| {
            line.strip_prefix(' ')
                .unwrap_or(&line)
                .trim_end()
                .to_owned()
        })
        .collect();
    lines.join("\n").trim().to_owned()
}

/// Those with this name.
pub fn named<'a>(attrs: &'a [Attribute], name: &str) -> Vec<&'a Attribute> {
    attrs
        .iter()
        .filter(|attr| attr.path().is_ident(name))
        .collect()
}

/// The conditions of compilation, which go onto every generated piece.
pub fn cfgs(attrs: &[Attribute]) -> Vec<&Attribute> {
    named(attrs, "cfg")
}

/// What a caller sees of a function: documentation, conditions, deprecation.
pub fn is_for_callers(attr: &Attribute) -> bool {
    ["doc", "cfg", "deprecated"]
        .iter()
        .any(|name| attr.path().is_ident(name))
}
