// The context asks; a question by itself is no future.
use dotdo::prelude::*;

#[form]
pub struct Review {
    pub release: bool,
}

#[durable]
async fn release(_cx: Flow) -> Result<()> {
    let _ = Human::role("risk").ask::<Review>("Release it?").await;
    Ok(())
}

fn main() {}
