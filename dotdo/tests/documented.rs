//! What is said above things in the program is said about them in its manifest, its `OpenAPI` document and its forms.

#![allow(missing_docs, reason = "what is documented is the test")]
#![allow(clippy::unnecessary_wraps, reason = "a verb's signature is given")]

mod support;

use dotdo::Form as _;
use dotdo::door::{Door, HttpRequest};
use dotdo::prelude::*;
use serde_json::{Value as Tree, json};
use support::Test;

/// About the noun.
#[noun]
pub struct Customer {
    /// About the field.
    pub name: String,
    /// About the choice.
    #[default(Plan::Free)]
    pub plan: Plan,
    #[default(None)]
    pub payment: Option<Payment>,
    pub undocumented: Option<Quiet>,
}

#[derive(Value)]
pub enum Plan {
    /// About the first name.
    Free,
    Pro,
    /// About the last name.
    Team,
}

#[derive(Value)]
pub enum Payment {
    /// About the bare variant.
    Cash,
    /// About the variant.
    Card {
        /// About the variant's field.
        digits: String,
    },
}

#[derive(Value)]
pub enum Quiet {
    Yes,
    No,
}

#[verbs]
impl Customer {
    /// About the verb.
    #[verb]
    fn pay(
        &mut self,
        _cx: &mut Tx,
        /// About the verb's argument,
        /// in two lines.
        _cents: i64,
        plan: Plan,
    ) -> Result<()> {
        self.plan = plan;
        Ok(())
    }

    /// About the query.
    #[query]
    fn named(
        &self,
        _cx: &View,
        /// About the query's argument.
        name: String,
    ) -> Result<bool> {
        Ok(self.name == name)
    }

    /// About the flow of a noun.
    #[durable]
    async fn remind(
        cx: Flow<Self>,
        /// About its argument.
        words: String,
    ) -> Result<()> {
        cx.run(send(words)).await
    }
}

/// About the step.
#[durable]
async fn send(
    /// About the step's argument.
    words: String,
) -> Result<()> {
    drop(words);
    Ok(())
}

/// About the flow.
#[durable]
async fn campaign(
    cx: Flow,
    /// About the flow's argument.
    words: String,
) -> Result<()> {
    cx.run(send(words)).await
}

/// About the handler.
#[on(Customer::created)]
async fn welcome(cx: Flow, event: Event<Customer>) -> Result<()> {
    cx.run(send(event.data.name)).await
}

/// About the schedule.
#[every("Monday at 9am")]
async fn report(_cx: Flow) -> Result<()> {
    Ok(())
}

/// About the form.
#[form]
pub struct Review {
    /// About the form's field.
    pub stars: i64,
    /// About the form's choice.
    pub plan: Plan,
}

dotdo::part! {
    /// About the part.
    pub Mail { send, campaign }
}

dotdo::app! {
    /// About the app.
    pub Shop { Customer, welcome, report, Mail }
}

async fn get(target: &str) -> Tree {
    let test = Test::of(Shop::DEF);
    let business = test.business();
    let door = Door::new(business.app(), None, business.ids());
    let answer = door.answer(business.handle(), HttpRequest::new("GET", target));
    serde_json::from_str(answer.await.text()).expect("JSON")
}

/// The one of a list with this name.
fn named<'a>(list: &'a Tree, name: &str) -> &'a Tree {
    let list = list.as_array().expect("a list");
    let found = list.iter().find(|item| item["name"] == name);
    found.unwrap_or_else(|| panic!("`{name}` is in the list"))
}

fn argument<'a>(function: &'a Tree, name: &str) -> &'a Tree {
    &function["args"]["properties"][name]["description"]
}

#[tokio::test]
async fn the_manifest_says_it() {
    let manifest = get("/$manifest").await;
    assert_eq!(manifest["doc"], "About the app.");
    let mail = named(&manifest["parts"], "Mail");
    assert_eq!(mail["doc"], "About the part.");
    assert_eq!(mail["items"], json!(["send", "campaign"]));

    let customer = named(&manifest["nouns"], "Customer");
    assert_eq!(customer["doc"], "About the noun.");
    let field = named(&customer["fields"], "name");
    assert_eq!(field["doc"], "About the field.");
    let pay = named(&customer["verbs"], "pay");
    assert_eq!(pay["doc"], "About the verb.");
    assert_eq!(
        argument(pay, "cents"),
        "About the verb's argument,\nin two lines."
    );
    assert_eq!(argument(pay, "plan"), &Tree::Null);
    let query = named(&customer["queries"], "named");
    assert_eq!(query["doc"], "About the query.");
    assert_eq!(argument(query, "name"), "About the query's argument.");

    let send = named(&manifest["steps"], "send");
    assert_eq!(send["doc"], "About the step.");
    assert_eq!(argument(send, "words"), "About the step's argument.");
    let flows = &manifest["flows"];
    let campaign = named(flows, "campaign");
    assert_eq!(campaign["doc"], "About the flow.");
    assert_eq!(argument(campaign, "words"), "About the flow's argument.");
    let remind = named(flows, "Customer::remind");
    assert_eq!(remind["doc"], "About the flow of a noun.");
    assert_eq!(argument(remind, "words"), "About its argument.");
    assert_eq!(named(flows, "welcome")["doc"], "About the handler.");
    assert_eq!(
        named(&manifest["handlers"], "welcome")["doc"],
        "About the handler."
    );
    assert_eq!(
        named(&manifest["schedules"], "report")["doc"],
        "About the schedule."
    );
}

#[tokio::test]
async fn variants_are_described_where_they_are_values() {
    let manifest = get("/$manifest").await;
    let customer = named(&manifest["nouns"], "Customer");
    let plan = named(&customer["fields"], "plan");
    assert_eq!(plan["doc"], "About the choice.");
    let described = json!({
        "enum": ["Free", "Pro", "Team"],
        "oneOf": [
            {"const": "Free", "description": "About the first name."},
            {"const": "Pro"},
            {"const": "Team", "description": "About the last name."},
        ],
    });
    assert_eq!(plan["schema"], described);
    let pay = named(&customer["verbs"], "pay");
    assert_eq!(pay["args"]["properties"]["plan"], described);

    let payment = named(&customer["fields"], "payment");
    let variants = &payment["schema"]["anyOf"][0]["oneOf"];
    assert_eq!(variants[0]["description"], "About the bare variant.");
    assert_eq!(variants[1]["description"], "About the variant.");
    assert_eq!(
        variants[1]["properties"]["Card"]["properties"]["digits"]["description"],
        "About the variant's field."
    );
    assert_eq!(
        named(&customer["fields"], "undocumented")["schema"]["anyOf"][0],
        json!({"enum": ["Yes", "No"]})
    );
}

#[test]
fn a_form_says_it() {
    let form = Review::FORM.schema();
    assert_eq!(form["description"], "About the form.");
    let fields = &form["properties"];
    assert_eq!(fields["stars"]["description"], "About the form's field.");
    assert_eq!(fields["plan"]["description"], "About the form's choice.");
    assert_eq!(
        fields["plan"]["oneOf"][2]["description"],
        "About the last name."
    );
}

#[tokio::test]
async fn openapi_says_it() {
    let document = get("/$openapi").await;
    assert_eq!(document["info"]["description"], "About the app.");
    assert_eq!(document["tags"][0]["description"], "About the noun.");
    let customer = &document["components"]["schemas"]["Customer"];
    assert_eq!(customer["description"], "About the noun.");
    let fields = &customer["properties"];
    assert_eq!(fields["name"]["description"], "About the field.");
    assert_eq!(
        fields["plan"]["oneOf"][0]["description"],
        "About the first name."
    );
    let pay = &document["paths"]["/Customer/{id}/pay"]["post"];
    assert_eq!(pay["summary"], "About the verb.");
    let body = &pay["requestBody"]["content"]["application/json"]["schema"];
    assert_eq!(
        body["properties"]["cents"]["description"],
        "About the verb's argument,\nin two lines."
    );
    let query = &document["paths"]["/Customer/{id}/named"]["get"];
    assert_eq!(query["summary"], "About the query.");
    let parameters = query["parameters"].as_array().expect("a list");
    let name = parameters.iter().find(|p| p["name"] == "name");
    assert_eq!(
        name.expect("it is there")["description"],
        "About the query's argument."
    );
}
