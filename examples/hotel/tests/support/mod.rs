//! A hotel in a directory of its own, with a clock that only the test moves and a world that fails as told.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate, Utc};
use dotdo::host::native::{Clock, Durability, Embedded, Handle};
use dotdo::prelude::*;
use dotdo::{Found, Inbox};
use hotel::Hotel;
use hotel::bookings::{Booking, Stage};
use hotel::guests::Guest;
use hotel::outside::{Mail, World, world};
use hotel::rooms::{Category, Night, Room};

/// There is one world, so there is one hotel at a time.
static ONE: Mutex<()> = Mutex::new(());

/// A hotel under test.
pub struct House {
    folder: tempfile::TempDir,
    pub clock: Clock,
    business: Option<Embedded>,
    pub guest: Ref<Guest>,
    pub rooms: Vec<Id<Room>>,
    _alone: MutexGuard<'static, ()>,
}

pub fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

impl House {
    /// A hotel with these rooms: category, price, how many.
    pub async fn open(failing: u64, seed: u64, rooms: &[(Category, i64, usize)]) -> Self {
        let alone = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        World::begin(failing, seed);
        let start: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().expect("a time");
        let mut house = Self {
            folder: tempfile::tempdir().expect("a folder"),
            clock: Clock::manual(start),
            business: None,
            guest: Ref::new(Id::new("ann").expect("an id")),
            rooms: Vec::new(),
            _alone: alone,
        };
        house.start();
        for (category, price_cents, count) in rooms {
            for _ in 0..*count {
                let id: Id<Room> = Id::new(format!("{}", 101 + house.rooms.len())).expect("an id");
                let room = Room {
                    category: *category,
                    price_cents: *price_cents,
                };
                house.run(room.create_as(&id)).await.expect("a room");
                house.rooms.push(id);
            }
        }
        let ann = Guest {
            email: "ann@guest.example".into(),
            name: "Ann".into(),
        };
        house
            .run(ann.create_as(house.guest.id()))
            .await
            .expect("a guest");
        house
    }

    fn start(&mut self) {
        let business = Embedded::of(Hotel::DEF, self.folder.path())
            .clock(self.clock.clone())
            .durability(Durability::Relaxed)
            .threads(2);
        self.business = Some(business.start().expect("it opens"));
    }

    pub fn business(&self) -> &Embedded {
        self.business.as_ref().expect("it is open")
    }

    pub fn inbox(&self) -> Inbox<'_, Handle> {
        Inbox::of(self.business().handle(), self.business().app().domain())
    }

    pub async fn run<E: dotdo::Effect>(&self, effect: E) -> Result<E::Output> {
        let done = self.business().run(effect).await;
        self.business().settled().await;
        done
    }

    /// Asks without waiting for what follows.
    pub async fn begin<E: dotdo::Effect>(&self, effect: E) -> Result<E::Output> {
        self.business().run(effect).await
    }

    pub async fn advance(&self, by: Duration) {
        self.business().advance(by).await;
    }

    /// Stops in the middle of whatever is going on, and opens again.
    pub async fn crash(&mut self) {
        self.business.take().expect("it is open").crash();
        self.start();
        self.business().settled().await;
    }

    pub fn today(&self) -> NaiveDate {
        self.clock.now().date_naive()
    }

    pub fn wish(&self, category: Category, arrival: NaiveDate, nights: u64) -> Booking {
        Booking {
            guest: self.guest.clone(),
            category,
            arrival,
            departure: arrival.checked_add_days(Days::new(nights)).expect("a day"),
            stage: Stage::Asked,
            room: None,
            price_cents: 0,
            paid_cents: 0,
            refunded_cents: 0,
            receipt: None,
            note: None,
        }
    }

    pub async fn booking(&self, id: &Ref<Booking>) -> Found<Booking> {
        self.run(Booking::stub(id).get()).await.expect("a booking")
    }

    pub async fn bookings(&self) -> Vec<Found<Booking>> {
        let mut all = Vec::new();
        loop {
            let page = Booking::all().limit(500);
            let page = match all.last() {
                None => page,
                Some(last) => page.after(&Found::<Booking>::clone(last).id),
            };
            let page = self.run(page).await.expect("a page");
            let done = page.len() < 500;
            all.extend(page);
            if done {
                return all;
            }
        }
    }

    pub async fn taken(&self, room: &Id<Room>) -> Vec<Night> {
        let (from, until) = (day("2025-01-01"), day("2028-01-01"));
        let mut nights: Vec<Night> = Vec::new();
        let mut from = from;
        loop {
            let page = self
                .run(Room::stub(room).taken(from, until))
                .await
                .expect("nights");
            let Some(last) = page.last() else {
                return nights;
            };
            from = last.date.succ_opt().expect("a day");
            nights.extend(page);
        }
    }

    /// What was written to the guest, by the first word of each booking's mails.
    pub fn mails(&self, booking: &str) -> Vec<Mail> {
        let about = format!("({booking})");
        world()
            .mails
            .values()
            .filter(|mail| mail.subject.contains(&about))
            .cloned()
            .collect()
    }

    /// What the card company has of a booking's money: taken, given back.
    pub fn money(&self, booking: &str) -> (i64, i64) {
        let world = world();
        let of_it = world.ledger.values().filter(|p| p.booking == booking);
        of_it.fold((0, 0), |(taken, back), payment| {
            if payment.cents > 0 {
                (taken + payment.cents, back)
            } else {
                (taken, back - payment.cents)
            }
        })
    }
}
