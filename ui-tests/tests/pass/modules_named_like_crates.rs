//! Modules of the user may have the names of crates that generated code needs.
#![deny(warnings)]
use dotdo::prelude::*;

#[allow(dead_code)]
mod core {}
#[allow(dead_code)]
mod std {}
#[allow(dead_code)]
mod alloc {}
#[allow(dead_code)]
mod serde {}
#[allow(dead_code)]
mod serde_json {}
#[allow(dead_code)]
mod dotdo_runtime {}

#[noun]
pub struct Order {
    #[default(3)]
    pub number: i64,
    pub stage: Stage,
}

#[derive(Value)]
pub enum Stage {
    Open,
    Paid { cents: i64 },
}

#[verbs]
impl Order {
    #[verb]
    fn pay(&mut self, _cx: &mut Tx, stage: Stage) -> Result<Stage> {
        self.stage = stage.clone();
        Ok(stage)
    }
}

#[every("daily", tz = "Europe/Berlin")]
async fn report(cx: Flow) -> Result<()> {
    cx.run(count(3)).await.map(drop)
}

#[durable(retry = 1, timeout = "1500ms")]
async fn count(from: i64) -> Result<i64> {
    Ok(from)
}

dotdo::app! { Shop { Order, report, count } }

#[test]
fn works() {
    assert_eq!(Shop::DEF.entries.len(), 3);
    let _ = (Stage::Open, Stage::Paid { cents: 1 });
}
