// The keys of a map are texts.
use dotdo::prelude::*;

use std::collections::BTreeMap;

#[noun]
pub struct Customer {
    pub marks: BTreeMap<i64, String>,
}

fn main() {}
