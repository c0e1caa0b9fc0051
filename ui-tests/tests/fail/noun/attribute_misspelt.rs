// The attributes of a field are known.
use dotdo::prelude::*;

#[noun]
pub struct Customer {
    #[uniqe]
    pub email: String,
}

fn main() {}
