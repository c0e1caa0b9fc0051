//! A business, unfolded for running: every noun, verb, handler, schedule and step by name.

use std::sync::OnceLock;

use chrono_tz::Tz;
use dotdo_core::lock::{self, Lock, State};
use dotdo_core::migration::{self, Stated};
use dotdo_core::order::sort_by;
use dotdo_core::schedule::Schedule;
use dotdo_core::table::{Bound, Column, Range, Schema, Table};
use serde::{Deserialize, Serialize};

use crate::business::{AppDef, Entry, Item, PartDef};
use crate::effect::StepDef;
use crate::error::{Error, Result};
use crate::flow::{FlowDef, Missed, Route, Trigger};
use crate::maps::Few;
use crate::migration::Migration;
use crate::noun::{NounDef, VerbDef, VerbsDef};
use crate::rooms;
use crate::stub::Op;
use crate::value::Shape;

/// Which object: the tenant's own, or one of an object noun.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ObjectKey {
    /// The tenant: a host name or a label under the app's domain.
    pub tenant: String,
    /// The noun and id of an object noun; none for the tenant's own object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thing: Option<(String, String)>,
}

impl ObjectKey {
    /// The tenant's own object.
    pub fn tenant(tenant: impl Into<String>) -> Self {
        Self {
            tenant: tenant.into(),
            thing: None,
        }
    }

    /// An object noun's object.
    pub fn thing(
        tenant: impl Into<String>,
        noun: impl Into<String>,
        id: impl Into<String>,
    ) -> Self {
        Self {
            tenant: tenant.into(),
            thing: Some((noun.into(), id.into())),
        }
    }

    /// The noun of an object noun's object.
    pub fn noun(&self) -> Option<&str> {
        self.thing.as_ref().map(|(noun, _)| noun.as_str())
    }
}

impl std::fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.thing {
            None => f.write_str(&self.tenant),
            Some((noun, id)) => write!(f, "{}/{noun}/{id}", self.tenant),
        }
    }
}

/// A noun with its verbs.
#[derive(Debug)]
pub struct NounEntry {
    /// The noun.
    pub def: &'static NounDef,
    /// Its verbs and queries by name.
    pub verbs: Few<&'static str, &'static VerbDef>,
}

/// A schedule, parsed.
#[derive(Debug)]
pub struct Scheduled {
    /// The flow it starts.
    pub flow: &'static FlowDef,
    /// When.
    pub schedule: Schedule,
    /// In which time zone.
    pub zone: Tz,
    /// The phrase as written.
    pub phrase: &'static str,
    /// What is done about missed runs.
    pub missed: Missed,
}

/// A business, unfolded for running.
#[derive(Debug)]
pub struct App {
    /// The constants it was made from.
    pub def: &'static AppDef,
    nouns: Few<&'static str, NounEntry>,
    flows: Few<&'static str, &'static FlowDef>,
    steps: Few<&'static str, &'static StepDef>,
    parts: Vec<&'static PartDef>,
    /// Handlers in the order in which they start: priority, exact before wildcard, order of the list.
    routes: Vec<(&'static FlowDef, &'static Route)>,
    schedules: Vec<Scheduled>,
    /// The schemas of objects, as they are asked for: comparing costs an object that is up to date one fingerprint.
    known: OnceLock<(KnownSchema, Few<&'static str, KnownSchema>)>,
    lock: OnceLock<Option<Lock>>,
}

/// A schema with its fingerprint.
#[derive(Debug)]
pub struct KnownSchema {
    /// The tables.
    pub schema: Schema,
    /// Their fingerprint.
    pub fingerprint: String,
}

impl KnownSchema {
    fn of(schema: Schema) -> Self {
        let fingerprint = schema.fingerprint();
        Self {
            schema,
            fingerprint,
        }
    }
}

impl App {
    /// Unfolds a business. What `app!` could not prove while compiling is checked here.
    pub fn new(def: &'static AppDef) -> Result<Self> {
        let mut app = Self {
            def,
            nouns: Few::new(),
            flows: Few::new(),
            steps: Few::new(),
            parts: Vec::new(),
            routes: Vec::new(),
            schedules: Vec::new(),
            known: OnceLock::new(),
            lock: OnceLock::new(),
        };
        app.take(def.entries)?;
        // Equals keep the order of the list.
        sort_by(&mut app.routes, |(_, a), (_, b)| {
            let order = b.priority.cmp(&a.priority);
            order.then_with(|| a.pattern.wildcards().cmp(&b.pattern.wildcards()))
        });
        for (flow, route) in &app.routes {
            if let (Some(noun), Some(verb)) = (route.pattern.noun, route.pattern.verb) {
                let known = app.events_of(noun);
                if !known.contains(&verb) {
                    return Err(Error::internal(format_args!(
                        "`{}` listens to `{noun}::{verb}`, but `{noun}` has no such event; it has {}",
                        flow.name,
                        known.join(", ")
                    )));
                }
            }
        }
        Ok(app)
    }

    fn take(&mut self, entries: &'static [Entry]) -> Result<()> {
        for entry in entries {
            match entry.item {
                Item::Noun(def) => {
                    let verbs = entry.verbs.map(VerbsDef::by_name).unwrap_or_default();
                    if self
                        .nouns
                        .insert(def.name, NounEntry { def, verbs })
                        .is_some()
                    {
                        return Err(Error::internal(format_args!(
                            "the noun `{}` is listed twice",
                            def.name
                        )));
                    }
                    for flow in entry.verbs.map_or(&[][..], |v| v.flows) {
                        self.take_flow(flow)?;
                    }
                }
                Item::Flow(flow) => self.take_flow(flow)?,
                Item::Step(step) => {
                    if self.steps.insert(step.name, step).is_some() {
                        return Err(Error::internal(format_args!(
                            "two steps are named `{}`",
                            step.name
                        )));
                    }
                }
                Item::Part(part) => {
                    self.parts.push(part);
                    self.take(part.entries)?;
                }
            }
        }
        Ok(())
    }

    fn take_flow(&mut self, flow: &'static FlowDef) -> Result<()> {
        if !rooms::FLOWS {
            return Err(rooms::lacking("flows"));
        }
        if self.flows.insert(flow.name, flow).is_some() || self.steps.contains_key(flow.name) {
            return Err(Error::internal(format_args!(
                "two functions are named `{}`",
                flow.name
            )));
        }
        match &flow.trigger {
            Trigger::Call => {}
            Trigger::On(route) => self.routes.push((flow, route)),
            Trigger::Every(table) => {
                let (schedule, zone) =
                    (table.read)(table).map_err(|e| e.context(format_args!("`{}`", flow.name)))?;
                self.schedules.push(Scheduled {
                    flow,
                    schedule,
                    zone,
                    phrase: table.phrase,
                    missed: table.missed,
                });
            }
        }
        Ok(())
    }

    /// The host part of the app's identities: its domain, or its own name under `localhost`.
    pub fn domain(&self) -> String {
        self.def.domain.map_or_else(
            || format!("{}.localhost", self.def.name.to_lowercase()),
            str::to_owned,
        )
    }

    /// The host name of a tenant: `acme` is `acme.shop.example`; a name with a dot stands for itself.
    pub fn host_of(&self, tenant: &str) -> String {
        if tenant.contains('.') {
            tenant.to_owned()
        } else {
            format!("{tenant}.{}", self.domain())
        }
    }

    /// A noun by name.
    pub fn noun(&self, name: &str) -> Result<&NounEntry> {
        self.nouns.get(name).ok_or_else(|| {
            let names: Vec<_> = self.nouns.keys().copied().collect();
            Error::not_found(unknown("noun", name, &names))
        })
    }

    /// All nouns by name.
    pub fn nouns(&self) -> impl Iterator<Item = &NounEntry> {
        self.nouns.values()
    }

    /// A verb or query of a noun.
    pub fn verb(&self, noun: &str, verb: &str) -> Result<&'static VerbDef> {
        let entry = self.noun(noun)?;
        entry.verbs.get(verb).copied().ok_or_else(|| {
            let names: Vec<_> = entry.verbs.keys().copied().collect();
            Error::not_found(unknown(&format!("verb or query of `{noun}`"), verb, &names))
        })
    }

    /// A flow by name.
    pub fn flow(&self, name: &str) -> Option<&'static FlowDef> {
        self.flows.get(name).copied()
    }

    /// All flows by name.
    pub fn flows(&self) -> impl Iterator<Item = &'static FlowDef> + '_ {
        self.flows.values().copied()
    }

    /// A step by name.
    pub fn step(&self, name: &str) -> Option<&'static StepDef> {
        self.steps.get(name).copied()
    }

    /// All steps by name.
    pub fn steps(&self) -> impl Iterator<Item = &'static StepDef> + '_ {
        self.steps.values().copied()
    }

    /// All parts, in the order of the list.
    pub fn parts(&self) -> &[&'static PartDef] {
        &self.parts
    }

    /// The handlers of an event, in the order in which they start.
    pub fn handlers(
        &self,
        noun: &str,
        verb: &str,
    ) -> impl Iterator<Item = (&'static FlowDef, &'static Route)> + '_ {
        let (noun, verb) = (noun.to_owned(), verb.to_owned());
        self.routes
            .iter()
            .copied()
            .filter(move |(_, route)| route.pattern.matches(&noun, &verb))
    }

    /// All handlers, in the order in which they start.
    pub fn routes(&self) -> &[(&'static FlowDef, &'static Route)] {
        &self.routes
    }

    /// The schedules that an object keeps: free ones in the tenant's object, those of `impl Order` in each order.
    pub fn schedules_of(&self, key: &ObjectKey) -> impl Iterator<Item = &Scheduled> {
        let noun = key.noun().map(str::to_owned);
        self.schedules
            .iter()
            .filter(move |s| s.flow.noun.filter(|n| self.is_object(n)) == noun.as_deref())
    }

    /// All schedules.
    pub fn schedules(&self) -> &[Scheduled] {
        &self.schedules
    }

    /// Whether a noun's instances are objects of their own.
    pub fn is_object(&self, noun: &str) -> bool {
        self.nouns.get(noun).is_some_and(|entry| entry.def.object)
    }

    /// The events of a noun.
    pub fn events_of(&self, noun: &str) -> Vec<&'static str> {
        let verbs = self
            .nouns
            .get(noun)
            .map(|entry| entry.verbs.values().filter_map(|v| v.event));
        ["created", "updated", "deleted"]
            .into_iter()
            .chain(verbs.into_iter().flatten())
            .collect()
    }

    /// The object that answers an operation.
    pub fn home(&self, tenant: &str, op: &Op) -> Result<ObjectKey> {
        match op.subject() {
            Some((noun, id)) if self.noun(noun)?.def.object => {
                Ok(ObjectKey::thing(tenant, noun, id))
            }
            _ => Ok(ObjectKey::tenant(tenant)),
        }
    }

    /// The tables of an object: in the tenant's object all nouns (object nouns as the directory of their
    /// instances), in an object noun's object its own row and the rows it makes.
    pub fn schema_of(&self, noun: Option<&str>) -> Schema {
        self.known_schema(noun).schema.clone()
    }

    /// The tables of an object with their fingerprint, made once.
    pub fn known_schema(&self, noun: Option<&str>) -> &KnownSchema {
        let (tenant, objects) = self.known.get_or_init(|| {
            let mut objects = Few::new();
            for entry in self.nouns.values().filter(|entry| entry.def.object) {
                let name = entry.def.name;
                objects.insert(name, KnownSchema::of(self.make_schema(Some(name))));
            }
            (KnownSchema::of(self.make_schema(None)), objects)
        });
        // An object whose noun is gone, or is no object any more, has the rows of the rest.
        noun.and_then(|noun| objects.get(noun)).unwrap_or(tenant)
    }

    /// The crate's `dotdo.lock`, read once.
    pub fn lock(&self) -> Option<&Lock> {
        let read = || {
            let file = self.def.lock?;
            (file.read)(file.text)
        };
        self.lock.get_or_init(read).as_ref()
    }

    /// What the program stores, as the lock has it.
    pub fn state(&self) -> State {
        let nouns = self.nouns.values().map(|entry| lock::Noun {
            object: entry.def.object,
            table: table(entry.def),
        });
        let steps = self.steps.values().map(|def| lock::Function {
            flow: false,
            name: def.name.to_owned(),
            version: def.version,
            args: Shape::models(def.args),
            output: def.output.model(),
        });
        let flows = self.flows.values().map(|def| lock::Function {
            flow: true,
            name: def.name.to_owned(),
            version: def.version,
            args: Shape::models(def.args),
            output: def.output.model(),
        });
        State::new(nouns.collect(), steps.chain(flows).collect())
    }

    /// What the program says about its schema, and the functions that it names, in the same order.
    pub fn stated(&self) -> (Stated, Vec<&'static Migration>) {
        let mut stated = Stated {
            nouns: self.def.dropped.iter().map(|&n| n.to_owned()).collect(),
            ..Stated::default()
        };
        let mut functions = Vec::new();
        for def in self.nouns.values().map(|entry| entry.def) {
            let dropped = def
                .dropped
                .iter()
                .map(|&c| (def.name.to_owned(), c.to_owned()));
            stated.columns.extend(dropped);
            for column in def.columns {
                for migration in column.migrate {
                    stated.functions.push(migration::Function {
                        noun: def.name.to_owned(),
                        column: column.name.to_owned(),
                        from: migration.model(),
                    });
                    functions.push(migration);
                }
            }
        }
        (stated, functions)
    }

    fn make_schema(&self, noun: Option<&str>) -> Schema {
        let tables = self
            .nouns
            .values()
            .filter(|entry| noun.is_none_or(|own| !entry.def.object || entry.def.name == own))
            .map(|entry| table(entry.def))
            .collect();
        Schema::new(tables)
    }
}

impl VerbsDef {
    fn by_name(&'static self) -> Few<&'static str, &'static VerbDef> {
        let mut verbs = Few::new();
        for verb in self.verbs {
            verbs.insert(verb.name, verb);
        }
        verbs
    }
}

fn unknown(what: &str, name: &str, known: &[&str]) -> String {
    let mut text = format!("there is no {what} named `{name}`");
    if let Some(near) = dotdo_core::nearest(name, known.iter().copied()) {
        text = format!("{text}; did you mean `{near}`?");
    } else if !known.is_empty() {
        text = format!("{text}; there are {}", known.join(", "));
    }
    text
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "only whole numbers are turned into integers"
)]
fn bound(number: f64) -> Bound {
    if number.fract() == 0.0 && number.abs() < 9.0e15 {
        Bound::Integer(number as i64)
    } else {
        Bound::Real(number)
    }
}

/// The table of a noun.
pub fn table(def: &NounDef) -> Table {
    let columns = def
        .columns
        .iter()
        .map(|c| Column {
            nullable: c.nullable,
            unique: c.unique,
            index: c.index,
            search: c.search,
            secret: c.secret,
            range: c.range.map(|(min, max)| Range {
                min: min.map(bound),
                max: max.map(bound),
            }),
            check: c.check.map(str::to_owned),
            default: c.literal(),
            was: c.was.map(str::to_owned),
            dropped: c.dropped.iter().map(|&s| s.to_owned()).collect(),
            doc: c.doc.to_owned(),
            ..Column::of(c.name, &c.shape.model())
        })
        .collect();
    // Without `Table::new`, which would make a name of the noun's, to be thrown away.
    Table {
        noun: def.name.to_owned(),
        name: def.table.to_owned(),
        columns,
        history: def.history,
        doc: def.doc.to_owned(),
    }
}
