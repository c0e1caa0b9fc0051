//! How long a program takes, and how much processor time it and all its children use.

use std::fs;
use std::process::Command;
use std::time::Instant;

/// What one run took, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Cost {
    /// Processor time, of all processes together.
    pub cpu: f64,
    /// Time on the clock.
    pub wall: f64,
}

/// Runs a program whose output is not wanted.
pub fn measure(command: &mut Command) -> Result<Cost, String> {
    let (cpu, begun) = (children()?, Instant::now());
    let out = command
        .output()
        .map_err(|e| format!("{command:?} could not be started: {e}"))?;
    let cost = Cost {
        cpu: children()? - cpu,
        wall: begun.elapsed().as_secs_f64(),
    };
    if out.status.success() {
        Ok(cost)
    } else {
        Err(String::from_utf8_lossy(&out.stderr).into_owned())
    }
}

/// The run in the middle.
pub fn median(mut costs: Vec<Cost>) -> Cost {
    costs.sort_by(|a, b| a.cpu.total_cmp(&b.cpu));
    costs.get(costs.len() / 2).copied().unwrap_or_default()
}

/// The processor time of all children that have ended, from `/proc/self/stat` (fields 16 and 17, see proc(5)).
fn children() -> Result<f64, String> {
    /// Clock ticks in a second: what Linux reports to programs on every architecture.
    const TICKS: f64 = 100.0;
    let unreadable = || "processor time is read from /proc, which is Linux's".to_owned();
    let stat = fs::read_to_string("/proc/self/stat").map_err(|_| unreadable())?;
    // The second field is a name in parentheses and may hold anything.
    let (_, rest) = stat.rsplit_once(')').ok_or_else(unreadable)?;
    rest.split_whitespace()
        .skip(13)
        .take(2)
        .map(|field| field.parse::<f64>().map_err(|_| unreadable()))
        .sum::<Result<f64, _>>()
        .map(|ticks| ticks / TICKS)
}
