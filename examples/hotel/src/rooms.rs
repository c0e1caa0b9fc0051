//! Rooms: who sleeps where, and when.

use chrono::NaiveDate;
use dotdo::prelude::*;

use crate::bookings::Booking;

/// A room. Each is an object of its own, so who gets it is decided in one place, one request after the other.
#[noun(object)]
pub struct Room {
    /// What kind of room it is.
    #[index]
    pub category: Category,
    /// The price of a night.
    #[range(1..)]
    pub price_cents: i64,
}

/// What kind of room somebody wants.
#[derive(Value, Copy, Eq, PartialOrd, Ord)]
pub enum Category {
    /// One bed.
    Single,
    /// Two beds.
    Double,
    /// Two rooms and a view.
    Suite,
}

/// A night for which a room is taken: a row in the room's own object. No date can be there twice.
#[noun(history = none)]
pub struct Night {
    /// The evening it begins on.
    #[unique]
    pub date: NaiveDate,
    /// Whose night it is.
    #[index]
    pub booking: Ref<Booking>,
}

/// From one day to another; the last night is the one before `departure`.
#[derive(Value, Copy, Eq)]
pub struct Stay {
    /// The first day.
    pub arrival: NaiveDate,
    /// The last day.
    pub departure: NaiveDate,
}

impl Stay {
    /// The evenings.
    pub fn nights(&self) -> impl Iterator<Item = NaiveDate> + use<> {
        let departure = self.departure;
        self.arrival
            .iter_days()
            .take_while(move |day| *day < departure)
    }
}

/// The nights of a stay are one page; nobody stays longer than a year.
const ALL: u32 = 400;

#[verbs]
impl Room {
    /// Keeps the room for a booking, or refuses if any of the nights is taken. What it returns is the price of the stay.
    #[verb]
    fn hold(&mut self, cx: &mut Tx, booking: Ref<Booking>, stay: Stay) -> Result<i64> {
        let mut nights = 0;
        for date in stay.nights() {
            let taken = cx.run(Night::find(|n| n.date.eq(date)).first())?;
            ensure!(taken.is_none(), "room {} is taken on {date}", cx.id());
            cx.create(&Night {
                date,
                booking: booking.clone(),
            })?;
            nights += 1;
        }
        ensure!(nights > 0, "a stay has at least one night");
        Ok(self.price_cents * nights)
    }

    /// Gives back what a booking has from this day on. Doing it again gives nothing more back.
    #[verb]
    fn free(&mut self, cx: &mut Tx, booking: Ref<Booking>, from: NaiveDate) -> Result<u32> {
        let nights = Night::find(|n| n.booking.eq(booking) & n.date.ge(from)).limit(ALL);
        let nights = cx.run(nights)?;
        for night in &nights {
            cx.delete(&night.id)?;
        }
        Ok(u32::try_from(nights.len())?)
    }

    /// The nights for which it is taken.
    #[query]
    #[allow(clippy::unused_self, reason = "its nights are rows, not fields")]
    fn taken(&self, cx: &View, from: NaiveDate, until: NaiveDate) -> Result<Vec<Night>> {
        let nights = Night::find(|n| n.date.ge(from) & n.date.lt(until))
            .order_by(|n| n.date.asc())
            .limit(ALL);
        Ok(cx
            .run(nights)?
            .into_iter()
            .map(|night| night.data)
            .collect())
    }
}
