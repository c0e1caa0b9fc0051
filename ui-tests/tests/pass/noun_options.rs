//! What the attributes of a noun say arrives in its constants.
#![deny(warnings)]
use dotdo::Noun;
use dotdo::prelude::*;

/// Somebody who buys from us.
///
/// And comes back.
#[noun(plural = "People", visibility = "public", kind = "Human", history = none)]
#[derive(Clone, Default)]
pub struct Person {
    /// Where to write to.
    #[unique]
    pub email: String,
    #[index]
    #[default(18)]
    #[range(0..=150)]
    pub age: i64,
    #[search]
    #[was("bio")]
    pub about: Option<String>,
    #[secret]
    #[check("pin <> '0000'")]
    pub pin: String,
    #[range(-1.5..)]
    pub balance: f64,
}

#[noun(object, table = "purchases")]
pub struct Order {}

#[test]
fn works() {
    let person = Person::DEF;
    assert_eq!(
        (person.name, person.plural, person.table),
        ("Person", "People", "people")
    );
    assert_eq!(
        (
            person.visibility,
            person.kind,
            person.history,
            person.object
        ),
        ("public", "Human", false, false)
    );
    assert_eq!(person.doc, "Somebody who buys from us.\n\nAnd comes back.");
    let [email, age, about, pin, balance] = person.columns else {
        panic!("{:?}", person.columns)
    };
    assert!(email.unique && !email.nullable && email.doc == "Where to write to.");
    assert!(age.index && age.range == Some((Some(0.0), Some(150.0))) && age.literal().is_some());
    assert!(about.search && about.nullable && about.was == Some("bio"));
    assert!(pin.secret && pin.check == Some("pin <> '0000'"));
    assert_eq!(balance.range, Some((Some(-1.5), None)));

    let ann: Person =
        dotdo::Json::parse(r#"{"email":"ann@example.com","pin":"1","balance":0}"#.into())
            .unwrap()
            .read()
            .unwrap();
    assert_eq!((ann.age, &ann.about), (18, &None));
    let cells = ann.to_cells().unwrap();
    assert_eq!(
        Person::from_cells("ann", &mut cells.into_iter()).unwrap(),
        ann
    );

    assert_eq!(Person::default().age, 18);

    let order = Order::DEF;
    assert_eq!(
        (order.plural, order.table, order.object, order.history),
        ("Orders", "purchases", true, true)
    );
}
