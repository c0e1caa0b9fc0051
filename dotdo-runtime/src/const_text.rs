//! A text put together while compiling, so that a panic of `app!` can name names.

use crate::value::{Member, Shape};

/// The text so far. What does not fit is cut off.
pub(crate) struct Text {
    bytes: [u8; Self::ROOM],
    length: usize,
}

impl Text {
    const ROOM: usize = 4096;

    pub(crate) const fn new() -> Self {
        Self {
            bytes: [0; Self::ROOM],
            length: 0,
        }
    }

    pub(crate) const fn with(mut self, text: &str) -> Self {
        let text = text.as_bytes();
        let mut i = 0;
        while i < text.len() && self.length < Self::ROOM {
            self.bytes[self.length] = text[i];
            self.length += 1;
            i += 1;
        }
        self
    }

    /// A number in digits.
    pub(crate) const fn number(self, number: u32) -> Self {
        let text = if number >= 10 {
            self.number(number / 10)
        } else {
            self
        };
        let digit = [b'0' + (number % 10) as u8];
        match std::str::from_utf8(&digit) {
            Ok(digit) => text.with(digit),
            Err(_) => text,
        }
    }

    /// A shape, in its canonical spelling.
    pub(crate) const fn shape(self, shape: Shape) -> Self {
        match shape {
            Shape::Nothing => self.with("nothing"),
            Shape::Integer => self.with("integer"),
            Shape::Real => self.with("real"),
            Shape::Boolean => self.with("boolean"),
            Shape::Text => self.with("text"),
            Shape::Timestamp => self.with("timestamp"),
            Shape::Date => self.with("date"),
            Shape::Time => self.with("time"),
            Shape::Decimal => self.with("decimal"),
            Shape::Reference(noun) => self.with("ref ").with(noun),
            Shape::Bytes => self.with("bytes"),
            Shape::Embedding => self.with("embedding"),
            Shape::Any => self.with("any"),
            Shape::Choice(names, _) => self.choice(names),
            Shape::Optional(Shape::Choice(names, _)) => self.with("(").choice(names).with(")?"),
            Shape::Optional(inner) => self.shape(*inner).with("?"),
            Shape::List(inner) => self.with("list<").shape(*inner).with(">"),
            Shape::Map(inner) => self.with("map<").shape(*inner).with(">"),
            Shape::Tuple(places) => {
                let mut text = self.with("tuple<");
                let mut i = 0;
                while i < places.len() {
                    text = text.with(if i == 0 { "" } else { ", " }).shape(places[i]);
                    i += 1;
                }
                text.with(">")
            }
            Shape::Record(name, members) => self.with(name).with(" { ").members(members).with(" }"),
            Shape::OneOf(name, variants) => {
                let mut text = self.with(name).with(" { ");
                let mut i = 0;
                while i < variants.len() {
                    text = text.with("| ").with(variants[i].name);
                    text = match variants[i].shape {
                        Shape::Nothing => text,
                        Shape::Choice(names, _) => text.with(": (").choice(names).with(")"),
                        shape => text.with(": ").shape(shape),
                    }
                    .with(" ");
                    i += 1;
                }
                text.with("}")
            }
        }
    }

    const fn choice(self, names: &[&str]) -> Self {
        let mut text = self;
        if names.len() == 1 {
            text = text.with("| ");
        }
        let mut i = 0;
        while i < names.len() {
            text = text.with(if i == 0 { "" } else { " | " }).with(names[i]);
            i += 1;
        }
        text
    }

    pub(crate) const fn members(self, members: &[Member]) -> Self {
        let mut text = self;
        let mut i = 0;
        while i < members.len() {
            let member = &members[i];
            text = text
                .with(if i == 0 { "" } else { ", " })
                .with(member.name)
                .with(
                    match (member.optional, matches!(member.shape, Shape::Optional(_))) {
                        (true, false) => "?: ",
                        (false, true) => "!: ",
                        _ => ": ",
                    },
                )
                .shape(member.shape);
            i += 1;
        }
        text
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.length == 0
    }

    pub(crate) const fn as_str(&self) -> &str {
        let mut length = self.length;
        // A text that was cut off may end within a letter.
        while length > 0 {
            if let Ok(text) = std::str::from_utf8(self.bytes.split_at(length).0) {
                return text;
            }
            length -= 1;
        }
        ""
    }
}

/// Whether two texts are the same.
pub(crate) const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// Whether a text is one of a list.
pub(crate) const fn contains(list: &[&str], text: &str) -> bool {
    let mut i = 0;
    while i < list.len() {
        if same(list[i], text) {
            return true;
        }
        i += 1;
    }
    false
}
