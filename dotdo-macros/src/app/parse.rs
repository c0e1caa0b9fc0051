//! Reads `domain: "shop.example", pub Shop { Customer, Order, charge }`.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Ident, LitStr, Path, Token, Visibility, braced, bracketed};

use crate::diag::{Errors, did_you_mean};
use crate::paths::Root;
use crate::source::plain_name;

use super::lock::Given;

/// What is being written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Target {
    App,
    Part,
}

impl Target {
    const fn word(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Part => "part",
        }
    }

    const fn keys(self) -> &'static [&'static str] {
        match self {
            Self::App => &["domain", "lock", "dropped", "crate"],
            Self::Part => &["crate"],
        }
    }
}

/// The list with its name.
pub struct List {
    pub root: Root,
    pub domain: Option<String>,
    /// Where the schema of its data is written down.
    pub lock: Given,
    /// Nouns and functions that are given up.
    pub dropped: Vec<String>,
    pub attrs: Vec<Attribute>,
    pub vis: Visibility,
    pub ident: Ident,
    pub entries: Vec<Entry>,
}

/// One item of the list.
pub struct Entry {
    pub attrs: Vec<Attribute>,
    pub path: Path,
}

/// Reads the list; `None` if not even its name can be read.
pub fn list(input: TokenStream, target: Target, errors: &mut Errors) -> Option<List> {
    if input.is_empty() {
        errors.at_span(
            Span::call_site(),
            format_args!(
                "`{}!` has a name and a list: `{}! {{ pub Shop {{ Customer, Order }} }}`",
                target.word(),
                target.word()
            ),
        );
        return None;
    }
    let mut found = Errors::default();
    let list = (|input: ParseStream| read(input, target, &mut found)).parse2(input);
    errors.append(found);
    let mut list = errors.take(list)?;
    check(&mut list, target, errors);
    Some(list)
}

/// What stands before the name.
struct Keys {
    domain: Option<String>,
    lock: Given,
    dropped: Vec<String>,
    root: Root,
}

fn keys(input: ParseStream, target: Target, errors: &mut Errors) -> syn::Result<Keys> {
    let mut domain = None;
    let mut lock = Given::Found;
    let mut dropped = Vec::new();
    let mut root = Root::new(None);
    let mut seen: Vec<String> = Vec::new();
    while input.peek(Ident::peek_any)
        && (input.peek2(Token![:]) && !input.peek2(Token![::]) || input.peek2(Token![=]))
    {
        let key = input.call(Ident::parse_any)?;
        if input.peek(Token![=]) {
            let equals: Token![=] = input.parse()?;
            errors.at(
                &equals,
                format_args!("a key is followed by a colon: `{key}: …`"),
            );
        } else {
            input.parse::<Token![:]>()?;
        }
        let name = key.to_string();
        if seen.contains(&name) {
            errors.at(
                &key,
                format_args!("`{name}` is given twice; keep one of them"),
            );
        }
        match name.as_str() {
            "domain" if target == Target::App => domain = domain_name(input, errors)?,
            "lock" if target == Target::App => lock = lock_file(input)?,
            "dropped" if target == Target::App => dropped = dropped_names(input, errors)?,
            "crate" => root = Root::new(Some(&input.call(Path::parse_mod_style)?)),
            "domain" | "lock" | "dropped" => {
                let message = if name == "dropped" {
                    "a part drops nothing; the business that lists it may say what is `dropped`"
                        .to_owned()
                } else {
                    format!("a part has no {name}; the business that lists it may have one")
                };
                errors.at(&key, message);
                input.parse::<proc_macro2::TokenTree>()?;
            }
            _ if name.starts_with(char::is_uppercase) => {
                return Err(syn::Error::new(key.span(), in_braces(&key)));
            }
            _ => {
                let keys = target.keys();
                let near = did_you_mean(&name, keys.iter().copied());
                errors.at(
                    &key,
                    format_args!(
                        "`{name}` is no key of `{}!`{near}\nkeys: {}",
                        target.word(),
                        keys.join(", ")
                    ),
                );
                while !input.is_empty() && !input.peek(Token![,]) {
                    input.parse::<proc_macro2::TokenTree>()?;
                }
            }
        }
        seen.push(name);
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(Keys {
        domain,
        lock,
        dropped,
        root,
    })
}

fn read(input: ParseStream, target: Target, errors: &mut Errors) -> syn::Result<List> {
    let Keys {
        domain,
        lock,
        dropped,
        root,
    } = keys(input, target, errors)?;
    let attrs = input.call(Attribute::parse_outer)?;
    let vis = input.parse()?;
    let ident: Ident = input.parse().map_err(|error| {
        syn::Error::new(
            error.span(),
            format!(
                "`{}!` gives the list a name: `pub Shop {{ Customer, Order }}`",
                target.word()
            ),
        )
    })?;
    if !input.peek(syn::token::Brace) {
        return Err(syn::Error::new(ident.span(), in_braces(&ident)));
    }
    let content;
    braced!(content in input);
    let mut entries = Vec::new();
    while !content.is_empty() {
        let attrs = content.call(Attribute::parse_outer)?;
        let path = content.call(Path::parse_mod_style).map_err(|error| {
            syn::Error::new(
                error.span(),
                format!(
                    "`{}!` lists names: of nouns, handlers, schedules, steps, flows and parts",
                    target.word()
                ),
            )
        })?;
        if !content.is_empty() && !content.peek(Token![,]) {
            let name = path
                .segments
                .last()
                .map(|segment| segment.ident.to_string())
                .unwrap_or_default();
            return Err(content.error(format!(
                "`{}!` lists names and nothing else; write `{name},`",
                target.word()
            )));
        }
        if let Some(noun) = noun_of_method(&path) {
            errors.at(
                &path,
                format_args!(
                    "what stands in the `impl` of `{noun}` comes with it; `{}!` lists `{noun}` alone",
                    target.word()
                ),
            );
        } else {
            entries.push(Entry { attrs, path });
        }
        content.parse::<Option<Token![,]>>()?;
    }
    if !input.is_empty() {
        return Err(input.error(format!(
            "`{}!` ends with the list; keys such as `domain` stand before the name",
            target.word()
        )));
    }
    Ok(List {
        root,
        domain,
        lock,
        dropped,
        attrs,
        vis,
        ident,
        entries,
    })
}

fn in_braces(name: &Ident) -> String {
    format!("`{name}` has a list in braces: `{name} {{ Customer, Order }}`")
}

/// `Order` of `Order::pay`.
fn noun_of_method(path: &Path) -> Option<&Ident> {
    let mut names = path.segments.iter().rev().map(|segment| &segment.ident);
    let is_type = |name: &&Ident| plain_name(name).starts_with(char::is_uppercase);
    names.next().filter(|name| !is_type(name))?;
    names.next().filter(is_type)
}

/// `lock: "shop.lock"` or `lock: none`.
fn lock_file(input: ParseStream) -> syn::Result<Given> {
    const FORM: &str = "the lock is a file beside this one, `lock: \"shop.lock\"`, or `lock: none`; without the key it is `dotdo.lock` in the folder of the crate";
    if input.peek(LitStr) {
        return input.parse().map(Given::File);
    }
    match input.call(Ident::parse_any) {
        Ok(word) if word == "none" => Ok(Given::Without),
        Ok(word) => Err(syn::Error::new(word.span(), FORM)),
        Err(error) => Err(syn::Error::new(error.span(), FORM)),
    }
}

/// `dropped: [Invoice, Order::fulfil]`: names of what is gone, so they are no paths that could be resolved.
fn dropped_names(input: ParseStream, errors: &mut Errors) -> syn::Result<Vec<String>> {
    const FORM: &str =
        "`dropped` is a list of nouns and functions that are gone: `dropped: [Invoice, send_mail]`";
    if !input.peek(syn::token::Bracket) {
        return Err(input.error(FORM));
    }
    let content;
    bracketed!(content in input);
    let mut names = Vec::new();
    while !content.is_empty() {
        let (name, tokens) = if content.peek(LitStr) {
            let text: LitStr = content.parse()?;
            (text.value(), text.to_token_stream())
        } else {
            let path = content
                .call(Path::parse_mod_style)
                .map_err(|error| syn::Error::new(error.span(), FORM))?;
            let name: Vec<String> = path.segments.iter().map(|s| plain_name(&s.ident)).collect();
            (name.join("::"), path.to_token_stream())
        };
        if names.contains(&name) {
            errors.at(
                &tokens,
                format_args!("`{name}` is dropped twice; once is enough"),
            );
        } else {
            names.push(name);
        }
        if !content.is_empty() {
            content.parse::<Token![,]>()?;
        }
    }
    Ok(names)
}

fn domain_name(input: ParseStream, errors: &mut Errors) -> syn::Result<Option<String>> {
    let text: LitStr = input.parse().map_err(|error| {
        syn::Error::new(
            error.span(),
            "the domain is a text: `domain: \"shop.example\"`",
        )
    })?;
    let name = text.value();
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let (host, port) = name
        .split_once(':')
        .map_or((name.as_str(), None), |(host, port)| (host, Some(port)));
    let sound = host.split('.').all(label) && port.is_none_or(|port| port.parse::<u16>().is_ok());
    if !sound {
        let bare = name
            .trim_start_matches("https://")
            .trim_start_matches("http://")
            .split('/')
            .next()
            .unwrap_or_default();
        let cure = if bare.is_empty() || bare == name {
            "shop.example"
        } else {
            bare
        };
        errors.at(
            &text,
            format_args!("`{name}` is no domain name; write it like `{cure}`"),
        );
        return Ok(None);
    }
    Ok(Some(name))
}

fn check(list: &mut List, target: Target, errors: &mut Errors) {
    if list.entries.is_empty() {
        errors.at(&list.ident, format_args!("the list of `{}` is empty; name what it consists of: `{}! {{ {} {{ Customer, welcome }} }}`", list.ident, target.word(), list.ident));
    }
    let mut seen: Vec<String> = Vec::new();
    list.entries.retain(|entry| {
        // Entries with conditions may exclude each other.
        if !entry.attrs.is_empty() {
            return true;
        }
        let name = entry.path.to_token_stream().to_string().replace(' ', "");
        let again = seen.contains(&name);
        if again {
            errors.at(
                &entry.path,
                format_args!("`{name}` is listed twice; once is enough"),
            );
        } else {
            seen.push(name);
        }
        !again
    });
}
