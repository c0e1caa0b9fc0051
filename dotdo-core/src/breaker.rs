//! Circuit breakers as people write them: `5 in 1m, 30s`.

use std::time::Duration;

use crate::duration::{ParseError, parse_part};

/// When a target is left alone, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breaker {
    /// After so many failures …
    pub failures: u32,
    /// … within this time …
    pub window: Duration,
    /// … it is left alone for so long. Then one attempt finds out whether it is well again.
    pub cooldown: Duration,
}

const FORM: &str = "a breaker is written like `5 in 1m, 30s`: after 5 failures within a minute, a pause of 30 seconds";

/// The most failures that are counted.
const MOST: u32 = 1000;

/// Reads a breaker.
///
/// ```
/// use dotdo_core::breaker::parse;
/// use std::time::Duration;
///
/// let breaker = parse("5 in 1m, 30s").unwrap();
/// assert_eq!((breaker.failures, breaker.window), (5, Duration::from_secs(60)));
/// assert_eq!(breaker.cooldown, Duration::from_secs(30));
/// assert!(parse("5 per minute").is_err());
/// ```
pub fn parse(text: &str) -> Result<Breaker, ParseError> {
    let whole = |message: &str| ParseError::new(text, 0..text.len(), message).help(FORM);
    let Some(comma) = text.find(',') else {
        return Err(whole("the pause is missing"));
    };
    let Some(word) = text[..comma].find(" in ") else {
        return Err(whole("how many failures in which time is missing"));
    };
    let count = text[..word].trim();
    let failures = count.parse::<u32>().map_err(|_| {
        ParseError::new(text, 0..word, format!("`{count}` is no number of failures")).help(FORM)
    })?;
    if failures == 0 || failures > MOST {
        return Err(ParseError::new(
            text,
            0..word,
            format!("a breaker opens after 1 to {MOST} failures"),
        )
        .help(FORM));
    }
    Ok(Breaker {
        failures,
        window: parse_part(text, word + 4..comma)?,
        cooldown: parse_part(text, comma + 1..text.len())?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> String {
        parse(text).unwrap_err().message
    }

    #[test]
    fn a_breaker_has_three_parts() {
        assert_eq!(
            parse("1 in 90 seconds,2 hours"),
            Ok(Breaker {
                failures: 1,
                window: Duration::from_secs(90),
                cooldown: Duration::from_secs(7200),
            })
        );
        assert_eq!(wrong("5"), "the pause is missing");
        assert_eq!(
            wrong("5 per 1m, 30s"),
            "how many failures in which time is missing"
        );
        assert_eq!(wrong("many in 1m, 30s"), "`many` is no number of failures");
        assert_eq!(
            wrong("0 in 1m, 30s"),
            "a breaker opens after 1 to 1000 failures"
        );
        assert_eq!(wrong("5 in 1m, 30 sex"), "`sex` is not a unit of time");
        assert!(parse("5 in , 30s").is_err());
        assert!(parse("").is_err());
    }
}
