//! What the functions of a business have done. Where they run in another process than the test, both reach one log.

use std::panic::Location;
use std::sync::Mutex;

/// What the functions of a business have done, in order. Each test has one of its own.
pub struct Log {
    lines: Mutex<Vec<String>>,
    /// By which both sides know it.
    at: &'static Location<'static>,
}

impl Log {
    #[track_caller]
    pub const fn new() -> Self {
        Self {
            lines: Mutex::new(Vec::new()),
            at: Location::caller(),
        }
    }

    /// The file's name and the line.
    fn name(&self) -> String {
        let file = self.at.file().rsplit(['/', '\\']).next();
        format!("{}:{}", file.unwrap_or_default(), self.at.line())
    }

    /// Where the log is somewhere else, what came of doing something with it there.
    #[cfg(target_arch = "wasm32")]
    fn elsewhere(&self, what: &str, text: &str) -> Option<Vec<String>> {
        let lines = dotdo::var(&format!("$log/{what}/{}/{text}", self.name()))?;
        serde_json::from_str(&lines).ok()
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn elsewhere(&self, what: &str, text: &str) -> Option<Vec<String>> {
        super::remote::log(what, &self.name(), text)
    }

    fn lines(&self) -> Vec<String> {
        self.elsewhere("read", "")
            .unwrap_or_else(|| self.lines.lock().expect("no panic").clone())
    }

    pub fn say(&self, text: impl Into<String>) {
        let text = text.into();
        if self.elsewhere("say", &text).is_none() {
            self.lines.lock().expect("no panic").push(text);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.lines().is_empty()
    }

    pub fn take(&self) -> Vec<String> {
        let lines = self.lines();
        if self.elsewhere("clear", "").is_none() {
            return std::mem::take(&mut self.lines.lock().expect("no panic"));
        }
        lines
    }

    /// Waits until a line has been said.
    pub async fn said(&self, text: &str) {
        while self.count(text) == 0 {
            super::breathe().await;
        }
    }

    pub fn count(&self, text: &str) -> usize {
        self.lines().iter().filter(|line| *line == text).count()
    }
}
