//! From the model to code.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::model::{Demands, Form, Rule};
use crate::serial::{self, as_value};
use crate::source::plain_name;
use crate::value::{Field, Value};

/// What a form generates besides what every value does.
pub fn form(form: &Form) -> TokenStream {
    let Value { ident, root, .. } = &form.value;
    let import = root.import();
    let name = plain_name(ident);
    let title = form
        .title
        .as_ref()
        .map_or_else(|| name.clone(), syn::LitStr::value);
    let doc = &form.doc;
    let fields = form
        .value
        .fields()
        .iter()
        .zip(&form.fields)
        .map(|(field, demands)| form_field(&form.value, field, demands));
    let rules = form
        .rules
        .iter()
        .map(|rule| form_rule(&quote!(#ident), rule));
    quote! {
        #[allow(unused_qualifications)]
        const _: () = {
            #import
            #[automatically_derived]
            impl __dotdo::Form for #ident {
                const FORM: &'static __dotdo::FormDef = &__dotdo::FormDef {
                    name: #name,
                    title: #title,
                    doc: #doc,
                    fields: &[#(#fields),*],
                    rules: &[#(#rules),*],
                    normal: __dotdo::normal_form::<Self>,
                };
            }
        };
    }
}

fn form_field(value: &Value, field: &Field, demands: &Demands) -> TokenStream {
    let Field {
        name,
        ty,
        doc,
        default,
        ..
    } = field;
    let mut rest = TokenStream::new();
    if default.is_some() {
        let (this, default) = (&value.ident, format_ident!("__default_{name}"));
        rest.extend(quote!(default: __dotdo::Some(|| __dotdo::Json::of(&#this::#default())),));
    }
    if let Some((low, high)) = demands.range {
        let (low, high) = (bound(low), bound(high));
        rest.extend(quote!(range: __dotdo::Some((#low, #high)),));
    }
    if let Some((low, high)) = demands.length {
        let (low, high) = (bound(low), bound(high));
        rest.extend(quote!(length: __dotdo::Some((#low, #high)),));
    }
    if !demands.rules.is_empty() {
        let rules = demands.rules.iter().map(|rule| form_rule(ty, rule));
        rest.extend(quote!(rules: &[#(#rules),*],));
    }
    if !doc.is_empty() {
        rest.extend(quote!(doc: #doc,));
    }
    let plain = if serial::known(ty) {
        quote!(__dotdo::FormField::of::<#ty>(#name))
    } else {
        let shape = serial::shape(ty);
        let (nullable, fits) = (as_value(ty, "NULLABLE"), as_value(ty, "fits"));
        quote!(__dotdo::FormField::new(#name, #shape, #nullable, #fits))
    };
    if rest.is_empty() {
        plain
    } else {
        quote!(__dotdo::FormField { #rest ..#plain })
    }
}

fn form_rule(ty: &TokenStream, rule: &Rule) -> TokenStream {
    let Rule { holds, message } = rule;
    let check = as_value(ty, "holds");
    quote!(__dotdo::FormRule { holds: |json| #check(json, #holds), message: #message })
}

fn bound<T: quote::ToTokens>(number: Option<T>) -> TokenStream {
    number.map_or_else(|| quote!(__dotdo::None), |n| quote!(__dotdo::Some(#n)))
}
