//! A business under test, as the test sees it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::rc::Rc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;

use super::core::Core;
use super::faults::Faults;
use super::mocks::Mock;
use super::network::{LOST, SimPeers};
use super::trace::Stats;
use super::world::World;
use crate::app::{App, ObjectKey};
use crate::business::{AppDef, Business, Item, Listed};
use crate::effect::Effect;
use crate::error::{Error, ErrorKind, Result};
use crate::event::DomainEvent;
use crate::host::{ask, request_of};
use crate::id::Ref;
use crate::json::Json;
use crate::noun::Noun;
use crate::object::Request;
use crate::store::actions::Action;
use crate::store::{ActionFilter, EventFilter, Letter, Page};
use crate::stub::Op;

/// Somebody who does not get through tries so often.
const TRIES: u32 = 400;
/// And waits so long in between, in microseconds.
const PAUSE: i64 = 250_000;

/// How a business is to be simulated.
#[derive(Debug)]
pub struct SimBuilder {
    def: &'static AppDef,
    seed: u64,
    start: DateTime<Utc>,
    faults: Faults,
}

impl SimBuilder {
    /// What decides everything that is left to chance. The default is 0.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The time at which it begins. The default is Monday, 2 November 2026, noon UTC.
    pub fn start_at(mut self, start: DateTime<Utc>) -> Self {
        self.start = start;
        self
    }

    /// What goes wrong. The default is nothing.
    pub fn faults(mut self, faults: Faults) -> Self {
        self.faults = faults;
        self
    }

    /// Starts it.
    pub fn start<B>(self) -> Result<Sim<B>> {
        let app = app_of(self.def)?;
        let start = self.start.timestamp_micros();
        let world = World::new(app, self.seed, start, self.faults);
        Ok(Sim {
            core: Rc::new(Core::new(world)),
            calls: Rc::default(),
            business: PhantomData,
        })
    }
}

/// The business, unfolded once for each thread.
fn app_of(def: &'static AppDef) -> Result<&'static App> {
    thread_local! {
        static APPS: RefCell<BTreeMap<usize, &'static App>> = const { RefCell::new(BTreeMap::new()) };
    }
    let place = std::ptr::from_ref(def) as usize;
    if let Some(app) = APPS.with_borrow(|apps| apps.get(&place).copied()) {
        return Ok(app);
    }
    // For the life of the process: what is made here is a few tables of pointers into constants.
    let app: &'static App = Box::leak(Box::new(App::new(def)?));
    APPS.with_borrow_mut(|apps| apps.insert(place, app));
    Ok(app)
}

/// A business under test: in this thread, on a disk in memory, with a clock that only the test moves. Clones are the
/// same simulation.
///
/// `#[dotdo::test]` gives one to a test.
pub struct Sim<B = ()> {
    core: Rc<Core>,
    calls: Rc<std::cell::Cell<u64>>,
    business: PhantomData<fn() -> B>,
}

impl<B> Clone for Sim<B> {
    fn clone(&self) -> Self {
        self.as_business()
    }
}

impl<B> std::fmt::Debug for Sim<B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sim({})", self.app().def.name)
    }
}

impl<B: Business> Sim<B> {
    /// A simulation in which nothing goes wrong.
    pub fn new() -> Result<Self> {
        Sim::<B>::builder(B::DEF).start()
    }
}

impl<B> Sim<B> {
    /// A simulation of a business that is known by its constants only.
    pub fn builder(def: &'static AppDef) -> SimBuilder {
        SimBuilder {
            def,
            seed: 0,
            start: DateTime::from_timestamp_micros(1_793_620_800_000_000).unwrap_or_default(),
            faults: Faults::none(),
        }
    }

    fn as_business<C>(&self) -> Sim<C> {
        Sim {
            core: self.core.clone(),
            calls: self.calls.clone(),
            business: PhantomData,
        }
    }

    /// The business.
    pub fn app(&self) -> &'static App {
        self.core.world.borrow().app
    }

    /// The time.
    pub fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.core.world.borrow().now()).unwrap_or_default()
    }

    /// Reaches its objects, for a [`Door`](crate::door::Door).
    pub fn peers(&self) -> SimPeers {
        SimPeers(self.core.clone())
    }

    // ---- asking ----

    /// Makes a thing, and gives the reference to it.
    pub async fn create<N: Noun>(&self, thing: N) -> Result<Ref<N>> {
        self.call(thing.create()).await
    }

    /// Performs a call or a question in the default tenant and waits for its answer; not for what it causes.
    pub async fn call<E: Effect>(&self, effect: E) -> Result<E::Output> {
        self.call_in(&self.app().domain(), effect).await
    }

    /// [`call`](Self::call) in another tenant.
    ///
    /// Where the simulation loses answers, it asks again until it has one, under a key, so that the call takes effect
    /// once.
    pub async fn call_in<E: Effect>(&self, tenant: &str, effect: E) -> Result<E::Output> {
        let id = self.new_id();
        let (to, mut request) = request_of(self.app(), tenant, effect, move || id)?;
        let patient = self.core.world.borrow().faults.lose_answers();
        if patient && request.id.is_none() && request.ops.iter().any(|op| !op.is_read()) {
            self.calls.set(self.calls.get() + 1);
            request.id = Some(format!("sim/{}", self.calls.get()));
        }
        let mut tries = 0;
        loop {
            match ask(&self.peers(), to.clone(), request.clone()).await {
                Err(error) if patient && did_not_get_through(&error) && tries < TRIES => {
                    tries += 1;
                    let until = self.core.world.borrow().now() + PAUSE;
                    self.core.run_until(until).await;
                }
                done => return done?.read(),
            }
        }
    }

    /// Accepts a step or flow by its name, as a verb would with `cx.send_named`; nobody waits for it.
    pub async fn send_named(&self, name: &str, args: &impl serde::Serialize) -> Result<()> {
        let op = Op::Run {
            name: name.to_owned(),
            args: Json::of(args)?,
        };
        self.ask(self.home(), op).await
    }

    /// Asks an object one thing, untyped.
    pub async fn ask<T: DeserializeOwned>(&self, to: ObjectKey, op: Op) -> Result<T> {
        ask(&self.peers(), to, Request::new("test", op))
            .await?
            .read()
    }

    /// The object of the default tenant.
    pub fn home(&self) -> ObjectKey {
        ObjectKey::tenant(self.app().domain())
    }

    /// The object of a thing: its own, or that of the default tenant.
    pub fn object_of<N: Noun>(&self, thing: &Ref<N>) -> ObjectKey {
        let (noun, id) = (N::DEF.name, thing.to_string());
        if self.app().is_object(noun) {
            ObjectKey::thing(self.app().domain(), noun, id)
        } else {
            self.home()
        }
    }

    /// The events of the default tenant's object, oldest first.
    pub async fn events(&self) -> Result<Vec<DomainEvent>> {
        self.events_at(self.home()).await
    }

    /// The events of an object, oldest first.
    pub async fn events_at(&self, object: ObjectKey) -> Result<Vec<DomainEvent>> {
        self.pages(object, |after| {
            Ok(Op::Events(EventFilter {
                after: after.map(|after| after.parse()).transpose()?,
                limit: Some(1000),
                ..EventFilter::default()
            }))
        })
        .await
    }

    /// What the default tenant's object has done and is doing, oldest first: verbs, flows, and the journals of the flows.
    pub async fn actions(&self) -> Result<Vec<Action>> {
        self.actions_at(self.home()).await
    }

    /// [`actions`](Self::actions) of an object.
    pub async fn actions_at(&self, object: ObjectKey) -> Result<Vec<Action>> {
        self.pages(object, |after| {
            Ok(Op::Actions(ActionFilter {
                after,
                limit: Some(1000),
                ..ActionFilter::default()
            }))
        })
        .await
    }

    /// What failed for good in the default tenant's object.
    pub async fn dead_letters(&self) -> Result<Vec<Letter>> {
        self.dead_letters_at(self.home()).await
    }

    /// [`dead_letters`](Self::dead_letters) of an object.
    pub async fn dead_letters_at(&self, object: ObjectKey) -> Result<Vec<Letter>> {
        self.pages(object, |after| Ok(Op::DeadLetters { limit: 1000, after }))
            .await
    }

    async fn pages<T: DeserializeOwned>(
        &self,
        object: ObjectKey,
        op: impl Fn(Option<String>) -> Result<Op>,
    ) -> Result<Vec<T>> {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let page: Page<T> = self.ask(object.clone(), op(after)?).await?;
            all.extend(page.items);
            after = page.next;
            if after.is_none() {
                return Ok(all);
            }
        }
    }

    // ---- time ----

    /// Waits until nothing is under way: no turn, no step, no message. Pauses and retries that are not due do not count.
    pub async fn settle(&self) {
        self.core.settle(true).await;
    }

    /// Lets the next thing happen, if anything is going to. For a test that looks in between.
    pub fn step(&self) -> bool {
        self.core.step(None)
    }

    /// Lets time pass: everything that becomes due on the way happens at its time.
    pub async fn advance(&self, by: Duration) {
        let until = self.core.world.borrow().now().saturating_add(micros(by));
        self.core.run_until(until).await;
        self.core.settle(false).await;
    }

    /// Waits for so long, while what is under way goes on. For several things that a test does at one time.
    pub async fn pause(&self, time: Duration) {
        let until = self.core.world.borrow().now().saturating_add(micros(time));
        self.core.run_until(until).await;
    }

    /// Moves the clock at once, and does not wait for what became due.
    pub fn skip(&self, by: Duration) {
        self.core.skip(micros(by));
    }

    /// Moves the clock at once, as if the machine had been asleep: everything that became due meanwhile happens now.
    pub async fn jump(&self, by: Duration) {
        self.skip(by);
        self.settle().await;
    }

    // ---- what goes wrong ----

    /// Loses the power, and starts again: what was not safe may be lost, what was under way goes on.
    pub async fn crash(&self) {
        self.core.world.borrow_mut().crash(true);
        self.core.settle(false).await;
    }

    /// Kills the process and starts it again: what was written is kept, what was under way goes on.
    pub async fn kill(&self) {
        self.core.world.borrow_mut().crash(false);
        self.core.settle(false).await;
    }

    /// Stops in good order, and starts again after so long: what became due meanwhile is done then.
    pub fn down_for(&self, time: Duration) {
        let mut world = self.core.world.borrow_mut();
        world.restart();
        let now = world.now().saturating_add(micros(time));
        world.set_now(now);
    }

    /// Stops in good order, and starts again on the same data.
    pub async fn restart(&self) {
        let def = self.app().def;
        // The same business fits.
        let _ = self.swap(def).await;
    }

    /// Stops in good order, and starts another program on the same data: the next version of the business.
    pub async fn restart_as<C: Business>(&self) -> Result<Sim<C>> {
        self.swap(C::DEF).await?;
        Ok(self.as_business())
    }

    /// [`restart_as`](Self::restart_as) for a business that is known by its constants only.
    pub async fn swap(&self, def: &'static AppDef) -> Result<()> {
        let app = app_of(def)?;
        self.settle().await;
        {
            let mut world = self.core.world.borrow_mut();
            world.restart();
            world.app = app;
        }
        self.settle().await;
        Ok(())
    }

    /// Puts every idle object to sleep; each wakes when it is next needed.
    pub fn sleep_all(&self) {
        self.core.world.borrow_mut().sleep_all();
    }

    /// From now on this goes wrong.
    pub fn set_faults(&self, faults: Faults) {
        let mut world = self.core.world.borrow_mut();
        if faults.full == 0 {
            world.disk.set_full(false);
        }
        world.faults = faults;
    }

    /// Whether there is no room on the disk.
    pub fn set_disk_full(&self, full: bool) {
        self.core.world.borrow_mut().disk.set_full(full);
    }

    // ---- the world outside ----

    /// A step under the eyes of the test: how often it runs, with which arguments. [`Mock::with`] puts something in its
    /// place, [`Mock::fail_nth`] makes it fail.
    ///
    /// # Panics
    ///
    /// If it is no step of this business.
    pub fn mock<S: Listed + DeserializeOwned + 'static>(&self) -> Mock<S> {
        let Item::Step(def) = S::ITEM else {
            panic!(
                "`{}` is no step, and only steps reach the world outside",
                std::any::type_name::<S>()
            );
        };
        assert!(
            self.app().step(def.name).is_some(),
            "the step `{}` is not listed in the `app!` of `{}`",
            def.name,
            self.app().def.name
        );
        self.mock_named(def.name)
    }

    /// [`mock`](Self::mock) for a step whose name is known only when the test runs; its arguments are an object by name.
    pub fn mock_named<S>(&self, name: &str) -> Mock<S> {
        Mock {
            name: name.to_owned(),
            standins: self.core.standins.clone(),
            step: PhantomData,
        }
    }

    // ---- what happened ----

    /// What the simulation has been through.
    pub fn stats(&self) -> Stats {
        self.core.world.borrow().stats
    }

    /// What tells two runs apart: two with the same seed have the same.
    pub fn fingerprint(&self) -> u64 {
        self.core.world.borrow().trace.fingerprint()
    }

    /// The last things that happened.
    pub fn trace(&self, lines: usize) -> Vec<String> {
        self.core.world.borrow().trace.tail(lines)
    }

    /// A new id, sortable by time.
    pub fn new_id(&self) -> String {
        new_id(&self.core)
    }

    /// A source of new ids.
    pub fn ids(&self) -> impl Fn() -> String + use<B> {
        let core = self.core.clone();
        move || new_id(&core)
    }
}

fn new_id(core: &Core) -> String {
    let world = core.world.borrow();
    let mut entropy = world.shared.entropy.borrow_mut();
    let random = u128::from(entropy.any()) << 64 | u128::from(entropy.any());
    let millis = u64::try_from(world.now() / 1000).unwrap_or(0);
    dotdo_core::identity::sortable_id(millis, random)
}

/// Whether a question may have been lost, or its answer.
pub(super) fn did_not_get_through(error: &Error) -> bool {
    error.message() == LOST || error.kind() == ErrorKind::Storage
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
