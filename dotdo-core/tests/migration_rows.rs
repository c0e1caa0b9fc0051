//! Plans run by a database: a migrated database has the schema of a fresh one, and every row.

use std::collections::BTreeMap;

use dotdo_core::migration::{Plan, plan};
use dotdo_core::table::{
    Bound, Column, ColumnType, Literal, Range, SYSTEM_COLUMNS, Schema, Table, quote,
};
use proptest::prelude::*;
use rusqlite::Connection;
use rusqlite::types::Value;

/// Runs a plan in one transaction, as a host does.
fn run(db: &mut Connection, plan: &Plan) -> Result<(), String> {
    let tx = db.transaction().unwrap();
    for sql in plan.sql() {
        tx.execute(sql, [])
            .map_err(|error| format!("{sql}: {error}"))?;
    }
    tx.commit().map_err(|error| error.to_string())
}

fn fresh(schema: &Schema) -> Connection {
    let db = Connection::open_in_memory().unwrap();
    for sql in schema.create() {
        db.execute(&sql, [])
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    db
}

/// Everything in `sqlite_master`, with the columns of a table in an order of their own: `ALTER TABLE` adds at the end.
fn described(db: &Connection) -> BTreeMap<(String, String), Vec<String>> {
    let mut statement = db
        .prepare("SELECT type, name, coalesce(sql, '') FROM sqlite_master")
        .unwrap();
    let rows = statement
        .query_map([], |row| {
            let (kind, name, sql): (String, String, String) =
                (row.get(0)?, row.get(1)?, row.get(2)?);
            let parts = if kind == "table" {
                top_level_parts(&sql)
            } else {
                vec![sql]
            };
            Ok(((kind, name), parts))
        })
        .unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

/// Splits a statement at the commas between its column definitions, and sorts.
fn top_level_parts(sql: &str) -> Vec<String> {
    let (mut depth, mut quoted, mut part, mut parts) = (0, None, String::new(), Vec::new());
    for c in sql.chars() {
        match (c, quoted) {
            ('\'' | '"', None) => quoted = Some(c),
            (c, Some(open)) if c == open => quoted = None,
            ('(', None) => depth += 1,
            (')', None) => depth -= 1,
            _ => {}
        }
        let ends = quoted.is_none()
            && ((c == ',' && depth == 1)
                || (depth == 0 && c == ')')
                || (depth == 1 && c == '(' && parts.is_empty()));
        if ends {
            parts.push(part.trim().to_string());
            part.clear();
        } else {
            part.push(c);
        }
    }
    parts.push(part.trim().to_string());
    parts.sort();
    parts
}

type Rows = BTreeMap<String, (i64, BTreeMap<String, Value>)>;

/// The rows of a table: by id, the rowid and the columns.
fn rows(db: &Connection, table: &Table) -> Rows {
    let names: Vec<&str> = SYSTEM_COLUMNS
        .iter()
        .map(|(name, _)| *name)
        .chain(table.columns.iter().map(|column| column.name.as_str()))
        .collect();
    let list: Vec<String> = names.iter().map(|name| quote(name)).collect();
    let mut statement = db
        .prepare(&format!(
            "SELECT _rowid_, {} FROM {}",
            list.join(", "),
            quote(&table.name)
        ))
        .unwrap();
    let rows = statement
        .query_map([], |row| {
            let id: String = row.get(1)?;
            let mut values = BTreeMap::new();
            for (i, name) in names.iter().enumerate() {
                values.insert((*name).to_string(), row.get(i + 1)?);
            }
            Ok((id, (row.get(0)?, values)))
        })
        .unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

fn default_value(literal: &Literal) -> Value {
    match literal {
        Literal::Null => Value::Null,
        Literal::Integer(value) => Value::Integer(*value),
        Literal::Real(value) => Value::Real(*value),
        Literal::Text(text) => Value::Text(text.clone()),
        Literal::Blob(bytes) => Value::Blob(bytes.clone()),
    }
}

fn literal(ty: ColumnType, n: i64) -> Literal {
    match ty {
        ColumnType::Boolean => Literal::Integer(n & 1),
        ColumnType::Integer | ColumnType::Timestamp => Literal::Integer(n),
        #[allow(clippy::cast_precision_loss)]
        ColumnType::Real => Literal::Real(n as f64 + 0.5),
        ColumnType::Blob => Literal::Blob(n.to_le_bytes().to_vec()),
        ColumnType::Json => Literal::Text(format!("[{n}]")),
        _ => Literal::Text(format!("it's \"{n}\"")),
    }
}

fn value(column: &Column, n: i64) -> Value {
    if column.nullable && n % 3 == 0 {
        return Value::Null;
    }
    match column
        .choices
        .get(usize::try_from(n).unwrap() % column.choices.len().max(1))
    {
        Some(choice) => Value::Text(choice.clone()),
        None => default_value(&literal(column.ty, n)),
    }
}

/// Writes two rows into each table, one of them deleted.
fn fill(db: &Connection, schema: &Schema, n: &mut i64) {
    for table in &schema.tables {
        for deleted in [Value::Null, Value::Integer(5)] {
            *n += 1;
            let columns = table.columns.iter().fold(String::new(), |names, column| {
                names + ", " + &quote(&column.name)
            });
            let marks = ", ?".repeat(table.columns.len());
            let sql = format!(
                r#"INSERT INTO {} ("$id", "$version", "$created", "$updated", "$visibility", "$deleted"{columns}) VALUES (?, 1, 2, 3, 'org', ?{marks})"#,
                quote(&table.name)
            );
            let system = [Value::Text(format!("id{n}")), deleted];
            let values = system
                .into_iter()
                .chain(table.columns.iter().map(|column| value(column, *n)));
            db.execute(&sql, rusqlite::params_from_iter(values))
                .unwrap_or_else(|error| panic!("{sql}: {error}"));
        }
    }
}

const NOUNS: [&str; 4] = ["Customer", "Order", "Group", "Index"];
const TYPES: [ColumnType; 11] = [
    ColumnType::Integer,
    ColumnType::Real,
    ColumnType::Boolean,
    ColumnType::Text,
    ColumnType::Blob,
    ColumnType::Json,
    ColumnType::Timestamp,
    ColumnType::Date,
    ColumnType::Time,
    ColumnType::Decimal,
    ColumnType::Reference,
];
const WORDS: [&str; 9] = [
    "order", "select", "name", "values", "größe", "search", "rowid", "check", "oid",
];

/// One edit a person makes to a program: which, and where.
type Edit = (u8, u8, u8);

struct Program {
    schema: Schema,
    names: usize,
    /// Whether the edits since the last version need the user's word.
    refused: bool,
}

impl Program {
    fn name(&mut self) -> String {
        self.names += 1;
        let word = WORDS[self.names % WORDS.len()];
        // The first few are the bare words.
        if self.names <= WORDS.len() {
            word.into()
        } else {
            format!("{word}_{}", self.names)
        }
    }

    /// Applies an edit; `before` is the version whose rows exist.
    // One arm an edit: the list is easiest to check in one piece.
    #[allow(clippy::too_many_lines)]
    fn edit(&mut self, before: &Schema, (kind, a, b): Edit) {
        let n = i64::from(b);
        let ty = TYPES[usize::from(b) % TYPES.len()];
        let count = self.schema.tables.len();
        let name = self.name();
        if kind == 0 || count == 0 {
            let noun = NOUNS[usize::from(a) % NOUNS.len()];
            if self.schema.table(noun).is_none() {
                let mut table = Table::new(noun, vec![]);
                if self
                    .schema
                    .tables
                    .iter()
                    .any(|other| other.name == table.name)
                {
                    table.name = name;
                }
                // A noun that was removed and put back meets its old table.
                self.refused |= before.table(noun).is_some();
                self.schema.tables.push(table);
                self.schema = Schema::new(std::mem::take(&mut self.schema.tables));
            }
            return;
        }
        let at = usize::from(a) % count;
        let other = usize::from(b) % count;
        let was = before.table(&self.schema.tables[at].noun);
        let table = &mut self.schema.tables[at];
        match kind {
            1 => table.columns.push(Column {
                nullable: true,
                ..Column::new(name, ty)
            }),
            2 => table.columns.push(Column {
                default: Some(literal(ty, n)),
                ..Column::new(name, ty)
            }),
            3 => {
                let default = Some(Literal::Text("nul \0".into()));
                table.columns.push(Column {
                    default,
                    ..Column::new(name, ColumnType::Text)
                });
            }
            4 => {
                let choices = vec!["a".into(), "b".into()];
                table.columns.push(Column {
                    choices,
                    nullable: true,
                    ..Column::new(name, ColumnType::Text)
                });
            }
            5 => table.columns.reverse(),
            6 => table.name = name,
            7 => {
                let mine = std::mem::take(&mut table.name);
                let theirs = std::mem::replace(&mut self.schema.tables[other].name, mine.clone());
                self.schema.tables[at].name = if other == at { mine } else { theirs };
            }
            8 if b < 64 => {
                self.refused = true;
                self.schema.tables.remove(at);
            }
            _ if table.columns.is_empty() => {}
            9 if b < 128 => {
                let i = usize::from(b) % table.columns.len();
                self.refused = true;
                table.columns.remove(i);
            }
            _ => {
                let i = usize::from(b) % table.columns.len();
                let column = &mut table.columns[i];
                let origin =
                    was.and_then(|was| was.column(column.was.as_deref().unwrap_or(&column.name)));
                match kind {
                    10 => column.index = !column.index,
                    11 => {
                        column.search =
                            column.ty.sql() == "TEXT" && !column.search && column.name != "rowid";
                    }
                    12 => {
                        let old = origin.map(|old| old.name.clone());
                        column.was = old;
                        column.search &= name != "rowid";
                        column.name = name;
                    }
                    13 => column.nullable = true,
                    14 if column.choices.is_empty() && !column.unique => {
                        column.nullable = false;
                        column.default = Some(literal(column.ty, n));
                    }
                    15 if !column.choices.is_empty() => {
                        column.choices.push(format!("x{}", self.names));
                        column.choices.sort();
                    }
                    16 if column.ty == ColumnType::Integer => {
                        column.range = Some(Range {
                            min: Some(Bound::Integer(-1 - n)),
                            max: None,
                        });
                    }
                    17 => column.check = (b % 2 == 0).then(|| format!("{n} >= 0")),
                    // The values are distinct where nobody chose them.
                    18 if column.nullable
                        && column.default.is_none()
                        && column.choices.is_empty()
                        && column.ty == ColumnType::Text =>
                    {
                        column.unique = !column.unique;
                    }
                    19 if column.range.is_none()
                        && ![ColumnType::Blob, ColumnType::Boolean].contains(&column.ty) =>
                    {
                        self.refused |= origin.is_some_and(|old| old.ty != ColumnType::Text);
                        column.ty = ColumnType::Text;
                        column.default = column
                            .default
                            .as_ref()
                            .map(|_| literal(ColumnType::Text, n));
                    }
                    _ => {}
                }
            }
        }
    }
}

/// Checks that each row is still there, with the values it had.
fn check_rows(old: &Table, new: &Table, before: &Rows, after: &Rows) {
    assert_eq!(
        before.keys().collect::<Vec<_>>(),
        after.keys().collect::<Vec<_>>(),
        "rows of {}",
        new.name
    );
    for (id, (rowid, values)) in before {
        let (new_rowid, new_values) = &after[id];
        assert_eq!(rowid, new_rowid);
        for (name, _) in SYSTEM_COLUMNS {
            assert_eq!(values[name], new_values[name]);
        }
        for column in &new.columns {
            let origin = old
                .column(&column.name)
                .or_else(|| old.column(column.was.as_deref()?));
            let default = column.default.as_ref().map_or(Value::Null, default_value);
            let expected = match origin {
                None => default,
                Some(old) if old.ty.sql() != column.ty.sql() => continue,
                Some(old) if values[&old.name] == Value::Null && !column.nullable => default,
                Some(old) => values[&old.name].clone(),
            };
            assert_eq!(
                new_values[&column.name], expected,
                "{}.{}",
                new.name, column.name
            );
        }
    }
}

fn live(history: &[Vec<Edit>]) {
    let mut db = Connection::open_in_memory().unwrap();
    let mut program = Program {
        schema: Schema::default(),
        names: 0,
        refused: false,
    };
    let mut old = Schema::default();
    let mut n = 0;
    for edits in history {
        program.refused = false;
        for column in program
            .schema
            .tables
            .iter_mut()
            .flat_map(|table| &mut table.columns)
        {
            column.was = None;
        }
        for edit in edits {
            program.edit(&old, *edit);
        }
        let new = program.schema.clone();
        assert_eq!(new.problems(), []);
        let before: BTreeMap<&str, Rows> = old
            .tables
            .iter()
            .map(|table| (table.noun.as_str(), rows(&db, table)))
            .collect();

        let steps = plan(&old, &new);
        assert!(program.refused || steps.refusals().is_empty(), "{steps}");
        assert!(
            steps
                .steps
                .iter()
                .all(|step| !step.destructive || step.refusal.is_some()),
            "{steps}"
        );
        assert!(
            old.fingerprint() != new.fingerprint() || steps.is_empty(),
            "{steps}"
        );
        assert!(plan(&new, &new).is_empty());
        run(&mut db, &steps).unwrap_or_else(|error| panic!("{error}\n{steps}"));

        assert_eq!(described(&db), described(&fresh(&new)), "{steps}");
        for table in &new.tables {
            let search = quote(&table.search_name());
            if !table.searched().is_empty() {
                let sql =
                    format!("INSERT INTO {search} ({search}, rank) VALUES ('integrity-check', 1)");
                db.execute(&sql, [])
                    .unwrap_or_else(|error| panic!("{sql}: {error}"));
            }
            if let Some(last) = old.table(&table.noun) {
                check_rows(last, table, &before[table.noun.as_str()], &rows(&db, table));
            }
        }
        let intact: String = db
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .unwrap();
        assert_eq!(intact, "ok");
        fill(&db, &new, &mut n);
        old = new;
    }
}

proptest! {
    #[test]
    fn a_migrated_database_is_a_fresh_one_with_rows(
        history in prop::collection::vec(prop::collection::vec((0u8..20, any::<u8>(), any::<u8>()), 1..10), 1..8),
    ) {
        live(&history);
    }
}

#[test]
fn tables_may_swap_names() {
    let make = [
        (0, 0, 0),
        (0, 1, 0),
        (4, 0, 0),
        (11, 0, 0),
        (10, 0, 0),
        (4, 1, 0),
        (11, 1, 0),
    ]
    .to_vec();
    live(&[make, vec![(7, 0, 1)], vec![(7, 0, 1), (12, 0, 0)]]);
}

#[test]
fn a_migration_that_rows_cannot_follow_changes_nothing() {
    let schema = |column| Schema::new(vec![Table::new("Customer", vec![column])]);
    let plan_column = Column::new("plan", ColumnType::Text);
    let old = schema(plan_column.clone());
    let mut db = fresh(&old);
    let insert = r#"INSERT INTO customers ("$id", "$version", "$created", "$updated", plan) VALUES (?, 1, 1, 1, 'Pro')"#;
    db.execute(insert, ["1"]).unwrap();
    db.execute(insert, ["2"]).unwrap();
    let (shape, data) = (described(&db), rows(&db, &old.tables[0]));
    for new in [
        Column {
            unique: true,
            ..plan_column.clone()
        },
        Column {
            choices: vec!["Free".into()],
            ..plan_column.clone()
        },
        Column {
            check: Some("plan <> 'Pro'".into()),
            ..plan_column.clone()
        },
        Column {
            was: Some("plan".into()),
            unique: true,
            ..Column::new("tier", ColumnType::Text)
        },
    ] {
        let steps = plan(&old, &schema(new));
        assert!(steps.refusals().is_empty());
        run(&mut db, &steps).unwrap_err();
        assert_eq!(
            (described(&db), rows(&db, &old.tables[0])),
            (shape.clone(), data.clone())
        );
    }
}
