//! The store that a data set is brought into: in this process, or one that answers HTTP, on whatever host.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dotdo::host::native::Embedded;
use dotdo::http::{self, Response};
use dotdo::prelude::*;
use dotdo::{ErrorKind, Noun};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::business::{Customer, Invoice, Stage};

/// As many rows as a page holds.
const PAGE: u32 = 1000;
/// What did not answer is asked again after so long,
const AGAIN: Duration = Duration::from_millis(200);
/// and given up after so long.
const PATIENCE: Duration = Duration::from_secs(20);

/// A store.
#[derive(Clone)]
pub enum Store {
    /// In this process.
    Here(Arc<Embedded>),
    /// Behind HTTP.
    There(Remote),
}

impl fmt::Display for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Here(_) => f.write_str(
                "data directory; choose a new directory with --data, or remove this one",
            ),
            Self::There(remote) => write!(f, "store at {}", remote.url),
        }
    }
}

impl Store {
    /// All things of a noun.
    pub async fn everything<N: Noun>(&self) -> Result<HashMap<Id<N>, N>> {
        let store = match self {
            Self::Here(store) => store,
            Self::There(remote) => return remote.everything().await,
        };
        let mut all = HashMap::new();
        let mut last: Option<Id<N>> = None;
        loop {
            let mut page = N::all().limit(PAGE);
            if let Some(last) = &last {
                page = page.after(last);
            }
            let found = store.run(page).await?;
            match found.last() {
                None => return Ok(all),
                Some(thing) => last = Some(thing.id.clone()),
            }
            all.extend(found.into_iter().map(|thing| (thing.id, thing.data)));
        }
    }

    /// Makes a thing.
    pub async fn create<N: Noun>(self, thing: N, id: Id<N>) -> Result<()> {
        match self {
            Self::Here(store) => store.run(thing.create_as(id)).await.map(drop),
            Self::There(remote) => remote.create(&thing, &id, PartialEq::eq).await,
        }
    }

    /// Makes an invoice and places it. In this process that is one transaction: there is no invoice that waits to be
    /// placed. The directory of invoices follows a moment later, so after a crash an invoice may be there that it does
    /// not show yet; the key tells.
    pub async fn place(self, invoice: Invoice, id: Id<Invoice>) -> Result<()> {
        let key = format!("import/{id}");
        match self {
            Self::Here(store) => {
                let call = invoice.create_as(id).place().key(key);
                store.run(call).await.map(drop)
            }
            Self::There(remote) => {
                remote.create(&invoice, &id, super::same_purchase).await?;
                let placed = http::post(format!("{}/Invoice/{id}/place", remote.url));
                let answer = remote.ask(placed.header("idempotency-key", key)).await?;
                fine(answer).map(drop)
            }
        }
    }

    /// How many customers there are.
    pub async fn customers(&self) -> Result<u64> {
        match self {
            Self::Here(store) => store.run(Customer::all().count()).await,
            Self::There(remote) => remote.count("Customer?").await,
        }
    }

    /// How many invoices are so far.
    pub async fn invoices(&self, stage: Stage) -> Result<usize> {
        let count = match self {
            Self::Here(store) => {
                let question = Invoice::find(|i| i.stage.eq(stage));
                store.run(question.count()).await?
            }
            Self::There(remote) => remote.count(&format!("Invoice?stage={stage:?}&")).await?,
        };
        Ok(usize::try_from(count)?)
    }

    /// How often the gateway had to be asked again for an invoice.
    pub async fn retries(self, id: Id<Invoice>) -> Result<u32> {
        match self {
            Self::Here(store) => store.run(Invoice::stub(id).retries()).await,
            Self::There(remote) => remote.get(&format!("Invoice/{id}/retries")).await,
        }
    }

    /// Waits until nothing is under way any more, but not longer. Retries that are not due yet do not count, and of a
    /// store behind HTTP it is not known.
    pub async fn settled(&self, at_most: Duration) -> bool {
        match self {
            Self::Here(store) => tokio::time::timeout(at_most, store.settled()).await.is_ok(),
            Self::There(_) => {
                tokio::time::sleep(at_most).await;
                true
            }
        }
    }

    /// What nobody waits for, such as a step's result or the gateway's ledger, is tried again for as long as the disk
    /// does not take it. Whoever waits for the end of it all should know.
    pub fn check_disk(&self) -> Result<()> {
        let store = match self {
            Self::Here(store) => store.storage_trouble(),
            Self::There(_) => None,
        };
        let world = crate::world::trouble().map(|trouble| Error::new(ErrorKind::Storage, trouble));
        store.or(world).map_or(Ok(()), Err)
    }
}

/// A store that answers HTTP.
#[derive(Clone)]
pub struct Remote {
    /// Without a slash at its end.
    url: Arc<str>,
    token: Option<Arc<str>>,
}

#[derive(Deserialize)]
struct Page {
    items: Vec<Json>,
    next: Option<String>,
    total: Option<u64>,
}

impl Remote {
    /// The store behind a URL, with the token of the variable `DOTDO_TOKEN` if there is one.
    pub fn at(url: &str) -> Self {
        Self {
            url: url.trim_end_matches('/').into(),
            token: dotdo::var("DOTDO_TOKEN").map(Into::into),
        }
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether it answers.
    pub async fn is_there(&self) -> bool {
        let health = http::get(format!("{}/$health", self.url));
        health.send().await.is_ok_and(|answer| answer.status == 200)
    }

    /// Sends a request. That the store does not answer, or not now, passes: whoever kills it starts it again.
    async fn ask(&self, request: http::Request) -> Result<Response> {
        let begun = Instant::now();
        loop {
            let request = match &self.token {
                Some(token) => request.clone().bearer(token),
                None => request.clone(),
            };
            let failure = match request.send().await {
                Ok(answer) if !matches!(answer.status, 429 | 500..) => return Ok(answer),
                Ok(answer) => fine(answer).err(),
                Err(error) if error.is_retryable() => Some(error),
                Err(error) => return Err(error),
            };
            if let Some(error) = failure
                && begun.elapsed() > PATIENCE
            {
                return Err(error);
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    async fn get<T: DeserializeOwned>(&self, target: &str) -> Result<T> {
        let request = http::get(format!("{}/{target}", self.url));
        fine(self.ask(request).await?)?.json()
    }

    async fn count(&self, question: &str) -> Result<u64> {
        let page: Page = self.get(&format!("{question}limit=1&count")).await?;
        page.total
            .ok_or_else(|| Error::internal("the store does not count"))
    }

    async fn everything<N: Noun>(&self) -> Result<HashMap<Id<N>, N>> {
        let mut all = HashMap::new();
        let mut target = format!("{}?limit={PAGE}", N::NAME);
        loop {
            let page: Page = self.get(&target).await?;
            for item in page.items {
                let url = item["$id"].as_str().unwrap_or_default();
                let id = Id::new(url.rsplit('/').next().unwrap_or_default())?;
                all.insert(id, serde_json::from_value(item)?);
            }
            match page.next {
                None => return Ok(all),
                Some(next) => target = format!("{}?limit={PAGE}&after={next}", N::NAME),
            }
        }
    }

    /// Makes a thing, unless the same is there: an answer may have been lost.
    async fn create<N: Noun>(&self, thing: &N, id: &Id<N>, same: fn(&N, &N) -> bool) -> Result<()> {
        let mut body = serde_json::to_value(thing)?;
        body["$id"] = id.as_str().into();
        let request = http::post(format!("{}/{}", self.url, N::NAME));
        let answer = self.ask(request.json(&body)?).await?;
        if answer.status != 409 {
            return fine(answer).map(drop);
        }
        // Whatever else the conflict is about, this id is not taken.
        let question = http::get(format!("{}/{}/{id}", self.url, N::NAME));
        let there = self.ask(question).await?;
        let is_same = there.status == 200 && same(&there.json()?, thing);
        if is_same {
            Ok(())
        } else {
            fine(answer).map(drop)
        }
    }
}

/// A good answer, or what the store has against it.
fn fine(answer: Response) -> Result<Response> {
    let detail = serde_json::from_slice::<Json>(&answer.body)
        .ok()
        .and_then(|problem| problem["detail"].as_str().map(str::to_owned));
    match (answer.status, detail) {
        (200..300, _) => Ok(answer),
        (409, Some(detail)) => Err(Error::new(ErrorKind::Conflict, detail)),
        (401, Some(detail)) => Err(Error::new(
            ErrorKind::Unauthorized,
            format_args!("{detail}; DOTDO_TOKEN says which token is used"),
        )),
        (_, Some(detail)) => Err(Error::new(ErrorKind::Failed, detail)),
        (_, None) => answer.ok(),
    }
}
