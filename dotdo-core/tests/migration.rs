//! What plans say.

use dotdo_core::migration::{Plan, RefusalKind, StepKind, plan};
use dotdo_core::table::{Bound, Column, ColumnType, Literal, Range, Schema, Table};

fn text(name: &str) -> Column {
    Column::new(name, ColumnType::Text)
}

fn optional(name: &str) -> Column {
    Column {
        nullable: true,
        ..text(name)
    }
}

fn customers(columns: Vec<Column>) -> Schema {
    Schema::new(vec![Table::new("Customer", columns)])
}

fn between(old: Column, new: Column) -> Plan {
    plan(&customers(vec![old]), &customers(vec![new]))
}

fn sql(plan: &Plan) -> Vec<&str> {
    plan.sql().collect()
}

#[test]
fn nothing_changes_nothing() {
    let schema = customers(vec![text("name")]);
    assert!(plan(&schema, &schema).is_empty());
    assert_eq!(plan(&schema, &schema).to_string(), "nothing to do\n");
    let choices = |list: [&str; 2]| Column {
        choices: list.map(Into::into).to_vec(),
        ..text("plan")
    };
    assert!(between(choices(["a", "b"]), choices(["b", "a"])).is_empty());
    let searched = |name: &str| Column {
        search: true,
        ..text(name)
    };
    let order = |a: &str, b: &str| customers(vec![searched(a), searched(b)]);
    assert!(plan(&order("a", "b"), &order("b", "a")).is_empty());
    // Whether a value is secret is no matter of the database.
    assert!(
        between(
            text("key"),
            Column {
                secret: true,
                doc: "The key.".into(),
                ..text("key")
            }
        )
        .is_empty()
    );
}

#[test]
fn additions_happen_in_place() {
    let with = |column: Column| plan(&customers(vec![]), &customers(vec![column]));
    assert_eq!(
        sql(&with(optional("phone"))),
        [r#"ALTER TABLE "customers" ADD COLUMN "phone" TEXT"#]
    );
    let default = Column {
        default: Some(Literal::Text("it's".into())),
        index: true,
        ..text("plan")
    };
    assert_eq!(
        sql(&with(default)),
        [
            r#"ALTER TABLE "customers" ADD COLUMN "plan" TEXT NOT NULL DEFAULT 'it''s'"#,
            r#"CREATE INDEX "customers.plan.index" ON "customers" ("plan")"#,
        ]
    );
    let created = plan(&Schema::default(), &customers(vec![text("name")]));
    assert_eq!(created.steps[0].kind, StepKind::CreateTable);
    assert!(created.refusals().is_empty() && !created.is_destructive());

    let index = |index| Column {
        index,
        ..text("name")
    };
    assert_eq!(
        sql(&between(index(true), index(false))),
        [r#"DROP INDEX "customers.name.index""#]
    );
}

#[test]
fn a_rename_moves_the_index_along() {
    let new = Column {
        index: true,
        was: Some("tel".into()),
        ..text("phone")
    };
    let plan = between(
        Column {
            index: true,
            ..text("tel")
        },
        new.clone(),
    );
    assert_eq!(
        sql(&plan),
        [
            r#"DROP INDEX "customers.tel.index""#,
            r#"ALTER TABLE "customers" RENAME COLUMN "tel" TO "phone""#,
            r#"CREATE INDEX "customers.phone.index" ON "customers" ("phone")"#,
        ]
    );
    assert_eq!(plan.to_string(), "  customers.phone: renamed from `tel`\n");
    // Once it has happened, the word means nothing.
    assert!(between(new.clone(), new.clone()).is_empty());
    // While the old field is still there, the new one is a new one.
    let both = dotdo_core::migration::plan(
        &customers(vec![text("tel")]),
        &customers(vec![text("tel"), new]),
    );
    assert_eq!(both.refusals()[0].kind, RefusalKind::NoValue);
}

#[test]
fn refusals_say_what_to_write() {
    let choices = |list: &[&str]| Column {
        choices: list.iter().map(ToString::to_string).collect(),
        ..text("plan")
    };
    let reference = |noun: &str| Column {
        references: Some(noun.into()),
        ..Column::new("by", ColumnType::Reference)
    };
    let cases = [
        (
            plan(&customers(vec![text("tel")]), &customers(vec![])),
            true,
            RefusalKind::RemovedColumn,
            "`Customer.tel` is gone, and the column `customers.tel` (text) has values".to_string(),
            "if a field took its place, write `#[was(\"tel\")]` above it; to lose the values, write `#[noun(dropped(\"tel\"))]`".to_owned(),
        ),
        (
            plan(&customers(vec![]), &Schema::default()),
            true,
            RefusalKind::RemovedTable,
            "`Customer` is gone, and its table `customers` has rows".into(),
            "put the noun back and list it in `app!`; to lose the rows, write `dropped: [Customer]` in `app!`".to_owned(),
        ),
        (
            plan(&customers(vec![]), &customers(vec![text("tel")])),
            false,
            RefusalKind::NoValue,
            "`Customer.tel` is new, and rows that are already in `customers` have no value for it".into(),
            "write `#[default(…)]` above the field, make it an `Option<…>`, compute it with `#[migrate(…)]`, or, if it had another name, write `#[was(\"…\")]`".to_owned(),
        ),
        (
            between(optional("tel"), text("tel")),
            false,
            RefusalKind::Required,
            "`Customer.tel` was `Option<String>` and is `String`, and rows of `customers` may have no value".into(),
            "write `#[default(…)]` above the field for those rows, say with `#[migrate(…)]` what they get, or keep it an `Option<String>`".to_owned(),
        ),
        (
            between(text("tel"), Column::new("tel", ColumnType::Integer)),
            true,
            RefusalKind::Retyped,
            "`Customer.tel` was text and is integer".into(),
            "say with `#[migrate(…)]` above the field what becomes of each value; or keep the type, and add a field of another name".to_owned(),
        ),
        (
            between(reference("Person"), reference("Company")),
            false,
            RefusalKind::Retyped,
            "`Customer.by` was a reference to `Person` and is a reference to `Company`".into(),
            "say with `#[migrate(…)]` above the field what becomes of each value; or keep the type, and add a field of another name".to_owned(),
        ),
        (
            between(choices(&["Free", "Pro"]), choices(&["Free", "Team"])),
            true,
            RefusalKind::RemovedChoice,
            "`Customer.plan` no longer allows `Pro`, and rows of `customers` may have it".into(),
            "keep the variant; or write `#[dropped(\"Pro\")]` above the field, and such rows get its `#[default(…)]`, or nothing if it is an `Option`; or say what becomes of them with `#[migrate(…)]`".to_owned(),
        ),
    ];
    for (plan, destructive, kind, what, help) in cases {
        let refusals = plan.refusals();
        assert_eq!(refusals.len(), 1, "{plan}");
        assert_eq!(
            (refusals[0].kind, &refusals[0].what, &refusals[0].help),
            (kind, &what, &help)
        );
        assert_eq!(plan.is_destructive(), destructive, "{plan}");
    }
}

#[test]
fn what_rows_can_follow_is_not_refused() {
    let default = |text: &str| Some(Literal::Text(text.into()));
    let choices = |list: &[&str]| Column {
        choices: list.iter().map(ToString::to_string).collect(),
        ..text("plan")
    };
    let range = |max| {
        Some(Range {
            min: None,
            max: Some(Bound::Integer(max)),
        })
    };
    let number = || Column::new("n", ColumnType::Integer);
    for (old, new) in [
        (text("a"), optional("a")),
        (
            optional("a"),
            Column {
                default: default("x"),
                ..text("a")
            },
        ),
        (
            text("a"),
            Column {
                default: default("x"),
                ..text("a")
            },
        ),
        (
            text("a"),
            Column {
                unique: true,
                ..text("a")
            },
        ),
        (
            text("a"),
            Column {
                search: true,
                ..text("a")
            },
        ),
        (
            text("a"),
            Column {
                check: Some("a <> ''".into()),
                ..text("a")
            },
        ),
        (choices(&["a"]), choices(&["a", "b"])),
        (choices(&["a"]), choices(&[])),
        (choices(&[]), choices(&["a"])),
        (
            Column {
                range: range(1),
                ..number()
            },
            Column {
                range: range(2),
                ..number()
            },
        ),
    ] {
        let plan = between(old, new);
        assert!(
            !plan.is_empty() && plan.refusals().is_empty() && !plan.is_destructive(),
            "{plan}"
        );
    }
}

#[test]
fn a_plan_reads_well() {
    let old = customers(vec![text("name"), text("tel"), optional("note")]);
    let new = Schema::new(vec![
        Table::new(
            "Customer",
            vec![
                text("name"),
                Column {
                    search: true,
                    ..text("note")
                },
            ],
        ),
        Table::new("Order", vec![text("total")]),
    ]);
    let expected = "\
! customers.tel: column removed, text
? customers.note: may no longer be empty
  customers: search covered nothing, covers note
  customers: the table is rebuilt, with all rows
  orders: new table, 1 column

1 step loses values (!)

`Customer.tel` is gone, and the column `customers.tel` (text) has values
help: if a field took its place, write `#[was(\"tel\")]` above it; to lose the values, write `#[noun(dropped(\"tel\"))]`

`Customer.note` was `Option<String>` and is `String`, and rows of `customers` may have no value
help: write `#[default(…)]` above the field for those rows, say with `#[migrate(…)]` what they get, or keep it an `Option<String>`
";
    assert_eq!(plan(&old, &new).to_string(), expected);
}
