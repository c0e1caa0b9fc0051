use dotdo::prelude::*;

/// What the reviewer fills in.
///
/// Both the risk team and the owner use it.
#[form(title = "Risk review")]
#[check(|review| review.release || review.note.is_some(), "say why it is held back")]
pub struct Review {
    /// Release this order?
    pub release: bool,
    /// Anything that somebody should know.
    #[length(1..=500)]
    pub note: Option<String>,
    #[default(3)]
    #[range(1..=5)]
    pub stars: i64,
    #[check(|until| *until > NaiveDate::MIN, "there is no such day")]
    pub until: NaiveDate,
}

#[form]
#[derive(Clone, Debug)]
pub struct Approval {
    pub approved: bool,
}
