//! The HTTP server around the door.

#[cfg(test)]
mod tests;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody as _, to_bytes};
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{ConnectInfo, FromRequestParts, Request};
use axum::http::header::CONNECTION;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};

use super::Embedded;
use super::connections::{self, HasRoom, Limited};
use super::live::{Live, MAX_MESSAGE};
use super::load::Budget;
use crate::door::{Door, HttpRequest, HttpResponse, PROTOCOL, Reply};
use crate::error::{Error, ErrorKind, Result};

/// How long those who listen have to take the word that the server stops.
const FAREWELL: Duration = Duration::from_secs(2);

/// The HTTP server of an embedded business.
///
/// It listens on the loopback address unless told otherwise, and refuses any other address until an access token is
/// configured.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    token: Option<String>,
    time_limit: Duration,
    connections: usize,
    bodies: Budget,
}

impl Server {
    /// Begins to listen. Port 0 takes a free one; [`address`](Self::address) tells which.
    pub async fn bind(address: SocketAddr, token: Option<String>) -> Result<Self> {
        if !address.ip().is_loopback() && token.is_none() {
            return Err(Error::new(
                ErrorKind::Unauthorized,
                format_args!(
                    "{address} can be reached by others, so an access token is needed: set DOTDO_TOKEN, or give --token-file; or listen on 127.0.0.1"
                ),
            ));
        }
        if token.as_deref().is_some_and(|token| token.len() < 16) {
            return Err(Error::invalid(
                "the access token is shorter than 16 characters; make one with `openssl rand -hex 32`",
            ));
        }
        let listener = TcpListener::bind(address).await.map_err(|e| {
            Error::new(
                ErrorKind::Storage,
                format_args!("cannot listen on {address}: {e}"),
            )
        })?;
        Ok(Self {
            listener,
            token,
            time_limit: Duration::from_secs(30),
            connections: connections::sensible(),
            bodies: Budget::sensible(),
        })
    }

    /// Requests that take longer are given up with 504.
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }

    /// At most so many connections are open at once. One more is answered with 503 and closed. The default is three
    /// sixteenths of the file descriptors that the process may have.
    pub fn connections(mut self, most: usize) -> Self {
        self.connections = most;
        self
    }

    /// The address it listens on.
    pub fn address(&self) -> Result<SocketAddr> {
        Ok(self.listener.local_addr()?)
    }

    /// Serves until `stop` is ready; requests that are under way then are answered first.
    pub async fn serve(
        self,
        business: &Embedded,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<()> {
        let (end, ending) = watch::channel(false);
        let (open, mut all_closed) = mpsc::channel(1);
        let live = Arc::new(Live {
            door: Door::new(business.app(), self.token, business.ids()),
            handle: business.handle().clone(),
            listeners: business.listeners(),
            ending,
            open,
        });
        let listener = Limited::new(self.listener, self.connections);
        let (limit, bodies, places) = (self.time_limit, self.bodies, listener.places());
        let router = axum::Router::new().fallback(
            move |ConnectInfo(HasRoom(has_room)), request: Request| {
                let (live, bodies, places) = (live.clone(), bodies.clone(), places.clone());
                async move {
                    if !has_room {
                        let error = Error::new(
                            ErrorKind::Overloaded,
                            "as many connections are open as may be; try again in a moment",
                        );
                        return closing(response(live.door.error_response(&error, "")));
                    }
                    let answer = answer(&live, limit, &bodies, request).await;
                    if places.available_permits() == 0 {
                        closing(answer)
                    } else {
                        answer
                    }
                }
            },
        );
        let stop = async move {
            stop.await;
            // Nobody may listen.
            let _ = end.send(true);
        };
        let router = router.into_make_service_with_connect_info::<HasRoom>();
        axum::serve(listener, router)
            .with_graceful_shutdown(stop)
            .await?;
        // Those who listen are told that it ends, and are not waited for if they do not take it.
        let _ = tokio::time::timeout(FAREWELL, all_closed.recv()).await;
        Ok(())
    }
}

async fn answer(
    live: &Arc<Live>,
    limit: Duration,
    bodies: &Budget,
    request: Request,
) -> Response<Body> {
    let door = &live.door;
    let (mut parts, body) = request.into_parts();
    // Until it is answered.
    let _room = match bodies.take(length(&body).min(door.limits().body)) {
        Ok(room) => room,
        Err(error) => return closing(response(door.error_response(&error, ""))),
    };
    // One byte more than allowed is enough for the door to see that it is too long.
    let Ok(body) = tokio::time::timeout(limit, to_bytes(body, door.limits().body + 1)).await else {
        return response(door.timeout_response());
    };
    let body = match body {
        Ok(body) => body.to_vec(),
        Err(_) => return response(door.too_large_response()),
    };
    // A value that is no text is passed on all the same, so that the door can say what is wrong with it.
    let mut headers: Vec<(String, String)> = parts
        .headers
        .iter()
        .map(|(name, value)| {
            (
                name.as_str().to_owned(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect();
    if let Some(authority) = parts.uri.authority() {
        headers.push(("host".to_owned(), authority.to_string()));
    }
    let request = HttpRequest {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers,
        body,
    };
    let feed = match tokio::time::timeout(limit, door.reply(&live.handle, door.meet(request))).await
    {
        Ok(Reply::Response(answer)) => return response(answer),
        Ok(Reply::Feed(feed)) => feed,
        Err(_) => return response(door.timeout_response()),
    };
    let live = live.clone();
    match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => upgrade
            .protocols([PROTOCOL])
            .max_message_size(MAX_MESSAGE)
            .on_upgrade(move |socket| async move { live.tell(socket, feed).await }),
        Err(refused) => response(door.bad_handshake_response(&refused.body_text())),
    }
}

/// How many bytes a body may have.
fn length(body: &Body) -> usize {
    let size = body.size_hint();
    usize::try_from(size.upper().unwrap_or(u64::MAX)).unwrap_or(usize::MAX)
}

/// The same answer, after which the connection is closed.
fn closing(mut answer: Response<Body>) -> Response<Body> {
    if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
        let close = HeaderValue::from_static("close");
        answer.headers_mut().insert(CONNECTION, close);
    }
    answer
}

fn response(answer: HttpResponse) -> Response<Body> {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() =
        StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}
