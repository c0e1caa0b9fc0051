//! From one spelling of a compound name to another.

/// The words of a name, in lower case. A word begins at a separator, at an upper-case letter after a lower-case
/// letter or a digit, and at the last upper-case letter of a run that a lower-case letter follows.
fn words(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for (i, &c) in chars.iter().enumerate() {
        let ends = c.is_uppercase()
            && i > 0
            && (chars[i - 1].is_lowercase()
                || chars[i - 1].is_numeric()
                || (chars[i - 1].is_uppercase()
                    && chars.get(i + 1).is_some_and(|next| next.is_lowercase())));
        if (ends || !c.is_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// `OrderLine` and `order-line` as `order_line`; `HTTPServer` as `http_server`.
///
/// ```
/// assert_eq!(dotdo_core::names::snake("HTTPServer"), "http_server");
/// ```
pub fn snake(name: &str) -> String {
    words(name).join("_")
}

/// `order_line` as `OrderLine`.
///
/// ```
/// assert_eq!(dotdo_core::names::pascal("order_line"), "OrderLine");
/// ```
pub fn pascal(name: &str) -> String {
    words(name).iter().map(|word| capital(word)).collect()
}

/// `order_line` as `orderLine`.
///
/// ```
/// assert_eq!(dotdo_core::names::camel("order_line"), "orderLine");
/// ```
pub fn camel(name: &str) -> String {
    let words = words(name);
    words
        .iter()
        .enumerate()
        .map(|(i, word)| if i == 0 { word.clone() } else { capital(word) })
        .collect()
}

/// `OrderLine` as `order-line`.
///
/// ```
/// assert_eq!(dotdo_core::names::kebab("OrderLine"), "order-line");
/// ```
pub fn kebab(name: &str) -> String {
    words(name).join("-")
}

/// A word with a capital.
pub(super) fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}
