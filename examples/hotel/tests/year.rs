//! A year of the hotel in seconds: hundreds of bookings, a card company and a post that fail one request in five, and a
//! crash every few days, in the middle of things. At the end the books are compared.

#![allow(
    clippy::await_holding_lock,
    reason = "there is one world, so there is one hotel at a time"
)]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Days};
use dotdo::prelude::*;
use dotdo::{AskFilter, Letter, Page};
use hotel::bookings::{Booking, Review, Stage};
use hotel::outside::world;
use hotel::rooms::Category;
use support::House;

/// So that a failing year can be had again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}

struct Year {
    house: House,
    dice: Dice,
    wishes: usize,
    crashes: usize,
    cancelled: usize,
}

impl Year {
    /// What guests ask for on a day. None waits for the one before.
    async fn guests_book(&mut self) {
        for _ in 0..self.dice.below(4) {
            let category = match self.dice.below(10) {
                0..5 => Category::Single,
                5..8 => Category::Double,
                _ => Category::Suite,
            };
            let ahead = Days::new(self.dice.below(60));
            let arrival = self.house.today().checked_add_days(ahead).unwrap();
            let wish = self.house.wish(category, arrival, 1 + self.dice.below(9));
            self.house.begin(wish.create()).await.unwrap();
            self.wishes += 1;
        }
    }

    /// Some change their minds, at any stage.
    async fn guests_cancel(&mut self) {
        if self.dice.below(3) > 0 {
            return;
        }
        let open = Booking::find(|b| b.stage.is_in([Stage::Asked, Stage::Held, Stage::Confirmed]));
        let open = self.house.run(open.limit(1000)).await.unwrap();
        if open.is_empty() {
            return;
        }
        let one = &open[usize::try_from(self.dice.below(open.len() as u64)).unwrap()];
        if self
            .house
            .begin(Booking::stub(&one.id).cancel(None))
            .await
            .is_ok()
        {
            self.cancelled += 1;
        }
    }

    /// The front desk answers what it is asked, mostly.
    async fn desk_answers(&mut self) {
        let open = AskFilter {
            open: Some(true),
            ..AskFilter::default()
        };
        let asks = self.house.inbox().list(open).await.unwrap().items;
        for ask in asks {
            let (accept, note) = match self.dice.below(10) {
                0..6 => (true, None),
                6 => (false, Some("not this time".to_owned())),
                _ => continue,
            };
            let who = ask.user.as_deref().unwrap_or("bob@hotel.example");
            let answered = self
                .house
                .inbox()
                .by(who)
                .answer(&ask.id, &Review { accept, note })
                .await;
            if let Err(error) = answered {
                // The inbox may be a moment behind.
                assert_eq!(error.kind(), dotdo::ErrorKind::Refused, "{error}");
            }
        }
    }

    /// Guests come and go, most of them.
    async fn guests_come_and_go(&mut self) {
        let today = self.house.today();
        let due = Booking::find(|b| {
            b.stage.eq(Stage::Confirmed) & b.arrival.eq(today) | b.stage.eq(Stage::Arrived)
        });
        for booking in self.house.run(due.limit(1000)).await.unwrap() {
            let stub = Booking::stub(&booking.id);
            if booking.stage == Stage::Confirmed && self.dice.below(20) > 0 {
                self.house.begin(stub.arrive()).await.unwrap();
            } else if booking.stage == Stage::Arrived
                && (booking.departure <= today || self.dice.below(30) == 0)
            {
                self.house.begin(stub.depart()).await.unwrap();
            }
        }
    }

    async fn day(&mut self) {
        self.house.advance(hours(10)).await;
        self.guests_book().await;
        self.guests_cancel().await;
        if self.dice.below(10) == 0 {
            self.house.crash().await;
            self.crashes += 1;
        }
        self.house.advance(hours(6)).await;
        self.desk_answers().await;
        self.guests_come_and_go().await;
        if self.dice.below(10) == 0 {
            self.house.crash().await;
            self.crashes += 1;
        }
        self.house.advance(hours(8)).await;
    }

    /// Lets everything come to its end: the last guests leave, the last retries succeed.
    async fn wind_down(&mut self) {
        for _ in 0..90 {
            self.house.advance(hours(15)).await;
            self.guests_come_and_go().await;
            self.house.advance(hours(9)).await;
        }
    }
}

#[tokio::test]
async fn a_year_in_seconds() {
    let rooms = [
        (Category::Single, 8_000, 4),
        (Category::Double, 12_000, 4),
        (Category::Suite, 60_000, 2),
    ];
    let mut year = Year {
        house: House::open(200, 0x5eed, &rooms).await,
        dice: Dice(0x000d_1ce5),
        wishes: 0,
        crashes: 0,
        cancelled: 0,
    };
    for _ in 0..365 {
        year.day().await;
    }
    year.wind_down().await;
    let house = &year.house;

    let bookings = house.bookings().await;
    assert_eq!(bookings.len(), year.wishes, "every wish was heard once");
    let mut stages: BTreeMap<Stage, usize> = BTreeMap::new();
    for booking in &bookings {
        *stages.entry(booking.stage).or_default() += 1;
    }
    for unfinished in [Stage::Asked, Stage::Held, Stage::Confirmed, Stage::Arrived] {
        assert_eq!(stages.get(&unfinished), None, "{stages:?}");
    }
    for lived in [
        Stage::Departed,
        Stage::Declined,
        Stage::Cancelled,
        Stage::Missed,
    ] {
        assert!(stages.get(&lived).is_some_and(|n| *n > 4), "{stages:?}");
    }
    assert_eq!(stages[&Stage::Cancelled], year.cancelled);
    assert!(year.wishes > 400 && year.crashes > 40 && world().failures > 300);

    no_room_was_sold_twice(house, &bookings).await;
    the_money_is_all_there(house, &bookings);
    every_mail_came_once(house, &bookings);
    nothing_was_given_up(house, &bookings).await;
    println!(
        "{} bookings, {} crashes, {} failures outside: {stages:?}",
        year.wishes,
        year.crashes,
        world().failures
    );
}

async fn no_room_was_sold_twice(house: &House, bookings: &[dotdo::Found<Booking>]) {
    let mut kept: BTreeMap<String, usize> = BTreeMap::new();
    for room in &house.rooms {
        let nights = house.taken(room).await;
        let dates: BTreeSet<_> = nights.iter().map(|night| night.date).collect();
        assert_eq!(
            dates.len(),
            nights.len(),
            "room {room} was sold twice for a night"
        );
        for night in nights {
            let booking = bookings
                .iter()
                .find(|b| b.id == *night.booking.id())
                .expect("a night has a booking");
            assert!(
                matches!(booking.stage, Stage::Departed | Stage::Missed),
                "{:?} still has {} in room {room}",
                booking.stage,
                night.date
            );
            assert!(booking.arrival <= night.date && night.date < booking.departure);
            assert_eq!(booking.room.as_ref().map(Ref::id), Some(room));
            *kept.entry(booking.id.to_string()).or_default() += 1;
        }
    }
    // Who stayed had a bed every night.
    for booking in bookings.iter().filter(|b| b.stage == Stage::Departed) {
        assert!(
            kept.get(booking.id.as_str()).is_some_and(|n| *n > 0)
                || booking.arrival == booking.departure
        );
    }
}

fn the_money_is_all_there(house: &House, bookings: &[dotdo::Found<Booking>]) {
    let (mut taken, mut back, mut kept) = (0, 0, 0);
    for booking in bookings {
        let (in_, out) = house.money(booking.id.as_str());
        match booking.stage {
            Stage::Departed | Stage::Missed => {
                assert_eq!((in_, out), (booking.price_cents, 0), "{booking:?}");
            }
            Stage::Declined => assert_eq!((in_, out), (0, 0), "{booking:?}"),
            // Cancelled before it was confirmed: whatever was charged by then was given back.
            Stage::Cancelled if booking.paid_cents == 0 => assert_eq!(in_, out, "{booking:?}"),
            _ => assert_eq!(
                (in_, out),
                (booking.paid_cents, booking.refunded_cents),
                "{booking:?}"
            ),
        }
        taken += in_;
        back += out;
        kept += booking.paid_cents - booking.refunded_cents;
    }
    assert_eq!(
        taken,
        kept + back,
        "money in is money kept and money given back"
    );
    let ledger: i64 = world().ledger.values().map(|payment| payment.cents).sum();
    assert_eq!(ledger, kept, "the card company says the same");
}

fn every_mail_came_once(house: &House, bookings: &[dotdo::Found<Booking>]) {
    for booking in bookings {
        let mut subjects: Vec<String> = house
            .mails(booking.id.as_str())
            .into_iter()
            .map(|mail| mail.subject)
            .collect();
        subjects.sort();
        let all = subjects.len();
        subjects.dedup();
        assert_eq!(subjects.len(), all, "{subjects:?}");
        let has = |word: &str| subjects.iter().any(|subject| subject.starts_with(word));
        let paid = booking.paid_cents > 0;
        assert_eq!(has("Your booking"), paid, "{booking:?} {subjects:?}");
        assert_eq!(has("Your cancellation"), booking.stage == Stage::Cancelled);
        assert_eq!(has("We cannot take"), booking.stage == Stage::Declined);
        assert_eq!(has("We missed you"), booking.stage == Stage::Missed);
    }
    let mondays = world()
        .mails
        .values()
        .filter(|mail| mail.subject.starts_with("The week of"))
        .count();
    let start = "2026-01-01".parse::<chrono::NaiveDate>().unwrap();
    let expected = start
        .iter_days()
        .take_while(|day| *day <= house.today())
        .filter(|day| day.weekday() == chrono::Weekday::Mon)
        .count();
    assert_eq!(mondays, expected, "a report each Monday");
}

async fn nothing_was_given_up(house: &House, bookings: &[dotdo::Found<Booking>]) {
    let key = |thing: Option<&str>| {
        let domain = house.business().app().domain();
        match thing {
            None => dotdo::runtime_app::ObjectKey::tenant(domain),
            Some(id) => dotdo::runtime_app::ObjectKey::thing(domain, "Booking", id),
        }
    };
    let keys = std::iter::once(key(None)).chain(bookings.iter().map(|b| key(Some(b.id.as_str()))));
    for key in keys {
        let op = dotdo::Op::DeadLetters {
            limit: 10,
            after: None,
        };
        let letters = dotdo::host::ask(
            house.business().handle(),
            key.clone(),
            dotdo::object::Request::new("test", op),
        )
        .await
        .unwrap();
        let letters: Page<Letter> = letters.read().unwrap();
        assert_eq!(letters.items, [], "{key}");
    }
}
