//! The operations of an `OpenAPI` document, and what they have in common.

use serde_json::{Map, Value as Tree, json};

/// An operation: what it is, what it takes, and its answer when all goes well.
pub(super) struct Operation {
    id: String,
    tag: &'static str,
    summary: String,
    parameters: Vec<Tree>,
    body: Option<(&'static [&'static str], Tree, bool)>,
    answers: Vec<(&'static str, Option<Tree>)>,
}

impl Operation {
    /// One that takes nothing and answers only refusals.
    pub fn new(id: String, tag: &'static str, summary: impl Into<String>) -> Self {
        Self {
            id,
            tag,
            summary: summary.into(),
            parameters: Vec::new(),
            body: None,
            answers: Vec::new(),
        }
    }

    /// With parameters more.
    pub fn takes(mut self, parameters: impl IntoIterator<Item = Tree>) -> Self {
        self.parameters.extend(parameters);
        self
    }

    /// With a body of these media types.
    pub fn body(self, media: &'static [&'static str], schema: Tree, required: bool) -> Self {
        Self {
            body: Some((media, schema, required)),
            ..self
        }
    }

    /// With an answer.
    pub fn answers(mut self, status: &'static str, schema: Option<Tree>) -> Self {
        self.answers.push((status, schema));
        self
    }

    fn into_tree(self) -> Tree {
        let content = |media: &[&str], schema: &Tree| -> Map<String, Tree> {
            let mut content = Map::new();
            for media in media {
                content.insert((*media).to_owned(), json!({"schema": schema}));
            }
            content
        };
        let mut responses = Map::new();
        for (status, schema) in self.answers {
            let mut response = json!({"description": self.summary});
            if let Some(schema) = schema {
                response["content"] = content(&["application/json"], &schema).into();
            }
            responses.insert(status.to_owned(), response);
        }
        responses.insert(
            "default".into(),
            json!({"$ref": "#/components/responses/Problem"}),
        );
        let mut operation = json!({"operationId": self.id, "tags": [self.tag], "summary": self.summary, "responses": responses});
        if !self.parameters.is_empty() {
            operation["parameters"] = self.parameters.into();
        }
        if let Some((media, schema, required)) = self.body {
            operation["requestBody"] =
                json!({"required": required, "content": content(media, &schema)});
        }
        operation
    }
}

/// Adds an operation to the document's paths.
pub(super) fn add(paths: &mut Map<String, Tree>, path: &str, method: &str, operation: Operation) {
    let item = paths.entry(path).or_insert_with(|| json!({}));
    item[method] = operation.into_tree();
}

/// A parameter that stands in `place`: `path`, `query` or `header`.
pub(super) fn parameter(name: &str, place: &str, schema: &Tree, description: &str) -> Tree {
    json!({"name": name, "in": place, "required": place == "path", "schema": schema, "description": description})
}

/// The id in a path.
pub(super) fn id() -> Tree {
    parameter(
        "id",
        "path",
        &json!({"type": "string"}),
        "The id, percent-encoded.",
    )
}

/// `Idempotency-Key`.
pub(super) fn key() -> Tree {
    parameter(
        "Idempotency-Key",
        "header",
        &json!({"type": "string", "maxLength": 255}),
        "The request takes effect once under this key.",
    )
}

/// `Actor`.
pub(super) fn actor(required: bool) -> Tree {
    let mut actor = parameter(
        "Actor",
        "header",
        &json!({"type": "string", "maxLength": 200}),
        "Who does it: the name of a person, or `Agent/name` for who is none.",
    );
    actor["required"] = required.into();
    actor
}

/// `If-Match`.
pub(super) fn if_match() -> Tree {
    parameter(
        "If-Match",
        "header",
        &json!({"type": "string"}),
        "The ETag of the version that is to be changed.",
    )
}

/// The parameters of every list.
pub(super) fn paging(most: u32) -> [Tree; 2] {
    [
        parameter(
            "limit",
            "query",
            &json!({"type": "integer", "minimum": 1, "maximum": most}),
            "At most so many items.",
        ),
        parameter(
            "after",
            "query",
            &json!({"type": "string"}),
            "The `next` of the page before.",
        ),
    ]
}
