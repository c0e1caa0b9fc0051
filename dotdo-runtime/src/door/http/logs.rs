//! What an object has done and is: events, actions, dead letters, its own description.

use serde_json::json;

use super::message::HttpResponse;
use super::params::Params;
use super::problem::Outcome;
use super::route::Owner;
use super::visit::Visit;
use crate::host::Peers;
use crate::json::Json;
use crate::store::actions::{Kind, Status};
use crate::store::{ActionFilter, EventFilter, Page};
use crate::stub::Op;

/// The size of a page unless the client says otherwise.
const DEFAULT_LIMIT: u32 = 100;

const KINDS: [Kind; 8] = [
    Kind::Verb,
    Kind::Flow,
    Kind::Step,
    Kind::Call,
    Kind::Sleep,
    Kind::Value,
    Kind::Ask,
    Kind::Wait,
];
pub(super) const STATUSES: [Status; 8] = [
    Status::Pending,
    Status::Running,
    Status::Retrying,
    Status::Completed,
    Status::Failed,
    Status::Cancelled,
    Status::Undoing,
    Status::Parked,
];

/// Takes what says which events are wanted.
pub(super) fn event_filter(params: &mut Params) -> EventFilter {
    EventFilter {
        noun: params.text("noun"),
        verb: params.text("verb"),
        subject: params.text("subject"),
        action: params.text("action"),
        after: params.number("after", 0, i64::MAX.unsigned_abs()),
        ..EventFilter::default()
    }
}

impl<P: Peers> Visit<'_, P> {
    /// `GET /$events`
    pub async fn events(&self, owner: &Owner) -> Outcome<HttpResponse> {
        let mut params = self.params()?;
        let filter = EventFilter {
            limit: Some(params.limit(DEFAULT_LIMIT)),
            ..event_filter(&mut params)
        };
        params.finish()?;
        self.log(owner, Op::Events(filter)).await
    }

    /// `GET /$actions`
    pub async fn actions(&self, owner: &Owner) -> Outcome<HttpResponse> {
        let mut params = self.params()?;
        let kind = params.word("kind", &KINDS.map(Kind::word));
        let status = params.word("status", &STATUSES.map(Status::word));
        let filter = ActionFilter {
            kind: kind.and_then(|word| KINDS.into_iter().find(|kind| kind.word() == word)),
            status: status
                .and_then(|word| STATUSES.into_iter().find(|status| status.word() == word)),
            name: params.text("name"),
            parent: params.text("parent"),
            target: params.text("target"),
            actor: params.text("actor"),
            after: params.text("after"),
            limit: Some(params.limit(DEFAULT_LIMIT)),
        };
        params.finish()?;
        self.log(owner, Op::Actions(filter)).await
    }

    /// `GET /$dead-letters`
    pub async fn letters(&self, owner: &Owner) -> Outcome<HttpResponse> {
        let mut params = self.params()?;
        let (limit, after) = (params.limit(DEFAULT_LIMIT), params.text("after"));
        params.finish()?;
        self.log(owner, Op::DeadLetters { limit, after }).await
    }

    /// `POST /$dead-letters/{id}/replay`
    pub async fn replay(&self, owner: &Owner, id: &str) -> Outcome<HttpResponse> {
        self.no_params()?;
        // A body is not needed; one that is sent must at least be what it says.
        self.body(&["application/json"])?;
        let action = self
            .change(owner, vec![Op::Replay { id: id.to_owned() }])
            .await?;
        Ok(HttpResponse::json(
            202,
            json!({"action": action.tree()}).to_string(),
        ))
    }

    /// `GET /$inspect`
    pub async fn inspect(&self, owner: &Owner) -> Outcome<HttpResponse> {
        self.no_params()?;
        let found = self.ask(owner, vec![Op::Inspect]).await?;
        Ok(HttpResponse::json(200, found.text()).with("cache-control", "no-store"))
    }

    pub(super) async fn log(&self, owner: &Owner, op: Op) -> Outcome<HttpResponse> {
        let page: Page<Json> = self.read(owner, op).await?;
        let secrets = self.door.secrets();
        let items = page
            .items
            .into_iter()
            .map(|item| Ok(secrets.strip_entry(item)?.text().to_owned()))
            .collect::<Outcome<_>>()?;
        Ok(self.page(
            &[],
            &Page {
                items,
                next: page.next,
            },
        ))
    }
}
