//! The figures at the end, counted from what is stored.

use dotdo::prelude::*;
use serde::Serialize;
use tokio::task::JoinSet;

use super::Store;
use crate::business::{Invoice, Stage};
use crate::world;

/// What an import prints.
#[derive(Debug, PartialEq, Serialize)]
pub struct Figures {
    pub customers: u64,
    pub invoices: usize,
    pub lines: usize,
    pub revenue_cents: i64,
    /// From the gateway's ledger.
    pub charges: usize,
    /// From the outbox.
    pub mails: usize,
    /// Attempts beyond the first, from the actions of the invoices.
    pub retries: u32,
}

impl Figures {
    /// Counts.
    pub async fn of(store: &Store) -> Result<Self> {
        let invoices = store.everything::<Invoice>().await?;
        let paid: Vec<_> = invoices
            .values()
            .filter(|invoice| invoice.stage == Stage::Paid)
            .collect();
        let mut retries = JoinSet::new();
        for id in invoices.keys() {
            retries.spawn(store.clone().retries(id.clone()));
        }
        let mut figures = Self {
            customers: store.customers().await?,
            invoices: invoices.len(),
            lines: invoices.values().map(|invoice| invoice.lines.len()).sum(),
            revenue_cents: paid.iter().map(|invoice| invoice.total_cents).sum(),
            charges: world::charges()?.len(),
            mails: world::mails()?,
            retries: 0,
        };
        while let Some(count) = retries.join_next().await {
            figures.retries += count??;
        }
        Ok(figures)
    }
}
