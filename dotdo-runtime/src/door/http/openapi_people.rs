//! The operations of the approval inbox in the `OpenAPI` document.

use serde_json::{Map, Value as Tree, json};

use super::operation::{Operation, actor, add, id, key, paging, parameter};

/// The schema of a question, and what can be done with it.
pub(super) fn asks(
    paths: &mut Map<String, Tree>,
    schemas: &mut Map<String, Tree>,
    page: impl Fn(&Tree) -> Tree,
) {
    let text = json!({"type": "string"});
    let time = json!({"type": "string", "format": "date-time"});
    let statuses =
        json!({"enum": ["open", "claimed", "answered", "declined", "expired", "cancelled"]});
    schemas.insert(
        "Ask".into(),
        json!({
            "title": "Ask",
            "description": "A question of a flow to somebody.",
            "type": "object",
            "properties": {
                "id": text, "object": text, "flow": text, "run": text, "key": text,
                "question": text, "role": text, "user": text, "form": text,
                "schema": {"type": "object", "description": "The JSON Schema of an answer."},
                "about": {"description": "What the question is about."},
                "status": statuses, "claimant": text,
                "due": time, "createdAt": time, "updatedAt": time, "closedAt": time,
                "by": text, "answer": {"type": "object"}, "note": text,
                "log": {"type": "array", "items": {"type": "object"}},
                "version": {"type": "integer", "minimum": 1},
                "links": {"type": "object"},
            },
            "required": ["id", "object", "flow", "run", "key", "question", "form", "status", "createdAt", "updatedAt", "version"],
        }),
    );
    let ask = json!({"$ref": "#/components/schemas/Ask"});
    let filters = [
        ("role", &text, "Asked of this role."),
        (
            "assignee",
            &text,
            "Asked of this person, or claimed by them.",
        ),
        ("status", &statuses, "With this status."),
        (
            "open",
            &json!({"type": "boolean"}),
            "Whether it can still be answered.",
        ),
        ("flow", &text, "Asked by flows with this name."),
        ("run", &text, "Asked by this run of a flow."),
    ];
    let list = Operation::new("asks".into(), "$", "What people are asked.")
        .takes(paging(1000))
        .takes(filters.map(|(name, schema, about)| parameter(name, "query", schema, about)))
        .answers("200", Some(page(&ask)));
    add(paths, "/$asks", "get", list);
    let show = Operation::new(
        "ask".into(),
        "$",
        "A question, with the JSON Schema of its answer.",
    )
    .takes([id()])
    .answers("200", Some(ask.clone()));
    add(paths, "/$asks/{id}", "get", show);
    let to = json!({"type": "object", "properties": {"user": text, "role": text, "note": text}, "additionalProperties": false});
    let why = json!({"type": "object", "properties": {"reason": text}, "required": ["reason"], "additionalProperties": false});
    let acts = [
        (
            "claim",
            "Takes a question, so that nobody else works on it.",
            None,
        ),
        ("release", "Gives a question back.", None),
        (
            "delegate",
            "Hands a question on to a person or to a role.",
            Some(to),
        ),
        (
            "answer",
            "Answers a question: the form, filled in.",
            Some(
                json!({"type": "object", "description": "What the `schema` of the question says."}),
            ),
        ),
        (
            "decline",
            "Says that a question will not be answered.",
            Some(why),
        ),
        ("expire", "Ends the time that a question stands.", None),
    ];
    for (act, summary, body) in acts {
        let operation = Operation::new(format!("ask.{act}"), "$", summary).takes([
            id(),
            actor(act != "expire"),
            key(),
        ]);
        let operation = match body {
            Some(body) => operation.body(&["application/json"], body, true),
            None => operation,
        };
        add(
            paths,
            &format!("/$asks/{{id}}/{act}"),
            "post",
            operation.answers("200", Some(ask.clone())),
        );
    }
}
