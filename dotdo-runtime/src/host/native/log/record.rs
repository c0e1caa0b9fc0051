//! What stands in the frames: which object did what.

#![allow(
    clippy::option_option,
    reason = "an alarm that was taken away is another thing than one that has not changed"
)]

use std::collections::HashSet;
use std::sync::Arc;

use crate::error::{Error, ErrorKind, Result};
use crate::host::recorder::{
    Input, Recorded, Texts, Transaction, put_bytes, put_number, put_signed, transaction,
};

/// The bytes of a database that new objects begin with.
#[derive(Debug, PartialEq, Eq)]
pub struct Template {
    /// Its number: another one for other bytes.
    pub number: u64,
    /// The file.
    pub bytes: Vec<u8>,
}

const TEXT: u8 = 1;
const TURNS: u8 = 2;
const REMOVED: u8 = 3;
const TEMPLATE: u8 = 4;

const IS_NEW: u8 = 1;
const HAS_TEMPLATE: u8 = 2;
const HAS_ALARM: u8 = 4;
const ALARM_IS_SET: u8 = 8;

/// What one object did.
#[derive(Debug, Default)]
pub struct Entry {
    /// Its key, as JSON.
    pub key: String,
    /// It began with these transactions, from nothing or from the template.
    pub is_new: bool,
    /// What it began with, if it is new.
    pub template: Option<Arc<Template>>,
    /// When it wants to be woken, if that has changed.
    pub alarm: Option<Option<i64>>,
    /// Its transactions.
    pub recorded: Recorded,
}

/// Entries that are written together.
#[derive(Debug, Default)]
pub struct Batch {
    bytes: Vec<u8>,
    texts: HashSet<u32>,
    templates: Vec<Arc<Template>>,
    /// When objects want to be woken, in order.
    pub alarms: Vec<(String, Option<i64>)>,
}

impl Batch {
    /// Adds an entry.
    pub fn push(&mut self, entry: Entry) {
        let to = &mut self.bytes;
        to.push(TURNS);
        put_bytes(to, entry.key.as_bytes());
        let mut flags = 0;
        if entry.is_new {
            flags |= IS_NEW;
        }
        if entry.template.is_some() {
            flags |= HAS_TEMPLATE;
        }
        if let Some(alarm) = entry.alarm {
            flags |= HAS_ALARM;
            if alarm.is_some() {
                flags |= ALARM_IS_SET;
            }
        }
        to.push(flags);
        if let Some(template) = &entry.template {
            to.extend_from_slice(&template.number.to_le_bytes());
        }
        if let Some(Some(at)) = entry.alarm {
            put_signed(to, at);
        }
        put_number(to, entry.recorded.count);
        to.extend_from_slice(&entry.recorded.bytes);
        self.texts.extend(entry.recorded.texts);
        if let Some(template) = entry.template
            && !self.templates.contains(&template)
        {
            self.templates.push(template);
        }
        if let Some(alarm) = entry.alarm {
            self.alarms.push((entry.key, alarm));
        }
    }

    /// Adds that an object is gone.
    pub fn push_removed(&mut self, key: String) {
        self.bytes.push(REMOVED);
        put_bytes(&mut self.bytes, key.as_bytes());
        self.alarms.push((key, None));
    }

    /// The entries.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// How long it is with all its texts and templates.
    pub fn most_bytes(&self, texts: &Texts) -> usize {
        let texts = self.texts.iter().filter_map(|&number| texts.text(number));
        let templates = self.templates.iter().map(|t| t.bytes.len() + 24);
        self.bytes.len()
            + texts.map(|text| text.len() + 24).sum::<usize>()
            + templates.sum::<usize>()
    }

    /// The texts and templates that are not known yet where it is going to stand. Now they are.
    pub fn definitions(
        &self,
        texts: &Texts,
        known: &mut HashSet<u32>,
        known_templates: &mut HashSet<u64>,
    ) -> Vec<u8> {
        let mut to = Vec::new();
        for &number in &self.texts {
            if known.insert(number)
                && let Some(text) = texts.text(number)
            {
                to.push(TEXT);
                put_number(&mut to, number.into());
                put_bytes(&mut to, text.as_bytes());
            }
        }
        for template in &self.templates {
            if known_templates.insert(template.number) {
                to.push(TEMPLATE);
                to.extend_from_slice(&template.number.to_le_bytes());
                put_bytes(&mut to, &template.bytes);
            }
        }
        to
    }
}

/// What is read back.
#[derive(Debug, PartialEq)]
pub enum Record {
    /// The text of statements with this number, in this segment.
    Text(u32, String),
    /// A template that new objects of this segment begin with.
    Template(Template),
    /// What an object did.
    Turns(Turns),
    /// An object is gone.
    Removed(String),
}

/// What an object did.
#[derive(Debug, PartialEq)]
pub struct Turns {
    /// Its key, as JSON.
    pub key: String,
    /// It began with these transactions.
    pub is_new: bool,
    /// The number of what it began with.
    pub template: Option<u64>,
    /// When it wants to be woken, if that has changed.
    pub alarm: Option<Option<i64>>,
    /// Its transactions.
    pub transactions: Vec<Transaction>,
}

/// Reads what is in a frame.
pub fn records(payload: &[u8]) -> Result<Vec<Record>> {
    let mut from = Input(payload);
    let mut all = Vec::new();
    while !from.is_empty() {
        all.push(match from.byte()? {
            TEXT => Record::Text(from.small()?, from.text()?.to_owned()),
            TEMPLATE => Record::Template(Template {
                number: eight(&mut from)?,
                bytes: from.bytes()?.to_vec(),
            }),
            REMOVED => Record::Removed(from.text()?.to_owned()),
            TURNS => {
                let key = from.text()?.to_owned();
                let flags = from.byte()?;
                let is = |flag| flags & flag != 0;
                let template = is(HAS_TEMPLATE).then(|| eight(&mut from)).transpose()?;
                let at = is(ALARM_IS_SET).then(|| from.signed()).transpose()?;
                let count = from.number()?;
                let mut transactions = Vec::new();
                for _ in 0..count {
                    transactions.push(transaction(&mut from)?);
                }
                Record::Turns(Turns {
                    key,
                    is_new: is(IS_NEW),
                    template,
                    alarm: is(HAS_ALARM).then_some(at),
                    transactions,
                })
            }
            other => {
                return Err(Error::new(
                    ErrorKind::Storage,
                    format_args!("the log has an entry of an unknown kind, {other}"),
                ));
            }
        });
    }
    Ok(all)
}

fn eight(from: &mut Input<'_>) -> Result<u64> {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(from.take(8)?);
    Ok(u64::from_le_bytes(bytes))
}
