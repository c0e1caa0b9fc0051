use dotdo::prelude::*;
pub mod mail {
    /// Everything about mail.
    #[allow(dead_code)]
    pub struct Mail;
    #[allow(unused_qualifications)]
    const _: () = {
        use ::dotdo::__private as __dotdo;
        use __dotdo::Verbless as _;
        #[diagnostic::do_not_recommend]
        impl __dotdo::Listed for Mail {
            const ITEM: __dotdo::Item = __dotdo::Item::Part(
                &[
                    __dotdo::Entry {
                        item: <send_mail as __dotdo::Listed>::ITEM,
                        verbs: <send_mail>::__VERBS,
                    },
                    __dotdo::Entry {
                        item: <bounce as __dotdo::Listed>::ITEM,
                        verbs: <bounce>::__VERBS,
                    },
                ],
            );
        }
    };
}
/// A small shop.
pub struct Shop;
#[allow(unused_qualifications)]
const _: () = {
    use ::dotdo::__private as __dotdo;
    use __dotdo::Verbless as _;
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
                    verbs: <Customer>::__VERBS,
                },
                __dotdo::Entry {
                    item: <Order as __dotdo::Listed>::ITEM,
                    verbs: <Order>::__VERBS,
                },
                #[cfg(feature = "reports")]
                __dotdo::Entry {
                    item: <weekly_report as __dotdo::Listed>::ITEM,
                    verbs: <weekly_report>::__VERBS,
                },
                __dotdo::Entry {
                    item: <mail::Mail as __dotdo::Listed>::ITEM,
                    verbs: <mail::Mail>::__VERBS,
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
