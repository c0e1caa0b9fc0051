//! Forms with everything that a struct can have.

#![deny(warnings)]
#![allow(clippy::non_minimal_cfg)]
#![allow(dead_code, non_camel_case_types)]

use dotdo::prelude::{Answer, Flow, Human, Result, Value, days, durable, form, hours};
use dotdo::{Form, Notice, Signed};

mod own {
    pub use dotdo::__private;
    pub use dotdo::form;
}

// Names that generated code must not stumble over.
enum Clash {
    Some,
    None,
    Ok,
    Err,
}
use Clash::{Err, None, Ok, Some};

/// What the reviewer fills in.
#[form(title = "Risk review")]
#[derive(Clone, Debug, PartialEq, Eq)]
#[check(|review| review.release || review.note.is_some(), "say why it is held back")]
#[check(|review| review.r#type != 0, "there is no type 0")]
pub struct Review {
    /// Release this order?
    pub release: bool,
    #[length(1..=500)]
    #[check(|note| !note.as_deref().unwrap_or_default().contains('!'), "be calm")]
    pub note: Option<String>,
    #[range(1..)]
    #[default(7)]
    pub r#type: u8,
    #[cfg(any())]
    pub gone: NoSuchType,
    #[cfg(all())]
    #[default(Verdict::Fine)]
    pub verdict: Verdict,
    #[length(..=3)]
    #[default(std::vec::Vec::new())]
    pub parts: Vec<Part>,
    pub inner: Option<Address>,
}

#[derive(Value, Eq)]
pub enum Verdict {
    Fine,
    Fishy,
}

#[derive(Value, Eq)]
pub struct Part {
    pub name: String,
}

#[form]
#[derive(Eq)]
pub struct Address {
    pub street: String,
}

#[own::form(crate = own)]
pub struct Renamed {
    #[default(0)]
    pub count: i32,
}

#[form]
struct r#type {}

#[durable]
async fn tell(notice: Notice) -> Result<()> {
    println!("{}", notice.question);
    Result::Ok(())
}

#[durable]
async fn asks(cx: Flow) -> Result<()> {
    let plain = Human::user("ann").ask::<Review>("Well?").within(days(2));
    let (Answer::Given(_) | Answer::TimedOut) = cx.run(plain).await?;
    let signed = Human::role("risk")
        .ask::<Renamed>("Well?")
        .about(&3)
        .notify(tell)
        .remind(hours(1))
        .escalate_to(Human::role("lead"), hours(2))
        .signed();
    if let Answer::Given(Signed { value, by, at }) = cx.run(signed).await? {
        println!("{by} at {at}: {}", value.count);
    }
    // The limit may stand where the flow runs it, too.
    let _ = cx
        .run(Human::role("risk").ask::<r#type>("Well?"))
        .within(hours(1))
        .await?;
    Result::Ok(())
}

#[test]
fn works() {
    let names: Vec<_> = Review::FORM.fields.iter().map(|field| field.name).collect();
    assert_eq!(
        names,
        ["release", "note", "type", "verdict", "parts", "inner"]
    );
    assert_eq!(r#type::FORM.name, "type");
    let _ = (Some, None, Ok, Err);
}
