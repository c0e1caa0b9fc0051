//! The business that is measured.

use dotdo::prelude::*;

/// A number that goes up: the smallest verb there is.
#[noun(object)]
pub struct Counter {
    /// How far it is.
    pub count: i64,
}

#[verbs]
impl Counter {
    /// Emits `Counter::added`, whose payload is the new count.
    #[verb]
    fn add(&mut self, _cx: &mut Tx, by: i64) -> Result<i64> {
        self.count += by;
        Ok(self.count)
    }

    /// How far it is.
    #[query]
    fn value(&self, _cx: &View) -> Result<i64> {
        Ok(self.count)
    }
}

/// Something whose event has a handler.
#[noun(object)]
pub struct Bell {
    /// How often it was rung.
    pub rung: i64,
    /// How often that was heard.
    pub heard: i64,
}

#[verbs]
impl Bell {
    #[verb(event = rung)]
    fn ring(&mut self, _cx: &mut Tx) -> Result<i64> {
        self.rung += 1;
        Ok(self.rung)
    }

    #[verb(event = heard)]
    fn hear(&mut self, _cx: &mut Tx) -> Result<i64> {
        self.heard += 1;
        Ok(self.heard)
    }

    #[on(Bell::rung)]
    async fn listen(cx: Flow<Bell>, _event: Event<Bell, i64>) -> Result<()> {
        cx.run(cx.this().hear()).await?;
        Ok(())
    }
}

/// Something that three durable steps follow.
#[noun(object)]
pub struct Parcel {
    /// How often it was sent.
    pub sent: i64,
}

#[verbs]
impl Parcel {
    #[verb(event = posted)]
    fn post(&mut self, _cx: &mut Tx) -> Result<i64> {
        self.sent += 1;
        Ok(self.sent)
    }

    #[on(Parcel::posted)]
    async fn deliver(cx: Flow<Parcel>, event: Event<Parcel, i64>) -> Result<()> {
        let weight = cx.run(stamp(event.data)).await?;
        let weight = cx.run(stamp(weight)).await?;
        cx.run(stamp(weight)).await?;
        Ok(())
    }
}

#[durable]
async fn stamp(weight: i64) -> Result<i64> {
    Ok(weight + 1)
}

/// A row in the tenant's own object, to be listed and searched.
#[noun]
pub struct Book {
    #[search]
    pub title: String,
    #[index]
    pub year: i64,
}

dotdo::app! {
    domain: "bench.example",
    pub Bench { Counter, Bell, Parcel, stamp, Book }
}
