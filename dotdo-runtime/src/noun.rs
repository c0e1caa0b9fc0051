//! What a noun is: its constants, its columns, its verbs, its event keys.

use std::fmt;
use std::marker::PhantomData;

use serde::{Serialize, de::DeserializeOwned};

use crate::context::{Tx, View};
use crate::error::Result;
use crate::event::Event;
use crate::flow::FlowDef;
use crate::id::{IdOf, Ref};
use crate::json::Json;
use crate::migration::Migration;
use crate::object::turn::Turn;
use crate::query::{Filter, Find, Found};
use crate::stub::{Call, Op, Stub};
use crate::value::{Cell, ColumnType, Member, Onward, Shape, Value};
use dotdo_core::table::Literal;

/// A typed Thing: a struct marked `#[noun]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a noun",
    label = "not a noun",
    note = "add `#[noun]` to the definition of `{Self}`"
)]
pub trait Noun: Value + Sized {
    /// Its name. Apart from `DEF`, so that two nouns may refer to each other.
    const NAME: &'static str;
    /// The noun as constants.
    const DEF: &'static NounDef;
    /// Its columns, for typed questions.
    const COLUMNS: Self::Columns;
    /// The type of its columns.
    type Columns;

    /// Whether it has a `Many` field, which only a row that knows its id can fill.
    #[doc(hidden)]
    const HAS_MANY: bool = false;

    #[doc(hidden)]
    fn to_cells(&self) -> Result<Vec<Cell>>;
    #[doc(hidden)]
    fn from_cells(id: &str, cells: &mut dyn Iterator<Item = Cell>) -> Result<Self>;
    // What generated code does with the events whose payload is the noun. Here, so that of a struct that is no noun it
    // is said once and in these words.
    #[doc(hidden)]
    fn read_created(json: &Json) -> Result<Event<Self>> {
        Event::read(json)
    }
    #[doc(hidden)]
    fn copy_created(event: &Event<Self>) -> Event<Self> {
        event.clone()
    }
    #[doc(hidden)]
    fn show_created(event: &Event<Self>, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple(name).field(event).finish()
    }
    #[doc(hidden)]
    fn same_created(event: &Event<Self>, other: &Event<Self>) -> bool {
        event == other
    }

    /// Calls to the one with this id. A stub is a value: nothing happens until a context runs a call made with it.
    fn stub(id: impl IdOf<Self>) -> Stub<Self> {
        Stub::onward(crate::stub::Chain::start(
            Self::DEF.name,
            id.into_id().as_str(),
        ))
    }

    /// A typed question: those for which the filter holds.
    fn find(filter: impl FnOnce(&Self::Columns) -> Filter) -> Find<Self> {
        Find::new(filter(&Self::COLUMNS))
    }

    /// A typed question: all of them, by id.
    fn all() -> Find<Self> {
        Find::new(Filter::all())
    }

    /// A typed question: those whose `#[search]` fields hold all these words.
    fn search(words: impl Into<String>) -> Find<Self> {
        Self::all().search(words)
    }

    /// Makes a new one, with an id made by dotdo. Emits `created`.
    fn create(self) -> Call<Ref<Self>> {
        Call::of_create(Op::Create {
            noun: Self::DEF.name.into(),
            id: None,
            data: Json::of(&self).unwrap_or_else(|_| Json::null()),
            visibility: None,
        })
    }

    /// Makes a new one with an id of your own. Emits `created`; it is a conflict if the id is taken.
    fn create_as(self, id: impl IdOf<Self>) -> Call<Ref<Self>> {
        Call::of_create(Op::Create {
            noun: Self::DEF.name.into(),
            id: Some(id.into_id().as_str().to_owned()),
            data: Json::of(&self).unwrap_or_else(|_| Json::null()),
            visibility: None,
        })
    }
}

/// A noun whose rows live in the object that makes them (`#[noun]`, not `#[noun(object)]`).
#[diagnostic::on_unimplemented(
    message = "a `{Self}` is an object of its own, so it cannot be made inside another object's transaction",
    label = "needs a call",
    note = "write `cx.send({Self}::create(..))`, or in a flow `cx.run({Self}::create(..)).await?`"
)]
pub trait Row: Noun {}

/// A column that refers to `N`, so that `#[backref(..)]` may name it.
#[diagnostic::on_unimplemented(
    message = "this column does not refer to `{N}`",
    label = "not a reference to `{N}`",
    note = "`#[backref(..)]` names a field of the type `Ref<{N}>` or `Option<Ref<{N}>>`"
)]
pub trait Backref<N> {
    #[doc(hidden)]
    fn refers(&self) {}
}
impl<N> Backref<N> for crate::query::Column<Ref<N>> {}
impl<N> Backref<N> for crate::query::Column<Option<Ref<N>>> {}

/// A noun as constants: what `#[noun]` writes down.
#[derive(Debug)]
pub struct NounDef {
    /// `Customer`.
    pub name: &'static str,
    /// `Customers`.
    pub plural: &'static str,
    /// The name of its table.
    pub table: &'static str,
    /// Whether each instance is a Durable Object of its own.
    pub object: bool,
    /// Whether versions are kept.
    pub history: bool,
    /// Who may see one unless it says otherwise.
    pub visibility: &'static str,
    /// What kind of thing it is: `Entity`, `Business`, `Agent`, …
    pub kind: &'static str,
    /// Its documentation.
    pub doc: &'static str,
    /// Its columns, in the order of the fields.
    pub columns: &'static [ColumnDef],
    /// Columns that are gone, and whose values may be lost.
    pub dropped: &'static [&'static str],
    /// Decodes and checks the JSON of a whole thing.
    #[doc(hidden)]
    pub cells: fn(&Json) -> Result<Vec<Cell>>,
}

/// A column as constants.
#[derive(Debug)]
pub struct ColumnDef {
    /// The name of field, column and JSON member.
    pub name: &'static str,
    /// The shape of its value.
    pub shape: Shape,
    /// Whether it may be NULL.
    pub nullable: bool,
    /// No two live rows have the same value.
    pub unique: bool,
    /// It is looked for often.
    pub index: bool,
    /// Its words are searchable.
    pub search: bool,
    /// It never leaves through a door.
    pub secret: bool,
    /// The value of a row that does not say.
    pub default: Option<fn() -> Result<Cell>>,
    /// A condition in SQL.
    pub check: Option<&'static str>,
    /// The least and the greatest value.
    pub range: Option<(Option<f64>, Option<f64>)>,
    /// The name it had before.
    pub was: Option<&'static str>,
    /// Choices that are gone; rows that have one get the default, or nothing.
    pub dropped: &'static [&'static str],
    /// Somebody has made sure that no two rows of older data share a value.
    pub verified: bool,
    /// Functions that make its values of what older data has.
    pub migrate: &'static [Migration],
    /// Its documentation.
    pub doc: &'static str,
}

impl ColumnDef {
    /// A column that demands nothing, to be refined by struct update.
    pub const fn new(name: &'static str, shape: Shape, nullable: bool) -> Self {
        Self {
            name,
            shape,
            nullable,
            unique: false,
            index: false,
            search: false,
            secret: false,
            default: None,
            check: None,
            range: None,
            was: None,
            dropped: &[],
            verified: false,
            migrate: &[],
            doc: "",
        }
    }

    /// The column of a field's type.
    pub const fn of<T: Value>(name: &'static str) -> Self {
        Self::new(name, T::SHAPE, T::NULLABLE)
    }

    /// How it is stored.
    pub const fn ty(&self) -> ColumnType {
        self.shape.column()
    }

    /// Its default as SQL knows it.
    pub fn literal(&self) -> Option<Literal> {
        let cell = self.default.map(|make| make())?.ok()?;
        Some(match cell {
            Cell::Null => Literal::Null,
            Cell::Integer(n) => Literal::Integer(n),
            Cell::Real(n) => Literal::Real(n),
            Cell::Text(t) => Literal::Text(t),
            Cell::Blob(b) => Literal::Blob(b),
        })
    }
}

/// The verbs and queries of a noun, and the flows that stand in its `impl`: what `#[verbs]` writes down.
#[derive(Debug)]
pub struct VerbsDef {
    /// The noun.
    pub noun: &'static str,
    /// Its verbs and queries.
    pub verbs: &'static [VerbDef],
    /// Its handlers, schedules and flows.
    pub flows: &'static [&'static FlowDef],
}

/// A noun that has verbs: one with an `impl` marked `#[verbs]`.
pub trait Verbs: Sized {
    /// Its verbs, queries and flows as constants.
    const VERBS: &'static VerbsDef;
    /// What its stub offers for them: `dyn OrderCalls`, whose methods `#[verbs]` wrote.
    type Calls: ?Sized + 'static;
    #[doc(hidden)]
    fn calls(stub: &Stub<Self>) -> &Self::Calls;
}

/// A verb or a query as constants.
#[derive(Debug)]
pub struct VerbDef {
    /// The name of the method.
    pub name: &'static str,
    /// The event it emits, for a verb that emits.
    pub event: Option<&'static str>,
    /// Whether it only reads.
    pub query: bool,
    /// Its arguments by name.
    pub args: &'static [Member],
    /// The shape of what it returns.
    pub output: Shape,
    /// Its documentation.
    pub doc: &'static str,
    /// Runs it inside a turn.
    #[doc(hidden)]
    pub run: fn(&Turn, id: &str, args: &Json) -> Result<Json>,
}

/// The typed key of an event: the constant `Order::paid` has the type `EventKey<Order, Receipt>`.
pub struct EventKey<N, P = N> {
    noun: &'static str,
    verb: &'static str,
    types: PhantomData<fn() -> (N, P)>,
}

impl<N, P> EventKey<N, P> {
    #[doc(hidden)]
    pub const fn new(noun: &'static str, verb: &'static str) -> Self {
        Self {
            noun,
            verb,
            types: PhantomData,
        }
    }

    /// The noun: `Order`.
    pub const fn noun(&self) -> &'static str {
        self.noun
    }

    /// The event: `paid`.
    pub const fn verb(&self) -> &'static str {
        self.verb
    }

    /// The pattern that matches exactly this event.
    #[doc(hidden)]
    pub const fn pattern(&self) -> Pattern {
        Pattern {
            noun: Some(self.noun),
            verb: Some(self.verb),
        }
    }
}

impl<N, P> Clone for EventKey<N, P> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<N, P> Copy for EventKey<N, P> {}
impl<N, P> fmt::Debug for EventKey<N, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}::{}", self.noun, self.verb)
    }
}

/// Which events a handler listens to; `None` is the wildcard `*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// The noun, or any.
    pub noun: Option<&'static str>,
    /// The event, or any.
    pub verb: Option<&'static str>,
}

impl Pattern {
    /// Whether an event is meant.
    pub fn matches(self, noun: &str, verb: &str) -> bool {
        self.noun.is_none_or(|n| n == noun) && self.verb.is_none_or(|v| v == verb)
    }

    /// How many places are wildcards: exact patterns come first.
    pub const fn wildcards(self) -> u8 {
        self.noun.is_none() as u8 + self.verb.is_none() as u8
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}::{}",
            self.noun.unwrap_or("*"),
            self.verb.unwrap_or("*")
        )
    }
}

/// Runs a verb of a row: loads it, lets the method change it, stores what changed and returns its result.
#[doc(hidden)]
pub fn run_verb<N: Noun, A: DeserializeOwned, R: Value>(
    turn: &Turn,
    id: &str,
    args: &Json,
    verb: impl FnOnce(&mut N, &mut Tx<N>, A) -> Result<R>,
) -> Result<Json> {
    let args = args.read::<A>()?;
    let before = turn.row(N::DEF, id)?;
    let mut row = N::from_cells(id, &mut before.cells.iter().cloned())?;
    let output = verb(&mut row, &mut Tx::new(turn.clone(), id), args)?;
    let after = row.to_cells()?;
    turn.store_changed(N::DEF, &before, after)?;
    Json::of(&output)
}

/// Runs a query of a row.
#[doc(hidden)]
pub fn run_query<N: Noun, A: DeserializeOwned, R: Value>(
    turn: &Turn,
    id: &str,
    args: &Json,
    query: impl FnOnce(&N, &View<N>, A) -> Result<R>,
) -> Result<Json> {
    let args = args.read::<A>()?;
    let cells = turn.row(N::DEF, id)?.cells;
    let row = N::from_cells(id, &mut cells.into_iter())?;
    Json::of(&query(&row, &View::new(turn.clone(), id), args)?)
}

/// Decodes the JSON of a whole thing into its columns.
#[doc(hidden)]
pub fn cells_of<N: Noun>(json: &Json) -> Result<Vec<Cell>> {
    json.read::<N>()?.to_cells()
}

impl<N: Noun> Stub<N> {
    /// The whole thing as it is now.
    pub fn get(&self) -> Call<Found<N>> {
        Self::then(self, |id| Op::Get {
            noun: N::DEF.name.into(),
            id,
            at: None,
        })
    }

    /// Changes some of its fields: a JSON merge patch. Emits `updated`.
    pub fn update(&self, patch: &impl Serialize) -> Call<Found<N>> {
        let patch = Json::of(patch).unwrap_or_else(|_| Json::null());
        Self::then(self, |id| Op::Update {
            noun: N::DEF.name.into(),
            id,
            patch,
            if_match: None,
        })
    }

    /// Deletes it, leaving a tombstone. Emits `deleted`.
    pub fn delete(&self) -> Call<()> {
        Self::then(self, |id| Op::Delete {
            noun: N::DEF.name.into(),
            id,
            if_match: None,
        })
    }
}
