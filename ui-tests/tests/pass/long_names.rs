//! Names may be as long as a table allows.
#![deny(warnings)]
use dotdo::prelude::*;

#[noun]
pub struct CustomerustomerustomerustomerustomerustomerustomerustomerXyz {
    pub a_long_long_long_long_long_long_long_long_long_long_long_na: i64,
}

#[durable]
async fn send_send_send_send_send_send_send_send_send_send_send_send_send_send_send_send_send_send_send_it(
    to: String,
) -> Result<()> {
    println!("{to}");
    Ok(())
}

dotdo::app! { Shop { CustomerustomerustomerustomerustomerustomerustomerustomerXyz, send_send_send_send_send_send_send_send_send_send_send_send_send_send_send_send_send_send_send_it } }

#[test]
fn works() {
    assert_eq!(Shop::DEF.entries.len(), 2);
}
