//! Progress on standard error: a line for each tenth, so that a log stays readable.

/// What was said last.
#[derive(Debug, Default)]
pub struct Progress {
    said: Option<(String, usize)>,
}

impl Progress {
    /// Says how far something is, unless that is hardly news.
    pub fn show(&mut self, what: &str, done: usize, total: usize) {
        let tenth = (done * 10).checked_div(total).unwrap_or(10);
        let now = (what.to_owned(), tenth);
        if self.said.as_ref() != Some(&now) {
            eprintln!("{what} {done}/{total}");
            self.said = Some(now);
        }
    }
}
