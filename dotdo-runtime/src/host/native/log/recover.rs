//! Taking up what the log holds after a crash.
//!
//! Each object knows how many of its transactions its file has. What the log has beyond that is done again. An object
//! whose beginning is in the log is made anew from it: of its file, nothing had to be safe.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use super::record::{Record, Template, Turns, records};
use super::segments::Contents;
use crate::app::ObjectKey;
use crate::error::{Error, ErrorKind, Result};
use crate::host::recorder::{Statements, Text};
use crate::host::sqlite::Database;

/// The files of the objects.
pub trait Objects {
    /// Opens an object's file; nothing if there is none.
    fn open(&self, key: &ObjectKey) -> Result<Option<Rc<Database>>>;

    /// Makes an object's file anew, whatever there is, empty or from a template.
    fn anew(&self, key: &ObjectKey, template: Option<&[u8]>) -> Result<Rc<Database>>;

    /// Removes an object's file, if there is one.
    fn remove(&self, key: &ObjectKey) -> Result<()>;
}

/// What is known of an object from the log.
struct Story {
    begins: Begin,
    /// Its transactions by turn, without a gap.
    turns: Vec<(u32, Statements)>,
}

enum Begin {
    File,
    Nothing(Option<Arc<Template>>),
    Gone,
}

/// Does again what the files do not have. Gives what the log knows of when objects want to be woken.
pub fn recover(
    found: &Contents,
    objects: &dyn Objects,
) -> Result<BTreeMap<ObjectKey, Option<i64>>> {
    let mut stories: HashMap<String, Story> = HashMap::new();
    let mut alarms = HashMap::new();
    for segment in found.segments() {
        let mut texts: HashMap<u32, Arc<str>> = HashMap::new();
        let mut templates: HashMap<u64, Arc<Template>> = HashMap::new();
        for frame in segment.frames()? {
            for record in records(frame.payload)? {
                match record {
                    Record::Text(number, text) => {
                        texts.insert(number, text.into());
                    }
                    Record::Template(template) => {
                        templates.insert(template.number, Arc::new(template));
                    }
                    Record::Removed(key) => {
                        alarms.insert(key.clone(), None);
                        let gone = Story {
                            begins: Begin::Gone,
                            turns: Vec::new(),
                        };
                        stories.insert(key, gone);
                    }
                    Record::Turns(mut turns) => {
                        if let Some(alarm) = turns.alarm {
                            alarms.insert(turns.key.clone(), alarm);
                        }
                        let key = std::mem::take(&mut turns.key);
                        let story = stories.entry(key).or_insert_with(|| Story {
                            begins: Begin::File,
                            turns: Vec::new(),
                        });
                        story.go_on(turns, &texts, &templates)?;
                    }
                }
            }
        }
    }
    for (key, story) in stories {
        let key: ObjectKey = crate::json::read(&key)?;
        story
            .repeat(&key, objects)
            .map_err(|e| e.context(format_args!("taking up {key} from the log")))?;
    }
    alarms
        .into_iter()
        .map(|(key, at)| Ok((crate::json::read(&key)?, at)))
        .collect()
}

impl Story {
    fn go_on(
        &mut self,
        turns: Turns,
        texts: &HashMap<u32, Arc<str>>,
        templates: &HashMap<u64, Arc<Template>>,
    ) -> Result<()> {
        if turns.is_new {
            let template = turns
                .template
                .map(|number| templates.get(&number).cloned().ok_or_else(incomplete))
                .transpose()?;
            self.begins = Begin::Nothing(template);
            self.turns.clear();
        } else if matches!(self.begins, Begin::Gone) && !turns.transactions.is_empty() {
            return Err(incomplete());
        }
        for transaction in turns.transactions {
            if let Some((last, _)) = self.turns.last()
                && transaction.turn != last.wrapping_add(1)
            {
                // Turns in between were not logged, because the disk failed. Then the file was made safe by itself
                // before the object went on.
                self.begins = Begin::File;
                self.turns.clear();
            }
            let statements = transaction
                .statements
                .into_iter()
                .map(|statement| {
                    let text = match statement.text {
                        Text::Whole(text) => text.into(),
                        Text::Number(number) => {
                            texts.get(&number).cloned().ok_or_else(incomplete)?
                        }
                    };
                    Ok((text, statement.params))
                })
                .collect::<Result<Vec<_>>>()?;
            self.turns.push((transaction.turn, statements));
        }
        Ok(())
    }

    fn repeat(self, key: &ObjectKey, objects: &dyn Objects) -> Result<()> {
        let database = match self.begins {
            Begin::Gone => return objects.remove(key),
            Begin::Nothing(template) => objects.anew(key, template.as_deref().map(|t| &*t.bytes))?,
            // Only the alarm.
            Begin::File if self.turns.is_empty() => return Ok(()),
            Begin::File => objects.open(key)?.ok_or_else(|| {
                Error::new(
                    ErrorKind::Storage,
                    "its file is missing; put it back. (To remove a tenant after a crash, start and stop the business first)",
                )
            })?,
        };
        let has = database.turn()?;
        let missing: Vec<_> = self
            .turns
            .into_iter()
            .filter(|(turn, _)| turn.wrapping_sub(has).cast_signed() > 0)
            .collect();
        match missing.first() {
            None => Ok(()),
            Some((first, _)) if *first != has.wrapping_add(1) => Err(Error::new(
                ErrorKind::Storage,
                format_args!(
                    "its file is older than it can be: it has turn {has}, and the log goes on with {first}"
                ),
            )),
            Some(_) => database.repeat(&missing),
        }
    }
}

fn incomplete() -> Error {
    Error::new(
        ErrorKind::Storage,
        "an entry of the log refers to one that is not there",
    )
}
