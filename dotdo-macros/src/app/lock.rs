//! The crate's `dotdo.lock`: found, read, and written down as constants for `app!` to compare the program with.
//!
//! This is the one place where a macro looks at something beside its input. The file is included as well, so that cargo
//! builds anew when it changes.

use std::path::PathBuf;

use dotdo_core::lock::{Function, Lock, Missing, Noun};
use dotdo_core::shape::{Member, Shape};
use dotdo_core::table::Column;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Ident, LitStr};

use crate::diag::Errors;
use crate::source::plain_name;

/// Where the business stands.
#[derive(Default)]
pub struct Places {
    /// The folder of the crate.
    pub manifest: Option<PathBuf>,
    /// The source file.
    pub source: Option<PathBuf>,
}

/// What the user says about the lock.
#[derive(Default)]
pub enum Given {
    /// Nothing: it is the crate's, if there is one.
    #[default]
    Found,
    /// `lock: none`.
    Without,
    /// `lock: "shop.lock"`.
    File(LitStr),
}

/// A lock that was read.
pub struct Locked {
    /// The version; 0 for a file that is empty still.
    version: u32,
    /// How the program includes the file, and what it calls it.
    text: TokenStream,
    path: TokenStream,
    lock: Option<Lock>,
}

/// Reads the lock of a business.
pub fn read(given: &Given, ident: &Ident, places: &Places, errors: &mut Errors) -> Option<Locked> {
    let (file, text, path) = match given {
        Given::Without => return None,
        Given::Found => {
            let file = places.manifest.as_ref()?.join(dotdo_core::lock::FILE);
            let path = quote!(::core::concat!(
                ::core::env!("CARGO_MANIFEST_DIR"),
                "/dotdo.lock"
            ));
            let content = std::fs::read_to_string(&file).ok()?;
            (content, quote!(::core::include_str!(#path)), path)
        }
        Given::File(name) => {
            let base = places.source.as_ref().and_then(|source| source.parent());
            let base = base.or(places.manifest.as_deref())?;
            let Ok(content) = std::fs::read_to_string(base.join(name.value())) else {
                errors.at(
                    name,
                    format_args!(
                        "there is no file `{}` beside this one\nmake an empty one, and let `cargo run -- schema lock` fill it; without the key, the lock is `dotdo.lock` in the folder of the crate",
                        name.value()
                    ),
                );
                return None;
            };
            (content, quote!(::core::include_str!(#name)), quote!(#name))
        }
    };
    let called = match given {
        Given::File(name) => name.value(),
        _ => dotdo_core::lock::FILE.to_owned(),
    };
    if file.trim().is_empty() {
        return Some(Locked {
            version: 0,
            text,
            path,
            lock: None,
        });
    }
    let mut wrong = |message: String| match given {
        Given::File(name) => errors.at(name, message),
        _ => errors.at(ident, message),
    };
    let lock: Lock = match file.parse() {
        Ok(lock) => lock,
        Err(mistake) => {
            wrong(format!("{called} cannot be read, {mistake}"));
            return None;
        }
    };
    let name = plain_name(ident);
    if lock.business != name {
        wrong(format!(
            "{called} is the lock of `{}`, and this is `{name}`\nif it has another name now, change the name in the file; if it is another business, write `lock: none` before its name",
            lock.business
        ));
        return None;
    }
    Some(Locked {
        version: lock.version(),
        text,
        path,
        lock: Some(lock),
    })
}

impl Locked {
    /// The `LockFile` of the business.
    pub fn file(&self) -> TokenStream {
        let Self {
            version,
            text,
            path,
            ..
        } = self;
        quote!(__dotdo::LockFile { version: #version, path: #path, text: #text, read: __dotdo::read_lock })
    }

    /// The newest version as constants.
    pub fn constants(&self) -> Option<TokenStream> {
        let lock = self.lock.as_ref()?;
        let version = self.version;
        let missing = lock.missing();
        let nouns = lock.latest().nouns.iter().map(|n| noun(lock, n, &missing));
        let functions = lock.latest().functions.iter().map(function);
        let names = lock.names();
        Some(quote! {
            __dotdo::Locked {
                version: #version,
                nouns: &[#(#nouns),*],
                functions: &[#(#functions),*],
                names: &[#(#names),*],
            }
        })
    }
}

fn noun(lock: &Lock, noun: &Noun, missing: &[Missing]) -> TokenStream {
    let (name, object) = (&noun.table.noun, noun.object);
    let columns = noun.table.columns.iter().map(|column| {
        let earlier = missing
            .iter()
            .filter(|other| other.noun == *name && other.column == column.name);
        locked_column(column, earlier)
    });
    let names = lock.names_of(name);
    quote! {
        __dotdo::LockedNoun { name: #name, object: #object, columns: &[#(#columns),*], names: &[#(#names),*] }
    }
}

fn locked_column<'a>(column: &Column, earlier: impl Iterator<Item = &'a Missing>) -> TokenStream {
    let (name, values) = (&column.name, shape(&column.values()));
    let (nullable, unique) = (column.nullable, column.unique);
    let earlier = earlier.map(|Missing { version, from, .. }| {
        let nullable = from.as_ref().is_some_and(|from| from.nullable);
        let shape = from.as_ref().map_or_else(
            || quote!(__dotdo::None),
            |from| {
                let shape = shape(&from.values());
                quote!(__dotdo::Some(#shape))
            },
        );
        quote!(__dotdo::Earlier { version: #version, shape: #shape, nullable: #nullable })
    });
    quote! {
        __dotdo::LockedColumn {
            name: #name, shape: #values, nullable: #nullable, unique: #unique, earlier: &[#(#earlier),*]
        }
    }
}

fn function(function: &Function) -> TokenStream {
    let Function {
        flow,
        name,
        version,
        args,
        output,
    } = function;
    let (args, output) = (members(args), shape(output));
    quote! {
        __dotdo::LockedFunction {
            name: #name, flow: #flow, version: #version, args: #args, output: #output
        }
    }
}

fn members(members: &[Member]) -> TokenStream {
    let members = members.iter().map(|member| {
        let (name, shape, optional) = (&member.name, shape(&member.shape), member.optional);
        quote!(__dotdo::Member { name: #name, shape: #shape, optional: #optional, doc: "" })
    });
    quote!(&[#(#members),*])
}

fn shape(of: &Shape) -> TokenStream {
    let word = match of {
        Shape::Nothing => quote!(Nothing),
        Shape::Integer => quote!(Integer),
        Shape::Real => quote!(Real),
        Shape::Boolean => quote!(Boolean),
        Shape::Text => quote!(Text),
        Shape::Timestamp => quote!(Timestamp),
        Shape::Date => quote!(Date),
        Shape::Time => quote!(Time),
        Shape::Decimal => quote!(Decimal),
        Shape::Bytes => quote!(Bytes),
        Shape::Embedding => quote!(Embedding),
        Shape::Any => quote!(Any),
        Shape::Reference(noun) => quote!(Reference(#noun)),
        Shape::Choice(names) => quote!(Choice(&[#(#names),*], &[])),
        Shape::Optional(inner) => {
            let inner = shape(inner);
            quote!(Optional(&#inner))
        }
        Shape::List(inner) => {
            let inner = shape(inner);
            quote!(List(&#inner))
        }
        Shape::Map(inner) => {
            let inner = shape(inner);
            quote!(Map(&#inner))
        }
        Shape::Record(name, list) => {
            let list = members(list);
            quote!(Record(#name, #list))
        }
        Shape::OneOf(name, list) => {
            let list = members(list);
            quote!(OneOf(#name, #list))
        }
        Shape::Tuple(places) => {
            let places = places.iter().map(shape);
            quote!(Tuple(&[#(#places),*]))
        }
    };
    quote!(__dotdo::Shape::#word)
}
