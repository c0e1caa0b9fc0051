use std::marker::PhantomData;

use chrono::{DateTime, Utc};

use crate::effect::{Deed, Effect};
use crate::error::{Error, Result};
use crate::event::DomainEvent;
use crate::id::{AnyNoun, Id};
use crate::json::Json;
use crate::noun::{Noun, Row};
use crate::object::turn::Turn;
use crate::query::{FindSpec, Form, Found};
use crate::store::actions::{self, Action};
use crate::store::relationships::Relationships;
use crate::store::{ActionFilter, EventFilter, Page, Thing, events, things};
use crate::value::Cell;

/// What a `#[query]` holds: it reads this object's rows and changes nothing.
#[derive(Debug)]
pub struct View<N = AnyNoun> {
    pub(crate) turn: Turn,
    pub(crate) id: String,
    noun: PhantomData<fn() -> N>,
    any: Option<Box<View<AnyNoun>>>,
}

/// A question that this object can answer at once, from its own rows.
#[diagnostic::on_unimplemented(
    message = "a verb or query waits for nothing, so this cannot be run here",
    label = "no question about the object's own things",
    note = "`cx.run(..)` answers `Line::find(..)`, `.first()` and `.count()`; a verb asks for everything else with `cx.send(..)`, and it is done afterwards"
)]
pub trait Question: Effect {}
impl<N: Noun> Question for crate::query::Find<N> {}
impl<N: Noun> Question for crate::query::First<N> {}
impl Question for crate::query::Count {}

impl<N> View<N> {
    pub(crate) fn new(turn: Turn, id: &str) -> Self {
        let any = Box::new(View {
            turn: turn.clone(),
            id: id.to_owned(),
            noun: PhantomData,
            any: None,
        });
        Self {
            turn,
            id: id.to_owned(),
            noun: PhantomData,
            any: Some(any),
        }
    }

    /// The same view, for code that was written for any noun.
    #[doc(hidden)]
    #[allow(
        clippy::missing_panics_doc,
        reason = "views of a noun are made with one"
    )]
    pub fn any(&self) -> &View<AnyNoun> {
        self.any
            .as_deref()
            .expect("only a view of any noun has none")
    }

    /// The id of the thing this is about.
    pub fn id(&self) -> Id<N> {
        Id::trusted(self.id.clone())
    }

    /// The time of this turn.
    pub fn now(&self) -> DateTime<Utc> {
        self.turn.now()
    }

    /// Who asks.
    pub fn actor(&self) -> String {
        self.turn.actor()
    }

    /// The tenant.
    pub fn tenant(&self) -> &str {
        &self.turn.key().tenant
    }

    /// Answers a question from this object's own rows: `cx.run(Line::find(|l| l.open.eq(true)).count())?`.
    pub fn run<Q: Question>(&self, question: Q) -> Result<Q::Output> {
        let json = match question.into_deed() {
            Deed::Find(spec) => find(&self.turn, &spec)?,
            Deed::Count(spec) => Json::of(&things::count(
                self.turn.sql(),
                self.turn.app().noun(&spec.noun)?.def,
                &spec,
            )?)?,
            _ => return Err(Error::internal("this is no question")),
        };
        json.read()
    }

    /// The row with an id, from this object's own rows.
    pub fn get<M: Row>(&self, id: &Id<M>) -> Result<Found<M>> {
        let row = self.turn.row(M::DEF, id.as_str())?;
        Json::of(&Thing::of(M::DEF, &row)?)?.read()
    }

    /// The things of this object, whatever their nouns.
    pub fn things(&self) -> Things {
        Things(self.turn.clone())
    }

    /// The things of this object whose searchable fields hold all these words.
    pub fn search(&self, noun: &str, words: &str) -> Result<Page<Thing>> {
        self.things().search(noun, words)
    }

    /// The relationships of this object.
    pub fn relationships(&self) -> Relationships {
        Relationships::new(self.turn.clone())
    }

    /// The actions of this object.
    pub fn actions(&self, filter: &ActionFilter) -> Result<Page<Action>> {
        actions::list(self.turn.sql(), filter)
    }

    /// The events of this object.
    pub fn events(&self, filter: &EventFilter) -> Result<Page<DomainEvent>> {
        events::list(self.turn.sql(), filter)
    }

    /// Reads with a SQL statement of your own.
    pub fn sql(&self, sql: &str, params: &[Cell]) -> Result<Vec<Vec<Cell>>> {
        let mut rows = Vec::new();
        self.turn.sql().read_only(&mut || {
            rows = self.turn.sql().query(sql, params)?;
            Ok(())
        })?;
        Ok(rows)
    }
}

pub(crate) fn find(turn: &Turn, spec: &FindSpec) -> Result<Json> {
    let page = things::find(turn.sql(), turn.app().noun(&spec.noun)?.def, spec)?;
    match spec.answer {
        Form::Page => Json::of(&page),
        Form::Items => Json::of(&page.items),
        Form::First => Json::of(&page.items.first()),
    }
}

/// The things of an object, read without their types.
#[derive(Debug)]
pub struct Things(Turn);

impl Things {
    /// The thing with an id, or none; a tombstone is none too.
    pub fn get(&self, noun: &str, id: &str) -> Result<Option<Thing>> {
        let def = self.0.app().noun(noun)?.def;
        things::load(self.0.sql(), def, id)?
            .filter(|row| row.deleted.is_none())
            .map(|row| Thing::of(def, &row))
            .transpose()
    }

    /// A page of the things of a noun, oldest first.
    pub fn list(&self, noun: &str, after: Option<&str>, limit: u32) -> Result<Page<Thing>> {
        let def = self.0.app().noun(noun)?.def;
        things::find(
            self.0.sql(),
            def,
            &FindSpec {
                after: after.map(str::to_owned),
                limit: Some(limit),
                ..FindSpec::all(noun)
            },
        )
    }

    /// Those whose searchable fields hold all these words.
    pub fn search(&self, noun: &str, words: &str) -> Result<Page<Thing>> {
        let def = self.0.app().noun(noun)?.def;
        things::find(
            self.0.sql(),
            def,
            &FindSpec {
                search: Some(words.to_owned()),
                ..FindSpec::all(noun)
            },
        )
    }
}
