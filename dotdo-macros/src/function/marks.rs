//! Reads `#[on]`, `#[every]` and `#[durable]`.

use std::time::Duration;

use dotdo_core::schedule::{self, Schedule};
use dotdo_core::{breaker, duration};
use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta, Path};

use super::model::{Policy, Route, Timetable, Trigger};
use super::pattern;
use crate::attributes::last_word;
use crate::diag::{Errors, did_you_mean, one_of};
use crate::feature::Feature;
use crate::options::{self, Code, PathTo, Real, Text, Whole, YesNo};

/// The attributes that are read here.
pub const WORDS: &[&str] = &["on", "every", "durable"];

const MISSED: &[&str] = &["once", "all", "skip"];
const PRIORITIES: [(&str, i32); 3] = [("high", 100), ("normal", 0), ("low", -100)];

options::options! {
    /// What `#[on(…)]` may say after the event.
    OnOptions for "#[on]" {
        priority: Code,
        filter: Code,
        timeout: Text,
        to: Code,
        krate as "crate": PathTo,
    }
}

options::options! {
    /// What `#[every(…)]` may say after the phrase.
    EveryOptions for "#[every]" {
        tz: Text,
        missed: Text,
        krate as "crate": PathTo,
    }
}

options::options! {
    /// What `#[durable(…)]` may say.
    DurableOptions for "#[durable]" {
        retry: Whole,
        backoff: Text,
        factor: Real,
        jitter: YesNo,
        timeout: Text,
        breaker: Text,
        name: Text,
        version: Whole,
        krate as "crate": PathTo,
    }
}

/// One of the attributes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    On,
    Every,
    Durable,
}

impl Mark {
    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Every => "every",
            Self::Durable => "durable",
        }
    }

    fn of(attr: &Attribute) -> Option<Self> {
        let word = last_word(attr);
        [Self::On, Self::Every, Self::Durable]
            .into_iter()
            .find(|mark| mark.word() == word)
    }
}

/// What the attributes of one function say.
#[derive(Default)]
pub struct Marks {
    seen: Vec<Mark>,
    on: Option<Route>,
    /// The time limit that `#[on]` gives, with its place.
    limit: Option<(Duration, Span)>,
    every: Option<Timetable>,
    durable: Policy,
    /// `name = "…"`.
    pub name: Option<LitStr>,
    /// `version = 2`.
    pub version: Option<u32>,
    /// `crate = path`.
    pub krate: Option<Path>,
}

impl Marks {
    /// Takes our attributes off a function.
    pub fn take_from(&mut self, attrs: &mut Vec<Attribute>, errors: &mut Errors) {
        attrs.retain(|attr| {
            let Some(mark) = Mark::of(attr) else {
                return true;
            };
            match &attr.meta {
                Meta::Path(path) => self.read(mark, TokenStream::new(), path.span(), errors),
                Meta::List(list) => self.read(mark, list.tokens.clone(), list.path.span(), errors),
                Meta::NameValue(pair) => errors.at(
                    pair,
                    format_args!("the options of `#[{}]` stand in parentheses", mark.word()),
                ),
            }
            false
        });
    }

    /// Whether there is any of ours.
    pub fn any(&self) -> bool {
        !self.seen.is_empty()
    }

    /// Reads one attribute; `span` is where it stands.
    pub fn read(&mut self, mark: Mark, args: TokenStream, span: Span, errors: &mut Errors) {
        let word = mark.word();
        if self.seen.contains(&mark) {
            return errors.at_span(
                span,
                format_args!("`#[{word}]` is given twice; {}", twice(mark)),
            );
        }
        if !Feature::Flows.is_there() && self.seen.is_empty() {
            errors.at_span(span, Feature::Flows.wanted_by(word));
        }
        let triggered = self.seen.iter().any(|seen| *seen != Mark::Durable);
        self.seen.push(mark);
        if mark != Mark::Durable && triggered {
            return errors.at_span(span, "a function is started by events or by a schedule; write one function for each and let both run a third");
        }
        match mark {
            Mark::On => self.read_on(args, span, errors),
            Mark::Every => self.read_every(args, span, errors),
            Mark::Durable => self.read_durable(args, errors),
        }
    }

    fn read_on(&mut self, args: TokenStream, span: Span, errors: &mut Errors) {
        let (first, rest) = split(args);
        let Some(pattern) = errors.take(pattern::parse(first, span)) else {
            return;
        };
        let given = options::read::<OnOptions>(rest, errors);
        self.limit = given
            .timeout
            .and_then(|text| period(&text.0, errors).map(|limit| (limit, text.0.span())));
        self.krate = self.krate.take().or(given.krate.map(|path| path.0));
        let priority = given.priority.map_or(0, |code| priority(&code.0, errors));
        self.on = Some(Route {
            pattern,
            priority,
            filter: given.filter.map(|code| code.0),
            to: given.to.map(|code| code.0),
        });
    }

    fn read_every(&mut self, args: TokenStream, span: Span, errors: &mut Errors) {
        let (first, rest) = split(args);
        let given = options::read::<EveryOptions>(rest, errors);
        self.krate = self.krate.take().or(given.krate.map(|path| path.0));
        let zone = given.tz.map_or_else(
            || "UTC".to_owned(),
            |text| match schedule::zone_name(&text.0.value()) {
                Ok(zone) => zone.to_owned(),
                Err(error) => {
                    errors.at(&text.0, error);
                    "UTC".to_owned()
                }
            },
        );
        let missed = given.missed.and_then(|text| {
            one_of(
                errors,
                &text.0,
                "way to treat missed runs",
                &text.0.value(),
                MISSED,
            )
        });
        let Ok(phrase) = syn::parse2::<LitStr>(first.clone()) else {
            let message = "`#[every]` begins with when, as a text: `#[every(\"Monday 9am\")]`";
            return if first.is_empty() {
                errors.at_span(span, message);
            } else {
                errors.at(&first, message);
            };
        };
        match Schedule::parse(&phrase.value()) {
            Ok(_) => {
                self.every = Some(Timetable {
                    phrase,
                    zone,
                    missed: missed.unwrap_or("once"),
                });
            }
            Err(error) => errors.at(&phrase, error),
        }
    }

    fn read_durable(&mut self, args: TokenStream, errors: &mut Errors) {
        let given = options::read::<DurableOptions>(args, errors);
        self.krate = self.krate.take().or(given.krate.map(|path| path.0));
        self.name = given
            .name
            .map(|text| text.0)
            .filter(|name| check_name(name, errors));
        self.version = given.version.map(|version| {
            if version.0 == 0 {
                errors.at_span(version.1, "versions are counted from 1");
            }
            version.0.max(1)
        });
        let factor = given.factor.filter(|factor| {
            let grows = factor.0 >= 1.0;
            if !grows {
                errors.at_span(factor.1, "`factor` says how much longer each delay is than the one before; it is at least 1");
            }
            grows
        });
        let backoff = given
            .backoff
            .and_then(|text| match duration::parse_range(&text.0.value()) {
                Ok(range) => Some(range),
                Err(error) => {
                    errors.at(&text.0, error);
                    None
                }
            });
        self.durable = Policy {
            retry: given.retry.map(|retry| retry.0),
            backoff,
            factor: factor.map(|factor| factor.0),
            jitter: given.jitter.map(|yes| yes.0),
            timeout: given.timeout.and_then(|text| period(&text.0, errors)),
            breaker: given
                .breaker
                .and_then(|text| match breaker::parse(&text.0.value()) {
                    Ok(breaker) => Some((breaker, text.0.span())),
                    Err(error) => {
                        errors.at(&text.0, error);
                        None
                    }
                }),
        };
    }

    /// How the function is retried.
    pub fn policy(&self, errors: &mut Errors) -> Policy {
        let Policy {
            retry,
            backoff,
            factor,
            jitter,
            timeout,
            breaker,
        } = self.durable;
        if let (Some((_, span)), Some(_)) = (self.limit, timeout) {
            errors.at_span(
                span,
                "the time limit is given twice; keep the one in `#[durable]`",
            );
        }
        Policy {
            retry,
            backoff,
            factor,
            jitter,
            timeout: timeout.or(self.limit.map(|(limit, _)| limit)),
            breaker,
        }
    }

    /// What starts the function.
    pub fn trigger(self) -> Trigger {
        let meant = self.seen.iter().any(|mark| *mark != Mark::Durable);
        match (self.on, self.every) {
            (Some(route), _) => Trigger::On(Box::new(route)),
            (None, Some(timetable)) => Trigger::Every(timetable),
            (None, None) if meant => Trigger::Unread,
            (None, None) => Trigger::Call,
        }
    }
}

const fn twice(mark: Mark) -> &'static str {
    match mark {
        Mark::On => "for another event write another function",
        Mark::Every => {
            "for another schedule write another function, or name both times: `daily at 6am and 6pm`"
        }
        Mark::Durable => "keep one of them",
    }
}

/// Everything before the first comma, and everything after it.
fn split(args: TokenStream) -> (TokenStream, TokenStream) {
    let mut first = TokenStream::new();
    let mut trees = args.into_iter();
    for tree in trees.by_ref() {
        if matches!(&tree, TokenTree::Punct(punct) if punct.as_char() == ',') {
            break;
        }
        tree.to_tokens(&mut first);
    }
    (first, trees.collect())
}

fn period(text: &LitStr, errors: &mut Errors) -> Option<Duration> {
    match duration::parse(&text.value()) {
        Ok(period) => Some(period),
        Err(error) => {
            errors.at(text, error);
            None
        }
    }
}

fn check_name(name: &LitStr, errors: &mut Errors) -> bool {
    let text = name.value();
    let sound = (1..=100).contains(&text.len())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-.:/".contains(c));
    if !sound {
        errors.at(
            name,
            "the name is stored in journals; it has letters, digits and `_-.:/`, at most 100",
        );
    }
    sound
}

fn priority(expr: &Expr, errors: &mut Errors) -> i32 {
    if let Expr::Lit(ExprLit {
        lit: Lit::Str(text),
        ..
    }) = expr
    {
        let word = text.value();
        if let Some((_, number)) = PRIORITIES.iter().find(|(known, _)| *known == word) {
            return *number;
        }
        let near = did_you_mean(&word, PRIORITIES.map(|(known, _)| known));
        errors.at(
            text,
            format_args!(
                "`{word}` is no priority{near}\nit is a whole number or one of: high, normal, low"
            ),
        );
        return 0;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "checked to be whole and in range"
    )]
    match options::number(expr) {
        Some(n) if n.fract() == 0.0 && (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&n) => {
            n as i32
        }
        _ => {
            errors.at(
                expr,
                "a priority is a whole number or one of: high, normal, low",
            );
            0
        }
    }
}
