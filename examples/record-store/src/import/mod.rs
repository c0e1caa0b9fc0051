//! The import: from a data set to a running business, in steps that may be repeated.
//!
//! What is there already is left alone, so an import that was killed goes on where it was when it is started again.

pub mod dataset;
mod figures;
mod progress;
mod store;

use std::time::{Duration, Instant};

use dotdo::prelude::*;
use dotdo::{ErrorKind, Noun};
use tokio::task::JoinSet;

use crate::business::{Invoice, Stage};
use crate::world;
use dataset::DataSet;
pub use figures::Figures;
use progress::Progress;
pub use store::{Remote, Store};

/// Calls that are under way at the same time. Many, because writes that finish together share a sync.
const AT_ONCE: usize = 128;
/// How often it is looked whether everything is paid.
const GLANCE: Duration = Duration::from_millis(50);
/// When nothing has moved for so long, something is wrong.
const STALLED: Duration = Duration::from_secs(30);

/// Brings a data set into a store and waits until every invoice is paid and every customer has a mail.
pub async fn import(store: &Store, data: DataSet) -> Result<Figures> {
    let expected = (data.customers.len(), data.invoices.len());
    let mut progress = Progress::default();
    let customers = Rules {
        same: PartialEq::eq,
        whole: |_| true,
        make: Store::create,
    };
    stock(store, data.customers, &customers, &mut progress).await?;
    let tracks = Rules {
        same: PartialEq::eq,
        whole: |_| true,
        make: Store::create,
    };
    stock(store, data.tracks, &tracks, &mut progress).await?;
    let invoices = Rules {
        same: same_purchase,
        whole: |invoice: &Invoice| invoice.stage != Stage::Draft,
        make: Store::place,
    };
    stock(store, data.invoices, &invoices, &mut progress).await?;
    settle(store, expected, &mut progress).await?;
    Figures::of(store).await
}

/// Whether two invoices are of the same purchase, however far they are.
fn same_purchase(there: &Invoice, wanted: &Invoice) -> bool {
    Invoice {
        stage: wanted.stage.clone(),
        receipt: wanted.receipt.clone(),
        ..there.clone()
    } == *wanted
}

/// How things of a noun are brought in.
struct Rules<N, F> {
    /// Whether what is there is what is wanted.
    same: fn(&N, &N) -> bool,
    /// Whether what is there is done with.
    whole: fn(&N) -> bool,
    make: fn(Store, N, Id<N>) -> F,
}

/// Makes those things that are missing or not whole. Those that are there have to be the same.
async fn stock<N, F>(
    store: &Store,
    wanted: Vec<(Id<N>, N)>,
    rules: &Rules<N, F>,
    progress: &mut Progress,
) -> Result<()>
where
    N: Noun + Send + 'static,
    F: Future<Output = Result<()>> + Send + 'static,
{
    let noun = N::DEF.name;
    let (total, there) = (wanted.len(), store.everything::<N>().await?);
    let mut missing = Vec::new();
    for (id, thing) in wanted {
        match there.get(&id) {
            Some(stored) if !(rules.same)(stored, &thing) => {
                return Err(Error::new(
                    ErrorKind::Conflict,
                    format_args!("there is another {noun}/{id} in the {store}"),
                ));
            }
            Some(stored) if (rules.whole)(stored) => {}
            _ => missing.push((id, thing)),
        }
    }
    let mut done = total - missing.len();
    let mut missing = missing.into_iter();
    let mut calls = JoinSet::new();
    loop {
        progress.show(noun, done, total);
        while calls.len() < AT_ONCE
            && let Some((id, thing)) = missing.next()
        {
            let (store, make) = (store.clone(), rules.make);
            calls.spawn(async move {
                let name = id.to_string();
                make(store, thing, id)
                    .await
                    .map_err(|e| e.context(format_args!("{noun}/{name}")))
            });
        }
        let Ok(call) = tokio::time::timeout(STALLED, calls.join_next()).await else {
            return Err(stalled(format_args!(
                "{} of {total} are missing of {noun}",
                total - done
            )));
        };
        let Some(call) = call else { return Ok(()) };
        call??;
        store.check_disk()?;
        done += 1;
    }
}

/// Waits until every customer has a mail and every invoice is paid. What failed is tried again by itself.
async fn settle(
    store: &Store,
    (customers, invoices): (usize, usize),
    progress: &mut Progress,
) -> Result<()> {
    let mut before = None;
    let mut moved = Instant::now();
    loop {
        // Being settled alone is not the end.
        let settled = store.settled(GLANCE).await;
        store.check_disk()?;
        let paid = store.invoices(Stage::Paid).await?;
        let waiting = store.invoices(Stage::Placed).await?;
        let mails = world::mails()?;
        progress.show("paid", paid, invoices);
        if settled && waiting == 0 && paid >= invoices && mails >= customers {
            return Ok(());
        }
        let now = (paid, waiting, mails, world::charges()?.len());
        if before != Some(now) {
            (before, moved) = (Some(now), Instant::now());
        } else if moved.elapsed() > STALLED {
            let (unpaid, unsent) = (
                invoices.saturating_sub(paid),
                customers.saturating_sub(mails),
            );
            return Err(stalled(format_args!(
                "{unpaid} of {invoices} invoices wait to be paid, {unsent} of {customers} mails to be sent; `inspect Invoice/…` shows why"
            )));
        }
        if settled {
            tokio::time::sleep(GLANCE).await;
        }
    }
}

fn stalled(what: impl std::fmt::Display) -> Error {
    Error::new(
        ErrorKind::Timeout,
        format_args!(
            "nothing has moved for {} s: {what}; start the same command again to go on",
            STALLED.as_secs()
        ),
    )
}
