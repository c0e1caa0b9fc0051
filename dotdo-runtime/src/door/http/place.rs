//! Which tenant a request is for: the one its host name or its path names.

use dotdo_core::identity::{check_tenant, type_url};

use super::problem::{Outcome, Problem};
use super::text;
use crate::app::App;

/// A tenant, and how the client reaches it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The tenant, in its one spelling.
    pub tenant: String,
    /// The host part of its identities.
    pub host: String,
    /// What stands before every path of it: nothing or `/@acme`.
    pub prefix: String,
}

/// `https://shop.example`, or `http://` for a loopback host.
pub(super) fn origin(host: &str) -> String {
    // The one place that knows schemes makes URLs of nouns only.
    let url = type_url(host, "N").unwrap_or_else(|_| format!("https://{host}/N"));
    url.trim_end_matches("/N").to_owned()
}

impl Place {
    fn new(app: &App, tenant: &str, prefix: String) -> Self {
        let domain = app.domain();
        let host = if tenant == domain {
            domain
        } else {
            app.host_of(tenant)
        };
        Self {
            tenant: tenant.to_owned(),
            host,
            prefix,
        }
    }

    /// The business's own tenant.
    pub fn home(app: &App) -> Self {
        Self::new(app, &app.domain(), String::new())
    }

    /// The tenant that the host name stands for.
    pub fn of_host(app: &App, host: Option<&str>) -> Outcome<Self> {
        let Some(host) = host else {
            return Ok(Self::home(app));
        };
        let name = name_of(host);
        let domain = app.domain();
        if name == domain || is_own_machine(&name) {
            return Ok(Self::home(app));
        }
        match name
            .strip_suffix(&domain)
            .and_then(|rest| rest.strip_suffix('.'))
        {
            Some(label) if !label.contains('.') && check_tenant(label).is_ok() => {
                Ok(Self::new(app, label, String::new()))
            }
            _ => Err(Problem::misdirected(format_args!(
                "`{name}` is not a host of {}; it answers at `{domain}`, at `localhost`, and for a tenant `acme` at `acme.{domain}` or under `/@acme/`",
                app.def.name
            ))),
        }
    }

    /// The tenant that the first segment of a path names after its `@`, for a client that came by the own host name.
    pub fn within(&self, app: &App, name: &str) -> Outcome<Self> {
        let domain = app.domain();
        if self.tenant != domain {
            return Err(Problem::not_found(format_args!(
                "this host is that of the tenant `{}`; another one is reached at `{domain}`",
                self.tenant
            )));
        }
        check_tenant(name).map_err(|e| Problem::field("tenant", e))?;
        // One tenant, one spelling: `acme.shop.example` is `acme`.
        let own = name
            .strip_suffix(&domain)
            .and_then(|rest| rest.strip_suffix('.'));
        let tenant = own.filter(|label| !label.contains('.')).unwrap_or(name);
        Ok(Self::new(app, tenant, format!("/@{}", text::encode(name))))
    }
}

/// The name in a `Host` field: without port, in lower case, without the dot that may end it.
fn name_of(host: &str) -> String {
    let host = host.trim().to_ascii_lowercase();
    let name = match host.rsplit_once(':') {
        // The colons within the brackets of an IPv6 address begin no port.
        Some((name, port)) if !port.ends_with(']') => name,
        _ => &host,
    };
    name.strip_suffix('.').unwrap_or(name).to_owned()
}

/// `localhost` and addresses, which name a machine and not a tenant.
fn is_own_machine(name: &str) -> bool {
    let bare = name
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(name);
    name == "localhost" || bare.parse::<std::net::IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::business::AppDef;
    use proptest::prelude::*;

    static SHOP: AppDef = AppDef {
        name: "Shop",
        version: "1.0.0",
        domain: Some("shop.example"),
        doc: "",
        entries: &[],
        dropped: &[],
        lock: None,
        at: ("", ""),
    };

    fn at(host: &str) -> Result<(String, String), u16> {
        let app = App::new(&SHOP).unwrap();
        Place::of_host(&app, Some(host))
            .map(|p| (p.tenant, p.host))
            .map_err(|p| p.status())
    }

    fn both(tenant: &str, host: &str) -> (String, String) {
        (tenant.into(), host.into())
    }

    #[test]
    fn the_host_names_the_tenant() {
        for own in [
            "shop.example",
            "SHOP.example:8787",
            "shop.example.",
            "localhost:8787",
            "127.0.0.1:80",
            "[::1]:8787",
            "[::1]",
            "10.1.2.3",
        ] {
            assert_eq!(at(own), Ok(both("shop.example", "shop.example")), "{own}");
        }
        assert_eq!(
            at("acme.shop.example"),
            Ok(both("acme", "acme.shop.example"))
        );
        for other in [
            "other.example",
            "a.b.shop.example",
            "evilshop.example",
            "-a.shop.example",
            ".shop.example",
            "",
            "acme.localhost",
        ] {
            assert_eq!(at(other), Err(421), "{other}");
        }
    }

    #[test]
    fn the_path_names_the_tenant() {
        let app = App::new(&SHOP).unwrap();
        let home = Place::home(&app);
        let acme = home.within(&app, "acme").unwrap();
        assert_eq!(
            (
                acme.tenant.as_str(),
                acme.host.as_str(),
                acme.prefix.as_str()
            ),
            ("acme", "acme.shop.example", "/@acme")
        );
        assert_eq!(
            home.within(&app, "acme.shop.example").unwrap().tenant,
            "acme"
        );
        assert_eq!(
            home.within(&app, "shop.example").unwrap().tenant,
            "shop.example"
        );
        assert_eq!(
            home.within(&app, "other.example").unwrap().host,
            "other.example"
        );
        assert_eq!(home.within(&app, "Acme").unwrap_err().status(), 422);
        assert_eq!(acme.within(&app, "other").unwrap_err().status(), 404);
    }

    #[test]
    fn an_origin_has_the_scheme_of_its_host() {
        assert_eq!(origin("shop.example"), "https://shop.example");
        assert_eq!(origin("crm.localhost"), "http://crm.localhost");
    }

    proptest! {
        #[test]
        fn no_host_panics(host in "\\PC*") {
            let _ = at(&host);
        }
    }
}
