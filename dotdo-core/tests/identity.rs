//! The grammar of ids and URLs.

use chrono::{DateTime, Utc};
use dotdo_core::identity::{
    At, Branch, ShortId, Url, check_id, check_noun, check_tenant, sortable_id, sortable_id_time,
    type_url,
};
use proptest::prelude::*;

fn parse(text: &str) -> ShortId {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refused(text: &str) -> String {
    text.parse::<ShortId>().expect_err(text).to_string()
}

#[test]
fn short_ids_have_one_spelling() {
    for text in [
        "Customer/alice",
        "Order/o1/Line/2",
        "A1/1/B2/2/C3/3",
        "Customer/alice@draft",
        "Customer/alice@v12",
        "Customer/alice@~3",
        "Customer/alice@~0",
        "Order/o1/Line/2@2026-01-31T09:00:00Z",
        "Order/o1@2026-01-31T09:00:00.123Z",
        "File/a%2Fb",
        "Customer/a%40b.example@main",
        "Customer/größe",
        "Customer/a:b,c;d=e&f",
        "Order/o1@v",
        "Order/o1@v1a",
        "Order/o1@2026-01-31",
    ] {
        assert_eq!(parse(text).to_string(), text);
    }
}

#[test]
fn the_last_at_begins_the_place_in_history() {
    let id = parse("Customer/a@b@main");
    assert_eq!(
        (id.id(), id.at()),
        ("a@b", Some(&At::Branch(Branch::new("main").unwrap())))
    );
    assert_eq!(id.to_string(), "Customer/a%40b@main");

    let id = parse("Org/x/Order/o1@~3");
    assert_eq!(id.at(), Some(&At::Back(3)));
    let parent = id.parent().unwrap();
    assert_eq!((parent.noun(), parent.at()), ("Org", None));
    assert_eq!(parent.parent(), None);

    let id = parse("Order/o1@2026-01-31T11:00:00+02:00");
    assert_eq!(id.to_string(), "Order/o1@2026-01-31T09:00:00Z");
    assert_eq!(parse("File/a%2Fb%40c").id(), "a%2Fb@c");
}

#[test]
fn mistakes_are_named_and_placed() {
    let cases = [
        (
            "",
            "a noun is missing in `` at byte 0; write one in PascalCase, such as `Customer`",
        ),
        (
            "Customer",
            "`Customer` has no id in `Customer` at byte 8; write one after it, such as `Customer/1`",
        ),
        (
            "Order/o1/Line",
            "`Line` has no id in `Order/o1/Line` at byte 13; write one after it, such as `Line/1`",
        ),
        (
            "Customer/",
            "an id is missing in `Customer/` at byte 9; write one after the noun, such as `Customer/alice`",
        ),
        (
            "Order//Line/1",
            "an id is missing in `Order//Line/1` at byte 6; write one after the noun, such as `Customer/alice`",
        ),
        (
            "order/1",
            "a noun begins with a capital letter in `order/1` at byte 0; write `Order`",
        ),
        (
            "Order/1/line_item/2",
            "a noun begins with a capital letter in `Order/1/line_item/2` at byte 8; write `LineItem`",
        ),
        (
            "Or-der/1",
            "a noun cannot have `-` in `Or-der/1` at byte 2; write it in PascalCase with the letters A-Z, a-z and digits, such as `OrderLine`",
        ),
        (
            "Order/-1",
            "an id cannot begin with `-` in `Order/-1` at byte 6; begin it with a letter or a digit",
        ),
        (
            "Order/.1",
            "an id cannot begin with `.` in `Order/.1` at byte 6; begin it with a letter or a digit",
        ),
        (
            "Order/a b",
            "an id cannot have a space in `Order/a b` at byte 7; leave it out or write `-`",
        ),
        (
            "Order/a\tb",
            "an id cannot have `\\t` in `Order/a\tb` at byte 7; leave it out or write `-`",
        ),
        (
            "Order/1?x",
            "an id cannot have `?` in `Order/1?x` at byte 7; write `%3F`",
        ),
        (
            "Order/1@",
            "nothing follows the `@` in `Order/1@` at byte 8; write `@branch`, `@v12`, `@~3` or `@2026-01-31T09:00:00Z`",
        ),
        (
            "Order/1@main/Line/2",
            "a place in history stands before a `/` in `Order/1@main/Line/2` at byte 12; write it at the end, and an `@` inside an id as `%40`",
        ),
        (
            "Order/1@~x",
            "`~x` is not a number of versions in `Order/1@~x` at byte 9; write one such as `@~3`",
        ),
        (
            "Order/1@v01",
            "`v01` is not a version in `Order/1@v01` at byte 9; write one such as `@v12`, without zeros before it",
        ),
        (
            "Order/1@-x",
            "a branch cannot have `-` here in `Order/1@-x` at byte 8; write `@branch`, `@v12`, `@~3` or `@2026-01-31T09:00:00Z`",
        ),
    ];
    for (text, message) in cases {
        assert_eq!(refused(text), message);
    }
    assert!(refused("Order/1@2026-13-31T09:00:00Z").contains("is not a time"));
    assert!(refused("Order/1@v99999999999999999999999").contains("is not a version"));
    assert!(
        check_id(&"x".repeat(201))
            .unwrap_err()
            .to_string()
            .contains("at most 200 bytes, and this one has 201")
    );
    assert!(check_id("a%40b").is_err());
    assert!(check_noun("Größe").is_err());
    assert!(Branch::new("v12").is_err());
    assert!(ShortId::new("Order", "a/b").is_err());
}

#[test]
fn tenants_are_host_names() {
    for good in ["acme", "shop.example", "a-1.b2", "0", &"a".repeat(63)] {
        assert_eq!(check_tenant(good), Ok(()), "{good}");
    }
    let long = "a.".repeat(126) + "ab";
    for bad in [
        "",
        ".",
        "a..b",
        "a.",
        "Acme",
        "a_b",
        "-a",
        "a-",
        "a.-b",
        "ä",
        "a b",
        &"a".repeat(64),
        &long,
    ] {
        assert!(check_tenant(bad).is_err(), "{bad}");
    }
    assert_eq!(
        check_tenant("Acme").unwrap_err().to_string(),
        "a tenant cannot have `A` in `Acme` at byte 0; write lower-case letters, digits and `-`, in parts joined by `.`, such as `acme` or `shop.example`"
    );
}

#[test]
fn urls() {
    for text in [
        "https://shop.example/Customer/alice",
        "https://acme/Order/o1/Line/2@v3",
        "http://localhost:8787/Customer/1",
        "http://acme.localhost:8787/Customer/1",
        "http://127.0.0.1/Customer/1",
        "http://[::1]:80/Customer/1",
        "http://[::1]/Customer/1",
    ] {
        let url: Url = text
            .parse()
            .unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(url.to_string(), text);
        assert_eq!(serde_json::to_string(&url).unwrap(), format!("\"{text}\""));
    }
    for bad in [
        "shop.example/Customer/1",
        "http://shop.example/Customer/1",
        "https://shop.example:443/Customer/1",
        "https://shop.example",
        "https://Shop.example/Customer/1",
        "https://user@shop.example/Customer/1",
        "https://shop.example/Customer/1?x=1",
        "https://shop.example/Customer/1#x",
        "ftp://shop.example/Customer/1",
        "http://localhost:0/Customer/1",
        "http://localhost:+80/Customer/1",
        "http://localhost:99999/Customer/1",
        "https:///Customer/1",
    ] {
        assert!(bad.parse::<Url>().is_err(), "{bad}");
    }
    let error = "http://shop.example/Customer/1".parse::<Url>().unwrap_err();
    assert!(
        error
            .help
            .ends_with("write `https://shop.example/Customer/1`"),
        "{error}"
    );
    assert_eq!(
        type_url("shop.example", "Order").unwrap(),
        "https://shop.example/Order"
    );
    assert!(type_url("shop.example", "order").is_err());
}

fn at() -> impl Strategy<Value = At> {
    prop_oneof![
        "[a-z0-9v~.-]{1,8}"
            .prop_filter_map("a branch", |name| Branch::new(name).ok())
            .prop_map(At::Branch),
        any::<u64>().prop_map(At::Version),
        any::<u64>().prop_map(At::Back),
        (0i64..253_402_300_800, 0u32..1_000_000_000).prop_map(|(secs, nanos)| At::Time(
            DateTime::<Utc>::from_timestamp(secs, nanos).unwrap()
        )),
    ]
}

proptest! {
    #[test]
    fn what_is_displayed_parses_back(
        path in prop::collection::vec(("[A-Z][A-Za-z0-9]{0,6}", "[@a-z0-9%.:é-]{1,8}"), 1..4),
        at in prop::option::of(at()),
    ) {
        let mut id: Option<ShortId> = None;
        for (noun, part) in path {
            let next = match id {
                None => ShortId::new(noun, part),
                Some(id) => id.child(noun, part),
            };
            prop_assume!(next.is_ok());
            id = next.ok();
        }
        let mut id = id.expect("there is at least one segment");
        if let Some(at) = at {
            id = id.with_at(at);
        }
        let text = id.to_string();
        prop_assert_eq!(text.parse::<ShortId>(), Ok(id.clone()));
        let json = serde_json::to_string(&id).unwrap();
        prop_assert_eq!(serde_json::from_str::<ShortId>(&json).unwrap(), id);
    }

    #[test]
    fn what_parses_displays_in_one_way(text in "[A-Za-z/@%40v~.-]{0,20}") {
        if let Ok(id) = text.parse::<ShortId>() {
            prop_assert_eq!(id.to_string().parse::<ShortId>(), Ok(id));
        }
        let _ = text.parse::<Url>();
    }

    #[test]
    fn sortable_ids_sort(a in (0u64..1 << 48, any::<u128>()), b in (0u64..1 << 48, any::<u128>())) {
        let low = |(millis, random): (u64, u128)| (millis, random & ((1 << 80) - 1));
        let (x, y) = (sortable_id(a.0, a.1), sortable_id(b.0, b.1));
        prop_assert_eq!(x.cmp(&y), low(a).cmp(&low(b)));
        prop_assert_eq!(sortable_id_time(&x), Some(a.0));
        prop_assert_eq!(sortable_id_time(&x.to_uppercase()), Some(a.0));
        prop_assert!(check_id(&x).is_ok());
    }
}

#[test]
fn texts_that_are_no_sortable_ids() {
    for text in [
        "",
        "01aryz6s41000000000000000",
        "81aryz6s410000000000000000",
        "01aryz6s41000000000000000u",
        "é1aryz6s41000000000000000",
    ] {
        assert_eq!(sortable_id_time(text), None, "{text}");
    }
    assert_eq!(
        sortable_id_time(&sortable_id(u64::MAX, u128::MAX)),
        Some((1 << 48) - 1)
    );
}
