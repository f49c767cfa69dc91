//! `doctor`.

use std::path::Path;

use super::{Ended, Exit};
use crate::doctor::{Level, examine, worst};

pub(super) async fn run(path: &Path, json: bool) -> Ended {
    let findings = examine(path).await;
    if json {
        println!("{}", serde_json::to_string_pretty(&findings)?);
    } else {
        for finding in &findings {
            println!("{finding}");
        }
    }
    Ok(if worst(&findings) == Level::Fault { Exit::Fault } else { Exit::Done })
}
