//! Moments, as they are written down.

/// Whether a text is a moment as RFC 3339 writes it, `2026-11-02T12:00:00Z`: a date that exists, a time and an offset.
///
/// The letters are capitals, and there is no leap second: what this accepts, everyone reads.
///
/// ```
/// use dotdo_core::instant::is_rfc3339;
///
/// assert!(is_rfc3339("2026-11-02T12:00:00Z"));
/// assert!(is_rfc3339("2026-11-02T12:00:00.25+01:00"));
/// assert!(!is_rfc3339("2026-02-29T12:00:00Z"));
/// assert!(!is_rfc3339("2026-11-02"));
/// ```
pub fn is_rfc3339(text: &str) -> bool {
    read(text.as_bytes()).is_some()
}

fn read(text: &[u8]) -> Option<()> {
    let (date, rest) = text.split_at_checked(10)?;
    let (time, mut rest) = rest.split_at_checked(9)?;
    let [year, month, day] = numbers(date, [4, 2, 2], b"--")?;
    let [hour, minute, second] = numbers(time.strip_prefix(b"T")?, [2, 2, 2], b"::")?;
    if let Some(fraction) = rest.strip_prefix(b".") {
        let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit());
        let digits = digits.count();
        rest = &fraction[digits..];
        (digits > 0).then_some(())?;
    }
    let offset = match rest {
        b"Z" => true,
        [b'+' | b'-', offset @ ..] => {
            let [hours, minutes] = numbers(offset, [2, 2], b":")?;
            hours < 24 && minutes < 60
        }
        _ => false,
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    let exists = (1..=length).contains(&day) && hour < 24 && minute < 60 && second < 60;
    (exists && offset).then_some(())
}

/// Numbers of so many digits each, with these bytes between them, and nothing else.
fn numbers<const N: usize>(text: &[u8], digits: [usize; N], between: &[u8]) -> Option<[u32; N]> {
    let mut rest = text;
    let mut numbers = [0; N];
    for (place, number) in numbers.iter_mut().enumerate() {
        if place > 0 {
            rest = rest.strip_prefix(&[between[place - 1]])?;
        }
        let (own, other) = rest.split_at_checked(digits[place])?;
        for byte in own {
            *number = *number * 10 + u32::from(byte.is_ascii_digit().then(|| byte - b'0')?);
        }
        rest = other;
    }
    rest.is_empty().then_some(numbers)
}
