//! The life of a booking: from a wish to a night's sleep, or to the money back.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use dotdo::prelude::*;
use dotdo::{ErrorKind, Found};

use crate::guests::{Guest, tell, write};
use crate::outside::cards;
use crate::rooms::{Category, Room, Stay};

/// A booking that costs more than this is looked at by a person.
pub const DEAR_CENTS: i64 = 200_000;

/// A wish to stay, and what has become of it. Each is an object of its own.
#[noun(object)]
pub struct Booking {
    /// Who wants to stay.
    #[index]
    pub guest: Ref<Guest>,
    /// In what kind of room.
    pub category: Category,
    /// The first day.
    #[index]
    pub arrival: NaiveDate,
    /// The last day.
    #[check("departure > arrival")]
    pub departure: NaiveDate,
    /// How far it is.
    #[index]
    #[default(Stage::Asked)]
    pub stage: Stage,
    /// The room, once there is one.
    pub room: Option<Ref<Room>>,
    /// What it costs.
    #[range(0..)]
    #[default(0)]
    pub price_cents: i64,
    /// What was paid.
    #[default(0)]
    pub paid_cents: i64,
    /// What was given back.
    #[default(0)]
    pub refunded_cents: i64,
    /// What the card company said.
    pub receipt: Option<Receipt>,
    /// Why it came to nothing.
    pub note: Option<String>,
}

/// How far a booking is.
#[derive(Value, Copy, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Somebody wants to stay.
    Asked,
    /// There is a room for it; it is not paid.
    Held,
    /// Paid.
    Confirmed,
    /// The guest is here.
    Arrived,
    /// The guest was here.
    Departed,
    /// There was no room, no approval, or no money.
    Declined,
    /// The guest does not want to come any more.
    Cancelled,
    /// The guest never came.
    Missed,
}

/// What the card company says.
#[derive(Value)]
pub struct Receipt {
    /// Its number.
    pub number: String,
    /// How much.
    pub cents: i64,
}

/// What is settled when a guest cancels.
#[derive(Value)]
pub struct Settlement {
    /// What the guest gets back.
    pub refund_cents: i64,
    /// What the house keeps.
    pub kept_cents: i64,
}

/// What the front desk fills in for a dear booking.
#[form]
#[check(|review| review.accept || review.note.is_some(), "say why it is not accepted")]
pub struct Review {
    /// Accept this booking?
    pub accept: bool,
    /// Anything that the others should know.
    #[length(1..=500)]
    pub note: Option<String>,
}

impl Booking {
    fn stay(&self) -> Stay {
        Stay {
            arrival: self.arrival,
            departure: self.departure,
        }
    }

    /// What a guest gets back who cancels on a day: everything up to two weeks before, half up to three days before.
    fn refund_on(&self, day: NaiveDate) -> i64 {
        match (self.arrival - day).num_days() {
            14.. => self.paid_cents,
            3..=13 => self.paid_cents / 2,
            _ => 0,
        }
    }
}

#[verbs]
impl Booking {
    /// There is a room for it.
    #[verb]
    fn hold(&mut self, _cx: &mut Tx, room: Ref<Room>, price_cents: i64) -> Result<()> {
        ensure!(self.stage == Stage::Asked, "it is {:?} already", self.stage);
        self.stage = Stage::Held;
        self.room = Some(room);
        self.price_cents = price_cents;
        Ok(())
    }

    /// It is paid.
    #[verb]
    fn confirm(&mut self, cx: &mut Tx, receipt: Receipt) -> Result<Receipt> {
        ensure!(
            self.stage == Stage::Held,
            "booking {} is {:?} and does not wait to be paid",
            cx.id(),
            self.stage
        );
        self.stage = Stage::Confirmed;
        self.paid_cents = receipt.cents;
        self.receipt = Some(receipt.clone());
        Ok(receipt)
    }

    /// It comes to nothing, and not because of the guest.
    #[verb]
    fn decline(&mut self, _cx: &mut Tx, why: String) -> Result<String> {
        ensure!(
            matches!(self.stage, Stage::Asked | Stage::Held),
            "it is {:?} already",
            self.stage
        );
        self.stage = Stage::Declined;
        self.note = Some(why.clone());
        Ok(why)
    }

    /// The guest does not want to come. What is paid back depends on the day.
    #[verb]
    fn cancel(&mut self, cx: &mut Tx, why: Option<String>) -> Result<Settlement> {
        ensure!(
            matches!(self.stage, Stage::Asked | Stage::Held | Stage::Confirmed),
            "booking {} is {:?} and cannot be cancelled any more",
            cx.id(),
            self.stage
        );
        let refund_cents = self.refund_on(cx.now().date_naive());
        self.stage = Stage::Cancelled;
        self.note = why;
        Ok(Settlement {
            refund_cents,
            kept_cents: self.paid_cents - refund_cents,
        })
    }

    /// The guest has the money back.
    #[verb]
    fn reimburse(&mut self, _cx: &mut Tx, receipt: Receipt) -> Result<Receipt> {
        ensure!(
            self.refunded_cents + receipt.cents <= self.paid_cents,
            "more would be given back than was paid"
        );
        self.refunded_cents += receipt.cents;
        Ok(receipt)
    }

    /// The guest is here.
    #[verb]
    fn arrive(&mut self, cx: &mut Tx) -> Result<Option<Ref<Room>>> {
        let today = cx.now().date_naive();
        ensure!(
            self.stage == Stage::Confirmed,
            "booking {} is {:?}",
            cx.id(),
            self.stage
        );
        ensure!(
            self.arrival <= today && today < self.departure,
            "booking {} is from {} to {}, and today is {today}",
            cx.id(),
            self.arrival,
            self.departure
        );
        self.stage = Stage::Arrived;
        Ok(self.room.clone())
    }

    /// The guest leaves. Nights that are left are free again.
    #[verb]
    fn depart(&mut self, cx: &mut Tx) -> Result<NaiveDate> {
        ensure!(
            self.stage == Stage::Arrived,
            "booking {} is {:?}",
            cx.id(),
            self.stage
        );
        self.stage = Stage::Departed;
        Ok(cx.now().date_naive())
    }

    /// The guest never came. The house keeps the money.
    #[verb]
    fn miss(&mut self, cx: &mut Tx) -> Result<NaiveDate> {
        let today = cx.now().date_naive();
        ensure!(
            self.stage == Stage::Confirmed && self.arrival < today,
            "booking {} is {:?} from {}",
            cx.id(),
            self.stage,
            self.arrival
        );
        self.stage = Stage::Missed;
        Ok(today)
    }

    /// From a wish to a paid booking, or to nothing at all: a room is held, somebody looks at what is dear, the card is
    /// charged. Whatever goes wrong on the way, what was done before it is undone, the last first: the money goes back,
    /// then the room is free. That it comes to nothing is no failure, so such a run ends as cancelled.
    #[on(Booking::created)]
    #[durable(timeout = "10 days")]
    async fn arrange(cx: Flow<Booking>, event: Event<Booking>) -> Result<()> {
        let wish = event.data;
        let Some((room, price)) = find_room(&cx, &wish).await? else {
            return nothing(&cx, &wish, "there is no room on these days").await;
        };
        if cx.run(cx.this().hold(room, price)).await.is_err() {
            return Err(Error::cancelled("the guest changed their mind at once"));
        }
        if price > DEAR_CENTS
            && let Some(why) = objection(&cx, &wish, price).await?
        {
            return nothing(&cx, &wish, &why).await;
        }
        let booking = cx.id();
        let charged = charge(cx.id(), price).undo(move |paid| refund(booking, paid.cents));
        let receipt = match cx.run(charged).await {
            Ok(receipt) => receipt,
            Err(error) => {
                let why = format!("the card was not accepted: {error}");
                return nothing(&cx, &wish, &why).await;
            }
        };
        if cx.run(cx.this().confirm(receipt)).await.is_err() {
            return Err(Error::cancelled(
                "the guest changed their mind while the card was charged",
            ));
        }
        Ok(())
    }

    /// Whoever has paid hears of it. A handler of its own: a mail that cannot be sent undoes no booking.
    #[on(Booking::confirmed)]
    async fn tell_guest(cx: Flow<Booking>, event: Event<Booking, Receipt>) -> Result<()> {
        let booking = cx.run(cx.this().get()).await?;
        let text = format!(
            "Dear guest, we look forward to seeing you on {}. You have paid {} euros.",
            booking.arrival,
            event.data.cents / 100
        );
        mail(&cx, &booking, "Your booking", text).await
    }

    /// Three days before they arrive, guests hear from us again.
    #[on(Booking::confirmed)]
    async fn remind(cx: Flow<Booking>, _event: Event<Booking, Receipt>) -> Result<()> {
        let booking = cx.run(cx.this().get()).await?;
        let day = booking.arrival.checked_sub_days(Days::new(3));
        let morning = at(day.unwrap_or(booking.arrival), 9);
        // Who books at the last minute knows what they have booked.
        if cx.now().await? > morning {
            return Ok(());
        }
        cx.until(morning).await?;
        let booking = cx.run(cx.this().get()).await?;
        if booking.stage != Stage::Confirmed {
            return Ok(());
        }
        let text = format!(
            "Dear guest, your room is ready on {} from three o'clock.",
            booking.arrival
        );
        mail(&cx, &booking, "See you soon", text).await
    }

    /// What follows a cancellation: the money, the room, a mail.
    #[on(Booking::cancelled)]
    #[durable(timeout = "30 days")]
    async fn wind_up(cx: Flow<Booking>, event: Event<Booking, Settlement>) -> Result<()> {
        let booking = cx.run(cx.this().get()).await?;
        if event.data.refund_cents > 0 {
            let receipt = cx.run(refund(cx.id(), event.data.refund_cents)).await?;
            cx.run(cx.this().reimburse(receipt)).await?;
        }
        if let Some(room) = &booking.room {
            free(&cx, room, booking.arrival).await?;
        }
        let text = format!(
            "Dear guest, we are sorry that you cannot come. You get {} euros back.",
            event.data.refund_cents / 100
        );
        mail(&cx, &booking, "Your cancellation", text).await
    }

    /// What is left of a stay that ended, or never began, is somebody else's.
    #[on(Booking::departed)]
    async fn tidy_up(cx: Flow<Booking>, event: Event<Booking, NaiveDate>) -> Result<()> {
        let booking = cx.run(cx.this().get()).await?;
        match &booking.room {
            Some(room) => free(&cx, room, event.data).await,
            None => Ok(()),
        }
    }

    /// The room of somebody who never came can be had again.
    #[on(Booking::missed)]
    async fn give_up(cx: Flow<Booking>, event: Event<Booking, NaiveDate>) -> Result<()> {
        let booking = cx.run(cx.this().get()).await?;
        if let Some(room) = &booking.room {
            free(&cx, room, event.data).await?;
        }
        let text = format!("Dear guest, we missed you on {}.", booking.arrival);
        mail(&cx, &booking, "We missed you", text).await
    }
}

/// An hour of a day.
fn at(day: NaiveDate, hour: u32) -> DateTime<Utc> {
    day.and_time(NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default())
        .and_utc()
}

/// Holds the first room that has all the nights free. Each room answers for itself, so two bookings that want the last
/// one at once cannot both get it.
async fn find_room(cx: &Flow<Booking>, wish: &Booking) -> Result<Option<(Ref<Room>, i64)>> {
    let rooms = Room::find(|r| r.category.eq(wish.category)).order_by(|r| r.price_cents.asc());
    let rooms: Vec<Found<Room>> = cx.run(rooms).await?;
    for room in rooms {
        let (booking, stub, from) = (Ref::new(cx.id()), Room::stub(&room.id), wish.arrival);
        let held = stub
            .hold(booking.clone(), wish.stay())
            .undo(move |_price| stub.free(booking, from));
        match cx.run(held).await {
            Ok(price) => return Ok(Some((Ref::new(room.id.clone()), price))),
            Err(error) if error.kind() == ErrorKind::Refused => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// What the front desk has against a dear booking. Without a word of theirs it is not accepted.
async fn objection(cx: &Flow<Booking>, wish: &Booking, price: i64) -> Result<Option<String>> {
    let question = format!(
        "Accept a booking of {} euros, {:?} from {} to {}?",
        price / 100,
        wish.category,
        wish.arrival,
        wish.departure
    );
    let asked = Human::role("front-desk")
        .ask::<Review>(question)
        .about(wish)
        .notify(tell)
        .remind(hours(12))
        .escalate_to(Human::user("owner@hotel.example"), days(1))
        .within(days(2))
        .signed();
    Ok(match cx.run(asked).await? {
        Answer::Given(review) if review.accept => None,
        Answer::Given(review) => Some(format!(
            "{}: {}",
            review.by,
            review.note.as_deref().unwrap_or("not accepted")
        )),
        Answer::TimedOut => Some("nobody could look at it in time".to_owned()),
    })
}

/// Ends a booking that comes to nothing: the guest knows why, and what was done is undone.
async fn nothing(cx: &Flow<Booking>, wish: &Booking, why: &str) -> Result<()> {
    let declined = cx.run(cx.this().decline(why.to_owned())).await;
    // If the guest has cancelled meanwhile, they have been told something else.
    if declined.is_ok() {
        let text = format!("Dear guest, we are sorry: {why}.");
        mail(cx, wish, "We cannot take your booking", text).await?;
    }
    Err(Error::cancelled(why))
}

async fn free(cx: &Flow<Booking>, room: &Ref<Room>, from: NaiveDate) -> Result<()> {
    cx.run(Room::stub(room).free(Ref::new(cx.id()), from))
        .await
        .map(drop)
}

async fn mail(cx: &Flow<Booking>, booking: &Booking, subject: &str, text: String) -> Result<()> {
    let guest = cx.run(Guest::stub(&booking.guest).get()).await?;
    let subject = format!("{subject} ({})", cx.id());
    cx.run(write(guest.email.clone(), subject, text)).await
}

/// Charges the card. All attempts have one key, so however often it is asked, the company charges once.
#[durable(retry = 30, backoff = "1s..1h", timeout = "30s")]
pub async fn charge(booking: Id<Booking>, cents: i64) -> Result<Receipt> {
    cards::charge(&StepKey::current(), &booking, cents)
}

/// Gives money back. It has a key of its own, so no attempt gives back more than once.
#[durable(retry = 100, backoff = "1s..1h", timeout = "30s")]
pub async fn refund(booking: Id<Booking>, cents: i64) -> Result<Receipt> {
    cards::refund(&StepKey::current(), &booking, cents)
}
