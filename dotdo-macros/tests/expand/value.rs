use dotdo::prelude::*;
/// What somebody pays for.
#[derive(Value)]
pub enum Plan {
    Free,
    Pro,
}
#[allow(unused_qualifications)]
const _: () = {
    use ::dotdo::__private as __dotdo;
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl __dotdo::Value for Plan {
        const SHAPE: __dotdo::Shape = __dotdo::Shape::Choice(&["Free", "Pro"]);
        type Next = ();
        fn to_cell(&self) -> __dotdo::Result<__dotdo::Cell> {
            let name = match self {
                Self::Free => "Free",
                Self::Pro => "Pro",
            };
            __dotdo::Ok(__dotdo::Cell::from(name))
        }
        fn from_cell(cell: __dotdo::Cell) -> __dotdo::Result<Self> {
            match cell.as_text() {
                __dotdo::Some("Free") => __dotdo::Ok(Self::Free),
                __dotdo::Some("Pro") => __dotdo::Ok(Self::Pro),
                other => {
                    __dotdo::Err(
                        __dotdo::Error::internal(
                            ::core::format_args!("`{other:?}` is no `Plan`"),
                        ),
                    )
                }
            }
        }
    }
    #[derive(__dotdo::serde::Serialize, __dotdo::serde::Deserialize)]
    #[serde(
        crate = "__dotdo::serde",
        remote = "Plan",
        rename = "Plan",
        expecting = "`Plan`",
        deny_unknown_fields
    )]
    enum __PlanCopy {
        Free,
        Pro,
    }
    #[automatically_derived]
    impl __dotdo::serde::Serialize for Plan {
        fn serialize<S: __dotdo::serde::Serializer>(
            &self,
            serializer: S,
        ) -> __dotdo::Result<S::Ok, S::Error> {
            __PlanCopy::serialize(self, serializer)
        }
    }
    #[automatically_derived]
    impl<'de> __dotdo::serde::Deserialize<'de> for Plan {
        fn deserialize<D: __dotdo::serde::Deserializer<'de>>(
            deserializer: D,
        ) -> __dotdo::Result<Self, D::Error> {
            __PlanCopy::deserialize(deserializer)
        }
    }
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
};
/// What the card company says.
#[derive(Value)]
pub struct Receipt {
    /// Its number.
    pub number: String,
    #[default(1)]
    pub parts: u32,
    pub note: Option<String>,
}
#[allow(unused_qualifications)]
const _: () = {
    use ::dotdo::__private as __dotdo;
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl __dotdo::Value for Receipt {
        const SHAPE: __dotdo::Shape = __dotdo::Shape::Record(
            "Receipt",
            &[
                __dotdo::Member::of::<String>("number", "Its number."),
                __dotdo::Member {
                    name: "parts",
                    shape: <u32 as __dotdo::Value>::SHAPE,
                    optional: true,
                    doc: "",
                },
                __dotdo::Member::of::<Option<String>>("note", ""),
            ],
        );
        type Next = ();
    }
    impl Receipt {
        #[allow(non_snake_case)]
        fn __default_parts() -> u32 {
            1
        }
    }
    #[derive(__dotdo::serde::Serialize, __dotdo::serde::Deserialize)]
    #[serde(
        crate = "__dotdo::serde",
        remote = "Receipt",
        rename = "Receipt",
        expecting = "`Receipt`",
        deny_unknown_fields
    )]
    struct __ReceiptCopy {
        number: String,
        #[serde(default = "Receipt::__default_parts")]
        parts: u32,
        note: Option<String>,
    }
    #[automatically_derived]
    impl __dotdo::serde::Serialize for Receipt {
        fn serialize<S: __dotdo::serde::Serializer>(
            &self,
            serializer: S,
        ) -> __dotdo::Result<S::Ok, S::Error> {
            __ReceiptCopy::serialize(self, serializer)
        }
    }
    #[automatically_derived]
    impl<'de> __dotdo::serde::Deserialize<'de> for Receipt {
        fn deserialize<D: __dotdo::serde::Deserializer<'de>>(
            deserializer: D,
        ) -> __dotdo::Result<Self, D::Error> {
            __ReceiptCopy::deserialize(deserializer)
        }
    }
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
};
#[derive(Value)]
pub struct Cents(pub i64);
#[allow(unused_qualifications)]
const _: () = {
    use ::dotdo::__private as __dotdo;
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl __dotdo::Value for Cents {
        const SHAPE: __dotdo::Shape = <i64 as __dotdo::Value>::SHAPE;
        type Next = ();
        const NULLABLE: bool = <i64 as __dotdo::Value>::NULLABLE;
        fn to_cell(&self) -> __dotdo::Result<__dotdo::Cell> {
            __dotdo::Value::to_cell(&self.0)
        }
        fn from_cell(cell: __dotdo::Cell) -> __dotdo::Result<Self> {
            __dotdo::Value::from_cell(cell).map(Self)
        }
    }
    #[derive(__dotdo::serde::Serialize, __dotdo::serde::Deserialize)]
    #[serde(
        crate = "__dotdo::serde",
        remote = "Cents",
        rename = "Cents",
        expecting = "`Cents`",
        transparent
    )]
    struct __CentsCopy(i64);
    #[automatically_derived]
    impl __dotdo::serde::Serialize for Cents {
        fn serialize<S: __dotdo::serde::Serializer>(
            &self,
            serializer: S,
        ) -> __dotdo::Result<S::Ok, S::Error> {
            __CentsCopy::serialize(self, serializer)
        }
    }
    #[automatically_derived]
    impl<'de> __dotdo::serde::Deserialize<'de> for Cents {
        fn deserialize<D: __dotdo::serde::Deserializer<'de>>(
            deserializer: D,
        ) -> __dotdo::Result<Self, D::Error> {
            __CentsCopy::deserialize(deserializer)
        }
    }
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
};
#[derive(Value)]
#[value(without(Debug))]
pub enum Answer {
    /// Nobody answered.
    TimedOut,
    Given(Receipt),
    Asked { whom: String, before: Vec<Answer> },
}
#[allow(unused_qualifications)]
const _: () = {
    use ::dotdo::__private as __dotdo;
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl __dotdo::Value for Answer {
        const SHAPE: __dotdo::Shape = __dotdo::Shape::OneOf(
            "Answer",
            &[
                __dotdo::Member {
                    name: "TimedOut",
                    shape: __dotdo::Shape::Nothing,
                    optional: false,
                    doc: "Nobody answered.",
                },
                __dotdo::Member {
                    name: "Given",
                    shape: <Receipt as __dotdo::Value>::SHAPE,
                    optional: false,
                    doc: "",
                },
                __dotdo::Member {
                    name: "Asked",
                    shape: __dotdo::Shape::Record(
                        "Asked",
                        &[
                            __dotdo::Member::of::<String>("whom", ""),
                            __dotdo::Member {
                                name: "before",
                                shape: __dotdo::Shape::Any,
                                optional: <Vec<Answer> as __dotdo::Value>::NULLABLE,
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
    #[derive(__dotdo::serde::Serialize, __dotdo::serde::Deserialize)]
    #[serde(
        crate = "__dotdo::serde",
        remote = "Answer",
        rename = "Answer",
        expecting = "`Answer`",
        deny_unknown_fields
    )]
    enum __AnswerCopy {
        TimedOut,
        Given(
            #[serde(
                serialize_with = "<Receipt as __dotdo::Value>::write",
                deserialize_with = "<Receipt as __dotdo::Value>::read"
            )]
            Receipt,
        ),
        Asked {
            whom: String,
            #[serde(
                serialize_with = "<Vec < Answer > as __dotdo::Value>::write",
                deserialize_with = "<Vec < Answer > as __dotdo::Value>::read"
            )]
            before: Vec<Answer>,
        },
    }
    #[automatically_derived]
    impl __dotdo::serde::Serialize for Answer {
        fn serialize<S: __dotdo::serde::Serializer>(
            &self,
            serializer: S,
        ) -> __dotdo::Result<S::Ok, S::Error> {
            __AnswerCopy::serialize(self, serializer)
        }
    }
    #[automatically_derived]
    impl<'de> __dotdo::serde::Deserialize<'de> for Answer {
        fn deserialize<D: __dotdo::serde::Deserializer<'de>>(
            deserializer: D,
        ) -> __dotdo::Result<Self, D::Error> {
            __AnswerCopy::deserialize(deserializer)
        }
    }
    #[automatically_derived]
    impl ::core::clone::Clone for Answer {
        fn clone(&self) -> Self {
            match self {
                Self::TimedOut => Self::TimedOut,
                Self::Given(field_0) => {
                    Self::Given(<Receipt as __dotdo::Value>::copy(field_0))
                }
                Self::Asked { whom: field_whom, before: field_before } => {
                    Self::Asked {
                        whom: ::core::clone::Clone::clone(field_whom),
                        before: <Vec<Answer> as __dotdo::Value>::copy(field_before),
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
                (Self::Given(left_0), Self::Given(right_0)) => {
                    <Receipt as __dotdo::Value>::same(left_0, right_0)
                }
                (
                    Self::Asked { whom: left_whom, before: left_before },
                    Self::Asked { whom: right_whom, before: right_before },
                ) => {
                    left_whom == right_whom
                        && <Vec<
                            Answer,
                        > as __dotdo::Value>::same(left_before, right_before)
                }
                _ => false,
            }
        }
    }
};
