//! A business as constants: what `app!` writes down, and what it proves while the program compiles.

use std::marker::PhantomData;

use dotdo_core::lock::Lock;

use crate::const_names::Names;
use crate::const_text::{Text, same};
use crate::effect::StepDef;
use crate::flow::{FlowDef, Trigger};
use crate::noun::{NounDef, Verbs, VerbsDef};

/// Something that can be listed in `app!` or `part!`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no part of a business",
    label = "not a noun, handler, schedule, step, flow or part",
    note = "`app!` lists what is marked `#[noun]`, `#[on]`, `#[every]` or `#[durable]`, and parts made by `part!`"
)]
pub trait Listed {
    #[doc(hidden)]
    const ITEM: Item;
}

/// What an entry of the list is.
#[derive(Clone, Copy, Debug)]
pub enum Item {
    /// A noun.
    Noun(&'static NounDef),
    /// A handler, schedule or flow.
    Flow(&'static FlowDef),
    /// A step.
    Step(&'static StepDef),
    /// A part: a list of its own.
    Part(&'static PartDef),
}

/// A part as constants: what `part!` writes down.
#[derive(Debug)]
pub struct PartDef {
    /// Its name.
    pub name: &'static str,
    /// Its documentation.
    pub doc: &'static str,
    /// What it consists of.
    pub entries: &'static [Entry],
}

impl PartDef {
    /// Stands in for what is no item.
    #[doc(hidden)]
    pub const EMPTY: &'static Self = &Self {
        name: "",
        doc: "",
        entries: &[],
    };
}

impl Item {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Noun(def) => def.name,
            Self::Flow(def) => def.name,
            Self::Step(def) => def.name,
            Self::Part(def) => def.name,
        }
    }

    /// The step that this is; for generated code, which knows.
    #[doc(hidden)]
    pub const fn step(self) -> &'static StepDef {
        match self {
            Self::Step(def) => def,
            _ => panic!("this item is no step"),
        }
    }

    /// The flow that this is; for generated code, which knows.
    #[doc(hidden)]
    pub const fn flow(self) -> &'static FlowDef {
        match self {
            Self::Flow(def) => def,
            _ => panic!("this item is no flow"),
        }
    }
}

/// An entry of the list: the item, and the verbs that belong to it.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The item.
    pub item: Item,
    /// The verbs of a noun.
    pub verbs: Option<&'static VerbsDef>,
}

/// What there is about an item of the list: an inherent constant goes before one of a trait.
#[doc(hidden)]
pub struct Of<T>(PhantomData<T>);
impl<T: Listed> Of<T> {
    pub const ITEM: Item = T::ITEM;
}
impl<N: Verbs> Of<N> {
    pub const VERBS: Option<&'static VerbsDef> = Some(N::VERBS);
}

/// Stands in for what there is not: a noun may have no verbs, and a plain function is no item, as `Marked` says.
#[doc(hidden)]
pub trait Otherwise {
    const ITEM: Item = Item::Part(PartDef::EMPTY);
    const VERBS: Option<&'static VerbsDef> = None;
}
impl<T> Otherwise for Of<T> {}

/// A function that can be listed: beside it stands a type of its name, `T`, which its attribute wrote.
#[diagnostic::on_unimplemented(
    message = "this function has no attribute of dotdo, so it is no part of a business",
    label = "a plain function",
    note = "write `#[on(..)]`, `#[every(..)]` or `#[durable]` above it; a function that is only called by others is not listed"
)]
pub trait Marked<T> {
    #[doc(hidden)]
    fn marked(&self) {}
}
#[diagnostic::do_not_recommend]
impl<T: Listed, F> Marked<T> for F {}

/// The type that goes with a function without an attribute.
#[doc(hidden)]
pub mod unmarked {
    pub type Marker = fn();
}

/// A business that `app!` has put together.
pub trait Business {
    /// The business as constants.
    const DEF: &'static AppDef;
}

/// A business as constants.
#[derive(Debug)]
pub struct AppDef {
    /// `Shop`.
    pub name: &'static str,
    /// The version of the crate.
    pub version: &'static str,
    /// `shop.example`.
    pub domain: Option<&'static str>,
    /// Its documentation.
    pub doc: &'static str,
    /// What it consists of.
    pub entries: &'static [Entry],
    /// Nouns and functions that are gone, and whose rows or runs may be lost.
    pub dropped: &'static [&'static str],
    /// The schema that its data has, if the crate keeps a `dotdo.lock`.
    pub lock: Option<LockFile>,
    /// The folder of the crate and the source file in which the business stands.
    #[doc(hidden)]
    pub at: (&'static str, &'static str),
}

/// The crate's `dotdo.lock`, as it was when the program was built.
#[derive(Clone, Copy, Debug)]
pub struct LockFile {
    /// The number of the newest version.
    pub version: u32,
    /// Where it is: a path that begins at the crate's folder.
    pub path: &'static str,
    /// The whole file.
    pub text: &'static str,
    /// [`read_lock`]. It stands here so that a business without a lock is built without the code that reads one.
    #[doc(hidden)]
    pub read: fn(&str) -> Option<Lock>,
}

/// Reads a lock; a file that the program was built with is one.
#[doc(hidden)]
pub fn read_lock(text: &str) -> Option<Lock> {
    text.parse().ok()
}

#[track_caller]
const fn clash(what: &str, name: &str, cure: &str) -> ! {
    let text = Text::new()
        .with(what)
        .with(" `")
        .with(name)
        .with("`; ")
        .with(cure);
    panic!("{}", text.as_str())
}

// `#[track_caller]` keeps these functions out of the compiler's message: the user's `app!` is what it is about.

/// Proves that nothing in the list collides and that every handler can be reached. Called by `app!` in a `const`; `N` is
/// [`count`].
#[doc(hidden)]
#[track_caller]
pub const fn prove<const N: usize>(app: &AppDef) {
    let (mut nouns, mut tables, mut functions) =
        (Names::<N>::new(), Names::<N>::new(), Names::<N>::new());
    let mut entries = Entries::of(app);
    while let Some(entry) = entries.next() {
        match entry.item {
            Item::Noun(noun) => {
                nouns.push(noun.name);
                tables.push(noun.table);
            }
            Item::Flow(flow) => functions.push(flow.name),
            Item::Step(step) => functions.push(step.name),
            Item::Part(_) => {}
        }
    }
    nouns.sort();
    tables.sort();
    functions.sort();
    if let Some(name) = nouns.twice() {
        clash(
            "two nouns are named",
            name,
            "list each noun once, and give each a name of its own",
        );
    }
    if let Some(name) = tables.twice() {
        clash(
            "two nouns have the table",
            name,
            "give one of them another with `#[noun(table = \"…\")]`",
        );
    }
    if let Some(name) = functions.twice() {
        clash(
            "two functions are named",
            name,
            "list each function once, or give one another name with `#[durable(name = \"…\")]`",
        );
    }
    let mut entries = Entries::of(app);
    while let Some(entry) = entries.next() {
        if let Item::Flow(flow) = entry.item {
            prove_reachable(app, &nouns, flow);
        }
        if let Some(verbs) = entry.verbs {
            let mut i = 0;
            while i < verbs.flows.len() {
                prove_reachable(app, &nouns, verbs.flows[i]);
                prove_kept(entry, verbs.flows[i]);
                i += 1;
            }
        }
    }
}

/// How many entries a list has, with all parts unfolded.
#[doc(hidden)]
pub const fn count(app: &AppDef) -> usize {
    let (mut entries, mut count) = (Entries::of(app), 0);
    while entries.next().is_some() {
        count += 1;
    }
    count
}

/// The entries of a list, with all parts unfolded, one after the other.
pub(crate) struct Entries {
    /// The lists that are being read, the innermost last, each with the place of the next entry.
    lists: [(&'static [Entry], usize); Self::DEPTH],
    depth: usize,
}

impl Entries {
    /// How deep parts may be nested.
    const DEPTH: usize = 16;

    pub(crate) const fn of(app: &AppDef) -> Self {
        let mut lists: [(&'static [Entry], usize); Self::DEPTH] = [(&[], 0); Self::DEPTH];
        lists[0].0 = app.entries;
        Self { lists, depth: 0 }
    }

    /// The next entry; no iterator, because those cannot be used in constants.
    #[track_caller]
    pub(crate) const fn next(&mut self) -> Option<Entry> {
        loop {
            let (list, place) = self.lists[self.depth];
            if place == list.len() {
                if self.depth == 0 {
                    return None;
                }
                self.depth -= 1;
                continue;
            }
            self.lists[self.depth].1 += 1;
            let Item::Part(inner) = list[place].item else {
                return Some(list[place]);
            };
            assert!(
                self.depth + 1 < Self::DEPTH,
                "parts are nested more than 15 deep; list some of them in `app!` itself"
            );
            self.depth += 1;
            self.lists[self.depth] = (inner.entries, 0);
        }
    }
}

#[track_caller]
const fn prove_reachable<const N: usize>(app: &AppDef, nouns: &Names<N>, flow: &FlowDef) {
    let Trigger::On(route) = &flow.trigger else {
        return;
    };
    match (route.pattern.noun, route.pattern.verb) {
        (Some(noun), _) => prove_listed(nouns, flow, noun),
        (None, Some(verb)) => prove_emitted(app, flow, verb),
        (None, None) => {}
    }
}

#[track_caller]
const fn prove_listed<const N: usize>(nouns: &Names<N>, flow: &FlowDef, noun: &str) {
    if nouns.contains(noun) {
        return;
    }
    let text = Text::new()
        .with("`")
        .with(flow.name)
        .with("` listens to `")
        .with(noun)
        .with("`, which is not listed; add `")
        .with(noun)
        .with("` to the list");
    panic!("{}", text.as_str())
}

#[track_caller]
const fn prove_emitted(app: &AppDef, flow: &FlowDef, verb: &str) {
    if same(verb, "created") || same(verb, "updated") || same(verb, "deleted") {
        return;
    }
    let mut entries = Entries::of(app);
    while let Some(entry) = entries.next() {
        if let Some(verbs) = entry.verbs {
            let mut i = 0;
            while i < verbs.verbs.len() {
                if let Some(event) = verbs.verbs[i].event
                    && same(event, verb)
                {
                    return;
                }
                i += 1;
            }
        }
    }
    let text = Text::new()
        .with("`")
        .with(flow.name)
        .with("` listens to `*::")
        .with(verb)
        .with("`, but no noun of the list has an event of that name");
    panic!("{}", text.as_str())
}

/// A schedule needs an object that keeps it; a row has none of its own.
#[track_caller]
const fn prove_kept(entry: Entry, flow: &FlowDef) {
    if let (Item::Noun(noun), Trigger::Every(_)) = (entry.item, &flow.trigger)
        && !noun.object
    {
        let text = Text::new()
            .with("`")
            .with(flow.name)
            .with("` would be a schedule of each `")
            .with(noun.name)
            .with("`, but a `")
            .with(noun.name)
            .with("` is a row and keeps no time; make it `#[noun(object)]`, or move the function out of the `impl`");
        panic!("{}", text.as_str())
    }
}
