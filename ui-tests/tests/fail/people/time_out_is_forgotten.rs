// Nobody may answer, and a flow says what happens then.
use dotdo::prelude::*;

#[form]
pub struct Review {
    pub release: bool,
}

#[durable]
async fn release(cx: Flow) -> Result<bool> {
    let asked = Human::role("risk").ask::<Review>("Release it?");
    match cx.run(asked).await? {
        Answer::Given(review) => Ok(review.release),
    }
}

fn main() {}
