//! The forms of a verb: action, activity, event, reverse.

use super::case::camel;

/// The four forms of a verb.
///
/// The event is the passive participle, as in "the order was *written*". Of a verb of several words the first is
/// conjugated: `sign_up` makes `signed_up`.
///
/// Consonants double as the language's own `Cancelled` does it: a final `l` after one vowel always
/// (`travelled`, `labelled`), other consonants when the stress is on the last syllable (`referred`, but `offered`).
///
/// ```
/// use dotdo_core::names::VerbForms;
///
/// let pay = VerbForms::of("pay");
/// assert_eq!([pay.action, pay.activity, pay.event, pay.reverse], ["pay", "paying", "paid", "paidBy"]);
/// let sign_up = VerbForms::of("sign_up");
/// assert_eq!([sign_up.activity, sign_up.event, sign_up.reverse], ["signing_up", "signed_up", "signedUpBy"]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VerbForms {
    /// What is done: `pay`.
    pub action: String,
    /// What is going on meanwhile: `paying`.
    pub activity: String,
    /// What has happened afterwards: `paid`.
    pub event: String,
    /// Who has done it, as a property: `paidBy`.
    pub reverse: String,
}

impl VerbForms {
    /// The forms of a verb in snake case.
    pub fn of(verb: &str) -> Self {
        let (first, rest) = match verb.find('_') {
            // A name that begins with `_` has no first word to conjugate.
            Some(at) if at > 0 => verb.split_at(at),
            _ => (verb, ""),
        };
        let event = format!("{}{rest}", participle(first));
        Self {
            action: verb.into(),
            activity: format!("{}{rest}", gerund(first)),
            reverse: format!("{}By", camel(&event)),
            event,
        }
    }
}

/// Verbs and their passive participles.
const IRREGULAR: &[(&str, &str)] = &[
    ("arise", "arisen"),
    ("be", "been"),
    ("bear", "borne"),
    ("beat", "beaten"),
    ("become", "become"),
    ("begin", "begun"),
    ("bend", "bent"),
    ("bet", "bet"),
    ("bid", "bid"),
    ("bind", "bound"),
    ("bite", "bitten"),
    ("bleed", "bled"),
    ("blow", "blown"),
    ("break", "broken"),
    ("breed", "bred"),
    ("bring", "brought"),
    ("build", "built"),
    ("burst", "burst"),
    ("buy", "bought"),
    ("cast", "cast"),
    ("catch", "caught"),
    ("choose", "chosen"),
    ("cling", "clung"),
    ("come", "come"),
    ("cost", "cost"),
    ("creep", "crept"),
    ("cut", "cut"),
    ("deal", "dealt"),
    ("dig", "dug"),
    ("do", "done"),
    ("draw", "drawn"),
    ("drink", "drunk"),
    ("drive", "driven"),
    ("eat", "eaten"),
    ("fall", "fallen"),
    ("feed", "fed"),
    ("feel", "felt"),
    ("fight", "fought"),
    ("find", "found"),
    ("flee", "fled"),
    ("fly", "flown"),
    ("forbid", "forbidden"),
    ("forecast", "forecast"),
    ("forget", "forgotten"),
    ("forgive", "forgiven"),
    ("freeze", "frozen"),
    ("get", "got"),
    ("give", "given"),
    ("go", "gone"),
    ("grind", "ground"),
    ("grow", "grown"),
    ("hang", "hung"),
    ("have", "had"),
    ("hear", "heard"),
    ("hide", "hidden"),
    ("hit", "hit"),
    ("hold", "held"),
    ("hurt", "hurt"),
    ("input", "input"),
    ("keep", "kept"),
    ("know", "known"),
    ("lay", "laid"),
    ("lead", "led"),
    ("leave", "left"),
    ("lend", "lent"),
    ("let", "let"),
    ("light", "lit"),
    ("lose", "lost"),
    ("make", "made"),
    ("mean", "meant"),
    ("meet", "met"),
    ("offset", "offset"),
    ("output", "output"),
    ("pay", "paid"),
    ("put", "put"),
    ("quit", "quit"),
    ("read", "read"),
    ("rid", "rid"),
    ("ride", "ridden"),
    ("ring", "rung"),
    ("rise", "risen"),
    ("run", "run"),
    ("say", "said"),
    ("see", "seen"),
    ("seek", "sought"),
    ("sell", "sold"),
    ("send", "sent"),
    ("set", "set"),
    ("shake", "shaken"),
    ("shed", "shed"),
    ("shine", "shone"),
    ("shoot", "shot"),
    ("show", "shown"),
    ("shrink", "shrunk"),
    ("shut", "shut"),
    ("sing", "sung"),
    ("sink", "sunk"),
    ("sit", "sat"),
    ("sleep", "slept"),
    ("slide", "slid"),
    ("speak", "spoken"),
    ("spend", "spent"),
    ("spin", "spun"),
    ("split", "split"),
    ("spread", "spread"),
    ("stand", "stood"),
    ("steal", "stolen"),
    ("stick", "stuck"),
    ("sting", "stung"),
    ("strike", "struck"),
    ("swear", "sworn"),
    ("sweep", "swept"),
    ("swim", "swum"),
    ("swing", "swung"),
    ("take", "taken"),
    ("teach", "taught"),
    ("tear", "torn"),
    ("tell", "told"),
    ("think", "thought"),
    ("throw", "thrown"),
    ("thrust", "thrust"),
    ("undergo", "undergone"),
    ("understand", "understood"),
    ("upset", "upset"),
    ("wake", "woken"),
    ("wear", "worn"),
    ("weave", "woven"),
    ("win", "won"),
    ("wind", "wound"),
    ("withdraw", "withdrawn"),
    ("withhold", "withheld"),
    ("withstand", "withstood"),
    ("wring", "wrung"),
    ("write", "written"),
];

/// What an irregular verb may have before it: `resend`, `overwrite`, `undo`.
const PREFIXES: &[&str] = &[
    "re", "un", "over", "out", "under", "mis", "up", "pre", "fore", "off", "type", "broad",
    "rebroad", "hot", "fast", "bulk",
];

/// Regular verbs that look like a prefix and an irregular one.
const NOT_PREFIXED: &[&str] = &["relay"];

/// Verbs of several syllables with the stress on the last, and compounds of one-syllable verbs.
const STRESSED_END: &[&str] = &[
    "abet",
    "abhor",
    "acquit",
    "admit",
    "allot",
    "aver",
    "begin",
    "commit",
    "concur",
    "confer",
    "debug",
    "defer",
    "demur",
    "deter",
    "emit",
    "equip",
    "forget",
    "format",
    "handicap",
    "incur",
    "infer",
    "inter",
    "kidnap",
    "occur",
    "omit",
    "outbid",
    "outfit",
    "outwit",
    "overlap",
    "permit",
    "prefer",
    "program",
    "readmit",
    "recap",
    "recommit",
    "recur",
    "refer",
    "regret",
    "remap",
    "remit",
    "replan",
    "reship",
    "reformat",
    "reprogram",
    "rerun",
    "reset",
    "resubmit",
    "retag",
    "rewrap",
    "submit",
    "transfer",
    "transmit",
    "unban",
    "unclip",
    "unpin",
    "unplug",
    "unstop",
    "untag",
    "unwrap",
    "unzip",
    "upset",
    "zigzag",
];

/// Verbs in vowel and `l` that do not double it.
const SINGLE_L: &[&str] = &["parallel"];

/// Verbs in two vowels and `l` that double it: the two are spoken apart.
const SPLIT_VOWELS: &[&str] = &[
    "dial", "redial", "initial", "trial", "fuel", "refuel", "duel", "equal", "unequal",
];

fn is_vowel(c: char) -> bool {
    matches!(c, 'a' | 'e' | 'i' | 'o' | 'u')
}

fn irregular(verb: &str) -> Option<String> {
    let find = |verb: &str| {
        IRREGULAR
            .iter()
            .find(|(base, _)| *base == verb)
            .map(|(_, participle)| *participle)
    };
    if NOT_PREFIXED.contains(&verb) {
        return None;
    }
    find(verb).map(Into::into).or_else(|| {
        PREFIXES.iter().find_map(|prefix| {
            let rest = verb.strip_prefix(prefix)?;
            find(rest).map(|participle| format!("{prefix}{participle}"))
        })
    })
}

/// Whether the last consonant doubles before `-ed` and `-ing`.
fn doubles(verb: &str) -> bool {
    let mut back = verb.chars().rev();
    let (Some(last), Some(vowel)) = (back.next(), back.next()) else {
        return false;
    };
    let before = back.next();
    if !last.is_ascii_alphabetic()
        || is_vowel(last)
        || matches!(last, 'w' | 'x' | 'y')
        || !is_vowel(vowel)
    {
        return false;
    }
    if SPLIT_VOWELS.contains(&verb) {
        return true;
    }
    // In `quit` and `equip` the u belongs to the q.
    let after_q = before == Some('u') && back.next() == Some('q');
    if before.is_some_and(is_vowel) && !after_q {
        return false;
    }
    if last == 'l' {
        return !SINGLE_L.contains(&verb);
    }
    let head = &verb[..verb.len() - 2];
    let one_syllable = after_q && head.len() == 2 || !head.contains(['a', 'e', 'i', 'o', 'u', 'y']);
    one_syllable || STRESSED_END.contains(&verb) || irregular_root_doubles(verb)
}

/// A prefixed irregular verb doubles like its root: `reset`, `outrun`.
fn irregular_root_doubles(verb: &str) -> bool {
    irregular(verb).is_some()
        && PREFIXES
            .iter()
            .any(|prefix| verb.strip_prefix(prefix).is_some_and(doubles))
}

fn with_last_doubled(verb: &str) -> String {
    let mut doubled = String::from(verb);
    doubled.extend(verb.chars().last());
    doubled
}

fn participle(verb: &str) -> String {
    if let Some(participle) = irregular(verb) {
        return participle;
    }
    if verb.ends_with('e') {
        return format!("{verb}d");
    }
    if let Some(stem) = verb.strip_suffix('y')
        && stem.chars().last().is_some_and(|c| !is_vowel(c))
    {
        return format!("{stem}ied");
    }
    format!("{}ed", stem(verb))
}

fn gerund(verb: &str) -> String {
    if let Some(stem) = verb.strip_suffix("ie") {
        return format!("{stem}ying");
    }
    let keeps_e = ["ee", "oe", "ye", "inge"]
        .iter()
        .any(|end| verb.ends_with(end))
        && verb != "hinge"
        || verb == "be";
    match verb.strip_suffix('e') {
        Some(stem) if !keeps_e => format!("{stem}ing"),
        _ => format!("{}ing", stem(verb)),
    }
}

/// The verb as its endings find it: `stopp`, `panick`.
fn stem(verb: &str) -> String {
    let hard_c = verb
        .strip_suffix('c')
        .is_some_and(|head| head.chars().last().is_some_and(is_vowel));
    if hard_c {
        format!("{verb}k")
    } else if doubles(verb) {
        with_last_doubled(verb)
    } else {
        verb.into()
    }
}
