//! A record store: its customers and tracks, and invoices that pay for themselves.

use chrono::NaiveDate;
use dotdo::prelude::*;
use dotdo::{ActionFilter, Kind};

use crate::outside::mailer::Mail;
use crate::outside::{gateway, mailer, reports};

/// Somebody who buys records.
#[noun]
pub struct Customer {
    #[unique]
    pub email: String,
    #[search]
    pub name: String,
    pub company: Option<String>,
    pub city: Option<String>,
    #[index]
    pub country: String,
}

/// A piece of music that can be bought.
#[noun]
pub struct Track {
    #[search]
    pub name: String,
    #[search]
    pub artist: Option<String>,
    #[search]
    pub album: Option<String>,
    #[range(0..)]
    pub milliseconds: i64,
    #[range(0..)]
    pub price_cents: i64,
}

/// One purchase. Each invoice is an object of its own.
#[noun(object)]
pub struct Invoice {
    #[index]
    pub customer: Ref<Customer>,
    pub date: NaiveDate,
    #[index]
    pub country: String,
    pub lines: Vec<Line>,
    #[range(0..)]
    pub total_cents: i64,
    #[index]
    #[default(Stage::Draft)]
    pub stage: Stage,
    pub receipt: Option<Receipt>,
}

/// So many of one track, at the price of the day.
#[derive(Value)]
pub struct Line {
    pub track: Ref<Track>,
    pub price_cents: i64,
    pub quantity: i64,
}

/// How far an invoice is.
#[derive(Value)]
pub enum Stage {
    Draft,
    Placed,
    Paid,
}

/// What the gateway gives for a charge.
#[derive(Value)]
pub struct Receipt {
    pub id: String,
    pub cents: i64,
}

#[verbs]
impl Invoice {
    /// Emits `Invoice::placed`, whose payload is the amount due.
    #[verb]
    fn place(&mut self, cx: &mut Tx) -> Result<i64> {
        ensure!(
            self.stage == Stage::Draft,
            "invoice {} has been placed already",
            cx.id()
        );
        let sum: i64 = self
            .lines
            .iter()
            .map(|line| line.price_cents * line.quantity)
            .sum();
        ensure!(
            sum == self.total_cents,
            "the total is {}, but the lines add up to {sum}",
            self.total_cents
        );
        self.stage = Stage::Placed;
        Ok(self.total_cents)
    }

    /// Emits `Invoice::paid`, whose payload is the receipt.
    #[verb]
    fn pay(&mut self, cx: &mut Tx, receipt: Receipt) -> Result<Receipt> {
        ensure!(
            self.stage == Stage::Placed,
            "invoice {} does not wait to be paid",
            cx.id()
        );
        ensure!(
            receipt.cents == self.total_cents,
            "{} cents were charged instead of {}",
            receipt.cents,
            self.total_cents
        );
        self.stage = Stage::Paid;
        self.receipt = Some(receipt.clone());
        Ok(receipt)
    }

    /// Who bought it.
    #[query]
    fn buyer(&self, _cx: &View) -> Result<Ref<Customer>> {
        Ok(self.customer.clone())
    }

    /// How often the gateway had to be asked again.
    #[query]
    #[allow(
        clippy::unused_self,
        reason = "it asks what was done, not what is stored"
    )]
    fn retries(&self, cx: &View) -> Result<u32> {
        let charges = cx.actions(&ActionFilter {
            kind: Some(Kind::Step),
            name: Some("charge".into()),
            ..ActionFilter::default()
        })?;
        Ok(charges
            .items
            .iter()
            .map(|charge| charge.attempts.saturating_sub(1))
            .sum())
    }

    /// From "placed" to "paid", over as many failures and restarts as it takes.
    #[on(Invoice::placed)]
    #[durable(timeout = "30 days")]
    async fn fulfil(cx: Flow<Invoice>, event: Event<Invoice, i64>) -> Result<()> {
        let receipt = cx.run(charge(cx.id(), event.data)).await?;
        cx.run(cx.this().pay(receipt)).await?;
        Ok(())
    }
}

/// Asks the gateway for the money. All attempts have one key, so however often it is asked, it charges once. A process
/// that is killed loses answers, and each is an attempt; `fulfil` has a limit of its own.
#[durable(retry = 1000, backoff = "5ms..200ms", timeout = "20s")]
async fn charge(invoice: Id<Invoice>, cents: i64) -> Result<Receipt> {
    gateway::charge(&invoice, cents).await
}

#[on(Customer::created)]
async fn welcome(cx: Flow, event: Event<Customer>) -> Result<()> {
    let text = format!("Dear {}, good to have you with us.", event.data.name);
    cx.run(send_mail(event.data.email.clone(), "Welcome!".into(), text))
        .await
}

#[durable(retry = 1000, backoff = "50ms..5s")]
async fn send_mail(to: String, subject: String, text: String) -> Result<()> {
    mailer::post(&Mail { to, subject, text }).await
}

#[every("Monday 9am", tz = "Europe/Berlin", missed = "once")]
async fn weekly_report(cx: Flow) -> Result<()> {
    let customers = cx.run(Customer::all().count()).await?;
    let paid = cx
        .run(Invoice::find(|i| i.stage.eq(Stage::Paid)).count())
        .await?;
    let placed = cx
        .run(Invoice::find(|i| i.stage.eq(Stage::Placed)).count())
        .await?;
    let best = cx
        .run(Invoice::all().order_by(|i| i.total_cents.desc()).first())
        .await?;
    let best = best.map_or_else(String::new, |i| {
        format!("Largest invoice: {}, of {} cents\n", i.id, i.total_cents)
    });
    let text = format!("Customers: {customers}\nInvoices paid: {paid}, waiting: {placed}\n{best}");
    let day = cx.now().await?.date_naive();
    cx.run(write_report(day, text)).await
}

#[durable(retry = 10, backoff = "50ms..5s")]
async fn write_report(day: NaiveDate, text: String) -> Result<()> {
    reports::write(day, text).await
}

dotdo::app! {
    domain: "records.example",
    pub RecordStore { Customer, Track, Invoice, charge, welcome, send_mail, weekly_report, write_report }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use dotdo::ErrorKind;
    use dotdo::host::native::{Clock, Embedded};

    use super::*;

    fn ann() -> Customer {
        Customer {
            email: "ann@shop.example".into(),
            name: "Ann".into(),
            company: None,
            city: None,
            country: "Germany".into(),
        }
    }

    fn invoice(customer: Ref<Customer>, track: Ref<Track>, total_cents: i64) -> Invoice {
        let lines = vec![Line {
            track,
            price_cents: 99,
            quantity: 2,
        }];
        Invoice {
            customer,
            date: NaiveDate::default(),
            country: "Germany".into(),
            lines,
            total_cents,
            stage: Stage::Draft,
            receipt: None,
        }
    }

    #[test]
    fn an_invoice_is_paid_and_the_report_says_so_on_monday() {
        let folder = std::env::temp_dir().join(format!("record-store-week-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        crate::world::open(&folder, ([127, 0, 0, 1], 0).into(), 1).unwrap();
        let sunday = "2026-11-22T12:00:00Z".parse().unwrap();
        let store = Embedded::of(RecordStore::DEF, &folder)
            .clock(Clock::manual(sunday))
            .start()
            .unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async {
            let customer = store.run(ann().create()).await.unwrap();
            let song = Track {
                name: "So What".into(),
                artist: None,
                album: None,
                milliseconds: 562_000,
                price_cents: 99,
            };
            let track = store.run(song.create()).await.unwrap();

            let wrong = store
                .run(
                    invoice(customer.clone(), track.clone(), 99)
                        .create()
                        .place(),
                )
                .await
                .unwrap_err();
            assert_eq!(wrong.kind(), ErrorKind::Refused, "{wrong}");
            let id: Id<Invoice> = Id::new("1").unwrap();
            assert_eq!(
                store
                    .run(invoice(customer.clone(), track, 198).create_as(&id).place())
                    .await
                    .unwrap(),
                198
            );
            let again = store.run(Invoice::stub(&id).place()).await.unwrap_err();
            assert_eq!(again.message(), "invoice 1 has been placed already");

            let mut seconds = 0;
            while store.run(Invoice::stub(&id).get()).await.unwrap().stage != Stage::Paid {
                store.advance(Duration::from_secs(1)).await;
                seconds += 1;
                assert!(seconds < 60, "the gateway does not fail for ever");
            }
            assert_eq!(
                store.run(Invoice::stub(&id).buyer()).await.unwrap(),
                customer
            );
            assert_eq!(crate::world::charges().unwrap().len(), 1);

            // Nine o'clock in Berlin is eight here.
            let report = folder.join("reports/2026-11-23.txt");
            store.advance(hours(19)).await;
            assert!(!report.exists());
            store.advance(hours(1)).await;
            assert_eq!(
                std::fs::read_to_string(report).unwrap(),
                "Customers: 1\nInvoices paid: 1, waiting: 0\nLargest invoice: 1, of 198 cents\n"
            );
        });
        runtime.block_on(store.shutdown());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
