//! By what a test and the program in workerd mean the same business.

use dotdo::AppDef;
use dotdo::runtime_app::App;

/// What no two businesses of the behaviour tests have in common: file and name, where their flows are, what they store.
pub fn key(def: &'static AppDef) -> String {
    let app = App::new(def).expect("a business");
    let file = def.at.1.rsplit(['/', '\\']).next().unwrap_or_default();
    let flows: Vec<_> = app.flows().map(|flow| (flow.name, flow.at.1)).collect();
    let objects = app.nouns().filter(|entry| entry.def.object);
    let nouns = std::iter::once(None).chain(objects.map(|entry| Some(entry.def.name)));
    let tables: Vec<_> = nouns
        .map(|noun| app.schema_of(noun).fingerprint())
        .collect();
    let lock = def.lock.map(|lock| lock.version);
    format!(
        "{file} {} {flows:?} {tables:?} {lock:?} {:?}",
        def.name, def.dropped
    )
}
