//! Cron expressions, read and written.

use super::rule::{
    Clock, DAYS, Days, Field, HOURS, LAST_DAY, MINUTES, MONTHS, Nth, Rule, SECONDS, Values,
    WEEKDAYS, nth_weekday,
};
use super::token::{Fault, MONTH_NAMES, Span, month, nearest_word, weekday};
use crate::nearest;

/// Whether a text is meant as cron: no English phrase holds a `*` or an `@`, or begins with two bare numbers.
pub(super) fn looks_like_cron(text: &str) -> bool {
    let bare = |field: &str| {
        field
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '*' | '?' | ',' | '-' | '/'))
    };
    let mut fields = text.split_whitespace();
    let begins_bare = fields.next().is_some_and(bare) && fields.next().is_some_and(bare);
    begins_bare
        || text.trim_start().starts_with('@')
        || text.split_whitespace().any(|field| field.starts_with('*'))
}

const MACROS: [(&str, &str); 7] = [
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
];

pub(super) fn parse(text: &str) -> Result<Rule, Fault> {
    let words = words(text);
    if text.trim_start().starts_with('@') {
        let name = text.trim();
        let start = text.len() - text.trim_start().len();
        return match MACROS
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
        {
            Some((_, expression)) => parse(expression),
            None => Err(unknown_macro(name, start..start + name.len())),
        };
    }
    let (second, rest) = match words.len() {
        5 => (Field::of([0]), &words[..]),
        6 => (field(&words[0], &SECOND)?, &words[1..]),
        count => {
            let (fields, span) = match (words.first(), words.get(6)) {
                (_, Some(extra)) => (count, extra.span.start..text.trim_end().len()),
                (Some(first), None) => (count, first.span.start..text.trim_end().len()),
                (None, None) => (0, 0..text.len()),
            };
            let message =
                format!("a cron expression has 5 fields, or 6 with seconds, not {fields}");
            return Err(Fault::new(span, message)
                .help("the fields are minute, hour, day of the month, month, day of the week"));
        }
    };
    let clock = Clock::Fields {
        second,
        minute: field(&rest[0], &MINUTE)?,
        hour: field(&rest[1], &HOUR)?,
    };
    let (day, month) = (field(&rest[2], &DAY)?, field(&rest[3], &MONTH)?);
    let weekday = field(&rest[4], &WEEKDAY)?;
    let days = Days::fields(day, month, weekday);
    if !days.ever_come() {
        let span = rest[2].span.start..rest[4].span.end;
        let message = format!(
            "`{}` never comes: no year has such a day",
            &text[span.clone()]
        );
        return Err(Fault::new(span, message));
    }
    Ok(Rule::Calendar { days, clock })
}

fn unknown_macro(name: &str, span: Span) -> Fault {
    if name.eq_ignore_ascii_case("@reboot") {
        return Fault::new(span, "`@reboot` is not a time");
    }
    let fault = Fault::new(span, format!("`{name}` is not a cron shorthand"));
    match nearest(name, MACROS.map(|(known, _)| known)) {
        Some(near) => fault.suggest(near),
        None => fault.help(format!(
            "they are {}",
            MACROS.map(|(name, _)| format!("`{name}`")).join(", ")
        )),
    }
}

struct Word<'a> {
    text: &'a str,
    span: Span,
}

fn words(text: &str) -> Vec<Word<'_>> {
    let mut at = 0;
    let mut words = Vec::new();
    for text_of in text.split_whitespace() {
        // Each word is found at or after the end of the one before.
        let start = at + text[at..].find(text_of).unwrap_or_default();
        at = start + text_of.len();
        words.push(Word {
            text: text_of,
            span: start..at,
        });
    }
    words
}

/// What one field may hold.
struct Form {
    name: &'static str,
    values: Values,
    named: fn(&str) -> Option<u32>,
    names: &'static [&'static str],
}

const NO_NAMES: fn(&str) -> Option<u32> = |_| None;
const SECOND: Form = Form {
    name: "second",
    values: SECONDS,
    named: NO_NAMES,
    names: &[],
};
const MINUTE: Form = Form {
    name: "minute",
    values: MINUTES,
    named: NO_NAMES,
    names: &[],
};
const HOUR: Form = Form {
    name: "hour",
    values: HOURS,
    named: NO_NAMES,
    names: &[],
};
const DAY: Form = Form {
    name: "day of the month",
    values: DAYS,
    named: NO_NAMES,
    names: &[],
};
const MONTH: Form = Form {
    name: "month",
    values: MONTHS,
    named: month,
    names: &MONTH_NAMES,
};
const WEEKDAY: Form = Form {
    name: "day of the week",
    values: WEEKDAYS,
    named: weekday,
    names: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
};

impl Form {
    /// `a minute`, `an hour`.
    fn one(&self) -> String {
        let article = if self.name.starts_with('h') {
            "an"
        } else {
            "a"
        };
        format!("{article} {}", self.name)
    }

    fn is_weekday(&self) -> bool {
        self.name == WEEKDAY.name
    }

    fn has_question_mark(&self) -> bool {
        self.is_weekday() || self.name == DAY.name
    }
}

fn field(word: &Word, form: &Form) -> Result<Field, Fault> {
    if word.text == "*" || word.text == "?" && form.has_question_mark() {
        return Ok(Field::all(form.values));
    }
    if let Some(step) = word.text.strip_prefix("*/")
        && !step.contains(',')
    {
        return Ok(Field::every(
            read_step(step, word.span.end, form)?,
            form.values,
        ));
    }
    let mut at = word.span.start;
    let mut bits = 0;
    for item in word.text.split(',') {
        bits |= read_item(item, at, form)?.bits;
        at += item.len() + 1;
    }
    Ok(Field { bits, star: false })
}

/// One part of a list, which starts at the byte `at`.
fn read_item(item: &str, at: usize, form: &Form) -> Result<Field, Fault> {
    let span = at..at + item.len();
    if item.is_empty() {
        return Err(Fault::new(span, format!("{} is missing", form.one())));
    }
    if form.name == DAY.name && item.eq_ignore_ascii_case("L") {
        return Ok(Field::of([LAST_DAY]));
    }
    if form.is_weekday()
        && let Some(nth) = read_nth(item, at)?
    {
        return Ok(Field::of([nth]));
    }
    let (range, step) = match item.split_once('/') {
        Some((range, step)) => (range, Some(read_step(step, span.end, form)?)),
        None => (item, None),
    };
    let Values { first, last } = form.values;
    let wrapped = |value| if form.is_weekday() { value % 7 } else { value };
    let (from, to) = if range == "*" {
        (first, last)
    } else if let Some((from, to)) = range.split_once('-') {
        let to_at = at + from.len() + 1;
        let (mut from, mut to) = (read_value(from, at, form)?, read_value(to, to_at, form)?);
        // A week begins or ends with its Sunday, `FRI-SUN` as well as `7-2`.
        if form.is_weekday() && to == 0 && from > 0 {
            to = 7;
        } else if form.is_weekday() && from == 7 && to < 7 {
            from = 0;
        }
        if from > to {
            let span = at..at + range.len();
            let message = format!("the range `{range}` runs backwards");
            let around = format!("{from}-{last},{first}-{to}");
            return Err(Fault::new(span, message).suggest(around));
        }
        (from, to)
    } else {
        let value = wrapped(read_value(range, at, form)?);
        // `5/15` goes on from 5 to the end.
        (value, if step.is_some() { last } else { value })
    };
    let step = step.unwrap_or(1) as usize;
    Ok(Field::of((from..=to).step_by(step).map(wrapped)))
}

/// `1#2`, the second Monday; `5L`, the last Friday.
fn read_nth(item: &str, at: usize) -> Result<Option<u32>, Fault> {
    let span = at..at + item.len();
    if let Some((day, nth)) = item.split_once('#') {
        let day = read_value(day, at, &WEEKDAY)? % 7;
        let nth = nth.parse().ok().filter(|nth| (1..=5).contains(nth));
        return match nth {
            Some(nth) => Ok(Some(nth_weekday(Nth::Number(nth), day))),
            None => Err(Fault::new(span, format!("`{item}` is in no month"))
                .help("after `#` comes 1 to 5, `1#2` is the second Monday")),
        };
    }
    match item.strip_suffix(['L', 'l']) {
        Some("") => Err(Fault::new(span, "`L` needs a day of the week before it")
            .help("`5L` is the last Friday of the month, `6` is Saturday")),
        Some(day) => Ok(Some(nth_weekday(
            Nth::Last,
            read_value(day, at, &WEEKDAY)? % 7,
        ))),
        None => Ok(None),
    }
}

/// The number after a `/`, which ends at the byte `end`.
fn read_step(step: &str, end: usize, form: &Form) -> Result<u32, Fault> {
    let most = form.values.last.max(if form.is_weekday() { 7 } else { 0 });
    let digits = !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
    match step.parse() {
        Ok(step) if digits && (1..=most).contains(&step) => Ok(step),
        _ => Err(Fault::new(
            end - step.len()..end,
            format!("`{step}` is not a step for the {} field", form.name),
        )
        .help(format!("the step after `/` is 1 to {most}"))),
    }
}

fn read_value(value: &str, at: usize, form: &Form) -> Result<u32, Fault> {
    let span = at..at + value.len();
    let Values { first, last } = form.values;
    if value.is_empty() {
        return Err(Fault::new(span, format!("{} is missing", form.one())));
    }
    if value.bytes().all(|byte| byte.is_ascii_digit()) {
        let most = if form.is_weekday() { 7 } else { last };
        return match value.parse() {
            Ok(number) if (first..=most).contains(&number) => Ok(number),
            _ => Err(Fault::new(span, format!("`{value}` is not {}", form.one()))
                .help(format!("{} is {first} to {most}", form.one()))),
        };
    }
    if let Some(number) = (form.named)(&value.to_lowercase()) {
        return Ok(number);
    }
    let fault = Fault::new(span, format!("`{value}` is not {}", form.one()));
    if value.ends_with(['W', 'w']) {
        return Err(fault.help("the nearest weekday, `W`, is not supported"));
    }
    Err(match nearest_word(value, || form.names.iter().copied()) {
        Some(name) => fault.suggest(name[..3].to_uppercase()),
        None => fault.help(format!("{} is {first} to {last}", form.one())),
    })
}

pub(super) fn write(rule: &Rule) -> Option<String> {
    let Rule::Calendar {
        days: Days::Fields {
            day,
            month,
            weekday,
        },
        clock: Clock::Fields {
            second,
            minute,
            hour,
        },
    } = rule
    else {
        return None;
    };
    let mut fields = vec![
        write_field(*minute, MINUTES),
        write_field(*hour, HOURS),
        write_field(*day, DAYS),
        write_field(interval(*month), MONTHS),
        write_field(*weekday, WEEKDAYS),
    ];
    if *second != Field::of([0]) {
        fields.insert(0, write_field(*second, SECONDS));
    }
    Some(fields.join(" "))
}

/// A set of months as `*/n` where it is one of three or more: unlike elsewhere, that says no more than the list.
pub(super) fn interval(month: Field) -> Field {
    [1, 2, 3, 4]
        .map(|step| Field::every(step, MONTHS))
        .into_iter()
        .find(|every| every.bits == month.bits)
        .unwrap_or(month)
}

fn write_field(field: Field, values: Values) -> String {
    match field.step() {
        Some(1) => return "*".to_owned(),
        Some(step) => return format!("*/{step}"),
        None => {}
    }
    let plain = field.values().filter(|value| *value <= values.last);
    let mut parts: Vec<String> = runs(plain)
        .into_iter()
        .map(|(from, to)| match to - from {
            0 => from.to_string(),
            _ => format!("{from}-{to}"),
        })
        .collect();
    for value in field.values().filter(|value| *value > values.last) {
        parts.push(match (value / 7, value % 7) {
            _ if values.last == DAYS.last => "L".to_owned(),
            (6, weekday) => format!("{weekday}L"),
            (nth, weekday) => format!("{weekday}#{nth}"),
        });
    }
    parts.join(",")
}

/// Ascending values as ranges of three or more, and single ones.
pub(super) fn runs(values: impl Iterator<Item = u32>) -> Vec<(u32, u32)> {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for value in values {
        match runs.last_mut() {
            Some((_, to)) if *to + 1 == value => *to = value,
            _ => runs.push((value, value)),
        }
    }
    // Two neighbours are two values: `0,6` and `6,7` read alike.
    runs.into_iter()
        .flat_map(|(from, to)| {
            if to == from + 1 {
                vec![(from, from), (to, to)]
            } else {
                vec![(from, to)]
            }
        })
        .collect()
}
