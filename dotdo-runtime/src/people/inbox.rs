//! The approval inbox for programs: what the HTTP door does with `/$asks`, as typed calls.

use serde::Serialize;

use crate::app::ObjectKey;
use crate::error::Result;
use crate::host::{Peers, ask};
use crate::json::Json;
use crate::object::Request;
use crate::store::Page;
use crate::store::asks::{AskAct, AskFilter, AskRow};
use crate::stub::Op;

/// The questions of a tenant to its people.
#[derive(Clone, Debug)]
pub struct Inbox<'a, P> {
    peers: &'a P,
    tenant: String,
    actor: String,
}

impl<'a, P: Peers> Inbox<'a, P> {
    /// The inbox of a tenant.
    pub fn of(peers: &'a P, tenant: impl Into<String>) -> Self {
        Self {
            peers,
            tenant: tenant.into(),
            actor: "host".to_owned(),
        }
    }

    /// The same inbox, in the hands of somebody: `ann@shop.example`, or `Agent/claude` for who is no human.
    pub fn by(&self, who: &str) -> Self {
        Self {
            peers: self.peers,
            tenant: self.tenant.clone(),
            actor: super::actor(who),
        }
    }

    async fn op(&self, op: Op) -> Result<Json> {
        let to = ObjectKey::tenant(self.tenant.clone());
        ask(self.peers, to, Request::new(self.actor.clone(), op)).await
    }

    async fn act(&self, id: &str, act: AskAct) -> Result<AskRow> {
        let id = id.to_owned();
        self.op(Op::Ask { id, act }).await?.read()
    }

    /// A page of questions, oldest first.
    pub async fn list(&self, filter: AskFilter) -> Result<Page<AskRow>> {
        self.op(Op::Asks(filter)).await?.read()
    }

    /// One question.
    pub async fn show(&self, id: &str) -> Result<AskRow> {
        self.act(id, AskAct::Show).await
    }

    /// Takes a question, so that nobody else works on it.
    pub async fn claim(&self, id: &str) -> Result<AskRow> {
        self.act(id, AskAct::Claim).await
    }

    /// Gives a question back.
    pub async fn release(&self, id: &str) -> Result<AskRow> {
        self.act(id, AskAct::Release).await
    }

    /// Hands a question on to a person.
    pub async fn delegate(&self, id: &str, user: &str) -> Result<AskRow> {
        let act = AskAct::Delegate {
            role: None,
            user: Some(user.to_owned()),
            note: None,
        };
        self.act(id, act).await
    }

    /// Answers a question: the form, or anything that is the JSON of one.
    ///
    /// # Errors
    ///
    /// `Invalid` with a field error for each mistake; `Refused` if it was answered before, stood too long, or is in
    /// somebody else's hands.
    pub async fn answer(&self, id: &str, form: &impl Serialize) -> Result<AskRow> {
        let answer = Json::of(form)?;
        self.act(id, AskAct::Answer { answer }).await
    }

    /// Says that a question will not be answered. The flow that asked gets a refusal.
    pub async fn decline(&self, id: &str, reason: &str) -> Result<AskRow> {
        let reason = reason.to_owned();
        self.act(id, AskAct::Decline { reason }).await
    }

    /// Ends the time that a question stands.
    pub async fn expire(&self, id: &str) -> Result<AskRow> {
        self.act(id, AskAct::Expire).await
    }
}
