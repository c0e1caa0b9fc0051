//! Every item of every program that we show, broken in every way that one slip of the hand breaks it.
//!
//! An item is cut off after each of its tokens, and each token is left out, doubled and exchanged with the next. No
//! macro may panic, and the item has to come back with all of its words. The programs are the examples, the larger blocks
//! of the guide, and the inputs of the snapshots.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Item, Meta};

use super::prefixes::{assert_kept, prefix};
use crate::attributes::last_word;
use crate::function::{self, Mark};
use crate::{app, form, noun, value, verbs};

/// One call of a macro of ours.
struct Call {
    word: String,
    args: TokenStream,
    item: TokenStream,
}

/// What goes wrong at a token.
#[derive(Clone, Copy)]
enum Slip {
    Missing,
    Doubled,
    Exchanged,
}

const SLIPS: [Slip; 3] = [Slip::Missing, Slip::Doubled, Slip::Exchanged];

/// Of the tokens in a function's body, which no macro reads, every so many are enough.
const IN_BODIES: usize = 11;

#[test]
fn every_slip_in_the_examples() {
    let mut all = Vec::new();
    for example in folders("../examples") {
        let calls = calls(&files(&example, "rs"));
        assert!(calls.len() > 1, "{example}: nothing of ours was found");
        all.extend(calls);
    }
    check(&all);
}

#[test]
fn every_slip_in_the_guide() {
    let mut calls = Vec::new();
    for path in files("../docs/src", "md") {
        for block in blocks(&read(&path)) {
            calls.extend(calls_in(&block));
        }
    }
    assert!(calls.len() > 20, "the guide was found");
    check(&calls);
}

#[test]
fn every_slip_in_the_inputs() {
    let calls = calls(&rust_files("tests/expand/input"));
    assert!(calls.len() > 10, "the inputs were found");
    check(&calls);
}

fn check(calls: &[Call]) {
    let mut seen = BTreeSet::new();
    for call in calls {
        if !seen.insert(format!("{} {} {}", call.word, call.args, call.item)) {
            continue;
        }
        for item in broken(&call.item) {
            expand(&call.word, call.args.clone(), item);
        }
        for args in broken(&call.args) {
            expand(&call.word, args, call.item.clone());
        }
    }
}

fn expand(word: &str, args: TokenStream, item: TokenStream) {
    let output = match word {
        "noun" => {
            // The hidden derive reads the same item, with the options in an attribute.
            noun::derive(quote::quote!(#[dotdo_noun(#args)] #item));
            noun::attribute(args, item.clone())
        }
        "form" => {
            form::derive(quote::quote!(#[dotdo_form(#args)] #item));
            form::attribute(args, item.clone())
        }
        "verbs" => verbs::attribute(args, item.clone()),
        "on" => function::attribute(Mark::On, args, item.clone()),
        "every" => function::attribute(Mark::Every, args, item.clone()),
        "durable" => function::attribute(Mark::Durable, args, item.clone()),
        "derive" => return drop(value::derive(item)),
        "test" => crate::test::attribute(args, item.clone()),
        "part" => return drop(app::part(item)),
        "app" => return drop(app::app(item, &app::Places::default())),
        other => panic!("`{other}` is no macro of ours"),
    };
    assert_kept(&item, output);
}

/// The tokens, cut off and with one slip each.
fn broken(tokens: &TokenStream) -> Vec<TokenStream> {
    let mut places = Vec::new();
    survey(tokens.clone(), 0, &mut places);
    let mut all = Vec::new();
    for (index, depth) in places.iter().copied().enumerate() {
        if depth > 0 && index % IN_BODIES != 0 {
            continue;
        }
        all.push(prefix(tokens.clone(), &mut { index }));
        all.extend(SLIPS.map(|slip| slipped(tokens.clone(), &mut { index }, slip)));
    }
    all.push(tokens.clone());
    all
}

/// How deep in bodies each token is, in the order of [`slipped`].
fn survey(tokens: TokenStream, bodies: usize, places: &mut Vec<usize>) {
    let mut after_parens = false;
    for tree in tokens {
        places.push(bodies);
        match &tree {
            TokenTree::Group(group) => {
                let brace = group.delimiter() == Delimiter::Brace;
                let body = usize::from(brace && after_parens);
                survey(group.stream(), bodies + body, places);
                after_parens |= group.delimiter() == Delimiter::Parenthesis;
            }
            TokenTree::Punct(punct) if [';', ','].contains(&punct.as_char()) => {
                after_parens = false;
            }
            _ => {}
        }
    }
}

/// The tokens with the one at `index` left out, doubled or exchanged with the next one beside it.
fn slipped(tokens: TokenStream, index: &mut usize, slip: Slip) -> TokenStream {
    let mut out = TokenStream::new();
    let mut trees = tokens.into_iter();
    while let Some(tree) = trees.next() {
        let here = *index == 0;
        *index = index.wrapping_sub(1);
        match tree {
            tree if here => match slip {
                Slip::Missing => {}
                Slip::Doubled => out.extend([tree.clone(), tree]),
                Slip::Exchanged => {
                    out.extend(trees.next());
                    out.extend([tree]);
                }
            },
            TokenTree::Group(group) => {
                let inner = slipped(group.stream(), index, slip);
                out.extend([TokenTree::Group(Group::new(group.delimiter(), inner))]);
            }
            tree => out.extend([tree]),
        }
    }
    out
}

fn calls(files: &[PathBuf]) -> Vec<Call> {
    files
        .iter()
        .flat_map(|path| calls_in(&read(path)))
        .collect()
}

/// The calls in a program; a fragment that is no program has none.
fn calls_in(source: &str) -> Vec<Call> {
    let mut calls = Vec::new();
    if let Ok(file) = syn::parse_file(source) {
        file.items
            .into_iter()
            .for_each(|item| add(item, &mut calls));
    }
    calls
}

fn add(mut item: Item, calls: &mut Vec<Call>) {
    let attrs = match &mut item {
        Item::Macro(call) => {
            let word = call
                .mac
                .path
                .segments
                .last()
                .map(|last| last.ident.to_string());
            if let Some(word) = word.filter(|word| word == "app" || word == "part") {
                let item = call.mac.tokens.clone();
                calls.push(Call {
                    word,
                    args: TokenStream::new(),
                    item,
                });
            }
            return;
        }
        Item::Mod(module) => {
            let items = module.content.take().map(|(_, items)| items);
            return items
                .into_iter()
                .flatten()
                .for_each(|item| add(item, calls));
        }
        Item::Struct(item) => &mut item.attrs,
        Item::Enum(item) => &mut item.attrs,
        Item::Fn(item) => &mut item.attrs,
        Item::Impl(item) => &mut item.attrs,
        _ => return,
    };
    let Some(at) = attrs.iter().position(is_ours) else {
        return;
    };
    let word = last_word(&attrs[at]);
    let mut args = TokenStream::new();
    if word != "derive" {
        let attr = attrs.remove(at);
        if let Meta::List(list) = attr.meta {
            args = list.tokens;
        }
    }
    let item = item.into_token_stream();
    calls.push(Call { word, args, item });
}

fn is_ours(attr: &Attribute) -> bool {
    let path = attr.path().to_token_stream().to_string();
    if path == "dotdo :: test" {
        return true;
    }
    let words = ["noun", "verbs", "on", "every", "durable", "form"];
    words.contains(&last_word(attr).as_str())
        || attr.path().is_ident("derive") && attr.to_token_stream().to_string().contains("Value")
}

/// The blocks of Rust in a page, with the lines that the page does not show.
fn blocks(page: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut block: Option<String> = None;
    for line in page.lines() {
        if let Some(lines) = &mut block {
            if line.starts_with("```") {
                blocks.extend(block.take());
            } else {
                let shown = line.strip_prefix("# ").unwrap_or(line);
                lines.push_str(if line == "#" { "" } else { shown });
                lines.push('\n');
            }
        } else if line.starts_with("```rust") {
            block = Some(String::new());
        }
    }
    blocks
}

/// The folders directly in a folder of the repository.
fn folders(folder: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = fs::read_dir(path).expect("a folder");
    let folders = entries.map(|entry| entry.expect("an entry").path());
    let names = folders
        .filter(|path| path.is_dir())
        .filter_map(|path| Some(format!("{folder}/{}", path.file_name()?.to_string_lossy())));
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

fn rust_files(folder: &str) -> Vec<PathBuf> {
    files(folder, "rs")
}

/// The files below a folder of the repository, in a fixed order.
fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
                folders.push(path);
            } else if path.extension().is_some_and(|ext| ext == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("a file")
}
