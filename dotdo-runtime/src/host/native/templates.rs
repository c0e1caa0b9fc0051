//! What new objects begin with: the bytes of a file with all tables, made once for each noun.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::log::Template;
use crate::app::App;
use crate::error::Result;
use crate::host::sqlite::Database;
use crate::object::wake;

/// The size of a page of an object's file. Its tables hold a few rows each, and each table and index takes a page at
/// least, so small ones save most of the disk, and of what is written for each turn.
const OF_OBJECTS: u32 = 1024;
/// The size of a page of a tenant's own file, whose tables can be long.
const OF_TENANTS: u32 = 4096;

/// The templates of a business.
#[derive(Debug, Default)]
pub(super) struct Templates(Mutex<HashMap<Option<String>, Arc<Template>>>);

impl Templates {
    /// The template for objects of a noun, or for a tenant's own.
    ///
    /// Where turns are counted, a new file has none. Where they are not, it is to be told from one that has none.
    pub fn of(&self, app: &App, noun: Option<&str>, counted: bool) -> Result<Arc<Template>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let noun = noun.map(str::to_owned);
        if let Some(template) = known.get(&noun) {
            return Ok(template.clone());
        }
        let page = if noun.is_some() {
            OF_OBJECTS
        } else {
            OF_TENANTS
        };
        let bytes = Database::template(page, u32::from(!counted), |sql| {
            wake::create(app, noun.as_deref(), sql)
        })?;
        let template = Arc::new(Template {
            number: known.len() as u64 + 1,
            bytes,
        });
        known.insert(noun, template.clone());
        Ok(template)
    }
}
