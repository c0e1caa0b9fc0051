//! The statements of a table, run by a database.

use dotdo_core::table::{Bound, Column, ColumnType, Literal, Range, Schema, Table, quote};
use rusqlite::Connection;
use rusqlite::types::Value;

fn text(name: &str) -> Column {
    Column::new(name, ColumnType::Text)
}

fn open(schema: &Schema) -> Connection {
    assert_eq!(schema.problems(), []);
    let db = Connection::open_in_memory().unwrap();
    for sql in schema.create() {
        db.execute(&sql, [])
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    db
}

/// Inserts a row with these values beside the system columns.
fn insert(
    db: &Connection,
    table: &str,
    id: &str,
    values: &[(&str, Value)],
) -> rusqlite::Result<usize> {
    let names = values.iter().fold(String::new(), |names, (name, _)| {
        names + ", " + &quote(name)
    });
    let marks = ", ?".repeat(values.len());
    let sql = format!(
        r#"INSERT INTO {} ("$id", "$version", "$created", "$updated"{names}) VALUES (?, 1, 0, 0{marks})"#,
        quote(table)
    );
    let id = Value::Text(id.into());
    db.execute(
        &sql,
        rusqlite::params_from_iter(
            std::iter::once(&id).chain(values.iter().map(|(_, value)| value)),
        ),
    )
}

fn s(text: &str) -> Value {
    Value::Text(text.into())
}

#[test]
fn a_table_reads_well() {
    let table = Table::new(
        "Customer",
        vec![
            Column {
                unique: true,
                ..text("email")
            },
            Column {
                search: true,
                nullable: true,
                ..text("about")
            },
            Column {
                index: true,
                range: Some(Range {
                    min: Some(Bound::Integer(0)),
                    max: None,
                }),
                ..Column::new("age", ColumnType::Integer)
            },
        ],
    );
    let expected = r#"
CREATE TABLE "customers" (
  "$id" TEXT PRIMARY KEY NOT NULL,
  "$version" INTEGER NOT NULL,
  "$created" INTEGER NOT NULL,
  "$updated" INTEGER NOT NULL,
  "$deleted" INTEGER,
  "$visibility" TEXT NOT NULL DEFAULT 'user' CHECK ("$visibility" IN ('public', 'unlisted', 'org', 'user')),
  "email" TEXT NOT NULL,
  "about" TEXT,
  "age" INTEGER NOT NULL CHECK ("age" >= 0)
) STRICT;
CREATE UNIQUE INDEX "customers.email.unique" ON "customers" ("email") WHERE "$deleted" IS NULL;
CREATE INDEX "customers.age.index" ON "customers" ("age");
CREATE VIRTUAL TABLE "customers.search" USING fts5("about", content = 'customers', content_rowid = '_rowid_', tokenize = 'unicode61 remove_diacritics 2');
CREATE TRIGGER "customers.search.insert" AFTER INSERT ON "customers" BEGIN
  INSERT INTO "customers.search" (rowid, "about") VALUES (new._rowid_, new."about");
END;
CREATE TRIGGER "customers.search.update" AFTER UPDATE OF "about" ON "customers" BEGIN
  INSERT INTO "customers.search" ("customers.search", rowid, "about") VALUES ('delete', old._rowid_, old."about");
  INSERT INTO "customers.search" (rowid, "about") VALUES (new._rowid_, new."about");
END;
CREATE TRIGGER "customers.search.delete" AFTER DELETE ON "customers" BEGIN
  INSERT INTO "customers.search" ("customers.search", rowid, "about") VALUES ('delete', old._rowid_, old."about");
END;
"#;
    assert_eq!(table.create().join(";\n") + ";\n", expected.trim_start());
}

#[test]
fn any_field_name_works() {
    let words = "order select table group index where from to values default check primary key null not unique \
                 references rowid oid content rank_ transaction begin end search customers größe _ a1";
    let columns: Vec<Column> = words
        .split_whitespace()
        .map(|name| Column {
            search: name != "rowid",
            index: true,
            unique: name.len() == 2,
            ..text(name)
        })
        .collect();
    let table = Table::new("Customer", columns.clone());
    let db = open(&Schema::new(vec![table]));
    let values: Vec<(&str, Value)> = columns
        .iter()
        .map(|column| (column.name.as_str(), s(&column.name)))
        .collect();
    insert(&db, "customers", "1", &values).unwrap();
    db.execute(r#"UPDATE "customers" SET "order" = 'changed words'"#, [])
        .unwrap();
    let found = |words: &str| -> i64 {
        let sql = r#"SELECT count(*) FROM "customers.search" WHERE "customers.search" MATCH ?"#;
        db.query_row(sql, [words], |row| row.get(0)).unwrap()
    };
    assert_eq!(
        (
            found("changed"),
            found("select"),
            found("\"order\" : order")
        ),
        (1, 1, 0)
    );
    db.execute(r#"DELETE FROM "customers""#, []).unwrap();
    assert_eq!(found("select"), 0);
    db.execute(r#"INSERT INTO "customers.search" ("customers.search", rank) VALUES ('integrity-check', 1)"#, []).unwrap();
}

#[test]
fn defaults_come_back_as_they_were_given() {
    let defaults = [
        (
            ColumnType::Text,
            Literal::Text(r#"a"b'c''d; DROP TABLE x; -- \ é"#.into()),
            None,
        ),
        (
            ColumnType::Text,
            Literal::Text("nul \0 inside".into()),
            None,
        ),
        (ColumnType::Text, Literal::Text("line\nbreak".into()), None),
        (ColumnType::Integer, Literal::Integer(i64::MIN), None),
        (ColumnType::Integer, Literal::Integer(i64::MAX), None),
        (ColumnType::Real, Literal::Real(1e300), None),
        (ColumnType::Real, Literal::Real(-0.1), None),
        (ColumnType::Real, Literal::Real(f64::INFINITY), None),
        (ColumnType::Real, Literal::Real(f64::NEG_INFINITY), None),
        (ColumnType::Real, Literal::Real(f64::NAN), Some(Value::Null)),
        (
            ColumnType::Real,
            Literal::Integer(3),
            Some(Value::Real(3.0)),
        ),
        (ColumnType::Blob, Literal::Blob(vec![0, 255, 39]), None),
        (ColumnType::Text, Literal::Null, None),
        (ColumnType::Json, Literal::Text(r#"{"a":1}"#.into()), None),
        (ColumnType::Boolean, Literal::Integer(1), None),
    ];
    for (ty, default, stored) in defaults {
        let expected = stored.unwrap_or_else(|| match default.clone() {
            Literal::Null => Value::Null,
            Literal::Integer(value) => Value::Integer(value),
            Literal::Real(value) => Value::Real(value),
            Literal::Text(text) => Value::Text(text),
            Literal::Blob(bytes) => Value::Blob(bytes),
        });
        let nullable = expected == Value::Null;
        let column = Column {
            nullable,
            default: Some(default),
            ..Column::new("value", ty)
        };
        let db = open(&Schema::new(vec![Table::new("Thing", vec![column])]));
        insert(&db, "things", "1", &[]).unwrap();
        let value: Value = db
            .query_row("SELECT value FROM things", [], |row| row.get(0))
            .unwrap();
        assert_eq!(value, expected);
    }
}

#[test]
fn checks_hold() {
    let range = |min, max| Some(Range { min, max });
    let columns = vec![
        Column {
            nullable: true,
            ..Column::new("flag", ColumnType::Boolean)
        },
        Column {
            nullable: true,
            ..Column::new("json", ColumnType::Json)
        },
        Column {
            nullable: true,
            choices: vec!["it's".into(), "b".into()],
            ..text("plan")
        },
        Column {
            nullable: true,
            range: range(Some(Bound::Integer(-1)), Some(Bound::Integer(10))),
            ..Column::new("amount", ColumnType::Decimal)
        },
        Column {
            nullable: true,
            range: range(None, Some(Bound::Real(0.5))),
            ..Column::new("share", ColumnType::Real)
        },
        Column {
            nullable: true,
            check: Some("length(code) = 3 -- as on the card".into()),
            ..text("code")
        },
    ];
    let db = open(&Schema::new(vec![Table::new("Thing", columns)]));
    let cases = [
        ("flag", Value::Integer(1), true),
        ("flag", Value::Integer(2), false),
        ("json", s("[1]"), true),
        ("json", s("[1"), false),
        ("plan", s("it's"), true),
        ("plan", s("c"), false),
        ("amount", s("9.99"), true),
        ("amount", s("10.01"), false),
        ("amount", s("-2"), false),
        ("share", Value::Real(0.5), true),
        ("share", Value::Real(0.6), false),
        ("code", s("abc"), true),
        ("code", s("abcd"), false),
        ("flag", s("yes"), false),
    ];
    for (i, (column, value, fits)) in cases.into_iter().enumerate() {
        let result = insert(&db, "things", &i.to_string(), &[(column, value.clone())]);
        assert_eq!(result.is_ok(), fits, "{column} {value:?} {result:?}");
    }
}

#[test]
fn unique_is_for_live_rows() {
    let db = open(&Schema::new(vec![Table::new(
        "Customer",
        vec![Column {
            unique: true,
            ..text("email")
        }],
    )]));
    insert(&db, "customers", "1", &[("email", s("a"))]).unwrap();
    insert(&db, "customers", "2", &[("email", s("a"))]).unwrap_err();
    db.execute(r#"UPDATE customers SET "$deleted" = 1"#, [])
        .unwrap();
    insert(&db, "customers", "2", &[("email", s("a"))]).unwrap();
}

#[test]
fn impossible_tables_are_named() {
    let many: Vec<Column> = (0..95).map(|i| text(&format!("c{i}"))).collect();
    let cases: Vec<(Vec<Column>, &str)> = vec![
        (many, "95 fields are too many: a table has room for 94"),
        (
            vec![text("a"), text("A")],
            "`Customer.A`: another field has this name",
        ),
        (vec![text("$id")], "not a column name"),
        (vec![text("_ROWID_")], "belongs to the database"),
        (
            vec![Column {
                search: true,
                ..text("Rank")
            }],
            "a column `rank` of its own",
        ),
        (
            vec![Column {
                search: true,
                ..Column::new("n", ColumnType::Integer)
            }],
            "looks at text, and this is integer",
        ),
        (
            vec![Column {
                range: Some(Range::default()),
                ..text("n")
            }],
            "limits a number, and this is text",
        ),
        (
            vec![Column {
                default: Some(Literal::Integer(1)),
                ..text("n")
            }],
            "the default 1 is not text",
        ),
        (
            vec![Column {
                default: Some(Literal::Null),
                ..text("n")
            }],
            "the field is not an `Option`",
        ),
        (
            vec![Column {
                default: Some(Literal::Integer(2)),
                ..Column::new("n", ColumnType::Boolean)
            }],
            "the default 2 is not a boolean",
        ),
        (
            vec![Column {
                default: Some(Literal::Text("c".into())),
                choices: vec!["a".into(), "b".into()],
                ..text("n")
            }],
            "the default `c` is not one of a, b",
        ),
    ];
    for (columns, expected) in cases {
        let problems = Table::new("Customer", columns).problems();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(
            problems[0].to_string().contains(expected),
            "{}",
            problems[0]
        );
    }
    assert!(
        Table::new("SqliteThing", vec![]).problems()[0]
            .text
            .contains("belong to the database")
    );
    let table = Table::new("Customer", vec![]);
    let other = Table {
        noun: "Client".into(),
        ..table.clone()
    };
    assert_eq!(Schema::new(vec![table.clone(), other]).problems().len(), 1);
    assert_eq!(Schema::new(vec![table.clone(), table]).problems().len(), 1);
    // 94 fields do fit.
    let most = (0..94)
        .map(|i| Column {
            search: true,
            ..text(&format!("c{i}"))
        })
        .collect();
    open(&Schema::new(vec![Table::new("Wide", most)]));
}

#[test]
fn the_lock_file_is_compact_and_strict() {
    let column = Column {
        choices: vec!["Free".into()],
        default: Some(Literal::Text("Free".into())),
        range: Some(Range {
            min: Some(Bound::Integer(1)),
            max: Some(Bound::Real(2.0)),
        }),
        ..text("plan")
    };
    let schema = Schema::new(vec![Table::new("Customer", vec![column])]);
    let json = serde_json::to_string(&schema).unwrap();
    assert_eq!(
        json,
        r#"{"tables":[{"noun":"Customer","name":"customers","columns":[{"name":"plan","type":"text","choices":["Free"],"range":{"min":1,"max":2.0},"default":{"text":"Free"}}]}]}"#
    );
    assert_eq!(serde_json::from_str::<Schema>(&json).unwrap(), schema);
    assert!(
        serde_json::from_str::<Schema>(&json.replace("\"noun\"", "\"new\":1,\"noun\"")).is_err()
    );
}

#[test]
fn fingerprints_name_what_matters() {
    let column = Column {
        nullable: true,
        choices: vec!["a".into(), "b".into()],
        ..text("plan")
    };
    let schema = |columns: Vec<Column>| Schema::new(vec![Table::new("Customer", columns)]);
    let base = schema(vec![column.clone(), text("name")]).fingerprint();
    // Kept in databases: it must never change.
    assert_eq!(base, "ae6fc6d88ba1fe3bc95de711dea80885");

    let same = Column {
        choices: vec!["b".into(), "a".into()],
        was: Some("old".into()),
        doc: "Which plan.".into(),
        ..column.clone()
    };
    assert_eq!(schema(vec![text("name"), same]).fingerprint(), base);

    let others = [
        Column {
            nullable: false,
            ..column.clone()
        },
        Column {
            unique: true,
            ..column.clone()
        },
        Column {
            index: true,
            ..column.clone()
        },
        Column {
            search: true,
            ..column.clone()
        },
        Column {
            secret: true,
            ..column.clone()
        },
        Column {
            choices: vec!["ab".into()],
            ..column.clone()
        },
        Column {
            range: Some(Range::default()),
            ..column.clone()
        },
        Column {
            check: Some("1".into()),
            ..column.clone()
        },
        Column {
            default: Some(Literal::Null),
            ..column.clone()
        },
        Column {
            default: Some(Literal::Text("NULL".into())),
            ..column.clone()
        },
        Column {
            references: Some("Plan".into()),
            ..column.clone()
        },
        Column {
            ty: ColumnType::Json,
            ..column.clone()
        },
        Column {
            name: "plans".into(),
            ..column
        },
    ];
    let mut seen = vec![base];
    for other in others {
        let fingerprint = schema(vec![other, text("name")]).fingerprint();
        assert!(!seen.contains(&fingerprint));
        seen.push(fingerprint);
    }
}
