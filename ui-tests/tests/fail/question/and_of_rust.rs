// Filters are joined with `&` and `|`.
//~ 3 errors: rustc checks each side of `&&`, and the whole
use dotdo::prelude::*;

#[noun]
pub struct Order {
    pub cents: i64,
}

fn main() {
    let _ = Order::find(|c| c.cents.gt(3) && c.cents.lt(9));
}
