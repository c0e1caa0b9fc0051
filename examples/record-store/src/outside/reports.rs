//! The drawer for reports: one file a day.

use std::fs::File;
use std::io::Write;

use chrono::NaiveDate;
use dotdo::{Error, ErrorKind, Result};

/// Writes the report of a day. Written again, it is the same file.
pub fn write(day: NaiveDate, text: &str) -> Result<()> {
    let folder = &super::outside()?.reports;
    let (path, draft) = (
        folder.join(format!("{day}.txt")),
        folder.join(format!("{day}.draft")),
    );
    // A draft that gets its name when it is complete: nobody ever reads half a report.
    let written = std::fs::create_dir_all(folder).and_then(|()| {
        let mut file = File::create(&draft)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&draft, &path)
    });
    written.map_err(|e| Error::new(ErrorKind::Storage, format_args!("{}: {e}", path.display())))
}
