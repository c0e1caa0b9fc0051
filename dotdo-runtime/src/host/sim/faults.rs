//! What goes wrong.

use std::time::Duration;

/// What goes wrong in a simulation, and how often: chances are in thousandths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults {
    /// The longest that a message between objects takes.
    pub latency: Duration,
    /// A request or an answer between objects is lost.
    pub loss: u32,
    /// A request between objects arrives a second time, some time later.
    pub duplicates: u32,
    /// The longest that a step takes before it begins.
    pub step_latency: Duration,
    /// A step fails before it has done anything. No step fails more than once by this and the next one.
    pub step_fails: u32,
    /// A step does what it does, and its answer is lost.
    pub step_answer_lost: u32,
    /// The longest that a sync of the disk takes.
    pub sync_latency: Duration,
    /// A sync fails.
    pub sync_fails: u32,
    /// The disk is full for a while, after any event.
    pub full: u32,
    /// The process is killed or the power goes, after any event.
    pub crash: u32,
    /// The power goes in the middle of a turn, between two writes.
    pub crash_in_turn: u32,
    /// One object is lost with the machine it is on, after any event.
    pub crash_object: u32,
    /// An idle object is put to sleep, after any event.
    pub sleep: u32,
    /// The process is killed when a step has ended, before its result is stored; once for each step.
    pub crash_at_steps: bool,
    /// The process is killed after this turn, counted from 1, before the turn is safe.
    pub crash_at_turn: Option<u64>,
}

impl Faults {
    /// Nothing goes wrong, and nothing takes time.
    pub fn none() -> Self {
        Self {
            latency: Duration::ZERO,
            loss: 0,
            duplicates: 0,
            step_latency: Duration::ZERO,
            step_fails: 0,
            step_answer_lost: 0,
            sync_latency: Duration::ZERO,
            sync_fails: 0,
            full: 0,
            crash: 0,
            crash_in_turn: 0,
            crash_object: 0,
            sleep: 0,
            crash_at_steps: false,
            crash_at_turn: None,
        }
    }

    /// Messages and steps are slow, arrive in another order, are lost or repeated. Nothing crashes.
    pub fn network() -> Self {
        Self {
            latency: Duration::from_millis(80),
            loss: 30,
            duplicates: 30,
            step_latency: Duration::from_millis(400),
            step_fails: 50,
            step_answer_lost: 50,
            ..Self::none()
        }
    }

    /// The disk is slow, full or fails, the process is killed, the power goes, objects are put to sleep.
    pub fn crashes() -> Self {
        Self {
            sync_latency: Duration::from_millis(20),
            sync_fails: 3,
            full: 1,
            crash: 3,
            crash_in_turn: 3,
            crash_object: 4,
            sleep: 30,
            ..Self::none()
        }
    }

    /// Everything at once.
    pub fn all() -> Self {
        let (network, crashes) = (Self::network(), Self::crashes());
        Self {
            latency: network.latency,
            loss: network.loss,
            duplicates: network.duplicates,
            step_latency: network.step_latency,
            step_fails: network.step_fails,
            step_answer_lost: network.step_answer_lost,
            ..crashes
        }
    }

    /// Whether anything goes wrong by which an answer can be lost.
    pub(crate) fn lose_answers(&self) -> bool {
        self.sync_fails > 0
            || self.full > 0
            || self.crash > 0
            || self.crash_in_turn > 0
            || self.crash_object > 0
            || self.crash_at_steps
            || self.crash_at_turn.is_some()
    }
}

impl Default for Faults {
    fn default() -> Self {
        Self::none()
    }
}
