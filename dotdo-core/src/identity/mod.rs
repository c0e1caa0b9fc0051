//! What things are called from outside: short ids, URLs, tenants.
//!
//! A thing is a URL, `https://shop.example/Order/o1`. Inside one tenant the host is known, and the rest of the URL
//! is the *short id*: `Order/o1`, nested `Order/o1/Line/2`, at one place in its history `Order/o1@v12`.

mod error;
mod rules;
mod short;
mod sortable;
mod url;

pub use error::IdError;
pub use rules::{
    MAX_ID_BYTES, MAX_NOUN_BYTES, MAX_TENANT_BYTES, check_id, check_noun, check_tenant,
};
pub use short::{At, Branch, Segment, ShortId};
pub use sortable::{sortable_id, sortable_id_time};
pub use url::{Url, type_url};
