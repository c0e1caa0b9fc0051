use dotdo::prelude::*;
#[derive(::dotdo::__private::Noun)]
pub struct Customer {
    #[unique]
    pub email: String,
    pub name: String,
}
/// The columns of `Customer`, for typed questions: `Customer::find(|c| …)`.
#[derive(Clone, Copy)]
#[allow(dead_code)]
pub struct CustomerColumns {
    /// The column `email`.
    pub email: ::dotdo::__private::Column<String>,
    /// The column `name`.
    pub name: ::dotdo::__private::Column<String>,
}
#[allow(unused_qualifications)]
const _: () = {
    use ::dotdo::__private as __dotdo;
    #[allow(non_upper_case_globals, dead_code)]
    impl Customer {
        /// A new `Customer` was stored. The payload is the `Customer`.
        pub const created: __dotdo::EventKey<Self> = __dotdo::EventKey::new(
            "Customer",
            "created",
        );
        /// A `Customer` was changed. The payload is the `Customer` as it is now.
        pub const updated: __dotdo::EventKey<Self> = __dotdo::EventKey::new(
            "Customer",
            "updated",
        );
        /// A `Customer` was deleted. The payload is the `Customer` as it was.
        pub const deleted: __dotdo::EventKey<Self> = __dotdo::EventKey::new(
            "Customer",
            "deleted",
        );
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl __dotdo::Noun for Customer {
        const NAME: &'static str = "Customer";
        const DEF: &'static __dotdo::NounDef = &__dotdo::NounDef {
            name: "Customer",
            plural: "Customers",
            table: "customers",
            object: false,
            history: true,
            visibility: "user",
            kind: "Entity",
            doc: "",
            columns: &[
                __dotdo::ColumnDef {
                    unique: true,
                    ..__dotdo::ColumnDef::of::<String>("email")
                },
                __dotdo::ColumnDef::of::<String>("name"),
            ],
            dropped: &[],
            cells: __dotdo::cells_of::<Customer>,
        };
        const COLUMNS: CustomerColumns = CustomerColumns {
            email: __dotdo::Column::new("email"),
            name: __dotdo::Column::new("name"),
        };
        type Columns = CustomerColumns;
        fn to_cells(&self) -> __dotdo::Result<::std::vec::Vec<__dotdo::Cell>> {
            __dotdo::Ok(
                ::std::vec::Vec::from([
                    __dotdo::Value::to_cell(&self.email)?,
                    __dotdo::Value::to_cell(&self.name)?,
                ]),
            )
        }
        fn from_cells(
            _id: &str,
            cells: &mut dyn ::core::iter::Iterator<Item = __dotdo::Cell>,
        ) -> __dotdo::Result<Self> {
            __dotdo::Ok(Self {
                email: __dotdo::Value::next(cells, "email")?,
                name: __dotdo::Value::next(cells, "name")?,
            })
        }
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl __dotdo::Row for Customer {}
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl __dotdo::Value for Customer {
        const SHAPE: __dotdo::Shape = __dotdo::Shape::Record(
            "Customer",
            &[
                __dotdo::Member::of::<String>("email", ""),
                __dotdo::Member::of::<String>("name", ""),
            ],
        );
        type Next = ();
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl __dotdo::Listed for Customer {
        const ITEM: __dotdo::Item = __dotdo::Item::Noun(<Self as __dotdo::Noun>::DEF);
    }
    #[automatically_derived]
    impl ::core::clone::Clone for Customer {
        fn clone(&self) -> Self {
            Self {
                email: ::core::clone::Clone::clone(&self.email),
                name: ::core::clone::Clone::clone(&self.name),
            }
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for Customer {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.debug_struct("Customer")
                .field("email", &self.email)
                .field("name", &self.name)
                .finish()
        }
    }
    impl ::core::cmp::PartialEq for Customer {
        fn eq(&self, other: &Self) -> bool {
            self.email == other.email && self.name == other.name
        }
    }
    #[automatically_derived]
    impl __dotdo::serde::Serialize for Customer {
        fn serialize<__S: __dotdo::serde::Serializer>(
            &self,
            serializer: __S,
        ) -> __dotdo::Result<__S::Ok, __S::Error> {
            let mut out = __dotdo::Writer::new(serializer, "Customer", 2);
            out.field("email", &self.email);
            out.field("name", &self.name);
            out.end()
        }
    }
    #[automatically_derived]
    impl<'de> __dotdo::serde::Deserialize<'de> for Customer {
        fn deserialize<__D: __dotdo::serde::Deserializer<'de>>(
            deserializer: __D,
        ) -> __dotdo::Result<Self, __D::Error> {
            __dotdo::record::read(deserializer)
        }
    }
    #[automatically_derived]
    impl __dotdo::Record for Customer {
        const NAME: &'static str = "Customer";
        const EXPECTED: &'static str = "`Customer`";
        const FIELDS: &'static [&'static str] = &["email", "name"];
        const STRICT: bool = false;
        fn read<'de, __F: __dotdo::Fields<'de>>(
            fields: &mut __F,
        ) -> __dotdo::Result<Self, __F::Error> {
            let mut field0 = __dotdo::None;
            let mut field1 = __dotdo::None;
            while let __dotdo::Some(place) = fields.next() {
                match place {
                    0 => fields.take(&mut field0),
                    1 => fields.take(&mut field1),
                    _ => {}
                }
            }
            __dotdo::Ok(Self {
                email: fields.end(field0, 0)?,
                name: fields.end(field1, 1)?,
            })
        }
    }
};
async fn welcome(cx: Flow, event: Event<Customer>) -> Result<()> {
    cx.run(send_mail(event.data.email.clone(), "Welcome!".into())).await
}
#[doc(hidden)]
#[allow(non_camel_case_types, dead_code)]
struct welcome {}
#[allow(unused_qualifications)]
const _: () = {
    use ::dotdo::__private as __dotdo;
    #[diagnostic::do_not_recommend]
    impl __dotdo::Listed for welcome {
        const ITEM: __dotdo::Item = __dotdo::Item::Flow(
            &__dotdo::FlowDef {
                name: "welcome",
                version: 1,
                noun: __dotdo::None,
                policy: __dotdo::Policy::DEFAULT,
                trigger: __dotdo::Trigger::On(__dotdo::Route {
                    pattern: __dotdo::Pattern {
                        noun: __dotdo::Some(<Customer as __dotdo::Noun>::NAME),
                        verb: __dotdo::Some("created"),
                    },
                    priority: 0,
                    filter: __dotdo::None,
                    to: __dotdo::None,
                }),
                args: &[],
                output: __dotdo::Shape::Nothing,
                doc: "",
                at: (::core::file!(), ::core::line!()),
                start: |run, json| __dotdo::run_on(
                    <Customer>::created,
                    run,
                    &json,
                    __dotdo::OneEvent::of,
                    |cx, event| welcome(cx, event),
                ),
            },
        );
    }
};
fn send_mail(to: String, text: String) -> ::dotdo::__private::Step<()> {
    ::dotdo::__private::Step::new(
        <send_mail as ::dotdo::__private::Listed>::ITEM.step(),
        &send_mail { to, text },
    )
}
#[doc(hidden)]
#[allow(non_camel_case_types, dead_code)]
struct send_mail {
    to: String,
    text: String,
}
#[allow(unused_qualifications)]
const _: () = {
    use ::dotdo::__private as __dotdo;
    #[diagnostic::do_not_recommend]
    impl __dotdo::Listed for send_mail {
        const ITEM: __dotdo::Item = {
            async fn __send_mail(to: String, text: String) -> Result<()> {
                mailer::post(&to, &text).await
            }
            let _ = send_mail;
            __dotdo::Item::Step(
                &__dotdo::StepDef {
                    name: "send_mail",
                    version: 1,
                    policy: __dotdo::Policy {
                        retry: 3,
                        ..__dotdo::Policy::DEFAULT
                    },
                    args: &[
                        __dotdo::Member::of::<String>("to", ""),
                        __dotdo::Member::of::<String>("text", ""),
                    ],
                    output: __dotdo::Shape::Nothing,
                    doc: "",
                    at: (::core::file!(), ::core::line!()),
                    run: |args| __dotdo::run_step::<
                        _,
                        (),
                        _,
                        _,
                    >(&args, |args: Self| __send_mail(args.to, args.text)),
                },
            )
        };
    }
    impl __dotdo::StepFn<()> for send_mail {}
    #[automatically_derived]
    impl __dotdo::serde::Serialize for send_mail {
        fn serialize<__S: __dotdo::serde::Serializer>(
            &self,
            serializer: __S,
        ) -> __dotdo::Result<__S::Ok, __S::Error> {
            let mut out = __dotdo::Writer::new(serializer, "send_mail", 2);
            out.field("to", &self.to);
            out.field("text", &self.text);
            out.end()
        }
    }
    #[automatically_derived]
    impl<'de> __dotdo::serde::Deserialize<'de> for send_mail {
        fn deserialize<__D: __dotdo::serde::Deserializer<'de>>(
            deserializer: __D,
        ) -> __dotdo::Result<Self, __D::Error> {
            __dotdo::record::read(deserializer)
        }
    }
    #[automatically_derived]
    impl __dotdo::Record for send_mail {
        const NAME: &'static str = "send_mail";
        const EXPECTED: &'static str = "the arguments of `send_mail`";
        const FIELDS: &'static [&'static str] = &["to", "text"];
        const STRICT: bool = true;
        fn read<'de, __F: __dotdo::Fields<'de>>(
            fields: &mut __F,
        ) -> __dotdo::Result<Self, __F::Error> {
            let mut field0 = __dotdo::None;
            let mut field1 = __dotdo::None;
            while let __dotdo::Some(place) = fields.next() {
                match place {
                    0 => fields.take(&mut field0),
                    1 => fields.take(&mut field1),
                    _ => {}
                }
            }
            __dotdo::Ok(Self {
                to: fields.end(field0, 0)?,
                text: fields.end(field1, 1)?,
            })
        }
    }
};
pub struct Crm;
#[allow(unused_qualifications, unused_imports, unused_macros, deprecated)]
const _: () = {
    use ::dotdo::__private as __dotdo;
    use __dotdo::Otherwise as _;
    #[allow(dead_code)]
    impl Crm {
        /// The business as constants.
        pub const DEF: &'static __dotdo::AppDef = &__dotdo::AppDef {
            name: "Crm",
            version: ::core::env!("CARGO_PKG_VERSION"),
            domain: __dotdo::None,
            doc: "",
            entries: &[
                __dotdo::Entry {
                    item: <Customer as __dotdo::Listed>::ITEM,
                    verbs: __dotdo::Of::<Customer>::VERBS,
                },
                __dotdo::Entry {
                    item: {
                        const _: fn() = || __dotdo::Marked::<Marker>::marked(&welcome);
                        macro_rules! welcome {
                            () => {};
                        }
                        use __dotdo::unmarked::*;
                        use welcome as Marker;
                        __dotdo::Of::<Marker>::ITEM
                    },
                    verbs: __dotdo::None,
                },
                __dotdo::Entry {
                    item: {
                        const _: fn() = || __dotdo::Marked::<Marker>::marked(&send_mail);
                        macro_rules! send_mail {
                            () => {};
                        }
                        use __dotdo::unmarked::*;
                        use send_mail as Marker;
                        __dotdo::Of::<Marker>::ITEM
                    },
                    verbs: __dotdo::None,
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
    impl __dotdo::Business for Crm {
        const DEF: &'static __dotdo::AppDef = Crm::DEF;
    }
    const _: () = __dotdo::prove::<{ __dotdo::count(Crm::DEF) }>(Crm::DEF);
};
fn main() -> dotdo::Exit {
    Crm::main()
}
