//! The door itself: from a request to a response.

use std::fmt;

use serde_json::json;

use super::access::{check_site, check_token};
use super::describe;
use super::limits::Limits;
use super::message::{HttpRequest, HttpResponse};
use super::place::{Place, origin};
use super::problem::{Outcome, Problem};
use super::route::{self, Route};
use super::secrets::Secrets;
use super::visit::Visit;
use crate::app::{App, ObjectKey};
use crate::error::{Error, ErrorKind};
use crate::host::Peers;
use crate::rooms;

/// The HTTP door of a business. A host makes one, hands it requests and sends what it answers.
pub struct Door {
    app: &'static App,
    token: Option<String>,
    limits: Limits,
    ids: Box<dyn Fn() -> String + Send + Sync>,
    secrets: Secrets,
}

/// A request that the door has looked at.
#[derive(Debug)]
pub struct Visitor {
    pub(super) request: HttpRequest,
    /// Where it wants to go, or why it may not come in.
    pub(super) aim: Outcome<(Place, Route)>,
}

impl Visitor {
    /// The object that it is about, if it may come in and that is a single one. A host whose objects are in many places
    /// can open the door at this one, so that what is asked travels no further; the answer is the same wherever it is open.
    pub fn home(&self) -> Option<ObjectKey> {
        let (place, route) = self.aim.as_ref().ok()?;
        route.home(&place.tenant)
    }
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Door")
            .field("app", &self.app.def.name)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl Door {
    /// A door. With a `token`, every route but `/$health` wants it, as `Authorization: Bearer …`. `ids` gives a new
    /// id, sortable by time, each time it is called; the host has the clock and the entropy for it.
    pub fn new(
        app: &'static App,
        token: Option<String>,
        ids: impl Fn() -> String + Send + Sync + 'static,
    ) -> Self {
        Self {
            app,
            token,
            limits: Limits::default(),
            ids: Box::new(ids),
            secrets: Secrets::of(app),
        }
    }

    /// Other limits.
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// How much a request may bring. A host uses it to stop reading a body in time.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(super) fn app(&self) -> &'static App {
        self.app
    }

    pub(super) fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    pub(super) fn wants_token(&self) -> bool {
        self.token.is_some()
    }

    pub(super) fn new_id(&self) -> String {
        (self.ids)()
    }

    /// Looks at a request: whether it may come in, and where it wants to go.
    pub fn meet(&self, request: HttpRequest) -> Visitor {
        let aim = self.admit(&request);
        Visitor { request, aim }
    }

    /// Answers a request. It never fails: what goes wrong is a problem document (RFC 9457).
    pub async fn answer<P: Peers>(&self, peers: &P, request: HttpRequest) -> HttpResponse {
        self.serve(peers, self.meet(request)).await
    }

    pub(super) async fn serve<P: Peers>(&self, peers: &P, visitor: Visitor) -> HttpResponse {
        let Visitor { request, aim } = visitor;
        let response = match self.respond(peers, &request, aim).await {
            Ok(response) => response,
            Err(problem) => self.refuse(problem, &request.path),
        };
        let response = response.with("x-content-type-options", "nosniff");
        if request.method == "HEAD" {
            let length = response.body.len().to_string();
            return HttpResponse {
                body: Vec::new(),
                ..response.with("content-length", length)
            };
        }
        response
    }

    /// What a host answers for a request that took longer than it allows.
    pub fn timeout_response(&self) -> HttpResponse {
        let problem = Problem::of(
            ErrorKind::Timeout,
            "the answer did not come in time; what was asked may still happen, so repeat it with the same Idempotency-Key",
        );
        self.refuse(problem, "")
    }

    /// What a host answers for a body that it stopped reading because it is too long.
    pub fn too_large_response(&self) -> HttpResponse {
        self.refuse(self.limits.body_too_long(), "")
            .with("connection", "close")
    }

    /// What a host answers that does not let a request for a path in at all, or cannot reach who is to answer it.
    pub fn error_response(&self, error: &Error, path: &str) -> HttpResponse {
        self.refuse(Problem::from(error.clone()), path)
    }

    pub(super) fn refuse(&self, problem: Problem, path: &str) -> HttpResponse {
        problem.response(&origin(&self.app.domain()), path)
    }

    async fn respond<P: Peers>(
        &self,
        peers: &P,
        request: &HttpRequest,
        aim: Outcome<(Place, Route)>,
    ) -> Outcome<HttpResponse> {
        if request.method == "OPTIONS" && request.path == "*" {
            return Ok(
                HttpResponse::empty(204).with("allow", "GET, HEAD, POST, PATCH, DELETE, OPTIONS")
            );
        }
        let (place, route) = aim?;
        if request.method == "OPTIONS" {
            return Ok(options(&route));
        }
        route.check_method(&request.method)?;
        let visit = Visit {
            door: self,
            peers,
            request,
            place,
        };
        visit.enter(&route).await
    }

    /// Lets a request in that may come in, and finds where it wants to go.
    fn admit(&self, request: &HttpRequest) -> Outcome<(Place, Route)> {
        self.limits.check(request)?;
        // Health is told to anybody, so that whoever watches over the process needs no secret.
        if request.path != "/$health" {
            check_token(self.token.as_deref(), request)?;
        }
        if !self.wants_token() {
            check_site(request)?;
        }
        self.route(request)
    }

    fn route(&self, request: &HttpRequest) -> Outcome<(Place, Route)> {
        // A probe asks by whatever name it knows.
        if request.path == "/$health" {
            return Ok((Place::home(self.app), Route::Health));
        }
        let mut hosts = request.values("host");
        let host = hosts.next();
        if hosts.any(|other| Some(other) != host) {
            return Err(Problem::malformed("the request names two hosts"));
        }
        route::find(self.app, host, &request.path)
    }
}

fn options(route: &Route) -> HttpResponse {
    let methods = route.methods();
    let response =
        HttpResponse::empty(204).with("allow", format!("{}, OPTIONS", methods.join(", ")));
    if methods.contains(&"PATCH") {
        response.with(
            "accept-patch",
            "application/merge-patch+json, application/json",
        )
    } else {
        response
    }
}

impl<P: Peers> Visit<'_, P> {
    // What an `async` function may do stays in it even when a constant says that it never does, so the rooms that a
    // program lacks are left out by `cfg` here.
    async fn enter(&self, route: &Route) -> Outcome<HttpResponse> {
        match (route, self.request.method.as_str()) {
            (Route::Health, _) => Ok(HttpResponse::json(200, json!({"status": "ok"}).to_string())
                .with("cache-control", "no-store")),
            (Route::All(owner, def), "POST") => self.create(owner, def).await,
            (Route::All(owner, def), _) => self.list(owner, def).await,
            (Route::One(owner, def, id, _), "PATCH") => self.update(owner, def, id).await,
            (Route::One(owner, def, id, _), "DELETE") => self.delete(owner, def, id).await,
            (Route::One(owner, def, id, at), _) => self.get(owner, def, id, at.as_deref()).await,
            (Route::Call(owner, def, id, verb), _) if verb.query => {
                self.query(owner, def, id, verb).await
            }
            (Route::Call(owner, def, id, verb), _) => self.call(owner, def, id, verb).await,
            (Route::Events(owner), _) => self.events(owner).await,
            (Route::Actions(owner), _) => self.actions(owner).await,
            (Route::Letters(owner), _) => self.letters(owner).await,
            (Route::Replay(owner, id), _) => self.replay(owner, id).await,
            #[cfg(feature = "flows")]
            (Route::Flows(owner), _) => self.flows(owner).await,
            #[cfg(feature = "flows")]
            (Route::Flow(owner, id), _) => self.flow(owner, id).await,
            #[cfg(feature = "flows")]
            (Route::FlowAct(owner, id, act), _) => self.flow_act(owner, id, act).await,
            #[cfg(feature = "people")]
            (Route::Asks(owner), _) => self.asks(owner).await,
            #[cfg(feature = "people")]
            (Route::Ask(owner, id), _) => self.ask_row(owner, id).await,
            #[cfg(feature = "people")]
            (Route::AskAct(owner, id, act), _) => self.ask_act(owner, id, act).await,
            (Route::Inspect(owner), _) => self.inspect(owner).await,
            (
                route @ (Route::Root
                | Route::Manifest
                | Route::OpenApi
                | Route::Schemas
                | Route::Problems(_)
                | Route::Schema(_)),
                _,
            ) if rooms::DESCRIBE => {
                self.no_params()?;
                describe::answer(self.door, &self.place, route)
            }
            #[cfg(not(feature = "flows"))]
            (Route::Flows(_) | Route::Flow(..) | Route::FlowAct(..), _) => {
                Err(rooms::lacking("flows").into())
            }
            #[cfg(not(feature = "people"))]
            (Route::Asks(_) | Route::Ask(..) | Route::AskAct(..), _) => {
                Err(rooms::lacking("people").into())
            }
            _ => Err(rooms::lacking("describe").into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::task::{Context, Poll, Waker};

    use proptest::prelude::*;

    use super::super::fixture;
    use super::*;
    use crate::app::ObjectKey;
    use crate::error::Result;
    use crate::object::{Answer, Request};

    /// No object is there, so every question that gets as far as being asked is answered in vain.
    struct Nobody;

    impl Peers for Nobody {
        async fn call(&self, to: ObjectKey, _request: Request) -> Result<Answer> {
            Err(Error::not_found(format_args!("there is no {to}")))
        }
    }

    fn answer(request: HttpRequest) -> HttpResponse {
        let door = Door::new(fixture::app(), None, || "01k".to_owned());
        let mut answer = std::pin::pin!(door.answer(&Nobody, request));
        match answer
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            Poll::Ready(response) => response,
            Poll::Pending => panic!("nobody is waited for"),
        }
    }

    #[test]
    fn an_empty_request_is_refused() {
        assert_eq!(answer(HttpRequest::default()).status, 400);
    }

    fn a_path() -> impl Strategy<Value = String> {
        prop_oneof![
            "\\PC{0,20}",
            "(/|/Customer|/Order|/Line|/pay|/buyer|/o1|/@acme|/\\$events|/\\$schema|@v1|%40|%ff){0,5}",
        ]
    }

    fn a_header() -> impl Strategy<Value = (String, String)> {
        let name = prop_oneof![
            Just("host"),
            Just("if-match"),
            Just("if-none-match"),
            Just("idempotency-key"),
            Just("content-type"),
            Just("authorization"),
        ];
        let value = prop_oneof![
            "\\PC{0,10}",
            Just("application/json".to_owned()),
            Just("shop.example".to_owned()),
            Just("\"1\"".to_owned())
        ];
        (name.prop_map(str::to_owned), value)
    }

    proptest! {
        /// Whatever arrives, the answer is one that HTTP knows, and a refusal says why.
        #[test]
        fn no_request_panics(
            method in "(GET|HEAD|POST|PATCH|DELETE|PUT|OPTIONS|[A-Z]{0,4})",
            path in a_path(),
            query in prop_oneof!["\\PC{0,20}", "((limit|after|at|history|plan|order)=?[a-z0-9]{0,3}&?){0,3}"],
            headers in proptest::collection::vec(a_header(), 0..4),
            body in prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..40),
                Just(br#"{"email":"a"}"#.to_vec()),
                Just(br#"{"cents":1}"#.to_vec()),
            ],
        ) {
            let is_head = method == "HEAD";
            let response = answer(HttpRequest { method, path, query, headers, body });
            prop_assert!((200..600).contains(&response.status));
            prop_assert_ne!(response.status, 500);
            if response.status >= 400 && !is_head {
                let problem: serde_json::Value = serde_json::from_str(response.text()).unwrap();
                prop_assert!(!problem["detail"].as_str().unwrap().is_empty());
                prop_assert_eq!(&problem["status"], response.status);
            }
        }
    }
}
