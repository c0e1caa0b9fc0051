// People fill in forms.
use dotdo::prelude::*;

#[derive(Value)]
pub struct Review {
    pub release: bool,
}

#[durable]
async fn release(cx: Flow) -> Result<()> {
    let asked = Human::role("risk").ask::<Review>("Release it?");
    let _ = cx.run(asked).await?;
    Ok(())
}

fn main() {}
