//! Encrypted connections, if the program wants them: the feature `tls`.

use axum::http::Uri;
use tokio::net::TcpStream;

use crate::error::{Error, Result};
use crate::http::{Request, Response};

/// Speaks HTTP on an encrypted connection.
#[cfg(feature = "tls")]
pub(super) async fn exchange(
    stream: TcpStream,
    host: String,
    uri: Uri,
    request: Request,
) -> Result<Response> {
    use std::sync::{Arc, OnceLock};

    use tokio_rustls::TlsConnector;
    use tokio_rustls::rustls::pki_types::ServerName;
    use tokio_rustls::rustls::{ClientConfig, RootCertStore};

    static CONFIG: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    let config = CONFIG.get_or_init(|| {
        let mut roots = RootCertStore::empty();
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        Arc::new(
            ClientConfig::builder()
                .with_root_certificates(roots)
                .with_no_client_auth(),
        )
    });
    let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned())
        .map_err(|e| Error::permanent(format_args!("`{host}` is no host: {e}")))?;
    let stream = TlsConnector::from(config.clone())
        .connect(name, stream)
        .await?;
    super::client::converse(stream, uri, request).await
}

/// Says what is missing.
#[cfg(not(feature = "tls"))]
pub(super) async fn exchange(
    _stream: TcpStream,
    _host: String,
    _uri: Uri,
    _request: Request,
) -> Result<Response> {
    Err(Error::permanent(
        "this program was built without encryption; add the feature `tls` to `dotdo` in Cargo.toml",
    ))
}
