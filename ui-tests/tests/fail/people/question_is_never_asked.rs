// A question is a description until a flow runs it.
#![deny(unused_must_use)]

use dotdo::prelude::*;

#[form]
pub struct Review {
    pub release: bool,
}

#[durable]
async fn release(_cx: Flow) -> Result<()> {
    Human::role("risk").ask::<Review>("Release it?");
    Ok(())
}

fn main() {}
