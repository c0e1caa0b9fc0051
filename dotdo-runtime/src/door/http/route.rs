//! What a path names.

use dotdo_core::identity::{At, ShortId, check_id, check_noun};

use super::asks;
use super::flows;
use super::place::Place;
use super::problem::{Outcome, Problem};
use super::text::decode_segment;
use crate::app::{App, ObjectKey};
use crate::noun::{NounDef, VerbDef};

/// The object that holds what is asked for, if it is not the tenant's: the noun and id of an object noun.
pub(super) type Owner = Option<(String, String)>;

/// What a path names.
#[derive(Clone, Debug)]
#[cfg_attr(
    not(feature = "people"),
    allow(
        dead_code,
        reason = "nobody looks into what leads to a room that is not there"
    )
)]
pub(super) enum Route {
    /// `/`
    Root,
    /// `/$health`
    Health,
    /// `/$manifest`
    Manifest,
    /// `/$openapi`
    OpenApi,
    /// `/$schema`
    Schemas,
    /// `/$problems`, or one of them.
    Problems(Option<String>),
    /// `/$events`
    Events(Owner),
    /// `/$actions`
    Actions(Owner),
    /// `/$dead-letters`
    Letters(Owner),
    /// `/$dead-letters/{id}/replay`
    Replay(Owner, String),
    /// `/$flows`
    Flows(Owner),
    /// `/$flows/{id}`
    Flow(Owner, String),
    /// `/$flows/{id}/{act}`
    FlowAct(Owner, String, &'static str),
    /// `/$asks`
    Asks(Owner),
    /// `/$asks/{id}`
    Ask(Owner, String),
    /// `/$asks/{id}/{act}`
    AskAct(Owner, String, &'static str),
    /// `/$inspect`
    Inspect(Owner),
    /// `/{Noun}/$schema`
    Schema(&'static NounDef),
    /// `/{Noun}`
    All(Owner, &'static NounDef),
    /// `/{Noun}/{id}`, with what follows its `@`.
    One(Owner, &'static NounDef, String, Option<String>),
    /// `/{Noun}/{id}/{verb}`
    Call(Owner, &'static NounDef, String, &'static VerbDef),
}

/// The names of the routes that belong to no noun.
const SYSTEM: [&str; 11] = [
    "$health",
    "$manifest",
    "$openapi",
    "$schema",
    "$problems",
    "$events",
    "$actions",
    "$dead-letters",
    "$flows",
    "$asks",
    "$inspect",
];
/// Those of them that an object of its own has too.
const OBJECT: [&str; 6] = [
    "$events",
    "$actions",
    "$dead-letters",
    "$flows",
    "$asks",
    "$inspect",
];

/// Finds what a path names, and in which tenant.
pub(super) fn find(app: &'static App, host: Option<&str>, path: &str) -> Outcome<(Place, Route)> {
    let place = Place::of_host(app, host)?;
    let path = path
        .strip_prefix('/')
        .ok_or_else(|| Problem::malformed("the path does not begin with `/`"))?;
    let path = path.strip_suffix('/').unwrap_or(path);
    let mut segments: Vec<&str> = if path.is_empty() {
        Vec::new()
    } else {
        path.split('/').collect()
    };
    if segments.iter().any(|segment| segment.is_empty()) {
        return Err(Problem::not_found(
            "the path has an empty part; write one `/` between two names",
        ));
    }
    let mut place = place;
    if let Some(name) = segments.first().and_then(|first| {
        first
            .strip_prefix('@')
            .or_else(|| first.strip_prefix("%40"))
    }) {
        place = place.within(app, &decode_segment(name)?)?;
        segments.remove(0);
    }
    let route = match segments.as_slice() {
        [] => Route::Root,
        [name, rest @ ..] if name.starts_with('$') => system(None, name, rest)?,
        segments => noun(app, None, segments)?,
    };
    Ok((place, route))
}

impl Route {
    /// The object that answers, if it is not known from the operation alone.
    pub fn object(owner: &Owner, tenant: &str) -> Option<ObjectKey> {
        owner
            .as_ref()
            .map(|(noun, id)| ObjectKey::thing(tenant, noun, id))
    }

    /// The object that all of this is about, if it is a single one whatever is to be done.
    pub fn home(&self, tenant: &str) -> Option<ObjectKey> {
        match self {
            Self::Root
            | Self::Health
            | Self::Manifest
            | Self::OpenApi
            | Self::Schemas
            | Self::Schema(_)
            | Self::Problems(_) => None,
            // The tenant lists them, and each is made where it will be.
            Self::All(None, def) if def.object => None,
            Self::One(None, def, id, _) | Self::Call(None, def, id, _) if def.object => {
                Some(ObjectKey::thing(tenant, def.name, id))
            }
            Self::Events(owner)
            | Self::Actions(owner)
            | Self::Letters(owner)
            | Self::Replay(owner, _)
            | Self::Flows(owner)
            | Self::Flow(owner, _)
            | Self::FlowAct(owner, ..)
            | Self::Asks(owner)
            | Self::Ask(owner, _)
            | Self::AskAct(owner, ..)
            | Self::Inspect(owner)
            | Self::All(owner, _)
            | Self::One(owner, ..)
            | Self::Call(owner, ..) => {
                Self::object(owner, tenant).or_else(|| Some(ObjectKey::tenant(tenant)))
            }
        }
    }

    /// The methods it knows, besides `OPTIONS`.
    pub fn methods(&self) -> &'static [&'static str] {
        match self {
            Self::All(..) => &["GET", "HEAD", "POST"],
            Self::One(_, _, _, None) => &["GET", "HEAD", "PATCH", "DELETE"],
            Self::Call(_, _, _, verb) if !verb.query => &["POST"],
            Self::Replay(..) | Self::AskAct(..) | Self::FlowAct(..) => &["POST"],
            _ => &["GET", "HEAD"],
        }
    }

    /// Refuses a method that it does not know.
    pub fn check_method(&self, method: &str) -> Outcome<()> {
        let known = self.methods();
        if known.contains(&method) {
            return Ok(());
        }
        let why = match self {
            Self::Call(_, noun, _, verb) if verb.query => format!(
                "`{}` of `{}` is a query, which only reads; ask it with GET",
                verb.name, noun.name
            ),
            Self::Call(_, noun, _, verb) => format!(
                "`{}` of `{}` is a verb; call it with POST",
                verb.name, noun.name
            ),
            Self::One(_, noun, _, Some(at)) => format!(
                "`@{at}` is a place in history, which can only be read; change the {} itself",
                noun.name
            ),
            Self::One(_, noun, id, None) if method == "PUT" => {
                format!(
                    "PATCH changes the fields of {}/{id} that its body names; there is no PUT",
                    noun.name
                )
            }
            Self::One(_, noun, _, None) if method == "POST" => {
                format!(
                    "POST /{} makes a new one; PATCH changes this one, and POST of a verb calls it",
                    noun.name
                )
            }
            Self::All(_, noun) => format!(
                "GET lists the {}, POST makes one; {method} wants one of them, `/{}/…`",
                noun.plural, noun.name
            ),
            _ => format!("{method} is not for this route"),
        };
        let allow = format!("{}, OPTIONS", known.join(", "));
        Err(Problem::of(
            crate::ErrorKind::MethodNotAllowed,
            format_args!("{why} (allowed: {allow})"),
        )
        .with("allow", allow))
    }
}

fn system(owner: Owner, name: &str, rest: &[&str]) -> Outcome<Route> {
    let known: &[&str] = if owner.is_some() { &OBJECT } else { &SYSTEM };
    let unknown = || {
        let near = dotdo_core::nearest(name, known.iter().copied());
        let hint = near.map_or_else(
            || format!("there are {}", known.join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        Problem::not_found(format_args!("there is no route `{name}`; {hint}"))
    };
    if !known.contains(&name) {
        return Err(unknown());
    }
    Ok(match (name, rest) {
        ("$health", []) => Route::Health,
        ("$manifest", []) => Route::Manifest,
        ("$openapi", []) => Route::OpenApi,
        ("$schema", []) => Route::Schemas,
        ("$problems", []) => Route::Problems(None),
        ("$problems", [slug]) => Route::Problems(Some(decode_segment(slug)?)),
        ("$events", []) => Route::Events(owner),
        ("$actions", []) => Route::Actions(owner),
        ("$inspect", []) => Route::Inspect(owner),
        ("$flows", rest) => flows::route(owner, rest)?,
        ("$asks", rest) => asks::route(owner, rest)?,
        ("$dead-letters", []) => Route::Letters(owner),
        // That of what the directory is told has the names of noun and object in it.
        ("$dead-letters", [id @ .., "replay"]) if !id.is_empty() => {
            Route::Replay(owner, decode_segment(&id.join("/"))?)
        }
        ("$dead-letters", _) => {
            return Err(Problem::not_found(
                "a dead letter has one route, `POST /$dead-letters/{id}/replay`",
            ));
        }
        _ => {
            return Err(Problem::not_found(format_args!(
                "nothing comes after `{name}`"
            )));
        }
    })
}

fn noun(app: &'static App, owner: Owner, segments: &[&str]) -> Outcome<Route> {
    let [name, rest @ ..] = segments else {
        return Err(Problem::not_found("a noun is missing"));
    };
    let name = decode_segment(name)?;
    let def = app.noun(&name)?.def;
    if let Some((outer, id)) = &owner
        && def.object
    {
        let hint = format!(
            "each {} is an object of its own; ask for `/{}`",
            def.name, def.name
        );
        return Err(Problem::not_found(format_args!(
            "there is no {} inside {outer}/{id}: {hint}",
            def.name
        )));
    }
    let [id, rest @ ..] = rest else {
        return Ok(Route::All(owner, def));
    };
    if id.starts_with('$') {
        return match (*id, rest) {
            ("$schema", []) => Ok(Route::Schema(def)),
            _ => Err(Problem::not_found(format_args!(
                "there is no `{id}` of a noun; there is `/{}/$schema`",
                def.name
            ))),
        };
    }
    let (id, at) = thing(def, id)?;
    let [next, ..] = rest else {
        return Ok(Route::One(owner, def, id, at));
    };
    if let Some(at) = at {
        return Err(Problem::not_found(format_args!(
            "`@{at}` stands before a `/`; a place in history ends the path, and an `@` inside an id is written `%40`"
        )));
    }
    // A verb is none, which can be seen sooner than why.
    let may_be_noun = next.starts_with(|first: char| first.is_ascii_uppercase());
    if next.starts_with('$') || may_be_noun && check_noun(next).is_ok() {
        return inside(app, owner.as_ref(), def, id, rest);
    }
    let verb = app.verb(def.name, &decode_segment(next)?)?;
    if rest.len() > 1 {
        return Err(Problem::not_found(format_args!(
            "nothing comes after the {} `{}`",
            if verb.query { "query" } else { "verb" },
            verb.name
        )));
    }
    Ok(Route::Call(owner, def, id, verb))
}

/// What an object of its own holds: its logs and the rows it made.
fn inside(
    app: &'static App,
    outer: Option<&(String, String)>,
    def: &'static NounDef,
    id: String,
    rest: &[&str],
) -> Outcome<Route> {
    let next = rest[0];
    if !def.object || outer.is_some() {
        let instead = match next {
            "$events" => format!("/$events?noun={}&subject={id}", def.name),
            "$actions" => format!("/$actions?target={}/{id}", def.name),
            next => format!("/{next}"),
        };
        return Err(Problem::not_found(format_args!(
            "a {} is a row and holds nothing of its own; ask for `{instead}`",
            def.name
        )));
    }
    let owner = Some((def.name.to_owned(), id));
    if next.starts_with('$') {
        system(owner, next, &rest[1..])
    } else {
        noun(app, owner, rest)
    }
}

/// The id in a segment, and what follows its last `@`.
fn thing(def: &NounDef, raw: &str) -> Outcome<(String, Option<String>)> {
    let (id, at) = match raw.rsplit_once('@') {
        Some((id, at)) => (id, Some(place_in_history(&decode_segment(at)?)?)),
        None => (raw, None),
    };
    let id = decode_segment(id)?;
    check_id(&id).map_err(|e| {
        Problem::field(
            "$id",
            format_args!("{e}; a {} is `/{}/id`", def.name, def.name),
        )
    })?;
    Ok((id, at))
}

/// Checks `v12`, `~3` or an instant, and gives its one spelling.
pub(super) fn place_in_history(text: &str) -> Outcome<String> {
    // The grammar is that of short ids; the thing before the `@` does not matter.
    let short: ShortId = format!("N/1@{text}").parse().map_err(|_| {
        Problem::field(
            "at",
            format_args!("`{text}` names no version; write `v12`, `~3` or `2026-11-22T09:00:00Z`"),
        )
    })?;
    match short.at() {
        Some(At::Branch(branch)) => Err(Problem::field(
            "at",
            format_args!(
                "`{}` names no version; write `v12`, `~3` or `2026-11-22T09:00:00Z`",
                branch.as_str()
            ),
        )),
        Some(at) => Ok(at.to_string()),
        None => Err(Problem::field(
            "at",
            "is empty; write `v12`, `~3` or `2026-11-22T09:00:00Z`",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;
    use proptest::prelude::*;

    fn at(path: &str) -> Result<String, (u16, String)> {
        match find(fixture::app(), Some("localhost:8787"), path) {
            Ok((place, route)) => {
                let owner = |owner: Owner| {
                    owner.map_or_else(String::new, |(noun, id)| format!(" in {noun}/{id}"))
                };
                let text = match route {
                    Route::All(o, def) => format!("all {}{}", def.name, owner(o)),
                    Route::One(o, def, id, None) => format!("one {}/{id}{}", def.name, owner(o)),
                    Route::One(o, def, id, Some(at)) => {
                        format!("one {}/{id} at {at}{}", def.name, owner(o))
                    }
                    Route::Call(o, def, id, verb) => {
                        format!("call {}/{id}.{}{}", def.name, verb.name, owner(o))
                    }
                    Route::Schema(def) => format!("schema {}", def.name),
                    Route::Replay(o, id) => format!("replay {id}{}", owner(o)),
                    Route::Events(o) => format!("events{}", owner(o)),
                    other => format!("{other:?}"),
                };
                Ok(if place.prefix.is_empty() {
                    text
                } else {
                    format!("{}: {text}", place.tenant)
                })
            }
            Err(problem) => Err((problem.status(), problem.detail().to_owned())),
        }
    }

    fn is(path: &str, route: &str) {
        assert_eq!(at(path).as_deref(), Ok(route), "{path}");
    }

    fn fails(path: &str, status: u16, with: &str) {
        let (found, detail) = at(path).expect_err(path);
        assert_eq!(found, status, "{path}: {detail}");
        assert!(detail.contains(with), "{path}: {detail}");
    }

    #[test]
    fn paths_name_routes() {
        is("/", "Root");
        is("/$events", "events");
        is("/Customer", "all Customer");
        is("/Customer/", "all Customer");
        is("/Customer/$schema", "schema Customer");
        is("/Customer/c1", "one Customer/c1");
        is("/Customer/a%40b.c", "one Customer/a@b.c");
        is("/Customer/a%2Fb", "one Customer/a%2Fb");
        is("/Customer/%24events", "one Customer/$events");
        is("/Order/o1/pay", "call Order/o1.pay");
        is("/Order/o1/pay/", "call Order/o1.pay");
        is("/@acme", "acme: Root");
        is("/%40acme/Customer/c1", "acme: one Customer/c1");
        is("/$dead-letters/01k/replay", "replay 01k");
    }

    #[test]
    fn the_last_at_begins_a_place_in_history() {
        is("/Customer/c1@v12", "one Customer/c1 at v12");
        is("/Customer/c1@~3", "one Customer/c1 at ~3");
        is("/Customer/c1@%7E3", "one Customer/c1 at ~3");
        is("/Customer/a%40b@v2", "one Customer/a@b at v2");
        is(
            "/Customer/c1@2026-11-22T10:00:00+01:00",
            "one Customer/c1 at 2026-11-22T09:00:00Z",
        );
        fails("/Customer/c1@draft", 422, "names no version");
        fails("/Customer/c1@", 422, "names no version");
        fails("/Customer/c1@v2/pay", 404, "stands before a `/`");
    }

    #[test]
    fn an_object_holds_rows_and_logs() {
        is("/Order/o1/Line", "all Line in Order/o1");
        is("/Order/o1/Line/2@v1", "one Line/2 at v1 in Order/o1");
        is("/Order/o1/$events", "events in Order/o1");
        is(
            "/Order/o1/$dead-letters/01k/replay",
            "replay 01k in Order/o1",
        );
        is(
            "/Order/o1/$dead-letters/mirror/Order/a%40b/replay",
            "replay mirror/Order/a@b in Order/o1",
        );
        fails("/$dead-letters/replay", 404, "has one route");
        fails("/Order/o1/Order/o2", 404, "ask for `/Order`");
        fails("/Order/o1/$manifest", 404, "there are $events");
        fails("/Customer/c1/Line", 404, "ask for `/Line`");
        fails(
            "/Customer/c1/$events",
            404,
            "/$events?noun=Customer&subject=c1",
        );
        fails("/Order/o1/Line/2/Line", 404, "holds nothing of its own");
    }

    #[test]
    fn mistakes_are_explained() {
        fails("/Custmer", 404, "did you mean `Customer`?");
        fails("/customer/c1", 404, "did you mean `Customer`?");
        fails("/Order/o1/payy", 404, "did you mean `pay`?");
        fails(
            "/Order/o1/pay/now",
            404,
            "nothing comes after the verb `pay`",
        );
        fails("/$event", 404, "did you mean `$events`?");
        fails("/$events/1", 404, "nothing comes after");
        fails("/Customer//c1", 404, "empty part");
        fails("/Customer/-c1", 422, "cannot begin with `-`");
        fails("/Customer/%ff", 400, "not UTF-8");
    }

    #[test]
    fn a_wrong_method_is_told_the_right_one() {
        let check = |method: &str, path: &str| {
            let (_, route) = find(fixture::app(), None, path).unwrap();
            route.check_method(method).map_err(|p| p.response("", path))
        };
        for (method, path, allow) in [
            ("GET", "/Order/o1/pay", "POST, OPTIONS"),
            ("POST", "/Order/o1/buyer", "GET, HEAD, OPTIONS"),
            ("PUT", "/Order/o1", "GET, HEAD, PATCH, DELETE, OPTIONS"),
            ("PATCH", "/Order/o1@v1", "GET, HEAD, OPTIONS"),
            ("DELETE", "/Order", "GET, HEAD, POST, OPTIONS"),
        ] {
            let response = check(method, path).unwrap_err();
            assert_eq!(
                (response.status, response.header("allow")),
                (405, Some(allow)),
                "{method} {path}"
            );
        }
        assert!(check("HEAD", "/Order").is_ok());
    }

    #[test]
    fn what_is_about_one_object_says_which() {
        let home = |path: &str| {
            let (place, route) = find(fixture::app(), Some("localhost"), path).unwrap();
            route.home(&place.tenant)
        };
        let tenant = |name: &str| Some(ObjectKey::tenant(name));
        let domain = fixture::app().domain();
        let order = |tenant: &str| Some(ObjectKey::thing(tenant, "Order", "o1"));
        assert_eq!(home("/Order/o1/pay"), order(&domain));
        assert_eq!(home("/@acme/Order/o1"), order("acme"));
        assert_eq!(home("/Order/o1/Line/l1"), order(&domain));
        assert_eq!(home("/Order/o1/$events"), order(&domain));
        assert_eq!(home("/@acme/$events"), tenant("acme"));
        assert_eq!(home("/Customer"), tenant(&domain));
        assert_eq!(home("/@acme/Customer/c1"), tenant("acme"));
        for elsewhere in ["/", "/$health", "/$openapi", "/Customer/$schema", "/Order"] {
            assert_eq!(home(elsewhere), None, "{elsewhere}");
        }
    }

    proptest! {
        #[test]
        fn no_path_panics(path in "\\PC*") {
            let _ = at(&path);
            let _ = at(&format!("/{path}"));
        }

        #[test]
        fn no_likely_path_panics(path in "(/|Customer|Order|Line|pay|o1|@|%40|%2F|%ff|%|\\$events|\\$|~|v1|@v1|\\.|-){0,9}") {
            let _ = at(&format!("/{path}"));
        }
    }
}
