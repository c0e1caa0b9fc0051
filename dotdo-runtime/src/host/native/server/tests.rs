//! What a server does when there is too much at once.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use super::Server;
use crate::host::native::Embedded;
use crate::host::native::load::Budget;
use crate::host::native::worker::tests::METERS;

const QUESTION: &str = "GET /Meter HTTP/1.1\r\nhost: meters.example\r\n\r\n";

/// Serves with these bounds while the test runs.
async fn serving<F: Future<Output = ()>>(
    set: impl FnOnce(Server) -> Server,
    test: impl FnOnce(SocketAddr) -> F,
) {
    let folder = tempfile::tempdir().unwrap();
    let business = Embedded::of(&METERS, folder.path()).start().unwrap();
    let server = Server::bind(SocketAddr::from(([127, 0, 0, 1], 0)), None);
    let server = set(server.await.unwrap());
    let address = server.address().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let serve = server.serve(&business, async {
        // Dropped when the test ends, whatever comes of it.
        let _ = stopped.await;
    });
    let run = async {
        test(address).await;
        drop(stop);
    };
    tokio::join!(serve, run).0.unwrap();
    business.shutdown().await;
}

async fn send(address: SocketAddr, text: &str) -> TcpStream {
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all(text.as_bytes()).await.unwrap();
    client
}

/// All that the server says until it closes the connection.
async fn hear(mut client: TcpStream) -> String {
    let mut all = String::new();
    client.read_to_string(&mut all).await.unwrap();
    all
}

fn is_told_to_come_again(answer: &str) {
    let answer = answer.to_lowercase();
    assert!(answer.starts_with("http/1.1 503"), "{answer}");
    assert!(answer.contains("\r\nretry-after: 1\r\n"), "{answer}");
    assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
    assert!(answer.contains("application/problem+json"), "{answer}");
}

#[tokio::test]
async fn one_connection_too_many_is_told_so() {
    serving(
        |server| server.connections(2),
        async |address| {
            // Two that have not said all they have to say.
            let (one, mut other) = (send(address, "GET").await, send(address, "GET").await);
            is_told_to_come_again(&hear(send(address, QUESTION).await).await);

            // As there is no place left, an answer is the last on its connection; then there is.
            other.write_all(&QUESTION.as_bytes()[3..]).await.unwrap();
            let answer = hear(other).await;
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
            let answer = hear(send(address, QUESTION).await).await;
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
            drop(one);
        },
    )
    .await;
}

#[tokio::test]
async fn bodies_that_are_read_are_bounded() {
    let budget = Budget::new(1000);
    let bodies = budget.clone();
    let post = |length: usize| {
        format!(
            "POST /Meter HTTP/1.1\r\nhost: meters.example\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n"
        )
    };
    serving(
        move |server| Server { bodies, ..server },
        async |address| {
            let mut slow = send(address, &post(900)).await;
            while budget.take(101).is_ok() {
                tokio::task::yield_now().await;
            }
            is_told_to_come_again(&hear(send(address, &(post(101) + "{}")).await).await);
            // What has no body needs no room, and what is small finds it.
            let answer = hear(send(address, &(post(2) + "{}")).await).await;
            assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");

            let body = format!("{{{}}}", " ".repeat(898));
            slow.write_all(body.as_bytes()).await.unwrap();
            let answer = hear(slow).await;
            assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
            assert!(budget.take(1000).is_ok(), "it was given back");
        },
    )
    .await;
}
