//! Where in a JSON text a mistake is: `lines[3].price`.
//!
//! Whoever reads a text knows the line and the column at which it did not fit. The path is found afterwards, by walking
//! the text up to there. A reader that kept the path as it goes would be compiled once for each type that is read, and
//! would take its time when nothing is wrong.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::mem;

thread_local! {
    /// The fields in which [records](crate::record) found a mistake, the innermost first.
    static FIELDS: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

/// Says that what was read into this field did not fit.
///
/// A type that reads a text first and looks at it afterwards makes an error without a position, which then gets that of
/// the end of what is around it. So the name of the field is kept beside.
pub fn in_field(name: &'static str) {
    FIELDS.with_borrow_mut(|fields| fields.push(name));
}

/// Forgets what an earlier text had.
pub fn begin() {
    FIELDS.with_borrow_mut(Vec::clear);
}

/// The path of a mistake; empty for the whole text.
pub fn of(text: &str, error: &serde_json::Error, message: &str) -> String {
    let known = FIELDS.with_borrow_mut(mem::take);
    let at = offset(text, error.line(), error.column());
    let mut place = Walk::new(text).to(at);
    let trailing = message.starts_with("trailing ");
    if trailing || message == "expected value" {
        // This is said at the letter behind the one that it is about, if that begins something.
        let before = Walk::new(text).to(at.saturating_sub(1));
        let begins = matches!(before.at, At::Begin | At::FirstEntry);
        if begins {
            place = before;
        }
        if trailing || !(begins || ends_empty(text, at)) {
            // Not the entry is wrong, but that there is one more.
            place.steps.pop();
        }
    }
    let by_itself = ["duplicate field", "unknown variant"];
    if place.at == At::Name && by_itself.iter().any(|start| message.starts_with(start)) {
        place.steps.pop();
    }
    if place.at == At::FirstEntry
        && message.starts_with("invalid type: sequence")
        && text.as_bytes().get(at) != Some(&b'[')
    {
        place.steps.pop();
    }
    if let (At::Text(name), true) = (&place.at, message.starts_with("invalid type: unit variant")) {
        place.steps.push(Step::Name(name));
    }
    if place.at == At::End && !message.starts_with("missing field") {
        place.go_into(&known);
    }
    place.path()
}

/// Whether there is `{}` before an offset.
fn ends_empty(text: &str, at: usize) -> bool {
    let before = text.get(..at).and_then(|text| text.strip_suffix('}'));
    before.is_some_and(|before| before.trim_end().ends_with('{'))
}

/// The offset of a line and a column, both of which begin with 1, as `serde_json` counts them.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before = line.checked_sub(2).map_or(0, |breaks| {
        let mut ends = text.match_indices('\n').map(|(at, _)| at + 1);
        ends.nth(breaks).unwrap_or(0)
    });
    (before + column).min(text.len())
}

#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    /// A field, as it stands between its quotes.
    Name(&'a str),
    /// An entry of a list.
    Entry(usize),
}

/// What is at a place.
#[derive(Debug, PartialEq)]
enum At<'a> {
    /// The name of a field.
    Name,
    /// The beginning of a value.
    Begin,
    /// The beginning of the first entry of a list.
    FirstEntry,
    /// A text, or what is behind it.
    Text(&'a str),
    /// The end of an object or a list, or of everything.
    End,
    /// Something else.
    Other,
}

struct Place<'a> {
    steps: Vec<Step<'a>>,
    at: At<'a>,
}

impl Place<'_> {
    /// If the place is around the field in which the mistake was found, that is where it is.
    fn go_into(&mut self, known: &[&'static str]) {
        let Some(innermost) = known.first() else {
            return;
        };
        let mut names = self.steps.iter().filter_map(|step| match step {
            Step::Name(name) => Some(*name),
            Step::Entry(_) => None,
        });
        let inside = known
            .iter()
            .rev()
            .all(|field| names.any(|name| name == *field));
        if !inside {
            self.steps.push(Step::Name(innermost));
        }
    }

    fn path(&self) -> String {
        let mut path = String::new();
        for step in &self.steps {
            match step {
                Step::Name(name) => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    // What does not come out as a text is shown as it stands.
                    match serde_json::from_str::<String>(&format!("\"{name}\"")) {
                        Ok(name) => path.push_str(&name),
                        Err(_) => path.push_str(name),
                    }
                }
                // Nothing goes wrong when a String is written into.
                Step::Entry(entry) => drop(write!(path, "[{entry}]")),
            }
        }
        path
    }
}

/// A walk through a text, as far as it has been read.
struct Walk<'a> {
    text: &'a str,
    next: usize,
    steps: Vec<Step<'a>>,
}

impl<'a> Walk<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            next: 0,
            steps: Vec::new(),
        }
    }

    /// The place of an offset. It belongs to what it touches; the space behind something is part of it.
    fn to(mut self, offset: usize) -> Place<'a> {
        self.skip_space();
        loop {
            // A value begins here.
            if self.next >= offset {
                let first = matches!(self.steps.last(), Some(Step::Entry(0)));
                return self.here(if first { At::FirstEntry } else { At::Begin });
            }
            let begin = self.peek();
            let mut at = At::Other;
            match begin {
                Some(b'"') => at = At::Text(self.text()),
                Some(b'{' | b'[') => self.next += 1,
                _ => self.skip(|byte| !byte.is_ascii_whitespace() && !b",]}".contains(&byte)),
            }
            self.skip_space();
            let empty = matches!(self.peek(), None | Some(b'}' | b']'));
            let first_entry = begin == Some(b'[') && !empty && self.next == offset;
            if self.next >= offset && !first_entry {
                return self.here(at);
            }
            match begin {
                Some(b'{') if !empty => {
                    if let Some(place) = self.name(offset) {
                        return place;
                    }
                    continue;
                }
                Some(b'{' | b'[') => self.steps.push(Step::Entry(0)),
                _ => {}
            }
            if begin == Some(b'[') && !empty {
                continue;
            }
            // It has ended, and maybe what is around it.
            while let Some(b'}' | b']') = self.peek() {
                self.next += 1;
                self.steps.pop();
                self.skip_space();
                if self.next >= offset {
                    return self.here(At::End);
                }
            }
            if self.peek() != Some(b',') {
                return self.here(At::End);
            }
            self.next += 1;
            self.skip_space();
            if let Some(Step::Entry(entry)) = self.steps.last_mut() {
                *entry += 1;
            } else {
                self.steps.pop();
                if let Some(place) = self.name(offset) {
                    return place;
                }
            }
        }
    }

    /// Passes over the name of a field. If the offset comes before its value, that is the place.
    fn name(&mut self, offset: usize) -> Option<Place<'a>> {
        if self.peek() != Some(b'"') {
            return Some(self.here(At::Other));
        }
        let name = self.text();
        if self.next > offset {
            return Some(self.here(At::Other));
        }
        self.steps.push(Step::Name(name));
        self.skip(|byte| byte.is_ascii_whitespace() || byte == b':');
        (self.next > offset).then(|| self.here(At::Name))
    }

    /// Passes over a text, and gives what is between its quotes.
    fn text(&mut self) -> &'a str {
        let start = self.next + 1;
        self.next = start;
        while let Some(byte) = self.peek().filter(|byte| *byte != b'"') {
            self.next += if byte == b'\\' { 2 } else { 1 };
        }
        let text = self.text.get(start..self.next).unwrap_or_default();
        self.next += 1;
        text
    }

    fn skip_space(&mut self) {
        self.skip(|byte| byte.is_ascii_whitespace());
    }

    fn skip(&mut self, passed: impl Fn(u8) -> bool) {
        while self.peek().is_some_and(&passed) {
            self.next += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.next).copied()
    }

    fn here(&mut self, at: At<'a>) -> Place<'a> {
        let steps = mem::take(&mut self.steps);
        Place { steps, at }
    }
}
