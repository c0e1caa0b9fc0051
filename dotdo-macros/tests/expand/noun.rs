use dotdo::prelude::*;
/// Somebody who buys from us.
#[derive(Clone, Debug, PartialEq, ::dotdo::__private::Noun)]
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
#[allow(non_upper_case_globals, dead_code)]
impl Client {
    ///A new `Client` was stored. The payload is the `Client`.
    pub const created: ::dotdo::__private::EventKey<Self> = ::dotdo::__private::EventKey::new(
        "Client",
        "created",
    );
    ///A `Client` was changed. The payload is the `Client` as it is now.
    pub const updated: ::dotdo::__private::EventKey<Self> = ::dotdo::__private::EventKey::new(
        "Client",
        "updated",
    );
    ///A `Client` was deleted. The payload is the `Client` as it was.
    pub const deleted: ::dotdo::__private::EventKey<Self> = ::dotdo::__private::EventKey::new(
        "Client",
        "deleted",
    );
}
///The columns of `Client`, for typed questions: `Client::find(|c| …)`.
#[derive(Clone, Copy)]
#[allow(dead_code)]
pub struct ClientColumns {
    /// Where to write to.
    pub email: ::dotdo::__private::Column<String>,
    ///The column `plan`.
    pub plan: ::dotdo::__private::Column<Plan>,
    ///The column `about`.
    pub about: ::dotdo::__private::Column<Option<String>>,
    ///The column `phone`.
    pub phone: ::dotdo::__private::Column<Option<String>>,
    ///The column `stars`.
    stars: ::dotdo::__private::Column<i64>,
    ///The column `friend`.
    pub friend: ::dotdo::__private::Column<Option<Ref<Client>>>,
}
///Calls to one `Client`: `Client::stub(id)`.
#[derive(Clone, Debug)]
pub struct ClientStub(::dotdo::__private::Stub<Client>);
#[automatically_derived]
impl ::core::ops::Deref for ClientStub {
    type Target = ::dotdo::__private::Stub<Client>;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
#[automatically_derived]
impl ::dotdo::__private::Onward for ClientStub {
    fn onward(chain: ::dotdo::__private::Chain) -> Self {
        Self(::dotdo::__private::Onward::onward(chain))
    }
}
#[automatically_derived]
impl ::dotdo::__private::Noun for Client {
    const NAME: &'static str = "Client";
    const DEF: &'static ::dotdo::__private::NounDef = &::dotdo::__private::NounDef {
        name: "Client",
        plural: "Clients",
        table: "clients",
        object: false,
        history: true,
        visibility: "org",
        kind: "Human",
        doc: "Somebody who buys from us.",
        columns: &[
            ::dotdo::__private::ColumnDef {
                unique: true,
                doc: "Where to write to.",
                ..::dotdo::__private::ColumnDef::new(
                    "email",
                    <String as ::dotdo::__private::Value>::SHAPE,
                    <String as ::dotdo::__private::Value>::NULLABLE,
                )
            },
            ::dotdo::__private::ColumnDef {
                index: true,
                default: ::core::option::Option::Some(|| <Plan as ::dotdo::__private::Value>::to_cell(
                    &Client::__default_plan(),
                )),
                ..::dotdo::__private::ColumnDef::new(
                    "plan",
                    <Plan as ::dotdo::__private::Value>::SHAPE,
                    <Plan as ::dotdo::__private::Value>::NULLABLE,
                )
            },
            ::dotdo::__private::ColumnDef {
                search: true,
                ..::dotdo::__private::ColumnDef::new(
                    "about",
                    <Option<String> as ::dotdo::__private::Value>::SHAPE,
                    <Option<String> as ::dotdo::__private::Value>::NULLABLE,
                )
            },
            ::dotdo::__private::ColumnDef {
                secret: true,
                was: ::core::option::Option::Some("tel"),
                ..::dotdo::__private::ColumnDef::new(
                    "phone",
                    <Option<String> as ::dotdo::__private::Value>::SHAPE,
                    <Option<String> as ::dotdo::__private::Value>::NULLABLE,
                )
            },
            ::dotdo::__private::ColumnDef {
                check: ::core::option::Option::Some("stars <> 7"),
                range: ::core::option::Option::Some((
                    ::core::option::Option::Some(0f64),
                    ::core::option::Option::Some(10f64),
                )),
                ..::dotdo::__private::ColumnDef::new(
                    "stars",
                    <i64 as ::dotdo::__private::Value>::SHAPE,
                    <i64 as ::dotdo::__private::Value>::NULLABLE,
                )
            },
            ::dotdo::__private::ColumnDef::new(
                "friend",
                <Option<Ref<Client>> as ::dotdo::__private::Value>::SHAPE,
                <Option<Ref<Client>> as ::dotdo::__private::Value>::NULLABLE,
            ),
        ],
        cells: ::dotdo::__private::cells_of::<Client>,
    };
    const COLUMNS: ClientColumns = ClientColumns {
        email: ::dotdo::__private::Column::new("email"),
        plan: ::dotdo::__private::Column::new("plan"),
        about: ::dotdo::__private::Column::new("about"),
        phone: ::dotdo::__private::Column::new("phone"),
        stars: ::dotdo::__private::Column::new("stars"),
        friend: ::dotdo::__private::Column::new("friend"),
    };
    type Columns = ClientColumns;
    type Stub = ClientStub;
    fn to_cells(
        &self,
    ) -> ::dotdo::__private::Result<::std::vec::Vec<::dotdo::__private::Cell>> {
        Ok(
            ::std::vec![
                < String as ::dotdo::__private::Value > ::to_cell(& self.email) ?, < Plan
                as ::dotdo::__private::Value > ::to_cell(& self.plan) ?, < Option <
                String > as ::dotdo::__private::Value > ::to_cell(& self.about) ?, <
                Option < String > as ::dotdo::__private::Value > ::to_cell(& self.phone)
                ?, < i64 as ::dotdo::__private::Value > ::to_cell(& self.stars) ?, <
                Option < Ref < Client > > as ::dotdo::__private::Value > ::to_cell(& self
                .friend) ?
            ],
        )
    }
    fn from_cells(
        id: &str,
        cells: &mut dyn ::core::iter::Iterator<Item = ::dotdo::__private::Cell>,
    ) -> ::dotdo::__private::Result<Self> {
        Ok(Self {
            email: ::dotdo::__private::next_cell(cells, "email")?,
            plan: ::dotdo::__private::next_cell(cells, "plan")?,
            about: ::dotdo::__private::next_cell(cells, "about")?,
            phone: ::dotdo::__private::next_cell(cells, "phone")?,
            stars: ::dotdo::__private::next_cell(cells, "stars")?,
            friend: ::dotdo::__private::next_cell(cells, "friend")?,
            orders: ::dotdo::__private::Many::of(id, "client"),
        })
    }
}
#[automatically_derived]
impl ::dotdo::__private::Row for Client {}
#[automatically_derived]
impl ::dotdo::__private::Value for Client {
    const SHAPE: ::dotdo::__private::Shape = ::dotdo::__private::Shape::Record(
        "Client",
        &[
            ::dotdo::__private::Member {
                name: "email",
                shape: <String as ::dotdo::__private::Value>::SHAPE,
                optional: <String as ::dotdo::__private::Value>::NULLABLE,
                doc: "Where to write to.",
            },
            ::dotdo::__private::Member {
                name: "plan",
                shape: <Plan as ::dotdo::__private::Value>::SHAPE,
                optional: true,
                doc: "",
            },
            ::dotdo::__private::Member {
                name: "about",
                shape: <Option<String> as ::dotdo::__private::Value>::SHAPE,
                optional: <Option<String> as ::dotdo::__private::Value>::NULLABLE,
                doc: "",
            },
            ::dotdo::__private::Member {
                name: "phone",
                shape: <Option<String> as ::dotdo::__private::Value>::SHAPE,
                optional: <Option<String> as ::dotdo::__private::Value>::NULLABLE,
                doc: "",
            },
            ::dotdo::__private::Member {
                name: "stars",
                shape: <i64 as ::dotdo::__private::Value>::SHAPE,
                optional: <i64 as ::dotdo::__private::Value>::NULLABLE,
                doc: "",
            },
            ::dotdo::__private::Member {
                name: "friend",
                shape: <Option<Ref<Client>> as ::dotdo::__private::Value>::SHAPE,
                optional: <Option<Ref<Client>> as ::dotdo::__private::Value>::NULLABLE,
                doc: "",
            },
        ],
    );
    type Next = ();
}
#[automatically_derived]
impl ::dotdo::__private::Listed for Client {
    const ITEM: ::dotdo::__private::Item = ::dotdo::__private::Item::Noun(
        <Self as ::dotdo::__private::Noun>::DEF,
    );
}
impl Client {
    #[doc(hidden)]
    fn __default_plan() -> Plan {
        Plan::Free
    }
}
const _: () = {
    #[derive(
        ::dotdo::__private::serde::Serialize,
        ::dotdo::__private::serde::Deserialize
    )]
    #[serde(
        crate = "::dotdo::__private::serde",
        remote = "Client",
        rename = "Client",
        expecting = "a `Client`",
    )]
    struct __Client {
        email: String,
        #[serde(default = "Client::__default_plan")]
        plan: Plan,
        about: Option<String>,
        phone: Option<String>,
        stars: i64,
        friend: Option<Ref<Client>>,
        #[serde(skip)]
        orders: Many<Order>,
    }
    #[automatically_derived]
    impl ::dotdo::__private::serde::Serialize for Client {
        fn serialize<S: ::dotdo::__private::serde::Serializer>(
            &self,
            serializer: S,
        ) -> ::core::result::Result<S::Ok, S::Error> {
            __Client::serialize(self, serializer)
        }
    }
    #[automatically_derived]
    impl<'de> ::dotdo::__private::serde::Deserialize<'de> for Client {
        fn deserialize<D: ::dotdo::__private::serde::Deserializer<'de>>(
            deserializer: D,
        ) -> ::core::result::Result<Self, D::Error> {
            __Client::deserialize(deserializer)
        }
    }
};
const _: () = {
    const fn refers(_: impl ::dotdo::__private::Backref<Client> + ::core::marker::Copy) {}
    refers(<Order as ::dotdo::__private::Noun>::COLUMNS.client)
};
#[derive(Clone, Default)]
#[derive(Debug, PartialEq, ::dotdo::__private::Noun)]
#[dotdo_noun(object, table = "purchases", history = none)]
struct Order {
    client: Ref<Client>,
    r#type: String,
}
#[allow(non_upper_case_globals, dead_code)]
impl Order {
    ///A new `Order` was stored. The payload is the `Order`.
    const created: ::dotdo::__private::EventKey<Self> = ::dotdo::__private::EventKey::new(
        "Order",
        "created",
    );
    ///A `Order` was changed. The payload is the `Order` as it is now.
    const updated: ::dotdo::__private::EventKey<Self> = ::dotdo::__private::EventKey::new(
        "Order",
        "updated",
    );
    ///A `Order` was deleted. The payload is the `Order` as it was.
    const deleted: ::dotdo::__private::EventKey<Self> = ::dotdo::__private::EventKey::new(
        "Order",
        "deleted",
    );
}
///The columns of `Order`, for typed questions: `Order::find(|c| …)`.
#[derive(Clone, Copy)]
#[allow(dead_code)]
struct OrderColumns {
    ///The column `client`.
    client: ::dotdo::__private::Column<Ref<Client>>,
    ///The column `type`.
    r#type: ::dotdo::__private::Column<String>,
}
///Calls to one `Order`: `Order::stub(id)`.
#[derive(Clone, Debug)]
struct OrderStub(::dotdo::__private::Stub<Order>);
#[automatically_derived]
impl ::core::ops::Deref for OrderStub {
    type Target = ::dotdo::__private::Stub<Order>;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
#[automatically_derived]
impl ::dotdo::__private::Onward for OrderStub {
    fn onward(chain: ::dotdo::__private::Chain) -> Self {
        Self(::dotdo::__private::Onward::onward(chain))
    }
}
#[automatically_derived]
impl ::dotdo::__private::Noun for Order {
    const NAME: &'static str = "Order";
    const DEF: &'static ::dotdo::__private::NounDef = &::dotdo::__private::NounDef {
        name: "Order",
        plural: "Orders",
        table: "purchases",
        object: true,
        history: false,
        visibility: "user",
        kind: "Entity",
        doc: "",
        columns: &[
            ::dotdo::__private::ColumnDef::new(
                "client",
                <Ref<Client> as ::dotdo::__private::Value>::SHAPE,
                <Ref<Client> as ::dotdo::__private::Value>::NULLABLE,
            ),
            ::dotdo::__private::ColumnDef::new(
                "type",
                <String as ::dotdo::__private::Value>::SHAPE,
                <String as ::dotdo::__private::Value>::NULLABLE,
            ),
        ],
        cells: ::dotdo::__private::cells_of::<Order>,
    };
    const COLUMNS: OrderColumns = OrderColumns {
        client: ::dotdo::__private::Column::new("client"),
        r#type: ::dotdo::__private::Column::new("type"),
    };
    type Columns = OrderColumns;
    type Stub = OrderStub;
    fn to_cells(
        &self,
    ) -> ::dotdo::__private::Result<::std::vec::Vec<::dotdo::__private::Cell>> {
        Ok(
            ::std::vec![
                < Ref < Client > as ::dotdo::__private::Value > ::to_cell(& self.client)
                ?, < String as ::dotdo::__private::Value > ::to_cell(& self.r#type) ?
            ],
        )
    }
    fn from_cells(
        _id: &str,
        cells: &mut dyn ::core::iter::Iterator<Item = ::dotdo::__private::Cell>,
    ) -> ::dotdo::__private::Result<Self> {
        Ok(Self {
            client: ::dotdo::__private::next_cell(cells, "client")?,
            r#type: ::dotdo::__private::next_cell(cells, "type")?,
        })
    }
}
#[automatically_derived]
impl ::dotdo::__private::Value for Order {
    const SHAPE: ::dotdo::__private::Shape = ::dotdo::__private::Shape::Record(
        "Order",
        &[
            ::dotdo::__private::Member {
                name: "client",
                shape: <Ref<Client> as ::dotdo::__private::Value>::SHAPE,
                optional: <Ref<Client> as ::dotdo::__private::Value>::NULLABLE,
                doc: "",
            },
            ::dotdo::__private::Member {
                name: "type",
                shape: <String as ::dotdo::__private::Value>::SHAPE,
                optional: <String as ::dotdo::__private::Value>::NULLABLE,
                doc: "",
            },
        ],
    );
    type Next = ();
}
#[automatically_derived]
impl ::dotdo::__private::Listed for Order {
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
        remote = "Order",
        rename = "Order",
        expecting = "a `Order`",
    )]
    struct __Order {
        client: Ref<Client>,
        r#type: String,
    }
    #[automatically_derived]
    impl ::dotdo::__private::serde::Serialize for Order {
        fn serialize<S: ::dotdo::__private::serde::Serializer>(
            &self,
            serializer: S,
        ) -> ::core::result::Result<S::Ok, S::Error> {
            __Order::serialize(self, serializer)
        }
    }
    #[automatically_derived]
    impl<'de> ::dotdo::__private::serde::Deserialize<'de> for Order {
        fn deserialize<D: ::dotdo::__private::serde::Deserializer<'de>>(
            deserializer: D,
        ) -> ::core::result::Result<Self, D::Error> {
            __Order::deserialize(deserializer)
        }
    }
};
