//! One and many.

use super::case::{capital, snake};

/// The plural of a noun in `PascalCase` or lower case. Of a compound, the last word has the plural.
///
/// ```
/// use dotdo_core::names::plural;
///
/// assert_eq!(plural("Customer"), "Customers");
/// assert_eq!(plural("Company"), "Companies");
/// assert_eq!(plural("SalesPerson"), "SalesPeople");
/// assert_eq!(plural("order_status"), "order_statuses");
/// ```
pub fn plural(noun: &str) -> String {
    // An abbreviation takes a small s and has no other forms: `API`, `APIs`.
    match abbreviation(noun) {
        Some(one) => format!("{one}s"),
        None => last_word(noun, plural_word),
    }
}

/// The singular of a noun: what [`plural`] began with.
///
/// ```
/// use dotdo_core::names::singular;
///
/// assert_eq!(singular("Companies"), "Company");
/// assert_eq!(singular("Analyses"), "Analysis");
/// assert_eq!(singular("News"), "News");
/// ```
pub fn singular(noun: &str) -> String {
    match abbreviation(noun) {
        Some(one) => one.into(),
        None => last_word(noun, singular_word),
    }
}

/// A name that ends in an abbreviation, without the plural's s.
fn abbreviation(name: &str) -> Option<&str> {
    let one = name.strip_suffix('s').unwrap_or(name);
    let mut back = one.chars().rev();
    let capitals =
        back.next().is_some_and(char::is_uppercase) && back.next().is_some_and(char::is_uppercase);
    capitals.then_some(one)
}

/// The table of a noun: its plural in snake case.
///
/// ```
/// use dotdo_core::names::table_name;
///
/// assert_eq!(table_name("OrderLine"), "order_lines");
/// assert_eq!(table_name("API"), "apis");
/// ```
pub fn table_name(noun: &str) -> String {
    // In this order: `APIs` would be read as the words `AP` and `Is`.
    plural(&snake(noun))
}

/// Changes the last word of a name and keeps its capital.
fn last_word(name: &str, change: fn(&str) -> String) -> String {
    let chars: Vec<(usize, char)> = name.char_indices().collect();
    let start = chars
        .iter()
        .enumerate()
        .rev()
        .find_map(
            |(i, &(at, c))| match i.checked_sub(1).map(|before| chars[before].1) {
                _ if !c.is_alphanumeric() => Some(at + c.len_utf8()),
                Some(before) if c.is_uppercase() && !before.is_uppercase() => Some(at),
                Some(before) if before.is_uppercase() && c.is_lowercase() => {
                    // `APIKey`: the word begins at the capital before the small letter.
                    Some(chars[i - 1].0)
                }
                _ => None,
            },
        )
        .unwrap_or(0);
    let (head, word) = name.split_at(start);
    let lower = word.to_lowercase();
    if word.is_empty() {
        name.into()
    } else if word.chars().next().is_some_and(char::is_uppercase) {
        format!("{head}{}", capital(&change(&lower)))
    } else {
        format!("{head}{}", change(&lower))
    }
}

/// Nouns whose plural is no rule's.
const IRREGULAR: &[(&str, &str)] = &[
    ("addendum", "addenda"),
    ("alumnus", "alumni"),
    ("appendix", "appendices"),
    ("axis", "axes"),
    ("bacterium", "bacteria"),
    ("cactus", "cacti"),
    ("criterion", "criteria"),
    ("curriculum", "curricula"),
    ("datum", "data"),
    ("die", "dice"),
    ("erratum", "errata"),
    ("goose", "geese"),
    ("louse", "lice"),
    ("matrix", "matrices"),
    ("medium", "media"),
    ("memorandum", "memoranda"),
    ("metadatum", "metadata"),
    ("mouse", "mice"),
    ("nucleus", "nuclei"),
    ("ox", "oxen"),
    ("phenomenon", "phenomena"),
    ("quiz", "quizzes"),
    ("radius", "radii"),
    ("stimulus", "stimuli"),
    ("stratum", "strata"),
    ("vertex", "vertices"),
    ("calf", "calves"),
    ("elf", "elves"),
    ("half", "halves"),
    ("knife", "knives"),
    ("leaf", "leaves"),
    ("life", "lives"),
    ("loaf", "loaves"),
    ("scarf", "scarves"),
    ("self", "selves"),
    ("shelf", "shelves"),
    ("thief", "thieves"),
    ("wife", "wives"),
    ("wolf", "wolves"),
];

/// Irregular ends of compounds: `grandchild`, `salesperson`, `chairwoman`.
const IRREGULAR_ENDS: &[(&str, &str)] = &[
    ("person", "people"),
    ("child", "children"),
    ("foot", "feet"),
    ("tooth", "teeth"),
    ("man", "men"),
];

/// Words that end in `man` and have nothing to do with a man.
const NOT_MAN: &[&str] = &[
    "human", "german", "roman", "talisman", "shaman", "ottoman", "caiman",
];

/// Singulars that end in `men`.
const NOT_MEN: &[&str] = &[
    "abdomen", "acumen", "omen", "regimen", "semen", "specimen", "stamen", "yemen",
];

/// Nouns that are their own plural.
const SAME: &[&str] = &[
    "advice",
    "aircraft",
    "bison",
    "cattle",
    "corps",
    "data",
    "deer",
    "equipment",
    "evidence",
    "feedback",
    "firmware",
    "fish",
    "furniture",
    "hardware",
    "headquarters",
    "hovercraft",
    "information",
    "luggage",
    "means",
    "media",
    "metadata",
    "money",
    "moose",
    "news",
    "offspring",
    "people",
    "police",
    "rice",
    "salmon",
    "series",
    "sheep",
    "shrimp",
    "software",
    "spacecraft",
    "species",
    "staff",
    "swine",
    "trout",
    "children",
];

/// Nouns in `-o` that take `-es`.
const O_ES: &[&str] = &[
    "buffalo", "cargo", "echo", "embargo", "hero", "mosquito", "potato", "tomato", "tornado",
    "torpedo", "veto", "volcano",
];

/// Nouns in `-ch` that is spoken as `k`.
const HARD_CH: &[&str] = &[
    "stomach",
    "monarch",
    "patriarch",
    "matriarch",
    "epoch",
    "loch",
    "tech",
    "eunuch",
    "czech",
];

/// Nouns in `-ie`.
const IE: &[&str] = &[
    "birdie", "brownie", "calorie", "cookie", "genie", "goalie", "hoodie", "lie", "movie",
    "necktie", "newbie", "pie", "prairie", "rookie", "selfie", "smoothie", "tie", "zombie",
];

/// Nouns in `-che`, `-she`, `-xe`: their plural looks like one of `-ch`.
const HE: &[&str] = &[
    "ache",
    "avalanche",
    "axe",
    "cache",
    "headache",
    "moustache",
    "niche",
    "quiche",
    "toothache",
    "cliche",
];

/// Nouns in `-as`, `-is`, `-ns`, `-us` and the like: their plural looks like one of `-se`.
const S: &[&str] = &[
    "alias",
    "atlas",
    "bias",
    "canvas",
    "christmas",
    "gas",
    "iris",
    "lens",
    "pancreas",
    "texas",
    "tennis",
    "bus",
    "plus",
    "summons",
];

/// Nouns in `-use`: most other plurals in `-uses` are of `-us`.
const USE: &[&str] = &[
    "abuse", "cause", "clause", "excuse", "fuse", "muse", "pause", "recluse", "ruse", "use",
    "applause", "misuse", "reuse", "refuse",
];

/// Nouns in `-sis`; one end serves all compounds, as in `meta-analysis`.
const SIS: &[&str] = &[
    "analysis",
    "basis",
    "catharsis",
    "crisis",
    "diagnosis",
    "ellipsis",
    "emphasis",
    "genesis",
    "hypothesis",
    "nemesis",
    "oasis",
    "paralysis",
    "parenthesis",
    "prognosis",
    "synopsis",
    "synthesis",
    "thesis",
];

fn is_vowel(c: char) -> bool {
    matches!(c, 'a' | 'e' | 'i' | 'o' | 'u')
}

fn plural_word(word: &str) -> String {
    if SAME.contains(&word) {
        return word.into();
    }
    if let Some((_, many)) = IRREGULAR.iter().find(|(one, _)| *one == word) {
        return (*many).into();
    }
    for (one, many) in IRREGULAR_ENDS {
        if let Some(stem) = word.strip_suffix(one)
            && !NOT_MAN.contains(&word)
        {
            return format!("{stem}{many}");
        }
    }
    if let Some(stem) = word.strip_suffix("sis") {
        return format!("{stem}ses");
    }
    if let Some(stem) = word.strip_suffix('y') {
        let quy = stem.ends_with("qu");
        if quy
            || stem
                .chars()
                .last()
                .is_some_and(|c| c.is_alphabetic() && !is_vowel(c))
        {
            return format!("{stem}ies");
        }
    }
    let hisses = ["s", "x", "z", "sh", "ch"]
        .iter()
        .any(|end| word.ends_with(end));
    if O_ES.contains(&word) || (hisses && !HARD_CH.contains(&word)) {
        format!("{word}es")
    } else {
        format!("{word}s")
    }
}

fn singular_word(word: &str) -> String {
    if SAME.contains(&word)
        && !matches!(word, "data" | "media" | "metadata" | "people" | "children")
    {
        return word.into();
    }
    if let Some((one, _)) = IRREGULAR.iter().find(|(_, many)| *many == word) {
        return (*one).into();
    }
    for (one, many) in IRREGULAR_ENDS {
        if let Some(stem) = word.strip_suffix(many)
            && !NOT_MEN.contains(&word)
        {
            return format!("{stem}{one}");
        }
    }
    if ["ss", "us", "is"].iter().any(|end| word.ends_with(end)) || S.contains(&word) {
        return word.into();
    }
    let Some(stem) = word.strip_suffix('s') else {
        return word.into();
    };
    if let Some(short) = word.strip_suffix("ies") {
        return if IE.contains(&stem) {
            stem.into()
        } else {
            format!("{short}y")
        };
    }
    let Some(short) = word.strip_suffix("es") else {
        return stem.into();
    };
    if let Some(root) = word.strip_suffix("ses") {
        let sis = format!("{root}sis");
        // `bases` are bases of data more often than bases of an argument.
        if SIS
            .iter()
            .any(|known| *known != "basis" && sis.ends_with(known))
        {
            return sis;
        }
    }
    let house = stem.ends_with("ouse");
    let cut = O_ES.contains(&short)
        || short.ends_with("ss")
        || short.ends_with("sh")
        || short.ends_with("ch") && !HE.contains(&stem)
        || short.ends_with('x') && !HE.contains(&stem)
        || short.ends_with("zz")
        || short.ends_with("tz")
        || short.ends_with("us") && !house && !USE.contains(&stem)
        || S.contains(&short);
    if cut { short.into() } else { stem.into() }
}
