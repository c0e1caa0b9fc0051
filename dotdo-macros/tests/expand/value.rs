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
        const SHAPE: __dotdo::Shape = __dotdo::Shape::Choice(&["Free", "Pro"], &[]);
        type Next = ();
        fn to_cell(&self) -> __dotdo::Result<__dotdo::Cell> {
            __dotdo::Ok(__dotdo::Cell::from(__dotdo::record::name(self)))
        }
        fn from_cell(cell: __dotdo::Cell) -> __dotdo::Result<Self> {
            let found = cell.as_text().and_then(__dotdo::record::named);
            found
                .ok_or_else(|| __dotdo::Error::internal(
                    ::core::format_args!("`{cell:?}` is no `Plan`"),
                ))
        }
    }
    #[automatically_derived]
    impl __dotdo::serde::Serialize for Plan {
        fn serialize<__S: __dotdo::serde::Serializer>(
            &self,
            serializer: __S,
        ) -> __dotdo::Result<__S::Ok, __S::Error> {
            __dotdo::record::write_choice(self, serializer)
        }
    }
    #[automatically_derived]
    impl<'de> __dotdo::serde::Deserialize<'de> for Plan {
        fn deserialize<__D: __dotdo::serde::Deserializer<'de>>(
            deserializer: __D,
        ) -> __dotdo::Result<Self, __D::Error> {
            __dotdo::record::read_choice(deserializer)
        }
    }
    #[automatically_derived]
    impl __dotdo::Choice for Plan {
        const NAME: &'static str = "Plan";
        const EXPECTED: &'static str = "`Plan`";
        const NAMES: &'static [&'static str] = &["Free", "Pro"];
        fn place(&self) -> usize {
            match self {
                Self::Free => 0,
                Self::Pro => 1,
            }
        }
        fn at(place: usize) -> Self {
            match place {
                0 => Self::Free,
                _ => Self::Pro,
            }
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
    #[automatically_derived]
    impl __dotdo::serde::Serialize for Receipt {
        fn serialize<__S: __dotdo::serde::Serializer>(
            &self,
            serializer: __S,
        ) -> __dotdo::Result<__S::Ok, __S::Error> {
            let mut out = __dotdo::Writer::new(serializer, "Receipt", 3);
            out.field("number", &self.number);
            out.field("parts", &self.parts);
            out.field("note", &self.note);
            out.end()
        }
    }
    #[automatically_derived]
    impl<'de> __dotdo::serde::Deserialize<'de> for Receipt {
        fn deserialize<__D: __dotdo::serde::Deserializer<'de>>(
            deserializer: __D,
        ) -> __dotdo::Result<Self, __D::Error> {
            __dotdo::record::read(deserializer)
        }
    }
    #[automatically_derived]
    impl __dotdo::Record for Receipt {
        const NAME: &'static str = "Receipt";
        const EXPECTED: &'static str = "`Receipt`";
        const FIELDS: &'static [&'static str] = &["number", "parts", "note"];
        const STRICT: bool = true;
        fn read<'de, __F: __dotdo::Fields<'de>>(
            fields: &mut __F,
        ) -> __dotdo::Result<Self, __F::Error> {
            let mut field0 = __dotdo::None;
            let mut field1 = __dotdo::None;
            let mut field2 = __dotdo::None;
            while let __dotdo::Some(place) = fields.next() {
                match place {
                    0 => fields.take(&mut field0),
                    1 => fields.take(&mut field1),
                    2 => fields.take(&mut field2),
                    _ => {}
                }
            }
            __dotdo::Ok(Self {
                number: fields.end(field0, 0)?,
                parts: __dotdo::record::or(field1, Receipt::__default_parts),
                note: fields.end(field2, 2)?,
            })
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
    #[automatically_derived]
    impl __dotdo::serde::Serialize for Cents {
        fn serialize<__S: __dotdo::serde::Serializer>(
            &self,
            serializer: __S,
        ) -> __dotdo::Result<__S::Ok, __S::Error> {
            <i64 as __dotdo::Value>::write(&self.0, serializer)
        }
    }
    #[automatically_derived]
    impl<'de> __dotdo::serde::Deserialize<'de> for Cents {
        fn deserialize<__D: __dotdo::serde::Deserializer<'de>>(
            deserializer: __D,
        ) -> __dotdo::Result<Self, __D::Error> {
            <i64 as __dotdo::Value>::read(deserializer).map(Self)
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
        fn serialize<__S: __dotdo::serde::Serializer>(
            &self,
            serializer: __S,
        ) -> __dotdo::Result<__S::Ok, __S::Error> {
            __AnswerCopy::serialize(self, serializer)
        }
    }
    #[automatically_derived]
    impl<'de> __dotdo::serde::Deserialize<'de> for Answer {
        fn deserialize<__D: __dotdo::serde::Deserializer<'de>>(
            deserializer: __D,
        ) -> __dotdo::Result<Self, __D::Error> {
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
