//! What the macros write needs rooms of the runtime, each of which a program may do without.

use std::fmt;

/// A feature of `dotdo`.
#[derive(Clone, Copy)]
pub enum Feature {
    Flows,
    People,
}

impl Feature {
    const fn name(self) -> &'static str {
        match self {
            Self::Flows => "flows",
            Self::People => "people",
        }
    }

    /// Whether this program has it.
    pub const fn is_there(self) -> bool {
        match self {
            Self::Flows => cfg!(feature = "flows"),
            Self::People => cfg!(feature = "people"),
        }
    }

    /// What is said of an attribute that needs it.
    pub fn wanted_by(self, word: &str) -> impl fmt::Display {
        let name = self.name();
        format!(
            "`#[{word}]` needs the feature `{name}` of dotdo, which this program is built without\nin its Cargo.toml: `dotdo = {{ version = \"{}\", features = [\"{name}\"] }}`",
            env!("CARGO_PKG_VERSION")
        )
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[track_caller]
    fn is_said(expanded: &str, feature: Feature, word: &str) {
        let said = expanded.matches("needs the feature").count();
        let what = format!("`#[{word}]` needs the feature `{}`", feature.name());
        assert_eq!(expanded.contains(&what), !feature.is_there(), "{expanded}");
        assert_eq!(
            said,
            usize::from(!feature.is_there()),
            "once, and nothing else: {expanded}"
        );
    }

    #[test]
    fn a_function_needs_flows() {
        let step = quote!(
            async fn post(to: String) -> Result<()> {
                Ok(())
            }
        );
        let expanded =
            crate::function::attribute(crate::function::Mark::Durable, quote!(retry = 3), step);
        is_said(&expanded.to_string(), Feature::Flows, "durable");
        assert!(
            expanded.to_string().contains("fn post"),
            "the function is still there"
        );
    }

    #[test]
    fn a_flow_of_a_noun_needs_flows() {
        let block = quote!(
            impl Order {
                #[on(Order::created)]
                async fn fulfil(cx: Flow<Order>, event: Event<Order>) -> Result<()> {
                    Ok(())
                }
            }
        );
        let expanded = crate::verbs::attribute(quote!(), block);
        is_said(&expanded.to_string(), Feature::Flows, "on");
    }

    #[test]
    fn a_form_needs_people() {
        let form = quote!(
            pub struct Review {
                pub release: bool,
            }
        );
        let expanded = crate::form::attribute(quote!(), form);
        is_said(&expanded.to_string(), Feature::People, "form");
    }
}
