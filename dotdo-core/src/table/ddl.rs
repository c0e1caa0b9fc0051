//! The statements that create a table.

use super::{Bound, Column, ColumnType, Literal, Range, Table};

/// The columns that every table begins with: name and definition. Times are in microseconds since 1970.
pub const SYSTEM_COLUMNS: [(&str, &str); 6] = [
    ("$id", r#""$id" TEXT PRIMARY KEY NOT NULL"#),
    ("$version", r#""$version" INTEGER NOT NULL"#),
    ("$created", r#""$created" INTEGER NOT NULL"#),
    ("$updated", r#""$updated" INTEGER NOT NULL"#),
    ("$deleted", r#""$deleted" INTEGER"#),
    (
        "$visibility",
        r#""$visibility" TEXT NOT NULL DEFAULT 'user' CHECK ("$visibility" IN ('public', 'unlisted', 'org', 'user'))"#,
    ),
];

/// An identifier as SQL takes it whatever it contains, reserved words included.
///
/// ```
/// use dotdo_core::table::quote;
///
/// assert_eq!(quote("order"), r#""order""#);
/// assert_eq!(quote(r#"a"b"#), r#""a""b""#);
/// ```
pub fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as an SQL literal.
///
/// A `NUL` would end the statement, so a text with one is written as the bytes it consists of.
///
/// ```
/// use dotdo_core::table::quote_text;
///
/// assert_eq!(quote_text("it's"), "'it''s'");
/// assert_eq!(quote_text("\0"), "(CAST(X'00' AS TEXT))");
/// ```
pub fn quote_text(text: &str) -> String {
    if text.contains('\0') {
        format!("(CAST({} AS TEXT))", quote_bytes(text.as_bytes()))
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

fn quote_bytes(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut sql = String::with_capacity(bytes.len() * 2 + 3);
    sql.push_str("X'");
    for byte in bytes {
        // Writing to a `String` cannot fail.
        let _ = write!(sql, "{byte:02X}");
    }
    sql.push('\'');
    sql
}

fn real(value: f64) -> String {
    if value.is_nan() {
        // SQLite has no NaN: it stores NULL.
        "NULL".into()
    } else if value.is_infinite() {
        if value > 0.0 {
            "9e999".into()
        } else {
            "-9e999".into()
        }
    } else {
        // `{:?}` always has a point or an exponent, so SQL reads a float back, and the same one.
        format!("{value:?}")
    }
}

impl Literal {
    /// The literal in SQL.
    pub fn sql(&self) -> String {
        match self {
            Literal::Null => "NULL".into(),
            Literal::Integer(value) => value.to_string(),
            Literal::Real(value) => real(*value),
            Literal::Text(text) => quote_text(text),
            Literal::Blob(bytes) => quote_bytes(bytes),
        }
    }

    /// Whether the database takes the literal as a constant, which `ALTER TABLE … ADD COLUMN` asks for.
    pub(crate) fn is_constant(&self) -> bool {
        !matches!(self, Literal::Text(text) if text.contains('\0'))
    }

    /// Whether rows get `NULL` from it.
    pub(crate) fn is_null(&self) -> bool {
        match self {
            Literal::Null => true,
            Literal::Real(value) => value.is_nan(),
            _ => false,
        }
    }
}

impl Bound {
    /// The number in SQL.
    pub fn sql(&self) -> String {
        match self {
            Bound::Integer(value) => value.to_string(),
            Bound::Real(value) => real(*value),
        }
    }
}

impl ColumnType {
    /// The type in SQL: one of the five that a `STRICT` table knows.
    pub fn sql(self) -> &'static str {
        match self {
            ColumnType::Integer | ColumnType::Boolean | ColumnType::Timestamp => "INTEGER",
            ColumnType::Real => "REAL",
            ColumnType::Blob => "BLOB",
            ColumnType::Text
            | ColumnType::Json
            | ColumnType::Date
            | ColumnType::Time
            | ColumnType::Decimal
            | ColumnType::Reference => "TEXT",
        }
    }
}

impl Column {
    /// The column in a `CREATE TABLE` or `ADD COLUMN` statement.
    pub fn definition(&self) -> String {
        let mut sql = format!("{} {}", quote(&self.name), self.ty.sql());
        if !self.nullable {
            sql.push_str(" NOT NULL");
        }
        if let Some(default) = &self.default {
            sql.push_str(" DEFAULT ");
            sql.push_str(&default.sql());
        }
        for check in self.checks() {
            // A condition that ends in a comment must not swallow the parenthesis.
            let end = if check.contains("--") { "\n)" } else { ")" };
            sql.push_str(" CHECK (");
            sql.push_str(&check);
            sql.push_str(end);
        }
        sql
    }

    /// The conditions on the column, in SQL. `NULL` meets all of them.
    fn checks(&self) -> Vec<String> {
        let name = quote(&self.name);
        let mut checks = Vec::new();
        match self.ty {
            ColumnType::Boolean => checks.push(format!("{name} IN (0, 1)")),
            ColumnType::Json => checks.push(format!("json_valid({name})")),
            _ => {}
        }
        if !self.choices.is_empty() {
            let choices: Vec<String> = self
                .choices
                .iter()
                .map(|choice| quote_text(choice))
                .collect();
            checks.push(format!("{name} IN ({})", choices.join(", ")));
        }
        if let Some(Range { min, max }) = self.range {
            // Text does not compare like the number it spells.
            let value = if self.ty == ColumnType::Decimal {
                format!("CAST({name} AS REAL)")
            } else {
                name
            };
            let min = min.map(|min| format!("{value} >= {}", min.sql()));
            let max = max.map(|max| format!("{value} <= {}", max.sql()));
            checks.extend(min.into_iter().chain(max));
        }
        checks.extend(self.check.clone());
        checks
    }
}

/// An index of a table, by name and statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    /// Its name: `{table}.{column}.unique` or `{table}.{column}.index`.
    pub name: String,
    /// The column it is on.
    pub column: String,
    /// Whether it is a unique index.
    pub unique: bool,
    /// The statement that creates it.
    pub sql: String,
}

impl Table {
    /// The statements that create the table, its indexes and its search index, always in this order.
    ///
    /// ```
    /// use dotdo_core::table::{Column, ColumnType, Table};
    ///
    /// let email = Column { unique: true, ..Column::new("email", ColumnType::Text) };
    /// let statements = Table::new("Customer", vec![email]).create();
    /// assert!(statements[0].starts_with(r#"CREATE TABLE "customers" ("#));
    /// assert_eq!(
    ///     statements[1],
    ///     r#"CREATE UNIQUE INDEX "customers.email.unique" ON "customers" ("email") WHERE "$deleted" IS NULL"#,
    /// );
    /// ```
    pub fn create(&self) -> Vec<String> {
        let mut statements = vec![self.create_table(&self.name)];
        statements.extend(self.indexes().into_iter().map(|index| index.sql));
        statements.extend(self.create_search());
        statements
    }

    /// The `CREATE TABLE` statement under another name, for a rebuild.
    pub(crate) fn create_table(&self, name: &str) -> String {
        let system = SYSTEM_COLUMNS
            .iter()
            .map(|(_, definition)| (*definition).to_string());
        let columns: Vec<String> = system
            .chain(self.columns.iter().map(Column::definition))
            .collect();
        format!(
            "CREATE TABLE {} (\n  {}\n) STRICT",
            quote(name),
            columns.join(",\n  ")
        )
    }

    /// The indexes, in the order of their columns.
    pub fn indexes(&self) -> Vec<Index> {
        let mut indexes = Vec::new();
        for column in &self.columns {
            let (table, name) = (&self.name, &column.name);
            if column.unique {
                let index = format!("{table}.{name}.unique");
                let sql = format!(
                    r#"CREATE UNIQUE INDEX {} ON {} ({}) WHERE "$deleted" IS NULL"#,
                    quote(&index),
                    quote(table),
                    quote(name)
                );
                indexes.push(Index {
                    name: index,
                    column: name.clone(),
                    unique: true,
                    sql,
                });
            }
            // A partial index serves only queries that repeat its condition, so a column that is
            // both unique and indexed gets both.
            if column.index {
                let index = format!("{table}.{name}.index");
                let sql = format!(
                    "CREATE INDEX {} ON {} ({})",
                    quote(&index),
                    quote(table),
                    quote(name)
                );
                indexes.push(Index {
                    name: index,
                    column: name.clone(),
                    unique: false,
                    sql,
                });
            }
        }
        indexes
    }

    /// The name of the full-text table.
    pub fn search_name(&self) -> String {
        format!("{}.search", self.name)
    }

    /// The full-text table and the triggers that keep it equal to the rows; empty without searched columns.
    pub(crate) fn create_search(&self) -> Vec<String> {
        let columns: Vec<String> = self
            .searched()
            .iter()
            .map(|column| quote(&column.name))
            .collect();
        if columns.is_empty() {
            return Vec::new();
        }
        let search = quote(&self.search_name());
        let table = quote(&self.name);
        let list = columns.join(", ");
        let of = |row: &str| {
            columns
                .iter()
                .map(|name| format!("{row}.{name}"))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let (new, old) = (of("new"), of("old"));
        // FTS5 forgets a row only when told its old text.
        let remove = format!(
            "INSERT INTO {search} ({search}, rowid, {list}) VALUES ('delete', old._rowid_, {old});"
        );
        let add = format!("INSERT INTO {search} (rowid, {list}) VALUES (new._rowid_, {new});");
        let trigger = |event: &str, when: &str, body: &str| {
            let name = quote(&format!("{}.search.{event}", self.name));
            format!("CREATE TRIGGER {name} AFTER {when} ON {table} BEGIN\n  {body}\nEND")
        };
        vec![
            format!(
                "CREATE VIRTUAL TABLE {search} USING fts5({list}, content = {}, content_rowid = '_rowid_', tokenize = 'unicode61 remove_diacritics 2')",
                quote_text(&self.name)
            ),
            trigger("insert", "INSERT", &add),
            trigger(
                "update",
                &format!("UPDATE OF {list}"),
                &format!("{remove}\n  {add}"),
            ),
            trigger("delete", "DELETE", &remove),
        ]
    }

    /// The statements that remove what [`create_search`](Self::create_search) made.
    pub(crate) fn drop_search(&self) -> Vec<String> {
        if self.searched().is_empty() {
            return Vec::new();
        }
        ["insert", "update", "delete"]
            .iter()
            .map(|event| {
                format!(
                    "DROP TRIGGER {}",
                    quote(&format!("{}.search.{event}", self.name))
                )
            })
            .chain([format!("DROP TABLE {}", quote(&self.search_name()))])
            .collect()
    }

    /// The statement that fills the search index from the rows again, if the table has one.
    pub fn reindex(&self) -> Option<String> {
        let search = quote(&self.search_name());
        (!self.searched().is_empty())
            .then(|| format!("INSERT INTO {search} ({search}) VALUES ('rebuild')"))
    }
}
