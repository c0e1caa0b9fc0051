//! What an instance asks of the host and waits for: other objects, and HTTP.

use std::borrow::Cow;
use std::cell::RefCell;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::inner::Inbox;
use super::wire::{self, Parts};
use crate::app::ObjectKey;
use crate::error::{Error, ErrorKind, Result};
use crate::host::Peers;
use crate::http;
use crate::json::{self, Json};
use crate::maps::Few;
use crate::object::{Answer, Request};
use crate::value::CellRef;

/// What the shim is told.
pub(super) enum Say {
    Answer = 1,
    Call = 2,
    Fetch = 3,
    Wake = 4,
    Log = 5,
    NeverMind = 6,
    Doing = 7,
    News = 8,
}

/// Tells the shim something.
pub(super) fn say(what: Say, cells: &[CellRef<'_>]) {
    let what = CellRef::Integer(what as i64);
    dotdo_wasm::send(&wire::list(
        std::iter::once(what).chain(cells.iter().copied()),
    ));
}

/// Tells the shim whose code is being run, in case that it stops.
pub(crate) fn doing(action: Option<&str>) {
    say(Say::Doing, &[action.map_or(CellRef::Null, CellRef::Text)]);
}

/// Something that was asked for.
enum Asked {
    Open(Option<Waker>),
    There(Result<Parts>),
}

#[derive(Default)]
struct Asks {
    last: i64,
    open: Few<i64, Asked>,
}

thread_local! {
    static ASKS: RefCell<Asks> = RefCell::default();
}

/// The host has brought what was asked for.
pub(super) fn arrived(ask: i64, what: Result<Parts>) {
    let waker = ASKS.with_borrow_mut(|asks| {
        // Whoever has been dropped meanwhile does not wait any more.
        let asked = asks.open.get_mut(&ask)?;
        match std::mem::replace(asked, Asked::There(what)) {
            Asked::Open(waker) => waker,
            Asked::There(_) => None,
        }
    });
    if let Some(waker) = waker {
        waker.wake();
    }
}

/// Something that is asked for. If it is dropped, the host need not go on with it.
struct Ask(i64);

fn ask(what: Say, cells: &[CellRef<'_>]) -> Ask {
    let number = ASKS.with_borrow_mut(|asks| {
        asks.last += 1;
        asks.open.insert(asks.last, Asked::Open(None));
        asks.last
    });
    say(what, &[&[CellRef::Integer(number)], cells].concat());
    Ask(number)
}

impl Future for Ask {
    type Output = Result<Parts>;
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        ASKS.with_borrow_mut(|asks| match asks.open.remove(&self.0) {
            Some(Asked::There(what)) => Poll::Ready(what),
            Some(Asked::Open(_)) => {
                let waker = cx.waker().clone();
                asks.open.insert(self.0, Asked::Open(Some(waker)));
                Poll::Pending
            }
            None => Poll::Ready(Err(Error::internal("this was answered already"))),
        })
    }
}

impl Drop for Ask {
    fn drop(&mut self) {
        let asked = ASKS.with_borrow_mut(|asks| asks.open.remove(&self.0));
        if matches!(asked, Some(Asked::Open(_))) {
            say(Say::NeverMind, &[CellRef::Integer(self.0)]);
        }
    }
}

/// Reaches the objects of the business: one that is in this instance, and all others.
#[derive(Default)]
pub(super) struct Objects {
    pub here: Option<(ObjectKey, Inbox)>,
}

impl Peers for Objects {
    async fn call(&self, to: ObjectKey, request: Request) -> Result<Answer> {
        match &self.here {
            Some((key, inbox)) if *key == to => inbox.ask(to, request).await,
            _ => reach(to, Some(request)).await,
        }
    }
}

/// The noun whose class an object is of, and its name there.
pub(super) fn address(object: &ObjectKey) -> (&str, Cow<'_, str>) {
    match &object.thing {
        None => ("", object.tenant.as_str().into()),
        Some((noun, id)) => (noun, format!("{}/{id}", object.tenant).into()),
    }
}

/// Hands a request to an object, or only wakes it.
pub(super) async fn reach(to: ObjectKey, request: Option<Request>) -> Result<Answer> {
    let (noun, name) = address(&to);
    let (key, request) = (Json::of(&to)?, request.as_ref().map(Json::of).transpose()?);
    let cells = [
        noun.into(),
        CellRef::Text(&name),
        key.text().into(),
        request
            .as_ref()
            .map_or(CellRef::Null, |json| json.text().into()),
    ];
    let answer = ask(Say::Call, &cells).await?.text()?;
    json::read::<Result<Answer>>(&answer).map_err(|e| {
        Error::internal(format_args!(
            "the answer of {to} cannot be read: {}",
            e.message()
        ))
    })?
}

/// Sends a request to the outside world.
pub(crate) async fn fetch(request: http::Request) -> Result<http::Response> {
    let mut cells = vec![
        CellRef::Text(&request.method),
        CellRef::Text(&request.url),
        CellRef::Blob(&request.body),
    ];
    for (name, value) in &request.headers {
        cells.extend([CellRef::Text(name), CellRef::Text(value)]);
    }
    let mut parts = ask(Say::Fetch, &cells).await?;
    Ok(http::Response {
        status: u16::try_from(parts.number()?).unwrap_or(0),
        body: parts.blob()?,
        headers: parts.pairs()?,
        ..http::Response::default()
    })
}

/// The error that the shim reports.
pub(super) fn error_of(kind: &str, text: &str) -> Error {
    let kind = match kind {
        "overloaded" => ErrorKind::Overloaded,
        "failed" => ErrorKind::Failed,
        _ => ErrorKind::Internal,
    };
    Error::new(kind, text)
}
