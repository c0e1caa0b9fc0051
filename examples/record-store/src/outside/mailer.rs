//! The post office.

use dotdo::{Result, http};
use serde::{Deserialize, Serialize};

/// A mail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mail {
    pub to: String,
    pub subject: String,
    pub text: String,
}

/// Posts a mail, once under the key of the step that is being run: a step that is run again mails nobody twice.
pub async fn post(mail: &Mail) -> Result<()> {
    let request = http::post(super::url("mails")?).idempotent();
    request.json(mail)?.send().await?.ok()?;
    Ok(())
}
