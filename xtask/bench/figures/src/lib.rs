//! What every bench shares: percentiles, tables, the machine that it ran on, and the part of a committed page that it writes.

pub mod machine;
pub mod page;
pub mod report;
pub mod spread;
pub mod table;

pub use machine::Machine;
pub use page::Part;
pub use report::{Output, Report};
pub use spread::Spread;
pub use table::{Table, grouped};
