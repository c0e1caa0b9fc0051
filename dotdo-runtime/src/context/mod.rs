//! What user code holds: [`Tx`] in a verb, [`View`] in a query, [`Flow`] in everything that waits.

mod flow;
mod tx;
mod view;

pub use flow::Flow;
pub use tx::Tx;
pub use view::View;
pub(crate) use view::find;
pub use view::{Question, Things};
