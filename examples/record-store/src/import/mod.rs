//! The import: from a data set to a running business, in steps that may be repeated.
//!
//! What is there already is left alone, so an import that was killed goes on where it was when it is started again.

pub mod dataset;
mod figures;
mod progress;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dotdo::host::native::Embedded;
use dotdo::prelude::*;
use dotdo::{Effect, ErrorKind};
use tokio::task::JoinSet;

use crate::business::{Customer, Invoice, Stage, Track};
use crate::outside;
use dataset::DataSet;
pub use figures::Figures;
use progress::Progress;

/// Calls that are under way at the same time. Many, because writes that finish together share a sync.
const AT_ONCE: usize = 128;
/// As many rows as a page holds.
const PAGE: u32 = 1000;
/// How often it is looked whether everything is paid.
const GLANCE: Duration = Duration::from_millis(50);
/// When nothing has moved for so long, something is wrong.
const STALLED: Duration = Duration::from_secs(30);

/// Brings a data set into a store and waits until every invoice is paid and every customer has a mail.
pub async fn import(store: &Arc<Embedded>, data: DataSet) -> Result<Figures> {
    let expected = (data.customers.len(), data.invoices.len());
    let mut progress = Progress::default();
    stock(
        store,
        data.customers,
        PartialEq::eq,
        Customer::create_as,
        &mut progress,
    )
    .await?;
    stock(
        store,
        data.tracks,
        PartialEq::eq,
        Track::create_as,
        &mut progress,
    )
    .await?;
    stock(store, data.invoices, same_purchase, place, &mut progress).await?;
    settle(store, expected, &mut progress).await?;
    Figures::of(store).await
}

/// Made and placed in one transaction: there is no invoice that waits to be placed. The directory of invoices follows
/// a moment later, so after a crash an invoice may be there that it does not show yet; the key tells.
fn place(invoice: Invoice, id: Id<Invoice>) -> impl Effect + Send {
    let key = format!("import/{id}");
    invoice.create_as(id).place().key(key)
}

/// Whether two invoices are of the same purchase, however far they are.
fn same_purchase(there: &Invoice, wanted: &Invoice) -> bool {
    Invoice {
        stage: wanted.stage.clone(),
        receipt: wanted.receipt.clone(),
        ..there.clone()
    } == *wanted
}

/// Makes those things that are missing. Those that are there have to be the same.
async fn stock<N, E>(
    store: &Arc<Embedded>,
    wanted: Vec<(Id<N>, N)>,
    same: fn(&N, &N) -> bool,
    make: fn(N, Id<N>) -> E,
    progress: &mut Progress,
) -> Result<()>
where
    N: Noun + Send + 'static,
    E: Effect + Send + 'static,
{
    let noun = N::DEF.name;
    let (total, there) = (wanted.len(), everything::<N>(store).await?);
    let mut missing = Vec::new();
    for (id, thing) in wanted {
        match there.get(&id) {
            Some(stored) if same(stored, &thing) => {}
            Some(_) => {
                return Err(Error::new(
                    ErrorKind::Conflict,
                    format_args!(
                        "there is another {noun}/{id} in the data directory; choose a new directory with --data, or remove this one"
                    ),
                ));
            }
            None => missing.push((id, thing)),
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
            let store = store.clone();
            calls.spawn(async move {
                let name = id.to_string();
                store
                    .run(make(thing, id))
                    .await
                    .map(|_| ())
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
        check_disk(store)?;
        done += 1;
    }
}

/// All things of a noun, page by page.
async fn everything<N: Noun>(store: &Embedded) -> Result<HashMap<Id<N>, N>> {
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

/// Waits until every customer has a mail and every invoice is paid. What failed is tried again by itself.
async fn settle(
    store: &Embedded,
    (customers, invoices): (usize, usize),
    progress: &mut Progress,
) -> Result<()> {
    let mut before = None;
    let mut moved = Instant::now();
    loop {
        // Retries that are not due yet do not count as work under way, so being settled alone is not the end.
        let settled = tokio::time::timeout(GLANCE, store.settled()).await.is_ok();
        check_disk(store)?;
        let paid = count(store, Stage::Paid).await?;
        let waiting = count(store, Stage::Placed).await?;
        let mails = outside::mailer::count()?;
        progress.show("paid", paid, invoices);
        if settled && waiting == 0 && paid >= invoices && mails >= customers {
            return Ok(());
        }
        let now = (paid, waiting, mails, outside::gateway::charges()?.len());
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

async fn count(store: &Embedded, stage: Stage) -> Result<usize> {
    let count = store
        .run(Invoice::find(|i| i.stage.eq(stage)).count())
        .await?;
    Ok(usize::try_from(count)?)
}

/// What nobody waits for, such as a step's result or the gateway's ledger, is tried again for as long as the disk does
/// not take it. Whoever waits for the end of it all should know.
fn check_disk(store: &Embedded) -> Result<()> {
    let outside = outside::trouble().map(|trouble| Error::new(ErrorKind::Storage, trouble));
    store.storage_trouble().or(outside).map_or(Ok(()), Err)
}
