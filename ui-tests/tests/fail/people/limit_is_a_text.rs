// A limit is a duration.
use dotdo::prelude::*;

#[form]
pub struct Review {
    pub release: bool,
}

#[durable]
async fn release(cx: Flow) -> Result<()> {
    let asked = Human::role("risk").ask::<Review>("Release it?").within("2 days");
    let _ = cx.run(asked).await?;
    Ok(())
}

fn main() {}
