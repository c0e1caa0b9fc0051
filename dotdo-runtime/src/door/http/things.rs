//! Things: made, read, listed, changed, deleted.

use serde_json::{Value as Tree, json};

use super::envelope::{envelope, noun_url};
use super::list;
use super::message::HttpResponse;
use super::preconditions::{etag, has_version, id_for, idempotency_key, if_match, no_if_match};
use super::problem::{Outcome, Problem};
use super::route::{Owner, place_in_history};
use super::text::check_chosen_id;
use super::typed;
use super::visit::Visit;
use crate::effect::guarded;
use crate::host::Peers;
use crate::json::Json;
use crate::noun::NounDef;
use crate::store::things::{check_fields, members};
use crate::store::{Page, Thing};
use crate::stub::Op;

/// Who may see a thing.
pub(super) const VISIBILITIES: [&str; 4] = ["public", "unlisted", "org", "user"];

const JSON: &[&str] = &["application/json"];
const PATCH: &[&str] = &["application/json", "application/merge-patch+json"];

impl<P: Peers> Visit<'_, P> {
    fn envelope(&self, owner: &Owner, thing: &Thing) -> Outcome<String> {
        Ok(envelope(&self.place, owner, self.door.secrets(), thing)?)
    }

    /// One thing as a response.
    fn one(&self, status: u16, owner: &Owner, thing: &Thing) -> Outcome<HttpResponse> {
        let text = self.envelope(owner, thing)?;
        Ok(HttpResponse::json(status, text)
            .with("etag", etag(thing.version))
            .with("cache-control", "private, no-cache"))
    }

    /// `POST /{Noun}`
    pub async fn create(&self, owner: &Owner, def: &'static NounDef) -> Outcome<HttpResponse> {
        self.no_params()?;
        no_if_match(self.request)?;
        let data = self.body(JSON)?.ok_or_else(|| {
            Problem::field(
                "",
                format_args!(
                    "the body is empty; send the fields of the {} as a JSON object",
                    def.name
                ),
            )
        })?;
        let Chosen { mut id, visibility } = self.chosen(def, &data)?;
        // What does not fit is refused before there is a turn, or even an object, for it.
        guarded(|| (def.cells)(&check_fields(def, &data)?))??;
        // The id of an object of its own says which object is asked, so it is chosen before the asking.
        if id.is_none() && def.object {
            let key = idempotency_key(self.request)?;
            id = Some(key.map_or_else(
                || self.door.new_id(),
                |key| id_for(&self.place.tenant, def.name, key),
            ));
        }
        let create = Op::Create {
            noun: def.name.to_owned(),
            id,
            data,
            visibility,
        };
        let get = |id: String| Op::Get {
            noun: def.name.to_owned(),
            id,
            at: None,
        };
        let thing: Thing = if let Some((outer, outer_id)) = owner {
            // A row is made in an object that is there, and not in one that this would bring into being.
            self.ask(
                owner,
                vec![Op::Get {
                    noun: outer.clone(),
                    id: outer_id.clone(),
                    at: None,
                }],
            )
            .await?;
            let id = self.change(owner, vec![create]).await?.read()?;
            self.read(owner, get(id)).await?
        } else {
            // One round trip: an empty id stands for the one that the creation returns.
            self.change(owner, vec![create, get(String::new())])
                .await?
                .read()?
        };
        let path = self.path_of(owner, def.name, &thing.id);
        Ok(self.one(201, owner, &thing)?.with("location", path))
    }

    /// The system members of a body that mean something: the id and the visibility.
    fn chosen(&self, def: &NounDef, data: &Json) -> Outcome<Chosen> {
        let mut chosen = Chosen::default();
        for (name, value) in members(data)? {
            let text = || {
                serde_json::from_str::<String>(value.get())
                    .map_err(|_| Problem::field(name.as_str(), "must be a text"))
            };
            match name.as_str() {
                "$id" => {
                    let text = text()?;
                    self.check_own(&text)?;
                    let id = typed::id_of(&text, def.name).map_err(|e| Problem::field("$id", e))?;
                    check_chosen_id(&id).map_err(|e| Problem::field("$id", e))?;
                    chosen.id = Some(id);
                }
                "$type" => {
                    let text = text()?;
                    if text.rsplit('/').next() != Some(def.name) {
                        return Err(Problem::field(
                            "$type",
                            format_args!("`{text}` is not a {}; send it to its own noun", def.name),
                        ));
                    }
                }
                "visibility" if !def.columns.iter().any(|c| c.name == "visibility") => {
                    let word = text()?;
                    if !VISIBILITIES.contains(&word.as_str()) {
                        return Err(Problem::field(
                            "visibility",
                            format_args!("`{word}` is none; there are {}", VISIBILITIES.join(", ")),
                        ));
                    }
                    chosen.visibility = Some(word);
                }
                _ => {}
            }
        }
        Ok(chosen)
    }

    /// Refuses the URL of a thing at another host.
    fn check_own(&self, id: &str) -> Outcome<()> {
        let Some((_, rest)) = id.split_once("://") else {
            return Ok(());
        };
        let host = rest.split('/').next().unwrap_or_default();
        if host == self.place.host {
            return Ok(());
        }
        Err(Problem::field(
            "$id",
            format_args!(
                "`{id}` is at `{host}`, but this is `{}`; write the id without its host",
                self.place.host
            ),
        ))
    }

    /// `GET /{Noun}/{id}`
    pub async fn get(
        &self,
        owner: &Owner,
        def: &'static NounDef,
        id: &str,
        at: Option<&str>,
    ) -> Outcome<HttpResponse> {
        let mut params = self.params()?;
        if params.flag("history") {
            return self.history(owner, def, id, at, params).await;
        }
        let asked = params.text("at");
        params.finish()?;
        let at = match (at, asked) {
            (Some(_), Some(_)) => {
                return Err(Problem::field(
                    "at",
                    "the path names a place in history already; leave one of them out",
                ));
            }
            (Some(at), None) => Some(at.to_owned()),
            (None, asked) => asked.as_deref().map(place_in_history).transpose()?,
        };
        let thing: Thing = self
            .read(
                owner,
                Op::Get {
                    noun: def.name.to_owned(),
                    id: id.to_owned(),
                    at,
                },
            )
            .await?;
        if has_version(self.request, thing.version) {
            return Ok(HttpResponse::empty(304)
                .with("etag", etag(thing.version))
                .with("cache-control", "private, no-cache"));
        }
        self.one(200, owner, &thing)
    }

    async fn history(
        &self,
        owner: &Owner,
        def: &'static NounDef,
        id: &str,
        at: Option<&str>,
        mut params: super::params::Params,
    ) -> Outcome<HttpResponse> {
        if at.is_some() {
            params.wrong(
                "history",
                "a place in history has none of its own; leave out what follows the `@`",
            );
        }
        let limit = params.limit(list::DEFAULT_LIMIT);
        let before = params.number("after", 1, u64::MAX);
        params.finish()?;
        let op = Op::History {
            noun: def.name.to_owned(),
            id: id.to_owned(),
            limit,
            before,
        };
        let page: Page<Thing> = self.read(owner, op).await?;
        self.things(owner, def, &page, &[])
    }

    /// `GET /{Noun}`
    pub async fn list(&self, owner: &Owner, def: &'static NounDef) -> Outcome<HttpResponse> {
        let mut params = self.params()?;
        let asked = list::read(def, &mut params);
        params.finish()?;
        let total: Option<u64> = if asked.count {
            Some(self.read(owner, Op::Count(asked.spec.clone())).await?)
        } else {
            None
        };
        let page: Page<Thing> = self.read(owner, Op::Find(asked.spec)).await?;
        let total = total.map(|total| ("total", json!(total)));
        self.things(owner, def, &page, total.as_slice())
    }

    fn things(
        &self,
        owner: &Owner,
        def: &NounDef,
        page: &Page<Thing>,
        more: &[(&str, Tree)],
    ) -> Outcome<HttpResponse> {
        let items = page
            .items
            .iter()
            .map(|thing| self.envelope(owner, thing))
            .collect::<Outcome<_>>()?;
        let mut before = vec![("$type", json!(noun_url(&self.place, def.name)?))];
        before.extend_from_slice(more);
        Ok(self.page(
            &before,
            &Page {
                items,
                next: page.next.clone(),
            },
        ))
    }

    /// `PATCH /{Noun}/{id}`
    pub async fn update(
        &self,
        owner: &Owner,
        def: &'static NounDef,
        id: &str,
    ) -> Outcome<HttpResponse> {
        self.no_params()?;
        let if_match = if_match(self.request)?;
        let patch = self.body(PATCH)?.ok_or_else(|| {
            Problem::field(
                "",
                "the body is empty; send the fields to change as a JSON object",
            )
        })?;
        let op = Op::Update {
            noun: def.name.to_owned(),
            id: id.to_owned(),
            patch,
            if_match,
        };
        let thing: Thing = self.change(owner, vec![op]).await?.read()?;
        self.one(200, owner, &thing)
    }

    /// `DELETE /{Noun}/{id}`
    pub async fn delete(
        &self,
        owner: &Owner,
        def: &'static NounDef,
        id: &str,
    ) -> Outcome<HttpResponse> {
        self.no_params()?;
        let if_match = if_match(self.request)?;
        self.change(
            owner,
            vec![Op::Delete {
                noun: def.name.to_owned(),
                id: id.to_owned(),
                if_match,
            }],
        )
        .await?;
        Ok(HttpResponse::empty(204))
    }
}

/// What a body says about the thing itself.
#[derive(Default)]
struct Chosen {
    id: Option<String>,
    visibility: Option<String>,
}
