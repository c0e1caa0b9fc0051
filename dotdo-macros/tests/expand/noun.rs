use dotdo::prelude::*;
/// Somebody who buys from us.
#[derive(::dotdo::__private::Noun)]
#[dotdo_noun(plural = "Clients", visibility = "org", kind = "Human")]
pub struct Client {
    /// Where to write to.
    #[unique]
    pub email: String,
    #[index]
    #[default(Plan::Free)]
    pub plan: Plan,
    #[search]
    pub about: Option<String>,
    #[was("tel")]
    #[secret]
    pub phone: Option<String>,
    #[range(0..= 10)]
    #[check("stars <> 7")]
    stars: i64,
    #[cfg(feature = "friends")]
    pub friend: Option<Ref<Self>>,
    #[backref(Order::client)]
    pub orders: Many<Order>,
}
/// The columns of `Client`, for typed questions: `Client::find(|c| …)`.
#[derive(Clone, Copy)]
#[allow(dead_code)]
pub struct ClientColumns {
    /// Where to write to.
    pub email: ::dotdo::__private::Column<String>,
    /// The column `plan`.
    pub plan: ::dotdo::__private::Column<Plan>,
    /// The column `about`.
    pub about: ::dotdo::__private::Column<Option<String>>,
    /// The column `phone`.
    pub phone: ::dotdo::__private::Column<Option<String>>,
    /// The column `stars`.
    stars: ::dotdo::__private::Column<i64>,
    /// The column `friend`.
    pub friend: ::dotdo::__private::Column<Option<Ref<Client>>>,
}
#[allow(unused_qualifications)]
const _: () = {
    use ::dotdo::__private as __dotdo;
    #[allow(non_upper_case_globals, dead_code)]
    impl Client {
        /// A new `Client` was stored. The payload is the `Client`.
        pub const created: __dotdo::EventKey<Self> = __dotdo::EventKey::new(
            "Client",
            "created",
        );
        /// A `Client` was changed. The payload is the `Client` as it is now.
        pub const updated: __dotdo::EventKey<Self> = __dotdo::EventKey::new(
            "Client",
            "updated",
        );
        /// A `Client` was deleted. The payload is the `Client` as it was.
        pub const deleted: __dotdo::EventKey<Self> = __dotdo::EventKey::new(
            "Client",
            "deleted",
        );
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl __dotdo::Noun for Client {
        const NAME: &'static str = "Client";
        const DEF: &'static __dotdo::NounDef = &__dotdo::NounDef {
            name: "Client",
            plural: "Clients",
            table: "clients",
            object: false,
            history: true,
            visibility: "org",
            kind: "Human",
            doc: "Somebody who buys from us.",
            columns: &[
                __dotdo::ColumnDef {
                    unique: true,
                    doc: "Where to write to.",
                    ..__dotdo::ColumnDef::of::<String>("email")
                },
                __dotdo::ColumnDef {
                    index: true,
                    default: __dotdo::Some(|| <Plan as __dotdo::Value>::to_cell(
                        &Client::__default_plan(),
                    )),
                    ..__dotdo::ColumnDef::new(
                        "plan",
                        <Plan as __dotdo::Value>::SHAPE,
                        <Plan as __dotdo::Value>::NULLABLE,
                    )
                },
                __dotdo::ColumnDef {
                    search: true,
                    ..__dotdo::ColumnDef::of::<Option<String>>("about")
                },
                __dotdo::ColumnDef {
                    secret: true,
                    was: __dotdo::Some("tel"),
                    ..__dotdo::ColumnDef::of::<Option<String>>("phone")
                },
                __dotdo::ColumnDef {
                    check: __dotdo::Some("stars <> 7"),
                    range: __dotdo::Some((__dotdo::Some(0f64), __dotdo::Some(10f64))),
                    ..__dotdo::ColumnDef::of::<i64>("stars")
                },
                __dotdo::ColumnDef::new(
                    "friend",
                    <Option<Ref<Client>> as __dotdo::Value>::SHAPE,
                    <Option<Ref<Client>> as __dotdo::Value>::NULLABLE,
                ),
            ],
            dropped: &[],
            cells: __dotdo::cells_of::<Client>,
        };
        const COLUMNS: ClientColumns = ClientColumns {
            email: __dotdo::Column::new("email"),
            plan: __dotdo::Column::new("plan"),
            about: __dotdo::Column::new("about"),
            phone: __dotdo::Column::new("phone"),
            stars: __dotdo::Column::new("stars"),
            friend: __dotdo::Column::new("friend"),
        };
        type Columns = ClientColumns;
        const HAS_MANY: bool = true;
        fn to_cells(&self) -> __dotdo::Result<::std::vec::Vec<__dotdo::Cell>> {
            __dotdo::Ok(
                ::std::vec::Vec::from([
                    __dotdo::Value::to_cell(&self.email)?,
                    <Plan as __dotdo::Value>::to_cell(&self.plan)?,
                    __dotdo::Value::to_cell(&self.about)?,
                    __dotdo::Value::to_cell(&self.phone)?,
                    __dotdo::Value::to_cell(&self.stars)?,
                    <Option<Ref<Client>> as __dotdo::Value>::to_cell(&self.friend)?,
                ]),
            )
        }
        fn from_cells(
            id: &str,
            cells: &mut dyn ::core::iter::Iterator<Item = __dotdo::Cell>,
        ) -> __dotdo::Result<Self> {
            __dotdo::Ok(Self {
                email: __dotdo::Value::next(cells, "email")?,
                plan: <Plan as __dotdo::Value>::next(cells, "plan")?,
                about: __dotdo::Value::next(cells, "about")?,
                phone: __dotdo::Value::next(cells, "phone")?,
                stars: __dotdo::Value::next(cells, "stars")?,
                friend: <Option<Ref<Client>> as __dotdo::Value>::next(cells, "friend")?,
                orders: __dotdo::Many::of(id, "client"),
            })
        }
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl __dotdo::Row for Client {}
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl __dotdo::Value for Client {
        const SHAPE: __dotdo::Shape = __dotdo::Shape::Record(
            "Client",
            &[
                __dotdo::Member::of::<String>("email", "Where to write to."),
                __dotdo::Member {
                    name: "plan",
                    shape: <Plan as __dotdo::Value>::SHAPE,
                    optional: true,
                    doc: "",
                },
                __dotdo::Member::of::<Option<String>>("about", ""),
                __dotdo::Member::of::<Option<String>>("phone", ""),
                __dotdo::Member::of::<i64>("stars", ""),
                __dotdo::Member {
                    name: "friend",
                    shape: <Option<Ref<Client>> as __dotdo::Value>::SHAPE,
                    optional: <Option<Ref<Client>> as __dotdo::Value>::NULLABLE,
                    doc: "",
                },
            ],
        );
        type Next = ();
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl __dotdo::Listed for Client {
        const ITEM: __dotdo::Item = __dotdo::Item::Noun(<Self as __dotdo::Noun>::DEF);
    }
    #[automatically_derived]
    impl ::core::clone::Clone for Client {
        fn clone(&self) -> Self {
            Self {
                email: ::core::clone::Clone::clone(&self.email),
                plan: <Plan as __dotdo::Value>::copy(&self.plan),
                about: ::core::clone::Clone::clone(&self.about),
                phone: ::core::clone::Clone::clone(&self.phone),
                stars: ::core::clone::Clone::clone(&self.stars),
                friend: <Option<Ref<Client>> as __dotdo::Value>::copy(&self.friend),
                orders: ::core::clone::Clone::clone(&self.orders),
            }
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for Client {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.debug_struct("Client")
                .field("email", &self.email)
                .field("plan", <Plan as __dotdo::Value>::show(&self.plan))
                .field("about", &self.about)
                .field("phone", &self.phone)
                .field("stars", &self.stars)
                .field(
                    "friend",
                    <Option<Ref<Client>> as __dotdo::Value>::show(&self.friend),
                )
                .field("orders", &self.orders)
                .finish()
        }
    }
    impl ::core::cmp::PartialEq for Client {
        fn eq(&self, other: &Self) -> bool {
            self.email == other.email
                && <Plan as __dotdo::Value>::same(&self.plan, &other.plan)
                && self.about == other.about && self.phone == other.phone
                && self.stars == other.stars
                && <Option<
                    Ref<Client>,
                > as __dotdo::Value>::same(&self.friend, &other.friend)
                && self.orders == other.orders
        }
    }
    impl Client {
        #[doc(hidden)]
        fn __default_plan() -> Plan {
            Plan::Free
        }
    }
    #[automatically_derived]
    impl __dotdo::serde::Serialize for Client {
        fn serialize<__S: __dotdo::serde::Serializer>(
            &self,
            serializer: __S,
        ) -> __dotdo::Result<__S::Ok, __S::Error> {
            let mut out = __dotdo::Writer::new(serializer, "Client", 6);
            out.field("email", &self.email);
            <Plan as __dotdo::Value>::put(&self.plan, &mut out, "plan");
            out.field("about", &self.about);
            out.field("phone", &self.phone);
            out.field("stars", &self.stars);
            <Option<
                Ref<Client>,
            > as __dotdo::Value>::put(&self.friend, &mut out, "friend");
            out.end()
        }
    }
    #[automatically_derived]
    impl<'de> __dotdo::serde::Deserialize<'de> for Client {
        fn deserialize<__D: __dotdo::serde::Deserializer<'de>>(
            deserializer: __D,
        ) -> __dotdo::Result<Self, __D::Error> {
            __dotdo::record::read(deserializer)
        }
    }
    #[automatically_derived]
    impl __dotdo::Record for Client {
        const NAME: &'static str = "Client";
        const EXPECTED: &'static str = "`Client`";
        const FIELDS: &'static [&'static str] = &[
            "email",
            "plan",
            "about",
            "phone",
            "stars",
            "friend",
        ];
        const STRICT: bool = false;
        fn read<'de, __F: __dotdo::Fields<'de>>(
            fields: &mut __F,
        ) -> __dotdo::Result<Self, __F::Error> {
            let mut field0 = __dotdo::None;
            let mut field1 = __dotdo::None;
            let mut field2 = __dotdo::None;
            let mut field3 = __dotdo::None;
            let mut field4 = __dotdo::None;
            let mut field5 = __dotdo::None;
            while let __dotdo::Some(place) = fields.next() {
                match place {
                    0 => fields.take(&mut field0),
                    1 => <Plan as __dotdo::Value>::take(fields, &mut field1),
                    2 => fields.take(&mut field2),
                    3 => fields.take(&mut field3),
                    4 => fields.take(&mut field4),
                    5 => {
                        <Option<
                            Ref<Client>,
                        > as __dotdo::Value>::take(fields, &mut field5)
                    }
                    _ => {}
                }
            }
            __dotdo::Ok(Self {
                email: fields.end(field0, 0)?,
                plan: __dotdo::record::or(field1, Client::__default_plan),
                about: fields.end(field2, 2)?,
                phone: fields.end(field3, 3)?,
                stars: fields.end(field4, 4)?,
                friend: <Option<Ref<Client>> as __dotdo::Value>::end(fields, field5, 5)?,
                orders: ::core::default::Default::default(),
            })
        }
    }
    const _: fn() = || __dotdo::Backref::<
        Client,
    >::refers(&<Order as __dotdo::Noun>::COLUMNS.client);
};
#[derive(Clone, Default)]
#[derive(::dotdo::__private::Noun)]
#[dotdo_noun(object, table = "purchases", history = none)]
#[dotdo_derived(Clone)]
struct Order {
    client: Ref<Client>,
    r#type: String,
}
/// The columns of `Order`, for typed questions: `Order::find(|c| …)`.
#[derive(Clone, Copy)]
#[allow(dead_code)]
struct OrderColumns {
    /// The column `client`.
    client: ::dotdo::__private::Column<Ref<Client>>,
    /// The column `type`.
    r#type: ::dotdo::__private::Column<String>,
}
#[allow(unused_qualifications)]
const _: () = {
    use ::dotdo::__private as __dotdo;
    #[allow(non_upper_case_globals, dead_code)]
    impl Order {
        /// A new `Order` was stored. The payload is the `Order`.
        const created: __dotdo::EventKey<Self> = __dotdo::EventKey::new(
            "Order",
            "created",
        );
        /// A `Order` was changed. The payload is the `Order` as it is now.
        const updated: __dotdo::EventKey<Self> = __dotdo::EventKey::new(
            "Order",
            "updated",
        );
        /// A `Order` was deleted. The payload is the `Order` as it was.
        const deleted: __dotdo::EventKey<Self> = __dotdo::EventKey::new(
            "Order",
            "deleted",
        );
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl __dotdo::Noun for Order {
        const NAME: &'static str = "Order";
        const DEF: &'static __dotdo::NounDef = &__dotdo::NounDef {
            name: "Order",
            plural: "Orders",
            table: "purchases",
            object: true,
            history: false,
            visibility: "user",
            kind: "Entity",
            doc: "",
            columns: &[
                __dotdo::ColumnDef::new(
                    "client",
                    <Ref<Client> as __dotdo::Value>::SHAPE,
                    <Ref<Client> as __dotdo::Value>::NULLABLE,
                ),
                __dotdo::ColumnDef::of::<String>("type"),
            ],
            dropped: &[],
            cells: __dotdo::cells_of::<Order>,
        };
        const COLUMNS: OrderColumns = OrderColumns {
            client: __dotdo::Column::new("client"),
            r#type: __dotdo::Column::new("type"),
        };
        type Columns = OrderColumns;
        fn to_cells(&self) -> __dotdo::Result<::std::vec::Vec<__dotdo::Cell>> {
            __dotdo::Ok(
                ::std::vec::Vec::from([
                    <Ref<Client> as __dotdo::Value>::to_cell(&self.client)?,
                    __dotdo::Value::to_cell(&self.r#type)?,
                ]),
            )
        }
        fn from_cells(
            _id: &str,
            cells: &mut dyn ::core::iter::Iterator<Item = __dotdo::Cell>,
        ) -> __dotdo::Result<Self> {
            __dotdo::Ok(Self {
                client: <Ref<Client> as __dotdo::Value>::next(cells, "client")?,
                r#type: __dotdo::Value::next(cells, "type")?,
            })
        }
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl __dotdo::Value for Order {
        const SHAPE: __dotdo::Shape = __dotdo::Shape::Record(
            "Order",
            &[
                __dotdo::Member {
                    name: "client",
                    shape: <Ref<Client> as __dotdo::Value>::SHAPE,
                    optional: <Ref<Client> as __dotdo::Value>::NULLABLE,
                    doc: "",
                },
                __dotdo::Member::of::<String>("type", ""),
            ],
        );
        type Next = ();
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl __dotdo::Listed for Order {
        const ITEM: __dotdo::Item = __dotdo::Item::Noun(<Self as __dotdo::Noun>::DEF);
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for Order {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.debug_struct("Order")
                .field("client", <Ref<Client> as __dotdo::Value>::show(&self.client))
                .field("type", &self.r#type)
                .finish()
        }
    }
    impl ::core::cmp::PartialEq for Order {
        fn eq(&self, other: &Self) -> bool {
            <Ref<Client> as __dotdo::Value>::same(&self.client, &other.client)
                && self.r#type == other.r#type
        }
    }
    #[automatically_derived]
    impl __dotdo::serde::Serialize for Order {
        fn serialize<__S: __dotdo::serde::Serializer>(
            &self,
            serializer: __S,
        ) -> __dotdo::Result<__S::Ok, __S::Error> {
            let mut out = __dotdo::Writer::new(serializer, "Order", 2);
            <Ref<Client> as __dotdo::Value>::put(&self.client, &mut out, "client");
            out.field("type", &self.r#type);
            out.end()
        }
    }
    #[automatically_derived]
    impl<'de> __dotdo::serde::Deserialize<'de> for Order {
        fn deserialize<__D: __dotdo::serde::Deserializer<'de>>(
            deserializer: __D,
        ) -> __dotdo::Result<Self, __D::Error> {
            __dotdo::record::read(deserializer)
        }
    }
    #[automatically_derived]
    impl __dotdo::Record for Order {
        const NAME: &'static str = "Order";
        const EXPECTED: &'static str = "`Order`";
        const FIELDS: &'static [&'static str] = &["client", "type"];
        const STRICT: bool = false;
        fn read<'de, __F: __dotdo::Fields<'de>>(
            fields: &mut __F,
        ) -> __dotdo::Result<Self, __F::Error> {
            let mut field0 = __dotdo::None;
            let mut field1 = __dotdo::None;
            while let __dotdo::Some(place) = fields.next() {
                match place {
                    0 => <Ref<Client> as __dotdo::Value>::take(fields, &mut field0),
                    1 => fields.take(&mut field1),
                    _ => {}
                }
            }
            __dotdo::Ok(Self {
                client: <Ref<Client> as __dotdo::Value>::end(fields, field0, 0)?,
                r#type: fields.end(field1, 1)?,
            })
        }
    }
};
