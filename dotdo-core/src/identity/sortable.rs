//! Ids that sort by the time they were made.

/// Crockford's base 32 in lower case: the digits and letters without `i`, `l`, `o` and `u`.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The length of a sortable id: 130 bits in digits of five.
const LENGTH: usize = 26;

/// The largest time: 48 bits of milliseconds, in the year 10889.
const MAX_MILLIS: u64 = (1 << 48) - 1;

/// An id of 26 digits and lower-case letters: 48 bits of time and 80 random bits.
///
/// Ids compare, as texts, like the times they were made at, and within one millisecond like the random numbers. The
/// layout is that of a ULID (<https://github.com/ulid/spec>), in lower case. `unix_millis` counts from 1970; a time
/// after the year 10889 is taken as the last that fits. Of `random` the low 80 bits count.
///
/// ```
/// use dotdo_core::identity::{sortable_id, sortable_id_time};
///
/// // The example of the specification.
/// let id = sortable_id(1_469_918_176_385, 0);
/// assert_eq!(id, "01aryz6s410000000000000000");
/// assert_eq!(sortable_id_time(&id), Some(1_469_918_176_385));
/// ```
pub fn sortable_id(unix_millis: u64, random: u128) -> String {
    let millis = u128::from(unix_millis.min(MAX_MILLIS));
    let bits = (millis << 80) | (random & ((1 << 80) - 1));
    let mut id = String::with_capacity(LENGTH);
    id.extend(
        (0..LENGTH)
            .rev()
            .map(|place| char::from(DIGITS[(bits >> (place * 5)) as usize & 31])),
    );
    id
}

/// The time in a sortable id, in milliseconds since 1970; `None` if the text is not one.
///
/// Upper case is read too, as the specification asks.
pub fn sortable_id_time(id: &str) -> Option<u64> {
    if id.len() != LENGTH {
        return None;
    }
    let mut bits: u128 = 0;
    for (place, byte) in id.bytes().enumerate() {
        let digit = DIGITS
            .iter()
            .position(|digit| *digit == byte.to_ascii_lowercase())?;
        // 26 digits hold 130 bits: the first digit of 128 is at most 7.
        if place == 0 && digit > 7 {
            return None;
        }
        bits = (bits << 5) | digit as u128;
    }
    u64::try_from(bits >> 80).ok()
}
