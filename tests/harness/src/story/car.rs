use anyhow::Result;
use async_trait::async_trait;
use latchkey_client::Pubkey;
use latchkey_protocol::sealed::Envelope;

/// The car as its driver and its dealer know it.
#[async_trait]
pub trait Car: Send {
    /// The device's public key.
    fn device_key(&self) -> Pubkey;

    /// The device's signed enrolment with a lender.
    async fn enrol(&mut self, lender: &Pubkey, vin_commitment: [u8; 32]) -> Result<Envelope>;

    /// Tries to start the engine. Returns whether it runs, and parks again if it does.
    async fn try_start(&mut self) -> Result<bool>;

    /// Whether no command key may warn or lock it any more.
    async fn is_released(&mut self) -> Result<bool>;

    /// The messages it has shown the driver, oldest first.
    async fn warnings(&mut self) -> Result<Vec<String>>;
}
