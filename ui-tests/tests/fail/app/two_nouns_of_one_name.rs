// Two nouns have two names.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    pub name: String,
}

mod other {
    use dotdo::prelude::*;

    #[noun]
    pub struct Customer {
        pub name: String,
    }
}

dotdo::app! { pub Crm { Customer, other::Customer } }

fn main() {}
