//! Everything that wants a word, with the word: renames, dropped fields, variants, nouns and functions, functions that make
//! new values of old ones, fields that become unique.
#![deny(warnings)]
use dotdo::prelude::*;

#[derive(Value)]
pub enum Plan {
    Free,
    Pro,
}

/// The plans that there were.
#[derive(Value)]
pub enum OldLevel {
    Low,
    High,
}

fn level(old: OldLevel) -> i64 {
    match old {
        OldLevel::Low => 1,
        OldLevel::High => 10,
    }
}

mod migrations {
    use dotdo::prelude::*;

    pub fn cents(old: f64) -> Result<i64> {
        ensure!(old >= 0.0, "{old} is no price");
        Ok((old * 100.0) as i64)
    }

    pub fn cents_of_text(old: Option<String>) -> Result<i64> {
        cents(old.unwrap_or_default().parse()?)
    }

    pub fn full_name(row: OldRow) -> Result<String> {
        Ok(format!(
            "{} {}",
            row.get::<String>("first")?,
            row.get::<String>("last")?
        ))
    }
}

#[noun(dropped("fax", "first", "last"))]
pub struct Customer {
    #[unique(verified)]
    pub email: String,
    #[was("tel")]
    pub phone: Option<String>,
    #[migrate(migrations::full_name)]
    pub name: String,
    #[migrate(migrations::cents)]
    #[migrate(migrations::cents_of_text)]
    pub credit: i64,
    #[default(Plan::Free)]
    #[dropped("Trial", "Beta")]
    pub plan: Plan,
    #[dropped("Gold")]
    pub medal: Option<Plan>,
    #[migrate(level)]
    pub level: i64,
    #[default("none".into())]
    pub note: String,
}

dotdo::app! {
    lock: "lock_stated.lock",
    dropped: [Invoice, send_mail, Invoice::remind, "odd name"],
    pub Shop { Customer }
}

/// An empty lock is one that is to be written.
mod begun {
    use dotdo::prelude::*;

    #[noun]
    pub struct Thing {
        pub name: String,
    }

    dotdo::app! { lock: "lock_empty.lock", pub Begun { Thing } }
}

/// And a business may have none.
mod without {
    use dotdo::prelude::*;

    #[noun]
    pub struct Thing {
        pub name: String,
    }

    dotdo::app! { lock: none, pub Without { Thing } }
}

#[test]
fn what_is_stated_follows() {
    assert!(Shop::DEF.lock.is_some());
    assert_eq!(begun::Begun::DEF.lock.map(|lock| lock.version), Some(0));
    assert!(without::Without::DEF.lock.is_none());
}
