use dotdo::prelude::*;
/// What somebody pays for.
#[derive(Value)]
pub enum Plan {
    Free,
    Pro,
}
#[automatically_derived]
impl ::dotdo::__private::Value for Plan {
    const SHAPE: ::dotdo::__private::Shape = ::dotdo::__private::Shape::Choice(
        &["Free", "Pro"],
    );
    type Next = ();
    fn to_cell(&self) -> ::dotdo::__private::Result<::dotdo::__private::Cell> {
        let name = match self {
            Self::Free => "Free",
            Self::Pro => "Pro",
        };
        Ok(::dotdo::__private::Cell::from(name))
    }
    fn from_cell(cell: ::dotdo::__private::Cell) -> ::dotdo::__private::Result<Self> {
        match cell.as_text() {
            Some("Free") => Ok(Self::Free),
            Some("Pro") => Ok(Self::Pro),
            other => {
                Err(
                    ::dotdo::__private::Error::internal(
                        ::core::format_args!("`{other:?}` is no `Plan`"),
                    ),
                )
            }
        }
    }
}
const _: () = {
    #[derive(
        ::dotdo::__private::serde::Serialize,
        ::dotdo::__private::serde::Deserialize
    )]
    #[serde(
        crate = "::dotdo::__private::serde",
        remote = "Plan",
        rename = "Plan",
        expecting = "a `Plan`",
        deny_unknown_fields
    )]
    enum __Plan {
        Free,
        Pro,
    }
    #[automatically_derived]
    impl ::dotdo::__private::serde::Serialize for Plan {
        fn serialize<S: ::dotdo::__private::serde::Serializer>(
            &self,
            serializer: S,
        ) -> ::core::result::Result<S::Ok, S::Error> {
            __Plan::serialize(self, serializer)
        }
    }
    #[automatically_derived]
    impl<'de> ::dotdo::__private::serde::Deserialize<'de> for Plan {
        fn deserialize<D: ::dotdo::__private::serde::Deserializer<'de>>(
            deserializer: D,
        ) -> ::core::result::Result<Self, D::Error> {
            __Plan::deserialize(deserializer)
        }
    }
};
#[automatically_derived]
impl ::core::clone::Clone for Plan {
    fn clone(&self) -> Self {
        match self {
            Self::Free => Self::Free,
            Self::Pro => Self::Pro,
        }
    }
}
#[automatically_derived]
impl ::core::fmt::Debug for Plan {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match self {
            Self::Free => f.write_str("Free"),
            Self::Pro => f.write_str("Pro"),
        }
    }
}
#[automatically_derived]
impl ::core::cmp::PartialEq for Plan {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Free, Self::Free) => true,
            (Self::Pro, Self::Pro) => true,
            _ => false,
        }
    }
}
/// What the card company says.
#[derive(Value)]
pub struct Receipt {
    /// Its number.
    pub number: String,
    #[default(1)]
    pub parts: u32,
    pub note: Option<String>,
}
#[automatically_derived]
impl ::dotdo::__private::Value for Receipt {
    const SHAPE: ::dotdo::__private::Shape = ::dotdo::__private::Shape::Record(
        "Receipt",
        &[
            ::dotdo::__private::Member {
                name: "number",
                shape: <String as ::dotdo::__private::Value>::SHAPE,
                optional: <String as ::dotdo::__private::Value>::NULLABLE,
                doc: "Its number.",
            },
            ::dotdo::__private::Member {
                name: "parts",
                shape: <u32 as ::dotdo::__private::Value>::SHAPE,
                optional: true,
                doc: "",
            },
            ::dotdo::__private::Member {
                name: "note",
                shape: <Option<String> as ::dotdo::__private::Value>::SHAPE,
                optional: <Option<String> as ::dotdo::__private::Value>::NULLABLE,
                doc: "",
            },
        ],
    );
    type Next = ();
}
const _: () = {
    #[derive(
        ::dotdo::__private::serde::Serialize,
        ::dotdo::__private::serde::Deserialize
    )]
    #[serde(
        crate = "::dotdo::__private::serde",
        remote = "Receipt",
        rename = "Receipt",
        expecting = "a `Receipt`",
        deny_unknown_fields
    )]
    struct __Receipt {
        number: String,
        #[serde(default = "Receipt::__default_parts")]
        parts: u32,
        note: Option<String>,
    }
    impl Receipt {
        #[doc(hidden)]
        #[allow(non_snake_case)]
        fn __default_parts() -> u32 {
            1
        }
    }
    #[automatically_derived]
    impl ::dotdo::__private::serde::Serialize for Receipt {
        fn serialize<S: ::dotdo::__private::serde::Serializer>(
            &self,
            serializer: S,
        ) -> ::core::result::Result<S::Ok, S::Error> {
            __Receipt::serialize(self, serializer)
        }
    }
    #[automatically_derived]
    impl<'de> ::dotdo::__private::serde::Deserialize<'de> for Receipt {
        fn deserialize<D: ::dotdo::__private::serde::Deserializer<'de>>(
            deserializer: D,
        ) -> ::core::result::Result<Self, D::Error> {
            __Receipt::deserialize(deserializer)
        }
    }
};
#[automatically_derived]
impl ::core::clone::Clone for Receipt {
    fn clone(&self) -> Self {
        match self {
            Self { number: field_number, parts: field_parts, note: field_note } => {
                Self {
                    number: ::core::clone::Clone::clone(field_number),
                    parts: ::core::clone::Clone::clone(field_parts),
                    note: ::core::clone::Clone::clone(field_note),
                }
            }
        }
    }
}
#[automatically_derived]
impl ::core::fmt::Debug for Receipt {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match self {
            Self { number: field_number, parts: field_parts, note: field_note } => {
                f.debug_struct("Receipt")
                    .field("number", field_number)
                    .field("parts", field_parts)
                    .field("note", field_note)
                    .finish()
            }
        }
    }
}
#[automatically_derived]
impl ::core::cmp::PartialEq for Receipt {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self { number: left_number, parts: left_parts, note: left_note },
                Self { number: right_number, parts: right_parts, note: right_note },
            ) => {
                left_number == right_number && left_parts == right_parts
                    && left_note == right_note
            }
        }
    }
}
#[derive(Value)]
pub struct Cents(pub i64);
#[automatically_derived]
impl ::dotdo::__private::Value for Cents {
    const SHAPE: ::dotdo::__private::Shape = <i64 as ::dotdo::__private::Value>::SHAPE;
    type Next = ();
    const NULLABLE: bool = <i64 as ::dotdo::__private::Value>::NULLABLE;
    fn to_cell(&self) -> ::dotdo::__private::Result<::dotdo::__private::Cell> {
        <i64 as ::dotdo::__private::Value>::to_cell(&self.0)
    }
    fn from_cell(cell: ::dotdo::__private::Cell) -> ::dotdo::__private::Result<Self> {
        <i64 as ::dotdo::__private::Value>::from_cell(cell).map(Self)
    }
}
const _: () = {
    #[derive(
        ::dotdo::__private::serde::Serialize,
        ::dotdo::__private::serde::Deserialize
    )]
    #[serde(
        crate = "::dotdo::__private::serde",
        remote = "Cents",
        rename = "Cents",
        expecting = "a `Cents`",
        transparent
    )]
    struct __Cents(i64);
    #[automatically_derived]
    impl ::dotdo::__private::serde::Serialize for Cents {
        fn serialize<S: ::dotdo::__private::serde::Serializer>(
            &self,
            serializer: S,
        ) -> ::core::result::Result<S::Ok, S::Error> {
            __Cents::serialize(self, serializer)
        }
    }
    #[automatically_derived]
    impl<'de> ::dotdo::__private::serde::Deserialize<'de> for Cents {
        fn deserialize<D: ::dotdo::__private::serde::Deserializer<'de>>(
            deserializer: D,
        ) -> ::core::result::Result<Self, D::Error> {
            __Cents::deserialize(deserializer)
        }
    }
};
#[automatically_derived]
impl ::core::clone::Clone for Cents {
    fn clone(&self) -> Self {
        match self {
            Self(field_0) => Self(::core::clone::Clone::clone(field_0)),
        }
    }
}
#[automatically_derived]
impl ::core::fmt::Debug for Cents {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match self {
            Self(field_0) => f.debug_tuple("Cents").field(field_0).finish(),
        }
    }
}
#[automatically_derived]
impl ::core::cmp::PartialEq for Cents {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self(left_0), Self(right_0)) => left_0 == right_0,
        }
    }
}
#[derive(Value)]
#[value(without(Debug))]
pub enum Answer {
    /// Nobody answered.
    TimedOut,
    Given(Receipt),
    Asked { whom: String, before: Vec<Answer> },
}
#[automatically_derived]
impl ::dotdo::__private::Value for Answer {
    const SHAPE: ::dotdo::__private::Shape = ::dotdo::__private::Shape::OneOf(
        "Answer",
        &[
            ::dotdo::__private::Member {
                name: "TimedOut",
                shape: ::dotdo::__private::Shape::Nothing,
                optional: false,
                doc: "Nobody answered.",
            },
            ::dotdo::__private::Member {
                name: "Given",
                shape: <Receipt as ::dotdo::__private::Value>::SHAPE,
                optional: false,
                doc: "",
            },
            ::dotdo::__private::Member {
                name: "Asked",
                shape: ::dotdo::__private::Shape::Record(
                    "Asked",
                    &[
                        ::dotdo::__private::Member {
                            name: "whom",
                            shape: <String as ::dotdo::__private::Value>::SHAPE,
                            optional: <String as ::dotdo::__private::Value>::NULLABLE,
                            doc: "",
                        },
                        ::dotdo::__private::Member {
                            name: "before",
                            shape: ::dotdo::__private::Shape::Any,
                            optional: <Vec<
                                Answer,
                            > as ::dotdo::__private::Value>::NULLABLE,
                            doc: "",
                        },
                    ],
                ),
                optional: false,
                doc: "",
            },
        ],
    );
    type Next = ();
}
const _: () = {
    #[derive(
        ::dotdo::__private::serde::Serialize,
        ::dotdo::__private::serde::Deserialize
    )]
    #[serde(
        crate = "::dotdo::__private::serde",
        remote = "Answer",
        rename = "Answer",
        expecting = "a `Answer`",
        deny_unknown_fields
    )]
    enum __Answer {
        TimedOut,
        Given(Receipt),
        Asked { whom: String, before: Vec<Answer> },
    }
    #[automatically_derived]
    impl ::dotdo::__private::serde::Serialize for Answer {
        fn serialize<S: ::dotdo::__private::serde::Serializer>(
            &self,
            serializer: S,
        ) -> ::core::result::Result<S::Ok, S::Error> {
            __Answer::serialize(self, serializer)
        }
    }
    #[automatically_derived]
    impl<'de> ::dotdo::__private::serde::Deserialize<'de> for Answer {
        fn deserialize<D: ::dotdo::__private::serde::Deserializer<'de>>(
            deserializer: D,
        ) -> ::core::result::Result<Self, D::Error> {
            __Answer::deserialize(deserializer)
        }
    }
};
#[automatically_derived]
impl ::core::clone::Clone for Answer {
    fn clone(&self) -> Self {
        match self {
            Self::TimedOut => Self::TimedOut,
            Self::Given(field_0) => Self::Given(::core::clone::Clone::clone(field_0)),
            Self::Asked { whom: field_whom, before: field_before } => {
                Self::Asked {
                    whom: ::core::clone::Clone::clone(field_whom),
                    before: ::core::clone::Clone::clone(field_before),
                }
            }
        }
    }
}
#[automatically_derived]
impl ::core::cmp::PartialEq for Answer {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::TimedOut, Self::TimedOut) => true,
            (Self::Given(left_0), Self::Given(right_0)) => left_0 == right_0,
            (
                Self::Asked { whom: left_whom, before: left_before },
                Self::Asked { whom: right_whom, before: right_before },
            ) => left_whom == right_whom && left_before == right_before,
            _ => false,
        }
    }
}
