//! The options of an attribute: `retry = 3, backoff = "1s..30s"`.
//!
//! A struct made by [`options!`] is the only list of what an attribute understands; the reader, the suggestion and
//! the sentence that says what is allowed all follow from it.

use darling::FromMeta;
use darling::ast::NestedMeta;
use proc_macro2::{Punct, Spacing, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Expr, ExprLit, ExprUnary, Ident, Lit, LitStr, Meta, Path, UnOp};

use crate::diag::{Errors, did_you_mean};

/// A struct whose fields are the options of an attribute.
pub trait Options: FromMeta + Default {
    /// The attribute: `#[durable]`.
    const FOR: &'static str;
    /// Every option there is.
    const WORDS: &'static [&'static str];
}

/// Declares a struct of options: `name: Type` or, where the word is no identifier, `name as "word": Type`.
macro_rules! options {
    ($(#[$doc:meta])* $name:ident for $target:literal { $($(#[$about:meta])* $field:ident $(as $word:literal)? : $ty:ty,)* }) => {
        $(#[$doc])*
        #[derive(Default, darling::FromMeta)]
        #[darling(default)]
        pub struct $name {
            $($(#[$about])* $(#[darling(rename = $word)])? pub $field: Option<$ty>,)*
        }
        impl $crate::options::Options for $name {
            const FOR: &'static str = $target;
            const WORDS: &'static [&'static str] = &[$($crate::options::word!($field $($word)?)),*];
        }
    };
}
macro_rules! word {
    ($field:ident $word:literal) => {
        $word
    };
    ($field:ident) => {
        stringify!($field)
    };
}
pub(crate) use {options, word};

/// Reads the options of an attribute; those that are wrong are reported and left out.
pub fn read<O: Options>(args: TokenStream, errors: &mut Errors) -> O {
    let args = with_equals_signs(args, errors);
    let items = errors
        .take(NestedMeta::parse_meta_list(args))
        .unwrap_or_default();
    let mut seen: Vec<String> = Vec::new();
    let mut sound = Vec::new();
    for item in items {
        let before = errors.count();
        check_word::<O>(&item, &mut seen, errors);
        if errors.count() == before {
            // One at a time, so that a wrong value takes no other option with it.
            match O::from_list(std::slice::from_ref(&item)) {
                Ok(_) => sound.push(item),
                Err(error) => errors.add(error),
            }
        }
    }
    O::from_list(&sound).unwrap_or_default()
}

fn check_word<O: Options>(item: &NestedMeta, seen: &mut Vec<String>, errors: &mut Errors) {
    let path = match item {
        NestedMeta::Meta(meta) => meta.path(),
        NestedMeta::NameValueInvalidExpr(broken) => {
            let name = spelled(&broken.path);
            return errors.at(
                &broken.path,
                format_args!("`{name}` needs a value after the `=`"),
            );
        }
        NestedMeta::Lit(lit) => {
            return errors.at(
                lit,
                format_args!(
                    "`{}` takes options by name\noptions: {}",
                    O::FOR,
                    list::<O>()
                ),
            );
        }
    };
    let name = spelled(path);
    if !O::WORDS.contains(&name.as_str()) {
        errors.at(path, unknown::<O>(&name));
    } else if seen.contains(&name) {
        errors.at(
            path,
            format_args!("`{name}` is given twice; keep one of them"),
        );
    } else {
        seen.push(name);
    }
}

/// Other words for options, as other tools name them.
const SYNONYMS: &[(&str, &str)] = &[
    ("attempts", "retry"),
    ("max_attempts", "retry"),
    ("max_retries", "retry"),
    ("retries", "retry"),
    ("delay", "backoff"),
    ("deadline", "timeout"),
    ("limit", "timeout"),
    ("time_zone", "tz"),
    ("timezone", "tz"),
    ("zone", "tz"),
    ("table_name", "table"),
    ("emit", "emits"),
];

/// The options that are `#[durable]`'s, where another attribute of a flow is given them.
const OF_DURABLE: &[&str] = &[
    "retry", "backoff", "factor", "jitter", "timeout", "breaker", "name", "version",
];

fn unknown<O: Options>(name: &str) -> String {
    let words = || O::WORDS.iter().copied().filter(|word| *word != "crate");
    let attribute = O::FOR;
    if words().next().is_none() {
        return format!("`{attribute}` stands alone, without options");
    }
    let list = list::<O>();
    let meant = SYNONYMS
        .iter()
        .find_map(|(other, word)| (*other == name).then_some(*word))
        .unwrap_or(name);
    if meant != name && words().any(|word| word == meant) {
        return format!(
            "unknown option `{name}` for `{attribute}`; did you mean `{meant}`? options: {list}"
        );
    }
    if ["#[on]", "#[every]"].contains(&attribute) && OF_DURABLE.contains(&meant) {
        return format!(
            "`{meant}` is an option of `#[durable]`; write `#[durable({meant} = …)]` beside `{attribute}`"
        );
    }
    let near = did_you_mean(name, words());
    let near = if near.is_empty() { ";" } else { &near };
    format!("unknown option `{name}` for `{attribute}`{near} options: {list}")
}

/// `retry: 3` as it would be in other languages is reported and read as `retry = 3`.
fn with_equals_signs(args: TokenStream, errors: &mut Errors) -> TokenStream {
    let mut out = TokenStream::new();
    let mut name: Option<Ident> = None;
    for tree in args {
        if let (TokenTree::Punct(colon), Some(name)) = (&tree, &name)
            && colon.as_char() == ':'
            && colon.spacing() == Spacing::Alone
        {
            errors.at(
                colon,
                format_args!("an option is written `{name} = …`, with an equals sign"),
            );
            let mut equals = Punct::new('=', Spacing::Alone);
            equals.set_span(colon.span());
            out.extend([TokenTree::Punct(equals)]);
        } else {
            out.extend([tree.clone()]);
        }
        // Two colons are a path's, and joint; so the first of them is not taken for ours.
        name = match &tree {
            TokenTree::Ident(ident) => Some(ident.clone()),
            _ => None,
        };
    }
    out
}

fn list<O: Options>() -> String {
    let words: Vec<_> = O::WORDS
        .iter()
        .copied()
        .filter(|word| *word != "crate")
        .collect();
    words.join(", ")
}

fn spelled(path: &Path) -> String {
    path.to_token_stream().to_string().replace(' ', "")
}

/// The value of `name = value`, or the sentence that shows the form.
fn value<'a>(meta: &'a Meta, example: &str) -> darling::Result<&'a Expr> {
    match meta {
        Meta::NameValue(pair) => Ok(plain(&pair.value)),
        other => Err(form(other.path(), other, example)),
    }
}

/// Macros by example hand over their parts in invisible groups.
fn plain(expr: &Expr) -> &Expr {
    match expr {
        Expr::Group(group) => plain(&group.expr),
        other => other,
    }
}

fn form(name: &Path, tokens: &impl syn::spanned::Spanned, example: &str) -> darling::Error {
    let name = spelled(name);
    darling::Error::custom(format!("`{name}` is written `{name} = {example}`")).with_span(tokens)
}

/// A text: `plural = "People"`.
#[derive(Clone)]
pub struct Text(pub LitStr);

impl FromMeta for Text {
    fn from_meta(meta: &Meta) -> darling::Result<Self> {
        match value(meta, "\"…\"")? {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text),
                ..
            }) => Ok(Self(text.clone())),
            other => Err(form(meta.path(), other, &in_quotes(meta.path(), other))),
        }
    }
}

/// What was meant as a text, as one: `Human` is `"Human"`, and 30 seconds are `"30s"`.
fn in_quotes(option: &Path, value: &Expr) -> String {
    match value {
        Expr::Path(path) => format!("\"{}\"", spelled(&path.path)),
        Expr::Lit(ExprLit {
            lit: Lit::Int(number),
            ..
        }) if option.is_ident("timeout") => format!("\"{}s\"", number.base10_digits()),
        _ => "\"…\"".to_owned(),
    }
}

/// A word of the language, or a name that the user makes up: `event = settled`.
#[derive(Clone)]
pub struct Name(pub Ident);

impl FromMeta for Name {
    fn from_meta(meta: &Meta) -> darling::Result<Self> {
        let expr = value(meta, "name")?;
        let name = match expr {
            Expr::Path(path) => path.path.get_ident().cloned(),
            Expr::Lit(ExprLit {
                lit: Lit::Str(text),
                ..
            }) => text.parse().ok(),
            _ => None,
        };
        name.map(Self)
            .ok_or_else(|| form(meta.path(), expr, "name"))
    }
}

/// A whole number from 0.
#[derive(Clone, Copy)]
pub struct Whole(pub u32, pub Span);

impl FromMeta for Whole {
    fn from_meta(meta: &Meta) -> darling::Result<Self> {
        let expr = value(meta, "3")?;
        let name = spelled(meta.path());
        match expr {
            Expr::Lit(ExprLit {
                lit: Lit::Int(number),
                ..
            }) if matches!(number.suffix(), "" | "u32")
                && !number.base10_digits().starts_with('-') =>
            {
                number
                    .base10_parse()
                    .map(|n| Self(n, number.span()))
                    .map_err(|_| {
                        darling::Error::custom(format!(
                            "`{name}` is too large; at most {}",
                            u32::MAX
                        ))
                        .with_span(number)
                    })
            }
            other => Err(darling::Error::custom(format!(
                "`{name}` is a whole number from 0, as in `{name} = 3`"
            ))
            .with_span(other)),
        }
    }
}

/// A number: `2.0`, `3` or `-1.5`.
#[derive(Clone, Copy)]
pub struct Real(pub f64, pub Span);

impl FromMeta for Real {
    fn from_meta(meta: &Meta) -> darling::Result<Self> {
        let expr = value(meta, "2.0")?;
        number(expr)
            .map(|n| Self(n, syn::spanned::Spanned::span(expr)))
            .ok_or_else(|| form(meta.path(), expr, "2.0"))
    }
}

/// The number that an expression is, if it is one.
pub fn number(expr: &Expr) -> Option<f64> {
    match plain(expr) {
        Expr::Lit(ExprLit {
            lit: Lit::Int(n), ..
        }) => n.base10_parse::<f64>().ok(),
        Expr::Lit(ExprLit {
            lit: Lit::Float(n), ..
        }) => n.base10_parse::<f64>().ok(),
        Expr::Unary(ExprUnary {
            op: UnOp::Neg(_),
            expr,
            ..
        }) => number(expr).map(|n| -n),
        _ => None,
    }
}

/// `jitter = false`.
#[derive(Clone, Copy)]
pub struct YesNo(pub bool);

impl FromMeta for YesNo {
    fn from_meta(meta: &Meta) -> darling::Result<Self> {
        match value(meta, "false")? {
            Expr::Lit(ExprLit {
                lit: Lit::Bool(yes),
                ..
            }) => Ok(Self(yes.value)),
            other => Err(form(meta.path(), other, "false")),
        }
    }
}

/// A word that stands alone: `object`.
#[derive(Clone, Copy)]
pub struct Flag;

impl FromMeta for Flag {
    fn from_meta(meta: &Meta) -> darling::Result<Self> {
        let name = spelled(meta.path());
        match meta {
            Meta::Path(_) => Ok(Self),
            other => Err(
                darling::Error::custom(format!("`{name}` stands alone, without a value"))
                    .with_span(other),
            ),
        }
    }
}

/// A path: `crate = my::dotdo`.
#[derive(Clone)]
pub struct PathTo(pub Path);

impl FromMeta for PathTo {
    fn from_meta(meta: &Meta) -> darling::Result<Self> {
        let expr = value(meta, "some::path")?;
        let path = match expr {
            Expr::Path(path) => Some(path.path.clone()),
            Expr::Lit(ExprLit {
                lit: Lit::Str(text),
                ..
            }) => text.parse().ok(),
            _ => None,
        };
        path.map(Self)
            .ok_or_else(|| form(meta.path(), expr, "some::path"))
    }
}

/// Any expression: `filter = |event| event.data.total > 100`.
#[derive(Clone)]
pub struct Code(pub Expr);

impl FromMeta for Code {
    fn from_meta(meta: &Meta) -> darling::Result<Self> {
        value(meta, "|event| …").cloned().map(Self)
    }
}
