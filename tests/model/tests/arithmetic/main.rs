//! The program's rules against the same contract written a second time, and both against published examples.

mod agreement;
mod bounds;
mod published;
mod subject;
