//! The simulated host: a business in one thread, on a disk and a network of its own, with a clock that does not pass by
//! itself. Everything that can happen happens in an order that a seed decides, so a run can be repeated exactly.
//!
//! | | |
//! | --- | --- |
//! | [`Sim`] | a business under test, as the test sees it |
//! | [`Faults`] | what goes wrong, and how often |
//! | `world` | the objects, their turns, and the gate that holds back what is not safe |
//! | `network` | requests and answers between objects |
//! | `steps` | user's steps, and what a test puts in their place |
//! | `crash` | crashes, restarts, sleep |
//! | `core` | the queue of events, and the futures that drive it |
//! | `test` | what `#[dotdo::test]` expands to |

mod business;
mod core;
mod crash;
mod env;
mod faults;
mod mocks;
mod network;
mod random;
mod steps;
pub mod test;
mod trace;
mod world;

pub use business::{Sim, SimBuilder};
pub use faults::Faults;
pub use mocks::Mock;
pub use network::SimPeers;
pub use random::Random;
pub use trace::Stats;
