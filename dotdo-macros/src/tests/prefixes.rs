//! Editors expand macros while an item is being typed. Whatever there is so far must come back, and nothing may panic.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use crate::function::{self, Mark};
use crate::{app, form, noun, value, verbs};

/// The first `length` tokens, groups that are open then closed.
pub(super) fn prefix(tokens: TokenStream, length: &mut usize) -> TokenStream {
    let mut taken = TokenStream::new();
    for tree in tokens {
        if *length == 0 {
            break;
        }
        *length -= 1;
        taken.extend([match tree {
            TokenTree::Group(group) => TokenTree::Group(Group::new(
                group.delimiter(),
                prefix(group.stream(), length),
            )),
            other => other,
        }]);
    }
    taken
}

fn prefixes(text: &str) -> impl Iterator<Item = TokenStream> {
    let tokens: TokenStream = text.parse().expect("a piece of Rust");
    (0..).map_while(move |length| {
        let mut left = length;
        let taken = prefix(tokens.clone(), &mut left);
        // Tokens are left to take once the whole was taken.
        (left == 0).then_some(taken)
    })
}

/// The words outside of brackets, in which attributes are.
fn words(tokens: TokenStream, into: &mut BTreeSet<String>) {
    for tree in tokens {
        match tree {
            TokenTree::Ident(ident) => drop(into.insert(ident.to_string())),
            TokenTree::Group(group) if group.delimiter() != Delimiter::Bracket => {
                words(group.stream(), into);
            }
            _ => {}
        }
    }
}

/// Every word of the item is still there.
pub(super) fn assert_kept(item: &TokenStream, output: TokenStream) {
    let (mut before, mut after) = (BTreeSet::new(), BTreeSet::new());
    words(item.clone(), &mut before);
    words(output, &mut after);
    let lost: Vec<_> = before.difference(&after).collect();
    assert!(lost.is_empty(), "{lost:?} is lost from `{item}`");
}

const NOUN: &str = "
    /// A customer.
    #[derive(Default)]
    pub struct Customer<T> where T: Clone {
        #[unique] pub email: String,
        #[range(0..=10)] #[index] stars: Option<i64>,
        #[default(vec![1, 2])] list: Vec<&'static str>,
        #[backref(Order::customer)] orders: Many<Order>,
    }";

const FORM: &str = "
    /// What the reviewer fills in.
    #[derive(Clone)]
    #[check(|review| review.release || review.note.is_some(), \"say why not\")]
    pub struct Review {
        /// Release it?
        pub release: bool,
        #[length(1..=500)] #[check(|note| !note.is_empty(), \"say why\")] pub note: Option<String>,
        #[default(1)] #[range(0..=10)] #[index] r#try: i64,
    }";

const VERBS: &str = "
    impl Order {
        const LIMIT: i64 = { 3 };
        #[verb(event = settled)]
        pub fn pay(&mut self, cx: &mut Tx<Order>, receipt: Receipt) -> Result<Receipt> { self.stage = 1; Ok(receipt) }
        #[query]
        fn buyer(&self, cx: &View) -> Result<Ref<Customer>> { Ok(self.customer.clone()) }
        #[on(Order::created)] #[durable(retry = 3)]
        async fn fulfil(cx: Flow<Order>, event: Event<Order>) -> Result<()> { cx.sleep(hours(1)).await }
        #[durable]
        async fn review(cx: Flow<Order>, stars: i64) -> Result<String> { Ok(stars.to_string()) }
        fn helper() {}
    }";

const FUNCTION: &str = "
    /// Charges the card.
    #[cfg(all())]
    pub(crate) async fn charge(cx: Flow, order: Id<Order>, mut cents: i64) -> Result<Receipt> { cards::charge(order, cents).await }";

const RAW: &str = "
    pub struct r#Order {
        #[unique] #[default(r#fn())] pub r#type: String,
        _0: i64,
    }";

const ENUM: &str = "
    enum Answer<'a> {
        #[cfg(all())] Given(Receipt, #[default(1)] &'a str),
        r#Yes { r#in: Vec<Self>, #[default] x: u8, },
        No = 3,
    }";

const RAW_VERBS: &str = "
    impl nouns::r#Order {
        #[verb] fn r#move(&mut self, _: &mut Tx, r#in: Place, _1: i64) -> Result<Place> { Ok(r#in) }
        #[verb] fn __(&mut self, _: &mut Tx) -> Result<()> { Ok(()) }
        #[verb] fn été(&mut self, _: &mut Tx) -> Result<()> { Ok(()) }
        #[durable] async fn r#try(cx: Flow, r#in: Place) -> Result<()> { Ok(()) }
        #[every(\"daily\")] async fn r#loop(cx: Flow) -> Result<()> { Ok(()) }
    }";

const RAW_FUNCTION: &str =
    "pub(in a::b) async fn r#try(r#in: Place, _: i64) -> Result<r#Type> { r#in }";

#[test]
fn of_a_noun() {
    for item in [NOUN, RAW, ENUM].into_iter().flat_map(prefixes) {
        assert_kept(&item, noun::attribute(TokenStream::new(), item.clone()));
        noun::derive(item.clone());
        value::derive(item);
    }
}

#[test]
fn of_a_form() {
    for item in [FORM, NOUN, RAW, ENUM].into_iter().flat_map(prefixes) {
        assert_kept(&item, form::attribute(TokenStream::new(), item.clone()));
        form::derive(item);
    }
}

#[test]
fn of_verbs() {
    for item in [VERBS, RAW_VERBS].into_iter().flat_map(prefixes) {
        assert_kept(&item, verbs::attribute(TokenStream::new(), item.clone()));
    }
}

#[test]
fn of_functions() {
    for item in [FUNCTION, RAW_FUNCTION].into_iter().flat_map(prefixes) {
        for mark in [Mark::On, Mark::Every, Mark::Durable] {
            assert_kept(
                &item,
                function::attribute(mark, TokenStream::new(), item.clone()),
            );
        }
    }
}

#[test]
fn of_options() {
    let function: TokenStream = FUNCTION.parse().expect("a function");
    let noun: TokenStream = NOUN.parse().expect("a struct");
    for args in prefixes(
        "*::created, priority = -10, filter = |event| event.data > 1, timeout = \"1h\", to = some::path, crate = own::dotdo",
    ) {
        function::attribute(Mark::On, args, function.clone());
    }
    for args in prefixes("Order::paid, priority = \"high\"") {
        function::attribute(Mark::On, args, function.clone());
    }
    for args in prefixes("\"Monday 9am\", tz = \"Europe/Berlin\", missed = \"once\"") {
        function::attribute(Mark::Every, args, function.clone());
    }
    for args in prefixes(
        "retry = 3, backoff = \"1s..30s\", factor = 2.0, jitter = true, timeout = \"1m\", name = \"n\", version = 2",
    ) {
        function::attribute(Mark::Durable, args, function.clone());
    }
    for args in prefixes(
        "object, plural = \"People\", table = \"people\", visibility = \"user\", kind = \"Human\", history = none, crate = own::dotdo",
    ) {
        noun::attribute(args, noun.clone());
    }
}

#[test]
fn of_lists() {
    for input in prefixes(
        "domain: \"shop.example\", crate: own::dotdo, /// A shop.\n pub Shop { Customer, #[cfg(all())] Order, part::Extra, }",
    ) {
        app::app(input.clone(), &app::Places::default());
        app::part(input);
    }
}
