// Embeddings are made by hand in this version.
use dotdo::prelude::*;

#[noun]
pub struct Article {
    #[embed]
    pub text: String,
}

fn main() {}
