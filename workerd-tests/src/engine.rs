//! The engine: a workerd process on a folder of its own.

use std::io::{BufRead, BufReader, Error, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::bundle::Bundle;
use crate::http::{Connection, PATIENCE};

/// A workerd process. It is killed when this is dropped.
#[derive(Debug)]
pub struct Engine {
    workerd: PathBuf,
    config: PathBuf,
    child: Child,
    /// Where it is to listen; 0 is any port that is free.
    wanted: u16,
    port: u16,
    log: Arc<Mutex<String>>,
}

impl Engine {
    /// Writes a bundle into a folder and starts workerd on it. Data that is there is kept.
    pub fn start(workerd: &Path, folder: &Path, bundle: &Bundle) -> std::io::Result<Self> {
        Self::start_on(0, workerd, folder, bundle)
    }

    /// The same on a port that it keeps when it is restarted; [`quiet_port`](crate::quiet_port) gives one.
    pub fn start_on(
        wanted: u16,
        workerd: &Path,
        folder: &Path,
        bundle: &Bundle,
    ) -> std::io::Result<Self> {
        let config = bundle.write(folder)?;
        let log = Arc::default();
        let (child, port) = spawn(workerd, &config, wanted, &log)?;
        Ok(Self {
            workerd: workerd.to_owned(),
            config,
            child,
            wanted,
            port,
            log,
        })
    }

    /// A connection to it.
    pub fn connect(&self) -> std::io::Result<Connection> {
        Connection::open(self.port)
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills it, as a power cut would, and starts it anew on the same data.
    pub fn restart(&mut self) -> std::io::Result<()> {
        self.kill();
        (self.child, self.port) = spawn(&self.workerd, &self.config, self.wanted, &self.log)?;
        Ok(())
    }

    /// Kills it.
    pub fn kill(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Whether it says something, within a time that is long enough: the log comes by another way than answers.
    pub fn says(&self, text: &str) -> bool {
        let begun = Instant::now();
        while !self.log().contains(text) {
            if begun.elapsed() > PATIENCE {
                return false;
            }
            thread::sleep(Duration::from_millis(10));
        }
        true
    }

    /// What it has said so far.
    pub fn log(&self) -> String {
        self.log
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.kill();
    }
}

fn spawn(
    workerd: &Path,
    config: &Path,
    port: u16,
    log: &Arc<Mutex<String>>,
) -> std::io::Result<(Child, u16)> {
    let folder = config.parent().unwrap_or(config);
    let mut child = Command::new(workerd)
        .current_dir(folder)
        // It believes this rather than the system.
        .env("PWD", folder)
        .arg("serve")
        .arg(config)
        .args(["--control-fd=1", "--verbose"])
        .arg(format!("--socket-addr=http=127.0.0.1:{port}"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(errors) = child.stderr.take() {
        let log = log.clone();
        thread::spawn(move || keep(errors, &log));
    }
    let missing = || Error::other("workerd ended before it listened");
    let mut lines = BufReader::new(child.stdout.take().ok_or_else(missing)?);
    // {"event":"listen","socket":"http","port":8080}
    let mut line = String::new();
    let port = loop {
        line.clear();
        if lines.read_line(&mut line)? == 0 {
            // The reader of the other pipe needs a moment to come to its end, too.
            let _ = child.wait();
            let said = log.lock().unwrap_or_else(PoisonError::into_inner).clone();
            return Err(Error::other(format!("workerd does not start:\n{said}")));
        }
        let port = line.split("\"port\":").nth(1).and_then(|rest| {
            rest.split(|c: char| !c.is_ascii_digit())
                .next()?
                .parse()
                .ok()
        });
        if let Some(port) = port {
            break port;
        }
    };
    let log = log.clone();
    thread::spawn(move || keep(lines, &log));
    Ok((child, port))
}

fn keep(from: impl Read, log: &Mutex<String>) {
    for line in BufReader::new(from).lines().map_while(Result::ok) {
        let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
        log.push_str(&line);
        log.push('\n');
    }
}
