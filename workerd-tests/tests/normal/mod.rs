//! What two hosts cannot have in common, their ids and times, by names that they have in common.

use std::fmt::Write as _;

use workerd_tests::Answer;

/// The ids that a host has made, in the order in which they were seen.
#[derive(Default)]
pub struct Normal {
    ids: Vec<String>,
}

/// Fields that belong to a connection or a server, not to an answer.
const OTHERS: [&str; 5] = [
    "connection",
    "content-length",
    "date",
    "keep-alive",
    "transfer-encoding",
];

/// The letters of a sortable id.
fn is_of_id(c: char) -> bool {
    c.is_ascii_digit() || c.is_ascii_lowercase() && !matches!(c, 'i' | 'l' | 'o' | 'u')
}

impl Normal {
    /// A target with the ids of this host in it.
    pub fn filled(&self, target: &str) -> String {
        let mut target = target.to_owned();
        for (n, id) in self.ids.iter().enumerate() {
            target = target.replace(&format!("{{{}}}", n + 1), id);
        }
        target
    }

    /// An answer as a text: status, fields in alphabetical order, body.
    pub fn form(&mut self, answer: &Answer) -> String {
        let mut fields: Vec<String> = answer
            .headers
            .iter()
            .filter(|(name, _)| !OTHERS.contains(&name.as_str()))
            .map(|(name, value)| format!("{name}: {value}"))
            .collect();
        fields.sort();
        let text = format!(
            "{}\n{}\n\n{}",
            answer.status,
            fields.join("\n"),
            answer.text()
        );
        self.without_ids(&without_times(&text))
    }

    fn without_ids(&mut self, text: &str) -> String {
        let mut normal = String::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let word = rest
                .find(|c: char| !c.is_ascii_alphanumeric())
                .unwrap_or(rest.len())
                .max(first.len_utf8());
            let (piece, tail) = rest.split_at(word);
            rest = tail;
            if piece.len() != 26 || !piece.chars().all(is_of_id) {
                normal.push_str(piece);
                continue;
            }
            let number = self.ids.iter().position(|id| id == piece);
            let number = number.unwrap_or_else(|| {
                self.ids.push(piece.to_owned());
                self.ids.len() - 1
            });
            let _ = write!(normal, "{{{}}}", number + 1);
        }
        normal
    }
}

/// `2026-11-02T12:00:00.000Z` is `{time}`, whatever the time.
fn without_times(text: &str) -> String {
    let mut normal = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('T') {
        let date = at.checked_sub(10).and_then(|from| rest.get(from..at));
        let is_date = date.is_some_and(|date| {
            date.chars().enumerate().all(|(n, c)| match n {
                4 | 7 => c == '-',
                _ => c.is_ascii_digit(),
            })
        });
        let clock = rest[at + 1..]
            .find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.')
            .unwrap_or(rest.len() - at - 1);
        let end = at + 1 + clock;
        if is_date && clock >= 8 && rest[end..].starts_with('Z') {
            normal.push_str(&rest[..at - 10]);
            normal.push_str("{time}");
            rest = &rest[end + 1..];
        } else {
            normal.push_str(&rest[..=at]);
            rest = &rest[at + 1..];
        }
    }
    normal.push_str(rest);
    normal
}
