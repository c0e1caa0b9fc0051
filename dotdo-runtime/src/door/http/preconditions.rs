//! Conditions and keys that a request brings in its header.

use dotdo_core::identity::sortable_id;

use super::access::ACTOR;
use super::message::HttpRequest;
use super::problem::{Outcome, Problem};

/// The longest `Idempotency-Key`, in bytes.
const MAX_KEY: usize = 255;

/// The entity tag of a version.
pub(super) fn etag(version: u64) -> String {
    format!("\"{version}\"")
}

/// The version that `If-Match` asks for. `*` asks for any.
pub(super) fn if_match(request: &HttpRequest) -> Outcome<Option<u64>> {
    let Some(value) = request.header_list("if-match") else {
        return Ok(None);
    };
    let value = value.trim();
    if value == "*" {
        return Ok(None);
    }
    let version = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .and_then(|number| number.parse().ok());
    version.map(Some).ok_or_else(|| {
        Problem::field(
            "If-Match",
            format_args!(
                "`{value}` is not the ETag of one version; write one such as `\"3\"`, or `*`"
            ),
        )
    })
}

/// Refuses `If-Match` where a version cannot be asked for: ignoring it would do what the client tried to prevent.
pub(super) fn no_if_match(request: &HttpRequest) -> Outcome<()> {
    match request.header("if-match") {
        None => Ok(()),
        Some(_) => Err(Problem::field(
            "If-Match",
            "is understood by PATCH and DELETE of one thing; leave it out here",
        )),
    }
}

/// Whether the client has this version already.
pub(super) fn has_version(request: &HttpRequest, version: u64) -> bool {
    let tag = etag(version);
    request.header_list("if-none-match").is_some_and(|list| {
        list.split(',')
            .map(str::trim)
            .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
    })
}

/// The key under which the request takes effect once.
pub(super) fn idempotency_key(request: &HttpRequest) -> Outcome<Option<&str>> {
    let mut keys = request.values("idempotency-key");
    let Some(key) = keys.next() else {
        return Ok(None);
    };
    let wrong = |message: &str| Err(Problem::field("Idempotency-Key", message));
    if keys.next().is_some() {
        return wrong("stands twice; send one key");
    }
    if key.is_empty() || key.len() > MAX_KEY || !key.bytes().all(|b| b.is_ascii_graphic()) {
        return wrong("must have 1 to 255 visible ASCII characters, such as a UUID");
    }
    Ok(Some(key))
}

/// The id of a request with a key, as the object remembers it.
pub(super) fn request_id(actor: &str, key: &str) -> String {
    format!("http/{actor}/{key}")
}

/// The id of the thing that a request with a key makes: the same for the same key, so that a repetition reaches the
/// same object.
pub(super) fn id_for(tenant: &str, noun: &str, key: &str) -> String {
    // FNV-1a with 128 bits. It need not withstand forgery: whoever may use the key may also choose the id.
    let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    for part in [tenant, noun, ACTOR, key] {
        for byte in part.bytes().chain([0]) {
            hash = (hash ^ u128::from(byte)).wrapping_mul(0x0100_0000_0000_0000_0000_013b);
        }
    }
    let high = u64::try_from(hash >> 80).unwrap_or(u64::MAX);
    sortable_id(high, hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn with(name: &str, value: &str) -> HttpRequest {
        HttpRequest::new("PATCH", "/").with(name, value)
    }

    #[test]
    fn if_match_names_one_version() {
        assert_eq!(if_match(&HttpRequest::default()).unwrap(), None);
        assert_eq!(if_match(&with("if-match", "*")).unwrap(), None);
        assert_eq!(if_match(&with("if-match", " \"3\" ")).unwrap(), Some(3));
        for wrong in ["3", "W/\"3\"", "\"3\", \"4\"", "\"x\"", ""] {
            assert_eq!(
                if_match(&with("if-match", wrong)).unwrap_err().status(),
                422,
                "{wrong}"
            );
        }
        assert!(no_if_match(&with("if-match", "*")).is_err());
    }

    #[test]
    fn if_none_match_compares_weakly() {
        for same in ["\"3\"", "W/\"3\"", "\"1\", \"3\"", "*"] {
            assert!(has_version(&with("if-none-match", same), 3), "{same}");
        }
        for other in ["\"4\"", "3", ""] {
            assert!(!has_version(&with("if-none-match", other), 3), "{other}");
        }
    }

    #[test]
    fn a_key_is_visible_ascii() {
        assert_eq!(
            idempotency_key(&with("idempotency-key", "k-1")).unwrap(),
            Some("k-1")
        );
        for wrong in ["", "two words", "schlüssel", &"k".repeat(256)] {
            assert!(
                idempotency_key(&with("idempotency-key", wrong)).is_err(),
                "{wrong}"
            );
        }
        assert!(
            idempotency_key(&with("idempotency-key", "a").with("idempotency-key", "b")).is_err()
        );
    }

    proptest! {
        #[test]
        fn a_key_makes_one_valid_id(key in "[!-~]{1,255}", other in "[!-~]{1,255}") {
            let id = id_for("shop.example", "Order", &key);
            prop_assert!(dotdo_core::identity::check_id(&id).is_ok());
            prop_assert_eq!(&id, &id_for("shop.example", "Order", &key));
            prop_assert_ne!(&id, &id_for("acme", "Order", &key));
            prop_assert_eq!(key == other, id == id_for("shop.example", "Order", &other));
        }
    }
}
