//! The operations of flows and of the approval inbox in the `OpenAPI` document.

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

/// Flows, their journals, and what can be done with them.
pub(super) fn flows(
    paths: &mut Map<String, Tree>,
    schemas: &mut Map<String, Tree>,
    page: impl Fn(&Tree) -> Tree,
) {
    let text = json!({"type": "string"});
    let time = json!({"type": "string", "format": "date-time"});
    let statuses =
        json!({"enum": ["pending", "running", "retrying", "completed", "failed", "cancelled"]});
    schemas.insert(
        "Trail".into(),
        json!({
            "title": "Trail",
            "description": "An action with everything that is part of it: a flow with its journal.",
            "type": "object",
            "properties": {
                "action": {"type": "object"},
                "due": time,
                "deadline": time,
                "journal": {"type": "array", "items": {"$ref": "#/components/schemas/Trail"}},
            },
            "required": ["action"],
        }),
    );
    let trail = json!({"$ref": "#/components/schemas/Trail"});
    let filters = [
        ("status", &statuses, "With this status."),
        ("name", &text, "Of this function."),
        ("parent", &text, "Part of this flow."),
    ];
    let list = Operation::new("flows".into(), "$", "The flows of the tenant's object.")
        .takes(paging(1000))
        .takes(filters.map(|(name, schema, about)| parameter(name, "query", schema, about)))
        .answers("200", Some(page(&json!({"type": "object"}))));
    add(paths, "/$flows", "get", list);
    let show = Operation::new("flow".into(), "$", "A flow with its journal, as a tree.")
        .takes([id()])
        .answers("200", Some(trail.clone()));
    add(paths, "/$flows/{id}", "get", show);
    let cancel =
        json!({"type": "object", "properties": {"reason": text}, "additionalProperties": false});
    let rerun = json!({
        "type": "object",
        "properties": {
            "from": {"type": "string", "description": "The key of a step in the journal: `charge#0`."},
            "repeat": {"type": "boolean", "description": "Whether what was done after it may be done again."},
        },
        "additionalProperties": false,
    });
    let acts = [
        ("cancel", "Ends a flow.", Some(cancel)),
        (
            "retry",
            "Tries at once what waits to be tried again, or goes on with a flow that failed or was cancelled.",
            None,
        ),
        ("rerun", "Runs a flow anew from a step.", Some(rerun)),
    ];
    for (act, summary, body) in acts {
        let operation =
            Operation::new(format!("flow.{act}"), "$", summary).takes([id(), actor(false), key()]);
        let operation = match body {
            Some(body) => operation.body(&["application/json"], body, false),
            None => operation,
        };
        add(
            paths,
            &format!("/$flows/{{id}}/{act}"),
            "post",
            operation.answers("202", Some(trail.clone())),
        );
    }
}
