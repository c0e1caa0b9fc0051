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
