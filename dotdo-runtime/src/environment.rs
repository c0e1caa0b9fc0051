//! What the machine tells the program: variables and secrets.

use crate::error::{Error, Result};

/// A variable of the environment: of the process, or of the worker on Cloudflare (`vars` in `wrangler.jsonc`).
///
/// It may change between two attempts of a step, so it belongs in steps, not in flows.
pub fn var(name: &str) -> Option<String> {
    crate::host::variable(name)
}

/// A secret: a variable that must be there, and that nobody should print. On Cloudflare it is set with
/// `wrangler secret put`.
///
/// That it is missing is a permanent error, which names it.
pub fn secret(name: &str) -> Result<String> {
    var(name)
        .filter(|value| !value.is_empty())
        .ok_or_else(|| {
            Error::permanent(format_args!(
                "the secret `{name}` is not set: it is a variable of the process's environment, on Cloudflare set with `wrangler secret put {name}`"
            ))
        })
}

#[cfg(test)]
mod tests {
    use super::{secret, var};

    #[test]
    fn a_secret_that_is_missing_is_named() {
        assert!(var("CARGO_MANIFEST_DIR").is_some());
        let error = secret("NOT_SET_ANYWHERE").unwrap_err();
        assert!(!error.is_retryable());
        assert!(
            error
                .message()
                .starts_with("the secret `NOT_SET_ANYWHERE` is not set")
        );
    }
}
