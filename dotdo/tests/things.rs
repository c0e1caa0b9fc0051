//! Things: typed questions, versions, tombstones, rules of columns.

#![allow(missing_docs, reason = "a test's business is explained by the test")]

mod support;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use dotdo::prelude::*;
use dotdo::{ErrorKind, Page, Thing};
use dotdo_runtime::stub::Op;
use support::Test;

#[noun]
pub struct Book {
    #[unique]
    pub isbn: String,
    #[search]
    pub title: String,
    #[search]
    pub about: Option<String>,
    #[range(0..=5000)]
    pub pages: i64,
    pub price: f64,
    #[default(Shelf::Shop)]
    pub shelf: Shelf,
    pub printed: NaiveDate,
    pub seen: Option<DateTime<Utc>>,
    pub told: Option<chrono::NaiveDateTime>,
    pub tags: Vec<String>,
    pub extra: BTreeMap<String, i64>,
    pub cover: Vec<u8>,
    #[secret]
    pub margin: Option<i64>,
    #[was("order")]
    pub select: bool,
}

#[derive(Value)]
pub enum Shelf {
    Shop,
    Store,
}

#[noun(history = none)]
pub struct Scratch {
    #[check("length(text) < 10")]
    pub text: String,
}

#[noun]
pub struct Point {
    pub at: Embedding,
}

#[noun]
pub struct Author {
    pub name: String,
    #[backref(Work::author)]
    pub works: Many<Work>,
}

#[noun]
pub struct Work {
    pub author: Ref<Author>,
    pub year: u16,
}

#[verbs]
impl Author {
    #[query]
    fn count(&self, cx: &View) -> Result<u64> {
        cx.run(self.works.find().count())
    }
}

dotdo::app! { pub Library { Book, Scratch, Point, Author, Work } }

fn book(isbn: &str, title: &str, pages: i64) -> Book {
    Book {
        isbn: isbn.into(),
        title: title.into(),
        about: None,
        pages,
        price: 9.5,
        shelf: Shelf::Shop,
        printed: NaiveDate::from_ymd_opt(2020, 2, 29).unwrap(),
        seen: None,
        told: None,
        tags: vec!["a".into()],
        extra: BTreeMap::from([("x".into(), 1)]),
        cover: vec![0, 255],
        margin: Some(7),
        select: true,
    }
}

#[tokio::test]
async fn rows_come_back_as_they_went_in() {
    let mut test = Test::of(Library::DEF);
    let mut first = book("1", "Émile, or \"On\" Education", 10);
    first.seen = Some(support::noon());
    first.told = Some(support::noon().naive_utc());
    first.about = Some("Growing up".into());
    let id = test.run(first.clone().create()).await.unwrap();
    test.crash().await;
    let found = test.run(id.stub().get()).await.unwrap();
    assert_eq!(found.data, first);
    assert_eq!((found.version, found.created_at), (1, support::noon()));
}

#[tokio::test]
async fn questions_are_typed_and_compose() {
    let test = Test::of(Library::DEF);
    for (n, title) in ["Dune", "Emma", "Ulysses", "Persuasion", "Dubliners"]
        .iter()
        .enumerate()
    {
        let n = i64::try_from(n).unwrap();
        let mut book = book(&n.to_string(), title, n * 100);
        if n % 2 == 0 {
            book.shelf = Shelf::Store;
            book.about = Some(format!("The story of {title}, 100% \"true\""));
        }
        test.run(book.create_as(Id::new(format!("b{n}")).unwrap()))
            .await
            .unwrap();
    }
    let titles = async |find: dotdo::Find<Book>| -> Vec<String> {
        test.run(find)
            .await
            .unwrap()
            .into_iter()
            .map(|b| b.data.title)
            .collect()
    };
    assert_eq!(
        titles(Book::find(|b| b.shelf.eq(Shelf::Store))).await,
        ["Dune", "Ulysses", "Dubliners"]
    );
    assert_eq!(
        titles(Book::find(|b| b.pages.gt(100) & b.shelf.ne(Shelf::Store))).await,
        ["Persuasion"]
    );
    assert_eq!(
        titles(Book::find(
            |b| b.title.starts_with("du") | b.pages.between(100, 100)
        ))
        .await,
        ["Dune", "Emma", "Dubliners"]
    );
    assert_eq!(
        titles(Book::find(
            |b| !b.about.is_null() & b.about.contains("100% \"")
        ))
        .await
        .len(),
        3
    );
    assert_eq!(
        titles(Book::find(|b| b.isbn.is_in(["1", "3", "9"]))).await,
        ["Emma", "Persuasion"]
    );
    assert_eq!(
        titles(Book::find(|b| b.about.eq(None))).await,
        ["Emma", "Persuasion"]
    );
    assert_eq!(
        titles(Book::search("story emm")).await,
        Vec::<String>::new()
    );
    assert_eq!(titles(Book::search("story dub")).await, ["Dubliners"]);
    assert_eq!(
        titles(Book::search("\"NEAR( OR *")).await,
        Vec::<String>::new(),
        "words are words"
    );
    assert_eq!(test.run(Book::all().count()).await.unwrap(), 5);
    assert_eq!(
        test.run(Book::find(|b| b.pages.lt(0)).first())
            .await
            .unwrap(),
        None
    );

    // Pages follow the order asked for, and equal keys do not lose rows.
    let mut seen = Vec::new();
    let mut after: Option<Id<Book>> = None;
    loop {
        let mut find = Book::all()
            .order_by(|b| b.shelf.desc())
            .order_by(|b| b.about.asc())
            .limit(2);
        if let Some(id) = &after {
            find = find.after(id);
        }
        let page = test.run(find).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.id.clone());
        seen.extend(page.into_iter().map(|b| b.data.title));
    }
    assert_eq!(seen, ["Dubliners", "Dune", "Ulysses", "Emma", "Persuasion"]);
}

#[tokio::test]
async fn columns_keep_their_rules() {
    let test = Test::of(Library::DEF);
    test.run(book("1", "A", 1).create()).await.unwrap();
    let taken = test.run(book("1", "B", 1).create()).await.unwrap_err();
    assert_eq!(
        (taken.kind(), taken.message()),
        (ErrorKind::Conflict, "another Book has this `isbn` already")
    );
    let long = test.run(book("2", "B", 5001).create()).await.unwrap_err();
    assert_eq!(
        (long.kind(), long.message()),
        (ErrorKind::Invalid, "`pages`: must be from 0 to 5000")
    );
    let text = test
        .run(
            Scratch {
                text: "far too long".into(),
            }
            .create(),
        )
        .await
        .unwrap_err();
    assert_eq!(text.message(), "`text`: must satisfy length(text) < 10");
    let nan = test
        .run(
            Book {
                price: f64::NAN,
                ..book("3", "C", 1)
            }
            .create(),
        )
        .await
        .unwrap_err();
    assert_eq!(nan.kind(), ErrorKind::Invalid);

    let create = |data: serde_json::Value| Op::Create {
        noun: "Book".into(),
        id: None,
        data: dotdo::Json::of(&data).unwrap(),
        visibility: None,
    };
    let unknown = test
        .ask::<String>(create(serde_json::json!({"isnb": "1"})))
        .await
        .unwrap_err();
    assert_eq!(
        unknown.message(),
        "`isnb`: a Book has no such field; did you mean `isbn`?"
    );
    let missing = test
        .ask::<String>(create(serde_json::json!({"isbn": "1"})))
        .await
        .unwrap_err();
    assert!(missing.message().contains("title"), "{missing}");
    let wrong = test
        .ask::<String>(create(
            serde_json::json!({"isbn": "1", "title": "x", "pages": "many"}),
        ))
        .await
        .unwrap_err();
    assert_eq!(wrong.fields()[0].field, "pages");
}

#[tokio::test]
async fn versions_can_be_read_and_deleted_things_leave_a_tombstone() {
    let test = Test::of(Library::DEF);
    let id = test
        .run(book("1", "First", 1).create_as(Id::new("b").unwrap()))
        .await
        .unwrap();
    test.advance(hours(1)).await;
    test.run(id.stub().update(&serde_json::json!({"title": "Second"})))
        .await
        .unwrap();
    test.advance(hours(1)).await;
    test.run(id.stub().update(&serde_json::json!({"title": "Third"})))
        .await
        .unwrap();
    test.run(id.stub().update(&serde_json::json!({"title": "Third"})))
        .await
        .unwrap();

    let at = async |at: &str| {
        test.ask::<Thing>(Op::Get {
            noun: "Book".into(),
            id: "b".into(),
            at: Some(at.into()),
        })
        .await
        .map(|t| t.data.tree()["title"].clone())
    };
    assert_eq!(at("v1").await.unwrap(), "First");
    assert_eq!(at("v3").await.unwrap(), "Third");
    assert_eq!(at("~1").await.unwrap(), "Second");
    assert_eq!(at("2026-11-02T13:59:00Z").await.unwrap(), "Second");
    assert_eq!(at("v4").await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(
        at("2026-11-02T11:59:00Z").await.unwrap_err().message(),
        "there is no Book/b@2026-11-02T11:59:00Z: it did not exist then"
    );
    assert_eq!(
        at("yesterday").await.unwrap_err().kind(),
        ErrorKind::Invalid
    );

    test.run(id.stub().delete()).await.unwrap();
    assert_eq!(
        test.run(id.stub().get()).await.unwrap_err().kind(),
        ErrorKind::Gone
    );
    assert_eq!(test.run(Book::all().count()).await.unwrap(), 0);
    assert_eq!(test.run(Book::search("third").count()).await.unwrap(), 0);
    assert_eq!(at("v3").await.unwrap(), "Third", "the past stays readable");
    let history: Page<Thing> = test
        .ask(Op::History {
            noun: "Book".into(),
            id: "b".into(),
            limit: 3,
            before: None,
        })
        .await
        .unwrap();
    assert_eq!(
        history
            .items
            .iter()
            .map(|t| (t.version, t.deleted_at.is_some()))
            .collect::<Vec<_>>(),
        [(4, true), (3, false), (2, false)]
    );
    assert_eq!(history.next.as_deref(), Some("2"));
    assert_eq!(
        test.run(book("1", "Again", 1).create_as(Id::new("b").unwrap()))
            .await
            .unwrap_err()
            .kind(),
        ErrorKind::Conflict
    );
    test.run(book("1", "Again", 1).create()).await.unwrap();

    let scratch = test
        .run(Scratch { text: "one".into() }.create())
        .await
        .unwrap();
    test.run(scratch.stub().update(&serde_json::json!({"text": "two"})))
        .await
        .unwrap();
    let old = test
        .ask::<Thing>(Op::Get {
            noun: "Scratch".into(),
            id: scratch.to_string(),
            at: Some("v1".into()),
        })
        .await
        .unwrap_err();
    assert!(
        old.message().ends_with("this noun keeps no history"),
        "{old}"
    );
}

#[tokio::test]
async fn the_version_expected_must_be_the_version_found() {
    let test = Test::of(Library::DEF);
    test.run(book("1", "First", 1).create_as(Id::new("b").unwrap()))
        .await
        .unwrap();
    let update = |version| Op::Update {
        noun: "Book".into(),
        id: "b".into(),
        patch: dotdo::Json::parse(r#"{"pages":2}"#.into()).unwrap(),
        if_match: Some(version),
    };
    assert_eq!(
        test.ask::<Thing>(update(2)).await.unwrap_err().kind(),
        ErrorKind::Precondition
    );
    assert_eq!(test.ask::<Thing>(update(1)).await.unwrap().version, 2);
    assert_eq!(
        test.ask::<Thing>(update(1)).await.unwrap_err().kind(),
        ErrorKind::Precondition
    );
}

#[tokio::test]
async fn back_references_and_nearness() {
    let test = Test::of(Library::DEF);
    let ann = test
        .run(
            Author {
                name: "Ann".into(),
                works: Many::default(),
            }
            .create(),
        )
        .await
        .unwrap();
    let bob = test
        .run(
            Author {
                name: "Bob".into(),
                works: Many::default(),
            }
            .create(),
        )
        .await
        .unwrap();
    for (author, year) in [(&ann, 1999), (&ann, 2005), (&bob, 2001)] {
        test.run(
            Work {
                author: author.clone(),
                year,
            }
            .create(),
        )
        .await
        .unwrap();
    }
    assert_eq!(test.run(ann.stub().count()).await.unwrap(), 2);
    let works = test
        .run(
            test.run(ann.stub().get())
                .await
                .unwrap()
                .works
                .find()
                .order_by(|w| w.year.desc()),
        )
        .await
        .unwrap();
    assert_eq!(
        works.iter().map(|w| w.year).collect::<Vec<_>>(),
        [2005, 1999]
    );

    let point = |x: f32, y: f32| {
        let mut numbers = [0.0; 128];
        (numbers[0], numbers[1]) = (x, y);
        Embedding::new(numbers)
    };
    for (id, x, y) in [("east", 1.0, 0.0), ("north", 0.0, 1.0), ("west", -1.0, 0.0)] {
        test.run(Point { at: point(x, y) }.create_as(Id::new(id).unwrap()))
            .await
            .unwrap();
    }
    let near = test
        .run(Point::all().near(|p| p.at, &point(0.9, 0.3)).limit(2))
        .await
        .unwrap();
    assert_eq!(
        near.iter().map(|p| p.id.to_string()).collect::<Vec<_>>(),
        ["east", "north"]
    );
}
