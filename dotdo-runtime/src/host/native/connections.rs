//! How many connections a server has at once.
//!
//! A few more than that are taken in to be told that there is no room. Whoever comes then waits outside, where the system
//! bounds how many may.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::room;

/// So many are told at once that there is no room.
const REFUSED_AT_ONCE: usize = 8;
/// Where nothing is known of descriptors.
const UNKNOWN: usize = 1024;

/// How many connections this machine can well have: most of what open objects leave of the descriptors.
pub(super) fn sensible() -> usize {
    room::descriptors().map_or(UNKNOWN, |all| (all / 4).max(64) / 4 * 3)
}

/// A listener that bounds its connections.
pub(super) struct Limited {
    listener: TcpListener,
    places: Arc<Semaphore>,
    refused: Arc<Semaphore>,
}

impl Limited {
    pub fn new(listener: TcpListener, connections: usize) -> Self {
        Self {
            listener,
            places: Arc::new(Semaphore::new(connections.min(Semaphore::MAX_PERMITS))),
            refused: Arc::new(Semaphore::new(REFUSED_AT_ONCE)),
        }
    }

    /// The places that are left.
    pub fn places(&self) -> Arc<Semaphore> {
        self.places.clone()
    }
}

/// Whether a connection has found room.
#[derive(Clone, Copy, Debug)]
pub(super) struct HasRoom(pub bool);

pub(super) struct Connection {
    has_room: HasRoom,
    // Before the stream: when the client sees it closed, its place is free.
    #[allow(dead_code, reason = "it counts for as long as it lives")]
    place: Option<OwnedSemaphorePermit>,
    stream: TcpStream,
}

impl Listener for Limited {
    type Io = Connection;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (Connection, Self::Addr) {
        // First somebody who comes, then a place: it may have become free in the meantime. That one who finds none waits is
        // enough to keep the others outside. Neither semaphore is ever closed.
        let (stream, address) = Listener::accept(&mut self.listener).await;
        let (has_room, place) = match self.places.clone().try_acquire_owned() {
            Ok(place) => (true, Some(place)),
            Err(_) => (false, self.refused.clone().acquire_owned().await.ok()),
        };
        let has_room = HasRoom(has_room);
        let connection = Connection {
            has_room,
            place,
            stream,
        };
        (connection, address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

impl Connected<IncomingStream<'_, Limited>> for HasRoom {
    fn connect_info(stream: IncomingStream<'_, Limited>) -> Self {
        stream.io().has_room
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
