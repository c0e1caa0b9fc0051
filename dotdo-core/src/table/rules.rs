//! What makes a table impossible: a list of rules.
//!
//! The database would refuse most of these too, but when the program runs, in its own words, and one at a time.

use std::collections::HashSet;
use std::fmt;

use super::{Column, ColumnType, Literal, MAX_COLUMNS, SYSTEM_COLUMNS, Schema, Table};

/// Why a table cannot be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The table's noun.
    pub noun: String,
    /// The column at fault; `None` when it is the table.
    pub column: Option<String>,
    /// What is wrong, and what would be right.
    pub text: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.column {
            Some(column) => write!(f, "`{}.{column}`: {}", self.noun, self.text),
            None => write!(f, "`{}`: {}", self.noun, self.text),
        }
    }
}

impl ColumnType {
    /// The type's word in messages and in `dotdo.lock`.
    pub fn name(self) -> &'static str {
        match self {
            ColumnType::Integer => "integer",
            ColumnType::Real => "real",
            ColumnType::Boolean => "boolean",
            ColumnType::Text => "text",
            ColumnType::Blob => "blob",
            ColumnType::Json => "json",
            ColumnType::Timestamp => "timestamp",
            ColumnType::Date => "date",
            ColumnType::Time => "time",
            ColumnType::Decimal => "decimal",
            ColumnType::Reference => "reference",
        }
    }
}

impl fmt::Display for ColumnType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Schema {
    /// Everything that keeps the schema from being created; empty for a good one.
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems: Vec<Problem> = self.tables.iter().flat_map(Table::problems).collect();
        let mut names = HashSet::new();
        let mut nouns = HashSet::new();
        for table in &self.tables {
            if !nouns.insert(&table.noun) {
                problems.push(
                    table.problem(None, "there are two nouns of this name; rename one".into()),
                );
            } else if !names.insert(table.name.to_ascii_lowercase()) {
                let text = format!(
                    "another noun has the table `{}`; choose one with `table = \"…\"`",
                    table.name
                );
                problems.push(table.problem(None, text));
            }
        }
        problems
    }
}

impl Table {
    /// Everything that keeps the table from being created; empty for a good one.
    ///
    /// ```
    /// use dotdo_core::table::{Column, ColumnType, Table};
    ///
    /// let rank = Column { search: true, ..Column::new("rank", ColumnType::Text) };
    /// let problems = Table::new("Player", vec![rank]).problems();
    /// assert_eq!(
    ///     problems[0].to_string(),
    ///     "`Player.rank`: full-text search has a column `rank` of its own; rename the field or remove `#[search]`",
    /// );
    /// ```
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if let Some(text) = table_name_problem(&self.name) {
            problems.push(self.problem(None, text));
        }
        let room = MAX_COLUMNS - SYSTEM_COLUMNS.len();
        if self.columns.len() > room {
            let count = self.columns.len();
            let text = format!(
                "{count} fields are too many: a table has room for {room}; group some in one `#[derive(Value)]` struct"
            );
            problems.push(self.problem(None, text));
        }
        let mut names = HashSet::new();
        for column in &self.columns {
            if !names.insert(column.name.to_ascii_lowercase()) {
                let text =
                    "another field has this name; SQL does not tell upper from lower case".into();
                problems.push(self.problem(Some(column), text));
            }
            problems.extend(
                column_problems(column)
                    .into_iter()
                    .map(|text| self.problem(Some(column), text)),
            );
        }
        problems
    }

    fn problem(&self, column: Option<&Column>, text: String) -> Problem {
        Problem {
            noun: self.noun.clone(),
            column: column.map(|column| column.name.clone()),
            text,
        }
    }
}

fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars
        .next()
        .is_some_and(|first| first.is_alphabetic() || first == '_')
        && chars.all(|other| other.is_alphanumeric() || other == '_')
}

fn table_name_problem(name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    if !is_identifier(name) {
        Some(format!(
            "the table name `{name}` is not a name; use letters, digits and `_`"
        ))
    } else if lower.starts_with("sqlite_") || lower.starts_with("_cf_") {
        Some(format!(
            "table names that begin like `{name}` belong to the database; choose one with `table = \"…\"`"
        ))
    } else {
        None
    }
}

fn column_problems(column: &Column) -> Vec<String> {
    let lower = column.name.to_ascii_lowercase();
    let mut problems = Vec::new();
    if !is_identifier(&column.name) {
        problems.push("this is not a column name; use letters, digits and `_`".into());
    }
    if lower == "_rowid_" {
        problems.push("`_rowid_` belongs to the database; rename the field".into());
    }
    if column.search && (lower == "rank" || lower == "rowid") {
        problems.push(format!("full-text search has a column `{lower}` of its own; rename the field or remove `#[search]`"));
    }
    if column.search && column.ty.sql() != "TEXT" {
        problems.push(format!(
            "`#[search]` looks at text, and this is {}; remove it",
            column.ty
        ));
    }
    if column.range.is_some() && !is_number(column.ty) {
        problems.push(format!(
            "`#[range]` limits a number, and this is {}; remove it",
            column.ty
        ));
    }
    if !column.choices.is_empty() && column.ty != ColumnType::Text {
        problems.push(format!(
            "only text has a list of values, and this is {}",
            column.ty
        ));
    }
    if let Some(default) = &column.default {
        problems.extend(default_problem(column, default));
    }
    problems
}

fn is_number(ty: ColumnType) -> bool {
    matches!(
        ty,
        ColumnType::Integer | ColumnType::Real | ColumnType::Decimal | ColumnType::Timestamp
    )
}

fn default_problem(column: &Column, default: &Literal) -> Option<String> {
    let fits = match (default, column.ty.sql()) {
        _ if default.is_null() => true,
        // SQLite stores a whole number in a `REAL` column as a float.
        (Literal::Integer(_), "INTEGER" | "REAL")
        | (Literal::Real(_), "REAL")
        | (Literal::Text(_), "TEXT")
        | (Literal::Blob(_), "BLOB") => true,
        _ => false,
    };
    if default.is_null() && !column.nullable {
        Some("the default is `NULL`, and the field is not an `Option`".into())
    } else if !fits {
        Some(format!(
            "the default {} is not {}",
            default.sql(),
            column.ty
        ))
    } else if column.ty == ColumnType::Boolean
        && !matches!(default, Literal::Integer(0 | 1) | Literal::Null)
    {
        Some(format!(
            "the default {} is not a boolean, which is 0 or 1",
            default.sql()
        ))
    } else if let Literal::Text(text) = default
        && !column.choices.is_empty()
        && !column.choices.contains(text)
    {
        Some(format!(
            "the default `{text}` is not one of {}",
            column.choices.join(", ")
        ))
    } else {
        None
    }
}
