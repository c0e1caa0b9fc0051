//! A business that runs, on whichever host.

use std::future::Future;
use std::time::Duration;

use dotdo::host::Peers;
use dotdo::host::native::{Embedded, Handle};
use dotdo::host::sim::SimPeers;
use dotdo::object::{Answer, Request};
use dotdo::runtime_app::{App, ObjectKey};
use dotdo::{Effect, Result, Sim};

use super::remote::Remote;

enum Host {
    Embedded(Embedded),
    Sim(Sim),
    Workerd(Remote),
}

/// A business that runs, on whichever host.
pub struct Business {
    host: Host,
    reach: Reach,
}

/// Reaches the objects of either host.
#[derive(Clone)]
pub enum Reach {
    Embedded(Handle),
    Sim(SimPeers),
    Workerd(Remote),
}

impl Peers for Reach {
    fn call(&self, to: ObjectKey, request: Request) -> impl Future<Output = Result<Answer>> {
        let reach = self.clone();
        async move {
            match reach {
                Self::Embedded(handle) => handle.call(to, request).await,
                Self::Sim(peers) => peers.call(to, request).await,
                Self::Workerd(remote) => remote.call(&to, &request),
            }
        }
    }
}

impl Business {
    pub fn embedded(business: Embedded) -> Self {
        Self {
            reach: Reach::Embedded(business.handle().clone()),
            host: Host::Embedded(business),
        }
    }

    pub fn sim(sim: Sim) -> Self {
        Self {
            reach: Reach::Sim(sim.peers()),
            host: Host::Sim(sim),
        }
    }

    pub fn workerd(remote: Remote) -> Self {
        Self {
            reach: Reach::Workerd(remote.clone()),
            host: Host::Workerd(remote),
        }
    }

    pub fn as_sim(&self) -> Option<&Sim> {
        match &self.host {
            Host::Embedded(_) | Host::Workerd(_) => None,
            Host::Sim(sim) => Some(sim),
        }
    }

    /// Reaches its objects.
    pub fn reach(&self) -> &Reach {
        &self.reach
    }

    /// Reaches its objects from any thread, which only the embedded host can.
    pub fn handle(&self) -> &Handle {
        match &self.reach {
            Reach::Embedded(handle) => handle,
            Reach::Sim(_) | Reach::Workerd(_) => panic!("this test is one of the embedded host"),
        }
    }

    pub fn app(&self) -> &'static App {
        match &self.host {
            Host::Embedded(business) => business.app(),
            Host::Sim(sim) => sim.app(),
            Host::Workerd(remote) => remote.app(),
        }
    }

    pub fn ids(&self) -> Box<dyn Fn() -> String + Send + Sync> {
        match &self.host {
            Host::Embedded(business) => business.ids(),
            Host::Sim(_) | Host::Workerd(_) => panic!("this test is one of the embedded host"),
        }
    }

    pub async fn run<E: Effect>(&self, effect: E) -> Result<E::Output> {
        match &self.host {
            Host::Embedded(business) => business.run(effect).await,
            Host::Sim(sim) => sim.call(effect).await,
            Host::Workerd(remote) => remote.run(effect).await,
        }
    }

    pub async fn settled(&self) {
        match &self.host {
            Host::Embedded(business) => business.settled().await,
            Host::Sim(sim) => sim.settle().await,
            Host::Workerd(remote) => remote.settled().await,
        }
    }

    /// Waits until it is settled, and moves the clock at once, as a manual clock of the embedded host does.
    pub async fn advance(&self, by: Duration) {
        match &self.host {
            Host::Embedded(business) => business.advance(by).await,
            Host::Sim(sim) => {
                sim.settle().await;
                sim.jump(by).await;
            }
            Host::Workerd(remote) => {
                remote.settled().await;
                remote.advance(by).await;
            }
        }
    }

    pub async fn advance_now(&self, by: Duration) {
        match &self.host {
            Host::Embedded(business) => business.advance_now(by).await,
            Host::Sim(sim) => sim.jump(by).await,
            Host::Workerd(remote) => remote.advance(by).await,
        }
    }

    pub fn crash(self) {
        match self.host {
            Host::Embedded(business) => business.crash(),
            Host::Workerd(remote) => remote.stop(),
            Host::Sim(_) => panic!("a simulation crashes where it is"),
        }
    }

    pub async fn shutdown(self) {
        match self.host {
            Host::Embedded(business) => business.shutdown().await,
            Host::Sim(sim) => sim.restart().await,
            Host::Workerd(remote) => remote.stop(),
        }
    }
}
