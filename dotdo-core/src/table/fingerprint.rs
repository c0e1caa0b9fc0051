//! A short name for a schema: equal for equal databases.

use super::{Bound, Column, Literal, Schema, Table};
use crate::order::sort_by;

/// FNV-1a with 128 bits (`draft-eastlake-fnv`). It tells schemas apart that were not built to collide.
struct Fnv(u128);

impl Fnv {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

    fn bytes(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u128::from(byte)).wrapping_mul(Self::PRIME);
        }
    }

    /// A text with its length, so that ("ab", "c") is not ("a", "bc").
    fn text(&mut self, text: &[u8]) {
        self.bytes(&(text.len() as u64).to_le_bytes());
        self.bytes(text);
    }

    fn flags(&mut self, flags: &[bool]) {
        for &flag in flags {
            self.bytes(&[u8::from(flag)]);
        }
    }

    fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.flags(&[value.is_some()]);
        if let Some(value) = value {
            write(self, value);
        }
    }
}

impl Schema {
    /// Names the schema in 32 hex digits.
    ///
    /// Equal schemas have equal fingerprints, on every platform and in every version. What has no effect on the
    /// data does not count: doc comments, `was`, the order of tables, columns and choices. It is an identity,
    /// not a protection: a different schema with the same fingerprint can be constructed on purpose.
    pub fn fingerprint(&self) -> String {
        let mut fnv = Fnv(Fnv::OFFSET);
        let mut tables: Vec<&Table> = self.tables.iter().collect();
        sort_by(&mut tables, |a, b| a.noun.cmp(&b.noun));
        for table in tables {
            write_table(&mut fnv, table);
        }
        format!("{:032x}", fnv.0)
    }
}

fn write_table(fnv: &mut Fnv, table: &Table) {
    fnv.text(table.noun.as_bytes());
    fnv.text(table.name.as_bytes());
    fnv.flags(&[table.history]);
    fnv.bytes(&(table.columns.len() as u64).to_le_bytes());
    let mut columns: Vec<&Column> = table.columns.iter().collect();
    sort_by(&mut columns, |a, b| a.name.cmp(&b.name));
    for column in columns {
        write_column(fnv, column);
    }
}

fn write_column(fnv: &mut Fnv, column: &Column) {
    // Every field is named, so that a new one cannot be forgotten here.
    let Column {
        name,
        ty,
        nullable,
        unique,
        index,
        search,
        secret,
        choices,
        range,
        check,
        default,
        references,
        shape,
        was: _,
        dropped: _,
        doc: _,
    } = column;
    fnv.text(name.as_bytes());
    fnv.text(ty.name().as_bytes());
    fnv.flags(&[*nullable, *unique, *index, *search, *secret]);
    let mut choices: Vec<&String> = choices.iter().collect();
    sort_by(&mut choices, Ord::cmp);
    fnv.bytes(&(choices.len() as u64).to_le_bytes());
    for choice in choices {
        fnv.text(choice.as_bytes());
    }
    fnv.option(*range, |fnv, range| {
        fnv.option(range.min, write_bound);
        fnv.option(range.max, write_bound);
    });
    fnv.option(check.as_ref(), |fnv, check| fnv.text(check.as_bytes()));
    fnv.option(default.as_ref(), write_literal);
    fnv.option(references.as_ref(), |fnv, noun| fnv.text(noun.as_bytes()));
    // Written only where there is one, so that schemas from before shapes keep their fingerprints.
    if let Some(shape) = shape {
        fnv.text(shape.to_string().as_bytes());
    }
}

fn write_bound(fnv: &mut Fnv, bound: Bound) {
    fnv.text(bound.sql().as_bytes());
}

fn write_literal(fnv: &mut Fnv, literal: &Literal) {
    fnv.text(literal.sql().as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_fnv_1a() {
        // The test vectors that the draft publishes for 128 bits.
        let hash = |text: &str| {
            let mut fnv = Fnv(Fnv::OFFSET);
            fnv.bytes(text.as_bytes());
            format!("{:032x}", fnv.0)
        };
        assert_eq!(hash(""), "6c62272e07bb014262b821756295c58d");
        assert_eq!(hash("a"), "d228cb696f1a8caf78912b704e4a8964");
        assert_eq!(hash("foobar"), "343e1662793c64bf6f0d3597ba446f18");
    }
}
