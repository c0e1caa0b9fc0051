//! What happens to the data when the program changes.

#![allow(missing_docs, reason = "a test's business is explained by the test")]

mod support;

use dotdo::prelude::*;
use support::Test;

pub(crate) mod before {
    use super::*;
    #[noun]
    pub struct Guest {
        pub name: String,
        pub tel: Option<String>,
    }
    dotdo::app! { domain: "hotel.example", pub Hotel { Guest } }
}

pub(crate) mod after {
    use super::*;
    #[noun]
    pub struct Guest {
        #[index]
        pub name: String,
        #[was("tel")]
        pub phone: Option<String>,
        #[default(1)]
        pub stars: i64,
    }
    #[noun]
    pub struct Room {
        pub number: u32,
    }
    dotdo::app! { domain: "hotel.example", pub Hotel { Guest, Room } }
}

pub(crate) mod wrong {
    use super::*;
    #[noun]
    pub struct Guest {
        pub name: i64,
        pub tel: Option<String>,
    }
    dotdo::app! { domain: "hotel.example", pub Hotel { Guest } }
}

#[tokio::test]
async fn additive_changes_migrate_and_others_are_refused() {
    let mut test = Test::of(before::Hotel::DEF);
    let id = test
        .run(
            before::Guest {
                name: "Ann".into(),
                tel: Some("123".into()),
            }
            .create(),
        )
        .await
        .unwrap();
    let id = id.to_string();

    test.restart_as(wrong::Hotel::DEF).await;
    let refused = test.run(wrong::Guest::all().count()).await.unwrap_err();
    assert!(refused.message().contains("name"), "{refused}");

    test.restart_as(after::Hotel::DEF).await;
    let ann = test
        .run(after::Guest::stub(Id::new(id.as_str()).unwrap()).get())
        .await
        .unwrap();
    assert_eq!((ann.phone.as_deref(), ann.stars), (Some("123"), 1));
    test.run(after::Room { number: 7 }.create()).await.unwrap();

    // An older program meets newer data: what it knows not it would lose, so it is told.
    test.restart_as(before::Hotel::DEF).await;
    let refused = test.run(before::Guest::all().count()).await.unwrap_err();
    assert!(
        refused.message().contains("Room") || refused.message().contains("rooms"),
        "{refused}"
    );
    test.restart_as(after::Hotel::DEF).await;
    assert_eq!(test.run(after::Room::all().count()).await.unwrap(), 1);
}
