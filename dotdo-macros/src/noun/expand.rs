//! From the model to code.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use super::model::{Column, Field, Noun, Role};
use crate::serial::{self, as_value, member};

/// Everything that a noun generates beside the struct.
pub fn noun(noun: &Noun) -> TokenStream {
    let events = events(noun);
    let columns = columns(noun);
    let stub = stub(noun);
    let traits = traits(noun);
    let serde = serde(noun);
    let backrefs = backrefs(noun);
    quote!(#events #columns #stub #traits #serde #backrefs)
}

/// The keys of the three events that every noun has.
fn events(noun: &Noun) -> TokenStream {
    let (p, ident, vis) = (noun.root.private(), &noun.ident, &noun.vis);
    let name = ident.to_string();
    let keys = [
        ("created", format!("A new `{name}` was stored. The payload is the `{name}`.")),
        ("updated", format!("A `{name}` was changed. The payload is the `{name}` as it is now.")),
        ("deleted", format!("A `{name}` was deleted. The payload is the `{name}` as it was.")),
    ];
    let keys = keys.into_iter().map(|(event, doc)| {
        let key = format_ident!("{event}");
        quote! {
            #[doc = #doc]
            #vis const #key: #p::EventKey<Self> = #p::EventKey::new(#name, #event);
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
    let ident = format_ident!("{name}Columns");
    let doc = format!("The columns of `{name}`, for typed questions: `{name}::find(|c| …)`.");
    let fields = noun.columns().map(|(field, _)| {
        let Field { ident, vis, ty, docs, name, .. } = field;
        let docs = if docs.is_empty() {
            let doc = format!("The column `{name}`.");
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

/// `CustomerStub`: what calls are made with; `#[verbs]` gives it methods.
fn stub(noun: &Noun) -> TokenStream {
    let (p, vis, name) = (noun.root.private(), &noun.vis, &noun.ident);
    let ident = format_ident!("{name}Stub");
    let doc = format!("Calls to one `{name}`: `{name}::stub(id)`.");
    quote! {
        #[doc = #doc]
        #[derive(Clone, Debug)]
        #vis struct #ident(#p::Stub<#name>);
        #[automatically_derived]
        impl ::core::ops::Deref for #ident {
            type Target = #p::Stub<#name>;
            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }
        #[automatically_derived]
        impl #p::Onward for #ident {
            fn onward(chain: #p::Chain) -> Self {
                Self(#p::Onward::onward(chain))
            }
        }
    }
}

fn traits(noun: &Noun) -> TokenStream {
    let (p, ident) = (noun.root.private(), &noun.ident);
    let name = ident.to_string();
    let (columns, stub) = (format_ident!("{ident}Columns"), format_ident!("{ident}Stub"));
    let def = def(noun);
    let column_names = noun.columns().map(|(field, _)| {
        let Field { ident, name, .. } = field;
        quote!(#ident: #p::Column::new(#name))
    });
    let to_cells = noun.columns().map(|(field, _)| {
        let (ident, to_cell) = (&field.ident, as_value(&noun.root, &field.ty, "to_cell"));
        quote!(#to_cell(&self.#ident)?)
    });
    let owner = if noun.fields.iter().any(|field| matches!(field.role, Role::Back(Some(_)))) { quote!(id) } else { quote!(_id) };
    let from_cells = noun.fields.iter().map(|field| {
        let Field { ident, name, .. } = field;
        match &field.role {
            Role::Column(_) => quote_spanned!(field.ty.span()=> #ident: #p::next_cell(cells, #name)?),
            Role::Back(Some(back)) => {
                let column = crate::source::plain_name(&back.column);
                quote!(#ident: #p::Many::of(id, #column))
            }
            Role::Back(None) => quote!(#ident: ::core::default::Default::default()),
        }
    });
    let members = noun.columns().map(|(field, column)| member(&noun.root, &field.name, &field.ty, column.default.is_some(), &field.doc));
    let has_many = noun.fields.iter().any(|field| matches!(field.role, Role::Back(_))).then(|| quote!(const HAS_MANY: bool = true;));
    let row = (!noun.object).then(|| quote!(#[automatically_derived] impl #p::Row for #ident {}));
    quote! {
        #[automatically_derived]
        impl #p::Noun for #ident {
            const NAME: &'static str = #name;
            const DEF: &'static #p::NounDef = &#def;
            const COLUMNS: #columns = #columns { #(#column_names),* };
            type Columns = #columns;
            type Stub = #stub;
            #has_many
            fn to_cells(&self) -> #p::Result<::std::vec::Vec<#p::Cell>> {
                Ok(::std::vec![#(#to_cells),*])
            }
            fn from_cells(#owner: &str, cells: &mut dyn ::core::iter::Iterator<Item = #p::Cell>) -> #p::Result<Self> {
                Ok(Self { #(#from_cells),* })
            }
        }
        #row
        #[automatically_derived]
        impl #p::Value for #ident {
            const SHAPE: #p::Shape = #p::Shape::Record(#name, &[#(#members),*]);
            type Next = ();
        }
        #[automatically_derived]
        impl #p::Listed for #ident {
            const ITEM: #p::Item = #p::Item::Noun(<Self as #p::Noun>::DEF);
        }
    }
}

fn def(noun: &Noun) -> TokenStream {
    let p = noun.root.private();
    let Noun { ident, doc, plural, table, object, history, visibility, kind, .. } = noun;
    let name = ident.to_string();
    let columns = noun.columns().map(|(field, column)| column_def(noun, field, column));
    quote! {
        #p::NounDef {
            name: #name,
            plural: #plural,
            table: #table,
            object: #object,
            history: #history,
            visibility: #visibility,
            kind: #kind,
            doc: #doc,
            columns: &[#(#columns),*],
            cells: #p::cells_of::<#ident>,
        }
    }
}

fn column_def(noun: &Noun, field: &Field, column: &Column) -> TokenStream {
    let p = noun.root.private();
    let Field { name, ty, doc, .. } = field;
    let mut rest = TokenStream::new();
    for (on, word) in [(column.unique, "unique"), (column.index, "index"), (column.search, "search"), (column.secret, "secret")] {
        let word = format_ident!("{word}");
        if on {
            rest.extend(quote!(#word: true,));
        }
    }
    if column.default.is_some() {
        let (to_cell, default) = (as_value(&noun.root, ty, "to_cell"), default_of(noun, field));
        rest.extend(quote!(default: ::core::option::Option::Some(|| #to_cell(&#default())),));
    }
    if let Some(check) = &column.check {
        rest.extend(quote!(check: ::core::option::Option::Some(#check),));
    }
    if let Some((low, high)) = column.range {
        let (low, high) = (bound(low), bound(high));
        rest.extend(quote!(range: ::core::option::Option::Some((#low, #high)),));
    }
    if let Some(was) = &column.was {
        rest.extend(quote!(was: ::core::option::Option::Some(#was),));
    }
    if !doc.is_empty() {
        rest.extend(quote!(doc: #doc,));
    }
    let (shape, nullable) = (serial::shape(&noun.root, ty), serial::nullable(&noun.root, ty));
    let plain = quote!(#p::ColumnDef::new(#name, #shape, #nullable));
    if rest.is_empty() { plain } else { quote!(#p::ColumnDef { #rest ..#plain }) }
}

fn bound(number: Option<f64>) -> TokenStream {
    number.map_or_else(|| quote!(::core::option::Option::None), |n| quote!(::core::option::Option::Some(#n)))
}

/// The function that makes a field's default value: one for serde and for the column.
fn default_of(noun: &Noun, field: &Field) -> TokenStream {
    let (ident, name) = (&noun.ident, format_ident!("__default_{}", field.name));
    quote!(#ident::#name)
}

fn serde(noun: &Noun) -> TokenStream {
    let ident = &noun.ident;
    let copy = format_ident!("__{ident}");
    let fields = noun.fields.iter().map(|field| {
        let Field { ident, ty, .. } = field;
        let how = match &field.role {
            Role::Back(_) => quote!(#[serde(skip)]),
            Role::Column(column) if column.default.is_some() => {
                let default = default_of(noun, field).to_string().replace(' ', "");
                quote!(#[serde(default = #default)])
            }
            Role::Column(_) => TokenStream::new(),
        };
        quote!(#how #ident: #ty)
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
    let through = serial::through_copy(&noun.root, ident, &copy, &TokenStream::new(), &quote!(struct #copy { #(#fields),* }), &TokenStream::new());
    quote!(#defaults #through)
}

/// Each `#[backref]` names a column that refers to this noun.
fn backrefs(noun: &Noun) -> TokenStream {
    let (p, ident) = (noun.root.private(), &noun.ident);
    let checks = noun.fields.iter().filter_map(|field| match &field.role {
        Role::Back(Some(back)) => {
            let (other, column) = (&back.noun, &back.column);
            let refers = quote_spanned!(column.span()=> refers(<#other as #p::Noun>::COLUMNS.#column));
            Some(quote! {
                const _: () = {
                    const fn refers(_: impl #p::Backref<#ident> + ::core::marker::Copy) {}
                    #refers
                };
            })
        }
        _ => None,
    });
    quote!(#(#checks)*)
}
