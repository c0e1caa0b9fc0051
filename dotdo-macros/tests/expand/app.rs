use dotdo::prelude::*;
pub mod mail {
    /// Everything about mail.
    #[allow(dead_code)]
    pub struct Mail;
    impl ::dotdo::__private::Listed for Mail {
        const ITEM: ::dotdo::__private::Item = ::dotdo::__private::Item::Part({
            use ::dotdo::__private::Verbless as _;
            &[
                ::dotdo::__private::Entry {
                    item: <send_mail as ::dotdo::__private::Listed>::ITEM,
                    verbs: <send_mail>::__VERBS,
                },
                ::dotdo::__private::Entry {
                    item: <bounce as ::dotdo::__private::Listed>::ITEM,
                    verbs: <bounce>::__VERBS,
                },
            ]
        });
    }
}
/// A small shop.
pub struct Shop;
#[allow(dead_code)]
impl Shop {
    /// The business as constants.
    pub const DEF: &'static ::dotdo::__private::AppDef = &::dotdo::__private::AppDef {
        name: "Shop",
        version: ::core::env!("CARGO_PKG_VERSION"),
        domain: ::core::option::Option::Some("shop.example"),
        doc: "A small shop.",
        entries: {
            use ::dotdo::__private::Verbless as _;
            &[
                ::dotdo::__private::Entry {
                    item: <Customer as ::dotdo::__private::Listed>::ITEM,
                    verbs: <Customer>::__VERBS,
                },
                ::dotdo::__private::Entry {
                    item: <Order as ::dotdo::__private::Listed>::ITEM,
                    verbs: <Order>::__VERBS,
                },
                #[cfg(feature = "reports")]
                ::dotdo::__private::Entry {
                    item: <weekly_report as ::dotdo::__private::Listed>::ITEM,
                    verbs: <weekly_report>::__VERBS,
                },
                ::dotdo::__private::Entry {
                    item: <mail::Mail as ::dotdo::__private::Listed>::ITEM,
                    verbs: <mail::Mail>::__VERBS,
                },
            ]
        },
    };
    /// The program that the business is: `serve`, `schema`, and so on.
    pub fn main() -> ::dotdo::Exit {
        ::dotdo::__private::main(Self::DEF)
    }
}
impl ::dotdo::Business for Shop {
    const DEF: &'static ::dotdo::__private::AppDef = Shop::DEF;
}
const _: () = ::dotdo::__private::prove(Shop::DEF);
