//! Events as they happen: a WebSocket on `/$events` (RFC 6455).
//!
//! A feed is a question that is asked again whenever there is news: which events come after the last that was told. So
//! nothing is queued for a client that reads slowly, nothing is told before it is durable, and a host keeps no more of a
//! client than a [`Feed`], which it may store while the object sleeps.

use serde::{Deserialize, Serialize};

use super::door::{Door, Visitor};
use super::logs::event_filter;
use super::message::{HttpRequest, HttpResponse};
use super::problem::{Outcome, Problem};
use super::route::Route;
use super::secrets::Secrets;
use super::visit::Visit;
use crate::app::{App, ObjectKey};
use crate::error::{Error, ErrorKind, Result};
use crate::host::Peers;
use crate::json::Json;
use crate::object::Request;
use crate::store::{EventFilter, Page};
use crate::stub::Op;

/// The subprotocol that a client may name, and has to if it sends its token as one.
pub const PROTOCOL: &str = "dotdo";
/// What comes before an access token that is sent as a subprotocol: pages cannot send header fields of their own.
const BEARER: &str = "bearer.";
/// How many events are asked for at once.
const BATCH: u32 = 100;
/// The longest a filter may be as JSON, in bytes: a host keeps it beside the socket.
const MAX_FILTER: usize = 1024;

/// What a request came to.
#[derive(Debug)]
pub enum Reply {
    /// It is answered.
    Response(HttpResponse),
    /// The client listens from now on: the host answers 101 and tells it what [`Feed`] asks for.
    Feed(Feed),
}

/// What a client listens to, and how far it has been told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Feed {
    /// The object whose events they are.
    pub object: ObjectKey,
    filter: EventFilter,
}

/// Events to be told, in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// Each as a JSON text, as `GET /$events` lists it.
    pub texts: Vec<String>,
    /// Whether there are more already.
    pub more: bool,
}

impl Feed {
    /// What to ask the object next.
    pub fn request(&self) -> Request {
        Request::new(super::access::ACTOR, Op::Events(self.filter.clone()))
    }

    /// Takes the object's answer, and goes on behind it.
    ///
    /// # Errors
    ///
    /// If the answer is none to [`request`](Self::request).
    pub fn take(&mut self, app: &'static App, answer: &Json) -> Result<Batch> {
        self.take_without(&Secrets::of(app), answer)
    }

    fn take_without(&mut self, secrets: &Secrets, answer: &Json) -> Result<Batch> {
        let page: Page<Json> = answer.read()?;
        let next = page.next.as_deref().and_then(|next| next.parse().ok());
        self.filter.after = Some(next.ok_or_else(|| Error::internal("a feed that ends"))?);
        Ok(Batch {
            more: page.items.len() >= BATCH as usize,
            texts: page
                .items
                .into_iter()
                .map(|item| Ok(secrets.strip_entry(item)?.text().to_owned()))
                .collect::<Result<_>>()?,
        })
    }
}

impl Door {
    /// Answers a request, or says what a client wants to listen to.
    pub async fn reply<P: Peers>(&self, peers: &P, visitor: Visitor) -> Reply {
        if !is_handshake(&visitor.request) {
            return Reply::Response(self.serve(peers, visitor).await);
        }
        match self.listen(peers, &visitor).await {
            Ok(Some(feed)) => Reply::Feed(feed),
            // Nobody has to change the protocol because a client would like to (RFC 9110, 7.8).
            Ok(None) => Reply::Response(self.serve(peers, visitor).await),
            Err(problem) => Reply::Response(self.refuse(problem, &visitor.request.path)),
        }
    }

    /// The next events of a feed.
    ///
    /// # Errors
    ///
    /// As calls of the object.
    pub async fn next<P: Peers>(&self, peers: &P, feed: &mut Feed) -> Result<Batch> {
        let answer = crate::host::ask(peers, feed.object.clone(), feed.request()).await?;
        feed.take_without(self.secrets(), &answer)
    }

    /// What a host answers for a handshake that is none.
    pub fn bad_handshake_response(&self, why: &str) -> HttpResponse {
        let detail = format!("this is no handshake for a WebSocket: {why}");
        self.refuse(Problem::malformed(detail), "")
    }

    async fn listen<P: Peers>(&self, peers: &P, visitor: &Visitor) -> Outcome<Option<Feed>> {
        let Visitor { request, aim } = visitor;
        check_protocols(request)?;
        if !self.wants_token() {
            check_origin(request)?;
        }
        let (place, route) = aim.as_ref().map_err(Clone::clone)?;
        let Route::Events(owner) = route else {
            return Ok(None);
        };
        let visit = Visit {
            door: self,
            peers,
            request,
            place: place.clone(),
        };
        let mut params = visit.params()?;
        let mut filter = event_filter(&mut params);
        params.finish()?;
        (filter.limit, filter.follow) = (Some(BATCH), true);
        if Json::of(&filter)?.text().len() > MAX_FILTER {
            return Err(Problem::of(
                ErrorKind::TooLarge,
                format_args!("what is listened to is told in more than {MAX_FILTER} bytes"),
            ));
        }
        // The object is asked in any case: a client that listens to nothing there would never hear so.
        let end = EventFilter {
            after: None,
            ..filter.clone()
        };
        let end: Page<Json> = visit.read(owner, Op::Events(end)).await?;
        if filter.after.is_none() {
            filter.after = end.next.and_then(|next| next.parse().ok());
        }
        let tenant = &visit.place.tenant;
        let object = Route::object(owner, tenant).unwrap_or_else(|| ObjectKey::tenant(tenant));
        Ok(Some(Feed { object, filter }))
    }
}

/// Whether a client asks to go on with a WebSocket.
pub(super) fn is_handshake(request: &HttpRequest) -> bool {
    let upgrade = request.header_list("upgrade").unwrap_or_default();
    request.method == "GET"
        && upgrade
            .split(',')
            .any(|word| word.trim().eq_ignore_ascii_case("websocket"))
}

/// The access token, where it is sent as a subprotocol.
pub(super) fn token(request: &HttpRequest) -> Option<&str> {
    if !is_handshake(request) {
        return None;
    }
    protocols(request).find_map(|protocol| protocol.strip_prefix(BEARER))
}

fn protocols(request: &HttpRequest) -> impl Iterator<Item = &str> {
    request
        .values("sec-websocket-protocol")
        .flat_map(|value| value.split(','))
        .map(str::trim)
}

/// A token is no protocol that could be answered with, so there has to be another.
fn check_protocols(request: &HttpRequest) -> Outcome<()> {
    if token(request).is_some() && !protocols(request).any(|protocol| protocol == PROTOCOL) {
        return Err(Problem::malformed(format_args!(
            "a token as a subprotocol needs `{PROTOCOL}` beside it: `new WebSocket(url, [\"{PROTOCOL}\", \"{BEARER}…\"])`"
        )));
    }
    Ok(())
}

/// Refuses pages of other sites where no token is needed. What a page may read is the browser's matter otherwise, but it
/// lets pages read everything that comes over a WebSocket.
fn check_origin(request: &HttpRequest) -> Outcome<()> {
    let Some(origin) = request.header("origin") else {
        return Ok(());
    };
    let site = origin.split_once("://").map(|(_, site)| site);
    if site.is_some() && site == request.header("host") {
        return Ok(());
    }
    Err(Problem::cross_site(format_args!(
        "a page of `{origin}` wants to listen; serve the page from this host, or set an access token and send it"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handshake(fields: &[(&str, &str)]) -> HttpRequest {
        let mut request = HttpRequest::new("GET", "/$events").with("upgrade", "websocket");
        for (name, value) in fields {
            request = request.with(name, *value);
        }
        request
    }

    #[test]
    fn a_handshake_is_told_from_a_request() {
        assert!(is_handshake(&handshake(&[])));
        let other = HttpRequest::new("GET", "/$events").with("upgrade", "h2c, WebSocket");
        assert!(is_handshake(&other));
        let other = HttpRequest::new("GET", "/$events").with("upgrade", "h2c");
        assert!(!is_handshake(&other));
        let other = HttpRequest::new("POST", "/$events").with("upgrade", "websocket");
        assert!(!is_handshake(&other));
    }

    #[test]
    fn a_token_may_be_a_subprotocol() {
        let given = |protocols: &str| handshake(&[("sec-websocket-protocol", protocols)]);
        let right = given("dotdo, bearer.s3cret");
        assert_eq!(token(&right), Some("s3cret"));
        assert!(check_protocols(&right).is_ok());
        assert_eq!(token(&given("dotdo")), None);
        let alone = check_protocols(&given("bearer.s3cret")).unwrap_err();
        assert_eq!(alone.status(), 400);
        let plain = HttpRequest::new("GET", "/Order")
            .with("sec-websocket-protocol", "dotdo, bearer.s3cret");
        assert_eq!(token(&plain), None);
    }

    #[test]
    fn pages_of_other_sites_do_not_listen() {
        let from = |origin: &str| {
            check_origin(&handshake(&[
                ("host", "localhost:8080"),
                ("origin", origin),
            ]))
        };
        assert!(check_origin(&handshake(&[("host", "localhost:8080")])).is_ok());
        assert!(from("http://localhost:8080").is_ok());
        for other in [
            "http://localhost",
            "https://shop.example",
            "null",
            "localhost:8080",
        ] {
            assert_eq!(from(other).unwrap_err().status(), 403, "{other}");
        }
    }
}
