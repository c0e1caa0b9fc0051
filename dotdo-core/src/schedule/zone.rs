//! Names of time zones.

#[cfg(feature = "runtime")]
use chrono_tz::Tz;

use super::ParseError;
use crate::nearest;

/// Abbreviations that people write and that no time zone bears, as they name an offset and not a place.
const ABBREVIATIONS: [(&str, &str); 12] = [
    ("AEST", "Australia/Sydney"),
    ("BST", "Europe/London"),
    ("CDT", "America/Chicago"),
    ("CEST", "Europe/Berlin"),
    ("CST", "America/Chicago"),
    ("EDT", "America/New_York"),
    ("IST", "Asia/Kolkata"),
    ("JST", "Asia/Tokyo"),
    ("MDT", "America/Denver"),
    ("PDT", "America/Los_Angeles"),
    ("PST", "America/Los_Angeles"),
    ("Z", "UTC"),
];

/// The time zone of that name, in the IANA database: `Europe/Berlin`, `America/New_York`, `UTC`.
///
/// ```
/// use dotdo_core::schedule::zone;
///
/// assert_eq!(zone("Europe/Berlin"), Ok(chrono_tz::Europe::Berlin));
/// let error = zone("Europe/Berln").unwrap_err();
/// assert_eq!(error.message, "`Europe/Berln` is not a time zone");
/// assert_eq!(error.help.as_deref(), Some("did you mean `Europe/Berlin`?"));
/// ```
#[cfg(feature = "runtime")]
pub fn zone(name: &str) -> Result<Tz, ParseError> {
    let found = zone_name(name)?;
    // A test holds the two lists together.
    found
        .parse()
        .map_err(|_| ParseError::new(name, 0..name.len(), format!("`{found}` is not a time zone")))
}

/// The name of a time zone as the IANA database spells it, of any spelling.
///
/// ```
/// use dotdo_core::schedule::zone_name;
///
/// assert_eq!(zone_name("europe/berlin"), Ok("Europe/Berlin"));
/// assert!(zone_name("Mars/Olympus").is_err());
/// ```
pub fn zone_name(name: &str) -> Result<&'static str, ParseError> {
    let wanted = name.trim();
    if let Some(zone) = names().find(|zone| zone.eq_ignore_ascii_case(wanted)) {
        return Ok(zone);
    }
    let start = name.len() - name.trim_start().len();
    let error = |message: String| ParseError::new(name, start..start + wanted.len(), message);
    if wanted.is_empty() {
        return Err(error("a time zone is missing".to_owned()).help("try `Europe/Berlin` or `UTC`"));
    }
    let error = error(format!("`{wanted}` is not a time zone"));
    if is_offset(wanted) {
        return Err(error.help("an offset knows nothing of daylight saving: name a place, such as `Europe/Berlin`, or take `UTC`"));
    }
    Err(match suggestion(wanted) {
        Some(zone) => error.help(format!("did you mean `{zone}`?")),
        None => error.help("a time zone is named after a place: try `Europe/Berlin` or `UTC`"),
    })
}

/// All names, sorted.
fn names() -> impl Iterator<Item = &'static str> {
    include_str!("zones.txt").lines()
}

/// `UTC+2`, `GMT-05:00`, `+02:00`.
fn is_offset(wanted: &str) -> bool {
    let upper = wanted.to_ascii_uppercase();
    let rest = upper
        .trim_start_matches("UTC")
        .trim_start_matches("GMT")
        .trim();
    rest.starts_with(['+', '-']) && rest[1..].chars().all(|c| c.is_ascii_digit() || c == ':')
}

fn suggestion(wanted: &str) -> Option<&'static str> {
    let abbreviation = ABBREVIATIONS
        .iter()
        .find(|(short, _)| short.eq_ignore_ascii_case(wanted));
    if let Some((_, zone)) = abbreviation {
        return Some(zone);
    }
    let city = |name: &'static str| name.rsplit('/').next().unwrap_or(name);
    let wanted = wanted.replace(' ', "_");
    if wanted.contains('/') {
        return nearest(&wanted, names());
    }
    // `Berlin`, `Berln`: the place without its region.
    let near = nearest(&wanted, names().map(city))?;
    names().find(|name| city(name) == near)
}

#[cfg(all(test, feature = "runtime"))]
mod tests {
    use chrono_tz::TZ_VARIANTS;

    use super::*;

    /// The list of names is there so that the macros need not build the zones; it must not drift from them.
    #[test]
    fn the_names_are_those_of_the_zones() {
        let zones: Vec<&str> = TZ_VARIANTS.iter().map(|zone| zone.name()).collect();
        assert_eq!(names().collect::<Vec<_>>(), zones);
    }

    #[test]
    fn near_names_are_suggested() {
        for (wrong, right) in [
            ("Berlin", "Europe/Berlin"),
            ("new york", "America/New_York"),
            ("America/New York", "America/New_York"),
            ("Asia/Kathmando", "Asia/Kathmandu"),
            ("PST", "America/Los_Angeles"),
        ] {
            let help = zone(wrong).unwrap_err().help.unwrap();
            assert_eq!(help, format!("did you mean `{right}`?"), "{wrong}");
        }
    }

    #[test]
    fn offsets_are_no_places() {
        for wrong in ["UTC+2", "GMT-05:00", "+02:00", "utc-11"] {
            let help = zone(wrong).unwrap_err().help.unwrap();
            assert!(
                help.starts_with("an offset knows nothing"),
                "{wrong}: {help}"
            );
        }
        assert!(zone("Etc/GMT+2").is_ok());
    }

    #[test]
    fn any_case_and_every_name() {
        assert_eq!(zone(" europe/berlin "), Ok(Tz::Europe__Berlin));
        for tz in TZ_VARIANTS {
            assert_eq!(zone(tz.name()), Ok(tz));
        }
        for wrong in ["", " ", "Mars/Olympus", "UTC+2", "+02:00"] {
            assert!(zone(wrong).unwrap_err().help.is_some());
        }
    }
}
