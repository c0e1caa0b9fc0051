// Who tells people is told what is asked.
use dotdo::prelude::*;

#[form]
pub struct Review {
    pub release: bool,
}

#[durable]
async fn tell(whom: String) -> Result<()> {
    println!("{whom}");
    Ok(())
}

#[durable]
async fn release(cx: Flow) -> Result<()> {
    let asked = Human::role("risk").ask::<Review>("Release it?").notify(tell);
    let _ = cx.run(asked).await?;
    Ok(())
}

fn main() {}
