// What a form holds is stored and sent.
use dotdo::prelude::*;

pub struct Verdict;

#[form]
pub struct Review {
    pub verdict: Verdict,
}

fn main() {}
