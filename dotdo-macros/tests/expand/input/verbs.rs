use dotdo::prelude::*;

#[verbs]
impl Order {
    /// The most an order may cost.
    const LIMIT: i64 = 1_000_000;

    /// Emits `Order::paid`, whose payload is what this returns.
    #[verb]
    fn pay(&mut self, cx: &mut Tx, receipt: Receipt) -> Result<Receipt> {
        ensure!(self.stage == Stage::Open, "order {} is settled", cx.id());
        self.stage = Stage::Paid;
        Ok(receipt)
    }

    #[cfg(feature = "refunds")]
    #[verb(emits = none)]
    fn touch(&mut self, cx: &mut Tx<Order>, _why: Option<String>) -> Result<()> {
        Ok(())
    }

    /// Reads only; no event.
    #[query]
    fn buyer(&self, cx: &View) -> Result<Ref<Customer>> {
        Ok(self.customer.clone())
    }

    /// From "created" to "on its way".
    #[on(Order::created)]
    #[durable(retry = 3, backoff = "100ms..30s", timeout = "30 days")]
    async fn fulfil(cx: Flow<Order>, event: Event<Order>) -> Result<()> {
        let receipt = cx.run(charge(cx.id(), event.data.total_cents)).await?;
        cx.run(cx.this().pay(receipt)).await?;
        Ok(())
    }

    #[on(Customer::deleted, to = |event| event.data.last_order.clone())]
    async fn forget(cx: Flow<Order>, event: Event<Customer>) -> Result<()> {
        Ok(())
    }

    /// A part of `fulfil`.
    #[durable]
    pub async fn review(cx: Flow<Order>, stars: i64) -> Result<String> {
        Ok(stars.to_string())
    }

    fn is_large(&self) -> bool {
        self.total_cents > Self::LIMIT
    }
}
