//! A business with a lock: data of any version is brought forward, by the program's own functions where it takes them.

#![allow(missing_docs, reason = "a test's business is explained by the test")]

mod support;

use dotdo::AppDef;
use dotdo::prelude::*;
use support::Test;

/// What the functions of later versions know.
fn greeting(row: OldRow) -> Result<String> {
    let tel = row.get::<Option<String>>("tel")?;
    Ok(format!(
        "Dear {}{}",
        row.get::<String>("name")?,
        tel.map(|tel| format!(" ({tel})")).unwrap_or_default()
    ))
}

fn cents(old: String) -> Result<i64> {
    let euros: i64 = old.parse()?;
    Ok(euros * 100)
}

fn number(old: String) -> i64 {
    old.len().try_into().unwrap_or(i64::MAX)
}

pub(crate) mod one {
    use super::*;
    #[derive(Value)]
    pub enum Plan {
        Trial,
        Free,
        Pro,
    }
    #[noun]
    pub struct Guest {
        pub name: String,
        pub tel: Option<String>,
        pub price: String,
        pub plan: Plan,
    }
    #[noun]
    pub struct Fax {
        pub number: String,
    }
    #[noun(object)]
    pub struct Booking {
        pub guest: String,
        pub nights: String,
    }
    dotdo::app! { domain: "hotel.example", lock: "locks/hotel_1.lock", pub Hotel { Guest, Fax, Booking } }
}

/// The program between version 1 and version 2: it says everything, and is not locked yet.
pub(crate) mod between {
    use super::*;
    #[derive(Value)]
    pub enum Plan {
        Free,
        Pro,
    }
    #[noun]
    pub struct Guest {
        pub name: String,
        #[was("tel")]
        pub phone: Option<String>,
        #[migrate(cents)]
        pub price: i64,
        #[default(Plan::Free)]
        #[dropped("Trial")]
        pub plan: Plan,
        #[migrate(greeting)]
        pub greeting: String,
    }
    #[noun(object)]
    pub struct Booking {
        pub guest: String,
        #[migrate(number)]
        pub nights: i64,
    }
    dotdo::app! { domain: "hotel.example", lock: "locks/hotel_1.lock", dropped: [Fax], pub Hotel { Guest, Booking } }
}

pub(crate) mod two {
    use super::*;
    #[derive(Value)]
    pub enum Plan {
        Free,
        Pro,
    }
    #[noun]
    pub struct Guest {
        pub name: String,
        pub phone: Option<String>,
        #[migrate(cents)]
        pub price: i64,
        #[default(Plan::Free)]
        pub plan: Plan,
        #[migrate(greeting)]
        pub greeting: String,
    }
    #[noun(object)]
    pub struct Booking {
        pub guest: String,
        #[migrate(number)]
        pub nights: i64,
    }
    dotdo::app! { domain: "hotel.example", lock: "locks/hotel_2.lock", pub Hotel { Guest, Booking } }
}

pub(crate) mod three {
    use super::*;
    #[derive(Value, Eq)]
    pub enum Plan {
        Free,
        Pro,
    }
    #[noun]
    pub struct Guest {
        pub name: String,
        pub mobile: Option<String>,
        #[migrate(cents)]
        pub cents: i64,
        #[default(Plan::Free)]
        pub plan: Plan,
        #[migrate(greeting)]
        pub greeting: String,
        #[default(3)]
        pub stars: i64,
    }
    #[noun(object)]
    pub struct Booking {
        pub guest: String,
        #[migrate(number)]
        pub nights: i64,
    }
    dotdo::app! { domain: "hotel.example", lock: "locks/hotel_3.lock", pub Hotel { Guest, Booking } }
}

async fn opened(test: &Test) {
    for (name, tel, price, plan) in [
        ("Ann", Some("123"), "12", one::Plan::Trial),
        ("Bob", None, "7", one::Plan::Pro),
    ] {
        let guest = one::Guest {
            name: name.into(),
            tel: tel.map(str::to_owned),
            price: price.into(),
            plan,
        };
        test.run(guest.create_as(Id::new(name.to_lowercase()).unwrap()))
            .await
            .unwrap();
    }
    test.run(one::Fax { number: "9".into() }.create())
        .await
        .unwrap();
    let booking = one::Booking {
        guest: "ann".into(),
        nights: "four".into(),
    };
    test.run(booking.create_as(Id::new("b1").unwrap()))
        .await
        .unwrap();
}

/// What the third program finds, however the data came to it.
async fn arrived(test: &Test) {
    let guest = |id| test.run(three::Guest::stub(Id::new(id).unwrap()).get());
    let ann = guest("ann").await.unwrap();
    assert_eq!(ann.mobile.as_deref(), Some("123"));
    assert_eq!((ann.cents, ann.stars), (1200, 3));
    assert_eq!(
        ann.plan,
        three::Plan::Free,
        "rows of a dropped choice get the default"
    );
    assert_eq!(ann.greeting, "Dear Ann (123)");
    let bob = guest("bob").await.unwrap();
    assert_eq!((bob.mobile.as_deref(), bob.cents), (None, 700));
    assert_eq!(bob.plan, three::Plan::Pro);
    assert_eq!(bob.greeting, "Dear Bob");
    let booking = test
        .run(three::Booking::stub(Id::new("b1").unwrap()).get())
        .await
        .unwrap();
    assert_eq!((booking.guest.as_str(), booking.nights), ("ann", 4));
}

#[tokio::test]
async fn data_goes_through_every_version() {
    let mut test = Test::of(one::Hotel::DEF);
    opened(&test).await;
    for def in [between::Hotel::DEF, two::Hotel::DEF] {
        test.restart_as(def).await;
        assert_eq!(test.run(two::Guest::all().count()).await.unwrap(), 2);
        test.run(two::Booking::stub(Id::new("b1").unwrap()).get())
            .await
            .unwrap();
    }
    test.restart_as(three::Hotel::DEF).await;
    arrived(&test).await;
    test.restart().await;
    arrived(&test).await;
}

#[tokio::test]
async fn versions_may_be_skipped() {
    let mut test = Test::of(one::Hotel::DEF);
    opened(&test).await;
    test.restart_as(three::Hotel::DEF).await;
    arrived(&test).await;
}

#[tokio::test]
async fn an_object_may_sleep_through_versions() {
    let mut test = Test::of(one::Hotel::DEF);
    opened(&test).await;
    // The tenant's object wakes under the second program, the booking only under the third.
    test.restart_as(two::Hotel::DEF).await;
    assert_eq!(test.run(two::Guest::all().count()).await.unwrap(), 2);
    test.restart_as(three::Hotel::DEF).await;
    arrived(&test).await;
}

#[tokio::test]
async fn a_failing_migration_says_which_value_and_leaves_the_rows() {
    let mut test = Test::of(one::Hotel::DEF);
    opened(&test).await;
    let eve = one::Guest {
        name: "Eve".into(),
        tel: None,
        price: "a lot".into(),
        plan: one::Plan::Free,
    };
    test.run(eve.create_as(Id::new("eve").unwrap()))
        .await
        .unwrap();
    test.restart_as(two::Hotel::DEF).await;
    let refused = test.run(two::Guest::all().count()).await.unwrap_err();
    let message = refused.message();
    assert!(
        message.contains(
            "`Guest.price` of `eve`, whose `price` was \"a lot\": invalid digit found in string"
        ),
        "{message}"
    );

    // Nothing has happened: the program before still has everything, Ann's trial included.
    test.restart_as(one::Hotel::DEF).await;
    assert_eq!(test.run(one::Guest::all().count()).await.unwrap(), 3);
    assert_eq!(test.run(one::Fax::all().count()).await.unwrap(), 1);
    let mend = test
        .run(one::Guest::stub(Id::new("eve").unwrap()).update(&serde_json::json!({"price": "5"})));
    mend.await.unwrap();
    test.restart_as(three::Hotel::DEF).await;
    arrived(&test).await;
}

#[tokio::test]
async fn an_older_program_is_told_that_the_data_is_newer() {
    let mut test = Test::of(one::Hotel::DEF);
    opened(&test).await;
    test.restart_as(three::Hotel::DEF).await;
    arrived(&test).await;
    for (def, knows) in [
        (two::Hotel::DEF, "version 2"),
        (one::Hotel::DEF, "version 1"),
    ] {
        test.restart_as(def).await;
        let refused = test.run(two::Guest::all().count()).await.unwrap_err();
        let expected = format!(
            "the data of hotel.example was written by a newer program: its schema has version 3, and this program knows {knows}; start the newer program"
        );
        assert!(refused.message().contains(&expected), "{refused}");
    }
    test.restart_as(three::Hotel::DEF).await;
    arrived(&test).await;
}

const fn unlocked(def: &'static AppDef) -> AppDef {
    AppDef {
        name: def.name,
        version: def.version,
        domain: def.domain,
        doc: def.doc,
        entries: def.entries,
        dropped: def.dropped,
        lock: None,
        at: def.at,
    }
}
pub(crate) static ONE: AppDef = unlocked(one::Hotel::DEF);
pub(crate) static BETWEEN: AppDef = unlocked(between::Hotel::DEF);
pub(crate) static THREE: AppDef = unlocked(three::Hotel::DEF);

/// The same business without a lock: what it says is enough for data of the version just before.
#[tokio::test]
async fn without_a_lock_the_schemas_are_compared_directly() {
    let mut test = Test::of(&ONE);
    opened(&test).await;
    test.restart_as(&THREE).await;
    let refused = test.run(three::Guest::all().count()).await.unwrap_err();
    assert!(
        refused.message().contains("`Guest.tel` is gone"),
        "{refused}"
    );
    test.restart_as(&BETWEEN).await;
    let found = test.run(between::Guest::all().count()).await.unwrap();
    let ann = test
        .run(between::Guest::stub(Id::new("ann").unwrap()).get())
        .await
        .unwrap();
    assert_eq!(
        (found, ann.price, ann.greeting.as_str()),
        (2, 1200, "Dear Ann (123)")
    );
    // A lock that is kept from now on takes it up.
    test.restart_as(three::Hotel::DEF).await;
    arrived(&test).await;
}
