//! Flows of an object: listed, shown with their journals, and steered.

use serde::Deserialize;

use super::asks::only;
use super::logs::STATUSES;
use super::message::HttpResponse;
use super::preconditions::no_if_match;
use super::problem::{Outcome, Problem};
use super::route::{Owner, Route};
use super::text::decode_segment;
use super::visit::Visit;
use crate::control::FlowAct;
use crate::host::Peers;
use crate::json::Json;
use crate::store::ActionFilter;
use crate::store::actions::{Kind, Status};
use crate::stub::Op;

/// What can be done with a flow, as the last part of its path.
pub(super) const ACTS: [&str; 3] = ["cancel", "retry", "rerun"];

/// What a path names that begins with `/$flows`.
pub(super) fn route(owner: Owner, rest: &[&str]) -> Outcome<Route> {
    match rest {
        [] => Ok(Route::Flows(owner)),
        [id] => Ok(Route::Flow(owner, decode_segment(id)?)),
        [id, act] => {
            let Some(act) = ACTS.into_iter().find(|known| known == act) else {
                let hint = dotdo_core::nearest(act, ACTS).map_or_else(
                    || format!("there are {}", ACTS.join(", ")),
                    |near| format!("did you mean `{near}`?"),
                );
                return Err(Problem::not_found(format_args!(
                    "nothing like `{act}` can be done with a flow; {hint}"
                )));
            };
            Ok(Route::FlowAct(owner, decode_segment(id)?, act))
        }
        [_, act, ..] => Err(Problem::not_found(format_args!(
            "nothing comes after `{act}`"
        ))),
    }
}

impl<P: Peers> Visit<'_, P> {
    /// `GET /$flows`
    pub async fn flows(&self, owner: &Owner) -> Outcome<HttpResponse> {
        let mut params = self.params()?;
        let status = params.word("status", &STATUSES.map(Status::word));
        let filter = ActionFilter {
            kind: Some(Kind::Flow),
            status: status
                .and_then(|word| STATUSES.into_iter().find(|status| status.word() == word)),
            name: params.text("name"),
            parent: params.text("parent"),
            after: params.text("after"),
            limit: Some(params.limit(100)),
            ..ActionFilter::default()
        };
        params.finish()?;
        self.log(owner, Op::Actions(filter)).await
    }

    /// `GET /$flows/{id}`
    pub async fn flow(&self, owner: &Owner, id: &str) -> Outcome<HttpResponse> {
        self.no_params()?;
        let op = Op::Flow {
            id: id.to_owned(),
            act: FlowAct::Show,
        };
        let trail = self.ask(owner, vec![op]).await?;
        self.trail(200, trail)
    }

    /// `POST /$flows/{id}/{act}`
    pub async fn flow_act(&self, owner: &Owner, id: &str, act: &str) -> Outcome<HttpResponse> {
        #[derive(Deserialize)]
        struct Cancel {
            reason: Option<String>,
        }
        #[derive(Deserialize)]
        struct Rerun {
            from: Option<String>,
            #[serde(default)]
            repeat: bool,
        }
        self.no_params()?;
        no_if_match(self.request)?;
        let body = self.body(&["application/json"])?;
        let act = match act {
            "cancel" => {
                let Cancel { reason } = only(body, &["reason"])?.read()?;
                FlowAct::Cancel { reason }
            }
            "rerun" => {
                let Rerun { from, repeat } = only(body, &["from", "repeat"])?.read()?;
                FlowAct::Rerun { from, repeat }
            }
            _ => {
                only(body, &[])?;
                FlowAct::Retry
            }
        };
        let op = Op::Flow {
            id: id.to_owned(),
            act,
        };
        let trail = self.change(owner, vec![op]).await?;
        self.trail(202, trail)
    }

    fn trail(&self, status: u16, trail: Json) -> Outcome<HttpResponse> {
        let trail = self.door.secrets().strip_entry(trail)?;
        Ok(HttpResponse::json(status, trail.text()).with("cache-control", "no-store"))
    }
}
