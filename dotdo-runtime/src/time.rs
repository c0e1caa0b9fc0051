//! Spans of time in words.

use std::time::Duration;

/// So many milliseconds.
pub const fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// So many seconds.
pub const fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// So many minutes of 60 seconds.
pub const fn minutes(n: u64) -> Duration {
    Duration::from_secs(n * 60)
}

/// So many hours of 60 minutes.
pub const fn hours(n: u64) -> Duration {
    Duration::from_secs(n * 3600)
}

/// So many days of 24 hours.
///
/// ```
/// assert_eq!(dotdo_runtime::time::days(2), std::time::Duration::from_secs(172_800));
/// ```
pub const fn days(n: u64) -> Duration {
    Duration::from_secs(n * 86_400)
}

/// So many weeks of 7 days.
pub const fn weeks(n: u64) -> Duration {
    Duration::from_secs(n * 604_800)
}
