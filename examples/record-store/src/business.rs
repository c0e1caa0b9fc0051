//! A record store: its customers and tracks, and invoices that pay for themselves.
#![allow(clippy::unnecessary_wraps, clippy::unused_async, clippy::unused_self, reason = "verbs, queries and steps share their forms, whatever each of them needs")]

use chrono::NaiveDate;
use dotdo::prelude::*;
use dotdo::{ActionFilter, Kind};

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
        ensure!(self.stage == Stage::Draft, "invoice {} has been placed already", cx.id());
        let sum: i64 = self.lines.iter().map(|line| line.price_cents * line.quantity).sum();
        ensure!(sum == self.total_cents, "the total is {}, but the lines add up to {sum}", self.total_cents);
        self.stage = Stage::Placed;
        Ok(self.total_cents)
    }

    /// Emits `Invoice::paid`, whose payload is the receipt.
    #[verb]
    fn pay(&mut self, cx: &mut Tx, receipt: Receipt) -> Result<Receipt> {
        ensure!(self.stage == Stage::Placed, "invoice {} does not wait to be paid", cx.id());
        ensure!(receipt.cents == self.total_cents, "{} cents were charged instead of {}", receipt.cents, self.total_cents);
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
    fn retries(&self, cx: &View) -> Result<u32> {
        let charges = cx.actions(&ActionFilter { kind: Some(Kind::Step), name: Some("charge".into()), ..ActionFilter::default() })?;
        Ok(charges.items.iter().map(|charge| charge.attempts.saturating_sub(1)).sum())
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

/// Asks the gateway for the money. All attempts have one key, so however often it is asked, it charges once.
#[durable(retry = 10, backoff = "5ms..200ms", timeout = "20s")]
async fn charge(invoice: Id<Invoice>, cents: i64) -> Result<Receipt> {
    gateway::charge(&invoice, cents, &StepKey::current()).await
}

#[on(Customer::created)]
async fn welcome(cx: Flow, event: Event<Customer>) -> Result<()> {
    let text = format!("Dear {}, good to have you with us.", event.data.name);
    cx.run(send_mail(event.data.email.clone(), "Welcome!".into(), text)).await
}

#[durable(retry = 10, backoff = "50ms..5s")]
async fn send_mail(to: String, subject: String, text: String) -> Result<()> {
    mailer::post(&to, &subject, &text, &StepKey::current())
}

#[every("Monday 9am", tz = "Europe/Berlin", missed = "once")]
async fn weekly_report(cx: Flow) -> Result<()> {
    let customers = cx.run(Customer::all().count()).await?;
    let paid = cx.run(Invoice::find(|i| i.stage.eq(Stage::Paid)).count()).await?;
    let placed = cx.run(Invoice::find(|i| i.stage.eq(Stage::Placed)).count()).await?;
    let best = cx.run(Invoice::all().order_by(|i| i.total_cents.desc()).first()).await?;
    let best = best.map_or_else(String::new, |i| format!("The largest is {}, of {} cents.\n", i.id, i.total_cents));
    let text = format!("{customers} customers. {paid} invoices are paid, {placed} wait for their money.\n{best}");
    let day = cx.now().await?.date_naive();
    cx.run(write_report(day, text)).await
}

#[durable(retry = 10, backoff = "50ms..5s")]
async fn write_report(day: NaiveDate, text: String) -> Result<()> {
    reports::write(day, &text)
}

dotdo::app! {
    domain: "records.example",
    pub RecordStore { Customer, Track, Invoice, charge, welcome, send_mail, weekly_report, write_report }
}
