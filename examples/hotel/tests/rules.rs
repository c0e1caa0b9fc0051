//! The rules of the house, one at a time.

#![allow(
    clippy::await_holding_lock,
    reason = "there is one world, so there is one hotel at a time"
)]

mod support;

use dotdo::prelude::*;
use dotdo::{AskFilter, AskStatus};
use hotel::bookings::{Booking, Review, Stage};
use hotel::outside::world;
use hotel::rooms::{Category, Room};
use support::{House, day};

const ROOMS: &[(Category, i64, usize)] =
    &[(Category::Single, 8_000, 2), (Category::Suite, 60_000, 1)];

#[tokio::test]
async fn a_booking_is_held_paid_confirmed_and_written_down_once() {
    let house = House::open(0, 1, ROOMS).await;
    let wish = house.wish(Category::Single, day("2026-02-01"), 3);
    let id = house.run(wish.create()).await.unwrap();
    let booking = house.booking(&id).await;
    assert_eq!(
        (booking.stage, booking.paid_cents),
        (Stage::Confirmed, 24_000)
    );
    assert_eq!(house.money(booking.id.as_str()), (24_000, 0));
    assert_eq!(house.taken(&house.rooms[0]).await.len(), 3);

    house.advance(days(28)).await;
    house.advance(hours(8)).await;
    assert_eq!(house.mails(booking.id.as_str()).len(), 1);
    house.advance(hours(1)).await;
    let subjects: Vec<_> = house
        .mails(booking.id.as_str())
        .into_iter()
        .map(|m| m.subject)
        .collect();
    assert!(
        subjects.iter().any(|s| s.starts_with("See you soon")),
        "{subjects:?}"
    );

    let early = house.run(Booking::stub(&id).arrive()).await.unwrap_err();
    assert!(early.message().contains("today is 2026-01-29"), "{early}");
    house.advance(days(3)).await;
    house.run(Booking::stub(&id).arrive()).await.unwrap();
    house.advance(days(1)).await;
    house.run(Booking::stub(&id).depart()).await.unwrap();
    assert_eq!(house.booking(&id).await.stage, Stage::Departed);
    assert_eq!(
        house.taken(&house.rooms[0]).await.len(),
        1,
        "two nights are free again"
    );
    assert_eq!(house.mails(booking.id.as_str()).len(), 2);
}

#[tokio::test]
async fn no_night_is_sold_twice() {
    let house = House::open(0, 2, ROOMS).await;
    let mut ids = Vec::new();
    for arrival in ["2026-02-01", "2026-02-02", "2026-02-03"] {
        // All at once: none waits for the one before.
        let wish = house.wish(Category::Single, day(arrival), 3);
        ids.push(house.begin(wish.create()).await.unwrap());
    }
    house.business().settled().await;
    let mut stages = Vec::new();
    for id in &ids {
        stages.push(house.booking(id).await.stage);
    }
    stages.sort();
    assert_eq!(
        stages,
        [Stage::Confirmed, Stage::Confirmed, Stage::Declined]
    );
    let direct = Room::stub(&house.rooms[0]).hold(
        ids[0].clone(),
        hotel::rooms::Stay {
            arrival: day("2026-02-03"),
            departure: day("2026-02-04"),
        },
    );
    let taken = house.run(direct).await.unwrap_err();
    assert_eq!(taken.message(), "room 101 is taken on 2026-02-03");
}

#[tokio::test]
async fn what_is_paid_back_depends_on_the_day() {
    for (days_before, back) in [
        (20, 16_000),
        (14, 16_000),
        (13, 8_000),
        (3, 8_000),
        (2, 0),
        (0, 0),
    ] {
        let house = House::open(0, 3, ROOMS).await;
        let id = house
            .run(house.wish(Category::Single, day("2026-02-01"), 2).create())
            .await
            .unwrap();
        house.advance(days(31 - days_before)).await;
        let settled = house.run(Booking::stub(&id).cancel(None)).await.unwrap();
        assert_eq!(settled.refund_cents, back, "{days_before} days before");
        let booking = house.booking(&id).await;
        assert_eq!(
            (booking.stage, booking.refunded_cents),
            (Stage::Cancelled, back)
        );
        assert_eq!(house.money(booking.id.as_str()), (16_000, back));
        assert_eq!(house.taken(&house.rooms[0]).await, []);
        let again = house
            .run(Booking::stub(&id).cancel(None))
            .await
            .unwrap_err();
        assert!(again.message().contains("cannot be cancelled"), "{again}");
    }
}

#[tokio::test]
async fn somebody_looks_at_a_dear_booking() {
    let mut house = House::open(0, 4, ROOMS).await;
    let dear = || house.wish(Category::Suite, day("2026-03-01"), 4);
    let (first, second, third) = (dear(), dear(), dear());

    let id = house.run(first.create()).await.unwrap();
    let ask = house
        .inbox()
        .list(AskFilter::default())
        .await
        .unwrap()
        .items
        .remove(0);
    assert_eq!(
        ask.question,
        "Accept a booking of 2400 euros, Suite from 2026-03-01 to 2026-03-05?"
    );
    assert_eq!(
        world().mails.values().next().unwrap().to,
        "front-desk@hotel.example"
    );
    assert_eq!(house.booking(&id).await.stage, Stage::Held);
    let no = Review {
        accept: false,
        note: None,
    };
    let bob = house.inbox().by("bob");
    assert_eq!(
        bob.answer(&ask.id, &no).await.unwrap_err().message(),
        "say why it is not accepted"
    );
    let no = Review {
        accept: false,
        note: Some("closed for the season".into()),
    };
    bob.answer(&ask.id, &no).await.unwrap();
    house.business().settled().await;
    let booking = house.booking(&id).await;
    assert_eq!(booking.stage, Stage::Declined);
    assert_eq!(booking.note.as_deref(), Some("bob: closed for the season"));
    assert_eq!(house.taken(&house.rooms[2]).await, []);

    let id = house.run(second.create()).await.unwrap();
    house.crash().await;
    let open = AskFilter {
        open: Some(true),
        ..AskFilter::default()
    };
    let ask = house
        .inbox()
        .list(open.clone())
        .await
        .unwrap()
        .items
        .remove(0);
    house
        .inbox()
        .by("ann")
        .answer(
            &ask.id,
            &Review {
                accept: true,
                note: None,
            },
        )
        .await
        .unwrap();
    house.business().settled().await;
    assert_eq!(house.booking(&id).await.stage, Stage::Confirmed);
    house.run(Booking::stub(&id).cancel(None)).await.unwrap();

    let id = house.run(third.create()).await.unwrap();
    house.advance(days(1)).await;
    let ask = house.inbox().list(open).await.unwrap().items.remove(0);
    assert_eq!(
        ask.user.as_deref(),
        Some("owner@hotel.example"),
        "the owner is asked after a day"
    );
    house.advance(days(1)).await;
    let booking = house.booking(&id).await;
    assert_eq!(booking.stage, Stage::Declined);
    assert_eq!(
        booking.note.as_deref(),
        Some("nobody could look at it in time")
    );
    assert_eq!(
        house.inbox().show(&ask.id).await.unwrap().status,
        AskStatus::Expired
    );
    assert_eq!(house.money(booking.id.as_str()), (0, 0));
}

#[tokio::test]
async fn a_booking_that_is_cancelled_while_it_is_looked_at_leaves_nothing_behind() {
    let house = House::open(0, 5, ROOMS).await;
    let id = house
        .run(house.wish(Category::Suite, day("2026-03-01"), 4).create())
        .await
        .unwrap();
    house
        .run(Booking::stub(&id).cancel(Some("found something else".into())))
        .await
        .unwrap();
    let ask = house
        .inbox()
        .list(AskFilter::default())
        .await
        .unwrap()
        .items
        .remove(0);
    house
        .inbox()
        .by("ann")
        .answer(
            &ask.id,
            &Review {
                accept: true,
                note: None,
            },
        )
        .await
        .unwrap();
    house.business().settled().await;
    let booking = house.booking(&id).await;
    assert_eq!(booking.stage, Stage::Cancelled);
    let (taken, back) = house.money(booking.id.as_str());
    assert_eq!(taken, back);
    assert_eq!(house.taken(&house.rooms[2]).await, []);
    assert_eq!(house.mails(booking.id.as_str()).len(), 1);
}

#[tokio::test]
async fn a_card_that_is_not_accepted_gives_the_room_back() {
    let house = House::open(0, 6, ROOMS).await;
    let id = house
        .run(house.wish(Category::Suite, day("2026-03-01"), 9).create())
        .await
        .unwrap();
    let ask = house
        .inbox()
        .list(AskFilter::default())
        .await
        .unwrap()
        .items
        .remove(0);
    house
        .inbox()
        .by("ann")
        .answer(
            &ask.id,
            &Review {
                accept: true,
                note: None,
            },
        )
        .await
        .unwrap();
    house.business().settled().await;
    let booking = house.booking(&id).await;
    assert_eq!(
        booking.note.as_deref(),
        Some("the card was not accepted: the card has a limit")
    );
    assert_eq!(house.taken(&house.rooms[2]).await, []);
}

#[tokio::test]
async fn who_does_not_come_is_not_waited_for() {
    let house = House::open(0, 7, ROOMS).await;
    let id = house
        .run(house.wish(Category::Single, day("2026-02-01"), 3).create())
        .await
        .unwrap();
    // Past the last four o'clock before they are expected, and to the end of their first day.
    house.advance(days(31)).await;
    house.advance(hours(5)).await;
    house.advance(hours(19)).await;
    assert_eq!(house.booking(&id).await.stage, Stage::Confirmed);
    house.advance(hours(4)).await;
    let booking = house.booking(&id).await;
    assert_eq!(booking.stage, Stage::Missed);
    assert_eq!(
        house.taken(&house.rooms[0]).await.len(),
        1,
        "the nights that are left can be had"
    );
    assert_eq!(house.money(booking.id.as_str()), (24_000, 0));
}
