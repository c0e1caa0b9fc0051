//! The approval inbox: what people are asked, and what they do with it.

use serde::Deserialize;
use serde_json::{Value as Tree, json};

use super::access::actor;
use super::message::HttpResponse;
use super::preconditions::no_if_match;
use super::problem::{Outcome, Problem};
use super::route::{Owner, Route};
use super::text::decode_segment;
use super::visit::Visit;
use crate::app::ObjectKey;
use crate::error::FieldError;
use crate::host::Peers;
use crate::json::Json;
use crate::store::Page;
use crate::store::asks::{AskAct, AskFilter, AskRow, AskStatus};
use crate::store::things::members;
use crate::stub::Op;

const STATUSES: [AskStatus; 6] = [
    AskStatus::Open,
    AskStatus::Claimed,
    AskStatus::Answered,
    AskStatus::Declined,
    AskStatus::Expired,
    AskStatus::Cancelled,
];

/// What can be done with a question, as the last part of its path.
pub(super) const ACTS: [&str; 6] = [
    "claim", "release", "delegate", "answer", "decline", "expire",
];

/// What a path names that begins with `/$asks`.
pub(super) fn route(owner: Owner, rest: &[&str]) -> Outcome<Route> {
    match rest {
        [] => Ok(Route::Asks(owner)),
        [id] => Ok(Route::Ask(owner, decode_segment(id)?)),
        [id, act] => {
            let Some(act) = ACTS.into_iter().find(|known| known == act) else {
                let hint = dotdo_core::nearest(act, ACTS).map_or_else(
                    || format!("there are {}", ACTS.join(", ")),
                    |near| format!("did you mean `{near}`?"),
                );
                return Err(Problem::not_found(format_args!(
                    "nothing like `{act}` can be done with a question; {hint}"
                )));
            };
            Ok(Route::AskAct(owner, decode_segment(id)?, act))
        }
        [_, act, ..] => Err(Problem::not_found(format_args!(
            "nothing comes after `{act}`"
        ))),
    }
}

impl<P: Peers> Visit<'_, P> {
    /// `GET /$asks`
    pub async fn asks(&self, owner: &Owner) -> Outcome<HttpResponse> {
        let mut params = self.params()?;
        let status = params.word("status", &STATUSES.map(AskStatus::word));
        let open = params.one("open");
        let open = match open.as_deref() {
            None => None,
            Some("" | "true") => Some(true),
            Some("false") => Some(false),
            Some(other) => {
                params.wrong(
                    "open",
                    format!("expected `true` or `false`, found `{other}`"),
                );
                None
            }
        };
        let filter = AskFilter {
            role: params.text("role"),
            assignee: params.text("assignee"),
            status: status
                .and_then(|word| STATUSES.into_iter().find(|status| status.word() == word)),
            open,
            flow: params.text("flow"),
            run: params.text("run"),
            after: params.text("after"),
            limit: Some(params.limit(100)),
        };
        params.finish()?;
        let page: Page<AskRow> = self.read(owner, Op::Asks(filter)).await?;
        let items = page
            .items
            .iter()
            .map(|row| {
                let mut tree = self.outer_ask(row)?;
                if let Tree::Object(members) = &mut tree {
                    // The whole of it is at its own address.
                    members.remove("schema");
                    members.remove("log");
                }
                Ok(tree.to_string())
            })
            .collect::<Outcome<_>>()?;
        Ok(self.page(
            &[],
            &Page {
                items,
                next: page.next,
            },
        ))
    }

    /// `GET /$asks/{id}`
    pub async fn ask_row(&self, owner: &Owner, id: &str) -> Outcome<HttpResponse> {
        self.no_params()?;
        let op = Op::Ask {
            id: id.to_owned(),
            act: AskAct::Show,
        };
        self.told(self.ask(owner, vec![op]).await?)
    }

    /// `POST /$asks/{id}/{act}`
    pub async fn ask_act(&self, owner: &Owner, id: &str, act: &str) -> Outcome<HttpResponse> {
        self.no_params()?;
        no_if_match(self.request)?;
        // Who does it is part of what is done, so it is told before anything else is looked at.
        if act != "expire" && actor(self.request)?.is_none() {
            return Err(Problem::field(
                "Actor",
                "is missing; say who does this, as in `Actor: ann@shop.example`",
            ));
        }
        let body = self.body(&["application/json"])?;
        let act = match act {
            "claim" => AskAct::Claim,
            "release" => AskAct::Release,
            "expire" => AskAct::Expire,
            "delegate" => delegation(body)?,
            "decline" => AskAct::Decline {
                reason: reason(body)?,
            },
            _ => AskAct::Answer {
                answer: body.ok_or_else(|| {
                    Problem::field("", "is missing; the body is the form, filled in, as JSON")
                })?,
            },
        };
        let op = Op::Ask {
            id: id.to_owned(),
            act,
        };
        self.told(self.change(owner, vec![op]).await?)
    }

    fn told(&self, row: Json) -> Outcome<HttpResponse> {
        let row: AskRow = row.read()?;
        Ok(HttpResponse::json(200, self.outer_ask(&row)?.to_string())
            .with("cache-control", "no-store"))
    }

    /// A question in its outer form: the object by its path.
    fn outer_ask(&self, row: &AskRow) -> Outcome<Tree> {
        let mut tree = self.door.secrets().strip_entry(Json::of(row)?)?.tree();
        tree["object"] = match &row.object {
            ObjectKey { thing: None, .. } => format!("{}/", self.place.prefix).into(),
            ObjectKey {
                thing: Some((noun, id)),
                ..
            } => self.path_of(&None, noun, id).into(),
        };
        let own = format!("{}/$asks/{}", self.place.prefix, row.id);
        let mut links = json!({"self": own});
        if row.status.is_open() {
            for act in ACTS {
                links[act] = format!("{own}/{act}").into();
            }
        }
        tree["links"] = links;
        Ok(tree)
    }
}

fn delegation(body: Option<Json>) -> Outcome<AskAct> {
    #[derive(Deserialize)]
    struct To {
        role: Option<String>,
        user: Option<String>,
        note: Option<String>,
    }
    let body = only(body, &["role", "user", "note"])?;
    let To { role, user, note } = body.read()?;
    Ok(AskAct::Delegate { role, user, note })
}

pub(super) fn reason(body: Option<Json>) -> Outcome<String> {
    #[derive(Deserialize)]
    struct Why {
        reason: String,
    }
    Ok(only(body, &["reason"])?.read::<Why>()?.reason)
}

/// A body that is an object with none but these members.
pub(super) fn only(body: Option<Json>, known: &[&str]) -> Outcome<Json> {
    let body = body.map_or_else(|| Json::parse("{}".to_owned()), Ok)?;
    let errors: Vec<FieldError> = members(&body)?
        .into_iter()
        .filter(|(name, _)| !known.contains(&name.as_str()))
        .map(|(name, _)| {
            let hint = match dotdo_core::nearest(&name, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None if known.is_empty() => "no body is needed".to_owned(),
                None => format!("it takes {}", known.join(", ")),
            };
            FieldError {
                message: format!("is not understood here; {hint}"),
                field: name,
            }
        })
        .collect();
    if errors.is_empty() {
        Ok(body)
    } else {
        Err(Problem::fields(errors))
    }
}
