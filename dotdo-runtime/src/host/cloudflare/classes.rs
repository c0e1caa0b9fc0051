//! Which classes of Durable Objects a business is.

use crate::app::App;

/// The class of tenants' own objects.
const TENANT: &str = "Tenant";

/// Each object noun with the name of its class, which is also that of its binding; `""` is the tenants' own.
///
/// A class has the name of its noun, as long as JavaScript lets it: it is a name that nothing else has.
///
/// ```
/// use dotdo_runtime::app::App;
/// use dotdo_runtime::business::AppDef;
/// use dotdo_runtime::host::cloudflare::classes;
///
/// static SHOP: AppDef = AppDef {
///     name: "Shop",
///     version: "1.0.0",
///     domain: None,
///     doc: "",
///     entries: &[],
///     dropped: &[],
///     lock: None,
///     at: ("", ""),
/// };
/// let shop = App::new(&SHOP)?;
/// assert_eq!(classes(&shop), [("", "Tenant".to_owned())]);
/// # Ok::<(), dotdo_runtime::Error>(())
/// ```
pub fn classes(app: &App) -> Vec<(&'static str, String)> {
    let objects = app.nouns().map(|entry| entry.def).filter(|def| def.object);
    let nouns: Vec<&'static str> = objects.map(|def| def.name).collect();
    let class = |noun: &&'static str| (*noun, class_of(noun, &nouns));
    std::iter::once(("", TENANT.to_owned()))
        .chain(nouns.iter().map(class))
        .collect()
}

fn class_of(noun: &str, nouns: &[&str]) -> String {
    // Words of JavaScript, and the names of the module that exports the classes, begin with a small letter.
    let mut class = noun.to_owned();
    if noun == TENANT || noun.starts_with(|c: char| !c.is_uppercase()) {
        class.push_str("Noun");
        while nouns.contains(&class.as_str()) {
            class.push('_');
        }
    }
    class
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_has_a_name_that_nothing_else_has() {
        assert_eq!(class_of("Order", &["Order"]), "Order");
        assert_eq!(class_of("Tenant", &["Tenant"]), "TenantNoun");
        assert_eq!(class_of("Tenant", &["Tenant", "TenantNoun"]), "TenantNoun_");
        assert_eq!(class_of("class", &["class"]), "classNoun");
    }
}
