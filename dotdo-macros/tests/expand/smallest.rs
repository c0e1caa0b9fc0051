use dotdo::prelude::*;
#[derive(Clone, Debug, PartialEq, ::dotdo::__private::Noun)]
pub struct Customer {
    #[unique]
    pub email: String,
    pub name: String,
}
#[allow(non_upper_case_globals, dead_code)]
impl Customer {
    ///A new `Customer` was stored. The payload is the `Customer`.
    pub const created: ::dotdo::__private::EventKey<Self> = ::dotdo::__private::EventKey::new(
        "Customer",
        "created",
    );
    ///A `Customer` was changed. The payload is the `Customer` as it is now.
    pub const updated: ::dotdo::__private::EventKey<Self> = ::dotdo::__private::EventKey::new(
        "Customer",
        "updated",
    );
    ///A `Customer` was deleted. The payload is the `Customer` as it was.
    pub const deleted: ::dotdo::__private::EventKey<Self> = ::dotdo::__private::EventKey::new(
        "Customer",
        "deleted",
    );
}
///The columns of `Customer`, for typed questions: `Customer::find(|c| …)`.
#[derive(Clone, Copy)]
#[allow(dead_code)]
pub struct CustomerColumns {
    ///The column `email`.
    pub email: ::dotdo::__private::Column<String>,
    ///The column `name`.
    pub name: ::dotdo::__private::Column<String>,
}
///Calls to one `Customer`: `Customer::stub(id)`.
#[derive(Clone, Debug)]
pub struct CustomerStub(::dotdo::__private::Stub<Customer>);
#[automatically_derived]
impl ::core::ops::Deref for CustomerStub {
    type Target = ::dotdo::__private::Stub<Customer>;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
#[automatically_derived]
impl ::dotdo::__private::Onward for CustomerStub {
    fn onward(chain: ::dotdo::__private::Chain) -> Self {
        Self(::dotdo::__private::Onward::onward(chain))
    }
}
#[automatically_derived]
impl ::dotdo::__private::Noun for Customer {
    const NAME: &'static str = "Customer";
    const DEF: &'static ::dotdo::__private::NounDef = &::dotdo::__private::NounDef {
        name: "Customer",
        plural: "Customers",
        table: "customers",
        object: false,
        history: true,
        visibility: "user",
        kind: "Entity",
        doc: "",
        columns: &[
            ::dotdo::__private::ColumnDef {
                unique: true,
                ..::dotdo::__private::ColumnDef::new(
                    "email",
                    <String as ::dotdo::__private::Value>::SHAPE,
                    <String as ::dotdo::__private::Value>::NULLABLE,
                )
            },
            ::dotdo::__private::ColumnDef::new(
                "name",
                <String as ::dotdo::__private::Value>::SHAPE,
                <String as ::dotdo::__private::Value>::NULLABLE,
            ),
        ],
        cells: ::dotdo::__private::cells_of::<Customer>,
    };
    const COLUMNS: CustomerColumns = CustomerColumns {
        email: ::dotdo::__private::Column::new("email"),
        name: ::dotdo::__private::Column::new("name"),
    };
    type Columns = CustomerColumns;
    type Stub = CustomerStub;
    fn to_cells(
        &self,
    ) -> ::dotdo::__private::Result<::std::vec::Vec<::dotdo::__private::Cell>> {
        Ok(
            ::std::vec![
                < String as ::dotdo::__private::Value > ::to_cell(& self.email) ?, <
                String as ::dotdo::__private::Value > ::to_cell(& self.name) ?
            ],
        )
    }
    fn from_cells(
        _id: &str,
        cells: &mut dyn ::core::iter::Iterator<Item = ::dotdo::__private::Cell>,
    ) -> ::dotdo::__private::Result<Self> {
        Ok(Self {
            email: ::dotdo::__private::next_cell(cells, "email")?,
            name: ::dotdo::__private::next_cell(cells, "name")?,
        })
    }
}
#[automatically_derived]
impl ::dotdo::__private::Row for Customer {}
#[automatically_derived]
impl ::dotdo::__private::Value for Customer {
    const SHAPE: ::dotdo::__private::Shape = ::dotdo::__private::Shape::Record(
        "Customer",
        &[
            ::dotdo::__private::Member {
                name: "email",
                shape: <String as ::dotdo::__private::Value>::SHAPE,
                optional: <String as ::dotdo::__private::Value>::NULLABLE,
                doc: "",
            },
            ::dotdo::__private::Member {
                name: "name",
                shape: <String as ::dotdo::__private::Value>::SHAPE,
                optional: <String as ::dotdo::__private::Value>::NULLABLE,
                doc: "",
            },
        ],
    );
    type Next = ();
}
#[automatically_derived]
impl ::dotdo::__private::Listed for Customer {
    const ITEM: ::dotdo::__private::Item = ::dotdo::__private::Item::Noun(
        <Self as ::dotdo::__private::Noun>::DEF,
    );
}
const _: () = {
    #[derive(
        ::dotdo::__private::serde::Serialize,
        ::dotdo::__private::serde::Deserialize
    )]
    #[serde(
        crate = "::dotdo::__private::serde",
        remote = "Customer",
        rename = "Customer",
        expecting = "a `Customer`",
    )]
    struct __Customer {
        email: String,
        name: String,
    }
    #[automatically_derived]
    impl ::dotdo::__private::serde::Serialize for Customer {
        fn serialize<S: ::dotdo::__private::serde::Serializer>(
            &self,
            serializer: S,
        ) -> ::core::result::Result<S::Ok, S::Error> {
            __Customer::serialize(self, serializer)
        }
    }
    #[automatically_derived]
    impl<'de> ::dotdo::__private::serde::Deserialize<'de> for Customer {
        fn deserialize<D: ::dotdo::__private::serde::Deserializer<'de>>(
            deserializer: D,
        ) -> ::core::result::Result<Self, D::Error> {
            __Customer::deserialize(deserializer)
        }
    }
};
async fn welcome(cx: Flow, event: Event<Customer>) -> Result<()> {
    cx.run(send_mail(event.data.email.clone(), "Welcome!".into())).await
}
#[doc(hidden)]
#[allow(non_camel_case_types, dead_code)]
struct welcome {}
#[automatically_derived]
impl ::dotdo::__private::Listed for welcome {
    const ITEM: ::dotdo::__private::Item = ::dotdo::__private::Item::Flow(
        &::dotdo::__private::FlowDef {
            name: "welcome",
            version: 1,
            noun: ::core::option::Option::None,
            policy: ::dotdo::__private::Policy::DEFAULT,
            trigger: ::dotdo::__private::Trigger::On(::dotdo::__private::Route {
                pattern: Customer::created.pattern(),
                priority: 0,
                filter: ::core::option::Option::None,
                to: ::core::option::Option::None,
            }),
            args: &[],
            output: ::dotdo::__private::Shape::Nothing,
            doc: "",
            at: (::core::file!(), ::core::line!()),
            start: |run, json| ::dotdo::__private::run_on(
                Customer::created,
                run,
                &json,
                |cx, event| welcome(cx, event),
            ),
        },
    );
}
fn send_mail(to: String, text: String) -> ::dotdo::__private::Step<()> {
    ::dotdo::__private::Step::new(send_mail::DEF, &send_mail { to, text })
}
#[derive(::dotdo::__private::serde::Serialize, ::dotdo::__private::serde::Deserialize)]
#[serde(crate = "::dotdo::__private::serde", deny_unknown_fields)]
#[doc(hidden)]
#[allow(non_camel_case_types, dead_code)]
struct send_mail {
    to: String,
    text: String,
}
#[allow(dead_code)]
impl send_mail {
    const DEF: &'static ::dotdo::__private::StepDef = &::dotdo::__private::StepDef {
        name: "send_mail",
        version: 1,
        policy: ::dotdo::__private::Policy {
            retry: 3,
            ..::dotdo::__private::Policy::DEFAULT
        },
        args: &[
            ::dotdo::__private::Member {
                name: "to",
                shape: <String as ::dotdo::__private::Value>::SHAPE,
                optional: <String as ::dotdo::__private::Value>::NULLABLE,
                doc: "",
            },
            ::dotdo::__private::Member {
                name: "text",
                shape: <String as ::dotdo::__private::Value>::SHAPE,
                optional: <String as ::dotdo::__private::Value>::NULLABLE,
                doc: "",
            },
        ],
        output: <() as ::dotdo::__private::Value>::SHAPE,
        doc: "",
        at: (::core::file!(), ::core::line!()),
        run: |args| ::dotdo::__private::run_step(
            &args,
            |args: Self| Self::run(args.to, args.text),
        ),
    };
    async fn run(to: String, text: String) -> Result<()> {
        mailer::post(&to, &text).await
    }
}
#[automatically_derived]
impl ::dotdo::__private::Listed for send_mail {
    const ITEM: ::dotdo::__private::Item = {
        let _ = send_mail;
        ::dotdo::__private::Item::Step(send_mail::DEF)
    };
}
pub struct Crm;
#[allow(dead_code)]
impl Crm {
    /// The business as constants.
    pub const DEF: &'static ::dotdo::__private::AppDef = &::dotdo::__private::AppDef {
        name: "Crm",
        version: ::core::env!("CARGO_PKG_VERSION"),
        domain: ::core::option::Option::None,
        doc: "",
        entries: {
            use ::dotdo::__private::Verbless as _;
            &[
                ::dotdo::__private::Entry {
                    item: <Customer as ::dotdo::__private::Listed>::ITEM,
                    verbs: <Customer>::__VERBS,
                },
                ::dotdo::__private::Entry {
                    item: <welcome as ::dotdo::__private::Listed>::ITEM,
                    verbs: <welcome>::__VERBS,
                },
                ::dotdo::__private::Entry {
                    item: <send_mail as ::dotdo::__private::Listed>::ITEM,
                    verbs: <send_mail>::__VERBS,
                },
            ]
        },
    };
    /// The program that the business is: `serve`, `schema`, and so on.
    pub fn main() -> ::dotdo::Exit {
        ::dotdo::__private::main(Self::DEF)
    }
}
impl ::dotdo::Business for Crm {
    const DEF: &'static ::dotdo::__private::AppDef = Crm::DEF;
}
const _: () = ::dotdo::__private::prove(Crm::DEF);
fn main() -> dotdo::Exit {
    Crm::main()
}
