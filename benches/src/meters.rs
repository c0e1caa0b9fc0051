//! The business of which there are very many objects: each has state and a timer that is pending.

use dotdo::prelude::*;

/// What a house uses.
#[noun(object)]
pub struct Meter {
    /// Where it is.
    pub place: String,
    /// What was used so far.
    pub total: i64,
}

#[verbs]
impl Meter {
    /// Adds what was used.
    #[verb]
    fn add(&mut self, _cx: &mut Tx, used: i64) -> Result<i64> {
        self.total += used;
        Ok(self.total)
    }
}

/// The bill of each meter comes after a month: a timer that stays.
#[on(Meter::created)]
async fn bill(cx: Flow, _event: Event<Meter>) -> Result<()> {
    cx.sleep(days(30)).await
}

dotdo::app! {
    domain: "meters.example",
    pub Meters { Meter, bill }
}
