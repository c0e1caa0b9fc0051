//! Requests and responses as plain data, so that any host's server can make the one and send the other.

/// The header fields that the door reads. A host need not bring others.
pub(crate) const FIELDS: [&str; 12] = [
    "actor",
    "authorization",
    "cf-ray",
    "content-type",
    "host",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "origin",
    "sec-fetch-site",
    "sec-websocket-protocol",
    "upgrade",
];

/// A request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpRequest {
    /// `GET`, `POST`, …
    pub method: String,
    /// The path as it was sent: percent-encoded, beginning with `/`.
    pub path: String,
    /// What follows the `?`, as it was sent; empty if there was none.
    pub query: String,
    /// The header fields, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body; empty if there was none.
    pub body: Vec<u8>,
}

impl HttpRequest {
    /// A request without a body for a path, which may have a `?` and a query.
    pub fn new(method: impl Into<String>, target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Self {
            method: method.into(),
            path: path.to_owned(),
            query: query.to_owned(),
            ..Self::default()
        }
    }

    /// The same request with a header field more. The name is given in lower case.
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The same request with a JSON body.
    pub fn json(mut self, text: impl Into<String>) -> Self {
        self.body = text.into().into_bytes();
        self.with("content-type", "application/json")
    }

    /// The first header field of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.values(name).next()
    }

    /// All header fields of this name, in their order.
    pub(super) fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        debug_assert!(FIELDS.contains(&name), "{name} is none of FIELDS");
        self.headers
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// All header fields of this name as one list, as HTTP reads them.
    pub(super) fn header_list(&self, name: &str) -> Option<String> {
        let values: Vec<&str> = self.values(name).collect();
        (!values.is_empty()).then(|| values.join(","))
    }

    /// The path and the query as they were sent.
    pub(super) fn target(&self) -> String {
        if self.query.is_empty() {
            self.path.clone()
        } else {
            format!("{}?{}", self.path, self.query)
        }
    }
}

/// A response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpResponse {
    /// The status code.
    pub status: u16,
    /// The header fields, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl HttpResponse {
    /// A response without a body.
    pub(super) fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// A response with a JSON body.
    pub(super) fn json(status: u16, text: impl Into<String>) -> Self {
        Self::typed(status, "application/json", text)
    }

    pub(super) fn typed(status: u16, media: &str, text: impl Into<String>) -> Self {
        Self {
            body: text.into().into_bytes(),
            ..Self::empty(status).with("content-type", media)
        }
    }

    /// The same response with a header field more.
    pub(super) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The first header field of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body as text; empty if it is none.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap_or_default()
    }
}
