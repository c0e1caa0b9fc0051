//! A database that is several versions behind is brought forward in one leap. The leap gives the same rows as all the
//! single steps, functions of the program included.

use std::collections::{BTreeMap, BTreeSet};

use dotdo_core::migration::{Compute, Function, Input, Plan, Stated, Work, plan_through};
use dotdo_core::shape::Shape;
use dotdo_core::table::{Column, ColumnType, Literal, Schema, Table, quote};
use proptest::prelude::*;
use rusqlite::Connection;
use rusqlite::types::Value;

/// Every value stands for a number, in the way of its type. So a function from one type to another has one meaning, and
/// two of them after each other are the same as one.
fn encode(ty: ColumnType, n: i64) -> Value {
    match ty {
        ColumnType::Text => Value::Text(format!("t{n}")),
        ColumnType::Json => Value::Text(format!("[{n}]")),
        ColumnType::Blob => Value::Blob(n.to_be_bytes().to_vec()),
        _ => Value::Integer(n),
    }
}

fn decode(value: &Value) -> Option<i64> {
    match value {
        Value::Integer(n) => Some(*n),
        Value::Text(text) => text.trim_matches(['t', '[', ']']).parse().ok(),
        Value::Blob(bytes) => Some(i64::from_be_bytes(bytes.as_slice().try_into().ok()?)),
        _ => None,
    }
}

fn literal(ty: ColumnType, n: i64) -> Literal {
    match encode(ty, n) {
        Value::Text(text) => Literal::Text(text),
        Value::Blob(bytes) => Literal::Blob(bytes),
        _ => Literal::Integer(n),
    }
}

const TYPES: [ColumnType; 4] = [
    ColumnType::Integer,
    ColumnType::Text,
    ColumnType::Json,
    ColumnType::Blob,
];

/// Does what a host does.
fn run(db: &Connection, plan: &Plan) {
    assert!(plan.refusals().is_empty(), "{plan}");
    for work in plan.work() {
        match work {
            Work::Sql(sql) => {
                db.execute(sql, [])
                    .unwrap_or_else(|error| panic!("{sql}: {error}\n{plan}"));
            }
            Work::Compute(compute) => call(db, compute),
        }
    }
}

fn call(db: &Connection, compute: &Compute) {
    let ids: Vec<i64> = db
        .prepare(&format!("SELECT _rowid_ FROM {}", quote(&compute.from)))
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for id in ids {
        let mut made = vec![Value::Integer(id)];
        for computed in &compute.columns {
            let number = match &computed.input {
                Input::Value(value) => {
                    let sql = format!(
                        "SELECT {} FROM {} WHERE _rowid_ = ?",
                        value.sql,
                        quote(&compute.from)
                    );
                    let old: Value = db.query_row(&sql, [id], |row| row.get(0)).unwrap();
                    decode(&old)
                }
                // The same for a row in whatever version it is.
                Input::Row(_) => Some(id * 1000),
            };
            made.push(number.map_or(Value::Null, |n| encode(computed.column.ty, n)));
        }
        let names = compute
            .columns
            .iter()
            .fold(String::new(), |names, computed| {
                names + ", " + &quote(&computed.column.name)
            });
        let sql = format!(
            "INSERT INTO {} (\"$row\"{names}) VALUES (?{})",
            quote(&compute.into),
            ", ?".repeat(compute.columns.len())
        );
        db.execute(&sql, rusqlite::params_from_iter(made)).unwrap();
    }
}

/// A version of the program: its schema and what it says beside.
#[derive(Clone, Default)]
struct Version {
    schema: Schema,
    stated: Stated,
}

#[derive(Default)]
struct Author {
    now: Version,
    names: usize,
    /// The columns that were filled where there was nothing.
    filled: BTreeSet<(String, String)>,
}

type Edit = (u8, u8, u8);

impl Author {
    fn name(&mut self) -> String {
        self.names += 1;
        format!("c{}", self.names)
    }

    fn function(&mut self, noun: &str, column: &str, from: Option<Shape>) {
        let function = Function {
            noun: noun.into(),
            column: column.into(),
            from,
        };
        if !self.now.stated.functions.contains(&function) {
            self.now.stated.functions.push(function);
        }
    }

    #[allow(clippy::too_many_lines)]
    fn edit(&mut self, before: &Schema, (kind, a, b): Edit) {
        let name = self.name();
        let n = i64::from(b);
        let ty = TYPES[usize::from(b) % TYPES.len()];
        let count = self.now.schema.tables.len();
        if kind == 0 || count == 0 {
            let noun = ["Customer", "Order"][usize::from(a) % 2];
            if self.now.schema.table(noun).is_none() && before.table(noun).is_none() {
                self.now.stated.nouns.retain(|dropped| dropped != noun);
                self.now.schema.tables.push(Table::new(noun, vec![]));
            }
            return;
        }
        let at = usize::from(a) % count;
        let noun = self.now.schema.tables[at].noun.clone();
        let old = before.table(&noun);
        let table = &mut self.now.schema.tables[at];
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
                table.columns.push(Column::new(name.clone(), ty));
                self.function(&noun, &name, None);
            }
            4 => table.name = name,
            5 if b < 40 => {
                self.now.schema.tables.remove(at);
                self.now.stated.nouns.push(noun.clone());
                self.now.stated.functions.retain(|f| f.noun != noun);
            }
            6 => table.columns.push(Column {
                choices: vec!["t1".into(), "t2".into(), "t3".into()],
                default: Some(Literal::Text("t1".into())),
                ..Column::new(name, ColumnType::Text)
            }),
            _ if table.columns.is_empty() => {}
            _ => {
                let i = usize::from(b) % table.columns.len();
                let column = &mut table.columns[i];
                let was = old.and_then(|old| {
                    old.column(column.was.as_deref().unwrap_or(&column.name))
                        .cloned()
                });
                match kind {
                    7 => {
                        let column = table.columns.remove(i);
                        let gone = was.map_or(column.name.clone(), |was| was.name);
                        self.now.stated.columns.push((noun.clone(), gone));
                        let keeps = |f: &Function| f.noun != noun || f.column != column.name;
                        self.now.stated.functions.retain(keeps);
                    }
                    8 => {
                        let before = std::mem::replace(&mut column.name, name.clone());
                        column.was = was.map(|was| was.name);
                        if self.filled.contains(&(noun.clone(), before.clone())) {
                            self.filled.insert((noun.clone(), name.clone()));
                        }
                        for function in &mut self.now.stated.functions {
                            if function.noun == noun && function.column == before {
                                function.column.clone_from(&name);
                            }
                        }
                    }
                    // One change of type in a version. A value that a row was given for nothing after one change of
                    // type does not outlive another: there the leap gives today's default.
                    9 if column.choices.is_empty()
                        && !(self.filled.contains(&(noun.clone(), column.name.clone()))
                            && self.now.stated.functions.iter().any(|f| {
                                f.noun == noun && f.column == column.name && f.from.is_some()
                            }))
                        && was.as_ref().is_none_or(|was| was.ty == column.ty) =>
                    {
                        let from = column.values();
                        column.ty = ty;
                        column.default = column.default.as_ref().map(|_| literal(ty, n));
                        let column = column.name.clone();
                        if ty != from.column() {
                            self.function(&noun, &column, Some(from));
                        }
                    }
                    10 => column.nullable = true,
                    11 if column.nullable && column.choices.is_empty() => {
                        column.nullable = false;
                        self.filled.insert((noun, column.name.clone()));
                        column.default = Some(literal(column.ty, n));
                    }
                    12 if column.choices.len() > 1 => {
                        let gone = column.choices.pop().unwrap_or_default();
                        column.dropped.push(gone);
                    }
                    13 if !column.choices.is_empty() => {
                        let more = format!("t{}", 10 + self.names);
                        column.choices.push(more);
                    }
                    14 => column.index = !column.index,
                    // A default that goes leaves the rows what they have.
                    15 if column.nullable && column.choices.is_empty() => column.default = None,
                    _ => {}
                }
            }
        }
    }
}

fn versions(history: &[Vec<Edit>]) -> Vec<Version> {
    let mut author = Author::default();
    let mut all: Vec<Version> = Vec::new();
    for edits in history {
        let before = all.last().map(|v| v.schema.clone()).unwrap_or_default();
        for column in author
            .now
            .schema
            .tables
            .iter_mut()
            .flat_map(|t| &mut t.columns)
        {
            column.was = None;
        }
        for edit in edits {
            author.edit(&before, *edit);
        }
        author.now.schema = Schema::new(std::mem::take(&mut author.now.schema.tables));
        assert_eq!(author.now.schema.problems(), []);
        all.push(author.now.clone());
    }
    all
}

fn create(schema: &Schema) -> Connection {
    let db = Connection::open_in_memory().unwrap();
    for sql in schema.create() {
        db.execute(&sql, []).unwrap();
    }
    for table in &schema.tables {
        for row in 1..=3i64 {
            let names = table.columns.iter().fold(String::new(), |names, column| {
                names + ", " + &quote(&column.name)
            });
            let sql = format!(
                r#"INSERT INTO {} ("$id", "$version", "$created", "$updated"{names}) VALUES (?, 1, 2, 3{})"#,
                quote(&table.name),
                ", ?".repeat(table.columns.len())
            );
            let values = table.columns.iter().enumerate().map(|(i, column)| {
                let n = row + i64::try_from(i).unwrap() * 7;
                if column.nullable && row == 2 {
                    Value::Null
                } else if column.choices.is_empty() {
                    encode(column.ty, n)
                } else {
                    let at = usize::try_from(n).unwrap() % column.choices.len();
                    Value::Text(column.choices[at].clone())
                }
            });
            let id = Value::Text(format!("id{row}"));
            db.execute(
                &sql,
                rusqlite::params_from_iter(std::iter::once(id).chain(values)),
            )
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
        }
    }
    db
}

type Content = BTreeMap<String, Vec<(i64, BTreeMap<String, Value>)>>;

fn content(db: &Connection, schema: &Schema) -> Content {
    let mut all = Content::new();
    for table in &schema.tables {
        let mut statement = db
            .prepare(&format!(
                "SELECT _rowid_, * FROM {} ORDER BY _rowid_",
                quote(&table.name)
            ))
            .unwrap();
        let names: Vec<String> = statement.column_names().map(Into::into).collect();
        let rows = statement
            .query_map([], |row| {
                let mut values = BTreeMap::new();
                for (i, name) in names.iter().enumerate().skip(1) {
                    values.insert(name.clone(), row.get(i)?);
                }
                Ok((row.get(0)?, values))
            })
            .unwrap();
        all.insert(table.noun.clone(), rows.collect::<Result<_, _>>().unwrap());
    }
    all
}

fn leap(history: &[Vec<Edit>]) {
    let all = versions(history);
    let Some((last, _)) = all.split_last() else {
        return;
    };
    for start in 0..all.len() - 1 {
        let steps = create(&all[start].schema);
        for pair in all[start..].windows(2) {
            let plan = plan_through(&[&pair[0].schema], &pair[1].schema, &pair[1].stated);
            run(&steps, &plan);
        }
        let leap = create(&all[start].schema);
        let schemas: Vec<&Schema> = all[start..all.len() - 1]
            .iter()
            .map(|v| &v.schema)
            .collect();
        // What was dropped on the way was accepted then, so the last program need not say it.
        let before: Vec<&str> = schemas[schemas.len() - 1]
            .tables
            .iter()
            .map(|table| table.noun.as_str())
            .collect();
        let mut stated = last.stated.clone();
        stated.nouns.retain(|noun| before.contains(&noun.as_str()));
        run(&leap, &plan_through(&schemas, &last.schema, &stated));

        assert_eq!(
            content(&leap, &last.schema),
            content(&steps, &last.schema),
            "from version {start}"
        );
        let left: Vec<String> = leap
            .prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        let mut expected: Vec<String> = last.schema.tables.iter().map(|t| t.name.clone()).collect();
        expected.sort();
        assert_eq!(left, expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_leap_is_all_its_steps(
        history in prop::collection::vec(prop::collection::vec((0u8..16, any::<u8>(), any::<u8>()), 1..7), 2..6),
    ) {
        leap(&history);
    }
}

#[test]
fn what_was_put_in_the_place_of_nothing_stays_when_the_default_changes() {
    let text = Column {
        nullable: true,
        ..Column::new("size", ColumnType::Text)
    };
    let number = |default| Column {
        default: Some(Literal::Integer(default)),
        ..Column::new("size", ColumnType::Integer)
    };
    let with = |column: &Column| Schema::new(vec![Table::new("Item", vec![column.clone()])]);
    let (one, two, three) = (with(&text), with(&number(30)), with(&number(40)));
    let stated = Stated {
        functions: vec![Function {
            noun: "Item".into(),
            column: "size".into(),
            from: Some(Shape::Text),
        }],
        ..Stated::default()
    };
    let db = create(&one);
    run(&db, &plan_through(&[&one, &two], &three, &stated));
    let sizes: Vec<i64> = db
        .prepare("SELECT size FROM items ORDER BY _rowid_")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(sizes, [1, 30, 3]);
}

#[test]
fn a_name_that_was_given_up_and_taken_again_is_another_column() {
    let with = |columns: Vec<Column>| Schema::new(vec![Table::new("Customer", columns)]);
    let (fax, name) = (
        Column {
            nullable: true,
            ..Column::new("fax", ColumnType::Text)
        },
        Column::new("name", ColumnType::Text),
    );
    let one = with(vec![name.clone(), fax.clone()]);
    let two = with(vec![name.clone()]);
    let three = with(vec![name, fax]);
    let db = create(&one);
    run(
        &db,
        &plan_through(&[&one, &two], &three, &Stated::default()),
    );
    let values: i64 = db
        .query_row("SELECT count(fax) FROM customers", [], |row| row.get(0))
        .unwrap();
    assert_eq!(values, 0);
}

#[test]
fn a_function_that_is_gone_is_missed() {
    let price = |ty| Schema::new(vec![Table::new("Item", vec![Column::new("price", ty)])]);
    let (text, cents) = (price(ColumnType::Text), price(ColumnType::Integer));
    let plan = plan_through(&[&text, &cents], &cents, &Stated::default());
    assert_eq!(
        plan.refusals()[0].to_string(),
        "`Item.price` was text and is integer\n\
         help: say with `#[migrate(…)]` above the field what becomes of each value; or keep the type, and add a field of another name"
    );
}
