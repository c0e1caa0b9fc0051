// Whether somebody answered is the point of asking.
#![deny(unused_must_use)]

use dotdo::prelude::*;

#[form]
pub struct Review {
    pub release: bool,
}

#[durable]
async fn release(cx: Flow) -> Result<()> {
    cx.run(Human::role("risk").ask::<Review>("Release it?")).await?;
    Ok(())
}

fn main() {}
