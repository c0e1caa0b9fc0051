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
/// What happens to `Order`: one variant for each event, for handlers of `Order::*`.
#[allow(dead_code, private_interfaces)]
pub enum OrderEvent {
    /// It was made.
    Created(::dotdo::__private::Event<Order>),
    /// Some of its fields were changed.
    Updated(::dotdo::__private::Event<Order>),
    /// It was deleted; the payload is what it was.
    Deleted(::dotdo::__private::Event<Order>),
    /// `pay` was done.
    Paid(::dotdo::__private::Event<Order, Receipt>),
}
/// The verbs and queries of one `Order`, as `Order::stub(id)` offers them.
#[allow(private_bounds)]
pub trait OrderCalls: ::dotdo::__private::Calls<Order> {}
#[allow(unused_qualifications)]
const _: () = {
    use ::dotdo::__private as __dotdo;
    #[allow(non_upper_case_globals, dead_code, private_interfaces)]
    impl Order {
        /// `pay` was done. The payload is what it returned.
        pub const paid: __dotdo::EventKey<Order, Receipt> = __dotdo::EventKey::new(
            "Order",
            "paid",
        );
    }
    #[automatically_derived]
    impl ::core::clone::Clone for OrderEvent {
        fn clone(&self) -> Self {
            match self {
                Self::Created(event) => {
                    Self::Created(<Order as __dotdo::Noun>::copy_created(event))
                }
                Self::Updated(event) => {
                    Self::Updated(<Order as __dotdo::Noun>::copy_created(event))
                }
                Self::Deleted(event) => {
                    Self::Deleted(<Order as __dotdo::Noun>::copy_created(event))
                }
                Self::Paid(event) => {
                    Self::Paid(<Receipt as __dotdo::Value>::copy_event(event))
                }
            }
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for OrderEvent {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            match self {
                Self::Created(event) => {
                    <Order as __dotdo::Noun>::show_created(event, "Created", f)
                }
                Self::Updated(event) => {
                    <Order as __dotdo::Noun>::show_created(event, "Updated", f)
                }
                Self::Deleted(event) => {
                    <Order as __dotdo::Noun>::show_created(event, "Deleted", f)
                }
                Self::Paid(event) => {
                    <Receipt as __dotdo::Value>::show_event(event, "Paid", f)
                }
            }
        }
    }
    impl ::core::cmp::PartialEq for OrderEvent {
        fn eq(&self, other: &Self) -> bool {
            match (self, other) {
                (Self::Created(event), Self::Created(other)) => {
                    <Order as __dotdo::Noun>::same_created(event, other)
                }
                (Self::Updated(event), Self::Updated(other)) => {
                    <Order as __dotdo::Noun>::same_created(event, other)
                }
                (Self::Deleted(event), Self::Deleted(other)) => {
                    <Order as __dotdo::Noun>::same_created(event, other)
                }
                (Self::Paid(event), Self::Paid(other)) => {
                    <Receipt as __dotdo::Value>::same_event(event, other)
                }
                _ => false,
            }
        }
    }
    impl __dotdo::AllEvents<Order> for OrderEvent {
        fn read(json: &__dotdo::Json) -> __dotdo::Result<Self> {
            let noun = <Order as __dotdo::Noun>::NAME;
            match __dotdo::event_verb(json)?.as_str() {
                "created" => {
                    <Order as __dotdo::Noun>::read_created(json).map(Self::Created)
                }
                "updated" => {
                    <Order as __dotdo::Noun>::read_created(json).map(Self::Updated)
                }
                "deleted" => {
                    <Order as __dotdo::Noun>::read_created(json).map(Self::Deleted)
                }
                "paid" => <Receipt as __dotdo::Value>::event(json).map(Self::Paid),
                other => __dotdo::Err(__dotdo::unknown_event(noun, other)),
            }
        }
    }
    struct __PayArgs {
        receipt: Receipt,
    }
    const _: () = {
        #[automatically_derived]
        impl __dotdo::serde::Serialize for __PayArgs {
            fn serialize<__S: __dotdo::serde::Serializer>(
                &self,
                serializer: __S,
            ) -> __dotdo::Result<__S::Ok, __S::Error> {
                let mut out = __dotdo::Writer::new(serializer, "__PayArgs", 1);
                <Receipt as __dotdo::Value>::put(&self.receipt, &mut out, "receipt");
                out.end()
            }
        }
        #[automatically_derived]
        impl<'de> __dotdo::serde::Deserialize<'de> for __PayArgs {
            fn deserialize<__D: __dotdo::serde::Deserializer<'de>>(
                deserializer: __D,
            ) -> __dotdo::Result<Self, __D::Error> {
                __dotdo::record::read(deserializer)
            }
        }
        #[automatically_derived]
        impl __dotdo::Record for __PayArgs {
            const NAME: &'static str = "__PayArgs";
            const EXPECTED: &'static str = "the arguments of `pay`";
            const FIELDS: &'static [&'static str] = &["receipt"];
            const STRICT: bool = true;
            fn read<'de, __F: __dotdo::Fields<'de>>(
                fields: &mut __F,
            ) -> __dotdo::Result<Self, __F::Error> {
                let mut field0 = __dotdo::None;
                while let __dotdo::Some(place) = fields.next() {
                    match place {
                        0 => <Receipt as __dotdo::Value>::take(fields, &mut field0),
                        _ => {}
                    }
                }
                __dotdo::Ok(Self {
                    receipt: <Receipt as __dotdo::Value>::end(fields, field0, 0)?,
                })
            }
        }
    };
    #[cfg(feature = "refunds")]
    struct __TouchArgs {
        why: Option<String>,
    }
    #[cfg(feature = "refunds")]
    const _: () = {
        #[automatically_derived]
        impl __dotdo::serde::Serialize for __TouchArgs {
            fn serialize<__S: __dotdo::serde::Serializer>(
                &self,
                serializer: __S,
            ) -> __dotdo::Result<__S::Ok, __S::Error> {
                let mut out = __dotdo::Writer::new(serializer, "__TouchArgs", 1);
                out.field("why", &self.why);
                out.end()
            }
        }
        #[automatically_derived]
        impl<'de> __dotdo::serde::Deserialize<'de> for __TouchArgs {
            fn deserialize<__D: __dotdo::serde::Deserializer<'de>>(
                deserializer: __D,
            ) -> __dotdo::Result<Self, __D::Error> {
                __dotdo::record::read(deserializer)
            }
        }
        #[automatically_derived]
        impl __dotdo::Record for __TouchArgs {
            const NAME: &'static str = "__TouchArgs";
            const EXPECTED: &'static str = "the arguments of `touch`";
            const FIELDS: &'static [&'static str] = &["why"];
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
                    why: fields.end(field0, 0)?,
                })
            }
        }
    };
    struct __BuyerArgs {}
    const _: () = {
        #[automatically_derived]
        impl __dotdo::serde::Serialize for __BuyerArgs {
            fn serialize<__S: __dotdo::serde::Serializer>(
                &self,
                serializer: __S,
            ) -> __dotdo::Result<__S::Ok, __S::Error> {
                let mut out = __dotdo::Writer::new(serializer, "__BuyerArgs", 0);
                out.end()
            }
        }
        #[automatically_derived]
        impl<'de> __dotdo::serde::Deserialize<'de> for __BuyerArgs {
            fn deserialize<__D: __dotdo::serde::Deserializer<'de>>(
                deserializer: __D,
            ) -> __dotdo::Result<Self, __D::Error> {
                __dotdo::record::read(deserializer)
            }
        }
        #[automatically_derived]
        impl __dotdo::Record for __BuyerArgs {
            const NAME: &'static str = "__BuyerArgs";
            const EXPECTED: &'static str = "the arguments of `buyer`";
            const FIELDS: &'static [&'static str] = &[];
            const STRICT: bool = true;
            fn read<'de, __F: __dotdo::Fields<'de>>(
                fields: &mut __F,
            ) -> __dotdo::Result<Self, __F::Error> {
                while let __dotdo::Some(place) = fields.next() {
                    match place {
                        _ => {}
                    }
                }
                __dotdo::Ok(Self {})
            }
        }
    };
    struct __ReviewArgs {
        stars: i64,
    }
    const _: () = {
        #[automatically_derived]
        impl __dotdo::serde::Serialize for __ReviewArgs {
            fn serialize<__S: __dotdo::serde::Serializer>(
                &self,
                serializer: __S,
            ) -> __dotdo::Result<__S::Ok, __S::Error> {
                let mut out = __dotdo::Writer::new(serializer, "__ReviewArgs", 1);
                out.field("stars", &self.stars);
                out.end()
            }
        }
        #[automatically_derived]
        impl<'de> __dotdo::serde::Deserialize<'de> for __ReviewArgs {
            fn deserialize<__D: __dotdo::serde::Deserializer<'de>>(
                deserializer: __D,
            ) -> __dotdo::Result<Self, __D::Error> {
                __dotdo::record::read(deserializer)
            }
        }
        #[automatically_derived]
        impl __dotdo::Record for __ReviewArgs {
            const NAME: &'static str = "__ReviewArgs";
            const EXPECTED: &'static str = "the arguments of `review`";
            const FIELDS: &'static [&'static str] = &["stars"];
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
                    stars: fields.end(field0, 0)?,
                })
            }
        }
    };
    impl OrderCalls for __dotdo::Stub<Order> {}
    #[allow(dead_code, private_interfaces)]
    impl dyn OrderCalls {
        /// Emits `Order::paid`, whose payload is what this returns.
        pub fn pay(&self, receipt: Receipt) -> __dotdo::Call<Receipt> {
            <Receipt as __dotdo::Value>::call(
                __dotdo::Calls::stub(self),
                "pay",
                &__PayArgs { receipt },
            )
        }
        /// Calls `touch`.
        #[cfg(feature = "refunds")]
        pub fn touch(&self, why: Option<String>) -> __dotdo::Call<()> {
            <() as __dotdo::Value>::call(
                __dotdo::Calls::stub(self),
                "touch",
                &__TouchArgs { why },
            )
        }
        /// Reads only; no event.
        pub fn buyer(&self) -> __dotdo::Call<Ref<Customer>> {
            <Ref<
                Customer,
            > as __dotdo::Value>::call(
                __dotdo::Calls::stub(self),
                "buyer",
                &__BuyerArgs {},
            )
        }
    }
    impl Order {
        /// A part of `fulfil`.
        pub fn review(stars: i64) -> __dotdo::Child<String> {
            __dotdo::Child::new(Self::__FLOW_REVIEW, &__ReviewArgs { stars })
        }
        const __FLOW_REVIEW: &'static __dotdo::FlowDef = {
            let _ = Self::review;
            &__dotdo::FlowDef {
                name: "Order::review",
                version: 1,
                noun: __dotdo::Some("Order"),
                policy: __dotdo::Policy::DEFAULT,
                trigger: __dotdo::Trigger::Call,
                args: &[__dotdo::Member::of::<i64>("stars", "")],
                output: <String as __dotdo::Value>::SHAPE,
                doc: "A part of `fulfil`.",
                at: (::core::file!(), ::core::line!()),
                start: |run, args| __dotdo::run_flow::<
                    _,
                    _,
                    String,
                    _,
                >(
                    run,
                    &args,
                    |cx, args: __ReviewArgs| Order::__run_review(cx, args.stars),
                ),
            }
        };
        async fn __run_review(cx: Flow<Order>, stars: i64) -> Result<String> {
            Ok(stars.to_string())
        }
    }
    impl __dotdo::Verbs for Order {
        const VERBS: &'static __dotdo::VerbsDef = &__dotdo::VerbsDef {
            noun: <Order as __dotdo::Noun>::NAME,
            verbs: &[
                __dotdo::VerbDef {
                    name: "pay",
                    event: __dotdo::Some("paid"),
                    query: false,
                    args: &[
                        __dotdo::Member {
                            name: "receipt",
                            shape: <Receipt as __dotdo::Value>::SHAPE,
                            optional: <Receipt as __dotdo::Value>::NULLABLE,
                            doc: "",
                        },
                    ],
                    output: <Receipt as __dotdo::Value>::SHAPE,
                    doc: "Emits `Order::paid`, whose payload is what this returns.",
                    run: |turn, id, args| __dotdo::run_verb::<
                        Order,
                        _,
                        Receipt,
                    >(
                        turn,
                        id,
                        args,
                        |this: &mut Order, cx, args: __PayArgs| {
                            this.pay(cx.any(), args.receipt)
                        },
                    ),
                },
                #[cfg(feature = "refunds")]
                __dotdo::VerbDef {
                    name: "touch",
                    event: __dotdo::None,
                    query: false,
                    args: &[__dotdo::Member::of::<Option<String>>("why", "")],
                    output: __dotdo::Shape::Nothing,
                    doc: "",
                    run: |turn, id, args| __dotdo::run_verb::<
                        Order,
                        _,
                        (),
                    >(
                        turn,
                        id,
                        args,
                        |this: &mut Order, cx, args: __TouchArgs| {
                            this.touch(cx, args.why)
                        },
                    ),
                },
                __dotdo::VerbDef {
                    name: "buyer",
                    event: __dotdo::None,
                    query: true,
                    args: &[],
                    output: <Ref<Customer> as __dotdo::Value>::SHAPE,
                    doc: "Reads only; no event.",
                    run: |turn, id, args| __dotdo::run_query::<
                        Order,
                        _,
                        Ref<Customer>,
                    >(
                        turn,
                        id,
                        args,
                        |this: &Order, cx, _: __BuyerArgs| this.buyer(cx.any()),
                    ),
                },
            ],
            flows: &[
                &__dotdo::FlowDef {
                    name: "Order::fulfil",
                    version: 1,
                    noun: __dotdo::Some("Order"),
                    policy: __dotdo::Policy {
                        retry: 3,
                        initial: ::core::time::Duration::from_millis(100),
                        cap: ::core::time::Duration::from_secs(30),
                        timeout: __dotdo::Some(
                            ::core::time::Duration::from_secs(2592000),
                        ),
                        ..__dotdo::Policy::DEFAULT
                    },
                    trigger: __dotdo::Trigger::On(__dotdo::Route {
                        pattern: __dotdo::Pattern {
                            noun: __dotdo::Some(<Order as __dotdo::Noun>::NAME),
                            verb: __dotdo::Some("created"),
                        },
                        priority: 0,
                        filter: __dotdo::None,
                        to: __dotdo::None,
                    }),
                    args: &[],
                    output: __dotdo::Shape::Nothing,
                    doc: "From \"created\" to \"on its way\".",
                    at: (::core::file!(), ::core::line!()),
                    start: |run, json| __dotdo::run_on(
                        <Order>::created,
                        run,
                        &json,
                        __dotdo::OneEvent::of,
                        |cx, event| Order::fulfil(cx, event),
                    ),
                },
                &__dotdo::FlowDef {
                    name: "Order::forget",
                    version: 1,
                    noun: __dotdo::Some("Order"),
                    policy: __dotdo::Policy::DEFAULT,
                    trigger: __dotdo::Trigger::On(__dotdo::Route {
                        pattern: __dotdo::Pattern {
                            noun: __dotdo::Some(<Customer as __dotdo::Noun>::NAME),
                            verb: __dotdo::Some("deleted"),
                        },
                        priority: 0,
                        filter: __dotdo::None,
                        to: __dotdo::Some(|event| __dotdo::to_on::<
                            _,
                            _,
                            Order,
                            _,
                        >(
                            <Customer>::deleted,
                            event,
                            |event| event.data.last_order.clone(),
                        )),
                    }),
                    args: &[],
                    output: __dotdo::Shape::Nothing,
                    doc: "",
                    at: (::core::file!(), ::core::line!()),
                    start: |run, json| __dotdo::run_on(
                        <Customer>::deleted,
                        run,
                        &json,
                        __dotdo::OneEvent::of,
                        |cx, event| Order::forget(cx, event),
                    ),
                },
                Order::__FLOW_REVIEW,
            ],
        };
        type Calls = dyn OrderCalls;
        fn calls(stub: &__dotdo::Stub<Self>) -> &Self::Calls {
            stub
        }
    }
};
