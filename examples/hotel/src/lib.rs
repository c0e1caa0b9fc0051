//! A hotel, as a business that runs by itself.
//!
//! A booking is held, looked at by a person if it is dear, paid, confirmed; the guest is reminded, arrives and leaves,
//! or cancels and gets back what the rules say, or never comes. `rooms` decides who sleeps where, `bookings` is the life of a
//! booking, `house` is what happens by the clock, `outside` is the world that all of it deals with.

pub mod bookings;
pub mod guests;
pub mod house;
pub mod outside;
pub mod rooms;

use bookings::{Booking, charge, refund};
use guests::{Guest, tell, write};
use house::{no_shows, weekly_report};
use rooms::{Night, Room};

dotdo::app! {
    domain: "hotel.example",
    /// A small hotel by the sea.
    pub Hotel { Room, Night, Guest, Booking, charge, refund, tell, write, no_shows, weekly_report }
}
