//! The door of a business: in an instance of its own, where it holds no data, and in that of each object.

use std::rc::Rc;

use super::inner::Inbox;
use super::instance::{Done, log, variable};
use super::outside::{Objects, Say, address, reach, say};
use super::tasks::Tasks;
use super::wire::Parts;
use crate::app::{App, ObjectKey};
use crate::door::{Door, HttpRequest, Reply, Visitor};
use crate::error::{Error, ErrorKind, Result};
use crate::json::Json;
use crate::value::CellRef;

/// The header that Cloudflare's edge puts on every request, and nobody else does.
const EDGE: &str = "cf-ray";

pub(super) struct Entrance {
    door: Rc<Door>,
    /// Why nobody gets in from outside.
    shut: Option<Error>,
}

/// Wakes the default tenant: it keeps the schedules, so it is there from the first request on.
pub(super) fn wake_home(app: &'static App, tasks: &mut Tasks<Done>) {
    let home = ObjectKey::tenant(app.domain());
    tasks.add(
        "wake".to_owned(),
        Box::pin(async move {
            if let Err(error) = reach(home, None).await {
                log("error", error.message());
            }
            Done::Woken
        }),
    );
}

impl Entrance {
    pub fn new(app: &'static App) -> Self {
        let token = variable("DOTDO_TOKEN");
        let shut = match &token {
            Some(token) if token.len() < 16 => Some(
                "the access token DOTDO_TOKEN is shorter than 16 characters; make one with `openssl rand -hex 32`",
            ),
            None if variable("DOTDO_OPEN").as_deref() != Some("yes") => Some(
                "no access token is configured: `wrangler secret put DOTDO_TOKEN` sets one; a business that is open to everybody has the variable DOTDO_OPEN = \"yes\"",
            ),
            _ => None,
        };
        Self {
            door: Rc::new(Door::new(app, token, new_id)),
            shut: shut.map(|text| Error::new(ErrorKind::Unauthorized, text)),
        }
    }

    /// Lets a request in that may come in.
    pub fn meet(&self, request: HttpRequest) -> Result<Visitor, &Error> {
        match &self.shut {
            Some(error) if request.header(EDGE).is_some() && request.path != "/$health" => {
                Err(error)
            }
            _ => Ok(self.door.meet(request)),
        }
    }

    /// Tells the shim which object a request is about.
    pub fn find(&self, call: i64, request: HttpRequest) {
        let call = CellRef::Integer(call);
        // Whoever is not let in hears why from the door in front.
        match self.meet(request).ok().and_then(|visitor| visitor.home()) {
            Some(object) => {
                let (noun, name) = address(&object);
                say(Say::Answer, &[call, noun.into(), CellRef::Text(&name)]);
            }
            None => say(Say::Answer, &[call, CellRef::Null]),
        }
    }

    /// A request: what was asked, and later the answer. `here` is whether the object that it is about is in this instance.
    pub fn request(
        &self,
        call: i64,
        request: HttpRequest,
        inbox: &Inbox,
        here: impl Fn(&ObjectKey) -> bool,
        tasks: &mut Tasks<Done>,
    ) -> Result<()> {
        let visitor = match self.meet(request) {
            Ok(visitor) => visitor,
            Err(error) => return self.failed(call, error, ""),
        };
        let own = visitor.home().filter(here);
        let objects = Objects {
            here: own.map(|object| (object, inbox.clone())),
        };
        let door = self.door.clone();
        tasks.add(
            "door".to_owned(),
            Box::pin(async move {
                let reply = door.reply(&objects, visitor).await;
                Done::Http { call, reply }
            }),
        );
        Ok(())
    }

    /// The object that a request for a path is about could not be reached.
    pub fn failed(&self, call: i64, error: &Error, path: &str) -> Result<()> {
        let response = self.door.error_response(error, path);
        respond(call, Reply::Response(response))
    }
}

/// The rest of a message, which is a request.
pub(super) fn read(mut parts: Parts) -> Result<HttpRequest> {
    Ok(HttpRequest {
        method: parts.text()?,
        path: parts.text()?,
        query: parts.text()?,
        body: parts.blob()?,
        headers: parts.pairs()?,
    })
}

/// Hands a response to the shim, or tells it which object a client wants to listen to.
pub(super) fn respond(call: i64, reply: Reply) -> Result<()> {
    let response = match reply {
        Reply::Response(response) => response,
        Reply::Feed(feed) => {
            let (noun, name) = address(&feed.object);
            let text = Json::of(&feed)?;
            let cells = [
                CellRef::Integer(call),
                CellRef::Integer(101),
                text.text().into(),
                noun.into(),
                CellRef::Text(&name),
            ];
            say(Say::Answer, &cells);
            return Ok(());
        }
    };
    let mut cells = vec![
        CellRef::Integer(call),
        CellRef::Integer(i64::from(response.status)),
        CellRef::Blob(&response.body),
    ];
    for (name, value) in &response.headers {
        cells.extend([CellRef::Text(name), CellRef::Text(value)]);
    }
    say(Say::Answer, &cells);
    Ok(())
}

/// A new id, sortable by time.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "milliseconds since 1970"
)]
fn new_id() -> String {
    let millis = (dotdo_wasm::now() / 1000.0) as u64;
    dotdo_core::identity::sortable_id(millis, dotdo_wasm::random())
}
