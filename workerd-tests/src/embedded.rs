//! The same business on the embedded host: a process on a folder of its own.

use std::io::{BufRead, BufReader, Error, Result};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A business that serves. It is killed when this is dropped.
#[derive(Debug)]
pub struct Embedded {
    child: Child,
    port: u16,
}

impl Embedded {
    /// Starts a program on a folder, with an access token or none.
    pub fn start(program: &str, folder: &Path, token: Option<&str>) -> Result<Self> {
        let mut command = Command::new(program);
        command
            .args(["serve", "--addr", "127.0.0.1:0", "--json", "--data"])
            .arg(folder)
            .env_remove("DOTDO_TOKEN")
            .stdout(Stdio::piped());
        if let Some(token) = token {
            command.env("DOTDO_TOKEN", token);
        }
        let mut child = command.spawn()?;
        let mut line = String::new();
        if let Some(out) = child.stdout.take() {
            BufReader::new(out).read_line(&mut line)?;
        }
        // {"listening":"http://127.0.0.1:8080","data":"…"}
        let port = line
            .split("127.0.0.1:")
            .nth(1)
            .and_then(|rest| rest.split('"').next()?.parse().ok())
            .ok_or_else(|| Error::other(format!("it does not say where it listens: {line:?}")))?;
        Ok(Self { child, port })
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Tells it to stop, as a service manager would.
    pub fn terminate(&self) -> Result<()> {
        let told = Command::new("kill")
            .arg(self.child.id().to_string())
            .status()?;
        told.success()
            .then_some(())
            .ok_or_else(|| Error::other("it cannot be told"))
    }

    /// Waits until it has ended; gives its exit code, if it has one.
    pub fn wait(&mut self) -> Result<Option<i32>> {
        Ok(self.child.wait()?.code())
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
