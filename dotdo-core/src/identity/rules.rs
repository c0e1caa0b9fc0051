//! What a noun, an id and a tenant may consist of.

use super::IdError;

/// The longest noun, in bytes.
pub const MAX_NOUN_BYTES: usize = 100;
/// The longest id of one thing, in bytes.
pub const MAX_ID_BYTES: usize = 200;
/// The longest tenant, in bytes: the longest host name.
pub const MAX_TENANT_BYTES: usize = 253;

/// The longest part of a host name between dots, in bytes.
const MAX_LABEL_BYTES: usize = 63;

/// Checks a noun: ASCII letters and digits, the first one a capital.
///
/// ```
/// use dotdo_core::identity::check_noun;
///
/// assert!(check_noun("OrderLine").is_ok());
/// let error = check_noun("order").unwrap_err();
/// assert_eq!(error.to_string(), "a noun begins with a capital letter in `order` at byte 0; write `Order`");
/// ```
pub fn check_noun(noun: &str) -> Result<(), IdError> {
    let Some(first) = noun.chars().next() else {
        return Err(IdError::new(
            noun,
            0,
            "a noun is missing",
            "write one in PascalCase, such as `Customer`",
        ));
    };
    if first.is_ascii_lowercase() {
        let right = crate::names::pascal(noun);
        return Err(IdError::new(
            noun,
            0,
            "a noun begins with a capital letter",
            format!("write `{right}`"),
        ));
    }
    let is_wrong = |(at, c): &(usize, char)| {
        if *at == 0 {
            !c.is_ascii_uppercase()
        } else {
            !c.is_ascii_alphanumeric()
        }
    };
    if let Some((at, c)) = noun.char_indices().find(is_wrong) {
        let help =
            "write it in PascalCase with the letters A-Z, a-z and digits, such as `OrderLine`";
        return Err(IdError::new(
            noun,
            at,
            format!("a noun cannot have {}", shown(c)),
            help,
        ));
    }
    limit(noun, MAX_NOUN_BYTES, "a noun")
}

/// Checks the id of one thing, decoded.
///
/// An id is not empty, does not begin with `-` or `.`, has no whitespace or control character, none of `/`, `?` and
/// `#`, which would end it inside a URL, and not the text `%40`, which a short id reads as `@`.
pub fn check_id(id: &str) -> Result<(), IdError> {
    let Some(first) = id.chars().next() else {
        return Err(IdError::new(
            id,
            0,
            "an id is missing",
            "write one after the noun, such as `Customer/alice`",
        ));
    };
    if matches!(first, '-' | '.') {
        let help = "begin it with a letter or a digit";
        return Err(IdError::new(
            id,
            0,
            format!("an id cannot begin with {}", shown(first)),
            help,
        ));
    }
    let is_wrong = |(_, c): &(usize, char)| {
        c.is_whitespace() || c.is_control() || matches!(c, '/' | '?' | '#')
    };
    if let Some((at, c)) = id.char_indices().find(is_wrong) {
        let help = match c {
            '/' => "write `%2F`".to_string(),
            '?' => "write `%3F`".to_string(),
            '#' => "write `%23`".to_string(),
            _ => "leave it out or write `-`".to_string(),
        };
        return Err(IdError::new(
            id,
            at,
            format!("an id cannot have {}", shown(c)),
            help,
        ));
    }
    if let Some(at) = id.find("%40") {
        return Err(IdError::new(
            id,
            at,
            "an id cannot have the text `%40`, which means `@`",
            "write `@`",
        ));
    }
    limit(id, MAX_ID_BYTES, "an id")
}

/// Checks a tenant: one label or a host name, of lower-case letters, digits and `-`.
///
/// ```
/// use dotdo_core::identity::check_tenant;
///
/// assert!(check_tenant("acme").is_ok());
/// assert!(check_tenant("shop.example").is_ok());
/// assert!(check_tenant("Acme").is_err());
/// ```
pub fn check_tenant(tenant: &str) -> Result<(), IdError> {
    let mut start = 0;
    for label in tenant.split('.') {
        let what = if label.is_empty() {
            Some((0, "a tenant has an empty part".to_string()))
        } else if let Some((at, c)) = label
            .char_indices()
            .find(|(_, c)| !matches!(c, 'a'..='z' | '0'..='9' | '-'))
        {
            Some((at, format!("a tenant cannot have {}", shown(c))))
        } else if label.starts_with('-') {
            Some((0, "a part of a tenant cannot begin with `-`".to_string()))
        } else if label.ends_with('-') {
            Some((
                label.len() - 1,
                "a part of a tenant cannot end with `-`".to_string(),
            ))
        } else if label.len() > MAX_LABEL_BYTES {
            Some((
                MAX_LABEL_BYTES,
                format!("a part of a tenant has at most {MAX_LABEL_BYTES} bytes"),
            ))
        } else {
            None
        };
        if let Some((at, what)) = what {
            let help = "write lower-case letters, digits and `-`, in parts joined by `.`, such as `acme` or `shop.example`";
            return Err(IdError::new(tenant, start + at, what, help));
        }
        start += label.len() + 1;
    }
    limit(tenant, MAX_TENANT_BYTES, "a tenant")
}

fn limit(text: &str, max: usize, what: &str) -> Result<(), IdError> {
    if text.len() <= max {
        return Ok(());
    }
    let what = format!(
        "{what} has at most {max} bytes, and this one has {}",
        text.len()
    );
    Err(IdError::new(text, max, what, "shorten it"))
}

/// A character as a message shows it.
pub(super) fn shown(c: char) -> String {
    match c {
        ' ' => "a space".into(),
        c if c.is_whitespace() || c.is_control() => format!("`{}`", c.escape_default()),
        c => format!("`{c}`"),
    }
}
