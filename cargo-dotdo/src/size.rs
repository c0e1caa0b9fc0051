//! How large a bundle is, and what in the program makes it so.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::fs;
use std::path::Path;

use wasmparser::{KnownCustom, Name, Parser, Payload, TypeRef};

use crate::Result;
use crate::bundle::{Bundle, compressed};

/// How many functions and crates are named.
const LARGEST: usize = 20;

/// The size of a bundle. It is shown as tables in Markdown.
#[derive(Clone, Debug)]
pub struct Size {
    files: Vec<File>,
    module: Module,
}

#[derive(Clone, Debug)]
struct File {
    name: &'static str,
    bytes: u64,
    compressed: u64,
}

/// What a module consists of, in bytes.
#[derive(Clone, Debug, Default, PartialEq)]
struct Module {
    /// The bodies of functions.
    code: u64,
    /// Texts and tables.
    data: u64,
    /// Functions by what they are called in Rust; the copies of a generic one together.
    functions: BTreeMap<String, Function>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Function {
    bytes: u64,
    copies: u64,
}

impl Size {
    /// Measures a bundle; `named` is its program, made small in the same way, with the names of functions in it.
    pub(crate) fn of(bundle: &Bundle, named: &Path) -> Result<Self> {
        let file = |(name, bytes): (&'static str, Vec<u8>)| {
            Ok(File {
                name,
                bytes: bytes.len() as u64,
                compressed: compressed(&bytes)?,
            })
        };
        let bytes = fs::read(named).map_err(|e| format!("{}: {e}", named.display()))?;
        Ok(Self {
            files: bundle
                .files()?
                .into_iter()
                .map(file)
                .collect::<Result<_>>()?,
            module: Module::read(&bytes).map_err(|e| format!("{}: {e}", named.display()))?,
        })
    }
}

impl Module {
    fn read(bytes: &[u8]) -> std::result::Result<Self, wasmparser::BinaryReaderError> {
        let mut module = Self::default();
        let mut imported = 0;
        let mut bodies = Vec::new();
        let mut names = BTreeMap::new();
        for payload in Parser::new(0).parse_all(bytes) {
            match payload? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    bodies.push(body.range().end - body.range().start);
                }
                Payload::DataSection(data) => module.data = data.range().end - data.range().start,
                Payload::CustomSection(section) => {
                    let KnownCustom::Name(sections) = section.as_known() else {
                        continue;
                    };
                    for section in sections {
                        let Name::Function(map) = section? else {
                            continue;
                        };
                        for naming in map {
                            let naming = naming?;
                            names.insert(naming.index, naming.name);
                        }
                    }
                }
                _ => {}
            }
        }
        for (index, bytes) in (imported..).zip(bodies) {
            let name = names
                .get(&index)
                .map_or_else(String::new, |name| rust(name));
            let function = module.functions.entry(name).or_default();
            function.bytes += bytes;
            function.copies += 1;
            module.code += bytes;
        }
        Ok(module)
    }

    fn crates(&self) -> Vec<(String, Function)> {
        let mut crates = BTreeMap::<String, Function>::new();
        for (name, function) in &self.functions {
            let of = crates.entry(crate_of(name)).or_default();
            of.bytes += function.bytes;
            of.copies += function.copies;
        }
        largest(crates)
    }
}

fn largest(of: BTreeMap<String, Function>) -> Vec<(String, Function)> {
    let mut all: Vec<_> = of.into_iter().collect();
    all.sort_by_key(|(_, function)| std::cmp::Reverse(function.bytes));
    all.truncate(LARGEST);
    all
}

/// What a symbol is called in Rust, without the types that a generic function was made for.
fn rust(symbol: &str) -> String {
    let name = format!("{:#}", rustc_demangle::demangle(symbol));
    let mut short = String::with_capacity(name.len());
    let mut rest = name.as_str();
    while let Some(at) = rest.find("::<") {
        let mut depth = 0_usize;
        let end = rest[at + 2..].char_indices().find_map(|(n, letter)| {
            match letter {
                '<' => depth += 1,
                // The arrow of a function's type closes nothing.
                '>' if !rest[..at + 2 + n].ends_with('-') => depth -= 1,
                _ => {}
            }
            (depth == 0).then_some(at + 2 + n + 1)
        });
        short.push_str(&rest[..at]);
        rest = &rest[end.unwrap_or(rest.len())..];
    }
    short.push_str(rest);
    short
}

/// The crate of a function: that of its type, or of its trait if the type is anything or the language's own.
fn crate_of(name: &str) -> String {
    let mut paths = name.split(" as ").map(|part| {
        let part = part.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '_');
        let part = ["mut ", "dyn ", "const ", "impl "]
            .iter()
            .find_map(|word| part.strip_prefix(word))
            .unwrap_or(part);
        let end = part
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(part.len());
        (part, end)
    });
    let path = paths.find(|(part, end)| part[*end..].starts_with("::"));
    path.map_or_else(
        || "(no crate)".to_owned(),
        |(part, end)| part[..end].to_owned(),
    )
}

impl Display for Size {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "| file | bytes | compressed |\n| --- | ---: | ---: |")?;
        for file in &self.files {
            writeln!(
                f,
                "| {} | {} | {} |",
                file.name, file.bytes, file.compressed
            )?;
        }
        let bytes: u64 = self.files.iter().map(|file| file.bytes).sum();
        let compressed: u64 = self.files.iter().map(|file| file.compressed).sum();
        writeln!(f, "| together | {bytes} | {compressed} |\n")?;
        let Module { code, data, .. } = self.module;
        writeln!(
            f,
            "The program is {code} bytes of code and {data} bytes of data. The code by crate:\n"
        )?;
        table(f, "crate", "functions", self.module.crates(), code)?;
        writeln!(
            f,
            "\nThe largest functions; a generic one with all its copies:\n"
        )?;
        let functions = largest(self.module.functions.clone());
        table(f, "function", "copies", functions, code)
    }
}

fn table(
    f: &mut Formatter<'_>,
    what: &str,
    count: &str,
    rows: Vec<(String, Function)>,
    code: u64,
) -> fmt::Result {
    writeln!(
        f,
        "| {what} | bytes | of the code | {count} |\n| --- | ---: | ---: | ---: |"
    )?;
    for (name, Function { bytes, copies }) in rows {
        let tenths = bytes * 1000 / code.max(1);
        let (percent, tenth) = (tenths / 10, tenths % 10);
        let name = if name.is_empty() { "(no name)" } else { &name };
        // A pipe would end the cell.
        let name = name.replace('|', "\\|");
        writeln!(f, "| `{name}` | {bytes} | {percent}.{tenth} % | {copies} |")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A section: its number, its length, what is in it.
    fn section(number: u8, body: &[u8]) -> Vec<u8> {
        let length = u8::try_from(body.len()).unwrap();
        [&[number, length], body].concat()
    }

    #[test]
    fn functions_are_counted_by_name_after_those_of_the_host() {
        let module = [
            b"\0asm\x01\0\0\0".to_vec(),
            // One type, `() -> ()`; one import `a.b` of it; two functions of it.
            section(1, &[1, 0x60, 0, 0]),
            section(2, &[1, 1, b'a', 1, b'b', 0, 0]),
            section(3, &[2, 0, 0]),
            section(10, &[2, 2, 0, 0x0b, 3, 0, 0x01, 0x0b]),
            // Functions 1 and 2 are copies of one.
            section(
                0,
                &[
                    &b"\x04name\x01"[..],
                    &[
                        15, 2, 1, 5, b'a', b':', b':', b'b', b'c', 2, 5, b'a', b':', b':', b'b',
                        b'c',
                    ],
                ]
                .concat(),
            ),
        ]
        .concat();
        let module = Module::read(&module).unwrap();
        let both = Function {
            bytes: 5,
            copies: 2,
        };
        assert_eq!(module.code, 5);
        assert_eq!(
            module.functions,
            BTreeMap::from([("a::bc".to_owned(), both)])
        );
        assert_eq!(module.crates(), [("a".to_owned(), both)]);
    }

    #[test]
    fn a_module_that_is_broken_is_said() {
        assert!(Module::read(b"\0asm\x01\0\0\0\x0a\x7f").is_err());
    }

    #[test]
    fn names_are_those_of_rust() {
        let legacy = "_ZN13dotdo_runtime4door4http5typed11time_of_day17hf07a4342162aa442E";
        assert_eq!(
            rust(legacy),
            "dotdo_runtime::door::http::typed::time_of_day"
        );
        assert_eq!(rust("a::b::<c::D<e::F>, fn() -> u8>::g::<h>"), "a::b::g");
        assert_eq!(rust("a::b::<never closed"), "a::b");
        assert_eq!(rust("<a::B<c> as d::E>::f"), "<a::B<c> as d::E>::f");
    }

    #[test]
    fn a_function_belongs_to_the_crate_of_its_type() {
        for (name, of) in [
            ("dotdo_runtime::object::wake", "dotdo_runtime"),
            ("<a::B<T> as core::fmt::Debug>::fmt", "a"),
            ("<&mut a::B as core::fmt::Debug>::fmt", "a"),
            ("<dyn a::B>::fmt", "a"),
            ("<&T as core::fmt::Debug>::fmt", "core"),
            ("<str as core::fmt::Debug>::fmt", "core"),
            ("memcpy", "(no crate)"),
            ("", "(no crate)"),
        ] {
            assert_eq!(crate_of(name), of, "{name}");
        }
    }
}
