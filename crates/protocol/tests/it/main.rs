//! The layouts against vectors that another implementation computed, against each other, and against their page.

mod codes;
mod domains;
mod limits;
mod page;
mod round_trip;
mod vectors;
