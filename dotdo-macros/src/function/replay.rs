//! What a flow must not do by itself, because it comes out differently when the flow is replayed.
//!
//! The macro sees tokens, not what they mean. So this is a warning, at the call: rustc's own about something deprecated,
//! which is the one a macro can give. What it does not see, in helpers and other crates, the runtime notices when the
//! flow waits for it.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

/// The last words of a path, and what is wrong with calling it.
const CALLS: &[(&[&str], &str, &str)] = &[
    (&["SystemTime", "now"], CLOCK, TIME),
    (&["Instant", "now"], CLOCK, TIME),
    (&["Utc", "now"], CLOCK, TIME),
    (&["Local", "now"], CLOCK, TIME),
    (&["OffsetDateTime", "now_utc"], CLOCK, TIME),
    (&["rand", "random"], CHANCE, RANDOM),
    (&["rand", "rng"], CHANCE, RANDOM),
    (&["thread_rng"], CHANCE, RANDOM),
    (&["getrandom", "fill"], CHANCE, RANDOM),
    (&["Uuid", "new_v4"], CHANCE, RANDOM),
    (&["Uuid", "now_v7"], CHANCE, RANDOM),
    (&["thread", "sleep"], PAUSE, SLEEP),
    (&["time", "sleep"], PAUSE, SLEEP),
    (&["time", "timeout"], PAUSE, WITHIN),
    (&["thread", "spawn"], SIDE, STEP),
    (&["tokio", "spawn"], SIDE, STEP),
    (&["task", "spawn"], SIDE, STEP),
    (&["task", "spawn_blocking"], SIDE, STEP),
    (&["task", "spawn_local"], SIDE, STEP),
    (&["env", "var"], WORLD, STEP),
    (&["fs", "read_to_string"], WORLD, STEP),
    (&["fs", "read"], WORLD, STEP),
    (&["fs", "write"], SIDE, STEP),
];

const CLOCK: &str = "gives another time when the flow is replayed";
const CHANCE: &str = "gives something else when the flow is replayed";
const PAUSE: &str = "does not survive a restart, and holds up everything else meanwhile";
const SIDE: &str = "happens again whenever the flow is replayed";
const WORLD: &str = "may give something else when the flow is replayed";

const TIME: &str = "use `cx.now().await?`";
const RANDOM: &str = "use `cx.random().await?`";
const SLEEP: &str = "use `cx.sleep(..).await?`";
const WITHIN: &str = "use `.within(..)`";
const STEP: &str = "put it in a `#[durable]` step and run that with `cx.run(..).await?`";

/// Statements that warn of each such call in a body.
pub fn warnings(body: &TokenTree) -> TokenStream {
    let mut found = TokenStream::new();
    if let TokenTree::Group(body) = body {
        look(&body.stream(), &mut found);
    }
    found
}

fn look(tokens: &TokenStream, found: &mut TokenStream) {
    // The words of the path that is being read; `::` joins them, anything else ends it.
    let mut path: Vec<Ident> = Vec::new();
    let mut colons = 0;
    for tree in tokens.clone() {
        match tree {
            TokenTree::Ident(ident) => {
                if colons != 2 {
                    path.clear();
                }
                path.push(ident);
                colons = 0;
            }
            TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
            TokenTree::Group(group) => {
                if group.delimiter() == proc_macro2::Delimiter::Parenthesis && colons == 0 {
                    found.extend(warning(&path));
                }
                look(&group.stream(), found);
                path.clear();
                colons = 0;
            }
            _ => {
                path.clear();
                colons = 0;
            }
        }
    }
}

fn warning(path: &[Ident]) -> Option<TokenStream> {
    let (call, why, cure) = CALLS.iter().find(|(call, ..)| {
        path.len() >= call.len()
            && path[path.len() - call.len()..]
                .iter()
                .zip(*call)
                .all(|(ident, word)| ident == word)
    })?;
    let last = path.last()?;
    let note = format!("`{}` {why}; {cure}", call.join("::"));
    let name = Ident::new("call_in_a_flow", last.span());
    let used = quote_spanned!(last.span()=> #name);
    Some(quote! {
        {
            #[allow(non_upper_case_globals)]
            #[deprecated(note = #note)]
            const #name: () = ();
            #used
        };
    })
}
