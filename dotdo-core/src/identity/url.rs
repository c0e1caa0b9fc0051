//! Things as URLs.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::rules::{check_noun, check_tenant};
use super::{IdError, ShortId};

/// A thing anywhere: the host it lives at and its short id.
///
/// The scheme is `https`, except for a loopback host (`localhost`, `127.0.0.1`, `[::1]`), which is `http` and may have
/// a port: that is what a program under development is called.
///
/// ```
/// use dotdo_core::identity::Url;
///
/// let url: Url = "https://shop.example/Order/o1@v12".parse()?;
/// assert_eq!(url.host(), "shop.example");
/// assert_eq!(url.id().to_string(), "Order/o1@v12");
/// assert_eq!(url.type_url(), "https://shop.example/Order");
///
/// let local: Url = "http://localhost:8787/Order/o1".parse()?;
/// assert_eq!(local.to_string(), "http://localhost:8787/Order/o1");
/// # Ok::<(), dotdo_core::identity::IdError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Url {
    host: String,
    id: ShortId,
}

impl Url {
    /// The thing `id` at a host.
    pub fn new(host: impl Into<String>, id: ShortId) -> Result<Self, IdError> {
        let host = host.into();
        check_host(&host)?;
        Ok(Self { host, id })
    }

    /// The host, with the port of a loopback host.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The thing at the host.
    pub fn id(&self) -> &ShortId {
        &self.id
    }

    /// The URL of the thing's noun: its `$type`.
    pub fn type_url(&self) -> String {
        format!("{}://{}/{}", scheme(&self.host), self.host, self.id.noun())
    }
}

/// The URL of a noun at a host: the `$type` of its things.
pub fn type_url(host: &str, noun: &str) -> Result<String, IdError> {
    check_host(host)?;
    check_noun(noun)?;
    Ok(format!("{}://{host}/{noun}", scheme(host)))
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}/{}", scheme(&self.host), self.host, self.id)
    }
}

impl FromStr for Url {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let help = "write `https://host/Noun/id`";
        let Some((found, rest)) = text.split_once("://") else {
            return Err(IdError::new(text, 0, "a URL begins with `https://`", help));
        };
        let start = found.len() + 3;
        let Some((host, path)) = rest.split_once('/') else {
            return Err(IdError::new(
                text,
                text.len(),
                "nothing follows the host",
                help,
            ));
        };
        check_host(host).map_err(|error| error.within(text, start))?;
        let right = scheme(host);
        if found != right {
            let what = format!("the scheme of `{host}` is `{right}`, not `{found}`");
            return Err(IdError::new(
                text,
                0,
                what,
                format!("write `{right}://{rest}`"),
            ));
        }
        let id: ShortId = path
            .parse()
            .map_err(|error: IdError| error.within(text, start + host.len() + 1))?;
        Ok(Self {
            host: host.into(),
            id,
        })
    }
}

impl Serialize for Url {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Url {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// The name and the port of a host.
fn split_port(host: &str) -> (&str, Option<&str>) {
    // The colons inside the brackets of an IPv6 address begin no port.
    match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        _ => (host, None),
    }
}

fn is_loopback(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost") || name == "127.0.0.1" || name == "[::1]"
}

fn scheme(host: &str) -> &'static str {
    if is_loopback(split_port(host).0) {
        "http"
    } else {
        "https"
    }
}

fn check_host(host: &str) -> Result<(), IdError> {
    let (name, port) = split_port(host);
    if let Some(port) = port {
        let at = name.len() + 1;
        if !is_loopback(name) {
            return Err(IdError::new(
                host,
                at - 1,
                "only a loopback host has a port",
                format!("write `{name}`"),
            ));
        }
        // One spelling only, so that equal hosts are equal texts.
        if !port
            .parse::<u16>()
            .is_ok_and(|number| number > 0 && number.to_string() == port)
        {
            let what = format!("`{port}` is not a port");
            return Err(IdError::new(
                host,
                at,
                what,
                format!("write one such as `{name}:8787`"),
            ));
        }
    }
    if name == "[::1]" {
        Ok(())
    } else {
        check_tenant(name).map_err(|error| error.within(host, 0))
    }
}
