//! From the model to code.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use super::model::{Column, Field, Noun, Role};
use crate::serial::{self, Absent, Record, RecordField, as_value, member};
use crate::source::{impl_at_name, plain_name};

/// Everything that a noun generates beside the struct.
pub fn noun(noun: &Noun) -> TokenStream {
    let columns = columns(noun);
    let import = noun.root.import();
    let (events, traits, beside, serde, backrefs) = (
        events(noun),
        traits(noun),
        beside(noun),
        serde(noun),
        backrefs(noun),
    );
    quote! {
        #columns
        #[allow(unused_qualifications)]
        const _: () = {
            #import
            #events
            #traits
            #beside
            #serde
            #backrefs
        };
    }
}

/// The keys of the three events that every noun has.
fn events(noun: &Noun) -> TokenStream {
    let (ident, vis) = (&noun.ident, &noun.vis);
    let name = plain_name(ident);
    let keys = [
        (
            "created",
            format!(" A new `{name}` was stored. The payload is the `{name}`."),
        ),
        (
            "updated",
            format!(" A `{name}` was changed. The payload is the `{name}` as it is now."),
        ),
        (
            "deleted",
            format!(" A `{name}` was deleted. The payload is the `{name}` as it was."),
        ),
    ];
    let keys = keys.into_iter().map(|(event, doc)| {
        let key = format_ident!("{event}");
        quote! {
            #[doc = #doc]
            #vis const #key: __dotdo::EventKey<Self> = __dotdo::EventKey::new(#name, #event);
        }
    });
    quote! {
        #[allow(non_upper_case_globals, dead_code)]
        impl #ident { #(#keys)* }
    }
}

/// `CustomerColumns`: what `Customer::find(|c| …)` is written with.
fn columns(noun: &Noun) -> TokenStream {
    let (p, vis, name) = (noun.root.private(), &noun.vis, &noun.ident);
    let ident = format_ident!("{}Columns", plain_name(name));
    let doc = format!(" The columns of `{name}`, for typed questions: `{name}::find(|c| …)`.");
    let fields = noun.columns().map(|(field, _)| {
        let Field {
            ident,
            vis,
            ty,
            docs,
            name,
            ..
        } = field;
        let docs = if docs.is_empty() {
            let doc = format!(" The column `{name}`.");
            quote!(#[doc = #doc])
        } else {
            quote!(#(#docs)*)
        };
        quote!(#docs #vis #ident: #p::Column<#ty>)
    });
    quote! {
        #[doc = #doc]
        #[derive(Clone, Copy)]
        #[allow(dead_code)]
        #vis struct #ident { #(#fields),* }
    }
}

fn traits(noun: &Noun) -> TokenStream {
    let ident = &noun.ident;
    let name = plain_name(ident);
    let columns = format_ident!("{}Columns", plain_name(ident));
    let def = def(noun);
    let column_names = noun.columns().map(|(field, _)| {
        let Field { ident, name, .. } = field;
        quote!(#ident: __dotdo::Column::new(#name))
    });
    let to_cells = noun.columns().map(|(field, _)| {
        let (ident, to_cell) = (&field.ident, serial::function(&field.ty, "to_cell"));
        quote!(#to_cell(&self.#ident)?)
    });
    let owner = if noun
        .fields
        .iter()
        .any(|field| matches!(field.role, Role::Back(Some(_))))
    {
        quote!(id)
    } else {
        quote!(_id)
    };
    let from_cells = noun.fields.iter().map(|field| {
        let Field { ident, name, .. } = field;
        match &field.role {
            Role::Column(_) => {
                let next = serial::function(&field.ty, "next");
                quote!(#ident: #next(cells, #name)?)
            }
            Role::Back(Some(back)) => {
                let column = plain_name(&back.column);
                quote!(#ident: __dotdo::Many::of(id, #column))
            }
            Role::Back(None) => quote!(#ident: ::core::default::Default::default()),
        }
    });
    let members = noun.columns().map(|(field, column)| {
        member(&field.name, &field.ty, column.default.is_some(), &field.doc)
    });
    let has_many = noun
        .fields
        .iter()
        .any(|field| matches!(field.role, Role::Back(_)))
        .then(|| {
            quote!(
                const HAS_MANY: bool = true;
            )
        });
    let row =
        (!noun.object).then(|| quote!(#[automatically_derived] #[diagnostic::do_not_recommend] impl __dotdo::Row for #ident {}));
    quote! {
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl __dotdo::Noun for #ident {
            const NAME: &'static str = #name;
            const DEF: &'static __dotdo::NounDef = &#def;
            const COLUMNS: #columns = #columns { #(#column_names),* };
            type Columns = #columns;
            #has_many
            fn to_cells(&self) -> __dotdo::Result<::std::vec::Vec<__dotdo::Cell>> {
                __dotdo::Ok(::std::vec::Vec::from([#(#to_cells),*]))
            }
            fn from_cells(#owner: &str, cells: &mut dyn ::core::iter::Iterator<Item = __dotdo::Cell>) -> __dotdo::Result<Self> {
                __dotdo::Ok(Self { #(#from_cells),* })
            }
        }
        #row
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl __dotdo::Value for #ident {
            const SHAPE: __dotdo::Shape = __dotdo::Shape::Record(#name, &[#(#members),*]);
            type Next = ();
        }
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl __dotdo::Listed for #ident {
            const ITEM: __dotdo::Item = __dotdo::Item::Noun(<Self as __dotdo::Noun>::DEF);
        }
    }
}

fn def(noun: &Noun) -> TokenStream {
    let Noun {
        ident,
        doc,
        plural,
        table,
        object,
        history,
        visibility,
        kind,
        dropped,
        ..
    } = noun;
    let name = plain_name(ident);
    let columns = noun
        .columns()
        .map(|(field, column)| column_def(noun, field, column));
    quote! {
        __dotdo::NounDef {
            name: #name,
            plural: #plural,
            table: #table,
            object: #object,
            history: #history,
            visibility: #visibility,
            kind: #kind,
            doc: #doc,
            columns: &[#(#columns),*],
            dropped: &[#(#dropped),*],
            cells: __dotdo::cells_of::<#ident>,
        }
    }
}

fn column_def(noun: &Noun, field: &Field, column: &Column) -> TokenStream {
    let Field { name, ty, doc, .. } = field;
    let mut rest = TokenStream::new();
    for (on, word) in [
        (column.unique, "unique"),
        (column.index, "index"),
        (column.search, "search"),
        (column.secret, "secret"),
        (column.verified, "verified"),
    ] {
        let word = format_ident!("{word}");
        if on {
            rest.extend(quote!(#word: true,));
        }
    }
    if column.default.is_some() {
        let (to_cell, default) = (serial::function(ty, "to_cell"), default_of(noun, field));
        rest.extend(quote!(default: __dotdo::Some(|| #to_cell(&#default())),));
    }
    if let Some(check) = &column.check {
        rest.extend(quote!(check: __dotdo::Some(#check),));
    }
    if let Some((low, high)) = column.range {
        let (low, high) = (bound(low), bound(high));
        rest.extend(quote!(range: __dotdo::Some((#low, #high)),));
    }
    if let Some(was) = &column.was {
        rest.extend(quote!(was: __dotdo::Some(#was),));
    }
    let dropped = &column.dropped;
    if !dropped.is_empty() {
        rest.extend(quote!(dropped: &[#(#dropped),*],));
    }
    if !column.migrate.is_empty() {
        let functions = column.migrate.iter().map(|path| {
            quote_spanned! {path.span()=>
                __dotdo::Migration::of(&((|old| __dotdo::migrate::<#ty, _, _>(old, #path)) as fn(_) -> _))
            }
        });
        rest.extend(quote!(migrate: &[#(#functions),*],));
    }
    if !doc.is_empty() {
        rest.extend(quote!(doc: #doc,));
    }
    let plain = if serial::known(ty) {
        quote!(__dotdo::ColumnDef::of::<#ty>(#name))
    } else {
        let (shape, nullable) = (serial::shape(ty), as_value(ty, "NULLABLE"));
        quote!(__dotdo::ColumnDef::new(#name, #shape, #nullable))
    };
    if rest.is_empty() {
        plain
    } else {
        quote!(__dotdo::ColumnDef { #rest ..#plain })
    }
}

fn bound(number: Option<f64>) -> TokenStream {
    number.map_or_else(|| quote!(__dotdo::None), |n| quote!(__dotdo::Some(#n)))
}

/// The function that makes a field's default value: one for serde and for the column.
fn default_of(noun: &Noun, field: &Field) -> TokenStream {
    let (ident, name) = (&noun.ident, format_ident!("__default_{}", field.name));
    quote!(#ident::#name)
}

fn serde(noun: &Noun) -> TokenStream {
    let ident = &noun.ident;
    let fields = noun.fields.iter().map(|field| RecordField {
        ident: &field.ident,
        name: &field.name,
        ty: &field.ty,
        absent: match &field.role {
            Role::Back(_) => Absent::Skipped,
            Role::Column(column) if column.default.is_some() => {
                Absent::Default(default_of(noun, field))
            }
            Role::Column(_) => Absent::Missed,
        },
    });
    let serde = serial::record(&Record {
        ident,
        expected: &format!("`{}`", plain_name(ident)),
        strict: false,
        fields: fields.collect(),
    });
    let defaults: Vec<_> = noun
        .columns()
        .filter_map(|(field, column)| {
            let (name, ty) = (format_ident!("__default_{}", field.name), &field.ty);
            let default = column.default.as_ref()?;
            Some(quote!(#[doc(hidden)] fn #name() -> #ty { #default }))
        })
        .collect();
    let defaults = (!defaults.is_empty()).then(|| quote!(impl #ident { #(#defaults)* }));
    quote!(#defaults #serde)
}

/// `Clone`, `Debug` and `PartialEq`, as far as the user does not derive them.
fn beside(noun: &Noun) -> TokenStream {
    let ident = &noun.ident;
    let name = plain_name(ident);
    let own = |name: &str| !noun.derived.iter().any(|derived| derived == name);
    let clone = own("Clone").then(|| {
        let fields = noun.fields.iter().map(
            |Field {
                 ident, ty, role, ..
             }| {
                let copy = copy(ty, role, &quote!(&self.#ident));
                quote!(#ident: #copy)
            },
        );
        let body = quote! {
            fn clone(&self) -> Self {
                Self { #(#fields),* }
            }
        };
        let own = impl_at_name(ident, quote!(::core::clone::Clone), &body);
        quote!(#[automatically_derived] #own)
    });
    let debug = own("Debug").then(|| {
        let fields = noun.fields.iter().map(
            |Field {
                 ident,
                 name,
                 ty,
                 role,
                 ..
             }| {
                let shown = match role {
                    Role::Column(_) => serial::show(ty, &quote!(&self.#ident)),
                    Role::Back(_) => quote!(&self.#ident),
                };
                quote!(.field(#name, #shown))
            },
        );
        let body = quote! {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.debug_struct(#name)#(#fields)*.finish()
            }
        };
        let own = impl_at_name(ident, quote!(::core::fmt::Debug), &body);
        quote!(#[automatically_derived] #own)
    });
    let partial_eq = own("PartialEq").then(|| {
        let fields = noun.fields.iter().map(
            |Field {
                 ident, ty, role, ..
             }| match role {
                Role::Column(_) if !serial::known(ty) => {
                    serial::same(ty, &quote!(&self.#ident), &quote!(&other.#ident))
                }
                _ => quote!(self.#ident == other.#ident),
            },
        );
        let equal = if noun.fields.is_empty() {
            quote!(true)
        } else {
            quote!(#(#fields)&&*)
        };
        let body = quote! {
            fn eq(&self, other: &Self) -> bool {
                #equal
            }
        };
        impl_at_name(ident, quote!(::core::cmp::PartialEq), &body)
    });
    let default = (!own("Default")).then(|| {
        let fields = noun.fields.iter().map(|field| {
            let (ident, ty) = (&field.ident, &field.ty);
            match &field.role {
                Role::Column(column) if column.default.is_some() => {
                    let default = default_of(noun, field);
                    quote!(#ident: #default())
                }
                _ => quote_spanned!(ty.span()=> #ident: ::core::default::Default::default()),
            }
        });
        quote! {
            #[automatically_derived]
            impl ::core::default::Default for #ident {
                fn default() -> Self {
                    Self { #(#fields),* }
                }
            }
        }
    });
    quote!(#clone #debug #partial_eq #default)
}

fn copy(ty: &TokenStream, role: &Role, place: &TokenStream) -> TokenStream {
    match role {
        Role::Column(_) => serial::copy(ty, place),
        Role::Back(_) => quote!(::core::clone::Clone::clone(#place)),
    }
}

/// Each `#[backref]` names a column that refers to this noun.
fn backrefs(noun: &Noun) -> TokenStream {
    let ident = &noun.ident;
    let checks = noun.fields.iter().filter_map(|field| match &field.role {
        Role::Back(Some(back)) => {
            let (other, column) = (&back.noun, &back.column);
            let refers = quote_spanned!(column.span()=> __dotdo::Backref::<#ident>::refers(&<#other as __dotdo::Noun>::COLUMNS.#column));
            Some(quote!(const _: fn() = || #refers;))
        }
        _ => None,
    });
    quote!(#(#checks)*)
}
