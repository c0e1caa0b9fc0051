//! The HTTP server around the door.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use tokio::net::TcpListener;

use super::{Embedded, Handle};
use crate::door::{Door, HttpRequest, HttpResponse};
use crate::error::{Error, ErrorKind, Result};

/// The HTTP server of an embedded business.
///
/// It listens on the loopback address unless told otherwise, and refuses any other address until an access token is
/// configured.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    token: Option<String>,
    time_limit: Duration,
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
        })
    }

    /// Requests that take longer are given up with 504.
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
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
        let door = Door::new(business.app(), self.token, business.ids());
        let state = Arc::new((door, business.handle().clone(), self.time_limit));
        let router = axum::Router::new().fallback(move |request: Request| {
            let state = state.clone();
            async move { answer(&state.0, &state.1, state.2, request).await }
        });
        axum::serve(self.listener, router)
            .with_graceful_shutdown(stop)
            .await?;
        Ok(())
    }
}

async fn answer(door: &Door, handle: &Handle, limit: Duration, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
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
    match tokio::time::timeout(limit, door.answer(handle, request)).await {
        Ok(answer) => response(answer),
        Err(_) => response(door.timeout_response()),
    }
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
