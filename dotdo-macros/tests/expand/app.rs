use dotdo::prelude::*;
pub mod mail {
    /// Everything about mail.
    #[allow(dead_code)]
    pub struct Mail;
    #[allow(unused_qualifications, unused_imports, unused_macros, deprecated)]
    const _: () = {
        use ::dotdo::__private as __dotdo;
        use __dotdo::Otherwise as _;
        #[diagnostic::do_not_recommend]
        impl __dotdo::Listed for Mail {
            const ITEM: __dotdo::Item = __dotdo::Item::Part(
                &__dotdo::PartDef {
                    name: "Mail",
                    doc: "Everything about mail.",
                    entries: &[
                        __dotdo::Entry {
                            item: {
                                const _: fn() = || __dotdo::Marked::<
                                    Marker,
                                >::marked(&send_mail);
                                macro_rules! send_mail {
                                    () => {};
                                }
                                use __dotdo::unmarked::*;
                                use send_mail as Marker;
                                __dotdo::Of::<Marker>::ITEM
                            },
                            verbs: __dotdo::None,
                        },
                        __dotdo::Entry {
                            item: {
                                const _: fn() = || __dotdo::Marked::<
                                    Marker,
                                >::marked(&bounce);
                                macro_rules! bounce {
                                    () => {};
                                }
                                use __dotdo::unmarked::*;
                                use bounce as Marker;
                                __dotdo::Of::<Marker>::ITEM
                            },
                            verbs: __dotdo::None,
                        },
                    ],
                },
            );
        }
    };
}
/// A small shop.
pub struct Shop;
#[allow(unused_qualifications, unused_imports, unused_macros, deprecated)]
const _: () = {
    use ::dotdo::__private as __dotdo;
    use __dotdo::Otherwise as _;
    #[allow(dead_code)]
    impl Shop {
        /// The business as constants.
        pub const DEF: &'static __dotdo::AppDef = &__dotdo::AppDef {
            name: "Shop",
            version: ::core::env!("CARGO_PKG_VERSION"),
            domain: __dotdo::Some("shop.example"),
            doc: "A small shop.",
            entries: &[
                __dotdo::Entry {
                    item: <Customer as __dotdo::Listed>::ITEM,
                    verbs: __dotdo::Of::<Customer>::VERBS,
                },
                __dotdo::Entry {
                    item: <Order as __dotdo::Listed>::ITEM,
                    verbs: __dotdo::Of::<Order>::VERBS,
                },
                #[cfg(feature = "reports")]
                __dotdo::Entry {
                    item: {
                        const _: fn() = || __dotdo::Marked::<
                            Marker,
                        >::marked(&weekly_report);
                        macro_rules! weekly_report {
                            () => {};
                        }
                        use __dotdo::unmarked::*;
                        use weekly_report as Marker;
                        __dotdo::Of::<Marker>::ITEM
                    },
                    verbs: __dotdo::None,
                },
                __dotdo::Entry {
                    item: <mail::Mail as __dotdo::Listed>::ITEM,
                    verbs: __dotdo::Of::<mail::Mail>::VERBS,
                },
            ],
            dropped: &[],
            lock: __dotdo::None,
            at: (::core::env!("CARGO_MANIFEST_DIR"), ::core::file!()),
        };
        /// The program that the business is: `serve`, `schema`, and so on.
        pub fn main() -> ::dotdo::Exit {
            __dotdo::main(Self::DEF)
        }
    }
    impl __dotdo::Business for Shop {
        const DEF: &'static __dotdo::AppDef = Shop::DEF;
    }
    const _: () = __dotdo::prove::<{ __dotdo::count(Shop::DEF) }>(Shop::DEF);
};
