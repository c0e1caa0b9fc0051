//! The payment gateway, which fails one request in five.
//!
//! Half of its failures come before it has booked the charge and half after, when only the answer is lost. That is
//! why a charge has a key: under one key it books once.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::book::Book;
use super::server::{Answer, full};
use crate::business::Receipt;
use crate::outside::gateway::Order;

/// What the ledger says of a charge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Charge {
    /// The receipt's number.
    pub id: String,
    /// What was paid.
    pub invoice: String,
    /// How much.
    pub cents: i64,
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Answered,
    /// It fails before the charge is booked.
    Refused,
    /// It fails after the charge was booked: the answer is lost.
    Lost,
}

/// One request in five fails. The seed, the invoice and how often it has been asked for decide, so that a run can be
/// repeated.
fn fate(seed: u64, invoice: &str, attempt: u64) -> Fate {
    let mut hash = seed ^ attempt.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for byte in invoice.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    // The finalizer of splitmix64: every bit of the hash counts for the remainder.
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    match (hash ^ (hash >> 31)) % 10 {
        0 => Fate::Refused,
        1 => Fate::Lost,
        _ => Fate::Answered,
    }
}

/// The gateway.
pub struct Gateway {
    pub ledger: Book<Charge>,
    seed: u64,
    /// How often each invoice has been asked for.
    asked: Mutex<HashMap<String, u64>>,
}

impl Gateway {
    pub fn new(ledger: Book<Charge>, seed: u64) -> Self {
        Self {
            ledger,
            seed,
            asked: Mutex::default(),
        }
    }

    /// Charges once under a key. None if the answer is lost.
    pub fn charge(&self, key: &str, order: Order) -> Option<Answer> {
        let attempt = {
            let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
            let count = asked.entry(order.invoice.clone()).or_insert(0);
            *count += 1;
            *count
        };
        let fate = fate(self.seed, &order.invoice, attempt);
        if fate == Fate::Refused {
            return Some((503, "try again".to_owned()));
        }
        let cents = order.cents;
        let booked = self.ledger.enter(key, |number| Charge {
            id: format!("ch_{number}"),
            invoice: order.invoice,
            cents,
        });
        match booked {
            _ if fate == Fate::Lost => None,
            Ok(charge) if charge.cents != cents => {
                Some((409, "this key was used for another amount".to_owned()))
            }
            Ok(charge) => {
                let receipt = Receipt {
                    id: charge.id,
                    cents,
                };
                serde_json::to_string(&receipt).ok().map(|body| (200, body))
            }
            Err(error) => Some(full(&error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_request_in_five_fails() {
        let fates: Vec<_> = (0..10_000)
            .map(|n: u64| fate(1, &n.to_string(), 1 + n % 3))
            .collect();
        for wanted in [Fate::Refused, Fate::Lost] {
            let count = fates.iter().filter(|fate| **fate == wanted).count();
            assert!(
                (900..1100).contains(&count),
                "{wanted:?}: {count} of 10 000"
            );
        }
    }

    #[test]
    fn a_seed_repeats_itself() {
        let row = |seed| {
            (1..50)
                .map(|attempt| fate(seed, "98", attempt))
                .collect::<Vec<_>>()
        };
        assert_eq!(row(7), row(7));
        assert_ne!(row(7), row(8));
    }
}
