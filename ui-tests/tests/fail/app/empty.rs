// A business consists of something.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

dotdo::app! { pub Crm {} }

fn main() {}
