//! Questions as parameters: `?plan=Pro&createdAt.ge=2026-01-01&order=-createdAt,name&limit=20`.

use serde_json::Value as Tree;

use super::params::Params;
use super::things::VISIBILITIES;
use super::typed;
use crate::noun::NounDef;
use crate::query::{Compare, Expr, Filter, FindSpec, Order};
use crate::value::{Cell, Shape};

/// The size of a page unless the client says otherwise.
pub(super) const DEFAULT_LIMIT: u32 = 50;
/// A host allows a statement a hundred parameters, and a cursor and a search need some of them.
const MAX_CONDITIONS: usize = 40;
/// At most so many values in one `.in=`.
const MAX_VALUES: usize = 1000;

/// What a list is asked for.
#[derive(Debug)]
pub(super) struct Asked {
    /// The question.
    pub spec: FindSpec,
    /// Whether the number of all that match is wanted as well.
    pub count: bool,
}

/// What a parameter wants of a column.
const OPERATORS: [&str; 10] = [
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "in",
    "contains",
    "startswith",
    "null",
];

/// A column, or something that every thing has.
#[derive(Clone, Copy)]
struct Field {
    column: &'static str,
    shape: Shape,
}

/// Takes the whole question out of the parameters. What does not fit is noted there.
pub(super) fn read(def: &'static NounDef, params: &mut Params) -> Asked {
    let mut spec = FindSpec {
        limit: Some(params.limit(DEFAULT_LIMIT)),
        ..FindSpec::all(def.name)
    };
    spec.deleted = params.flag("deleted");
    let count = params.flag("count");
    spec.after = params.text("after");
    if let Some(after) = &spec.after
        && dotdo_core::identity::check_id(after).is_err()
    {
        params.wrong("after", "is no cursor; use the `next` of the page before");
    }
    spec.search = params.one("q");
    if spec.search.is_some() && !def.columns.iter().any(|c| c.search) {
        params.wrong("q", format!("a {} has no field that is searched", def.name));
    } else if spec
        .search
        .as_ref()
        .is_some_and(|words| words.trim().is_empty())
    {
        params.wrong("q", "is empty; give at least one word");
    }
    if let Some(order) = params.text("order") {
        for name in order.split(',') {
            match order_of(def, name) {
                Ok(order) => spec.order.push(order),
                Err(message) => params.wrong("order", message),
            }
        }
    }
    let mut conditions = Vec::new();
    for (name, text) in params.rest() {
        match condition(def, &name, &text) {
            Ok(condition) => conditions.push(condition),
            Err(message) => params.wrong(&name, message),
        }
    }
    if conditions.len() + spec.order.len() > MAX_CONDITIONS {
        params.wrong(
            "",
            format!("at most {MAX_CONDITIONS} conditions can be asked at once"),
        );
    }
    if !conditions.is_empty() {
        spec.filter = Filter::from_expr(Expr::And(conditions));
    }
    Asked { spec, count }
}

fn order_of(def: &NounDef, name: &str) -> Result<Order, String> {
    let (name, descending) = name
        .strip_prefix('-')
        .map_or((name, false), |name| (name, true));
    let field = field(def, name)?;
    if !typed::is_plain(field.shape) {
        return Err(format!("`{name}` has no order"));
    }
    Ok(Order {
        column: field.column.to_owned(),
        descending,
    })
}

/// The names that a list can be asked by.
pub(super) fn fields(def: &NounDef) -> impl Iterator<Item = (&'static str, Shape)> {
    let system = SYSTEM
        .iter()
        .map(|(name, field)| (*name, field.shape))
        .filter(|(name, _)| !def.columns.iter().any(|c| c.name == *name));
    def.columns
        .iter()
        .filter(|c| !c.secret)
        .map(|c| (c.name, c.shape))
        .chain(system)
}

const SYSTEM: [(&str, Field); 5] = [
    (
        "$id",
        Field {
            column: "$id",
            shape: Shape::Text,
        },
    ),
    (
        "$version",
        Field {
            column: "$version",
            shape: Shape::Integer,
        },
    ),
    (
        "createdAt",
        Field {
            column: "createdAt",
            shape: Shape::Timestamp,
        },
    ),
    (
        "updatedAt",
        Field {
            column: "updatedAt",
            shape: Shape::Timestamp,
        },
    ),
    (
        "visibility",
        Field {
            column: "$visibility",
            shape: Shape::Choice(&VISIBILITIES, &[]),
        },
    ),
];

fn field(def: &NounDef, name: &str) -> Result<Field, String> {
    if let Some(column) = def.columns.iter().find(|c| c.name == name) {
        if column.secret {
            return Err(format!("`{name}` is secret and cannot be asked for"));
        }
        return Ok(Field {
            column: column.name,
            shape: column.shape,
        });
    }
    if let Some((_, field)) = SYSTEM.iter().find(|(known, _)| *known == name) {
        return Ok(*field);
    }
    let others = ["order", "limit", "after", "q", "deleted", "count"];
    let near = dotdo_core::nearest(name, fields(def).map(|(name, _)| name).chain(others));
    let hint = near.map_or_else(
        || {
            format!(
                "its fields are {}",
                fields(def)
                    .map(|(name, _)| name)
                    .collect::<Vec<_>>()
                    .join(", ")
            )
        },
        |near| format!("did you mean `{near}`?"),
    );
    Err(format!("a {} has no `{name}`; {hint}", def.name))
}

fn condition(def: &NounDef, name: &str, text: &str) -> Result<Expr, String> {
    let (name, operator) = name.split_once('.').unwrap_or((name, "eq"));
    let field = field(def, name)?;
    let column = field.column.to_owned();
    let compare = |op| {
        Ok(Expr::Compare {
            column: column.clone(),
            op,
            value: value(def, field, text)?,
        })
    };
    let ordered = |op| match typed::inner(field.shape) {
        Shape::Boolean | Shape::Choice(..) => Err(format!(
            "`{name}` has no order; compare it with `{name}=` or `{name}.in=`"
        )),
        _ => compare(op),
    };
    match operator {
        "eq" => compare(Compare::Eq),
        "ne" => compare(Compare::Ne),
        "lt" => ordered(Compare::Lt),
        "le" => ordered(Compare::Le),
        "gt" => ordered(Compare::Gt),
        "ge" => ordered(Compare::Ge),
        "in" => one_of(def, field, text),
        "contains" | "startswith" => match typed::inner(field.shape) {
            Shape::Text => Ok(Expr::Contains {
                column,
                text: text.to_owned(),
                prefix: operator == "startswith",
            }),
            _ => Err(format!(
                "`{name}` is not a text; `.{operator}` asks for parts of texts"
            )),
        },
        "null" => match text {
            "" | "true" => Ok(Expr::Null { column }),
            "false" => Ok(Expr::Not(Box::new(Expr::Null { column }))),
            other => Err(format!("expected `true` or `false`, found `{other}`")),
        },
        other => {
            let near = dotdo_core::nearest(other, OPERATORS);
            let hint = near.map_or_else(
                || format!("there are .{}", OPERATORS.join(", .")),
                |near| format!("did you mean `{name}.{near}`?"),
            );
            Err(format!("there is no comparison `.{other}`; {hint}"))
        }
    }
}

fn value(def: &NounDef, field: Field, text: &str) -> Result<Cell, String> {
    if field.column == "$id" {
        typed::id_of(text, def.name).map(Cell::Text)
    } else {
        typed::cell(field.shape, text)
    }
}

/// `a,b` or, where a value has a comma, `["a","b"]`.
fn one_of(def: &NounDef, field: Field, text: &str) -> Result<Expr, String> {
    let texts: Vec<String> = if text.starts_with('[') {
        let list: Vec<Tree> = serde_json::from_str(text)
            .map_err(|e| format!("expected values such as `a,b` or `[\"a\",\"b\"]`: {e}"))?;
        list.iter()
            .map(|tree| {
                tree.as_str()
                    .map_or_else(|| tree.to_string(), str::to_owned)
            })
            .collect()
    } else {
        text.split(',').map(str::to_owned).collect()
    };
    let is_decimal = typed::inner(field.shape) == Shape::Decimal;
    let most = if is_decimal {
        MAX_CONDITIONS
    } else {
        MAX_VALUES
    };
    if texts.len() > most {
        return Err(format!(
            "has {} values; at most {most} can be asked for at once",
            texts.len()
        ));
    }
    let values = texts
        .iter()
        .map(|text| value(def, field, text))
        .collect::<Result<Vec<_>, _>>()?;
    let column = field.column.to_owned();
    if is_decimal {
        // `1.5` and `1.50` are the same number and different texts, so each is compared as a number.
        let equal = |value| Expr::Compare {
            column: column.clone(),
            op: Compare::Eq,
            value,
        };
        return Ok(Expr::Or(values.into_iter().map(equal).collect()));
    }
    Ok(Expr::In { column, values })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{CUSTOMER, ORDER};
    use super::super::limits::Limits;
    use super::*;
    use proptest::prelude::*;

    fn ask(def: &'static NounDef, query: &str) -> Result<Asked, String> {
        let mut params =
            Params::read(query, &Limits::default()).map_err(|p| p.detail().to_owned())?;
        let asked = read(def, &mut params);
        params
            .finish()
            .map_err(|p| p.detail().to_owned())
            .map(|()| asked)
    }

    fn one(def: &'static NounDef, query: &str) -> Result<Expr, String> {
        match ask(def, query)?.spec.filter.0 {
            Expr::And(mut parts) if parts.len() == 1 => Ok(parts.remove(0)),
            other => panic!("{query}: {other:?}"),
        }
    }

    fn compare(column: &str, op: Compare, value: impl Into<Cell>) -> Expr {
        Expr::Compare {
            column: column.into(),
            op,
            value: value.into(),
        }
    }

    #[test]
    fn parameters_become_conditions() {
        assert_eq!(
            one(&CUSTOMER, "plan=Pro"),
            Ok(compare("plan", Compare::Eq, "Pro"))
        );
        assert_eq!(
            one(&CUSTOMER, "age.ge=18"),
            Ok(compare("age", Compare::Ge, 18_i64))
        );
        assert_eq!(
            one(&CUSTOMER, "$version.gt=1"),
            Ok(compare("$version", Compare::Gt, 1_i64))
        );
        assert_eq!(
            one(&CUSTOMER, "visibility=org"),
            Ok(compare("$visibility", Compare::Eq, "org"))
        );
        assert_eq!(
            one(&CUSTOMER, "createdAt.lt=1970-01-02"),
            Ok(compare("createdAt", Compare::Lt, 86_400_000_000_i64))
        );
        assert_eq!(
            one(&CUSTOMER, "$id=Customer/c1"),
            Ok(compare("$id", Compare::Eq, "c1"))
        );
        assert_eq!(
            one(&ORDER, "customer=https://shop.example/Customer/c1"),
            Ok(compare("customer", Compare::Eq, "c1"))
        );
        assert_eq!(
            one(&ORDER, "paid=true"),
            Ok(compare("paid", Compare::Eq, true))
        );
        let values = vec![Cell::from("Free"), Cell::from("Team")];
        assert_eq!(
            one(&CUSTOMER, "plan.in=Free%2CTeam"),
            Ok(Expr::In {
                column: "plan".into(),
                values: values.clone()
            })
        );
        assert_eq!(
            one(&CUSTOMER, r#"plan.in=["Free","Team"]"#),
            Ok(Expr::In {
                column: "plan".into(),
                values
            })
        );
        assert_eq!(
            one(&CUSTOMER, "tags.null=false"),
            Ok(Expr::Not(Box::new(Expr::Null {
                column: "tags".into()
            })))
        );
        assert_eq!(
            one(&CUSTOMER, "name.startswith=A"),
            Ok(Expr::Contains {
                column: "name".into(),
                text: "A".into(),
                prefix: true
            })
        );
        assert!(
            matches!(one(&CUSTOMER, "credit.in=1.5,2"), Ok(Expr::Or(parts)) if parts.len() == 2)
        );
    }

    #[test]
    fn a_page_is_asked_for() {
        let asked = ask(
            &CUSTOMER,
            "order=-createdAt,name&limit=7&after=c1&q=ann&deleted=true&count",
        )
        .unwrap();
        assert_eq!(
            (
                asked.spec.limit,
                asked.spec.after.as_deref(),
                asked.spec.search.as_deref()
            ),
            (Some(7), Some("c1"), Some("ann"))
        );
        assert!(asked.spec.deleted && asked.count);
        let order: Vec<_> = asked
            .spec
            .order
            .iter()
            .map(|o| (o.column.as_str(), o.descending))
            .collect();
        assert_eq!(order, [("createdAt", true), ("name", false)]);
        let plain = ask(&CUSTOMER, "").unwrap();
        assert_eq!(
            (plain.spec.limit, plain.spec.filter),
            (Some(50), Filter::all())
        );
    }

    #[test]
    fn mistakes_name_the_parameter() {
        for (query, message) in [
            (
                "plan=pro",
                "`plan`: `pro` is none; did you mean `Pro`? there are Free, Pro, Team",
            ),
            ("age=x", "`age`: expected a whole number, found `x`"),
            (
                "plna=Pro",
                "`plna`: a Customer has no `plna`; did you mean `plan`?",
            ),
            ("pin=0000", "`pin`: `pin` is secret and cannot be asked for"),
            (
                "age.gte=1",
                "`age.gte`: there is no comparison `.gte`; did you mean `age.gt`?",
            ),
            (
                "plan.lt=Pro",
                "`plan.lt`: `plan` has no order; compare it with `plan=` or `plan.in=`",
            ),
            (
                "order=pin",
                "`order`: `pin` is secret and cannot be asked for",
            ),
            ("order=tags", "`order`: `tags` has no order"),
            ("q=", "`q`: is empty; give at least one word"),
            (
                "after=a%20b",
                "`after`: is no cursor; use the `next` of the page before",
            ),
            ("limit=5000", "`limit`: must be from 1 to 1000"),
        ] {
            assert_eq!(ask(&CUSTOMER, query).unwrap_err(), message, "{query}");
        }
        assert_eq!(
            ask(&ORDER, "q=ann").unwrap_err(),
            "`q`: a Order has no field that is searched"
        );
        let many = "age=1&".repeat(41);
        assert!(
            ask(&CUSTOMER, &many)
                .unwrap_err()
                .contains("at most 40 conditions")
        );
    }

    proptest! {
        #[test]
        fn no_question_panics(query in "\\PC*") {
            let _ = ask(&CUSTOMER, &query);
        }

        #[test]
        fn no_likely_question_panics(query in "((plan|age|name|credit|tags|pin|\\$id|createdAt|order|limit|after|q)(\\.(in|lt|null|contains|eq|x))?=(|Pro|1|-1|1\\.5|true|\\[|\\[1\\]|a,b|2026-01-01|%)&){0,6}") {
            let _ = ask(&CUSTOMER, &query);
        }
    }
}
