//! From the local clock to instants: where daylight saving is decided.

use chrono::offset::LocalResult;
use chrono::{DateTime, NaiveDateTime, Offset as _, TimeDelta, TimeZone as _, Timelike as _, Utc};
use chrono_tz::{GapInfo, Tz};

use super::rule::{Clock, Days};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// The next multiple of `seconds` since the epoch.
pub(super) fn counted(seconds: i64, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let count = after.timestamp().div_euclid(seconds);
    instant(count.checked_add(1)?.checked_mul(seconds)?)
}

/// The next fixed time, each of which fires once.
pub(super) fn once_each(
    days: &Days,
    clock: &Clock,
    after: DateTime<Utc>,
    tz: Tz,
) -> Option<DateTime<Utc>> {
    // An earlier local time never has a later instant, so nothing before the present local time can be next. What
    // follows it may be past all the same: in the second run of a repeated hour, and at the end of a gap.
    let mut local = whole_second(local(after, tz)?);
    loop {
        local = shown_at_or_after(days, clock, local)?;
        if let Some(instant) = first_instant(local, tz)
            && instant > after
        {
            return Some(instant);
        }
        local = local.checked_add_signed(TimeDelta::seconds(1))?;
    }
}

/// The next instant at which the local clock shows a matching time, however often it shows it.
pub(super) fn whenever_shown(
    days: &Days,
    clock: &Clock,
    after: DateTime<Utc>,
    tz: Tz,
) -> Option<DateTime<Utc>> {
    let mut from = after.timestamp().checked_add(1)?;
    loop {
        let shown = local(instant(from)?, tz)?;
        let match_at = shown_at_or_after(days, clock, shown)?;
        let candidate = from + match_at.signed_duration_since(shown).num_seconds();
        // The candidate is right as long as no one touches the clock on the way to it.
        let horizon = candidate.min(from + DAY);
        if let Some(change) = next_clock_change(from, horizon, tz) {
            from = change;
        } else if horizon == candidate {
            return instant(candidate);
        } else {
            // Nothing matches between `shown` and `match_at`, and clocks move by a day at most: so nothing is missed
            // by going on a few days before the candidate.
            from = (candidate - 3 * DAY).max(horizon);
        }
    }
}

/// The first local time that matches, as if every day had all its hours.
fn shown_at_or_after(days: &Days, clock: &Clock, from: NaiveDateTime) -> Option<NaiveDateTime> {
    let from_time = from.num_seconds_from_midnight();
    let mut date = days.on_or_after(from.date())?;
    let mut time = None;
    if date == from.date() {
        time = clock.at_or_after(from_time);
        if time.is_none() {
            date = days.on_or_after(date.succ_opt()?)?;
        }
    }
    let time = time.or_else(|| clock.at_or_after(0))?;
    date.and_hms_opt(time / 3600, time / 60 % 60, time % 60)
}

/// The instant of a local time: the first of two, the end of the gap where there is none.
fn first_instant(local: NaiveDateTime, tz: Tz) -> Option<DateTime<Utc>> {
    let at = |offset: &chrono_tz::TzOffset| {
        let offset = TimeDelta::seconds(i64::from(offset.fix().local_minus_utc()));
        Some(local.checked_sub_signed(offset)?.and_utc())
    };
    match tz.offset_from_local_datetime(&local) {
        LocalResult::Single(offset) => at(&offset),
        LocalResult::Ambiguous(one, other) => at(&one).min(at(&other)),
        LocalResult::None => Some(GapInfo::new(&local, &tz)?.end?.to_utc()),
    }
}

/// The first second after `from`, up to `to`, with another offset from UTC than `from` has.
fn next_clock_change(from: i64, to: i64, tz: Tz) -> Option<i64> {
    // Beyond the years that `chrono` knows there is no offset, which counts as a change and ends the search.
    let offset_at = |seconds| Some(offset(instant(seconds)?, tz));
    let before = offset_at(from);
    // No zone has changed its clock twice within three hours.
    let mut same = from;
    while same < to {
        let probe = to.min(same + 3 * HOUR);
        if offset_at(probe) == before {
            same = probe;
            continue;
        }
        let mut changed = probe;
        while changed - same > 1 {
            let middle = same + (changed - same) / 2;
            if offset_at(middle) == before {
                same = middle;
            } else {
                changed = middle;
            }
        }
        return Some(changed);
    }
    None
}

fn instant(seconds: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(seconds, 0)
}

fn offset(instant: DateTime<Utc>, tz: Tz) -> i64 {
    let offset = tz.offset_from_utc_datetime(&instant.naive_utc());
    i64::from(offset.fix().local_minus_utc())
}

fn local(instant: DateTime<Utc>, tz: Tz) -> Option<NaiveDateTime> {
    let offset = TimeDelta::seconds(offset(instant, tz));
    instant.naive_utc().checked_add_signed(offset)
}

fn whole_second(local: NaiveDateTime) -> NaiveDateTime {
    local.with_nanosecond(0).unwrap_or(local)
}
