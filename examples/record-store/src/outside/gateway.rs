//! The payment gateway.

use dotdo::{Id, Result, http};
use serde::{Deserialize, Serialize};

use crate::business::{Invoice, Receipt};

/// What the gateway is asked.
#[derive(Serialize, Deserialize)]
pub struct Order {
    /// What is paid.
    pub invoice: String,
    /// How much.
    pub cents: i64,
}

/// Asks the gateway to charge an invoice: once under the key of the step that is being run.
pub async fn charge(invoice: &Id<Invoice>, cents: i64) -> Result<Receipt> {
    let order = Order {
        invoice: invoice.as_str().to_owned(),
        cents,
    };
    let request = http::post(super::url("charges")?).idempotent();
    request.json(&order)?.send().await?.ok()?.json()
}
