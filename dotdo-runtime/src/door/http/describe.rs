//! The business described: what there is and where it is.

use dotdo_core::nearest;
use serde_json::{Value as Tree, json};

use super::door::Door;
use super::envelope::noun_url;
use super::message::HttpResponse;
use super::openapi;
use super::place::{Place, origin};
use super::problem::{Outcome, Problem, kinds, type_of};
use super::route::Route;
use super::schema;
use crate::json::Json;
use crate::manifest::{self, Manifest, Noun};

/// Answers a route that is about the business and not about what it holds.
pub(super) fn answer(door: &Door, place: &Place, route: &Route) -> Outcome<HttpResponse> {
    let manifest = manifest::of(door.app());
    let tree = match route {
        Route::Manifest => Json::of(&manifest)?.tree(),
        Route::OpenApi => openapi::document(&manifest, place, door.wants_token()),
        Route::Schemas => schemas(&manifest, place)?,
        Route::Schema(def) => {
            let noun = manifest.nouns.iter().find(|noun| noun.name == def.name);
            let noun = noun.ok_or_else(|| {
                Problem::not_found(format_args!("there is no noun `{}`", def.name))
            })?;
            return Ok(HttpResponse::typed(
                200,
                "application/schema+json",
                described(noun, place)?.to_string(),
            ));
        }
        Route::Problems(slug) => problems(&origin(&door.app().domain()), slug.as_deref())?,
        _ => index(&manifest, place)?,
    };
    Ok(HttpResponse::json(200, tree.to_string()).with("cache-control", "no-cache"))
}

/// `GET /`
fn index(manifest: &Manifest, place: &Place) -> Outcome<Tree> {
    let at = |path: &str| format!("{}{path}", place.prefix);
    let nouns = manifest
        .nouns
        .iter()
        .map(|noun| entry(noun, place))
        .collect::<Outcome<Vec<_>>>()?;
    let schedules: Vec<Tree> = manifest
        .schedules
        .iter()
        .map(|s| json!({"name": s.name, "phrase": s.phrase, "cron": s.cron, "zone": s.zone}))
        .collect();
    Ok(json!({
        "$id": origin(&place.host),
        "name": manifest.name,
        "version": manifest.version,
        "domain": manifest.domain,
        "tenant": place.tenant,
        "doc": manifest.doc,
        "nouns": nouns,
        "handlers": manifest.handlers.iter().map(|h| json!({"name": h.name, "pattern": h.pattern})).collect::<Vec<_>>(),
        "schedules": schedules,
        "links": {
            "self": at("/"),
            "manifest": at("/$manifest"),
            "openapi": at("/$openapi"),
            "schema": at("/$schema"),
            "problems": at("/$problems"),
            "health": "/$health",
            "events": at("/$events"),
            "actions": at("/$actions"),
            "deadLetters": at("/$dead-letters"),
            "flows": at("/$flows"),
            "asks": at("/$asks"),
            "inspect": at("/$inspect"),
        },
    }))
}

fn entry(noun: &Noun, place: &Place) -> Outcome<Tree> {
    let base = format!("{}/{}", place.prefix, noun.name);
    let route = |name: &str| format!("{base}/{{id}}/{name}");
    Ok(json!({
        "$id": noun_url(place, noun.name)?,
        "name": noun.name,
        "plural": noun.plural,
        "kind": noun.kind,
        "object": noun.object,
        "doc": noun.doc,
        "verbs": noun.verbs.iter().map(|v| json!({"name": v.name, "event": v.event, "doc": v.doc, "method": "POST", "href": route(v.name)})).collect::<Vec<_>>(),
        "queries": noun.queries.iter().map(|q| json!({"name": q.name, "doc": q.doc, "method": "GET", "href": route(q.name)})).collect::<Vec<_>>(),
        "events": noun.events,
        "links": {"self": base, "item": format!("{base}/{{id}}"), "schema": format!("{base}/$schema")},
    }))
}

fn described(noun: &Noun, place: &Place) -> Outcome<Tree> {
    let mut schema = schema::thing(noun);
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema["$id"] = format!("{}/$schema", noun_url(place, noun.name)?).into();
    Ok(schema)
}

fn schemas(manifest: &Manifest, place: &Place) -> Outcome<Tree> {
    let mut defs = serde_json::Map::new();
    for noun in &manifest.nouns {
        defs.insert(noun.name.to_owned(), described(noun, place)?);
    }
    Ok(json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("{}/$schema", origin(&place.host)),
        "title": manifest.name,
        "$defs": defs,
    }))
}

fn problems(origin: &str, slug: Option<&str>) -> Outcome<Tree> {
    let describe = |(status, slug, title): (u16, &str, &str)| json!({"type": type_of(origin, slug), "title": title, "status": status});
    let Some(slug) = slug else {
        return Ok(json!({"items": kinds().map(describe).collect::<Vec<_>>()}));
    };
    kinds()
        .find(|(_, known, _)| *known == slug)
        .map(describe)
        .ok_or_else(|| {
            let known: Vec<&str> = kinds().map(|(_, slug, _)| slug).collect();
            let hint = nearest(slug, known.iter().copied()).map_or_else(
                || format!("there are {}", known.join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            Problem::not_found(format_args!(
                "there is no kind of problem named `{slug}`; {hint}"
            ))
        })
}
