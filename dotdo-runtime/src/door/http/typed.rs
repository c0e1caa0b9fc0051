//! Texts of a query as values of a column's or an argument's shape.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use dotdo_core::identity::{ShortId, Url, check_id};
use rust_decimal::Decimal;
use serde_json::Value as Tree;

use crate::value::{Cell, Member, Shape};

/// What a value of the shape looks like, for messages.
pub(super) fn expected(shape: Shape) -> String {
    shape.expected()
}

fn misfit(shape: Shape, text: &str) -> String {
    // A long text would hide what is wrong with it.
    let mut shown: String = text.chars().take(80).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("expected {}, found `{shown}`", expected(shape))
}

/// The shape without the `Option` around it.
pub(super) fn inner(shape: Shape) -> Shape {
    match shape {
        Shape::Optional(within) => inner(*within),
        shape => shape,
    }
}

/// Whether a column of the shape can be compared with a value of a query.
pub(super) fn is_plain(shape: Shape) -> bool {
    matches!(
        inner(shape),
        Shape::Integer
            | Shape::Real
            | Shape::Boolean
            | Shape::Text
            | Shape::Timestamp
            | Shape::Date
            | Shape::Time
            | Shape::Decimal
            | Shape::Reference(_)
            | Shape::Choice(..)
    )
}

/// A text as the value that a column of the shape would hold.
pub(super) fn cell(shape: Shape, text: &str) -> Result<Cell, String> {
    let wrong = || misfit(shape, text);
    Ok(match inner(shape) {
        Shape::Integer => Cell::Integer(text.parse().map_err(|_| wrong())?),
        Shape::Real => Cell::Real(number(text).ok_or_else(wrong)?),
        Shape::Boolean => Cell::from(boolean(text).ok_or_else(wrong)?),
        Shape::Text => Cell::from(text),
        Shape::Timestamp => Cell::Integer(instant(text).ok_or_else(wrong)?.timestamp_micros()),
        Shape::Date => Cell::Text(text.parse::<NaiveDate>().map_err(|_| wrong())?.to_string()),
        Shape::Time => Cell::Text(time_of_day(text).ok_or_else(wrong)?.to_string()),
        Shape::Decimal => Cell::Text(text.parse::<Decimal>().map_err(|_| wrong())?.to_string()),
        Shape::Reference(noun) => Cell::Text(id_of(text, noun)?),
        Shape::Choice(choices, _) => Cell::from(choice(choices, text)?),
        other => {
            return Err(format!(
                "a value of this kind cannot be compared ({} is stored as JSON)",
                expected(other)
            ));
        }
    })
}

/// A text as the JSON of an argument of the shape.
pub(super) fn json(shape: Shape, text: &str) -> Result<Tree, String> {
    let wrong = || misfit(shape, text);
    Ok(match inner(shape) {
        Shape::Integer => text
            .parse::<i64>()
            .map(Tree::from)
            .or_else(|_| text.parse::<u64>().map(Tree::from))
            .map_err(|_| wrong())?,
        Shape::Real => Tree::from(number(text).ok_or_else(wrong)?),
        Shape::Boolean => Tree::from(boolean(text).ok_or_else(wrong)?),
        Shape::Text => Tree::from(text),
        Shape::Timestamp => Tree::from(instant(text).ok_or_else(wrong)?.to_rfc3339()),
        Shape::Date => Tree::from(text.parse::<NaiveDate>().map_err(|_| wrong())?.to_string()),
        Shape::Time => Tree::from(time_of_day(text).ok_or_else(wrong)?.to_string()),
        Shape::Decimal => Tree::from(text.parse::<Decimal>().map_err(|_| wrong())?.to_string()),
        Shape::Reference(noun) => Tree::from(id_of(text, noun)?),
        Shape::Choice(choices, _) => Tree::from(choice(choices, text)?),
        Shape::OneOf(_, members) if is_bare_variant(members, text) => Tree::from(text),
        _ => serde_json::from_str(text).map_err(|e| format!("{}; it is not JSON: {e}", wrong()))?,
    })
}

fn is_bare_variant(members: &[Member], text: &str) -> bool {
    members
        .iter()
        .any(|m| m.name == text && m.shape == Shape::Nothing)
}

fn number(text: &str) -> Option<f64> {
    // As it would be read in a body, so that both find the same.
    serde_json::from_str(text).ok()
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// An RFC 3339 instant, or a date for the midnight (UTC) at its beginning.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(date) = text.parse::<NaiveDate>() {
        return date.and_hms_opt(0, 0, 0).map(|midnight| midnight.and_utc());
    }
    // The `+` of an offset is a space in a query that was not encoded.
    DateTime::parse_from_rfc3339(&text.replace(' ', "+"))
        .ok()
        .map(|at| at.to_utc())
}

fn time_of_day(text: &str) -> Option<NaiveTime> {
    // The seconds may be left out.
    text.parse().ok()
}

fn choice<'a>(choices: &[&'a str], text: &str) -> Result<&'a str, String> {
    if let Some(found) = choices.iter().find(|choice| **choice == text) {
        return Ok(found);
    }
    let near = dotdo_core::nearest(text, choices.iter().copied());
    let hint = near.map_or_else(String::new, |near| format!("did you mean `{near}`? "));
    Err(format!(
        "`{text}` is none; {hint}there are {}",
        choices.join(", ")
    ))
}

/// The id in a text as people write it: bare, `Noun/id`, or the whole URL.
pub(super) fn id_of(text: &str, noun: &str) -> Result<String, String> {
    let short = if text.contains("://") {
        text.parse::<Url>().map_err(|e| e.to_string())?.id().clone()
    } else if text.contains('/') {
        text.parse::<ShortId>().map_err(|e| e.to_string())?
    } else {
        check_id(text).map_err(|e| e.to_string())?;
        return Ok(text.to_owned());
    };
    if short.noun() != noun {
        return Err(format!(
            "`{text}` names a `{}`; write a `{noun}`, such as `{noun}/{}`",
            short.noun(),
            short.id()
        ));
    }
    if let Some(at) = short.at() {
        return Err(format!(
            "`@{at}` is a place in history, which is not part of an id; leave it out"
        ));
    }
    Ok(short.id().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PLAN: Shape = Shape::Choice(&["Free", "Pro", "Team"], &[]);

    #[test]
    fn texts_become_cells() {
        assert_eq!(cell(Shape::Integer, "-7"), Ok(Cell::Integer(-7)));
        assert_eq!(
            cell(Shape::Integer, "x").unwrap_err(),
            "expected a whole number, found `x`"
        );
        assert_eq!(
            cell(Shape::Optional(&Shape::Boolean), "true"),
            Ok(Cell::Integer(1))
        );
        assert_eq!(cell(PLAN, "Pro"), Ok(Cell::from("Pro")));
        assert_eq!(
            cell(PLAN, "pro").unwrap_err(),
            "`pro` is none; did you mean `Pro`? there are Free, Pro, Team"
        );
        assert_eq!(
            cell(Shape::Timestamp, "1970-01-02"),
            Ok(Cell::Integer(86_400_000_000))
        );
        assert_eq!(
            cell(Shape::Timestamp, "1970-01-01T01:00:01 01:00"),
            Ok(Cell::Integer(1_000_000))
        );
        assert_eq!(cell(Shape::Time, "09:30"), Ok(Cell::from("09:30:00")));
        for (text, number) in [("2", 2.0), ("-0.5", -0.5), ("1e3", 1000.0)] {
            assert_eq!(cell(Shape::Real, text), Ok(Cell::Real(number)));
        }
        for none in ["NaN", "inf", "1e999", "+1", ".5", "1.", "x", ""] {
            assert!(cell(Shape::Real, none).is_err(), "{none}");
        }
        assert!(cell(Shape::List(&Shape::Text), "[]").is_err());
    }

    #[test]
    fn ids_come_in_three_forms() {
        for text in ["o1", "Order/o1", "https://shop.example/Order/o1"] {
            assert_eq!(id_of(text, "Order").as_deref(), Ok("o1"));
        }
        assert_eq!(id_of("Order/a%40b", "Order").as_deref(), Ok("a@b"));
        for text in ["Line/1", "Order/o1@v2", "", "a b", "-x", "Order/"] {
            assert!(id_of(text, "Order").is_err(), "{text}");
        }
    }

    #[test]
    fn arguments_become_json() {
        assert_eq!(
            json(Shape::Integer, "18446744073709551615").unwrap(),
            u64::MAX
        );
        assert_eq!(json(Shape::Text, "7").unwrap(), "7");
        assert_eq!(json(Shape::Any, r#"{"a":1}"#).unwrap()["a"], 1);
        assert!(json(Shape::Any, "{").is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC*") {
            for shape in [Shape::Integer, Shape::Real, Shape::Boolean, Shape::Timestamp, Shape::Date, Shape::Time, Shape::Decimal, Shape::Reference("Order"), PLAN, Shape::Any, Shape::Bytes] {
                let _ = cell(shape, &text);
                let _ = json(shape, &text);
            }
        }
    }
}
