use dotdo::prelude::*;

pub mod mail {
    dotdo::part! {
        /// Everything about mail.
        pub Mail { send_mail, bounce }
    }
}

dotdo::app! {
    domain: "shop.example",
    /// A small shop.
    pub Shop {
        Customer,
        Order,
        #[cfg(feature = "reports")]
        weekly_report,
        mail::Mail,
    }
}
