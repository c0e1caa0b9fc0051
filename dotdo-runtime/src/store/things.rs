//! The things: rows of nouns, read and written without knowing their types.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use dotdo_core::order::sort_by;
use dotdo_core::table::quote;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Page, Reader, instant, memory, signed, unsigned};
use crate::error::{Error, ErrorKind, Result};
use crate::host::Sql;
use crate::json::Json;
use crate::noun::{ColumnDef, NounDef};
use crate::object::turn::{Row, names, places};
use crate::query::{Compare, Expr, FindSpec};
use crate::value::{Cell, ColumnType, Embedding, Shape, Value};

/// A thing of any noun: the seed's *Thing*.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Thing {
    /// The noun.
    pub noun: String,
    /// Its id.
    pub id: String,
    /// Its version, counted from 1.
    pub version: u64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
    /// When it was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<DateTime<Utc>>,
    /// Who may see it.
    pub visibility: String,
    /// Its fields.
    pub data: Json,
}

impl Thing {
    pub(crate) fn of(def: &'static NounDef, row: &Row) -> Result<Self> {
        Ok(Self {
            noun: def.name.to_owned(),
            id: row.id.clone(),
            version: row.version,
            created_at: instant(row.created),
            updated_at: instant(row.updated),
            deleted_at: row.deleted.map(instant),
            visibility: row.visibility.clone(),
            data: data(def, &row.cells)?,
        })
    }
}

const SYSTEM: &str = r#""$id", "$version", "$created", "$updated", "$deleted", "$visibility""#;
const SYSTEM_COUNT: usize = 6;

fn columns(def: &NounDef) -> String {
    if def.columns.is_empty() {
        SYSTEM.to_owned()
    } else {
        format!("{SYSTEM}, {}", names(def.columns.iter().map(|c| c.name)))
    }
}

/// The system columns and the columns of a row.
pub(crate) fn all_cells(row: &Row) -> Vec<Cell> {
    let mut cells: Vec<Cell> = vec![
        row.id.as_str().into(),
        Cell::Integer(signed(row.version)),
        row.created.into(),
        row.updated.into(),
        row.deleted.into(),
        row.visibility.as_str().into(),
    ];
    cells.extend(row.cells.iter().cloned());
    cells
}

#[allow(
    clippy::cast_precision_loss,
    reason = "it was a float, and is none because of its host alone"
)]
fn read(def: &NounDef, cells: Vec<Cell>) -> Row {
    let mut row = Reader::new(cells);
    let mut row = Row {
        id: row.text(),
        version: unsigned(row.integer()),
        created: row.integer(),
        updated: row.integer(),
        deleted: row.integer_or_null(),
        visibility: row.text(),
        cells: row.rest(),
    };
    // Where numbers have one type, a whole float comes back as an integer.
    for (cell, column) in row.cells.iter_mut().zip(def.columns) {
        if let (Cell::Integer(n), ColumnType::Real) = (&*cell, column.shape.column()) {
            *cell = Cell::Real(*n as f64);
        }
    }
    row
}

pub(crate) fn load(sql: &dyn Sql, def: &NounDef, id: &str) -> Result<Option<Row>> {
    memory::row(sql, def, id, || ask(sql, def, id))
}

fn ask(sql: &dyn Sql, def: &NounDef, id: &str) -> Result<Option<Row>> {
    let rows = sql.query(
        &format!(
            r#"SELECT {} FROM {} WHERE "$id" = ?1"#,
            columns(def),
            quote(def.table)
        ),
        &[id.into()],
    )?;
    Ok(rows.into_iter().next().map(|row| read(def, row)))
}

pub(crate) fn insert(sql: &dyn Sql, def: &NounDef, row: &Row) -> Result<()> {
    let text = format!(
        "INSERT INTO {} ({}) VALUES ({})",
        quote(def.table),
        columns(def),
        places(1, SYSTEM_COUNT + def.columns.len())
    );
    sql.execute(&text, &all_cells(row))
        .map_err(|e| explain(def, e))?;
    memory::wrote_row(sql, def, row);
    Ok(())
}

/// Stores what is new in a row: what a statement does not name need not be looked up in an index.
pub(crate) fn update(sql: &dyn Sql, def: &NounDef, before: &Row, row: &Row) -> Result<()> {
    let mut text = format!(
        r#"UPDATE {} SET "$version" = ?2, "$updated" = ?3"#,
        quote(def.table)
    );
    let mut cells: Vec<Cell> = vec![
        row.id.as_str().into(),
        Cell::Integer(signed(row.version)),
        row.updated.into(),
    ];
    let mut set = |column: &str, cell: Cell| {
        cells.push(cell);
        let _ = write!(text, ", {} = ?{}", quote(column), cells.len());
    };
    let mut certain = memory::is_own(sql, def, &row.id);
    if before.created != row.created {
        set("$created", row.created.into());
    }
    if before.deleted != row.deleted {
        set("$deleted", row.deleted.into());
    }
    if before.visibility != row.visibility {
        set("$visibility", row.visibility.as_str().into());
        certain = false;
    }
    for ((column, cell), old) in def.columns.iter().zip(&row.cells).zip(&before.cells) {
        if cell != old {
            set(column.name, cell.clone());
            certain &= takes(column, cell);
        }
    }
    text.push_str(r#" WHERE "$id" = ?1"#);
    if certain {
        sql.overwrite(&text, &cells)?;
    } else {
        sql.change(&text, &cells).map_err(|e| explain(def, e))?;
    }
    memory::wrote_row(sql, def, row);
    Ok(())
}

/// Whether it is certain that a column takes a value. Where there is a condition, `SQLite` has the last word.
fn takes(column: &ColumnDef, cell: &Cell) -> bool {
    let is_free = column.check.is_none()
        && column.range.is_none()
        && !column.unique
        && column.shape.choices().is_empty();
    is_free
        && match (cell, column.shape.column()) {
            (Cell::Null, _) => column.nullable,
            (Cell::Integer(0 | 1), ColumnType::Boolean)
            | (Cell::Integer(_), ColumnType::Integer | ColumnType::Timestamp)
            | (
                Cell::Text(_),
                ColumnType::Text
                | ColumnType::Date
                | ColumnType::Time
                | ColumnType::Decimal
                | ColumnType::Reference,
            )
            | (Cell::Blob(_), ColumnType::Blob) => true,
            // What is no number would be NULL.
            (Cell::Real(n), ColumnType::Real) => !n.is_nan(),
            _ => false,
        }
}

/// Stores the state of an object noun in the tenant's directory, unless a newer one is there.
pub(crate) fn mirror(sql: &dyn Sql, def: &NounDef, cells: Vec<Cell>) -> Result<()> {
    if cells.len() != SYSTEM_COUNT + def.columns.len() {
        // Written by a program of another version; that object's next change brings the new form.
        return Ok(());
    }
    let row = read(def, cells);
    match load(sql, def, &row.id)? {
        None => insert(sql, def, &row),
        Some(old) if old.version < row.version => update(sql, def, &old, &row),
        Some(_) => Ok(()),
    }
}

/// Turns `SQLite`'s word on a broken constraint into one about the field.
fn explain(def: &NounDef, error: Error) -> Error {
    let message = error.message();
    let column_of = |mark: &str| {
        let at = message.find(mark)? + mark.len();
        let name = message[at..]
            .split([',', ' ', '\''])
            .next()?
            .rsplit('.')
            .next()?;
        def.columns.iter().find(|c| c.name == name)
    };
    if message.contains("UNIQUE constraint failed")
        && let Some(column) = column_of("UNIQUE constraint failed: ")
    {
        let text = format!("another {} has this `{}` already", def.name, column.name);
        return Error::new(ErrorKind::Conflict, text);
    }
    if message.contains("CHECK constraint failed") {
        let failed = message
            .split("CHECK constraint failed: ")
            .nth(1)
            .unwrap_or_default();
        if let Some(column) = def.columns.iter().find(|c| {
            failed.contains(&quote(c.name))
                || failed
                    .split(|ch: char| !ch.is_alphanumeric() && ch != '_')
                    .any(|word| word == c.name)
        }) {
            return Error::invalid_field(column.name, rule(column));
        }
        return Error::invalid(format_args!("a {} must satisfy {failed}", def.name));
    }
    error
}

fn rule(column: &ColumnDef) -> String {
    if let Some((min, max)) = column.range {
        return match (min, max) {
            (Some(min), Some(max)) => format!("must be from {min} to {max}"),
            (Some(min), None) => format!("must be at least {min}"),
            (None, Some(max)) => format!("must be at most {max}"),
            (None, None) => "is out of range".to_owned(),
        };
    }
    if let Some(check) = column.check {
        return format!("must satisfy {check}");
    }
    let choices = column.shape.choices();
    if choices.is_empty() {
        "has a value that its column does not allow".to_owned()
    } else {
        format!("must be one of {}", choices.join(", "))
    }
}

/// The JSON of the columns, as the noun's own `Serialize` would write it.
pub(crate) fn data(def: &NounDef, cells: &[Cell]) -> Result<Json> {
    let mut text = String::from("{");
    for (column, cell) in def.columns.iter().zip(cells) {
        if text.len() > 1 {
            text.push(',');
        }
        let _ = write!(text, "\"{}\":", column.name);
        push_cell(&mut text, column.shape, cell)?;
    }
    text.push('}');
    Json::parse(text)
}

fn push_cell(text: &mut String, shape: Shape, cell: &Cell) -> Result<()> {
    match (cell, shape.column()) {
        (Cell::Null, _) => text.push_str("null"),
        (Cell::Integer(n), ColumnType::Boolean) => {
            text.push_str(if *n == 0 { "false" } else { "true" });
        }
        (Cell::Integer(n), ColumnType::Timestamp) => push_json(text, &instant(*n))?,
        (Cell::Integer(n), _) => {
            let _ = write!(text, "{n}");
        }
        (Cell::Real(n), _) => push_json(text, n)?,
        (Cell::Text(json), ColumnType::Json) => text.push_str(json),
        (Cell::Text(plain), _) => push_json(text, plain)?,
        (Cell::Blob(_), _)
            if matches!(shape, Shape::Embedding | Shape::Optional(&Shape::Embedding)) =>
        {
            push_json(text, &Embedding::from_cell(cell.clone())?)?;
        }
        (Cell::Blob(bytes), _) => push_json(text, bytes)?,
    }
    Ok(())
}

fn push_json<T: Serialize + ?Sized>(text: &mut String, value: &T) -> Result<()> {
    text.push_str(Json::of(value)?.text());
    Ok(())
}

/// The fields of an object in JSON, in their order.
pub(crate) fn members(json: &Json) -> Result<Vec<(String, Box<RawValue>)>> {
    struct Members(Vec<(String, Box<RawValue>)>);
    impl<'de> Deserialize<'de> for Members {
        fn deserialize<D: serde::Deserializer<'de>>(
            deserializer: D,
        ) -> std::result::Result<Self, D::Error> {
            struct Visitor;
            impl<'de> serde::de::Visitor<'de> for Visitor {
                type Value = Members;
                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("an object such as {\"name\": …}")
                }
                fn visit_map<A: serde::de::MapAccess<'de>>(
                    self,
                    mut map: A,
                ) -> std::result::Result<Members, A::Error> {
                    let mut members = Vec::new();
                    while let Some(entry) = map.next_entry()? {
                        members.push(entry);
                    }
                    Ok(Members(members))
                }
            }
            deserializer.deserialize_map(Visitor)
        }
    }
    json.read::<Members>().map(|m| m.0)
}

/// Checks the names of the fields of an input; system members (`$id`, `createdAt` …) are passed over, so that what
/// was read can be sent back.
pub(crate) fn check_fields(def: &NounDef, json: &Json) -> Result<Json> {
    let mut text = String::from("{");
    for (name, value) in members(json)? {
        if name.starts_with('$')
            || matches!(
                name.as_str(),
                "createdAt" | "updatedAt" | "deletedAt" | "visibility"
            ) && !def.columns.iter().any(|c| c.name == name)
        {
            continue;
        }
        if !def.columns.iter().any(|c| c.name == name) {
            let known: Vec<_> = def.columns.iter().map(|c| c.name).collect();
            let hint = match dotdo_core::nearest(&name, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("its fields are {}", known.join(", ")),
            };
            return Err(Error::invalid_field(
                name,
                format_args!("a {} has no such field; {hint}", def.name),
            ));
        }
        if text.len() > 1 {
            text.push(',');
        }
        push_json(&mut text, &name)?;
        text.push(':');
        text.push_str(value.get());
    }
    text.push('}');
    Json::parse(text)
}

/// RFC 7396: the members of the patch replace those of the target, objects are merged, `null` removes.
pub(crate) fn merge(target: &mut serde_json::Value, patch: serde_json::Value) {
    match (target, patch) {
        (serde_json::Value::Object(target), serde_json::Value::Object(patch)) => {
            for (name, value) in patch {
                if value.is_null() {
                    target.insert(name, value);
                } else {
                    merge(target.entry(name).or_insert(serde_json::Value::Null), value);
                }
            }
        }
        (target, patch) => *target = patch,
    }
}

// ---- questions ----

struct Question<'a> {
    def: &'a NounDef,
    text: String,
    params: Vec<Cell>,
}

impl Question<'_> {
    fn param(&mut self, cell: Cell) -> String {
        self.params.push(cell);
        format!("?{}", self.params.len())
    }

    fn column(&self, name: &str) -> Result<String> {
        let system = match name {
            "$id" | "$version" | "$visibility" => Some(name),
            "createdAt" | "$created" => Some("$created"),
            "updatedAt" | "$updated" => Some("$updated"),
            _ => None,
        };
        if let Some(column) = self
            .def
            .columns
            .iter()
            .find(|c| c.name == name)
            .map(|c| c.name)
            .or(system)
        {
            return Ok(quote(column));
        }
        let known: Vec<_> = self.def.columns.iter().map(|c| c.name).collect();
        let hint = dotdo_core::nearest(name, known.iter().copied()).map_or_else(
            || format!("it has {}", known.join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        Err(Error::invalid_field(
            name,
            format_args!("{} has no such column; {hint}", self.def.name),
        ))
    }

    fn condition(&mut self, expr: &Expr) -> Result<String> {
        Ok(match expr {
            Expr::All => "1".to_owned(),
            Expr::Bad(why) => return Err(Error::invalid(why)),
            Expr::Null { column } => format!("{} IS NULL", self.column(column)?),
            Expr::Compare { column, op, value } => {
                let op = match op {
                    Compare::Eq => "IS",
                    Compare::Ne => "IS NOT",
                    Compare::Lt => "<",
                    Compare::Le => "<=",
                    Compare::Gt => ">",
                    Compare::Ge => ">=",
                };
                // A decimal is text in the file, and compares as a number only when cast.
                let is_decimal = self
                    .def
                    .columns
                    .iter()
                    .any(|c| c.name == column && c.ty() == ColumnType::Decimal);
                let (column, value) = (self.column(column)?, self.param(value.clone()));
                if is_decimal {
                    format!("CAST({column} AS REAL) {op} CAST({value} AS REAL)")
                } else {
                    format!("{column} {op} {value}")
                }
            }
            Expr::In { column, values } => {
                // One parameter however many values there are: a host allows a hundred parameters.
                let list = Json::of(values)?;
                format!(
                    "{} IN (SELECT value FROM json_each({}))",
                    self.column(column)?,
                    self.param((&list).into())
                )
            }
            Expr::Contains {
                column,
                text,
                prefix,
            } => {
                let (column, text) = (self.column(column)?, self.param(text.as_str().into()));
                // Not LIKE: its patterns are limited to fifty bytes on some hosts, and `%` would need escaping.
                let op = if *prefix { "= 1" } else { "> 0" };
                format!("instr(lower({column}), lower({text})) {op}")
            }
            Expr::And(parts) => self.joined(parts, " AND ")?,
            Expr::Or(parts) => self.joined(parts, " OR ")?,
            Expr::Not(inner) => format!("NOT ({})", self.condition(inner)?),
        })
    }

    fn joined(&mut self, parts: &[Expr], with: &str) -> Result<String> {
        let parts = parts
            .iter()
            .map(|p| self.condition(p))
            .collect::<Result<Vec<_>>>()?;
        Ok(format!("({})", parts.join(with)))
    }

    /// FROM and WHERE of the question, without the cursor.
    fn source(&mut self, spec: &FindSpec) -> Result<()> {
        let table = quote(self.def.table);
        let _ = write!(self.text, " FROM {table} WHERE ");
        if !spec.deleted {
            self.text.push_str(r#""$deleted" IS NULL AND "#);
        }
        if let Some(words) = &spec.search {
            if !self.def.columns.iter().any(|c| c.search) {
                return Err(Error::invalid_field(
                    "q",
                    format_args!("{} has no field marked #[search]", self.def.name),
                ));
            }
            let search = quote(&format!("{}.search", self.def.table));
            let words = self.param(match_all(words).into());
            let _ = write!(
                self.text,
                "{table}._rowid_ IN (SELECT rowid FROM {search} WHERE {search} MATCH {words}) AND "
            );
        }
        let condition = self.condition(&spec.filter.0)?;
        self.text.push_str(&condition);
        Ok(())
    }

    /// The condition that a row comes after the one with the cursor's id, and the ORDER BY.
    fn order(&mut self, sql: &dyn Sql, spec: &FindSpec) -> Result<()> {
        let table = quote(self.def.table);
        let mut keys = spec
            .order
            .iter()
            .map(|o| Ok((self.column(&o.column)?, o.descending)))
            .collect::<Result<Vec<_>>>()?;
        let descending = keys.last().is_some_and(|(_, d)| *d);
        keys.push((r#""$id""#.to_owned(), descending));
        if let Some(after) = &spec.after {
            if load(sql, self.def, after)?.is_none() {
                return Err(Error::invalid_field(
                    "after",
                    "is no place in this list; use the `next` of a page",
                ));
            }
            let after = self.param(after.as_str().into());
            // (a, b, id) comes after the cursor's: a later, or a equal and b later, or …  NULL sorts first in SQLite.
            let mut equal = String::new();
            let mut parts = Vec::new();
            for (column, descending) in &keys {
                let theirs = format!(r#"(SELECT {column} FROM {table} WHERE "$id" = {after})"#);
                let later = if *descending {
                    format!("({column} < {theirs} OR ({column} IS NULL AND {theirs} IS NOT NULL))")
                } else {
                    format!("({column} > {theirs} OR ({column} IS NOT NULL AND {theirs} IS NULL))")
                };
                parts.push(format!("({equal}{later})"));
                let _ = write!(equal, "{column} IS {theirs} AND ");
            }
            let _ = write!(self.text, " AND ({})", parts.join(" OR "));
        }
        let order: Vec<_> = keys
            .iter()
            .map(|(column, descending)| {
                format!("{column}{}", if *descending { " DESC" } else { "" })
            })
            .collect();
        let _ = write!(self.text, " ORDER BY {}", order.join(", "));
        Ok(())
    }
}

/// Every word must be there; quotes keep FTS5's own operators out of it.
fn match_all(words: &str) -> String {
    words
        .split_whitespace()
        .map(|word| format!("\"{}\"*", word.replace('"', "\"\"")))
        .collect::<Vec<_>>()
        .join(" ")
}

/// The greatest number of rows of one page.
pub(crate) const MAX_LIMIT: u32 = 1000;

pub(crate) fn find(sql: &dyn Sql, def: &'static NounDef, spec: &FindSpec) -> Result<Page<Thing>> {
    if let Some((column, point)) = &spec.near {
        return near(sql, def, spec, column, point);
    }
    let limit = spec.limit.unwrap_or(100).min(MAX_LIMIT);
    if spec
        .search
        .as_deref()
        .is_some_and(|words| words.trim().is_empty())
    {
        return Err(Error::invalid_field(
            "q",
            "is empty; give at least one word",
        ));
    }
    let mut question = Question {
        def,
        text: format!("SELECT {}", columns(def)),
        params: Vec::new(),
    };
    question.source(spec)?;
    question.order(sql, spec)?;
    let _ = write!(question.text, " LIMIT {}", u64::from(limit) + 1);
    let rows: Vec<Row> = sql
        .query(&question.text, &question.params)?
        .into_iter()
        .map(|row| read(def, row))
        .collect();
    let page = Page::cut(rows, limit, |row| row.id.clone());
    let items = page
        .items
        .iter()
        .map(|row| Thing::of(def, row))
        .collect::<Result<_>>()?;
    Ok(Page {
        items,
        next: page.next,
    })
}

pub(crate) fn count(sql: &dyn Sql, def: &'static NounDef, spec: &FindSpec) -> Result<u64> {
    let mut question = Question {
        def,
        text: "SELECT count(*)".to_owned(),
        params: Vec::new(),
    };
    question.source(spec)?;
    let rows = sql.query(&question.text, &question.params)?;
    Ok(rows
        .into_iter()
        .next()
        .map_or(0, |row| unsigned(Reader::new(row).integer())))
}

/// An exact scan: 128 numbers a row are compared in well under a microsecond.
fn near(
    sql: &dyn Sql,
    def: &'static NounDef,
    spec: &FindSpec,
    column: &str,
    point: &[f32],
) -> Result<Page<Thing>> {
    let point = Embedding::new(
        point
            .try_into()
            .map_err(|_| Error::invalid("an embedding has 128 numbers"))?,
    );
    let place = def
        .columns
        .iter()
        .position(|c| c.name == column)
        .ok_or_else(|| Error::invalid_field(column, "there is no such column"))?;
    let mut question = Question {
        def,
        text: format!("SELECT {}", columns(def)),
        params: Vec::new(),
    };
    question.source(spec)?;
    let mut found = Vec::new();
    for row in sql.query(&question.text, &question.params)? {
        let row = read(def, row);
        if let Some(cell @ Cell::Blob(_)) = row.cells.get(place) {
            found.push((Embedding::from_cell(cell.clone())?.similarity(&point), row));
        }
    }
    sort_by(&mut found, |(a, _), (b, _)| b.total_cmp(a));
    found.truncate(spec.limit.unwrap_or(10).min(MAX_LIMIT) as usize);
    let items = found
        .iter()
        .map(|(_, row)| Thing::of(def, row))
        .collect::<Result<_>>()?;
    Ok(Page { items, next: None })
}
