// Arguments are owned.
use dotdo::prelude::*;

#[durable]
async fn send_mail(to: &str) -> Result<()> {
    let _ = to;
    Ok(())
}

fn main() {}
