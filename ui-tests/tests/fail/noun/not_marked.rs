// A question is about a noun.
use dotdo::prelude::*;

pub struct Customer {
    pub email: String,
}

fn main() {
    let _ = Ref::<Customer>::new(Id::new("ann").unwrap()).stub();
}
