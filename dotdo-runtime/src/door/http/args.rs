//! The arguments of verbs and queries, checked by name before a turn begins.

use serde_json::{Map, Value as Tree};

use super::limits::Limits;
use super::params::Params;
use super::problem::{Outcome, Problem};
use super::typed::{self, expected};
use crate::error::FieldError;
use crate::json::Json;
use crate::noun::VerbDef;
use crate::store::things::members;
use crate::value::{Member, Shape};

/// The arguments of a query from the parameters: `?since=2026-01-01&tags=a&tags=b`.
pub(super) fn from_params(query: &VerbDef, mut params: Params, limits: &Limits) -> Outcome<Json> {
    let mut args = Map::new();
    for member in query.args {
        let texts = params.all(member.name);
        match argument(member, &texts, limits) {
            Ok(Some(value)) => {
                args.insert(member.name.to_owned(), value);
            }
            Ok(None) => {}
            Err(message) => params.wrong(member.name, message),
        }
    }
    params.finish()?;
    Ok(Json::of(&args)?)
}

fn argument(member: &Member, texts: &[String], limits: &Limits) -> Result<Option<Tree>, String> {
    let shape = typed::inner(member.shape);
    match (texts, shape) {
        ([], _) if member.optional => Ok(None),
        ([], _) => Err(missing(member)),
        ([text], Shape::List(_)) if text.starts_with('[') => json(shape, text, limits).map(Some),
        (texts, Shape::List(one)) => texts
            .iter()
            .map(|text| json(*one, text, limits))
            .collect::<Result<Vec<_>, _>>()
            .map(|list| Some(Tree::from(list))),
        ([text], _) => json(shape, text, limits).map(Some),
        _ => Err("stands twice in the query; write it once".to_owned()),
    }
}

fn json(shape: Shape, text: &str, limits: &Limits) -> Result<Tree, String> {
    limits
        .text(text.as_bytes())
        .map_err(|problem| problem.detail().to_owned())?;
    typed::json(shape, text)
}

fn missing(member: &Member) -> String {
    format!("is missing; expected {}", expected(member.shape))
}

/// The arguments of a verb from the body: a JSON object, or nothing for none.
pub(super) fn from_body(verb: &VerbDef, body: Option<Json>) -> Outcome<Json> {
    let args = body
        .filter(|body| !body.is_null())
        .map_or_else(|| Json::parse("{}".to_owned()), Ok)?;
    let given = members(&args)?;
    let known: Vec<&str> = verb.args.iter().map(|m| m.name).collect();
    let mut errors: Vec<FieldError> = Vec::new();
    for (name, _) in &given {
        if !known.contains(&name.as_str()) {
            let hint = match dotdo_core::nearest(name, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None if known.is_empty() => "it takes none".to_owned(),
                None => format!("it takes {}", known.join(", ")),
            };
            errors.push(FieldError {
                field: name.clone(),
                message: format!("`{}` has no such argument; {hint}", verb.name),
            });
        }
    }
    for member in verb.args.iter().filter(|m| !m.optional) {
        if !given.iter().any(|(name, _)| name == member.name) {
            errors.push(FieldError {
                field: member.name.to_owned(),
                message: missing(member),
            });
        }
    }
    if errors.is_empty() {
        Ok(args)
    } else {
        Err(Problem::fields(errors))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARGS: &[Member] = &[
        Member {
            name: "since",
            shape: Shape::Date,
            optional: false,
            doc: "",
        },
        Member {
            name: "tags",
            shape: Shape::List(&Shape::Text),
            optional: true,
            doc: "",
        },
        Member {
            name: "top",
            shape: Shape::Optional(&Shape::Integer),
            optional: true,
            doc: "",
        },
    ];
    static REPORT: VerbDef = VerbDef {
        name: "report",
        event: None,
        query: true,
        args: ARGS,
        output: Shape::Any,
        doc: "",
        run: |_, _, _| Ok(Json::null()),
    };

    fn query(text: &str) -> Result<String, String> {
        let limits = Limits::default();
        let params = Params::read(text, &limits).unwrap();
        from_params(&REPORT, params, &limits)
            .map(|json| json.text().to_owned())
            .map_err(|p| p.detail().to_owned())
    }

    fn body(text: &str) -> Result<String, String> {
        from_body(&REPORT, Some(Json::parse(text.to_owned()).unwrap()))
            .map(|json| json.text().to_owned())
            .map_err(|p| p.detail().to_owned())
    }

    #[test]
    fn parameters_become_arguments() {
        assert_eq!(
            query("since=2026-01-31&top=3").unwrap(),
            r#"{"since":"2026-01-31","top":3}"#
        );
        assert_eq!(
            query("since=2026-01-31&tags=a&tags=b,c").unwrap(),
            r#"{"since":"2026-01-31","tags":["a","b,c"]}"#
        );
        assert_eq!(
            query("since=2026-01-31&tags=%5B%22a%22%5D").unwrap(),
            r#"{"since":"2026-01-31","tags":["a"]}"#
        );
        assert_eq!(
            query("").unwrap_err(),
            "`since`: is missing; expected a date such as `2026-11-22`"
        );
        assert_eq!(
            query("since=monday&tpo=1").unwrap_err(),
            "`since`: expected a date such as `2026-11-22`, found `monday`; `tpo`: there is no such parameter; did you mean `top`?"
        );
        assert!(query("since=2026-01-31&since=2026-01-31").is_err());
    }

    #[test]
    fn a_body_names_arguments() {
        assert_eq!(
            body(r#"{"since":"2026-01-31"}"#).unwrap(),
            r#"{"since":"2026-01-31"}"#
        );
        assert_eq!(
            body(r#"{"snice":1}"#).unwrap_err(),
            "`snice`: `report` has no such argument; did you mean `since`?; `since`: is missing; expected a date such as `2026-11-22`"
        );
        assert!(body("[1]").is_err());
        assert!(from_body(&REPORT, None).is_err());
    }
}
