//! Guests, and what they are written.

use dotdo::Notice;
use dotdo::prelude::*;

use crate::outside::post;

/// Somebody who stays with us.
#[noun]
pub struct Guest {
    /// Where they are written to.
    #[unique]
    pub email: String,
    /// What they are called.
    #[search]
    pub name: String,
}

/// Writes a mail. All attempts have one key, so it arrives once.
#[durable(retry = 10, backoff = "1s..10m")]
pub async fn write(to: String, subject: String, text: String) -> Result<()> {
    post::send(&StepKey::current(), &to, &subject, &text)
}

/// Tells the staff that one of them is asked something.
#[durable(retry = 10, backoff = "1s..10m")]
pub async fn tell(notice: Notice) -> Result<()> {
    let to = match (&notice.user, &notice.role) {
        (Some(user), _) => user.clone(),
        (None, Some(role)) => format!("{role}@hotel.example"),
        (None, None) => "owner@hotel.example".to_owned(),
    };
    let text = format!("{}\nAnswer at /$asks/{}", notice.question, notice.ask);
    post::send(
        &StepKey::current(),
        &to,
        &format!("{:?}", notice.occasion),
        &text,
    )
}
