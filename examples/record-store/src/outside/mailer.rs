//! The post office: every mail is a line of the outbox.

use dotdo::{Result, StepKey};
use serde::{Deserialize, Serialize};

/// A mail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mail {
    to: String,
    subject: String,
    text: String,
}

/// Posts a mail, once under each key: a step that is run again mails nobody twice.
pub fn post(to: &str, subject: &str, text: &str, key: &StepKey) -> Result<()> {
    let mail = Mail {
        to: to.to_owned(),
        subject: subject.to_owned(),
        text: text.to_owned(),
    };
    super::outside()?
        .mails
        .enter(key.as_str(), |_| mail)
        .map(|_| ())
}

/// How many mails the outbox file holds.
pub fn count() -> Result<usize> {
    Ok(super::outside()?.mails.read()?.len())
}
