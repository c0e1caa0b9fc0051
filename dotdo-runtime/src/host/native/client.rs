//! The HTTP client of the hosts on this machine.

use std::time::Duration;

use axum::body::Body;
use axum::http::{self, Uri};
use http_body_util::{BodyExt, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use crate::error::{Error, Result};
use crate::http::{MAX_BODY, Request, Response};

/// A connection that does not come about in this time does not come about.
const CONNECT: Duration = Duration::from_secs(10);

/// Sends a request. In a program whose executor is not tokio's, such as the simulation's, a thread does it.
pub(crate) async fn fetch(request: Request) -> Result<Response> {
    if tokio::runtime::Handle::try_current().is_ok() {
        return exchange(request).await;
    }
    let (done, response) = oneshot::channel();
    std::thread::Builder::new()
        .name("dotdo-http".to_owned())
        .spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            let result = match runtime {
                Ok(runtime) => runtime.block_on(exchange(request)),
                Err(error) => Err(Error::from(error)),
            };
            // Whoever asked may have given up.
            let _ = done.send(result);
        })?;
    response
        .await
        .map_err(|_| Error::internal("the thread of a request ended early"))?
}

async fn exchange(request: Request) -> Result<Response> {
    let uri: Uri = request
        .url
        .parse()
        .map_err(|e| Error::permanent(format_args!("the URL cannot be read: {e}")))?;
    let host = uri
        .host()
        .ok_or_else(|| Error::permanent("the URL names no host"))?
        .to_owned();
    let is_secure = uri.scheme_str() == Some("https");
    let port = uri.port_u16().unwrap_or(if is_secure { 443 } else { 80 });
    let address = (host.trim_matches(['[', ']']), port);
    let stream = tokio::time::timeout(CONNECT, TcpStream::connect(address))
        .await
        .map_err(|_| Error::from(std::io::Error::other("no connection in 10 seconds")))??;
    stream.set_nodelay(true)?;
    if is_secure {
        return super::tls::exchange(stream, host, uri, request).await;
    }
    converse(stream, uri, request).await
}

/// Speaks HTTP/1.1 on a connection.
pub(super) async fn converse<S>(stream: S, uri: Uri, request: Request) -> Result<Response>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin + 'static,
{
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    let mut head = http::Request::builder()
        .method(request.method.as_str())
        .uri(target);
    if !has(&request, "host")
        && let Some(authority) = uri.authority()
    {
        // What stands before an `@` is for us alone.
        let name = authority.as_str().rsplit('@').next().unwrap_or_default();
        head = head.header("host", name);
    }
    if !has(&request, "user-agent") {
        head = head.header("user-agent", concat!("dotdo/", env!("CARGO_PKG_VERSION")));
    }
    for (name, value) in &request.headers {
        head = head.header(name, value);
    }
    let message = head
        .body(Body::from(request.body))
        .map_err(|e| Error::permanent(format_args!("this is no request: {e}")))?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(outside)?;
    // It ends with the response, or when `sender` is dropped.
    let connection = tokio::spawn(connection);
    let answer = async {
        let response = sender.send_request(message).await.map_err(outside)?;
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, MAX_BODY)
            .collect()
            .await
            .map_err(|e| Error::from(std::io::Error::other(e)))?;
        Ok(Response {
            status: parts.status.as_u16(),
            headers: parts
                .headers
                .iter()
                .map(|(name, value)| {
                    let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                    (name.as_str().to_owned(), value)
                })
                .collect(),
            body: body.to_bytes().to_vec(),
            ..Response::default()
        })
    };
    let answer = answer.await;
    connection.abort();
    answer
}

fn has(request: &Request, name: &str) -> bool {
    request
        .headers
        .iter()
        .any(|(known, _)| known.eq_ignore_ascii_case(name))
}

fn outside(error: hyper::Error) -> Error {
    Error::from(error)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::task::{Context, Poll, Waker};
    use std::thread;

    use crate::error::{ErrorKind, Result};
    use crate::http::{self, MAX_BODY, Response};

    /// A server that gives one answer, and then what it was sent.
    fn serve(end: &'static [u8], answer: Vec<u8>) -> (String, thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let served = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            let mut piece = [0; 4096];
            while !request.ends_with(end) {
                let length = stream.read(&mut piece).unwrap();
                assert_ne!(length, 0);
                request.extend_from_slice(&piece[..length]);
            }
            // The client may hang up before it has heard all.
            let _ = stream.write_all(&answer);
            String::from_utf8(request).unwrap()
        });
        (url, served)
    }

    fn on_tokio(request: http::Request) -> Result<Response> {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
            .block_on(request.send())
    }

    #[test]
    fn a_request_is_sent_and_answered() {
        let answer = b"HTTP/1.1 201 Made\r\nX-Kind: a\r\ncontent-length: 2\r\n\r\n42";
        let (url, served) = serve(b"{\"n\":1}", answer.to_vec());
        let request = http::post(format!("{url}/in/here?x=1&y"))
            .bearer("hush")
            .json(&serde_json::json!({"n": 1}))
            .unwrap();
        let response = on_tokio(request).unwrap().ok().unwrap();
        assert_eq!(response.status, 201);
        assert_eq!(response.header("x-kind"), Some("a"));
        assert_eq!(response.json::<u8>().unwrap(), 42);
        let sent = served.join().unwrap();
        assert!(
            sent.starts_with("POST /in/here?x=1&y HTTP/1.1\r\n"),
            "{sent}"
        );
        assert!(sent.contains("authorization: Bearer hush\r\n"), "{sent}");
        assert!(
            sent.contains("content-type: application/json\r\n"),
            "{sent}"
        );
        let host = format!("host: {}\r\n", url.trim_start_matches("http://"));
        assert!(sent.contains(&host), "{sent}");
    }

    /// The simulation polls steps without tokio.
    #[test]
    fn another_executor_is_fine() {
        let (url, served) = serve(b"\r\n\r\n", b"HTTP/1.1 204 None\r\n\r\n".to_vec());
        let mut sent = std::pin::pin!(http::get(url).send());
        let response = loop {
            match sent.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(response) => break response.unwrap(),
                Poll::Pending => thread::yield_now(),
            }
        };
        assert_eq!(response.status, 204);
        assert!(served.join().unwrap().starts_with("GET / HTTP/1.1\r\n"));
    }

    #[test]
    fn what_cannot_be_reached_may_be_reached_later() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/x?secret", listener.local_addr().unwrap());
        drop(listener);
        let error = on_tokio(http::get(&url)).unwrap_err();
        assert!(error.is_retryable(), "{error:?}");
        assert!(
            error.message().starts_with("GET http://127.0.0.1:"),
            "{error:?}"
        );
        assert!(!error.message().contains("secret"), "{error:?}");
    }

    #[test]
    fn what_is_no_request_is_refused_for_good() {
        for url in [
            "shop.example",
            "ftp://shop.example",
            "http://",
            "https:// x",
        ] {
            let error = on_tokio(http::get(url)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Permanent, "{url}: {error:?}");
        }
    }

    #[test]
    fn a_response_without_an_end_is_cut_off() {
        let mut answer = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
        answer.resize(MAX_BODY + 100_000, b'x');
        let (url, served) = serve(b"\r\n\r\n", answer);
        let error = on_tokio(http::get(url)).unwrap_err();
        assert!(
            error.message().contains("length limit exceeded"),
            "{error:?}"
        );
        served.join().unwrap();
    }
}
