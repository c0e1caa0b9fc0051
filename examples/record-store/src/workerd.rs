//! The same store on workerd, which `cargo dotdo worker dev` builds it for and starts.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use dotdo::{Error, Result};

use crate::import::Remote;

/// How often it is looked whether it answers.
const GLANCE: Duration = Duration::from_millis(100);

/// workerd with the store. It ends when this is dropped.
pub struct Workerd {
    child: Child,
    url: String,
}

impl Workerd {
    /// Starts it, which takes minutes the first time.
    pub fn start(data: &Path) -> Result<Self> {
        // Free now, and still a moment later, or it says that it is not.
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
            .local_addr()?
            .port();
        let child = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args([
                "run",
                "--quiet",
                "--package",
                "cargo-dotdo",
                "--",
                "worker",
                "dev",
            ])
            .args(["--package", env!("CARGO_PKG_NAME"), "--fast", "--port"])
            .arg(port.to_string())
            .arg("--data")
            .arg(data)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stdin(Stdio::null())
            .spawn()?;
        Ok(Self {
            child,
            url: format!("http://127.0.0.1:{port}"),
        })
    }

    /// Waits until it answers; gives its URL.
    pub async fn ready(&mut self) -> Result<String> {
        let remote = Remote::at(&self.url);
        while !remote.is_there().await {
            if let Some(status) = self.child.try_wait()? {
                return Err(Error::permanent(format_args!(
                    "workerd does not run: `cargo dotdo worker dev` ended with {status}"
                )));
            }
            tokio::time::sleep(GLANCE).await;
        }
        Ok(self.url.clone())
    }
}

impl Drop for Workerd {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
