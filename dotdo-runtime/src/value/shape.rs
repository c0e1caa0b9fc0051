//! What the manifest and the doors know of a type.

use dotdo_core::table::ColumnType;

use super::Value;

/// The shape of a type's JSON, as the manifest and the doors describe it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// Nothing: `null`.
    Nothing,
    /// A whole number.
    Integer,
    /// A number.
    Real,
    /// `true` or `false`.
    Boolean,
    /// A text.
    Text,
    /// An instant, as RFC 3339 text.
    Timestamp,
    /// A date, `2026-11-22`.
    Date,
    /// A time of day, `09:30:00`.
    Time,
    /// A decimal number, as text so that no digit is lost.
    Decimal,
    /// The id of a noun.
    Reference(&'static str),
    /// Bytes, in JSON a list of numbers from 0 to 255.
    Bytes,
    /// A fixed list of 128 numbers.
    Embedding,
    /// One of these texts; beside them what is to be said about each, or nothing if there is nothing about any.
    Choice(&'static [&'static str], &'static [&'static str]),
    /// The shape, or `null`.
    Optional(&'static Shape),
    /// A list of one shape.
    List(&'static Shape),
    /// An object from texts to one shape.
    Map(&'static Shape),
    /// An object with these fields.
    Record(&'static str, &'static [Member]),
    /// An array with these places.
    Tuple(&'static [Shape]),
    /// `{"Variant": …}` or `"Variant"`.
    OneOf(&'static str, &'static [Member]),
    /// Any JSON.
    Any,
}

/// One field of a [`Shape::Record`], or one variant of a [`Shape::OneOf`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Member {
    /// Its name in JSON.
    pub name: &'static str,
    /// Its shape.
    pub shape: Shape,
    /// Whether it may be left out.
    pub optional: bool,
    /// Its documentation.
    pub doc: &'static str,
}

impl Member {
    /// The member that a type makes.
    #[doc(hidden)]
    pub const fn of<T: Value>(name: &'static str, doc: &'static str) -> Self {
        Self {
            name,
            shape: T::SHAPE,
            optional: T::NULLABLE,
            doc,
        }
    }
}

impl Shape {
    /// The column such a value is stored in.
    pub const fn column(self) -> ColumnType {
        match self {
            Self::Integer => ColumnType::Integer,
            Self::Real => ColumnType::Real,
            Self::Boolean => ColumnType::Boolean,
            Self::Text | Self::Choice(..) => ColumnType::Text,
            Self::Timestamp => ColumnType::Timestamp,
            Self::Date => ColumnType::Date,
            Self::Time => ColumnType::Time,
            Self::Decimal => ColumnType::Decimal,
            Self::Reference(_) => ColumnType::Reference,
            Self::Bytes | Self::Embedding => ColumnType::Blob,
            Self::Optional(inner) => inner.column(),
            Self::Nothing
            | Self::List(_)
            | Self::Map(_)
            | Self::Record(..)
            | Self::Tuple(_)
            | Self::OneOf(..)
            | Self::Any => ColumnType::Json,
        }
    }

    /// The texts such a column may hold, or none where any will do.
    pub const fn choices(self) -> &'static [&'static str] {
        match self {
            Self::Choice(choices, _) => choices,
            Self::Optional(inner) => inner.choices(),
            _ => &[],
        }
    }

    /// The noun such a column refers to.
    pub const fn references(self) -> Option<&'static str> {
        match self {
            Self::Reference(noun) => Some(noun),
            Self::Optional(inner) => inner.references(),
            _ => None,
        }
    }

    /// The shape as plain data, with its canonical text: `Receipt { number: text, cents: integer }`.
    pub fn model(self) -> dotdo_core::shape::Shape {
        use dotdo_core::shape::Shape as Model;
        let boxed = |inner: &Self| Box::new(inner.model());
        match self {
            Self::Nothing => Model::Nothing,
            Self::Integer => Model::Integer,
            Self::Real => Model::Real,
            Self::Boolean => Model::Boolean,
            Self::Text => Model::Text,
            Self::Timestamp => Model::Timestamp,
            Self::Date => Model::Date,
            Self::Time => Model::Time,
            Self::Decimal => Model::Decimal,
            Self::Reference(noun) => Model::Reference(noun.to_owned()),
            Self::Bytes => Model::Bytes,
            Self::Embedding => Model::Embedding,
            Self::Choice(names, _) => Model::Choice(names.iter().map(|&n| n.to_owned()).collect()),
            Self::Optional(inner) => Model::Optional(boxed(inner)),
            Self::List(inner) => Model::List(boxed(inner)),
            Self::Map(inner) => Model::Map(boxed(inner)),
            Self::Record(name, members) => Model::Record(name.to_owned(), Self::models(members)),
            Self::Tuple(places) => Model::Tuple(places.iter().map(|p| p.model()).collect()),
            Self::OneOf(name, members) => Model::OneOf(name.to_owned(), Self::models(members)),
            Self::Any => Model::Any,
        }
    }

    /// Members as plain data.
    pub fn models(members: &[Member]) -> Vec<dotdo_core::shape::Member> {
        let model = |member: &Member| dotdo_core::shape::Member {
            name: member.name.to_owned(),
            shape: member.shape.model(),
            optional: member.optional,
        };
        members.iter().map(model).collect()
    }

    /// The JSON Schema (2020-12) of the shape.
    pub fn schema(self) -> serde_json::Value {
        use serde_json::json;
        match self {
            Self::Nothing => json!({"type": "null"}),
            Self::Integer => json!({"type": "integer"}),
            Self::Real => json!({"type": "number"}),
            Self::Boolean => json!({"type": "boolean"}),
            Self::Text => json!({"type": "string"}),
            Self::Timestamp => json!({"type": "string", "format": "date-time"}),
            Self::Date => json!({"type": "string", "format": "date"}),
            Self::Time => json!({"type": "string", "format": "time"}),
            Self::Decimal => json!({"type": "string", "format": "decimal"}),
            Self::Reference(noun) => json!({"type": "string", "format": "id", "noun": noun}),
            Self::Bytes => {
                json!({"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 255}})
            }
            Self::Embedding => {
                json!({"type": "array", "items": {"type": "number"}, "minItems": 128, "maxItems": 128})
            }
            Self::Choice(choices, docs) => Self::choice(choices, docs),
            Self::Optional(inner) => json!({"anyOf": [inner.schema(), {"type": "null"}]}),
            Self::List(inner) => json!({"type": "array", "items": inner.schema()}),
            Self::Map(inner) => json!({"type": "object", "additionalProperties": inner.schema()}),
            Self::Tuple(places) => {
                json!({"type": "array", "prefixItems": places.iter().map(|p| p.schema()).collect::<Vec<_>>(), "items": false})
            }
            Self::Record(name, members) => {
                let mut schema = Self::object(members);
                schema["title"] = name.into();
                schema
            }
            Self::OneOf(name, members) => {
                let variants = members.iter().map(|member| {
                    let schema = match member.shape {
                        Self::Nothing => json!({"const": member.name}),
                        shape => json!({"type": "object", "properties": {member.name: shape.schema()}, "required": [member.name]}),
                    };
                    described(schema, member.doc)
                });
                json!({"title": name, "oneOf": variants.collect::<Vec<_>>()})
            }
            Self::Any => json!({}),
        }
    }

    /// The JSON Schema of one of these texts. What is said about each stands in `oneOf`, where schemas have room for it.
    fn choice(choices: &[&str], docs: &[&str]) -> serde_json::Value {
        let mut schema = serde_json::json!({"enum": choices});
        if !docs.is_empty() {
            let each = |(choice, doc): (&&str, &&str)| {
                described(serde_json::json!({"const": choice}), doc)
            };
            schema["oneOf"] = choices.iter().zip(docs).map(each).collect();
        }
        schema
    }

    /// The JSON Schema of an object with these members.
    pub fn object(members: &[Member]) -> serde_json::Value {
        let mut properties = serde_json::Map::new();
        for member in members {
            let schema = described(member.shape.schema(), member.doc);
            properties.insert(member.name.into(), schema);
        }
        let required: Vec<_> = members
            .iter()
            .filter(|m| !m.optional)
            .map(|m| m.name)
            .collect();
        serde_json::json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
    }
}

/// A schema with what is to be said about it.
fn described(mut schema: serde_json::Value, doc: &str) -> serde_json::Value {
    if !doc.is_empty() {
        schema["description"] = doc.into();
    }
    schema
}
