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
