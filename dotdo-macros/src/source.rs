//! Items as the user wrote them. Only what a macro looks at is parsed; bodies stay raw tokens, so that they may hold
//! anything, and so that editors keep their spans while the code is half written.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Ident, ItemImpl, Signature, Token, Visibility};

/// A function with its body unread.
#[derive(Clone)]
pub struct Function {
    /// Its attributes.
    pub attrs: Vec<Attribute>,
    /// Its visibility.
    pub vis: Visibility,
    /// Everything between the visibility and the body.
    pub sig: Signature,
    /// The body, or the `;` of one that has none.
    pub body: TokenTree,
}

impl Parse for Function {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        Self::parse_after(attrs, input)
    }
}

impl Function {
    fn parse_after(attrs: Vec<Attribute>, input: ParseStream) -> syn::Result<Self> {
        let vis = input.parse()?;
        let sig = input.parse()?;
        if !input.peek(syn::token::Brace) && !input.peek(Token![;]) {
            return Err(input.error("a function has a body in braces"));
        }
        Ok(Self {
            attrs,
            vis,
            sig,
            body: input.parse()?,
        })
    }
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        for attr in &self.attrs {
            attr.to_tokens(tokens);
        }
        self.vis.to_tokens(tokens);
        let mut sig = self.sig.clone();
        crate::signature::strip(&mut sig);
        sig.to_tokens(tokens);
        self.body.to_tokens(tokens);
    }
}

/// A member of an `impl`.
pub enum Member {
    /// A function.
    Function(Box<Function>),
    /// Anything else, unread.
    Other(TokenStream),
}

impl Parse for Member {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let ahead = input.fork();
        ahead.call(Attribute::parse_outer)?;
        ahead.parse::<Visibility>()?;
        let is_fn = ahead.peek(Token![fn])
            || ahead.peek(Token![async])
            || ahead.peek(Token![unsafe])
            || ahead.peek(Token![extern])
            || ahead.peek(Token![const])
                && (ahead.peek2(Token![fn])
                    || ahead.peek2(Token![async])
                    || ahead.peek2(Token![unsafe]));
        if is_fn {
            return Ok(Self::Function(Box::new(input.parse()?)));
        }
        let ends_at_brace = !ahead.peek(Token![const]) && !ahead.peek(Token![type]);
        let mut tokens = TokenStream::new();
        while !input.is_empty() {
            let tree: TokenTree = input.parse()?;
            let ends = match &tree {
                TokenTree::Punct(punct) => punct.as_char() == ';',
                TokenTree::Group(group) => ends_at_brace && group.delimiter() == Delimiter::Brace,
                _ => false,
            };
            tree.to_tokens(&mut tokens);
            if ends {
                break;
            }
        }
        Ok(Self::Other(tokens))
    }
}

/// An inherent `impl` with its members' bodies unread.
pub struct Impl {
    /// The `impl` without its members.
    pub head: ItemImpl,
    /// Its members.
    pub members: Vec<Member>,
}

impl Impl {
    /// Splits an `impl` into its head and its members.
    pub fn parse(item: TokenStream) -> syn::Result<Self> {
        let mut head = TokenStream::new();
        let mut body = None;
        for tree in item {
            match tree {
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                    let empty = Group::new(Delimiter::Brace, TokenStream::new());
                    body = Some(group.stream());
                    head.extend([TokenTree::Group(empty)]);
                }
                other => head.extend([other]),
            }
        }
        let head = syn::parse2::<ItemImpl>(head)?;
        let members = |input: ParseStream| {
            let mut members = Vec::new();
            while !input.is_empty() {
                members.push(input.parse()?);
            }
            Ok(members)
        };
        let members = syn::parse::Parser::parse2(members, body.unwrap_or_default())?;
        Ok(Self { head, members })
    }
}

/// Takes our attributes off raw tokens, at every depth of braces: what is left when an item cannot be read.
pub fn without_marks(tokens: TokenStream, ours: &[&str]) -> TokenStream {
    let mut out = TokenStream::new();
    let mut trees = tokens.into_iter().peekable();
    while let Some(tree) = trees.next() {
        match tree {
            TokenTree::Punct(ref hash) if hash.as_char() == '#' => match trees.peek() {
                Some(TokenTree::Group(group))
                    if group.delimiter() == Delimiter::Bracket && marks(group, ours) =>
                {
                    trees.next();
                }
                _ => out.extend([tree]),
            },
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                let mut inner = Group::new(Delimiter::Brace, without_marks(group.stream(), ours));
                inner.set_span(group.span());
                out.extend([TokenTree::Group(inner)]);
            }
            other => out.extend([other]),
        }
    }
    out
}

/// Whether the brackets of an attribute hold one of ours, such as `verb(…)` or `dotdo::verb`.
fn marks(brackets: &Group, ours: &[&str]) -> bool {
    let mut name = String::new();
    for tree in brackets.stream() {
        match tree {
            TokenTree::Ident(ident) => name = ident.to_string(),
            TokenTree::Punct(punct) if punct.as_char() == ':' => {}
            _ => break,
        }
    }
    ours.contains(&name.as_str())
}

/// Replaces `Self` by the name of the type, for tokens that move out of its `impl` or definition.
pub fn without_self(tokens: TokenStream, name: &TokenStream) -> TokenStream {
    tokens
        .into_iter()
        .flat_map(|tree| match tree {
            TokenTree::Ident(ident) if ident == "Self" => respan(name.clone(), ident.span()),
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), without_self(group.stream(), name));
                inner.set_span(group.span());
                TokenStream::from(TokenTree::Group(inner))
            }
            other => TokenStream::from(other),
        })
        .collect()
}

/// An `impl` that the user may have written or derived too: rustc then says so at the name of the type.
pub fn impl_at_name(ident: &Ident, of: TokenStream, body: &TokenStream) -> TokenStream {
    let of = respan(of, ident.span());
    quote::quote_spanned!(ident.span()=> impl #of for #ident { #body })
}

/// The same tokens, pointing at another place of the user's.
pub fn respan(tokens: TokenStream, span: proc_macro2::Span) -> TokenStream {
    tokens
        .into_iter()
        .map(|mut tree| {
            if let TokenTree::Group(group) = &tree {
                tree =
                    TokenTree::Group(Group::new(group.delimiter(), respan(group.stream(), span)));
            }
            tree.set_span(span);
            tree
        })
        .collect()
}

/// The name of an identifier without `r#`.
pub fn plain_name(ident: &Ident) -> String {
    syn::ext::IdentExt::unraw(ident).to_string()
}

/// An identifier of that name: a raw one if it is a keyword, and one that is nearly it if it cannot be one at all.
pub fn identifier(name: &str, span: proc_macro2::Span) -> Ident {
    let exact = syn::parse_str::<Ident>(name).or_else(|_| syn::parse_str(&format!("r#{name}")));
    let mut ident = exact.unwrap_or_else(|_| {
        let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        Ident::new(&format!("_{letters}_"), span)
    });
    ident.set_span(span);
    ident
}
