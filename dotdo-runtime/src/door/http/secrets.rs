//! What never leaves: the values of `#[secret]` columns, wherever a copy of them stands.
//!
//! Things are known by their noun. Logs hold what was said about things: operations, events, inputs and outputs;
//! there a copy is recognised by the noun beside it, or by the shape of the verb, step or flow it belongs to. In
//! doubt a value is left out.

use serde_json::{Map, Value as Tree};

use crate::app::App;
use crate::json::Json;
use crate::maps::Few;
use crate::noun::VerbDef;
use crate::value::{Member, Shape};

/// The secret columns of a business, by noun.
#[derive(Debug)]
pub(super) struct Secrets {
    app: &'static App,
    columns: Few<&'static str, Vec<&'static str>>,
}

impl Secrets {
    /// The secret columns of a business.
    pub fn of(app: &'static App) -> Self {
        let mut columns: Few<&'static str, Vec<&'static str>> = Few::new();
        for entry in app.nouns() {
            let secret: Vec<_> = entry
                .def
                .columns
                .iter()
                .filter(|c| c.secret)
                .map(|c| c.name)
                .collect();
            if !secret.is_empty() {
                columns.insert(entry.def.name, secret);
            }
        }
        Self { app, columns }
    }

    /// Whether a field of a noun is secret.
    pub fn has(&self, noun: &str, field: &str) -> bool {
        self.columns
            .get(noun)
            .is_some_and(|columns| columns.contains(&field))
    }

    /// What a verb or query returned, without what is secret.
    pub fn strip_output(&self, shape: Shape, value: Json) -> crate::Result<Json> {
        if self.columns.is_empty() {
            return Ok(value);
        }
        let mut tree = value.tree();
        self.by_shape(shape, &mut tree);
        self.by_noun(&mut tree);
        Json::of(&tree)
    }

    /// An entry of a log, without what is secret.
    pub fn strip_entry(&self, value: Json) -> crate::Result<Json> {
        if self.columns.is_empty() {
            return Ok(value);
        }
        let mut tree = value.tree();
        self.by_noun(&mut tree);
        Json::of(&tree)
    }

    fn remove(&self, noun: &str, fields: Option<&mut Tree>) {
        if let (Some(secret), Some(Tree::Object(fields))) = (self.columns.get(noun), fields) {
            fields.retain(|name, _| !secret.contains(&name.as_str()));
        }
    }

    fn by_noun(&self, value: &mut Tree) {
        match value {
            Tree::Object(members) => {
                self.by_neighbours(members);
                members.values_mut().for_each(|member| self.by_noun(member));
            }
            Tree::Array(items) => items.iter_mut().for_each(|item| self.by_noun(item)),
            _ => {}
        }
    }

    fn by_neighbours(&self, members: &mut Map<String, Tree>) {
        let text = |name: &str| members.get(name).and_then(Tree::as_str).map(str::to_owned);
        let (noun, op, verb, name) = (text("noun"), text("op"), text("verb"), text("name"));
        if let Some(noun) = noun {
            // A thing or an event has its fields in `data`; so has a creation, and an update has some in `patch`.
            self.remove(&noun, members.get_mut("data"));
            self.remove(&noun, members.get_mut("patch"));
            if let (Some(verb), Some(data)) = (&verb, members.get_mut("data")) {
                self.by_shape(self.payload(&noun, verb), data);
            }
            match (op.as_deref(), verb) {
                // The columns of a row, by place.
                (Some("mirror"), _) if self.columns.contains_key(noun.as_str()) => {
                    members.remove("row");
                }
                (Some("call"), Some(verb)) => {
                    if let Ok(verb) = self.app.verb(&noun, &verb) {
                        self.by_members(verb.args, members.get_mut("args"));
                    }
                }
                _ => {}
            }
        }
        if let (Some(name), true) = (name, members.contains_key("input")) {
            self.by_name(&name, members);
        }
    }

    /// The shape of an event's payload.
    fn payload(&self, noun: &str, event: &str) -> Shape {
        let verbs = self.app.noun(noun).map(|entry| entry.verbs.values());
        let emits = |verb: &&&VerbDef| verb.event == Some(event);
        verbs
            .ok()
            .and_then(|mut verbs| verbs.find(emits))
            .map_or(Shape::Any, |verb| verb.output)
    }

    /// An action or a dead letter: its name says what its input and output are.
    fn by_name(&self, name: &str, members: &mut Map<String, Tree>) {
        if let Some(step) = self.app.step(name) {
            self.by_members(step.args, members.get_mut("input"));
            self.by_output(step.output, members);
        } else if let Some(flow) = self.app.flow(name) {
            self.by_members(flow.args, members.get_mut("input"));
            self.by_output(flow.output, members);
        } else if let Some((noun, verb)) = name
            .rsplit(" > ")
            .next()
            .and_then(|last| last.split_once('.'))
        {
            if let Ok(verb) = self.app.verb(noun, verb) {
                self.by_members(verb.args, members.get_mut("input"));
                self.by_output(verb.output, members);
            } else {
                self.remove(noun, members.get_mut("input"));
                // The output of an update is the thing; that of a read may also be its bare fields.
                self.remove(noun, members.get_mut("output"));
                if let Some(Tree::Object(output)) = members.get_mut("output") {
                    self.remove(noun, output.get_mut("data"));
                }
            }
        }
    }

    fn by_output(&self, shape: Shape, members: &mut Map<String, Tree>) {
        if let Some(output) = members.get_mut("output") {
            self.by_shape(shape, output);
        }
    }

    fn by_members(&self, shapes: &[Member], value: Option<&mut Tree>) {
        let Some(value) = value else { return };
        if let Tree::Object(fields) = value {
            for member in shapes {
                if let Some(field) = fields.get_mut(member.name) {
                    self.by_shape(member.shape, field);
                }
            }
        }
    }

    fn by_shape(&self, shape: Shape, value: &mut Tree) {
        match (shape, value) {
            (Shape::Optional(inner), value) => self.by_shape(*inner, value),
            (Shape::List(inner), Tree::Array(items)) => items
                .iter_mut()
                .for_each(|item| self.by_shape(*inner, item)),
            (Shape::Map(inner), Tree::Object(members)) => members
                .values_mut()
                .for_each(|member| self.by_shape(*inner, member)),
            (Shape::Tuple(shapes), Tree::Array(items)) => items
                .iter_mut()
                .zip(shapes)
                .for_each(|(item, shape)| self.by_shape(*shape, item)),
            (Shape::Record(name, members), value @ Tree::Object(_)) => {
                self.remove(name, Some(value));
                self.by_members(members, Some(value));
            }
            (Shape::OneOf(_, members), value) => self.by_members(members, Some(value)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;
    use serde_json::json;

    fn entry(tree: &Tree) -> String {
        let secrets = Secrets::of(fixture::app());
        secrets
            .strip_entry(Json::of(tree).unwrap())
            .unwrap()
            .text()
            .to_owned()
    }

    #[test]
    fn no_log_shows_a_secret() {
        let fields = json!({"email": "a@b.c", "pin": "0000"});
        let entries = [
            json!({"noun": "Customer", "verb": "created", "subject": "c1", "data": fields}),
            json!({"kind": "verb", "name": "Customer.create", "input": fields, "output": "c1"}),
            json!({"kind": "verb", "name": "Customer.update", "input": {"pin": "0000"}, "output": {"noun": "Customer", "id": "c1", "data": fields}}),
            json!({"kind": "call", "name": "Customer.create", "input": [{"op": "create", "noun": "Customer", "data": fields}]}),
            json!({"kind": "call", "name": "Order.buyer > Customer.get", "input": [], "output": {"id": "c1", "data": fields}}),
            json!({"name": "Customer.mirror", "input": {"ops": [{"op": "mirror", "noun": "Customer", "row": ["c1", "0000"]}]}}),
            json!({"name": "welcome", "input": {"noun": "Customer", "verb": "created", "data": fields}}),
        ];
        for tree in entries {
            assert!(!entry(&tree).contains("0000"), "{tree}");
        }
        let order = json!({"noun": "Order", "verb": "created", "data": {"pin": "0000"}});
        assert!(entry(&order).contains("0000"));
    }

    #[test]
    fn an_output_is_stripped_by_its_shape() {
        let secrets = Secrets::of(fixture::app());
        let customer = Shape::Record("Customer", &[]);
        let list: &'static Shape = Box::leak(Box::new(customer));
        let value = Json::of(&json!([{"email": "a@b.c", "pin": "0000"}])).unwrap();
        let stripped = secrets.strip_output(Shape::List(list), value).unwrap();
        assert_eq!(stripped.text(), r#"[{"email":"a@b.c"}]"#);
    }
}
