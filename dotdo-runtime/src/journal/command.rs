//! What a flow asks for.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{Durability, Expected};
use crate::effect::{Deed, Options};
use crate::error::Result;
use crate::json::Json;
use crate::stub::Op;

/// Something a flow asks for.
pub(crate) struct Command {
    pub key: String,
    pub act: Act,
    pub options: Options,
    pub durability: Durability,
    /// The shape of what it gives, in its canonical text.
    pub schema: Option<String>,
}

pub(crate) enum Act {
    Deed(Deed),
    Sleep(Duration),
    Until(DateTime<Utc>),
    Now,
    Random,
    /// Waits for an event.
    Wait(Expected),
    /// One of several branches has decided what comes of all: the others are given up.
    Decide {
        winner: usize,
        /// What the keys of the others begin with.
        losers: Vec<String>,
    },
    Emit {
        noun: &'static str,
        verb: &'static str,
        subject: String,
        data: Result<Json>,
    },
}

impl Act {
    /// The name in the journal key: what a reader of the program would call it.
    pub fn name(&self) -> String {
        match self {
            Self::Deed(deed) => deed_name(deed),
            Self::Sleep(_) => "sleep".into(),
            Self::Until(_) => "until".into(),
            Self::Now => "now".into(),
            Self::Random => "random".into(),
            Self::Decide { .. } => "decide".into(),
            Self::Wait(expected) => format!("{}::{}", expected.noun, expected.verb),
            Self::Emit { noun, verb, .. } => format!("emit {noun}::{verb}"),
        }
    }
}

impl Act {
    /// The version of the step that is asked for.
    pub fn version(&self) -> Option<u32> {
        match self {
            Self::Deed(Deed::Step(def, _)) => Some(def.version),
            _ => None,
        }
    }

    /// Where the function that is asked for stands.
    pub fn at(&self) -> Option<(&'static str, u32)> {
        match self {
            Self::Deed(Deed::Step(def, _)) => Some(def.at),
            Self::Deed(Deed::Flow(def, _)) => Some(def.at),
            _ => None,
        }
    }
}

pub(crate) fn deed_name(deed: &Deed) -> String {
    match deed {
        Deed::Step(def, _) => def.name.to_owned(),
        Deed::Flow(def, _) => def.name.to_owned(),
        Deed::Named(name, _) => name.clone(),
        Deed::Ask(spec) => format!("ask {}", spec.form.name),
        Deed::Find(spec) => format!("{}.find", spec.noun),
        Deed::Count(spec) => format!("{}.count", spec.noun),
        Deed::Call(ops) => ops.iter().map(op_name).collect::<Vec<_>>().join(" > "),
    }
}

/// `Order.pay`, `Customer.create`.
pub(crate) fn op_name(op: &Op) -> String {
    match op {
        Op::Get { noun, .. } => format!("{noun}.get"),
        Op::Call { noun, verb, .. } => format!("{noun}.{verb}"),
        Op::Create { noun, .. } => format!("{noun}.create"),
        Op::Update { noun, .. } => format!("{noun}.update"),
        Op::Delete { noun, .. } => format!("{noun}.delete"),
        Op::Find(spec) => format!("{}.find", spec.noun),
        Op::Count(spec) => format!("{}.count", spec.noun),
        Op::History { noun, .. } => format!("{noun}.history"),
        Op::Events(_) => "$events".into(),
        Op::Actions(_) => "$actions".into(),
        Op::DeadLetters { .. } => "$letters".into(),
        Op::Replay { .. } => "$replay".into(),
        Op::Inspect => "$inspect".into(),
        Op::Run { name, .. } => name.clone(),
        Op::Mirror { noun, .. } => format!("{noun}.mirror"),
        Op::Deliver { handler, .. } => handler.clone(),
        Op::Flow { .. } => "$flow".into(),
        Op::Asks(_) => "$asks".into(),
        Op::Ask { .. } => "$ask".into(),
        Op::Asked { .. } => "$asked".into(),
        Op::Watch { .. } => "$watch".into(),
        Op::Unwatch { .. } => "$unwatch".into(),
        Op::Happened { .. } => "$happened".into(),
    }
}
