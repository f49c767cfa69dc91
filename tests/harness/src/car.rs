//! Cars for stories: the real agent in a simulated car, in this process or as one of its own.

mod embedded;
mod process;

pub use embedded::EmbeddedCar;
pub use process::ProcessCar;
