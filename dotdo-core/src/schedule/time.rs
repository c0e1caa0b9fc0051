//! Times of day: `9am`, `9:30 pm`, `14:30`, `noon`, `midnight`.

use super::grammar::Parser;
use super::token::{Fault, Span};

impl Parser<'_> {
    /// Whether a time of day begins here.
    pub(super) fn is_time(&self) -> bool {
        ["noon", "midnight"].contains(&self.word(0))
            || self.digits(0).is_some() && (self.word(1) == ":" || is_half(self.word(1)))
    }

    /// A time of day, in seconds.
    pub(super) fn time(&mut self) -> Result<u32, Fault> {
        if self.eat(&["noon"]) {
            return Ok(12 * 3600);
        }
        if self.eat(&["midnight"]) {
            return Ok(0);
        }
        let start = self.at;
        let Some(hour) = self.digits(0).cloned() else {
            return Err(self.expected("a time of day", "9am"));
        };
        self.at += 1;
        let mut minute = None;
        if self.eat(&[":"]) {
            let Some(digits) = self.digits(0).cloned() else {
                return Err(self.expected("a minute", "00"));
            };
            self.at += 1;
            minute = Some(digits);
        }
        let half = is_half(self.word(0)).then(|| self.word(0).starts_with('p'));
        if half.is_some() {
            self.at += 1;
            // `a.m.`
            if self.word(0) == "." && self.word(1) == "m" {
                self.at += 2;
                self.eat(&["."]);
            }
        }
        let span = self.since(start);
        let minutes = match &minute {
            Some(digits) => read_minute(&digits.text, digits.span.clone())?,
            None => 0,
        };
        let number = hour.text.parse().unwrap_or(u32::MAX);
        let hours = match half {
            Some(afternoon) => self.twelve(number, afternoon, &span)?,
            None if minute.is_some() && number < 24 => number,
            None if minute.is_some() => {
                return Err(
                    Fault::new(hour.span, format!("`{}` is not an hour", hour.text))
                        .help("the hours of a day are 0 to 23"),
                );
            }
            None => return Err(bare_hour(number, &hour.text, span)),
        };
        Ok(hours * 3600 + minutes * 60)
    }

    fn twelve(&self, number: u32, afternoon: bool, span: &Span) -> Result<u32, Fault> {
        let half = if afternoon { "pm" } else { "am" };
        let hour = match number {
            12 => 0,
            1..=11 => number,
            _ => {
                let said = &self.text[span.clone()];
                let fault = Fault::new(span.clone(), format!("`{said}` is not a time"))
                    .help(format!("with `{half}`, hours are 1 to 12"));
                return Err(match number {
                    0 => fault.suggest(format!("12{half}")),
                    13..=23 => fault.suggest(format!("{}pm", number - 12)),
                    _ => fault,
                });
            }
        };
        Ok(if afternoon { hour + 12 } else { hour })
    }
}

fn is_half(word: &str) -> bool {
    ["am", "pm", "a", "p"].contains(&word)
}

fn read_minute(digits: &str, span: Span) -> Result<u32, Fault> {
    match digits.parse() {
        Ok(minute) if minute < 60 && digits.len() == 2 => Ok(minute),
        Ok(minute @ 0..=9_u32) if digits.len() == 1 => {
            let message = format!("`{digits}` is not a minute: it has two digits");
            Err(Fault::new(span, message).suggest(format!("0{minute}")))
        }
        _ => Err(Fault::new(span, format!("`{digits}` is not a minute"))
            .help("the minutes of an hour are 00 to 59")),
    }
}

fn bare_hour(number: u32, digits: &str, span: Span) -> Fault {
    let fault = Fault::new(span, format!("`{digits}` is not a time of day"));
    match number {
        1..=12 => fault
            .suggest(format!("{number}am"))
            .help(format!("or `{number}pm`, or `{number}:00`")),
        0 | 13..=23 => fault.suggest(format!("{number}:00")),
        _ => fault.help("the hours of a day are 0 to 23"),
    }
}
