//! A flow is ordinary async Rust: loops, closures, early ends, patterns.
#![deny(warnings)]
use dotdo::prelude::*;

#[durable]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

#[durable]
async fn refund(cents: i64) -> Result<()> {
    println!("{cents}");
    Ok(())
}

#[durable(timeout = "30 days", name = "billing/all", version = 3)]
async fn bill(cx: Flow, all: Vec<(String, Option<i64>)>) -> Result<BillResult> {
    let mut total = 0;
    'each: for (name, cents) in all {
        let Some(cents) = cents else { continue 'each };
        if name.is_empty() {
            break;
        }
        let paid = match cx.run(charge(cents)).await {
            Ok(paid @ 1..) => paid,
            Ok(_) => return Ok(BillResult { total }),
            Err(error) => {
                cx.run(refund(cents)).await?;
                return Err(error);
            }
        };
        let add = |to: &mut i64| *to += paid;
        add(&mut total);
    }
    let waits = async { cx.sleep(minutes(1)).await };
    waits.await?;
    loop {
        if total > 100 {
            break Ok(BillResult { total });
        }
        total += cx.run(charge(100)).await?;
    }
}

#[derive(Value)]
pub struct BillResult {
    total: i64,
}

#[every("weekday at 8:30am")]
async fn bill_all(cx: Flow) -> Result<()> {
    let done = cx.run(bill(vec![("a".into(), Some(3))])).await?;
    ensure!(done.total > 0, "nothing");
    Ok(())
}

dotdo::app! { Shop { charge, refund, bill, bill_all } }

#[test]
fn works() {
    assert_eq!(Shop::DEF.entries.len(), 4);
}
