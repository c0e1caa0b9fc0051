//! JSON Schemas (2020-12) of nouns: as they are read, made and changed.

use serde_json::{Map, Value as Tree, json};

use super::things::VISIBILITIES;
use crate::manifest::{Field, Noun};

/// What every thing has besides its fields.
fn system(noun: &Noun) -> Map<String, Tree> {
    let mut members = Map::new();
    let time = |what: &str| json!({"type": "string", "format": "date-time", "readOnly": true, "description": what});
    members.insert(
        "$id".into(),
        json!({"type": "string", "format": "uri", "description": "Its identity."}),
    );
    members.insert(
        "$type".into(),
        json!({"type": "string", "format": "uri", "readOnly": true, "description": "The noun."}),
    );
    members.insert("$version".into(), json!({"type": "integer", "minimum": 1, "readOnly": true, "description": "Its version, counted from 1."}));
    members.insert("createdAt".into(), time("When it was made."));
    members.insert("updatedAt".into(), time("When it was changed last."));
    members.insert("deletedAt".into(), time("When it was deleted."));
    members.insert(
        "visibility".into(),
        json!({"enum": VISIBILITIES, "default": noun.visibility, "description": "Who may see it."}),
    );
    members
}

fn property(field: &Field) -> Tree {
    let mut schema = field.schema.clone();
    if let Tree::Object(schema) = &mut schema {
        if !field.doc.is_empty() {
            schema.insert("description".into(), field.doc.into());
        }
        if let Some(default) = &field.default {
            schema.insert("default".into(), default.clone());
        }
        if field.secret {
            schema.insert("writeOnly".into(), true.into());
        }
    }
    schema
}

fn object(noun: &Noun, properties: &Map<String, Tree>, required: &[&str]) -> Tree {
    let mut schema = json!({
        "title": noun.name,
        "type": "object",
        "properties": properties,
        "required": required,
    });
    if !noun.doc.is_empty() {
        schema["description"] = noun.doc.into();
    }
    schema
}

/// A thing as it is read.
pub(super) fn thing(noun: &Noun) -> Tree {
    let mut properties = system(noun);
    let mut required = vec!["$id", "$type", "$version"];
    for field in noun.fields.iter().filter(|field| !field.secret) {
        properties.insert(field.name.into(), property(field));
        required.push(field.name);
    }
    object(noun, &properties, &required)
}

/// What makes a new one.
pub(super) fn creation(noun: &Noun) -> Tree {
    let mut properties = system(noun);
    properties.retain(|name, _| matches!(name.as_str(), "$id" | "visibility"));
    for field in &noun.fields {
        properties.insert(field.name.into(), property(field));
    }
    let required: Vec<&str> = noun
        .fields
        .iter()
        .filter(|field| field.required)
        .map(|field| field.name)
        .collect();
    object(noun, &properties, &required)
}

/// What changes one: a merge patch, in which every field may be left out and `null` takes a value away.
pub(super) fn patch(noun: &Noun) -> Tree {
    let mut properties = Map::new();
    for field in &noun.fields {
        let mut schema = property(field);
        if let Tree::Object(schema) = &mut schema {
            schema.remove("default");
        }
        properties.insert(field.name.to_owned(), schema);
    }
    object(noun, &properties, &[])
}
