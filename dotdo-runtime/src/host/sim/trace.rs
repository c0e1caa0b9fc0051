//! What happened, in order: for comparing two runs, and for the end of a failing one.

use std::collections::VecDeque;
use std::fmt::{self, Write as _};

use chrono::DateTime;

/// Lines that are kept.
const KEPT: usize = 400;

/// What a simulation has been through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Turns of objects.
    pub turns: u64,
    /// Crashes of the process or of one object.
    pub crashes: u64,
    /// Other faults: lost and repeated messages, failed steps, a full disk, failed syncs.
    pub faults: u64,
    /// Attempts of steps.
    pub steps: u64,
    /// Requests and answers between objects.
    pub messages: u64,
    /// Microseconds that went by on the simulated clock.
    pub micros: u64,
}

#[derive(Debug)]
pub(crate) struct Trace {
    lines: VecDeque<String>,
    count: u64,
    hash: u64,
    aloud: bool,
}

impl Trace {
    pub fn new() -> Self {
        Self {
            lines: VecDeque::new(),
            count: 0,
            hash: 0xcbf2_9ce4_8422_2325,
            aloud: std::env::var_os("DOTDO_TRACE").is_some(),
        }
    }

    pub fn say(&mut self, now: i64, what: fmt::Arguments<'_>) {
        let mut line = if self.lines.len() >= KEPT {
            self.lines.pop_front().unwrap_or_default()
        } else {
            String::new()
        };
        line.clear();
        // Writing to a string does not fail.
        let _ = write!(line, "{now} {what}");
        for byte in line.bytes().chain([b'\n']) {
            self.hash = (self.hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        self.count += 1;
        if self.aloud {
            eprintln!("{}", readable(&line));
        }
        self.lines.push_back(line);
    }

    /// What tells two runs apart.
    pub fn fingerprint(&self) -> u64 {
        self.hash
    }

    /// The last lines, readable.
    pub fn tail(&self, lines: usize) -> Vec<String> {
        let skip = self.lines.len().saturating_sub(lines);
        self.lines.iter().skip(skip).map(|l| readable(l)).collect()
    }
}

fn readable(line: &str) -> String {
    let (micros, what) = line.split_once(' ').unwrap_or(("", line));
    let at = micros
        .parse()
        .ok()
        .and_then(DateTime::from_timestamp_micros)
        .unwrap_or_default();
    format!("{} {what}", at.format("%m-%d %H:%M:%S%.6f"))
}
