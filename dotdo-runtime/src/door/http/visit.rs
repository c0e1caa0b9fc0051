//! One request on its way: what all rooms behind the route share.

use std::fmt::Write as _;

use serde::de::DeserializeOwned;
use serde_json::Value as Tree;

use super::access::{ACTOR, actor};
use super::door::Door;
use super::message::{HttpRequest, HttpResponse};
use super::params::Params;
use super::place::Place;
use super::preconditions::{idempotency_key, request_id};
use super::problem::{Outcome, Problem};
use super::route::{Owner, Route};
use super::text::encode;
use crate::app::App;
use crate::error::ErrorKind;
use crate::host::{Peers, ask};
use crate::json::Json;
use crate::object::Request;
use crate::store::Page;
use crate::stub::Op;

/// One request on its way.
pub(super) struct Visit<'a, P> {
    /// The door it came in by.
    pub door: &'a Door,
    /// Who reaches objects for it.
    pub peers: &'a P,
    /// The request.
    pub request: &'a HttpRequest,
    /// The tenant it is for.
    pub place: Place,
}

impl<P: Peers> Visit<'_, P> {
    /// The business.
    pub fn app(&self) -> &'static App {
        self.door.app()
    }

    /// The parameters of its query.
    pub fn params(&self) -> Outcome<Params> {
        Params::read(&self.request.query, self.door.limits())
    }

    /// Who acts: whom the client names, or the door.
    pub fn actor(&self) -> Outcome<String> {
        Ok(actor(self.request)?.unwrap_or_else(|| ACTOR.to_owned()))
    }

    /// Refuses any parameter.
    pub fn no_params(&self) -> Outcome<()> {
        self.params()?.finish()
    }

    /// Its body as JSON, if it has one.
    pub fn body(&self, media: &[&str]) -> Outcome<Option<Json>> {
        if self.request.body.is_empty() {
            return Ok(None);
        }
        check_media(self.request.header("content-type"), media)?;
        let text = self.door.limits().text(&self.request.body)?;
        match Json::parse(text.trim().to_owned()) {
            Ok(json) => Ok(Some(json)),
            Err(error) => Err(Problem::malformed(format_args!(
                "the body is {}",
                error.message()
            ))),
        }
    }

    /// Performs operations in the object that the first one belongs to, or in `owner`.
    pub async fn ask(&self, owner: &Owner, ops: Vec<Op>) -> Outcome<Json> {
        self.perform(owner, None, ops).await
    }

    /// Performs operations that change something: once, if the request has a key.
    pub async fn change(&self, owner: &Owner, ops: Vec<Op>) -> Outcome<Json> {
        let actor = self.actor()?;
        let key = idempotency_key(self.request)?.map(|key| request_id(&actor, key));
        self.perform(owner, key, ops).await
    }

    async fn perform(&self, owner: &Owner, id: Option<String>, ops: Vec<Op>) -> Outcome<Json> {
        let first = ops
            .first()
            .ok_or_else(|| Problem::of(ErrorKind::Internal, "a request without an operation"))?;
        let to = match Route::object(owner, &self.place.tenant) {
            Some(object) => object,
            None => self.app().home(&self.place.tenant, first)?,
        };
        let request = Request {
            id,
            actor: self.actor()?,
            ops,
        };
        Ok(ask(self.peers, to, request).await?)
    }

    /// Performs a question and reads its answer.
    pub async fn read<T: DeserializeOwned>(&self, owner: &Owner, op: Op) -> Outcome<T> {
        let answer = self.ask(owner, vec![op]).await?;
        Ok(answer
            .read()
            .map_err(|e| e.context("an object gave an answer that this program cannot read"))?)
    }

    /// The path of a thing, as this client reaches it.
    pub fn path_of(&self, owner: &Owner, noun: &str, id: &str) -> String {
        let outer = owner
            .as_ref()
            .map_or_else(String::new, |(noun, id)| format!("/{noun}/{}", encode(id)));
        format!("{}{outer}/{noun}/{}", self.place.prefix, encode(id))
    }

    /// A page as a response: what stands before its items, the items as JSON texts, and where the next page is.
    pub fn page(&self, before: &[(&str, Tree)], page: &Page<String>) -> HttpResponse {
        let next = page
            .next
            .as_deref()
            .map(|cursor| next_target(self.request, cursor));
        let mut text = String::from("{");
        for (name, value) in before {
            let _ = write!(text, "{}:{value},", Tree::from(*name));
        }
        let links = serde_json::json!({"self": self.request.target(), "next": next});
        let (items, cursor) = (page.items.join(","), Tree::from(page.next.clone()));
        let _ = write!(
            text,
            r#""items":[{items}],"next":{cursor},"links":{links}}}"#
        );
        let response = HttpResponse::json(200, text).with("cache-control", "no-store");
        match next {
            Some(next) => response.with("link", format!("<{next}>; rel=\"next\"")),
            None => response,
        }
    }
}

/// The path and query of the page after a cursor.
fn next_target(request: &HttpRequest, cursor: &str) -> String {
    let kept = request
        .query
        .split('&')
        .filter(|pair| !pair.is_empty() && pair.split('=').next() != Some("after"));
    let after = format!("after={}", encode(cursor));
    let query: Vec<&str> = kept.chain([after.as_str()]).collect();
    format!("{}?{}", request.path, query.join("&"))
}

/// Refuses a body that is not of one of these media types.
fn check_media(given: Option<&str>, wanted: &[&str]) -> Outcome<()> {
    let refusal = |found: &str| {
        Problem::of(
            ErrorKind::Unsupported,
            format_args!(
                "{found}; send the body with `Content-Type: {}`",
                wanted.join("` or `")
            ),
        )
        .with("accept-post", wanted.join(", "))
    };
    let Some(given) = given else {
        return Err(refusal("the body has no Content-Type"));
    };
    let mut parts = given.split(';').map(str::trim);
    let media = parts.next().unwrap_or_default().to_ascii_lowercase();
    if !wanted.contains(&media.as_str()) {
        return Err(refusal(&format!("the body is `{media}`")));
    }
    let charset = parts.find_map(|part| {
        part.split_once('=')
            .filter(|(name, _)| name.eq_ignore_ascii_case("charset"))
    });
    match charset {
        Some((_, name)) if !name.trim_matches('"').eq_ignore_ascii_case("utf-8") => Err(refusal(
            &format!("the body is in `{name}`, and JSON is UTF-8"),
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_json_is_read() {
        let json = ["application/json"];
        for right in [
            "application/json",
            "Application/JSON; charset=UTF-8",
            "application/json;charset=\"utf-8\"",
        ] {
            assert!(check_media(Some(right), &json).is_ok(), "{right}");
        }
        for wrong in [
            Some("text/plain"),
            Some("application/x-www-form-urlencoded"),
            Some("application/json; charset=latin1"),
            Some(""),
            None,
        ] {
            assert_eq!(
                check_media(wrong, &json).unwrap_err().status(),
                415,
                "{wrong:?}"
            );
        }
    }

    #[test]
    fn the_next_page_keeps_the_question() {
        let request = HttpRequest::new("GET", "/Order?stage=Open&after=o1&limit=2");
        assert_eq!(
            next_target(&request, "a b"),
            "/Order?stage=Open&limit=2&after=a%20b"
        );
        assert_eq!(
            next_target(&HttpRequest::new("GET", "/Order"), "o2"),
            "/Order?after=o2"
        );
    }
}
