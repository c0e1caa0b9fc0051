// A durable function has no type parameters.
use dotdo::prelude::*;

#[durable]
async fn show<T: Into<String>>(text: String) -> Result<()> {
    let _ = text;
    Ok(())
}

fn main() {}
