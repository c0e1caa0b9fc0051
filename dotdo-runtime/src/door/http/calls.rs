//! Verbs and queries.

use super::args;
use super::message::HttpResponse;
use super::preconditions::no_if_match;
use super::problem::Outcome;
use super::route::Owner;
use super::visit::Visit;
use crate::host::Peers;
use crate::json::Json;
use crate::noun::{NounDef, VerbDef};
use crate::stub::Op;

impl<P: Peers> Visit<'_, P> {
    /// `POST /{Noun}/{id}/{verb}`
    pub async fn call(
        &self,
        owner: &Owner,
        def: &'static NounDef,
        id: &str,
        verb: &'static VerbDef,
    ) -> Outcome<HttpResponse> {
        self.no_params()?;
        no_if_match(self.request)?;
        let args = args::from_body(verb, self.body(&["application/json"])?)?;
        let answer = self
            .change(owner, vec![operation(def, id, verb, args)])
            .await?;
        self.output(verb, answer)
    }

    /// `GET /{Noun}/{id}/{query}`
    pub async fn query(
        &self,
        owner: &Owner,
        def: &'static NounDef,
        id: &str,
        query: &'static VerbDef,
    ) -> Outcome<HttpResponse> {
        let args = args::from_params(query, self.params()?, self.door.limits())?;
        let answer = self
            .ask(owner, vec![operation(def, id, query, args)])
            .await?;
        self.output(query, answer)
    }

    /// What it returned, as it is; 204 where that is nothing.
    fn output(&self, verb: &VerbDef, value: Json) -> Outcome<HttpResponse> {
        let value = self.door.secrets().strip_output(verb.output, value)?;
        if value.is_null() {
            return Ok(HttpResponse::empty(204));
        }
        Ok(HttpResponse::json(200, value.text()).with("cache-control", "no-store"))
    }
}

fn operation(def: &NounDef, id: &str, verb: &VerbDef, args: Json) -> Op {
    Op::Call {
        noun: def.name.to_owned(),
        id: id.to_owned(),
        verb: verb.name.to_owned(),
        args,
    }
}
