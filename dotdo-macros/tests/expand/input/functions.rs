use dotdo::prelude::*;

#[on(Order::*, priority = "high", filter = |event| matches!(event, OrderEvent::Paid(_)))]
async fn audit(cx: Flow, event: OrderEvent) -> Result<()> {
    Ok(())
}

#[durable(version = 2)]
#[on(*::created, priority = -5, timeout = "1 hour")]
async fn greet(cx: Flow, event: AnyEvent) -> Result<()> {
    Ok(())
}

/// Tells the owner how many there are.
#[every("Monday 9am", tz = "Europe/Berlin", missed = "all")]
pub async fn weekly_report(cx: Flow) -> Result<()> {
    Ok(())
}

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
