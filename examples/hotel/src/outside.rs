//! The world outside, as far as the hotel deals with it: a card company and the post.
//!
//! Both are played here, in memory, with the failures that the real ones have: a request may fail before anything has
//! happened, or after it, when only the answer is lost. Both know what an idempotency key is.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use dotdo::StepKey;

/// What the world has seen.
#[derive(Debug, Default)]
pub struct World {
    /// Money that moved, by idempotency key.
    pub ledger: BTreeMap<String, Payment>,
    /// Mails that arrived, by idempotency key.
    pub mails: BTreeMap<String, Mail>,
    /// Requests that failed.
    pub failures: u64,
    /// How many of a thousand requests fail.
    failing: u64,
    random: u64,
}

/// Money that moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// For which booking.
    pub booking: String,
    /// To the hotel, or, below zero, from it.
    pub cents: i64,
}

/// A mail that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Who got it.
    pub to: String,
    /// What it is about.
    pub subject: String,
    /// What it says.
    pub text: String,
}

static WORLD: Mutex<World> = Mutex::new(World {
    ledger: BTreeMap::new(),
    mails: BTreeMap::new(),
    failures: 0,
    failing: 0,
    random: 1,
});

/// The world as it is.
pub fn world() -> MutexGuard<'static, World> {
    // Nothing here is left half done by a panic.
    WORLD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What becomes of a request.
enum Luck {
    /// It is done and answered.
    Good,
    /// Nothing happens.
    Before,
    /// It is done, and the answer is lost.
    After,
}

impl World {
    /// A new world, in which so many of a thousand requests fail.
    pub fn begin(failing: u64, seed: u64) {
        *world() = Self {
            failing,
            random: seed | 1,
            ..Self::default()
        };
    }

    fn luck(&mut self) -> Luck {
        // xorshift: a test wants the same failures again.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        let luck = match self.random % 1000 {
            n if n >= self.failing => Luck::Good,
            n if n % 2 == 0 => Luck::Before,
            _ => Luck::After,
        };
        self.failures += u64::from(!matches!(luck, Luck::Good));
        luck
    }
}

/// The card company.
pub mod cards {
    use dotdo::prelude::*;

    use super::{Luck, Payment, StepKey, world};
    use crate::bookings::{Booking, Receipt};

    /// What a card has: more is not accepted.
    pub const LIMIT_CENTS: i64 = 500_000;

    /// Takes money from the guest's card.
    pub fn charge(key: &StepKey, booking: &Id<Booking>, cents: i64) -> Result<Receipt> {
        ensure!(cents <= LIMIT_CENTS, "the card has a limit");
        move_money(key, booking, cents)
    }

    /// Gives money back to the guest's card.
    pub fn refund(key: &StepKey, booking: &Id<Booking>, cents: i64) -> Result<Receipt> {
        move_money(key, booking, -cents)
    }

    fn move_money(key: &StepKey, booking: &Id<Booking>, cents: i64) -> Result<Receipt> {
        let mut world = world();
        let luck = world.luck();
        if !matches!(luck, Luck::Before) {
            // The same key is the same payment.
            world
                .ledger
                .entry(key.as_str().to_owned())
                .or_insert_with(|| Payment {
                    booking: booking.as_str().to_owned(),
                    cents,
                });
        }
        if !matches!(luck, Luck::Good) {
            return Err(Error::from(std::io::Error::other(
                "the card company does not answer",
            )));
        }
        Ok(Receipt {
            number: key.as_str().to_owned(),
            cents: cents.abs(),
        })
    }
}

/// The post.
pub mod post {
    use dotdo::prelude::*;

    use super::{Luck, Mail, StepKey, world};

    /// Sends a mail.
    pub fn send(key: &StepKey, to: &str, subject: &str, text: &str) -> Result<()> {
        let mut world = world();
        let luck = world.luck();
        if !matches!(luck, Luck::Before) {
            // The same key is the same mail.
            world
                .mails
                .entry(key.as_str().to_owned())
                .or_insert_with(|| Mail {
                    to: to.to_owned(),
                    subject: subject.to_owned(),
                    text: text.to_owned(),
                });
        }
        if !matches!(luck, Luck::Good) {
            return Err(Error::from(std::io::Error::other("the post is closed")));
        }
        Ok(())
    }
}
