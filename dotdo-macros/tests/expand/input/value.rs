use dotdo::prelude::*;

/// What somebody pays for.
#[derive(Value)]
pub enum Plan {
    Free,
    Pro,
}

/// What the card company says.
#[derive(Value)]
pub struct Receipt {
    /// Its number.
    pub number: String,
    #[default(1)]
    pub parts: u32,
    pub note: Option<String>,
}

#[derive(Value)]
pub struct Cents(pub i64);

#[derive(Value)]
#[value(without(Debug))]
pub enum Answer {
    /// Nobody answered.
    TimedOut,
    Given(Receipt),
    Asked { whom: String, before: Vec<Answer> },
}
