//! The business as an `OpenAPI` 3.1 document.

use serde_json::{Map, Value as Tree, json};

use super::openapi_people;
use super::operation::{Operation, add, id, if_match, key, paging, parameter};
use super::place::Place;
use super::problem::kinds;
use super::schema;
use crate::manifest::{Field, Manifest, Noun};
use crate::value::ColumnType;

/// The document of a business, as a client of this tenant sees it.
pub(super) fn document(manifest: &Manifest, place: &Place, wants_token: bool) -> Tree {
    let mut paths = Map::new();
    let mut schemas = Map::new();
    schemas.insert("Problem".into(), problem());
    for noun in &manifest.nouns {
        schemas.insert(noun.name.into(), schema::thing(noun));
        schemas.insert(format!("{}.new", noun.name), schema::creation(noun));
        schemas.insert(format!("{}.patch", noun.name), schema::patch(noun));
        schemas.insert(
            format!("{}.page", noun.name),
            page(&reference(noun.name), true),
        );
        things(noun, &mut paths);
        calls(noun, &mut paths);
    }
    logs(&mut paths);
    openapi_people::flows(&mut paths, &mut schemas, |item| page(item, false));
    openapi_people::asks(&mut paths, &mut schemas, |item| page(item, false));
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {"title": manifest.name, "version": manifest.version, "description": manifest.doc},
        "servers": [{"url": if place.prefix.is_empty() { "/" } else { place.prefix.as_str() }}],
        "tags": manifest.nouns.iter().map(|noun| json!({"name": noun.name, "description": noun.doc})).collect::<Vec<_>>(),
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": {"Problem": {
                "description": "It was refused.",
                "content": {"application/problem+json": {"schema": reference("Problem")}},
            }},
        },
    });
    if wants_token {
        document["components"]["securitySchemes"] =
            json!({"token": {"type": "http", "scheme": "bearer"}});
        document["security"] = json!([{"token": []}]);
    }
    document
}

fn reference(schema: &str) -> Tree {
    json!({"$ref": format!("#/components/schemas/{schema}")})
}

fn problem() -> Tree {
    let types: Vec<&str> = kinds().map(|(_, slug, _)| slug).collect();
    json!({
        "title": "Problem",
        "description": format!("A refusal (RFC 9457). The last part of its type is one of {}.", types.join(", ")),
        "type": "object",
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "instance": {"type": "string"},
            "errors": {"type": "array", "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
                "required": ["field", "message"],
            }},
        },
        "required": ["type", "title", "status", "detail"],
    })
}

fn page(item: &Tree, of_things: bool) -> Tree {
    let mut page = json!({
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": item},
            "next": {"type": ["string", "null"], "description": "The cursor of the next page."},
            "links": {"type": "object", "properties": {"self": {"type": "string"}, "next": {"type": ["string", "null"]}}},
        },
        "required": ["items", "next", "links"],
    });
    if of_things {
        page["properties"]["$type"] = json!({"type": "string", "format": "uri"});
        page["properties"]["total"] = json!({"type": "integer", "description": "How many match, where `count=true` asks for it."});
    }
    page
}

/// The parameters by which a list is asked for.
fn filters(noun: &Noun) -> Vec<Tree> {
    let text = json!({"type": "string"});
    let yes = json!({"type": "boolean"});
    let mut parameters = vec![
        parameter(
            "order",
            "query",
            &text,
            "Fields in the order of their weight, `-` before one for descending: `-createdAt,name`.",
        ),
        parameter(
            "deleted",
            "query",
            &yes,
            "Whether deleted ones are listed too.",
        ),
        parameter("count", "query", &yes, "Whether `total` is wanted."),
    ];
    if noun.fields.iter().any(|field| field.search) {
        parameters.push(parameter(
            "q",
            "query",
            &text,
            "Words that the searched fields hold.",
        ));
    }
    let is_plain =
        |field: &&Field| !field.secret && !matches!(field.ty, ColumnType::Json | ColumnType::Blob);
    for field in noun.fields.iter().filter(is_plain) {
        let name = field.name;
        let also = format!(
            "Equal; also `{name}.ne`, `.lt`, `.le`, `.gt`, `.ge`, `.in=a,b`, `.contains`, `.startswith`, `.null=true`. {}",
            field.doc
        );
        parameters.push(parameter(name, "query", &field.schema, also.trim()));
    }
    parameters
}

fn things(noun: &Noun, paths: &mut Map<String, Tree>) {
    let name = noun.name;
    let thing = || Some(reference(name));
    let all = format!("/{name}");
    let one = format!("/{name}/{{id}}");
    let page = Some(reference(&format!("{name}.page")));
    let list = Operation::new(
        format!("{name}.list"),
        name,
        format!("Lists {}.", noun.plural),
    );
    add(
        paths,
        &all,
        "get",
        list.takes(paging(1000))
            .takes(filters(noun))
            .answers("200", page),
    );
    let create = Operation::new(format!("{name}.create"), name, format!("Makes a {name}."));
    let create = create.takes([key()]).body(
        &["application/json"],
        reference(&format!("{name}.new")),
        true,
    );
    add(paths, &all, "post", create.answers("201", thing()));
    let at = parameter(
        "at",
        "query",
        &json!({"type": "string"}),
        "A version: `v12`, `~3` (so many back) or an instant.",
    );
    let history = parameter(
        "history",
        "query",
        &json!({"type": "boolean"}),
        "Lists its versions instead, newest first.",
    );
    let get = Operation::new(format!("{name}.get"), name, format!("Reads a {name}."));
    add(
        paths,
        &one,
        "get",
        get.takes([id(), at, history])
            .answers("200", thing())
            .answers("304", None),
    );
    let update = Operation::new(
        format!("{name}.update"),
        name,
        format!("Changes fields of a {name}: a JSON merge patch."),
    );
    let update = update.takes([id(), if_match(), key()]).body(
        &["application/merge-patch+json", "application/json"],
        reference(&format!("{name}.patch")),
        true,
    );
    add(paths, &one, "patch", update.answers("200", thing()));
    let delete = Operation::new(
        format!("{name}.delete"),
        name,
        format!("Deletes a {name}; its history stays."),
    );
    add(
        paths,
        &one,
        "delete",
        delete.takes([id(), if_match(), key()]).answers("204", None),
    );
}

fn calls(noun: &Noun, paths: &mut Map<String, Tree>) {
    let name = noun.name;
    let is_nothing = |schema: &Tree| schema["type"] == "null";
    let said = |doc: &'static str, what: String| if doc.is_empty() { what } else { doc.to_owned() };
    for verb in &noun.verbs {
        let call = Operation::new(
            format!("{name}.{}", verb.name),
            name,
            said(verb.doc, format!("The verb `{}`.", verb.name)),
        );
        let needs = verb.args["required"]
            .as_array()
            .is_some_and(|required| !required.is_empty());
        let call = call
            .takes([id(), key()])
            .body(&["application/json"], verb.args.clone(), needs);
        let call = if is_nothing(&verb.output) {
            call.answers("204", None)
        } else {
            call.answers("200", Some(verb.output.clone()))
        };
        add(
            paths,
            &format!("/{name}/{{id}}/{}", verb.name),
            "post",
            call,
        );
    }
    for query in &noun.queries {
        let ask = Operation::new(
            format!("{name}.{}", query.name),
            name,
            said(query.doc, format!("The query `{}`.", query.name)),
        );
        let ask = ask
            .takes([id()])
            .takes(arguments(&query.args))
            .answers("200", Some(query.output.clone()));
        add(paths, &format!("/{name}/{{id}}/{}", query.name), "get", ask);
    }
}

/// The arguments of a query as parameters.
fn arguments(args: &Tree) -> Vec<Tree> {
    let required = |name: &str| {
        args["required"]
            .as_array()
            .is_some_and(|list| list.iter().any(|known| known == name))
    };
    let Some(members) = args["properties"].as_object() else {
        return Vec::new();
    };
    let one = |(name, schema): (&String, &Tree)| {
        let mut parameter = parameter(
            name,
            "query",
            schema,
            schema["description"].as_str().unwrap_or_default(),
        );
        parameter["required"] = required(name).into();
        // A list of plain values is written once for each, anything else as JSON.
        let is_object = schema["type"] == "object";
        if is_object && let Tree::Object(parameter) = &mut parameter {
            parameter.remove("schema");
            parameter.insert(
                "content".into(),
                json!({"application/json": {"schema": schema}}),
            );
        }
        parameter
    };
    members.iter().map(one).collect()
}

fn logs(paths: &mut Map<String, Tree>) {
    let text = json!({"type": "string"});
    let entry = json!({"type": "object"});
    let lists: [(&str, &str, &str, &[&str]); 3] = [
        (
            "/$events",
            "events",
            "What has happened in the tenant's object.",
            &["noun", "verb", "subject", "action"],
        ),
        (
            "/$actions",
            "actions",
            "What has been done, and what is under way.",
            &["kind", "name", "status", "parent", "target", "actor"],
        ),
        (
            "/$dead-letters",
            "deadLetters",
            "What failed for good.",
            &[],
        ),
    ];
    for (path, id, summary, filters) in lists {
        let filters = filters
            .iter()
            .map(|name| parameter(name, "query", &text, ""));
        let list = Operation::new(id.to_owned(), "$", summary)
            .takes(paging(1000))
            .takes(filters);
        add(
            paths,
            path,
            "get",
            list.answers("200", Some(page(&entry, false))),
        );
    }
    let replay =
        Operation::new("replay".into(), "$", "Runs a dead letter once more.").takes([id(), key()]);
    let action = json!({"type": "object", "properties": {"action": text}});
    add(
        paths,
        "/$dead-letters/{id}/replay",
        "post",
        replay.answers("202", Some(action)),
    );
    for (path, id, summary) in [
        (
            "/$inspect",
            "inspect",
            "What the tenant's object is: schema, counts, schedules.",
        ),
        ("/$manifest", "manifest", "The business as data."),
        ("/$health", "health", "Whether the process answers."),
    ] {
        add(
            paths,
            path,
            "get",
            Operation::new(id.to_owned(), "$", summary).answers("200", Some(entry.clone())),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    #[test]
    fn every_route_and_schema_is_there() {
        let app = fixture::app();
        let document = document(&crate::manifest::of(app), &Place::home(app), true);
        let paths = document["paths"].as_object().unwrap();
        for (path, methods) in [
            ("/Customer", &["get", "post"][..]),
            ("/Customer/{id}", &["get", "patch", "delete"]),
            ("/Order/{id}/pay", &["post"]),
            ("/Order/{id}/buyer", &["get"]),
            ("/$events", &["get"]),
            ("/$dead-letters/{id}/replay", &["post"]),
            ("/$flows/{id}", &["get"]),
            ("/$flows/{id}/rerun", &["post"]),
            ("/$asks", &["get"]),
            ("/$asks/{id}", &["get"]),
            ("/$asks/{id}/answer", &["post"]),
        ] {
            let found: Vec<_> = methods
                .iter()
                .filter(|method| paths[path].get(**method).is_some())
                .collect();
            assert_eq!(found.len(), methods.len(), "{path}");
        }
        assert_eq!(document["security"][0]["token"], json!([]));
        let buyer = &paths["/Order/{id}/buyer"]["get"]["parameters"];
        assert_eq!(
            (&buyer[1]["name"], &buyer[1]["required"]),
            (&json!("since"), &json!(false))
        );
        let customer = &document["components"]["schemas"]["Customer"]["properties"];
        assert!(customer.get("pin").is_none(), "a secret is not read");
        assert_eq!(
            document["components"]["schemas"]["Customer.new"]["properties"]["pin"]["writeOnly"],
            true
        );
    }

    /// Every `$ref` of the document points at something in it.
    #[test]
    fn no_reference_hangs() {
        fn references<'a>(tree: &'a Tree, found: &mut Vec<&'a str>) {
            match tree {
                Tree::Object(members) => {
                    found.extend(members.get("$ref").and_then(Tree::as_str));
                    members
                        .values()
                        .for_each(|member| references(member, found));
                }
                Tree::Array(items) => items.iter().for_each(|item| references(item, found)),
                _ => {}
            }
        }
        let app = fixture::app();
        let document = document(&crate::manifest::of(app), &Place::home(app), false);
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(!found.is_empty());
        for reference in found {
            assert!(
                document
                    .pointer(reference.trim_start_matches('#'))
                    .is_some(),
                "{reference}"
            );
        }
    }
}
