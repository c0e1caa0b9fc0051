use dotdo::prelude::*;
/// What the reviewer fills in.
///
/// Both the risk team and the owner use it.
#[derive(::dotdo::__private::Form)]
#[dotdo_form(title = "Risk review")]
#[check(|review|review.release||review.note.is_some(), "say why it is held back")]
pub struct Review {
    /// Release this order?
    pub release: bool,
    /// Anything that somebody should know.
    #[length(1..= 500)]
    pub note: Option<String>,
    #[default(3)]
    #[range(1..= 5)]
    pub stars: i64,
    #[check(|until|*until>NaiveDate::MIN, "there is no such day")]
    pub until: NaiveDate,
}
#[allow(unused_qualifications)]
const _: () = {
    use ::dotdo::__private as __dotdo;
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl __dotdo::Value for Review {
        const SHAPE: __dotdo::Shape = __dotdo::Shape::Record(
            "Review",
            &[
                __dotdo::Member::of::<bool>("release", "Release this order?"),
                __dotdo::Member::of::<
                    Option<String>,
                >("note", "Anything that somebody should know."),
                __dotdo::Member {
                    name: "stars",
                    shape: <i64 as __dotdo::Value>::SHAPE,
                    optional: true,
                    doc: "",
                },
                __dotdo::Member {
                    name: "until",
                    shape: <NaiveDate as __dotdo::Value>::SHAPE,
                    optional: <NaiveDate as __dotdo::Value>::NULLABLE,
                    doc: "",
                },
            ],
        );
        type Next = ();
    }
    impl Review {
        #[allow(non_snake_case)]
        fn __default_stars() -> i64 {
            3
        }
    }
    #[automatically_derived]
    impl __dotdo::serde::Serialize for Review {
        fn serialize<__S: __dotdo::serde::Serializer>(
            &self,
            serializer: __S,
        ) -> __dotdo::Result<__S::Ok, __S::Error> {
            let mut out = __dotdo::Writer::new(serializer, "Review", 4);
            out.field("release", &self.release);
            out.field("note", &self.note);
            out.field("stars", &self.stars);
            <NaiveDate as __dotdo::Value>::put(&self.until, &mut out, "until");
            out.end()
        }
    }
    #[automatically_derived]
    impl<'de> __dotdo::serde::Deserialize<'de> for Review {
        fn deserialize<__D: __dotdo::serde::Deserializer<'de>>(
            deserializer: __D,
        ) -> __dotdo::Result<Self, __D::Error> {
            __dotdo::record::read(deserializer)
        }
    }
    #[automatically_derived]
    impl __dotdo::Record for Review {
        const NAME: &'static str = "Review";
        const EXPECTED: &'static str = "`Review`";
        const FIELDS: &'static [&'static str] = &["release", "note", "stars", "until"];
        const STRICT: bool = true;
        fn read<'de, __F: __dotdo::Fields<'de>>(
            fields: &mut __F,
        ) -> __dotdo::Result<Self, __F::Error> {
            let mut field0 = __dotdo::None;
            let mut field1 = __dotdo::None;
            let mut field2 = __dotdo::None;
            let mut field3 = __dotdo::None;
            while let __dotdo::Some(place) = fields.next() {
                match place {
                    0 => fields.take(&mut field0),
                    1 => fields.take(&mut field1),
                    2 => fields.take(&mut field2),
                    3 => <NaiveDate as __dotdo::Value>::take(fields, &mut field3),
                    _ => {}
                }
            }
            __dotdo::Ok(Self {
                release: fields.end(field0, 0)?,
                note: fields.end(field1, 1)?,
                stars: __dotdo::record::or(field2, Review::__default_stars),
                until: <NaiveDate as __dotdo::Value>::end(fields, field3, 3)?,
            })
        }
    }
    #[automatically_derived]
    impl ::core::clone::Clone for Review {
        fn clone(&self) -> Self {
            match self {
                Self {
                    release: field_release,
                    note: field_note,
                    stars: field_stars,
                    until: field_until,
                } => {
                    Self {
                        release: ::core::clone::Clone::clone(field_release),
                        note: ::core::clone::Clone::clone(field_note),
                        stars: ::core::clone::Clone::clone(field_stars),
                        until: <NaiveDate as __dotdo::Value>::copy(field_until),
                    }
                }
            }
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for Review {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            match self {
                Self {
                    release: field_release,
                    note: field_note,
                    stars: field_stars,
                    until: field_until,
                } => {
                    f.debug_struct("Review")
                        .field("release", field_release)
                        .field("note", field_note)
                        .field("stars", field_stars)
                        .field("until", <NaiveDate as __dotdo::Value>::show(field_until))
                        .finish()
                }
            }
        }
    }
    impl ::core::cmp::PartialEq for Review {
        fn eq(&self, other: &Self) -> bool {
            match (self, other) {
                (
                    Self {
                        release: left_release,
                        note: left_note,
                        stars: left_stars,
                        until: left_until,
                    },
                    Self {
                        release: right_release,
                        note: right_note,
                        stars: right_stars,
                        until: right_until,
                    },
                ) => {
                    left_release == right_release && left_note == right_note
                        && left_stars == right_stars
                        && <NaiveDate as __dotdo::Value>::same(left_until, right_until)
                }
            }
        }
    }
};
#[allow(unused_qualifications)]
const _: () = {
    use ::dotdo::__private as __dotdo;
    #[automatically_derived]
    impl __dotdo::Form for Review {
        const FORM: &'static __dotdo::FormDef = &__dotdo::FormDef {
            name: "Review",
            title: "Risk review",
            doc: "What the reviewer fills in.\n\nBoth the risk team and the owner use it.",
            fields: &[
                __dotdo::FormField {
                    doc: "Release this order?",
                    ..__dotdo::FormField::of::<bool>("release")
                },
                __dotdo::FormField {
                    length: __dotdo::Some((__dotdo::Some(1u32), __dotdo::Some(500u32))),
                    doc: "Anything that somebody should know.",
                    ..__dotdo::FormField::of::<Option<String>>("note")
                },
                __dotdo::FormField {
                    default: __dotdo::Some(|| __dotdo::Json::of(
                        &Review::__default_stars(),
                    )),
                    range: __dotdo::Some((__dotdo::Some(1f64), __dotdo::Some(5f64))),
                    ..__dotdo::FormField::of::<i64>("stars")
                },
                __dotdo::FormField {
                    rules: &[
                        __dotdo::FormRule {
                            holds: |json| <NaiveDate as __dotdo::Value>::holds(
                                json,
                                |until| *until > NaiveDate::MIN,
                            ),
                            message: "there is no such day",
                        },
                    ],
                    ..__dotdo::FormField::new(
                        "until",
                        <NaiveDate as __dotdo::Value>::SHAPE,
                        <NaiveDate as __dotdo::Value>::NULLABLE,
                        <NaiveDate as __dotdo::Value>::fits,
                    )
                },
            ],
            rules: &[
                __dotdo::FormRule {
                    holds: |json| <Review as __dotdo::Value>::holds(
                        json,
                        |review| review.release || review.note.is_some(),
                    ),
                    message: "say why it is held back",
                },
            ],
            normal: __dotdo::normal_form::<Self>,
        };
    }
};
#[derive(Clone, Debug)]
#[derive(::dotdo::__private::Form)]
#[dotdo_derived(Clone, Debug)]
pub struct Approval {
    pub approved: bool,
}
#[allow(unused_qualifications)]
const _: () = {
    use ::dotdo::__private as __dotdo;
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl __dotdo::Value for Approval {
        const SHAPE: __dotdo::Shape = __dotdo::Shape::Record(
            "Approval",
            &[__dotdo::Member::of::<bool>("approved", "")],
        );
        type Next = ();
    }
    #[automatically_derived]
    impl __dotdo::serde::Serialize for Approval {
        fn serialize<__S: __dotdo::serde::Serializer>(
            &self,
            serializer: __S,
        ) -> __dotdo::Result<__S::Ok, __S::Error> {
            let mut out = __dotdo::Writer::new(serializer, "Approval", 1);
            out.field("approved", &self.approved);
            out.end()
        }
    }
    #[automatically_derived]
    impl<'de> __dotdo::serde::Deserialize<'de> for Approval {
        fn deserialize<__D: __dotdo::serde::Deserializer<'de>>(
            deserializer: __D,
        ) -> __dotdo::Result<Self, __D::Error> {
            __dotdo::record::read(deserializer)
        }
    }
    #[automatically_derived]
    impl __dotdo::Record for Approval {
        const NAME: &'static str = "Approval";
        const EXPECTED: &'static str = "`Approval`";
        const FIELDS: &'static [&'static str] = &["approved"];
        const STRICT: bool = true;
        fn read<'de, __F: __dotdo::Fields<'de>>(
            fields: &mut __F,
        ) -> __dotdo::Result<Self, __F::Error> {
            let mut field0 = __dotdo::None;
            while let __dotdo::Some(place) = fields.next() {
                match place {
                    0 => fields.take(&mut field0),
                    _ => {}
                }
            }
            __dotdo::Ok(Self {
                approved: fields.end(field0, 0)?,
            })
        }
    }
    impl ::core::cmp::PartialEq for Approval {
        fn eq(&self, other: &Self) -> bool {
            match (self, other) {
                (Self { approved: left_approved }, Self { approved: right_approved }) => {
                    left_approved == right_approved
                }
            }
        }
    }
};
#[allow(unused_qualifications)]
const _: () = {
    use ::dotdo::__private as __dotdo;
    #[automatically_derived]
    impl __dotdo::Form for Approval {
        const FORM: &'static __dotdo::FormDef = &__dotdo::FormDef {
            name: "Approval",
            title: "Approval",
            doc: "",
            fields: &[__dotdo::FormField::of::<bool>("approved")],
            rules: &[],
            normal: __dotdo::normal_form::<Self>,
        };
    }
};
