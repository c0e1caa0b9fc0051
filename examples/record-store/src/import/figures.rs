//! The figures at the end, counted from what is stored.

use std::sync::Arc;

use dotdo::host::native::Embedded;
use dotdo::prelude::*;
use serde::Serialize;
use tokio::task::JoinSet;

use crate::business::{Customer, Invoice, Stage};
use crate::outside;

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
    pub async fn of(store: &Arc<Embedded>) -> Result<Self> {
        let invoices = super::everything::<Invoice>(store).await?;
        let paid: Vec<_> = invoices
            .values()
            .filter(|invoice| invoice.stage == Stage::Paid)
            .collect();
        let mut retries = JoinSet::new();
        for id in invoices.keys() {
            let (store, id) = (store.clone(), id.clone());
            retries.spawn(async move { store.run(Invoice::stub(id).retries()).await });
        }
        let mut figures = Self {
            customers: store.run(Customer::all().count()).await?,
            invoices: invoices.len(),
            lines: invoices.values().map(|invoice| invoice.lines.len()).sum(),
            revenue_cents: paid.iter().map(|invoice| invoice.total_cents).sum(),
            charges: outside::gateway::charges()?.len(),
            mails: outside::mailer::count()?,
            retries: 0,
        };
        while let Some(count) = retries.join_next().await {
            figures.retries += count??;
        }
        Ok(figures)
    }
}
