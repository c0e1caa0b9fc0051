//! The business: the nouns of one crate and the work of another.

use shop_nouns::{Customer, Order};
use shop_work::Work;

dotdo::app! {
    domain: "shop.example",
    /// A shop.
    pub Shop { Customer, Order, Work }
}
