//! Things in their outer form: their fields, and what the system knows of them.

use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, Utc};
use dotdo_core::identity::{ShortId, Url, type_url};

use super::place::Place;
use super::route::Owner;
use super::secrets::Secrets;
use crate::error::{Error, Result};
use crate::json::Json;
use crate::store::Thing;
use crate::store::things::members;

/// The `$id` of a thing.
pub(super) fn id_url(place: &Place, owner: &Owner, noun: &str, id: &str) -> Result<String> {
    let bad = |e| Error::internal(format_args!("a stored identity is none: {e}"));
    let short = match owner {
        None => ShortId::new(noun, id),
        Some((outer, outer_id)) => {
            ShortId::new(outer, outer_id).and_then(|short| short.child(noun, id))
        }
    };
    Ok(Url::new(place.host.as_str(), short.map_err(bad)?)
        .map_err(bad)?
        .to_string())
}

/// The `$type` of a noun's things.
pub(super) fn noun_url(place: &Place, noun: &str) -> Result<String> {
    type_url(&place.host, noun)
        .map_err(|e| Error::internal(format_args!("a stored identity is none: {e}")))
}

/// A thing in its outer form. A field that has the name of a system member stands in its place.
pub(super) fn envelope(
    place: &Place,
    owner: &Owner,
    secrets: &Secrets,
    thing: &Thing,
) -> Result<String> {
    let fields = members(&thing.data)?;
    let is_field = |name: &str| fields.iter().any(|(field, _)| field == name);
    let mut text = String::with_capacity(256 + thing.data.text().len());
    text.push('{');
    push(
        &mut text,
        "$id",
        &id_url(place, owner, &thing.noun, &thing.id)?,
    )?;
    push(&mut text, "$type", &noun_url(place, &thing.noun)?)?;
    push(&mut text, "$version", &thing.version)?;
    let times = [
        ("createdAt", Some(thing.created_at)),
        ("updatedAt", Some(thing.updated_at)),
        ("deletedAt", thing.deleted_at),
    ];
    for (name, at) in times {
        if let Some(at) = at.filter(|_| !is_field(name)) {
            push(&mut text, name, &instant(at))?;
        }
    }
    if !is_field("visibility") {
        push(&mut text, "visibility", &thing.visibility)?;
    }
    for (name, value) in &fields {
        if !secrets.has(&thing.noun, name) {
            push(&mut text, name, value)?;
        }
    }
    text.push('}');
    Ok(text)
}

/// An instant as everything that leaves writes it.
fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

fn push<T: serde::Serialize + ?Sized>(text: &mut String, name: &str, value: &T) -> Result<()> {
    if text.len() > 1 {
        text.push(',');
    }
    let _ = write!(text, "{}:{}", Json::of(name)?, Json::of(value)?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    #[test]
    fn an_envelope_has_an_identity_and_no_secrets() {
        let app = fixture::app();
        let at = DateTime::from_timestamp(0, 1000).unwrap();
        let thing = Thing {
            noun: "Customer".into(),
            id: "a@b.c".into(),
            version: 3,
            created_at: at,
            updated_at: at,
            deleted_at: None,
            visibility: "user".into(),
            data: Json::parse(r#"{"email":"a@b.c","pin":"0000","visits":9007199254740993}"#.into())
                .unwrap(),
        };
        let text = envelope(&Place::home(app), &None, &Secrets::of(app), &thing).unwrap();
        assert_eq!(
            text,
            r#"{"$id":"https://shop.example/Customer/a%40b.c","$type":"https://shop.example/Customer","$version":3,"createdAt":"1970-01-01T00:00:00.000001Z","updatedAt":"1970-01-01T00:00:00.000001Z","visibility":"user","email":"a@b.c","visits":9007199254740993}"#
        );
    }

    #[test]
    fn a_row_of_an_object_is_named_within_it() {
        let place = Place::home(fixture::app());
        let url = id_url(&place, &Some(("Order".into(), "o1".into())), "Line", "2").unwrap();
        assert_eq!(url, "https://shop.example/Order/o1/Line/2");
    }
}
