//! The data set: the tables of Chinook, read and checked as a whole before anything is stored.
//!
//! Every complaint names the record and the field, and says what would be right.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Display;

use chrono::{NaiveDate, NaiveDateTime};
use dotdo::{Error, Id, Ref, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::business::{Customer, Invoice, Line, Stage, Track};

/// Customers, tracks and invoices that fit together.
#[derive(Debug)]
pub struct DataSet {
    pub customers: Vec<(Id<Customer>, Customer)>,
    pub tracks: Vec<(Id<Track>, Track)>,
    pub invoices: Vec<(Id<Invoice>, Invoice)>,
}

// ---- the file's own records ----

/// A record of one of the tables.
trait Record: DeserializeOwned {
    const TABLE: &'static str;
    /// The field that tells one from another.
    const KEY: &'static str;
    fn key(&self) -> u32;
}

macro_rules! record {
    ($name:ident, $table:literal, $key:literal by $id:ident { $($field:ident: $ty:ty,)* }) => {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct $name { $($field: $ty,)* }
        impl Record for $name {
            const TABLE: &'static str = $table;
            const KEY: &'static str = $key;
            fn key(&self) -> u32 {
                self.$id
            }
        }
    };
}

record!(ArtistRecord, "Artist", "ArtistId" by artist_id { artist_id: u32, name: String, });
record!(AlbumRecord, "Album", "AlbumId" by album_id { album_id: u32, title: String, artist_id: u32, });
record!(TrackRecord, "Track", "TrackId" by track_id {
    track_id: u32, name: String, album_id: Option<u32>, milliseconds: u32, unit_price: Money,
});
record!(CustomerRecord, "Customer", "CustomerId" by customer_id {
    customer_id: u32, first_name: String, last_name: String, company: Option<String>, city: Option<String>, country: String, email: String,
});
record!(InvoiceRecord, "Invoice", "InvoiceId" by invoice_id {
    invoice_id: u32, customer_id: u32, invoice_date: String, billing_country: String, total: Money,
});
record!(LineRecord, "InvoiceLine", "InvoiceLineId" by invoice_line_id {
    invoice_line_id: u32, invoice_id: u32, track_id: u32, unit_price: Money, quantity: i64,
});

/// An amount in cents, read from the digits of the file: `0.99` is never a float.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Money(i64);

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        cents(text.get()).map(Self).ok_or_else(|| {
            serde::de::Error::custom(format_args!(
                "{text} is no amount; write one from 0 with at most two decimals, such as 0.99"
            ))
        })
    }
}

fn cents(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "00"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || fraction.len() > 2 {
        return None;
    }
    let fraction: i64 = format!("{fraction:0<2}").parse().ok()?;
    whole
        .parse::<i64>()
        .ok()?
        .checked_mul(100)?
        .checked_add(fraction)
}

fn money(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// Complaints, of which the first is shown in full.
#[derive(Default)]
struct Complaints(Vec<String>);

impl Complaints {
    fn add(&mut self, table: &str, record: impl Display, field: &str, what: impl Display) {
        self.0.push(if field.is_empty() {
            format!("{table} {record}: {what}")
        } else {
            format!("{table} {record}: `{field}` {what}")
        });
    }

    fn settle<T>(&self, value: T) -> Result<T> {
        match self.0.as_slice() {
            [] => Ok(value),
            [only] => Err(Error::invalid(only)),
            [first, rest @ ..] => Err(Error::invalid(format_args!(
                "{first} (and {} more)",
                rest.len()
            ))),
        }
    }
}

// ---- from records to things ----

impl DataSet {
    /// Reads a data set.
    pub fn parse(text: &str) -> Result<Self> {
        let tables: BTreeMap<String, &RawValue> = serde_json::from_str(text).map_err(|e| {
            Error::invalid(format_args!(
                "this is no data set, which is a JSON object of tables such as `Customer`: {e}"
            ))
        })?;
        let mut complaints = Complaints::default();
        let artists = table::<ArtistRecord>(&tables, &mut complaints)?;
        let albums = table::<AlbumRecord>(&tables, &mut complaints)?;
        let tracks = table::<TrackRecord>(&tables, &mut complaints)?;
        let customers = table::<CustomerRecord>(&tables, &mut complaints)?;
        let invoices = table::<InvoiceRecord>(&tables, &mut complaints)?;
        let lines = table::<LineRecord>(&tables, &mut complaints)?;
        // What could not be read would only be missed again below.
        complaints.settle(())?;

        let artists: HashMap<u32, String> = artists
            .into_iter()
            .map(|artist| (artist.artist_id, artist.name))
            .collect();
        let albums: HashMap<u32, AlbumRecord> = albums
            .into_iter()
            .map(|album| (album.album_id, album))
            .collect();
        let tracks = self::tracks(tracks, &albums, &artists, &mut complaints)?;
        let customers = self::customers(customers, &mut complaints)?;
        let invoices = self::invoices(
            invoices,
            lines,
            &ids(&customers),
            &ids(&tracks),
            &mut complaints,
        )?;
        complaints.settle(Self {
            customers,
            tracks,
            invoices,
        })
    }
}

fn ids<N>(things: &[(Id<N>, N)]) -> HashSet<&str> {
    things.iter().map(|(id, _)| id.as_str()).collect()
}

/// The records of a table, sorted by their keys.
fn table<R: Record>(
    tables: &BTreeMap<String, &RawValue>,
    complaints: &mut Complaints,
) -> Result<Vec<R>> {
    let raw = tables.get(R::TABLE).ok_or_else(|| {
        let there: Vec<_> = tables.keys().map(String::as_str).collect();
        Error::invalid(format_args!(
            "the data set has no table `{}`; it has {}",
            R::TABLE,
            if there.is_empty() {
                "none".to_owned()
            } else {
                there.join(", ")
            }
        ))
    })?;
    let rows: Vec<&RawValue> = serde_json::from_str(raw.get()).map_err(|_| {
        Error::invalid(format_args!(
            "the table `{}` is no list of records, written `[{{ … }}, …]`",
            R::TABLE
        ))
    })?;
    let mut records = BTreeMap::new();
    for (place, row) in rows.into_iter().enumerate() {
        match serde_path_to_error::deserialize::<_, R>(&mut serde_json::Deserializer::from_str(
            row.get(),
        )) {
            Ok(record) => {
                let key = record.key();
                if records.insert(key, record).is_some() {
                    complaints.add(
                        R::TABLE,
                        key,
                        R::KEY,
                        "is used twice; each record needs one of its own",
                    );
                }
            }
            Err(error) => {
                let field = error.path().to_string();
                let mut what = error.inner().to_string();
                // Line and column of a piece of the file would lead nowhere.
                what.truncate(what.rfind(" at line ").unwrap_or(what.len()));
                complaints.add(
                    R::TABLE,
                    name::<R>(row, place),
                    "",
                    if field == "." {
                        what
                    } else {
                        format!("`{field}`: {what}")
                    },
                );
            }
        }
    }
    Ok(records.into_values().collect())
}

/// What a broken record is called: its key if that can be read, else its place.
fn name<R: Record>(row: &RawValue, place: usize) -> String {
    let tree: serde_json::Value = serde_json::from_str(row.get()).unwrap_or_default();
    tree.get(R::KEY)
        .and_then(serde_json::Value::as_u64)
        .map_or_else(|| format!("no. {}", place + 1), |key| key.to_string())
}

fn tracks(
    records: Vec<TrackRecord>,
    albums: &HashMap<u32, AlbumRecord>,
    artists: &HashMap<u32, String>,
    complaints: &mut Complaints,
) -> Result<Vec<(Id<Track>, Track)>> {
    let mut tracks = Vec::with_capacity(records.len());
    for record in records {
        let album = record.album_id.and_then(|id| albums.get(&id));
        let artist = album.and_then(|album| artists.get(&album.artist_id));
        if let (Some(id), None) = (record.album_id, album) {
            complaints.add(
                TrackRecord::TABLE,
                record.track_id,
                "AlbumId",
                format_args!("is {id}, but there is no album {id}; name one, or write null"),
            );
        } else if let (Some(album), None) = (album, artist) {
            complaints.add(
                AlbumRecord::TABLE,
                album.album_id,
                "ArtistId",
                format_args!("is {0}, but there is no artist {0}", album.artist_id),
            );
        }
        let track = Track {
            name: record.name,
            artist: artist.cloned(),
            album: album.map(|album| album.title.clone()),
            milliseconds: i64::from(record.milliseconds),
            price_cents: record.unit_price.0,
        };
        tracks.push((Id::new(record.track_id.to_string())?, track));
    }
    Ok(tracks)
}

fn customers(
    records: Vec<CustomerRecord>,
    complaints: &mut Complaints,
) -> Result<Vec<(Id<Customer>, Customer)>> {
    let mut customers = Vec::with_capacity(records.len());
    let mut emails = HashMap::new();
    for record in records {
        let id = record.customer_id;
        if !record.email.contains('@') {
            complaints.add(
                CustomerRecord::TABLE,
                id,
                "Email",
                format_args!(
                    "is `{}`, which is no address; write one such as ann@shop.example",
                    record.email
                ),
            );
        }
        if let Some(other) = emails.insert(record.email.clone(), id) {
            complaints.add(
                CustomerRecord::TABLE,
                id,
                "Email",
                format_args!("is that of customer {other} too; each needs an address of their own"),
            );
        }
        let text = |text: Option<String>| text.filter(|text| !text.is_empty());
        let customer = Customer {
            email: record.email,
            name: format!("{} {}", record.first_name, record.last_name)
                .trim()
                .to_owned(),
            company: text(record.company),
            city: text(record.city),
            country: record.country,
        };
        customers.push((Id::new(id.to_string())?, customer));
    }
    Ok(customers)
}

fn invoices(
    records: Vec<InvoiceRecord>,
    lines: Vec<LineRecord>,
    customers: &HashSet<&str>,
    tracks: &HashSet<&str>,
    complaints: &mut Complaints,
) -> Result<Vec<(Id<Invoice>, Invoice)>> {
    let mut lines_of: HashMap<u32, Vec<LineRecord>> = HashMap::new();
    for line in lines {
        lines_of.entry(line.invoice_id).or_default().push(line);
    }
    let mut invoices = Vec::with_capacity(records.len());
    for record in records {
        let id = record.invoice_id;
        let mut complain =
            |field, what: &dyn Display| complaints.add(InvoiceRecord::TABLE, id, field, what);
        let customer = record.customer_id.to_string();
        if !customers.contains(customer.as_str()) {
            complain(
                "CustomerId",
                &format_args!("is {customer}, but there is no customer {customer}"),
            );
        }
        let date = day(&record.invoice_date).unwrap_or_else(|| {
            complain(
                "InvoiceDate",
                &format_args!(
                    "is `{}`, which is no date; write one such as 2021-01-31T00:00:00",
                    record.invoice_date
                ),
            );
            NaiveDate::default()
        });
        let Some(records) = lines_of.remove(&id) else {
            complain(
                "",
                &"it has no lines; give it at least one in the table `InvoiceLine`",
            );
            continue;
        };
        let lines = self::lines(records, tracks, complaints)?;
        let sum = lines.iter().try_fold(0_i64, |sum, line| {
            sum.checked_add(line.price_cents.checked_mul(line.quantity)?)
        });
        if sum != Some(record.total.0) {
            let sum = sum.map_or_else(|| "more than can be counted".to_owned(), money);
            complaints.add(
                InvoiceRecord::TABLE,
                id,
                "Total",
                format_args!(
                    "is {}, but its lines add up to {sum}",
                    money(record.total.0)
                ),
            );
        }
        let invoice = Invoice {
            customer: Ref::new(Id::new(customer)?),
            date,
            country: record.billing_country,
            lines,
            total_cents: record.total.0,
            stage: Stage::Draft,
            receipt: None,
        };
        invoices.push((Id::new(id.to_string())?, invoice));
    }
    for (invoice, lines) in lines_of {
        for line in lines {
            complaints.add(
                LineRecord::TABLE,
                line.invoice_line_id,
                "InvoiceId",
                format_args!("is {invoice}, but there is no invoice {invoice}"),
            );
        }
    }
    Ok(invoices)
}

fn lines(
    records: Vec<LineRecord>,
    tracks: &HashSet<&str>,
    complaints: &mut Complaints,
) -> Result<Vec<Line>> {
    let mut lines = Vec::with_capacity(records.len());
    for record in records {
        let (id, track) = (record.invoice_line_id, record.track_id.to_string());
        if !tracks.contains(track.as_str()) {
            complaints.add(
                LineRecord::TABLE,
                id,
                "TrackId",
                format_args!("is {track}, but there is no track {track}"),
            );
        }
        if record.quantity < 1 {
            complaints.add(
                LineRecord::TABLE,
                id,
                "Quantity",
                format_args!("is {}; write a whole number from 1", record.quantity),
            );
        }
        lines.push(Line {
            track: Ref::new(Id::new(track)?),
            price_cents: record.unit_price.0,
            quantity: record.quantity,
        });
    }
    Ok(lines)
}

fn day(text: &str) -> Option<NaiveDate> {
    text.parse::<NaiveDateTime>()
        .map(|time| time.date())
        .or_else(|_| text.parse())
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_read_from_its_digits() {
        assert_eq!(
            ["0.99", "1", "13.8", "21.86", "0.00"].map(cents),
            [Some(99), Some(100), Some(1380), Some(2186), Some(0)]
        );
        for wrong in [
            "-0.99",
            "0.999",
            "1e2",
            "\"1\"",
            "null",
            ".5",
            "1.",
            "99999999999999999999",
        ] {
            assert_eq!(cents(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_sample_fits_together() {
        let data = DataSet::parse(crate::command::SAMPLE).unwrap();
        assert_eq!(
            (data.customers.len(), data.tracks.len(), data.invoices.len()),
            (5, 47, 12)
        );
        assert_eq!(
            data.invoices
                .iter()
                .map(|(_, invoice)| invoice.total_cents)
                .sum::<i64>(),
            5052
        );
    }

    /// What is said of the sample with one thing changed.
    fn complaint(from: &str, to: &str) -> String {
        let text = crate::command::SAMPLE.replacen(from, to, 1);
        assert_ne!(
            text,
            crate::command::SAMPLE,
            "`{from}` is not in the sample"
        );
        DataSet::parse(&text).unwrap_err().message().to_owned()
    }

    #[test]
    fn complaints_name_record_and_field() {
        let line = r#"{"InvoiceLineId": 1, "InvoiceId": 1, "TrackId": 2, "UnitPrice": 0.99, "Quantity": 1}"#;
        assert_eq!(
            complaint(line, &line.replace("TrackId\": 2", "TrackId\": 99999")),
            "InvoiceLine 1: `TrackId` is 99999, but there is no track 99999"
        );
        assert_eq!(
            complaint(line, &line.replace("\"InvoiceId\": 1", "\"InvoiceId\": 77")),
            "Invoice 1: `Total` is 1.98, but its lines add up to 0.99 (and 1 more)"
        );
        assert_eq!(
            complaint(line, &line.replace("0.99", "\"a lot\"")),
            "InvoiceLine 1: `UnitPrice`: \"a lot\" is no amount; write one from 0 with at most two decimals, such as 0.99"
        );
        assert_eq!(
            complaint(line, &line.replace(", \"Quantity\": 1", "")),
            "InvoiceLine 1: missing field `Quantity`"
        );
        assert_eq!(
            complaint("2021-01-01T00:00:00", "tomorrow"),
            "Invoice 1: `InvoiceDate` is `tomorrow`, which is no date; write one such as 2021-01-31T00:00:00"
        );
        assert_eq!(
            complaint("\"InvoiceId\": 2,", "\"InvoiceId\": 1,"),
            "Invoice 1: `InvoiceId` is used twice; each record needs one of its own"
        );
    }

    #[test]
    fn the_tables_must_be_there() {
        let message = |text| DataSet::parse(text).unwrap_err().message().to_owned();
        assert_eq!(
            message(r#"{"Album":[],"Artist":[]}"#),
            "the data set has no table `Track`; it has Album, Artist"
        );
        assert!(message("id,name\n1,Ann").starts_with(
            "this is no data set, which is a JSON object of tables such as `Customer`: "
        ));
        assert_eq!(
            message(r#"{"Artist":{}}"#),
            "the table `Artist` is no list of records, written `[{ … }, …]`"
        );
    }
}
