use dotdo::prelude::*;

/// Somebody who buys from us.
#[noun(plural = "Clients", visibility = "org", kind = "Human")]
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
    #[range(0..=10)]
    #[check("stars <> 7")]
    stars: i64,
    #[cfg(feature = "friends")]
    pub friend: Option<Ref<Self>>,
    #[backref(Order::client)]
    pub orders: Many<Order>,
}

#[noun(object, table = "purchases", history = none)]
#[derive(Clone, Default)]
struct Order {
    client: Ref<Client>,
    r#type: String,
}
