use dotdo::prelude::*;
impl Order {
    /// The most an order may cost.
    const LIMIT: i64 = 1_000_000;
    /// Emits `Order::paid`, whose payload is what this returns.
    fn pay(&mut self, cx: &mut Tx, receipt: Receipt) -> Result<Receipt> {
        ensure!(self.stage == Stage::Open, "order {} is settled", cx.id());
        self.stage = Stage::Paid;
        Ok(receipt)
    }
    #[cfg(feature = "refunds")]
    fn touch(&mut self, cx: &mut Tx<Order>, _why: Option<String>) -> Result<()> {
        Ok(())
    }
    /// Reads only; no event.
    fn buyer(&self, cx: &View) -> Result<Ref<Customer>> {
        Ok(self.customer.clone())
    }
    /// From "created" to "on its way".
    async fn fulfil(cx: Flow<Order>, event: Event<Order>) -> Result<()> {
        let receipt = cx.run(charge(cx.id(), event.data.total_cents)).await?;
        cx.run(cx.this().pay(receipt)).await?;
        Ok(())
    }
    async fn forget(cx: Flow<Order>, event: Event<Customer>) -> Result<()> {
        Ok(())
    }
    fn is_large(&self) -> bool {
        self.total_cents > Self::LIMIT
    }
}
#[allow(non_upper_case_globals, dead_code, private_interfaces)]
impl Order {
    ///`pay` was done. The payload is what it returned.
    pub const paid: ::dotdo::__private::EventKey<Order, Receipt> = ::dotdo::__private::EventKey::new(
        "Order",
        "paid",
    );
}
///Everything that happens to a `Order`, for handlers of `Order::*`.
#[derive(Clone, Debug, PartialEq)]
#[allow(dead_code, private_interfaces)]
pub enum OrderEvent {
    /// It was made.
    Created(::dotdo::__private::Event<Order>),
    /// Some of its fields were changed.
    Updated(::dotdo::__private::Event<Order>),
    /// It was deleted; the payload is what it was.
    Deleted(::dotdo::__private::Event<Order>),
    ///`pay` was done.
    Paid(::dotdo::__private::Event<Order, Receipt>),
}
#[automatically_derived]
impl ::dotdo::__private::AllEvents<Order> for OrderEvent {
    fn read(json: &::dotdo::__private::Json) -> ::dotdo::__private::Result<Self> {
        match ::dotdo::__private::event_verb(json)?.as_str() {
            "created" => ::dotdo::__private::Event::read(json).map(Self::Created),
            "updated" => ::dotdo::__private::Event::read(json).map(Self::Updated),
            "deleted" => ::dotdo::__private::Event::read(json).map(Self::Deleted),
            "paid" => ::dotdo::__private::Event::read(json).map(Self::Paid),
            other => {
                ::core::result::Result::Err(
                    ::dotdo::__private::unknown_event("Order", other),
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
    #[serde(crate = "::dotdo::__private::serde", deny_unknown_fields)]
    struct __PayArgs {
        receipt: Receipt,
    }
    #[cfg(feature = "refunds")]
    #[derive(
        ::dotdo::__private::serde::Serialize,
        ::dotdo::__private::serde::Deserialize
    )]
    #[serde(crate = "::dotdo::__private::serde", deny_unknown_fields)]
    struct __TouchArgs {
        #[serde(rename = "why")]
        _why: Option<String>,
    }
    #[derive(
        ::dotdo::__private::serde::Serialize,
        ::dotdo::__private::serde::Deserialize
    )]
    #[serde(crate = "::dotdo::__private::serde", deny_unknown_fields)]
    struct __BuyerArgs {}
    #[derive(
        ::dotdo::__private::serde::Serialize,
        ::dotdo::__private::serde::Deserialize
    )]
    #[serde(crate = "::dotdo::__private::serde", deny_unknown_fields)]
    struct __ReviewArgs {
        stars: i64,
    }
    #[allow(dead_code, private_interfaces)]
    impl OrderStub {
        /// Emits `Order::paid`, whose payload is what this returns.
        pub fn pay(&self, receipt: Receipt) -> ::dotdo::__private::Call<Receipt> {
            ::dotdo::__private::Stub::<Order>::call(self, "pay", &__PayArgs { receipt })
        }
        ///Calls `touch`.
        #[cfg(feature = "refunds")]
        pub fn touch(&self, _why: Option<String>) -> ::dotdo::__private::Call<()> {
            ::dotdo::__private::Stub::<Order>::call(self, "touch", &__TouchArgs { _why })
        }
        /// Reads only; no event.
        pub fn buyer(&self) -> ::dotdo::__private::Call<Ref<Customer>> {
            ::dotdo::__private::Stub::<Order>::call(self, "buyer", &__BuyerArgs {})
        }
    }
    impl Order {
        /// A part of `fulfil`.
        pub fn review(stars: i64) -> ::dotdo::__private::Child<String> {
            ::dotdo::__private::Child::new(Self::__FLOW_REVIEW, &__ReviewArgs { stars })
        }
        const __FLOW_REVIEW: &'static ::dotdo::__private::FlowDef = &::dotdo::__private::FlowDef {
            name: "Order::review",
            version: 1,
            noun: ::core::option::Option::Some("Order"),
            policy: ::dotdo::__private::Policy::DEFAULT,
            trigger: ::dotdo::__private::Trigger::Call,
            args: &[
                ::dotdo::__private::Member {
                    name: "stars",
                    shape: <i64 as ::dotdo::__private::Value>::SHAPE,
                    optional: <i64 as ::dotdo::__private::Value>::NULLABLE,
                    doc: "",
                },
            ],
            output: <String as ::dotdo::__private::Value>::SHAPE,
            doc: "A part of `fulfil`.",
            at: (::core::file!(), ::core::line!()),
            start: |run, args| ::dotdo::__private::run_flow(
                run,
                &args,
                |cx, args: __ReviewArgs| Order::__run_review(cx, args.stars),
            ),
        };
        async fn __run_review(cx: Flow<Order>, stars: i64) -> Result<String> {
            Ok(stars.to_string())
        }
    }
    impl Order {
        #[doc(hidden)]
        pub const __VERBS: ::core::option::Option<
            &'static ::dotdo::__private::VerbsDef,
        > = ::core::option::Option::Some(
            &::dotdo::__private::VerbsDef {
                noun: "Order",
                verbs: &[
                    ::dotdo::__private::VerbDef {
                        name: "pay",
                        event: ::core::option::Option::Some("paid"),
                        query: false,
                        args: &[
                            ::dotdo::__private::Member {
                                name: "receipt",
                                shape: <Receipt as ::dotdo::__private::Value>::SHAPE,
                                optional: <Receipt as ::dotdo::__private::Value>::NULLABLE,
                                doc: "",
                            },
                        ],
                        output: <Receipt as ::dotdo::__private::Value>::SHAPE,
                        doc: "Emits `Order::paid`, whose payload is what this returns.",
                        run: |turn, id, args| ::dotdo::__private::run_verb(
                            turn,
                            id,
                            args,
                            |this: &mut Order, cx, args: __PayArgs| {
                                this.pay(cx.any(), args.receipt)
                            },
                        ),
                    },
                    #[cfg(feature = "refunds")]
                    ::dotdo::__private::VerbDef {
                        name: "touch",
                        event: ::core::option::Option::None,
                        query: false,
                        args: &[
                            ::dotdo::__private::Member {
                                name: "why",
                                shape: <Option<String> as ::dotdo::__private::Value>::SHAPE,
                                optional: <Option<
                                    String,
                                > as ::dotdo::__private::Value>::NULLABLE,
                                doc: "",
                            },
                        ],
                        output: <() as ::dotdo::__private::Value>::SHAPE,
                        doc: "",
                        run: |turn, id, args| ::dotdo::__private::run_verb(
                            turn,
                            id,
                            args,
                            |this: &mut Order, cx, args: __TouchArgs| {
                                this.touch(cx, args._why)
                            },
                        ),
                    },
                    ::dotdo::__private::VerbDef {
                        name: "buyer",
                        event: ::core::option::Option::None,
                        query: true,
                        args: &[],
                        output: <Ref<Customer> as ::dotdo::__private::Value>::SHAPE,
                        doc: "Reads only; no event.",
                        run: |turn, id, args| ::dotdo::__private::run_query(
                            turn,
                            id,
                            args,
                            |this: &Order, cx, _: __BuyerArgs| this.buyer(cx.any()),
                        ),
                    },
                ],
                flows: &[
                    &::dotdo::__private::FlowDef {
                        name: "Order::fulfil",
                        version: 1,
                        noun: ::core::option::Option::Some("Order"),
                        policy: ::dotdo::__private::Policy {
                            retry: 3,
                            initial: ::core::time::Duration::from_millis(100),
                            cap: ::core::time::Duration::from_secs(30),
                            timeout: ::core::option::Option::Some(
                                ::core::time::Duration::from_secs(2592000),
                            ),
                            ..::dotdo::__private::Policy::DEFAULT
                        },
                        trigger: ::dotdo::__private::Trigger::On(::dotdo::__private::Route {
                            pattern: Order::created.pattern(),
                            priority: 0,
                            filter: ::core::option::Option::None,
                            to: ::core::option::Option::None,
                        }),
                        args: &[],
                        output: ::dotdo::__private::Shape::Nothing,
                        doc: "From \"created\" to \"on its way\".",
                        at: (::core::file!(), ::core::line!()),
                        start: |run, json| ::dotdo::__private::run_on(
                            Order::created,
                            run,
                            &json,
                            |cx, event| Order::fulfil(cx, event),
                        ),
                    },
                    &::dotdo::__private::FlowDef {
                        name: "Order::forget",
                        version: 1,
                        noun: ::core::option::Option::Some("Order"),
                        policy: ::dotdo::__private::Policy::DEFAULT,
                        trigger: ::dotdo::__private::Trigger::On(::dotdo::__private::Route {
                            pattern: Customer::deleted.pattern(),
                            priority: 0,
                            filter: ::core::option::Option::None,
                            to: ::core::option::Option::Some(|event| ::dotdo::__private::to_on::<
                                _,
                                _,
                                Order,
                                _,
                            >(
                                Customer::deleted,
                                event,
                                |event| event.data.last_order.clone(),
                            )),
                        }),
                        args: &[],
                        output: ::dotdo::__private::Shape::Nothing,
                        doc: "",
                        at: (::core::file!(), ::core::line!()),
                        start: |run, json| ::dotdo::__private::run_on(
                            Customer::deleted,
                            run,
                            &json,
                            |cx, event| Order::forget(cx, event),
                        ),
                    },
                    Order::__FLOW_REVIEW,
                ],
            },
        );
    }
};
