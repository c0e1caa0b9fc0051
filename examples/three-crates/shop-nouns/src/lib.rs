//! What there is in the shop, and what can be done with it.

use dotdo::prelude::*;

/// Somebody who buys from us.
#[noun]
pub struct Customer {
    /// Where they are written to.
    #[unique]
    pub email: String,
    /// How many of their orders were paid.
    #[default(0)]
    pub paid_orders: i64,
}

/// One purchase.
#[noun(object)]
pub struct Order {
    /// Who bought.
    #[index]
    pub customer: Ref<Customer>,
    /// What it costs.
    #[range(0..)]
    pub cents: i64,
    /// How far it is.
    #[default(Stage::Open)]
    pub stage: Stage,
}

/// How far an order is.
#[derive(Value)]
pub enum Stage {
    /// Nobody has paid.
    Open,
    /// It is paid.
    Paid,
}

/// The proof of a payment.
#[derive(Value)]
pub struct Receipt {
    /// The number that the payment gateway gave it.
    pub number: String,
}

#[verbs]
impl Customer {
    /// Counts an order that was paid.
    #[verb]
    pub fn reward(&mut self, _cx: &mut Tx) -> Result<i64> {
        self.paid_orders += 1;
        Ok(self.paid_orders)
    }
}

#[verbs]
impl Order {
    /// Notes that the order is paid.
    #[verb]
    pub fn pay(&mut self, cx: &mut Tx, receipt: Receipt) -> Result<Receipt> {
        ensure!(self.stage == Stage::Open, "order {} is paid", cx.id());
        self.stage = Stage::Paid;
        Ok(receipt)
    }

    /// Who bought.
    #[query]
    pub fn buyer(&self, _cx: &View) -> Result<Ref<Customer>> {
        Ok(self.customer.clone())
    }
}
