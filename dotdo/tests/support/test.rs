//! A business under test, on whichever host.

use std::cell::RefCell;
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Utc};
use dotdo::host::native::{Clock, Embedded, EmbeddedBuilder};
use dotdo::object::Request;
use dotdo::runtime_app::ObjectKey;
use dotdo::{AppDef, Effect, Result, Sim, host};

use super::business::Business;
use super::remote::Remote;
use super::{noon, serde_json_value};

/// Whether this program runs the tests on the simulated host.
pub const SIMULATED: bool = matches!(env!("CARGO_CRATE_NAME").as_bytes(), b"on_sim");

/// Whether this program runs them in workerd.
const IN_WORKERD: bool = matches!(env!("CARGO_CRATE_NAME").as_bytes(), b"on_workerd");

thread_local! {
    /// The simulation of the test that this thread runs.
    static SIM: RefCell<Option<Sim>> = const { RefCell::new(None) };
}

/// A business under test.
pub struct Test {
    folder: tempfile::TempDir,
    def: &'static AppDef,
    clock: Clock,
    business: Option<Business>,
    /// A simulation that is down, and for how long it has been.
    down: Option<(Business, Duration)>,
}

impl Test {
    pub fn of(def: &'static AppDef) -> Self {
        let mut test = Self {
            folder: tempfile::tempdir().expect("a folder"),
            def,
            clock: Clock::manual(noon()),
            business: None,
            down: None,
        };
        test.start();
        test
    }

    pub fn start(&mut self) {
        self.start_with(|builder| builder);
    }

    /// Starts it; what is set concerns the embedded host alone.
    pub fn start_with(&mut self, set: impl FnOnce(EmbeddedBuilder) -> EmbeddedBuilder) {
        if let Some((business, time)) = self.down.take() {
            business.as_sim().expect("a simulation").down_for(time);
            self.business = Some(business);
            return;
        }
        if SIMULATED {
            let sim = Sim::<()>::builder(self.def)
                .start_at(noon())
                .start::<()>()
                .expect("it starts");
            SIM.set(Some(sim.clone()));
            self.business = Some(Business::sim(sim));
            return;
        }
        if IN_WORKERD {
            let remote = Remote::start(self.def, self.folder.path(), &self.clock);
            self.business = Some(Business::workerd(remote));
            return;
        }
        let builder = Embedded::of(self.def, self.folder.path())
            .clock(self.clock.clone())
            .threads(2);
        self.business = Some(Business::embedded(set(builder).start().expect("it starts")));
    }

    pub fn business(&self) -> &Business {
        self.business.as_ref().expect("it runs")
    }

    /// Where the embedded host has its data.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn now(&self) -> DateTime<Utc> {
        match self.business.as_ref().and_then(Business::as_sim) {
            Some(sim) => sim.now(),
            None => self.clock.now(),
        }
    }

    pub async fn run<E: Effect>(&self, effect: E) -> Result<E::Output> {
        let done = self.business().run(effect).await;
        self.business().settled().await;
        done
    }

    pub async fn advance(&self, by: Duration) {
        self.business().advance(by).await;
    }

    pub async fn settled(&self) {
        self.business().settled().await;
    }

    /// Stops as a crash would, and starts again on the same data.
    pub async fn crash(&mut self) {
        if let Some(sim) = self.business().as_sim() {
            sim.kill().await;
        } else {
            self.business.take().expect("it runs").crash();
            self.start();
        }
        self.settled().await;
    }

    /// Stops in good order, and starts again on the same data with this business.
    pub async fn restart_as(&mut self, def: &'static AppDef) {
        if let Some(sim) = self.business().as_sim() {
            sim.swap(def).await.expect("it starts");
            self.def = def;
        } else {
            self.business.take().expect("it runs").shutdown().await;
            self.def = def;
            self.start();
        }
        self.settled().await;
    }

    pub async fn restart(&mut self) {
        let def = self.def;
        self.restart_as(def).await;
    }

    pub async fn stop(&mut self) {
        let business = self.business.take().expect("it runs");
        if SIMULATED {
            business.settled().await;
            self.down = Some((business, Duration::ZERO));
        } else {
            business.shutdown().await;
        }
    }

    /// Lets time pass while nothing runs.
    pub fn skip_time(&mut self, by: Duration) {
        self.clock.advance(by);
        if let Some((_, time)) = &mut self.down {
            *time += by;
        }
    }

    /// Asks the tenant's own object.
    pub async fn ask<T: serde_json_value::FromJson>(
        &self,
        op: dotdo_runtime::stub::Op,
    ) -> Result<T> {
        let key = ObjectKey::tenant(self.business().app().domain());
        self.ask_object(key, op).await
    }

    /// Asks an object noun's object.
    pub async fn ask_of<T: serde_json_value::FromJson>(
        &self,
        noun: &str,
        id: &str,
        op: dotdo_runtime::stub::Op,
    ) -> Result<T> {
        let key = ObjectKey::thing(self.business().app().domain(), noun, id);
        self.ask_object(key, op).await
    }

    async fn ask_object<T: serde_json_value::FromJson>(
        &self,
        key: ObjectKey,
        op: dotdo_runtime::stub::Op,
    ) -> Result<T> {
        let json = host::ask(self.business().reach(), key, Request::new("test", op)).await?;
        json.read()
    }
}

/// Lets others go on: the threads of the embedded host, or the next event of the simulated one.
pub async fn breathe() {
    let sim = SIM.with_borrow(Clone::clone);
    if let Some(sim) = sim {
        sim.step();
    }
    tokio::task::yield_now().await;
}
