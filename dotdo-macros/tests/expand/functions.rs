use dotdo::prelude::*;
async fn audit(cx: Flow, event: OrderEvent) -> Result<()> {
    Ok(())
}
#[doc(hidden)]
#[allow(non_camel_case_types, dead_code)]
struct audit {}
#[automatically_derived]
impl ::dotdo::__private::Listed for audit {
    const ITEM: ::dotdo::__private::Item = ::dotdo::__private::Item::Flow(
        &::dotdo::__private::FlowDef {
            name: "audit",
            version: 1,
            noun: ::core::option::Option::None,
            policy: ::dotdo::__private::Policy::DEFAULT,
            trigger: ::dotdo::__private::Trigger::On(::dotdo::__private::Route {
                pattern: ::dotdo::__private::Pattern {
                    noun: ::core::option::Option::Some(
                        <Order as ::dotdo::__private::Noun>::NAME,
                    ),
                    verb: ::core::option::Option::None,
                },
                priority: 100,
                filter: ::core::option::Option::Some(|event| ::dotdo::__private::filter_on_all::<
                    Order,
                    OrderEvent,
                >(event, |event| matches!(event, OrderEvent::Paid(_)))),
                to: ::core::option::Option::None,
            }),
            args: &[],
            output: ::dotdo::__private::Shape::Nothing,
            doc: "",
            at: (::core::file!(), ::core::line!()),
            start: |run, json| ::dotdo::__private::run_on_all::<
                _,
                Order,
                _,
                _,
            >(run, &json, |cx, event| audit(cx, event)),
        },
    );
}
async fn greet(cx: Flow, event: AnyEvent) -> Result<()> {
    Ok(())
}
#[doc(hidden)]
#[allow(non_camel_case_types, dead_code)]
struct greet {}
#[automatically_derived]
impl ::dotdo::__private::Listed for greet {
    const ITEM: ::dotdo::__private::Item = ::dotdo::__private::Item::Flow(
        &::dotdo::__private::FlowDef {
            name: "greet",
            version: 2,
            noun: ::core::option::Option::None,
            policy: ::dotdo::__private::Policy {
                timeout: ::core::option::Option::Some(
                    ::core::time::Duration::from_secs(3600),
                ),
                ..::dotdo::__private::Policy::DEFAULT
            },
            trigger: ::dotdo::__private::Trigger::On(::dotdo::__private::Route {
                pattern: ::dotdo::__private::Pattern {
                    noun: ::core::option::Option::None,
                    verb: ::core::option::Option::Some("created"),
                },
                priority: -5,
                filter: ::core::option::Option::None,
                to: ::core::option::Option::None,
            }),
            args: &[],
            output: ::dotdo::__private::Shape::Nothing,
            doc: "",
            at: (::core::file!(), ::core::line!()),
            start: |run, json| ::dotdo::__private::run_on_any(
                run,
                &json,
                |cx, event| greet(cx, event),
            ),
        },
    );
}
/// Tells the owner how many there are.
pub async fn weekly_report(cx: Flow) -> Result<()> {
    Ok(())
}
#[doc(hidden)]
#[allow(non_camel_case_types, dead_code)]
pub struct weekly_report {}
#[automatically_derived]
impl ::dotdo::__private::Listed for weekly_report {
    const ITEM: ::dotdo::__private::Item = ::dotdo::__private::Item::Flow(
        &::dotdo::__private::FlowDef {
            name: "weekly_report",
            version: 1,
            noun: ::core::option::Option::None,
            policy: ::dotdo::__private::Policy::DEFAULT,
            trigger: ::dotdo::__private::Trigger::Every(::dotdo::__private::Timetable {
                phrase: "Monday 9am",
                zone: "Europe/Berlin",
                missed: ::dotdo::__private::Missed::All,
            }),
            args: &[],
            output: ::dotdo::__private::Shape::Nothing,
            doc: "Tells the owner how many there are.",
            at: (::core::file!(), ::core::line!()),
            start: |run, _| ::dotdo::__private::run_every(run, weekly_report),
        },
    );
}
/// Talks to the card network.
#[allow(clippy::unused_async)]
pub(crate) fn charge(order: Id<Order>, cents: i64) -> ::dotdo::__private::Step<Receipt> {
    ::dotdo::__private::Step::new(charge::DEF, &charge { order, cents })
}
#[derive(::dotdo::__private::serde::Serialize, ::dotdo::__private::serde::Deserialize)]
#[serde(crate = "::dotdo::__private::serde", deny_unknown_fields)]
#[doc(hidden)]
#[allow(non_camel_case_types, dead_code)]
pub(crate) struct charge {
    order: Id<Order>,
    cents: i64,
}
#[allow(dead_code)]
impl charge {
    const DEF: &'static ::dotdo::__private::StepDef = &::dotdo::__private::StepDef {
        name: "charge",
        version: 1,
        policy: ::dotdo::__private::Policy {
            retry: 3,
            initial: ::core::time::Duration::from_secs(1),
            cap: ::core::time::Duration::from_secs(30),
            factor: 1.5,
            jitter: false,
            timeout: ::core::option::Option::Some(::core::time::Duration::from_secs(20)),
            ..::dotdo::__private::Policy::DEFAULT
        },
        args: &[
            ::dotdo::__private::Member {
                name: "order",
                shape: <Id<Order> as ::dotdo::__private::Value>::SHAPE,
                optional: <Id<Order> as ::dotdo::__private::Value>::NULLABLE,
                doc: "",
            },
            ::dotdo::__private::Member {
                name: "cents",
                shape: <i64 as ::dotdo::__private::Value>::SHAPE,
                optional: <i64 as ::dotdo::__private::Value>::NULLABLE,
                doc: "",
            },
        ],
        output: <Receipt as ::dotdo::__private::Value>::SHAPE,
        doc: "Talks to the card network.",
        at: (::core::file!(), ::core::line!()),
        run: |args| ::dotdo::__private::run_step(
            &args,
            |args: Self| Self::run(args.order, args.cents),
        ),
    };
    #[allow(clippy::unused_async)]
    async fn run(order: Id<Order>, mut cents: i64) -> Result<Receipt> {
        cents += 1;
        cards::charge(order, cents, StepKey::current()).await
    }
}
#[automatically_derived]
impl ::dotdo::__private::Listed for charge {
    const ITEM: ::dotdo::__private::Item = {
        let _ = charge;
        ::dotdo::__private::Item::Step(charge::DEF)
    };
}
#[cfg(feature = "onboarding")]
fn onboard(who: Id<Customer>) -> ::dotdo::__private::Child<()> {
    ::dotdo::__private::Child::new(onboard::DEF, &onboard { who })
}
#[cfg(feature = "onboarding")]
#[derive(::dotdo::__private::serde::Serialize, ::dotdo::__private::serde::Deserialize)]
#[serde(crate = "::dotdo::__private::serde", deny_unknown_fields)]
#[doc(hidden)]
#[allow(non_camel_case_types, dead_code)]
struct onboard {
    who: Id<Customer>,
}
#[cfg(feature = "onboarding")]
#[allow(dead_code)]
impl onboard {
    const DEF: &'static ::dotdo::__private::FlowDef = &::dotdo::__private::FlowDef {
        name: "start",
        version: 1,
        noun: ::core::option::Option::None,
        policy: ::dotdo::__private::Policy::DEFAULT,
        trigger: ::dotdo::__private::Trigger::Call,
        args: &[
            ::dotdo::__private::Member {
                name: "who",
                shape: <Id<Customer> as ::dotdo::__private::Value>::SHAPE,
                optional: <Id<Customer> as ::dotdo::__private::Value>::NULLABLE,
                doc: "",
            },
        ],
        output: <() as ::dotdo::__private::Value>::SHAPE,
        doc: "",
        at: (::core::file!(), ::core::line!()),
        start: |run, args| ::dotdo::__private::run_flow(
            run,
            &args,
            |cx, args: Self| Self::run(cx, args.who),
        ),
    };
    async fn run(cx: Flow, who: Id<Customer>) -> Result<()> {
        cx.sleep(days(1)).await
    }
}
#[cfg(feature = "onboarding")]
#[automatically_derived]
impl ::dotdo::__private::Listed for onboard {
    const ITEM: ::dotdo::__private::Item = {
        let _ = onboard;
        ::dotdo::__private::Item::Flow(onboard::DEF)
    };
}
