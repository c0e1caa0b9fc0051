//! Journals as files: recorded from a directory of data, and tried with the code of a program before it is deployed.

use std::path::{Path, PathBuf};

use super::file::{Keeping, ObjectFile};
use super::{embedded, recovery};
use crate::app::{App, ObjectKey};
use crate::business::AppDef;
use crate::error::{Error, ErrorKind, Result};
use crate::journal::Recorded;
use crate::json::Json;
use crate::store::meta;

/// What came of one recorded journal.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// The file.
    pub file: PathBuf,
    /// The flow.
    pub flow: String,
    /// Why this program could not follow it, if it could not.
    pub parks: Option<Error>,
}

/// Records the journals of the flows in a directory of data, one file each: those under way, or all. Gives how many.
///
/// The business must not be running.
pub fn record_journals(data: &Path, to: &Path, all: bool) -> Result<usize> {
    let _lock = embedded::lock(data)?;
    recovery::take_up_and_leave(data)?;
    std::fs::create_dir_all(to)?;
    let mut files = Vec::new();
    databases(&data.join("objects"), &mut files)?;
    files.sort();
    let mut count = 0;
    for file in files {
        let sql = ObjectFile::open(&file, Keeping::Nothing)?.database;
        let key: ObjectKey = match meta::get(&*sql, "identity")? {
            Some(identity) => crate::json::read(&identity)?,
            None => continue,
        };
        for recorded in Recorded::of_object(&*sql, &key, all)? {
            let name = recorded.flow.name.replace("::", ".");
            let path = to.join(format!("{name}-{}.json", recorded.flow.id));
            let text = serde_json::to_string_pretty(&Json::of(&recorded)?.tree())?;
            std::fs::write(path, text + "\n")?;
            count += 1;
        }
    }
    Ok(count)
}

/// Runs the code of a business against the journals in a folder. Nothing is performed.
///
/// In a test: record the journals of a running business once, keep them beside the code, and expect that none of them
/// [parks](Replayed::parks).
pub fn replay_journals(def: &'static AppDef, folder: &Path) -> Result<Vec<Replayed>> {
    let app = App::new(def)?;
    let shown = folder.display();
    let entries = std::fs::read_dir(folder)
        .map_err(|e| Error::new(ErrorKind::NotFound, format_args!("{shown}: {e}")))?;
    let mut files: Vec<PathBuf> = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    files.retain(|file| file.extension().is_some_and(|end| end == "json"));
    files.sort();
    if files.is_empty() {
        return Err(Error::new(
            ErrorKind::NotFound,
            format_args!("{shown} holds no journals; the command `journals` writes them"),
        ));
    }
    files
        .into_iter()
        .map(|file| {
            let text = std::fs::read_to_string(&file)?;
            let recorded: Recorded = crate::json::read(&text)
                .map_err(|e| e.context(format_args!("{} is no journal", file.display())))?;
            Ok(Replayed {
                flow: recorded.flow.name.clone(),
                parks: recorded.rehearse(&app).err(),
                file,
            })
        })
        .collect()
}

fn databases(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    let shown = folder.display();
    let entries = std::fs::read_dir(folder)
        .map_err(|e| Error::new(ErrorKind::NotFound, format_args!("{shown}: {e}")))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            databases(&path, found)?;
        } else if path.extension().is_some_and(|end| end == "sqlite") {
            found.push(path);
        }
    }
    Ok(())
}
