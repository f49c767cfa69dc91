//! The unlock function, for whoever holds its command keys: it signs the unlock and sends it to the car.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use latchkey_client::Pubkey;
use latchkey_function::mqtt::{ConfigError, MqttConfig, MqttCourier};
use latchkey_function::{Class, CommandKeys, Function, FunctionConfig, Outcome, Proof, Refusal, invoke};
use latchkey_link::key_file::KeyFileError;
use serde::Deserialize;
use tokio::time::{Instant, sleep};

use crate::chain::{ChainError, Cluster};
use crate::toml_file::{TomlFile, TomlFileError};

const FUNCTION_FILE: TomlFile = TomlFile {
    name: "the function",
    keys: "the keys are command_keys, [broker] and [function], as in keeper.toml",
};

/// How long one call waits for the car.
const CALL: Duration = Duration::from_secs(20);
/// Pause before the next call.
const PAUSE: Duration = Duration::from_secs(2);

/// How the function is set up: the same keys as in a keeper's file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FunctionFile {
    /// Files of the keys that sign commands, relative to this file.
    command_keys: Vec<PathBuf>,
    broker: MqttConfig,
    #[serde(default)]
    function: FunctionConfig,
}

/// Why a function cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum FunctionFileError {
    #[error(transparent)]
    File(#[from] TomlFileError),
    #[error(transparent)]
    Key(#[from] KeyFileError),
    #[error("[broker] in the function's file")]
    Broker(#[from] ConfigError),
}

/// Why the car has not done it.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    #[error("the function refused")]
    Refused(#[source] Refusal),
    #[error(
        "the car has not answered within {0:?}: the unlock stays asked for; run this again, or carry the command to the car"
    )]
    NoAnswer(Duration),
    #[error(transparent)]
    Chain(#[from] ChainError),
}

/// The function in this process.
pub struct CarFunction {
    function: Function,
    cluster: Arc<Cluster>,
}

impl CarFunction {
    /// Sets the function up, with the keys and the broker of a file. Must be called within a Tokio runtime.
    pub fn load(path: &Path, cluster: Cluster) -> Result<Self, FunctionFileError> {
        let file: FunctionFile = FUNCTION_FILE.load(path)?;
        let directory = path.parent().unwrap_or(Path::new(""));
        let keys = CommandKeys::load(file.command_keys.iter().map(|key| directory.join(key)))?;
        let courier = MqttCourier::connect(&file.broker)?;
        let cluster = Arc::new(cluster);
        let function = Function::new(file.function, keys, cluster.clone(), Arc::new(courier));
        Ok(Self { function, cluster })
    }

    /// Has the car do what `invocation` asks, in the name of `asker`, and waits for its receipt at most `patience`.
    pub async fn call(
        &self,
        invocation: Pubkey,
        asker: &SigningKey,
        patience: Duration,
    ) -> Result<Proof, CallError> {
        let deadline = Instant::now() + patience;
        loop {
            let request = invoke(asker, invocation, self.cluster.now().await?);
            let limit = CALL.min(deadline.saturating_duration_since(Instant::now()));
            let outcome = self.function.handle(&request, limit).await;
            let is_late = Instant::now() + PAUSE >= deadline;
            match outcome {
                Outcome::Done(proof) => return Ok(proof),
                Outcome::Refused(refusal) if is_late || refusal.class() == Class::Permanent => {
                    return Err(CallError::Refused(refusal));
                }
                // It delivers for whoever has it at hand, so it never only signs.
                _ if is_late => return Err(CallError::NoAnswer(patience)),
                _ => sleep(PAUSE).await,
            }
        }
    }
}
