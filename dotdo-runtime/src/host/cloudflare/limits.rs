//! Where Cloudflare's storage takes less than a file on this machine, and how that is said.

use crate::error::{Error, ErrorKind};

/// A business that Cloudflare can store.
#[cfg(target_arch = "wasm32")]
pub(super) fn checked(app: crate::app::App) -> crate::error::Result<crate::app::App> {
    /// The columns of a table, and those of them that are dotdo's.
    const COLUMNS: usize = 100;
    const OWN_COLUMNS: usize = 6;
    for def in app.nouns().map(|entry| entry.def) {
        if def.columns.len() + OWN_COLUMNS > COLUMNS {
            return Err(Error::permanent(format_args!(
                "`{}` has {} fields; on Cloudflare a noun has at most {}, so put some of them together in a `#[derive(Value)]` struct",
                def.name,
                def.columns.len(),
                COLUMNS - OWN_COLUMNS
            )));
        }
    }
    Ok(app)
}

/// The error of a statement, from what the platform says:
/// `what it is: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_UNIQUE)`.
pub(super) fn explain(text: &str) -> Error {
    let head = text.split(" (extended: SQLITE_").next().unwrap_or_default();
    let (message, code) = match head.rsplit_once(": SQLITE_") {
        Some((message, code)) => (message, code),
        None => (text, ""),
    };
    let begins = |with: &str| message.starts_with(with);
    let limit = |kind, text| Error::new(kind, text);
    match code.split('_').next().unwrap_or_default() {
        "CONSTRAINT" => Error::new(ErrorKind::Conflict, message),
        "FULL" | "IOERR" | "READONLY" | "CANTOPEN" | "CORRUPT" | "NOTADB" | "BUSY" | "PERM"
        | "NOMEM" => Error::new(ErrorKind::Storage, message),
        "TOOBIG" if begins("statement too long") => limit(
            ErrorKind::TooLarge,
            "a statement is longer than Cloudflare takes: 100 KB",
        ),
        "TOOBIG" => limit(
            ErrorKind::TooLarge,
            "a value, or the row that it is in, is larger than Cloudflare stores: 2 MB",
        ),
        _ if begins("too many SQL variables") => limit(
            ErrorKind::Invalid,
            "a question has more values than Cloudflare takes: 100; a list in `is_in` counts as one",
        ),
        _ if begins("Expression tree is too large") => limit(
            ErrorKind::Invalid,
            "a question has more conditions than Cloudflare takes: about 100",
        ),
        "AUTH" => Error::internal(format_args!(
            "Cloudflare does not allow this statement: {message}"
        )),
        _ => Error::internal(message),
    }
}

#[cfg(test)]
mod tests {
    use super::explain;
    use crate::error::ErrorKind;

    /// Each of these was said by workerd.
    #[test]
    fn what_the_platform_says_has_a_kind() {
        for (said, kind, message) in [
            (
                "UNIQUE constraint failed: t.u: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_UNIQUE)",
                ErrorKind::Conflict,
                "UNIQUE constraint failed: t.u",
            ),
            (
                "CHECK constraint failed: c > 0: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_CHECK)",
                ErrorKind::Conflict,
                "CHECK constraint failed: c > 0",
            ),
            (
                "statement too long: SQLITE_TOOBIG",
                ErrorKind::TooLarge,
                "a statement is longer than Cloudflare takes: 100 KB",
            ),
            (
                "string or blob too big: SQLITE_TOOBIG",
                ErrorKind::TooLarge,
                "a value, or the row that it is in, is larger than Cloudflare stores: 2 MB",
            ),
            (
                "too many SQL variables at offset 207: SQLITE_ERROR",
                ErrorKind::Invalid,
                "a question has more values than Cloudflare takes: 100; a list in `is_in` counts as one",
            ),
            (
                "database or disk is full: SQLITE_FULL",
                ErrorKind::Storage,
                "database or disk is full",
            ),
            (
                "not authorized: SQLITE_AUTH",
                ErrorKind::Internal,
                "Cloudflare does not allow this statement: not authorized",
            ),
            (
                "near \"SELEC\": syntax error at offset 0: SQLITE_ERROR",
                ErrorKind::Internal,
                "near \"SELEC\": syntax error at offset 0",
            ),
            (
                "Wrong number of parameter bindings for SQL query.",
                ErrorKind::Internal,
                "Wrong number of parameter bindings for SQL query.",
            ),
        ] {
            let error = explain(said);
            assert_eq!(error.kind(), kind, "{said}");
            assert_eq!(error.message(), message);
        }
    }
}
