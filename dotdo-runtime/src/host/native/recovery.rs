//! What is done before anything else: the log that a crash left is taken up.

use std::path::Path;
use std::rc::Rc;

use super::file::{self, Keeping, ObjectFile};
use super::log::{self, Objects, Segments};
use super::path_of;
use super::shared::Safekeeping;
use crate::app::ObjectKey;
use crate::error::Result;
use crate::host::sqlite::Database;

/// The files of a directory, as the log sees them.
struct Files<'a>(&'a Path);

impl Objects for Files<'_> {
    fn open(&self, key: &ObjectKey) -> Result<Option<Rc<Database>>> {
        let path = path_of(self.0, key);
        if !path.exists() {
            return Ok(None);
        }
        // All files are made safe together when all is done; until then the log has it all.
        Ok(Some(ObjectFile::open(&path, Keeping::Nothing)?.database))
    }

    fn anew(&self, key: &ObjectKey, template: Option<&[u8]>) -> Result<Rc<Database>> {
        let path = path_of(self.0, key);
        file::remove(&path)?;
        file::make(&path, template.unwrap_or_default())?;
        Ok(ObjectFile::open(&path, Keeping::Nothing)?.database)
    }

    fn remove(&self, key: &ObjectKey) -> Result<()> {
        file::remove(&path_of(self.0, key))
    }
}

/// Takes up the log of a directory that nobody else has. Afterwards it is empty, and all that it held is safe.
///
/// `syncs` says whether what is written there from now on is synced before it is acknowledged.
pub(super) fn take_up(folder: &Path, syncs: bool, safekeeping: &Safekeeping) -> Result<Segments> {
    log::open(folder, syncs, &Files(folder), |alarms| {
        for (key, at) in alarms {
            safekeeping
                .alarms
                .set_later([(serde_json::to_string(&key)?, at)])?;
        }
        log::Surroundings::make_safe(safekeeping)
    })
}

/// The same for a directory that is only looked at.
pub(super) fn take_up_and_leave(folder: &Path) -> Result<()> {
    let log = folder.join("log");
    if log.is_dir() {
        let alarms = super::alarms::Alarms::open(folder, false)?;
        take_up(folder, true, &Safekeeping::new(alarms, folder.to_owned()))?;
    }
    Ok(())
}
