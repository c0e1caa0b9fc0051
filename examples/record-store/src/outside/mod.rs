//! The business's side of the world that it deals with: a payment gateway, a post office and a drawer for reports, which
//! are reached over HTTP, on every host.

pub mod gateway;
pub mod mailer;
pub mod reports;

use dotdo::{Error, Result};

/// Where the world is: in this process, or where the variable `WORLD` says.
fn url(path: &str) -> Result<String> {
    #[cfg(not(target_arch = "wasm32"))]
    if let Some(address) = crate::world::address() {
        return Ok(format!("http://{address}/{path}"));
    }
    let world = dotdo::var("WORLD")
        .ok_or_else(|| Error::internal("the variable WORLD says where the world outside is"))?;
    Ok(format!("{}/{path}", world.trim_end_matches('/')))
}
