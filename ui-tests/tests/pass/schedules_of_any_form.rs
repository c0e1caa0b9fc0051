//! Schedules are phrases or cron expressions, also by way of constants of the user's macros.
#![deny(warnings)]
use dotdo::prelude::*;

macro_rules! schedule {
    ($name:ident at $when:literal) => {
        #[every($when, tz = "America/New_York")]
        async fn $name(_cx: Flow) -> Result<()> {
            Ok(())
        }
    };
}

schedule!(hourly at "every hour between 9am and 5pm on weekdays");
schedule!(payday at "last friday at 5pm");
schedule!(nightly at "0 3 * * *");
schedule!(quickly at "*/10 * * * * *");

#[every(r"first monday of the month at noon")]
#[durable(retry = 9)]
async fn monthly(_cx: Flow) -> Result<()> {
    Ok(())
}

#[durable(name = "weekly/one")]
#[every("every 2 weeks on tuesday", missed = "skip")]
async fn biweekly(_cx: Flow) -> Result<()> {
    Ok(())
}

dotdo::app! { Clock { hourly, payday, nightly, quickly, monthly, biweekly } }

#[test]
fn works() {
    assert_eq!(Clock::DEF.entries.len(), 6);
}
