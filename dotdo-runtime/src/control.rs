//! Flows seen and steered from outside: what a run has done, and how it is ended, tried again or run anew.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::app::ObjectKey;
use crate::error::Result;
use crate::host::{Peers, ask};
use crate::object::Request;
use crate::store::actions::{Action, Kind};
use crate::store::{ActionFilter, Page};
use crate::stub::Op;

/// What can be done with a run of a flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum FlowAct {
    /// Look at it.
    Show,
    /// End it. What it waits for is given up; who waits for it gets an error of the kind `Cancelled`.
    Cancel {
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// Try at once what waits to be tried again; a run that failed or was cancelled goes on where it stopped.
    Retry,
    /// Run it anew from a step. What it did before that step stays; the rest is done again.
    Rerun {
        /// The key of the step in the journal: `charge#0`. Without one, from the beginning.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<String>,
        /// Whether what was done after the step may be done a second time.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        repeat: bool,
    },
}

/// An action with everything that is part of it: a flow with its journal, as a tree.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Trail {
    /// The action: name, key, input, output, error, attempts, times.
    pub action: Action,
    /// When it is tried or looked at next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<DateTime<Utc>>,
    /// When its time is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<DateTime<Utc>>,
    /// What it did, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub journal: Vec<Trail>,
}

impl Trail {
    /// The entry of the journal with a key, if there is one.
    pub fn entry(&self, key: &str) -> Option<&Self> {
        self.journal
            .iter()
            .find(|entry| entry.action.key.as_deref() == Some(key))
    }
}

/// The flows of one object, for programs: what the HTTP door does with `/$flows`.
#[derive(Clone, Debug)]
pub struct Flows<'a, P> {
    peers: &'a P,
    object: ObjectKey,
    actor: String,
}

impl<'a, P: Peers> Flows<'a, P> {
    /// The flows of an object: of the tenant's own, `ObjectKey::tenant(..)`, or of a thing's, `ObjectKey::thing(..)`.
    pub fn of(peers: &'a P, object: ObjectKey) -> Self {
        Self {
            peers,
            object,
            actor: "host".to_owned(),
        }
    }

    /// The same flows, in the hands of somebody.
    pub fn by(&self, who: &str) -> Self {
        Self {
            peers: self.peers,
            object: self.object.clone(),
            actor: crate::people::actor(who),
        }
    }

    async fn act(&self, id: &str, act: FlowAct) -> Result<Trail> {
        let op = Op::Flow {
            id: id.to_owned(),
            act,
        };
        let request = Request::new(self.actor.clone(), op);
        ask(self.peers, self.object.clone(), request).await?.read()
    }

    /// A page of runs, oldest first.
    pub async fn list(&self, filter: ActionFilter) -> Result<Page<Action>> {
        let op = Op::Actions(ActionFilter {
            kind: Some(Kind::Flow),
            ..filter
        });
        let request = Request::new(self.actor.clone(), op);
        ask(self.peers, self.object.clone(), request).await?.read()
    }

    /// A run with its journal.
    pub async fn show(&self, id: &str) -> Result<Trail> {
        self.act(id, FlowAct::Show).await
    }

    /// Ends a run.
    ///
    /// # Errors
    ///
    /// `Refused` if it has ended already.
    pub async fn cancel(&self, id: &str, reason: &str) -> Result<Trail> {
        let reason = Some(reason.to_owned());
        self.act(id, FlowAct::Cancel { reason }).await
    }

    /// Tries at once what waits to be tried again, or goes on with a run that failed or was cancelled.
    ///
    /// # Errors
    ///
    /// `Refused` if there is nothing to try.
    pub async fn retry(&self, id: &str) -> Result<Trail> {
        self.act(id, FlowAct::Retry).await
    }

    /// Runs a run anew from a step, `charge#0`, or from the beginning.
    ///
    /// # Errors
    ///
    /// `Refused` if something after the step was done and would be done again; [`rerun_all`](Self::rerun_all) does so.
    pub async fn rerun(&self, id: &str, from: Option<&str>) -> Result<Trail> {
        let from = from.map(str::to_owned);
        let act = FlowAct::Rerun {
            from,
            repeat: false,
        };
        self.act(id, act).await
    }

    /// [`rerun`](Self::rerun) that does again what was done after the step.
    pub async fn rerun_all(&self, id: &str, from: Option<&str>) -> Result<Trail> {
        let from = from.map(str::to_owned);
        let act = FlowAct::Rerun { from, repeat: true };
        self.act(id, act).await
    }
}
