//! The bundle: the program as WebAssembly, the JavaScript around it, and what ties them together.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::Result;
use crate::config::COMPATIBILITY_DATE;
use crate::project::{Business, Class};

/// The folder of the bundle, beside `Cargo.toml`.
pub const FOLDER: &str = "worker";

/// A bundle that has been written.
pub struct Bundle {
    pub folder: PathBuf,
    classes: Vec<Class>,
}

/// What Cloudflare gets.
const FILES: [&str; 3] = ["index.js", "dotdo.js", "business.wasm"];

impl Bundle {
    /// Writes the files. The folder ignores itself: all of it can be made again, and the data in it is a trial's.
    pub fn write(project: &Path, business: &Business, wasm: &Path) -> Result<Self> {
        let folder = project.join(FOLDER);
        let bundle = Self {
            folder,
            classes: business.classes.clone(),
        };
        let write = |name: &str, text: &str| {
            let path = bundle.folder.join(name);
            fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))
        };
        fs::create_dir_all(&bundle.folder)
            .map_err(|e| format!("{}: {e}", bundle.folder.display()))?;
        write(".gitignore", "*\n")?;
        write("index.js", &index(&business.classes))?;
        write("dotdo.js", &business.shim)?;
        fs::copy(wasm, bundle.wasm()).map_err(|e| format!("{}: {e}", wasm.display()))?;
        Ok(bundle)
    }

    /// The program.
    pub fn wasm(&self) -> PathBuf {
        self.folder.join("business.wasm")
    }

    /// Its files by name.
    pub fn files(&self) -> Result<Vec<(&'static str, Vec<u8>)>> {
        let read = |name| {
            let path = self.folder.join(name);
            let bytes = fs::read(&path).map_err(|e| format!("{}: {e}", path.display()))?;
            Ok((name, bytes))
        };
        FILES.into_iter().map(read).collect()
    }

    /// How large it is, in bytes.
    pub fn size(&self) -> Result<u64> {
        Ok(self
            .files()?
            .iter()
            .map(|(_, file)| file.len() as u64)
            .sum())
    }

    /// How large it is compressed, as Cloudflare counts it.
    pub fn compressed(&self) -> Result<u64> {
        let files = self.files()?;
        files.iter().map(|(_, file)| compressed(file)).sum()
    }

    /// Writes the configuration of workerd.
    pub fn workerd_config(
        &self,
        port: u16,
        state: &Path,
        variables: &[(String, String)],
    ) -> Result<PathBuf> {
        fs::create_dir_all(state).map_err(|e| format!("{}: {e}", state.display()))?;
        let state = fs::canonicalize(state).map_err(|e| format!("{}: {e}", state.display()))?;
        let mut namespaces = String::new();
        let mut bindings = String::new();
        for Class { class, .. } in &self.classes {
            let _ = writeln!(
                namespaces,
                r#"    (className = "{class}", uniqueKey = "{class}", enableSql = true),"#
            );
            let _ = writeln!(
                bindings,
                r#"    (name = "{class}", durableObjectNamespace = "{class}"),"#
            );
        }
        for (name, value) in variables {
            let _ = writeln!(
                bindings,
                "    (name = {}, text = {}),",
                text(name),
                text(value)
            );
        }
        let config = format!(
            r#"using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "disk", disk = (path = {state}, writable = true)),
    (name = "internet", network = (allow = ["public", "private", "local"],
      tlsOptions = (trustBrowserCas = true))),
  ],
  sockets = [ (name = "http", address = "127.0.0.1:{port}", http = (), service = "main") ],
);

const worker :Workerd.Worker = (
  modules = [
    (name = "index.js", esModule = embed "index.js"),
    (name = "dotdo.js", esModule = embed "dotdo.js"),
    (name = "business.wasm", wasm = embed "business.wasm"),
  ],
  compatibilityDate = "{COMPATIBILITY_DATE}",
  durableObjectNamespaces = [
{namespaces}  ],
  durableObjectStorage = (localDisk = "disk"),
  bindings = [
{bindings}  ],
);
"#,
            state = text(&state.to_string_lossy()),
        );
        let path = self.folder.join("config.capnp");
        fs::write(&path, config).map_err(|e| format!("{}: {e}", path.display()))?;
        Ok(path)
    }
}

/// How large something is compressed.
pub fn compressed(bytes: &[u8]) -> Result<u64> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let bytes = encoder
        .write_all(bytes)
        .and_then(|()| encoder.finish())
        .map_err(|e| e.to_string())?;
    Ok(bytes.len() as u64)
}

/// A text as Cap'n Proto's language writes it.
fn text(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            _ => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

/// The module that Cloudflare loads.
pub fn index(classes: &[Class]) -> String {
    let mut map = String::new();
    let mut exports = String::new();
    for Class { noun, class } in classes {
        let _ = write!(map, " {noun:?}: {class:?},");
        let _ = writeln!(exports, "export const {class} = object({noun:?});");
    }
    format!(
        "// Written by `cargo dotdo worker build`.\nimport wasm from \"./business.wasm\";\nimport {{ business }} from \"./dotdo.js\";\n\nconst {{ object, worker }} = business(wasm, {{{map} }});\n\n{exports}export default worker;\n"
    )
}

/// The lines `NAME=value` of a `.dev.vars` file.
pub fn secrets(text: &str) -> Vec<(String, String)> {
    let line = |line: &str| {
        let line = line.trim();
        let (name, value) = line.split_once('=').filter(|_| !line.starts_with('#'))?;
        let value = value.trim();
        let quoted = ['"', '\'']
            .iter()
            .find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
        Some((name.trim().to_owned(), quoted.unwrap_or(value).to_owned()))
    };
    text.lines().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_quoted() {
        assert_eq!(text("a\"b\\c\nd"), r#""a\"b\\c\nd""#);
    }

    #[test]
    fn the_module_names_every_class() {
        let class = |noun: &str, class: &str| Class {
            noun: noun.to_owned(),
            class: class.to_owned(),
        };
        let module = index(&[class("", "Tenant"), class("Order", "Order")]);
        assert!(
            module.contains(r#"business(wasm, { "": "Tenant", "Order": "Order", });"#),
            "{module}"
        );
        assert!(
            module.contains("export const Order = object(\"Order\");\n"),
            "{module}"
        );
    }

    #[test]
    fn secrets_may_be_quoted_and_have_comments_between() {
        let text = "# mine\nTOKEN=abc\n EMPTY = \nKEY=\"a = b\"\nONE='1'\nnothing\n";
        let expected = [
            ("TOKEN", "abc"),
            ("EMPTY", ""),
            ("KEY", "a = b"),
            ("ONE", "1"),
        ];
        assert_eq!(
            secrets(text),
            expected.map(|(n, v)| (n.to_owned(), v.to_owned()))
        );
    }
}
