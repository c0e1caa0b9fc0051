use dotdo::prelude::*;
/// Talks to the card network.
#[allow(clippy::unused_async)]
pub(crate) fn charge(order: Id<Order>, cents: i64) -> ::dotdo::__private::Step<Receipt> {
    ::dotdo::__private::Step::new(
        <charge as ::dotdo::__private::Listed>::ITEM.step(),
        &charge { order, cents },
    )
}
#[doc(hidden)]
#[allow(non_camel_case_types, dead_code)]
pub(crate) struct charge {
    pub(crate) order: Id<Order>,
    pub(crate) cents: i64,
}
#[allow(unused_qualifications)]
const _: () = {
    use ::dotdo::__private as __dotdo;
    #[diagnostic::do_not_recommend]
    impl __dotdo::Listed for charge {
        const ITEM: __dotdo::Item = {
            #[allow(clippy::unused_async)]
            async fn __charge(order: Id<Order>, mut cents: i64) -> Result<Receipt> {
                cents += 1;
                cards::charge(order, cents, StepKey::current()).await
            }
            let _ = charge;
            __dotdo::Item::Step(
                &__dotdo::StepDef {
                    name: "charge",
                    version: 1,
                    policy: __dotdo::Policy {
                        retry: 3,
                        initial: ::core::time::Duration::from_secs(1),
                        cap: ::core::time::Duration::from_secs(30),
                        factor: 1.5,
                        jitter: false,
                        timeout: __dotdo::Some(::core::time::Duration::from_secs(20)),
                        ..__dotdo::Policy::DEFAULT
                    },
                    args: &[
                        __dotdo::Member {
                            name: "order",
                            shape: <Id<Order> as __dotdo::Value>::SHAPE,
                            optional: <Id<Order> as __dotdo::Value>::NULLABLE,
                            doc: "",
                        },
                        __dotdo::Member::of::<i64>("cents", ""),
                    ],
                    output: <Receipt as __dotdo::Value>::SHAPE,
                    doc: "Talks to the card network.",
                    at: (::core::file!(), ::core::line!()),
                    run: |args| __dotdo::run_step::<
                        _,
                        Receipt,
                        _,
                        _,
                    >(&args, |args: Self| __charge(args.order, args.cents)),
                },
            )
        };
    }
    impl __dotdo::StepFn<Receipt> for charge {}
    #[automatically_derived]
    impl __dotdo::serde::Serialize for charge {
        fn serialize<__S: __dotdo::serde::Serializer>(
            &self,
            serializer: __S,
        ) -> __dotdo::Result<__S::Ok, __S::Error> {
            let mut out = __dotdo::Writer::new(serializer, "charge", 2);
            <Id<Order> as __dotdo::Value>::put(&self.order, &mut out, "order");
            out.field("cents", &self.cents);
            out.end()
        }
    }
    #[automatically_derived]
    impl<'de> __dotdo::serde::Deserialize<'de> for charge {
        fn deserialize<__D: __dotdo::serde::Deserializer<'de>>(
            deserializer: __D,
        ) -> __dotdo::Result<Self, __D::Error> {
            __dotdo::record::read(deserializer)
        }
    }
    #[automatically_derived]
    impl __dotdo::Record for charge {
        const NAME: &'static str = "charge";
        const EXPECTED: &'static str = "the arguments of `charge`";
        const FIELDS: &'static [&'static str] = &["order", "cents"];
        const STRICT: bool = true;
        fn read<'de, __F: __dotdo::Fields<'de>>(
            fields: &mut __F,
        ) -> __dotdo::Result<Self, __F::Error> {
            let mut field0 = __dotdo::None;
            let mut field1 = __dotdo::None;
            while let __dotdo::Some(place) = fields.next() {
                match place {
                    0 => <Id<Order> as __dotdo::Value>::take(fields, &mut field0),
                    1 => fields.take(&mut field1),
                    _ => {}
                }
            }
            __dotdo::Ok(Self {
                order: <Id<Order> as __dotdo::Value>::end(fields, field0, 0)?,
                cents: fields.end(field1, 1)?,
            })
        }
    }
};
#[cfg(feature = "onboarding")]
fn onboard(who: Id<Customer>) -> ::dotdo::__private::Child<()> {
    ::dotdo::__private::Child::new(
        <onboard as ::dotdo::__private::Listed>::ITEM.flow(),
        &onboard { who },
    )
}
#[cfg(feature = "onboarding")]
#[doc(hidden)]
#[allow(non_camel_case_types, dead_code)]
struct onboard {
    who: Id<Customer>,
}
#[cfg(feature = "onboarding")]
#[allow(unused_qualifications)]
const _: () = {
    use ::dotdo::__private as __dotdo;
    #[diagnostic::do_not_recommend]
    impl __dotdo::Listed for onboard {
        const ITEM: __dotdo::Item = {
            async fn __onboard(cx: Flow, who: Id<Customer>) -> Result<()> {
                cx.sleep(days(1)).await
            }
            let _ = onboard;
            __dotdo::Item::Flow(
                &__dotdo::FlowDef {
                    name: "start",
                    version: 1,
                    noun: __dotdo::None,
                    policy: __dotdo::Policy::DEFAULT,
                    trigger: __dotdo::Trigger::Call,
                    args: &[
                        __dotdo::Member {
                            name: "who",
                            shape: <Id<Customer> as __dotdo::Value>::SHAPE,
                            optional: <Id<Customer> as __dotdo::Value>::NULLABLE,
                            doc: "",
                        },
                    ],
                    output: __dotdo::Shape::Nothing,
                    doc: "",
                    at: (::core::file!(), ::core::line!()),
                    start: |run, args| __dotdo::run_flow::<
                        _,
                        _,
                        (),
                        _,
                    >(run, &args, |cx, args: Self| __onboard(cx, args.who)),
                },
            )
        };
    }
    #[automatically_derived]
    impl __dotdo::serde::Serialize for onboard {
        fn serialize<__S: __dotdo::serde::Serializer>(
            &self,
            serializer: __S,
        ) -> __dotdo::Result<__S::Ok, __S::Error> {
            let mut out = __dotdo::Writer::new(serializer, "onboard", 1);
            <Id<Customer> as __dotdo::Value>::put(&self.who, &mut out, "who");
            out.end()
        }
    }
    #[automatically_derived]
    impl<'de> __dotdo::serde::Deserialize<'de> for onboard {
        fn deserialize<__D: __dotdo::serde::Deserializer<'de>>(
            deserializer: __D,
        ) -> __dotdo::Result<Self, __D::Error> {
            __dotdo::record::read(deserializer)
        }
    }
    #[automatically_derived]
    impl __dotdo::Record for onboard {
        const NAME: &'static str = "onboard";
        const EXPECTED: &'static str = "the arguments of `start`";
        const FIELDS: &'static [&'static str] = &["who"];
        const STRICT: bool = true;
        fn read<'de, __F: __dotdo::Fields<'de>>(
            fields: &mut __F,
        ) -> __dotdo::Result<Self, __F::Error> {
            let mut field0 = __dotdo::None;
            while let __dotdo::Some(place) = fields.next() {
                match place {
                    0 => <Id<Customer> as __dotdo::Value>::take(fields, &mut field0),
                    _ => {}
                }
            }
            __dotdo::Ok(Self {
                who: <Id<Customer> as __dotdo::Value>::end(fields, field0, 0)?,
            })
        }
    }
};
