use dotdo::prelude::*;
async fn audit(cx: Flow, event: OrderEvent) -> Result<()> {
    Ok(())
}
#[doc(hidden)]
#[allow(non_camel_case_types, dead_code)]
struct audit {}
#[allow(unused_qualifications)]
const _: () = {
    use ::dotdo::__private as __dotdo;
    #[diagnostic::do_not_recommend]
    impl __dotdo::Listed for audit {
        const ITEM: __dotdo::Item = __dotdo::Item::Flow(
            &__dotdo::FlowDef {
                name: "audit",
                version: 1,
                noun: __dotdo::None,
                policy: __dotdo::Policy::DEFAULT,
                trigger: __dotdo::Trigger::On(__dotdo::Route {
                    pattern: __dotdo::Pattern {
                        noun: __dotdo::Some(<Order as __dotdo::Noun>::NAME),
                        verb: __dotdo::None,
                    },
                    priority: 100,
                    filter: __dotdo::Some(|event| __dotdo::filter_on_all::<
                        Order,
                        OrderEvent,
                    >(event, |event| matches!(event, OrderEvent::Paid(_)))),
                    to: __dotdo::None,
                }),
                args: &[],
                output: __dotdo::Shape::Nothing,
                doc: "",
                at: (::core::file!(), ::core::line!()),
                start: |run, json| __dotdo::run_on_all(
                    run,
                    &json,
                    <OrderEvent as __dotdo::AllEvents<Order>>::read,
                    |cx, event| audit(cx, event),
                ),
            },
        );
    }
};
async fn greet(cx: Flow, event: AnyEvent) -> Result<()> {
    Ok(())
}
#[doc(hidden)]
#[allow(non_camel_case_types, dead_code)]
struct greet {}
#[allow(unused_qualifications)]
const _: () = {
    use ::dotdo::__private as __dotdo;
    #[diagnostic::do_not_recommend]
    impl __dotdo::Listed for greet {
        const ITEM: __dotdo::Item = __dotdo::Item::Flow(
            &__dotdo::FlowDef {
                name: "greet",
                version: 2,
                noun: __dotdo::None,
                policy: __dotdo::Policy {
                    timeout: __dotdo::Some(::core::time::Duration::from_secs(3600)),
                    ..__dotdo::Policy::DEFAULT
                },
                trigger: __dotdo::Trigger::On(__dotdo::Route {
                    pattern: __dotdo::Pattern {
                        noun: __dotdo::None,
                        verb: __dotdo::Some("created"),
                    },
                    priority: -5,
                    filter: __dotdo::None,
                    to: __dotdo::None,
                }),
                args: &[],
                output: __dotdo::Shape::Nothing,
                doc: "",
                at: (::core::file!(), ::core::line!()),
                start: |run, json| __dotdo::run_on_any(
                    run,
                    &json,
                    |cx, event| greet(cx, event),
                ),
            },
        );
    }
};
/// Tells the owner how many there are.
pub async fn weekly_report(cx: Flow) -> Result<()> {
    Ok(())
}
#[doc(hidden)]
#[allow(non_camel_case_types, dead_code)]
pub struct weekly_report {}
#[allow(unused_qualifications)]
const _: () = {
    use ::dotdo::__private as __dotdo;
    #[diagnostic::do_not_recommend]
    impl __dotdo::Listed for weekly_report {
        const ITEM: __dotdo::Item = __dotdo::Item::Flow(
            &__dotdo::FlowDef {
                name: "weekly_report",
                version: 1,
                noun: __dotdo::None,
                policy: __dotdo::Policy::DEFAULT,
                trigger: __dotdo::Trigger::Every(__dotdo::Timetable {
                    phrase: "Monday 9am",
                    zone: "Europe/Berlin",
                    missed: __dotdo::Missed::All,
                }),
                args: &[],
                output: __dotdo::Shape::Nothing,
                doc: "Tells the owner how many there are.",
                at: (::core::file!(), ::core::line!()),
                start: |run, _| __dotdo::run_every(run, weekly_report),
            },
        );
    }
};
/// Talks to the card network.
#[allow(clippy::unused_async)]
pub(crate) fn charge(order: Id<Order>, cents: i64) -> ::dotdo::__private::Step<Receipt> {
    ::dotdo::__private::Step::new(
        <charge as ::dotdo::__private::Listed>::ITEM.step(),
        &charge { order, cents },
    )
}
#[derive(::dotdo::__private::serde::Serialize, ::dotdo::__private::serde::Deserialize)]
#[serde(crate = "::dotdo::__private::serde", deny_unknown_fields)]
#[doc(hidden)]
#[allow(non_camel_case_types, dead_code)]
pub(crate) struct charge {
    #[serde(
        serialize_with = "<Id < Order > as ::dotdo::__private::Value>::write",
        deserialize_with = "<Id < Order > as ::dotdo::__private::Value>::read"
    )]
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
};
#[cfg(feature = "onboarding")]
fn onboard(who: Id<Customer>) -> ::dotdo::__private::Child<()> {
    ::dotdo::__private::Child::new(
        <onboard as ::dotdo::__private::Listed>::ITEM.flow(),
        &onboard { who },
    )
}
#[cfg(feature = "onboarding")]
#[derive(::dotdo::__private::serde::Serialize, ::dotdo::__private::serde::Deserialize)]
#[serde(crate = "::dotdo::__private::serde", deny_unknown_fields)]
#[doc(hidden)]
#[allow(non_camel_case_types, dead_code)]
struct onboard {
    #[serde(
        serialize_with = "<Id < Customer > as ::dotdo::__private::Value>::write",
        deserialize_with = "<Id < Customer > as ::dotdo::__private::Value>::read"
    )]
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
};
