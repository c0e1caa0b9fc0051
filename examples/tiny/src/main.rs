//! A business of one noun and nothing else: rows, over HTTP.
//!
//! It does without handlers, schedules, flows and people, so it does without the features of `dotdo` for them.

use dotdo::prelude::*;

/// Something to remember.
#[noun]
pub struct Note {
    pub text: String,
}

dotdo::app! { pub Notes { Note } }

fn main() -> dotdo::Exit {
    Notes::main()
}
