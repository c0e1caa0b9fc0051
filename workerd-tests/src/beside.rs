//! The business that is measured beside JavaScript: a counter, and a basket whose verb has much JSON to read and write.
//! `benches/src/beside.js` does the same by hand.

use dotdo::prelude::*;

/// A number that goes up. Each has an object of its own.
#[noun(object)]
pub struct Counter {
    /// How far it is.
    pub count: i64,
}

#[verbs]
impl Counter {
    /// Counts.
    #[verb]
    fn add(&mut self, _cx: &mut Tx, by: i64) -> Result<i64> {
        self.count += by;
        Ok(self.count)
    }
}

/// A number that goes up, as a row of its tenant's object.
#[noun]
pub struct Tally {
    /// How far it is.
    pub count: i64,
}

#[verbs]
impl Tally {
    /// Counts.
    #[verb]
    fn add(&mut self, _cx: &mut Tx, by: i64) -> Result<i64> {
        self.count += by;
        Ok(self.count)
    }
}

/// What somebody wants to buy.
#[noun(object)]
pub struct Basket {
    /// What is in it.
    pub lines: Vec<Line>,
    /// What it costs.
    pub total_cents: i64,
}

/// So many of something.
#[derive(Value)]
pub struct Line {
    /// What it is.
    pub sku: String,
    /// What it is called.
    pub name: String,
    /// How many.
    pub quantity: i64,
    /// What one costs.
    pub price_cents: i64,
    /// What comes with it.
    pub extras: Vec<Extra>,
}

/// What comes with something.
#[derive(Value)]
pub struct Extra {
    /// What it is called.
    pub name: String,
    /// What it costs.
    pub price_cents: i64,
}

/// What a basket comes to.
#[derive(Value)]
pub struct Totals {
    /// All of it.
    pub total_cents: i64,
    /// How many things.
    pub things: i64,
    /// What each line costs.
    pub lines: Vec<LineTotal>,
}

/// What a line costs.
#[derive(Value)]
pub struct LineTotal {
    /// Which one.
    pub sku: String,
    /// What it costs.
    pub cents: i64,
}

#[verbs]
impl Basket {
    /// Takes the lines, and adds them up.
    #[verb(event = filled)]
    fn fill(&mut self, _cx: &mut Tx, lines: Vec<Line>) -> Result<Totals> {
        let cents = |line: &Line| {
            let extras: i64 = line.extras.iter().map(|extra| extra.price_cents).sum();
            line.quantity * (line.price_cents + extras)
        };
        let totals: Vec<LineTotal> = lines
            .iter()
            .map(|line| LineTotal {
                sku: line.sku.clone(),
                cents: cents(line),
            })
            .collect();
        self.total_cents = totals.iter().map(|line| line.cents).sum();
        let things = lines.iter().map(|line| line.quantity).sum();
        self.lines = lines;
        Ok(Totals {
            total_cents: self.total_cents,
            things,
            lines: totals,
        })
    }
}

dotdo::app! {
    domain: "bench.example",
    /// What is measured.
    pub Beside { Counter, Tally, Basket }
}

fn main() -> dotdo::Exit {
    Beside::main()
}
