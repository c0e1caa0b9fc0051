//! A moment that a macro accepts is one that the runtime reads.

use dotdo_core::instant::is_rfc3339;
use proptest::prelude::*;

fn chrono(text: &str) -> bool {
    chrono::DateTime::parse_from_rfc3339(text).is_ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn like_chrono(
        text in r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-5][0-9](\.[0-9]{0,3})?(Z|[+-][0-2][0-9]:[0-6][0-9])",
    ) {
        prop_assert_eq!(is_rfc3339(&text), chrono(&text), "{}", text);
    }

    #[test]
    fn no_more_than_chrono(
        text in r"[0-9]{3,5}[-/]?[0-9]{1,2}[-/]?[0-9]{1,2}[Tt ]?[0-9:]{6,9}\.?[0-9ü]{0,3}(Z|z|[+-][0-9:]{2,6})?",
    ) {
        prop_assert!(!is_rfc3339(&text) || chrono(&text), "{}", text);
    }
}

#[test]
fn what_no_calendar_has() {
    for wrong in [
        "",
        "now",
        "2026-11-02",
        "2026-11-02T12:00:00",
        "2026-11-02T12:00Z",
        "2026-13-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-11-02T24:00:00Z",
        "2026-11-02T12:00:00.Z",
        "2026-11-02T12:00:00Z ",
        "2026-11-02T12:00:00+24:00",
    ] {
        assert!(!is_rfc3339(wrong), "{wrong}");
    }
    assert!(is_rfc3339("2000-02-29T23:59:59.123456789-11:30"));
}
