//! How generated code names the runtime.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Path;

/// The crate that generated code is written against: `::dotdo`, or what `crate = path` says.
#[derive(Clone)]
pub struct Root {
    path: TokenStream,
}

impl Root {
    /// The user's path, or the default.
    pub fn new(path: Option<&Path>) -> Self {
        Self {
            path: path.map_or_else(|| quote!(::dotdo), Path::to_token_stream),
        }
    }

    /// The module with everything that generated code touches.
    pub fn private(&self) -> TokenStream {
        let path = &self.path;
        quote!(#path::__private)
    }

    /// Gives the module a short name, for the blocks in which generated code stands.
    pub fn import(&self) -> TokenStream {
        let path = &self.path;
        quote!(use #path::__private as __dotdo;)
    }
}

impl ToTokens for Root {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.path.to_tokens(tokens);
    }
}
