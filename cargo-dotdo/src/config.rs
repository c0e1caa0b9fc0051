//! `wrangler.jsonc`: the user's file, in which three entries are ours: `main`, the bindings of our classes, and the
//! migrations. Everything else, comments and all, stays as it is.
//!
//! Migrations tell Cloudflare which classes begin and end, once each: an entry that is there is never touched.

use std::fs;
use std::path::{Path, PathBuf};

use jsonc_parser::ParseOptions;
use jsonc_parser::cst::{CstInputValue, CstObject, CstRootNode};
use serde_json::Value;

use crate::Result;
use crate::bundle::FOLDER;
use crate::project::Business;

/// The day whose runtime the shim was written for.
pub const COMPATIBILITY_DATE: &str = "2026-11-01";

/// The file.
pub struct Config {
    path: PathBuf,
    root: CstRootNode,
    object: CstObject,
}

impl Config {
    /// Opens the file, or begins a new one.
    pub fn open(path: &Path, business: &Business) -> Result<Self> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => fresh(&business.name),
            Err(e) => return Err(format!("{}: {e}", path.display())),
        };
        Self::parse(path, &text)
    }

    fn parse(path: &Path, text: &str) -> Result<Self> {
        let root = CstRootNode::parse(text, &ParseOptions::default())
            .map_err(|e| format!("{}: {e}", path.display()))?;
        let object = root
            .object_value()
            .ok_or_else(|| format!("{}: an object is expected", path.display()))?;
        Ok(Self {
            path: path.to_owned(),
            root,
            object,
        })
    }

    /// The variables of the file, as texts.
    pub fn variables(path: &Path) -> Result<Vec<(String, String)>> {
        let Ok(text) = fs::read_to_string(path) else {
            return Ok(Vec::new());
        };
        let config = Self::parse(path, &text)?;
        let variables = config.value("vars");
        let variables = variables.as_object().into_iter().flatten();
        let text = |value: &Value| {
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        };
        Ok(variables
            .map(|(name, value)| (name.clone(), text(value)))
            .collect())
    }

    /// Brings the file up to date in memory, and says what has changed.
    pub fn update(&mut self, business: &Business) -> Result<Vec<String>> {
        let mut changes = Vec::new();
        let main = format!("{FOLDER}/index.js");
        if self.value("main") != main.as_str() {
            changes.push(format!("`main` is {main}"));
            set(&self.object, "main", CstInputValue::String(main));
        }
        let wanted: Vec<&str> = business.classes.iter().map(|c| c.class.as_str()).collect();
        let migrations = self.value("migrations");
        let there = classes_after(&migrations);
        let new: Vec<&str> = wanted
            .iter()
            .copied()
            .filter(|class| !there.iter().any(|known| known == class))
            .collect();
        let gone: Vec<&str> = there
            .iter()
            .map(String::as_str)
            .filter(|class| !wanted.contains(class))
            .collect();
        for class in &gone {
            if !business.dropped.iter().any(|noun| noun == class) {
                return Err(format!(
                    "{}: the class `{class}` has objects with data, and the program has no `#[noun(object)]` of that name any more\nput the noun back; or, if the data may be lost, write `dropped: [{class}]` in `app!`",
                    self.path.display()
                ));
            }
        }
        self.update_bindings(&wanted, &gone, &mut changes);
        self.migrate(&migrations, &new, &gone, &mut changes);
        Ok(changes)
    }

    fn update_bindings(&self, wanted: &[&str], gone: &[&str], changes: &mut Vec<String>) {
        let bindings = self.object.object_value_or_set("durable_objects");
        let bindings = bindings.array_value_or_set("bindings");
        // A binding with another script's name is the user's own.
        let own = |value: &Value| value.get("script_name").is_none();
        let mut there = Vec::new();
        for element in bindings.elements() {
            let value = element.to_serde_value().unwrap_or_default();
            let class = value["class_name"].as_str().unwrap_or_default().to_owned();
            if own(&value) && gone.contains(&class.as_str()) {
                changes.push(format!("the binding of `{class}` is gone"));
                element.remove();
            } else if own(&value) && value["name"] == value["class_name"] {
                there.push(class);
            }
        }
        for class in wanted {
            if !there.iter().any(|known| known == class) {
                changes.push(format!("`{class}` is bound"));
                let binding = [("name", *class), ("class_name", *class)];
                bindings.ensure_multiline();
                bindings.append(object(binding.map(|(name, value)| (name, value.into()))));
            }
        }
    }

    fn migrate(&self, migrations: &Value, new: &[&str], gone: &[&str], changes: &mut Vec<String>) {
        if new.is_empty() && gone.is_empty() {
            return;
        }
        let tag = next_tag(migrations);
        let names = |classes: &[&str]| {
            CstInputValue::Array(classes.iter().map(|class| (*class).into()).collect())
        };
        let mut entry = vec![("tag", tag.as_str().into())];
        for (key, classes, what) in [
            ("new_sqlite_classes", new, "begins"),
            ("deleted_classes", gone, "ends, with its data"),
        ] {
            if !classes.is_empty() {
                entry.push((key, names(classes)));
                let classes = classes.join("`, `");
                changes.push(format!("migration {tag}: `{classes}` {what}"));
            }
        }
        let migrations = self.object.array_value_or_set("migrations");
        migrations.ensure_multiline();
        migrations.append(object(entry));
    }

    fn value(&self, name: &str) -> Value {
        let value = self
            .object
            .get(name)
            .and_then(|entry| entry.to_serde_value());
        value.unwrap_or_default()
    }

    /// Writes the file.
    pub fn write(&self) -> Result<()> {
        let mut text = self.root.to_string();
        if !text.ends_with('\n') {
            text.push('\n');
        }
        fs::write(&self.path, text).map_err(|e| format!("{}: {e}", self.path.display()))
    }
}

fn object<'a>(entries: impl IntoIterator<Item = (&'a str, CstInputValue)>) -> CstInputValue {
    let entries = entries.into_iter();
    CstInputValue::Object(
        entries
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}

fn set(object: &CstObject, name: &str, value: CstInputValue) {
    match object.get(name) {
        Some(entry) => entry.set_value(value),
        None => {
            object.append(name, value);
        }
    }
}

/// A new file. The name is that of the address, `<name>.<account>.workers.dev`.
fn fresh(business: &str) -> String {
    let name = business.to_lowercase().replace('_', "-");
    format!(
        "// `cargo dotdo worker build` keeps `main`, `durable_objects` and `migrations` up to date. The rest is yours.\n{{\n  \"name\": \"{name}\",\n  \"main\": \"{FOLDER}/index.js\",\n  \"compatibility_date\": \"{COMPATIBILITY_DATE}\"\n}}\n"
    )
}

/// The classes that there are after all migrations.
fn classes_after(migrations: &Value) -> Vec<String> {
    let names = |value: &Value| -> Vec<String> {
        let names = value.as_array().into_iter().flatten();
        names
            .filter_map(|name| name.as_str().map(str::to_owned))
            .collect()
    };
    let mut classes: Vec<String> = Vec::new();
    for migration in migrations.as_array().into_iter().flatten() {
        classes.extend(names(&migration["new_sqlite_classes"]));
        classes.extend(names(&migration["new_classes"]));
        for renamed in migration["renamed_classes"]
            .as_array()
            .into_iter()
            .flatten()
        {
            for class in &mut classes {
                if renamed["from"].as_str() == Some(class)
                    && let Some(to) = renamed["to"].as_str()
                {
                    to.clone_into(class);
                }
            }
        }
        let deleted = names(&migration["deleted_classes"]);
        classes.retain(|class| !deleted.contains(class));
    }
    classes
}

/// `v1`, `v2`, …: one that is not there.
fn next_tag(migrations: &Value) -> String {
    let there = migrations.as_array().map(Vec::as_slice).unwrap_or_default();
    let taken = |tag: &str| there.iter().any(|migration| migration["tag"] == tag);
    let mut n = there.len() + 1;
    while taken(&format!("v{n}")) {
        n += 1;
    }
    format!("v{n}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Class;

    fn business(nouns: &[&str], dropped: &[&str]) -> Business {
        let class = |noun: &str, class: &str| Class {
            noun: noun.to_owned(),
            class: class.to_owned(),
        };
        let mut classes = vec![class("", "Tenant")];
        classes.extend(nouns.iter().map(|noun| class(noun, noun)));
        Business {
            name: "Record_Store".to_owned(),
            classes,
            dropped: dropped.iter().map(|noun| (*noun).to_owned()).collect(),
            zones: Vec::new(),
            shim: String::new(),
        }
    }

    fn updated(text: &str, business: &Business) -> (String, Vec<String>) {
        let mut config = Config::parse(Path::new("wrangler.jsonc"), text).unwrap();
        let changes = config.update(business).unwrap();
        (config.root.to_string(), changes)
    }

    #[test]
    fn a_new_file_has_every_class() {
        let business = business(&["Order"], &[]);
        let (text, changes) = updated(&fresh(&business.name), &business);
        assert_eq!(
            text,
            r#"// `cargo dotdo worker build` keeps `main`, `durable_objects` and `migrations` up to date. The rest is yours.
{
  "name": "record-store",
  "main": "worker/index.js",
  "compatibility_date": "2026-11-01",
  "durable_objects": {
    "bindings": [
      {
        "name": "Tenant",
        "class_name": "Tenant"
      },
      {
        "name": "Order",
        "class_name": "Order"
      }
    ]
  },
  "migrations": [
    {
      "tag": "v1",
      "new_sqlite_classes": ["Tenant", "Order"]
    }
  ]
}
"#
        );
        assert_eq!(changes.len(), 3, "{changes:?}");
        assert_eq!(updated(&text, &business), (text, Vec::new()));
    }

    #[test]
    fn what_is_the_users_stays() {
        let text = r#"{
  // The name that customers see.
  "name": "shop", "vars": { "COUNTRY": "DE" },
  "main": "elsewhere.js",
  "durable_objects": { "bindings": [
    { "name": "Other", "class_name": "Tenant", "script_name": "other" }, // Not ours.
    { "name": "Tenant", "class_name": "Tenant" }
  ] },
  "migrations": [{ "tag": "first", "new_sqlite_classes": ["Tenant"] }],
}
"#;
        let (after, changes) = updated(text, &business(&["Order"], &[]));
        for kept in [
            "// The name that customers see.",
            r#""vars": { "COUNTRY": "DE" }"#,
            r#"{ "name": "Other", "class_name": "Tenant", "script_name": "other" }, // Not ours."#,
            r#"{ "tag": "first", "new_sqlite_classes": ["Tenant"] }"#,
        ] {
            assert!(after.contains(kept), "{kept}\n{after}");
        }
        assert_eq!(
            changes,
            [
                "`main` is worker/index.js",
                "`Order` is bound",
                "migration v2: `Order` begins"
            ]
        );
    }

    #[test]
    fn a_class_ends_when_its_noun_is_dropped() {
        let (text, _) = updated(&fresh("Shop"), &business(&["Order", "Fax"], &[]));
        let (text, changes) = updated(&text, &business(&["Order"], &["Fax"]));
        assert_eq!(
            changes,
            [
                "the binding of `Fax` is gone",
                "migration v2: `Fax` ends, with its data"
            ]
        );
        // It may begin again.
        let (text, changes) = updated(&text, &business(&["Order", "Fax"], &[]));
        assert_eq!(changes, ["`Fax` is bound", "migration v3: `Fax` begins"]);
        assert_eq!(updated(&text, &business(&["Order", "Fax"], &[])).1, [""; 0]);
    }

    #[test]
    fn a_class_with_data_does_not_go_silently() {
        let (text, _) = updated(&fresh("Shop"), &business(&["Order"], &[]));
        let mut config = Config::parse(Path::new("wrangler.jsonc"), &text).unwrap();
        let error = config.update(&business(&[], &[])).unwrap_err();
        assert_eq!(
            error,
            "wrangler.jsonc: the class `Order` has objects with data, and the program has no `#[noun(object)]` of that name any more\nput the noun back; or, if the data may be lost, write `dropped: [Order]` in `app!`"
        );
    }

    #[test]
    fn renamed_classes_are_known_by_their_new_name() {
        let text = r#"{ "migrations": [
  { "tag": "v1", "new_sqlite_classes": ["Tenant", "Buy"] },
  { "tag": "v2", "renamed_classes": [{ "from": "Buy", "to": "Order" }] }
] }"#;
        let (_, changes) = updated(text, &business(&["Order"], &[]));
        assert!(
            !changes.iter().any(|change| change.contains("migration")),
            "{changes:?}"
        );
    }

    #[test]
    fn a_file_that_is_no_json_is_said_where() {
        let error = Config::parse(Path::new("wrangler.jsonc"), "{\n  \"a\": ]\n}")
            .map(drop)
            .unwrap_err();
        assert!(
            error.starts_with("wrangler.jsonc: ") && error.contains("line 2"),
            "{error}"
        );
    }
}
