//! What has to be known of a statement's text, because the platform does not say it.

use std::fmt::Write as _;

use crate::value::{Cell, CellRef};

/// Integers up to here go through a float unchanged.
const EXACT: u64 = 1 << 53;

/// Whether a cell is the same after it was a float.
pub(super) const fn is_exact(cell: CellRef<'_>) -> bool {
    !matches!(cell, CellRef::Integer(number) if number.unsigned_abs() > EXACT)
}

/// A piece of a statement.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Piece<'a> {
    Word(&'a str),
    /// `?N`
    Place(usize, &'a str),
    Other(&'a str),
}

/// Splits a statement; together the pieces are the statement.
fn pieces(sql: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = sql;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let (piece, tail) = rest.split_at(length(rest, first));
        rest = tail;
        Some(match first {
            '?' => match piece[1..].parse() {
                Ok(number) => Piece::Place(number, piece),
                Err(_) => Piece::Other(piece),
            },
            c if is_word(c) => Piece::Word(piece),
            _ => Piece::Other(piece),
        })
    })
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$')
}

/// The length of the piece that begins with this letter.
fn length(rest: &str, first: char) -> usize {
    let until = |end: &str, from: usize| {
        rest[from..]
            .find(end)
            .map_or(rest.len(), |at| from + at + end.len())
    };
    match first {
        // A doubled quote ends one piece and begins another, which comes to the same.
        '\'' => until("'", 1),
        '"' => until("\"", 1),
        '`' => until("`", 1),
        '[' => until("]", 1),
        '-' if rest.starts_with("--") => until("\n", 2),
        '/' if rest.starts_with("/*") => until("*/", 2),
        '?' => rest[1..]
            .find(|c: char| !c.is_ascii_digit())
            .map_or(rest.len(), |at| at + 1),
        c if is_word(c) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
        c => c.len_utf8(),
    }
}

/// Whether a statement may write. One that only reads begins with `SELECT`, `VALUES`, `EXPLAIN` or `WITH`, and has no
/// word of writing in it.
pub(super) fn writes(sql: &str) -> bool {
    let mut words = pieces(sql).filter_map(|piece| match piece {
        Piece::Word(word) => Some(word),
        _ => None,
    });
    let is = |word: &str, of: &[&str]| of.iter().any(|other| word.eq_ignore_ascii_case(other));
    match words.next() {
        // `replace(…)` is a function too.
        Some(word) if is(word, &["select", "values", "explain"]) => false,
        Some(word) if is(word, &["with"]) => {
            words.any(|word| is(word, &["insert", "update", "delete", "replace"]))
        }
        _ => true,
    }
}

/// The statement with the integers in it that would be rounded on their way, and the parameters that are left; none
/// if there is no such integer.
pub(super) fn with_large_integers(sql: &str, params: &[Cell]) -> Option<(String, Vec<Cell>)> {
    if params.iter().all(|cell| is_exact(cell.into())) {
        return None;
    }
    let mut text = String::with_capacity(sql.len() + 40);
    // The old numbers of the parameters that are left, in their new order.
    let mut kept: Vec<usize> = Vec::new();
    let mut last = 0;
    for piece in pieces(sql) {
        let (number, piece) = match piece {
            Piece::Place(number, piece) => {
                last = last.max(number);
                (number, piece)
            }
            Piece::Other("?") => {
                last += 1;
                (last, "?")
            }
            Piece::Word(piece) | Piece::Other(piece) => {
                text.push_str(piece);
                continue;
            }
        };
        let Some(cell) = number.checked_sub(1).and_then(|at| params.get(at)) else {
            text.push_str(piece);
            continue;
        };
        if let (Cell::Integer(number), false) = (cell, is_exact(cell.into())) {
            let _ = write!(text, "({number})");
            continue;
        }
        let place = kept
            .iter()
            .position(|&old| old == number)
            .unwrap_or_else(|| {
                kept.push(number);
                kept.len() - 1
            });
        let _ = write!(text, "?{}", place + 1);
    }
    let left = kept
        .iter()
        .map(|number| params[number - 1].clone())
        .collect();
    Some((text, left))
}

#[cfg(test)]
mod tests {
    use super::{Piece, pieces, with_large_integers, writes};
    use crate::value::Cell;

    #[test]
    fn what_writes_is_known_by_its_words() {
        for reads in [
            "SELECT 1",
            " select replace(a, 'b', 'c') FROM t",
            "VALUES (1)",
            "WITH t AS (SELECT 'delete' AS \"update\") SELECT * FROM t",
            "-- delete\nSELECT 1",
            "/* insert */ SELECT 1",
        ] {
            assert!(!writes(reads), "{reads}");
        }
        for writing in [
            "INSERT INTO t VALUES (1)",
            "with t as (select 1) DELETE FROM u",
            "PRAGMA foreign_keys = off",
            "",
            "DROP TABLE t",
        ] {
            assert!(writes(writing), "{writing}");
        }
    }

    #[test]
    fn large_integers_are_written_out() {
        let sql = r#"SELECT '?1', "?2", ?2 FROM t WHERE a = ?3 AND b > ?1 AND c = ?3"#;
        let params = [Cell::Integer(i64::MAX), "x".into(), Cell::Integer(3)];
        let (text, left) = with_large_integers(sql, &params).unwrap();
        assert_eq!(
            text,
            r#"SELECT '?1', "?2", ?1 FROM t WHERE a = ?2 AND b > (9223372036854775807) AND c = ?2"#
        );
        assert_eq!(left, ["x".into(), Cell::Integer(3)]);
        assert_eq!(
            with_large_integers("SELECT ?, ?", &[Cell::Integer(1), Cell::Integer(i64::MIN)]),
            Some((
                "SELECT ?1, (-9223372036854775808)".to_owned(),
                vec![Cell::Integer(1)]
            ))
        );
        assert_eq!(
            with_large_integers("SELECT ?1", &[Cell::Integer(1 << 53)]),
            None
        );
    }

    proptest::proptest! {
        #[test]
        fn the_pieces_are_the_statement(sql in "[a-z?0-9'\"`\\[\\]/* \\-\né]{0,40}") {
            let whole: String = pieces(&sql)
                .map(|piece| match piece {
                    Piece::Word(text) | Piece::Place(_, text) | Piece::Other(text) => text,
                })
                .collect();
            proptest::prop_assert_eq!(&whole, &sql);
            let _ = (writes(&sql), with_large_integers(&sql, &[Cell::Integer(i64::MAX), Cell::Null]));
        }
    }
}
