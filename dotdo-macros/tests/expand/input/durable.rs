use dotdo::prelude::*;

/// Talks to the card network.
#[durable(retry = 3, backoff = "1s..30s", factor = 1.5, jitter = false, timeout = "20s")]
#[allow(clippy::unused_async)]
pub(crate) async fn charge(order: Id<Order>, mut cents: i64) -> Result<Receipt> {
    cents += 1;
    cards::charge(order, cents, StepKey::current()).await
}

#[durable(name = "start")]
#[cfg(feature = "onboarding")]
async fn onboard(cx: Flow, who: Id<Customer>) -> Result<()> {
    cx.sleep(days(1)).await
}
