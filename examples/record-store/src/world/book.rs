//! A book: a file to which lines are added and never changed, each under a key of its own. The gateway's ledger and
//! the outbox are books.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use dotdo::{Error, ErrorKind, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A file of JSON lines.
pub struct Book<E> {
    path: PathBuf,
    open: Mutex<Option<Open<E>>>,
}

struct Open<E> {
    file: File,
    /// Up to here the file holds whole lines.
    length: u64,
    entries: HashMap<String, E>,
}

#[derive(Serialize, Deserialize)]
struct Line<E> {
    key: String,
    #[serde(flatten)]
    entry: E,
}

impl<E: Serialize + DeserializeOwned + Clone> Book<E> {
    /// The book in a file, which is read at the first use and made at the first entry.
    pub fn at(path: PathBuf) -> Self {
        Self {
            path,
            open: Mutex::new(None),
        }
    }

    /// The entry under a key. If there is none, the one that `make` gives, which is safe on disk before this returns;
    /// `make` gets the number of the line.
    pub fn enter(&self, key: &str, make: impl FnOnce(usize) -> E) -> Result<E> {
        let mut guard = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let open = match guard.take() {
            Some(open) => guard.insert(open),
            None => guard.insert(self.open().map_err(|e| self.cannot(&e))?),
        };
        if let Some(entry) = open.entries.get(key) {
            return Ok(entry.clone());
        }
        let line = Line {
            key: key.to_owned(),
            entry: make(open.entries.len() + 1),
        };
        let mut text = serde_json::to_vec(&line)?;
        text.push(b'\n');
        if let Err(error) = open
            .file
            .write_all(&text)
            .and_then(|()| open.file.sync_data())
        {
            // Half a line must not stay. If it cannot be removed now, it is when the file is opened anew.
            let _ = open.file.set_len(open.length);
            *guard = None;
            return Err(self.cannot(&error));
        }
        open.length += text.len() as u64;
        open.entries.insert(line.key, line.entry.clone());
        Ok(line.entry)
    }

    /// What the file holds, key and entry, in the order in which it was written.
    pub fn read(&self) -> Result<Vec<(String, E)>> {
        let text = match std::fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(self.cannot(&error)),
        };
        lines(whole(&text)).map_err(|e| self.cannot(&e))
    }

    fn open(&self) -> io::Result<Open<E>> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        let mut file = File::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&self.path)?;
        let text = std::fs::read(&self.path)?;
        let whole = whole(&text);
        let length = whole.len() as u64;
        if whole.len() < text.len() {
            // The process was killed while it wrote: nobody has been told of this line.
            file.set_len(length)?;
        }
        file.sync_all()?;
        // The name of a new file lives in its folder.
        File::open(folder)?.sync_all()?;
        file.seek(SeekFrom::Start(length))?;
        Ok(Open {
            file,
            length,
            entries: lines(whole)?.into_iter().collect(),
        })
    }

    fn cannot(&self, error: &io::Error) -> Error {
        let error = Error::new(
            ErrorKind::Storage,
            format_args!("{}: {error}", self.path.display()),
        );
        super::note(&error);
        error
    }
}

fn lines<E: DeserializeOwned>(text: &[u8]) -> io::Result<Vec<(String, E)>> {
    text.split_inclusive(|byte| *byte == b'\n')
        .enumerate()
        .map(|(number, line)| {
            let line: Line<E> = serde_json::from_slice(line).map_err(|e| {
                io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("line {}: {e}", number + 1),
                )
            })?;
            Ok((line.key, line.entry))
        })
        .collect()
}

/// What ends with a line's end.
fn whole(text: &[u8]) -> &[u8] {
    let end = text
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |last| last + 1);
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh(name: &str) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("record-store-book-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        folder.join("book.jsonl")
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Entry {
        word: String,
    }

    fn entry(word: &str) -> Entry {
        Entry {
            word: word.to_owned(),
        }
    }

    #[test]
    fn a_key_is_entered_once() {
        let path = fresh("once");
        let book = Book::at(path.clone());
        assert_eq!(book.enter("a", |_| entry("first")).unwrap(), entry("first"));
        assert_eq!(
            book.enter("a", |_| entry("second")).unwrap(),
            entry("first")
        );
        assert_eq!(
            Book::at(path.clone())
                .enter("a", |_| entry("third"))
                .unwrap(),
            entry("first"),
            "after a restart too"
        );
        assert_eq!(book.read().unwrap(), [("a".to_owned(), entry("first"))]);
    }

    #[test]
    fn half_a_line_is_as_good_as_none() {
        let path = fresh("torn");
        Book::at(path.clone()).enter("a", |_| entry("one")).unwrap();
        let mut text = std::fs::read(&path).unwrap();
        text.extend_from_slice(br#"{"key":"b","wo"#);
        std::fs::write(&path, text).unwrap();
        let book = Book::at(path.clone());
        assert_eq!(book.read().unwrap().len(), 1);
        assert_eq!(
            book.enter("b", |number| entry(&number.to_string()))
                .unwrap(),
            entry("2")
        );
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            "{\"key\":\"a\",\"word\":\"one\"}\n{\"key\":\"b\",\"word\":\"2\"}\n"
        );
    }

    #[test]
    fn a_spoilt_line_is_named() {
        let path = fresh("spoilt");
        Book::at(path.clone()).enter("a", |_| entry("one")).unwrap();
        std::fs::write(&path, "{\"key\":\"a\",\"word\":\"one\"}\nrubbish\n").unwrap();
        let error = Book::<Entry>::at(path)
            .enter("b", |_| entry("two"))
            .unwrap_err();
        assert!(error.message().contains("line 2"), "{error}");
    }
}
