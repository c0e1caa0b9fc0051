//! What the house does by the clock.

use chrono::Days;
use dotdo::prelude::*;
use dotdo::{ErrorKind, Found};

use crate::bookings::{Booking, Stage};
use crate::guests::write;
use crate::rooms::Room;

/// Whoever was to arrive yesterday and did not, is not coming.
#[every("daily at 4am", tz = "Europe/Lisbon")]
pub async fn no_shows(cx: Flow) -> Result<()> {
    let today = cx.now().await?.date_naive();
    let missing = Booking::find(|b| b.stage.eq(Stage::Confirmed) & b.arrival.lt(today)).limit(1000);
    for booking in cx.run(missing).await? {
        match cx.run(Booking::stub(&booking.id).miss()).await {
            // They arrived, or cancelled, while this was going on.
            Err(error) if error.kind() == ErrorKind::Refused => {}
            done => drop(done?),
        }
    }
    Ok(())
}

/// How the coming week looks.
#[every("Monday 8am", tz = "Europe/Lisbon", missed = "once")]
pub async fn weekly_report(cx: Flow) -> Result<()> {
    let today = cx.now().await?.date_naive();
    let sunday = today.checked_add_days(Days::new(7)).unwrap_or(today);
    let rooms = cx.run(Room::all().count()).await?;
    let arriving = Booking::find(|b| {
        b.stage.eq(Stage::Confirmed) & b.arrival.ge(today) & b.arrival.lt(sunday)
    });
    let arriving: Vec<Found<Booking>> = cx.run(arriving.limit(1000)).await?;
    let staying = Booking::find(|b| b.stage.eq(Stage::Arrived)).count();
    let staying = cx.run(staying).await?;
    let worth: i64 = arriving.iter().map(|booking| booking.paid_cents).sum();
    let text = format!(
        "{rooms} rooms, {staying} of them with guests.\n{} bookings arrive this week, worth {} euros.\n",
        arriving.len(),
        worth / 100
    );
    let subject = format!("The week of {today}");
    cx.run(write("owner@hotel.example".into(), subject, text))
        .await
}
