//! Clients that listen to events, each over a WebSocket.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, interval_at, timeout};

use super::Handle;
use crate::app::ObjectKey;
use crate::door::{Door, Feed};
use crate::error::{Error, ErrorKind, Result};

/// A client hears from us at least so often, and we from it.
const PULSE: Duration = Duration::from_secs(30);
/// A client that takes nothing for so long is given up.
const PATIENCE: Duration = Duration::from_secs(60);
/// An object that could not be asked is asked again after this.
const RETRY: Duration = Duration::from_secs(1);
/// The longest message that is read from a client, in bytes. The only one that is understood has four.
pub(super) const MAX_MESSAGE: usize = 1024;

/// Who listens to which object.
#[derive(Default)]
pub(super) struct Listeners {
    count: AtomicUsize,
    objects: Mutex<HashMap<ObjectKey, watch::Sender<()>>>,
}

impl Listeners {
    fn objects(&self) -> MutexGuard<'_, HashMap<ObjectKey, watch::Sender<()>>> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on until it is dropped, it hears of news.
    fn listen(self: &Arc<Self>, key: &ObjectKey) -> Listener {
        let news = self
            .objects()
            .entry(key.clone())
            .or_insert_with(|| watch::channel(()).0)
            .subscribe();
        self.count.fetch_add(1, Ordering::SeqCst);
        Listener {
            listeners: self.clone(),
            key: key.clone(),
            news,
        }
    }

    /// Whether anybody listens to anything.
    pub fn any(&self) -> bool {
        self.count.load(Ordering::SeqCst) > 0
    }

    /// There is news of an object.
    pub fn tell(&self, key: &ObjectKey) {
        if let Some(listeners) = self.objects().get(key) {
            listeners.send_replace(());
        }
    }
}

struct Listener {
    listeners: Arc<Listeners>,
    key: ObjectKey,
    news: watch::Receiver<()>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut objects = self.listeners.objects();
        if objects
            .get(&self.key)
            .is_some_and(|listeners| listeners.receiver_count() <= 1)
        {
            objects.remove(&self.key);
        }
        self.listeners.count.fetch_sub(1, Ordering::SeqCst);
    }
}

/// What all sockets of a server share.
pub(super) struct Live {
    pub door: Door,
    pub handle: Handle,
    pub listeners: Arc<Listeners>,
    /// True when the server ends.
    pub ending: watch::Receiver<bool>,
    /// Ends when nobody listens any more: with this.
    #[allow(dead_code, reason = "whoever waits for its end sees it dropped")]
    pub open: mpsc::Sender<()>,
}

/// Why a socket is closed.
type Farewell = (u16, &'static str);

impl Live {
    /// Tells a client what it listens to, until either side ends it.
    pub async fn tell(&self, mut socket: WebSocket, mut feed: Feed) {
        let mut ending = self.ending.clone();
        let farewell = tokio::select! {
            farewell = self.go_on(&mut socket, &mut feed) => farewell,
            _ = ending.wait_for(|ending| *ending) => Some((close_code::AWAY, "the server is stopping")),
        };
        if let Some((code, reason)) = farewell {
            let frame = CloseFrame {
                code,
                reason: reason.into(),
            };
            // The client may have gone.
            let _ = timeout(RETRY, socket.send(Message::Close(Some(frame)))).await;
        }
    }

    /// Gives why the socket is to be closed, unless it is closed already.
    async fn go_on(&self, socket: &mut WebSocket, feed: &mut Feed) -> Option<Farewell> {
        // Whoever listens before it asks misses nothing.
        let mut listener = self.listeners.listen(&feed.object);
        let mut pulse = interval_at(Instant::now() + PULSE, PULSE);
        let mut heard = Instant::now();
        let mut more = true;
        loop {
            if more {
                more = match self.door.next(&self.handle, feed).await {
                    Ok(batch) => {
                        for text in batch.texts {
                            send(socket, Message::text(text)).await.ok()?;
                        }
                        batch.more
                    }
                    Err(error) if may_pass(&error) => {
                        tokio::time::sleep(RETRY).await;
                        true
                    }
                    Err(_) => return Some((close_code::ERROR, "the events cannot be read")),
                };
                if more {
                    continue;
                }
            }
            tokio::select! {
                news = listener.news.changed() => more = news.is_ok(),
                message = socket.recv() => {
                    heard = Instant::now();
                    match message?.ok()? {
                        Message::Text(text) if text.as_str() == "ping" => {
                            send(socket, Message::text("pong")).await.ok()?;
                        }
                        Message::Text(_) | Message::Binary(_) => {
                            return Some((close_code::UNSUPPORTED, "no message but `ping` is understood"));
                        }
                        // Pings are answered, and a close is, by the protocol.
                        Message::Ping(_) | Message::Pong(_) | Message::Close(_) => {}
                    }
                }
                _ = pulse.tick() => {
                    if heard.elapsed() > PULSE + PATIENCE {
                        return None;
                    }
                    send(socket, Message::Ping(Vec::new().into())).await.ok()?;
                }
            }
        }
    }
}

/// Sends, unless the client does not take it in time.
async fn send(socket: &mut WebSocket, message: Message) -> Result<()> {
    match timeout(PATIENCE, socket.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(Error::new(ErrorKind::Timeout, "the client takes nothing")),
    }
}

fn may_pass(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Overloaded | ErrorKind::Timeout | ErrorKind::Storage
    )
}
