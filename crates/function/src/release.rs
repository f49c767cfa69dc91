//! Releases: what tells a car that its loan has ended. Anybody may have one, because it can only help the driver, and
//! nobody is paid for it.
//!
//! A release follows from the loan alone: it is issued when the loan ended, so that it does not undo a hand-over for the
//! car's next loan that came later, and it is the same however often it is asked for.

use std::time::Duration;

use anchor_lang::prelude::Pubkey;
use latchkey::state::{Loan, Vehicle};
use latchkey_protocol::Release;
use latchkey_protocol::cosigned::{Cosigned, MOST_SIGNATURES};
use latchkey_protocol::sealed::Envelope;
use tokio::time::{Instant, timeout_at};
use tracing::{Instrument as _, info, info_span};

use crate::answer::released;
use crate::courier::Parcel;
use crate::handle::Function;
use crate::outcome::{Outcome, Refusal, Waiting};
use crate::snapshot::{Seen, ended_loan};

/// For how long a broker keeps a release for a car that sleeps.
const KEPT: Duration = Duration::from_hours(24);

/// A loan that has ended, and the car that secured it.
pub(crate) struct Ended {
    pub vehicle_key: Pubkey,
    pub vehicle: Vehicle,
    pub loan: Loan,
}

impl Ended {
    /// The release's bytes.
    fn release(&self) -> [u8; Release::LEN] {
        let program = latchkey::ID.to_bytes();
        let (vehicle, issued_at) = (self.vehicle_key.to_bytes(), self.loan.ledger.as_of);
        Release { program, vehicle, issued_at }.encode()
    }
}

impl Function {
    /// The release of the car that secured `loan`, signed, once the loan is paid off or settled.
    pub async fn release(&self, loan: Pubkey, seen: Seen, limit: Duration) -> Outcome {
        let deadline = Instant::now() + limit;
        let signs = async {
            let ended = self.ended(loan, seen, deadline).await?;
            Ok(Outcome::SignedRelease(self.sign_release(&ended, deadline).await?))
        };
        self.counted(signs.instrument(info_span!("release", %loan)).await)
    }

    /// The same, sent to the car, whose word is waited for at most `limit`.
    pub async fn deliver_release(&self, loan: Pubkey, seen: Seen, limit: Duration) -> Outcome {
        let deadline = Instant::now() + limit;
        let delivers = async {
            let ended = self.ended(loan, seen, deadline).await?;
            let signed = self.sign_release(&ended, deadline).await?;
            self.send_release(&ended, &signed, deadline).await
        };
        self.counted(delivers.instrument(info_span!("release", %loan)).await)
    }

    async fn ended(&self, loan: Pubkey, seen: Seen, deadline: Instant) -> Result<Ended, Refusal> {
        let read = ended_loan(self.chain(), loan, seen);
        timeout_at(deadline, read).await.map_err(|_| Refusal::ChainSlow)?
    }

    /// Signs with every key that the loan pins for unlocks and this function holds: any of them that the car obeys will do.
    async fn sign_release(&self, ended: &Ended, deadline: Instant) -> Result<Cosigned, Refusal> {
        let held = self.keys();
        let pinned = ended.loan.unlock_keys.iter().filter(|key| **key != Pubkey::default());
        let keys: Vec<&Pubkey> =
            pinned.clone().filter(|key| held.contains(key)).take(MOST_SIGNATURES).collect();
        if keys.is_empty() {
            return Err(Refusal::UnknownCommandKeys(pinned.map(Pubkey::to_string).collect()));
        }
        let payload = ended.release().to_vec();
        let mut signatures = Vec::with_capacity(keys.len());
        for key in keys {
            let signs = timeout_at(deadline, self.inner.signer.sign(key, &payload)).await;
            let sealed = signs.map_err(|_| Refusal::SignerSlow)?.map_err(Refusal::NotSigned)?;
            signatures.push((sealed.signer, sealed.signature));
        }
        info!(vehicle = %ended.vehicle_key, "release signed");
        Ok(Cosigned { signatures, payload })
    }

    async fn send_release(
        &self,
        ended: &Ended,
        signed: &Cosigned,
        deadline: Instant,
    ) -> Result<Outcome, Refusal> {
        let vehicle = ended.vehicle_key;
        let mut answers = self.inner.courier.dispatch(Parcel {
            vehicle,
            // The car's answer is about its keyring, and carries its own address.
            invocation: vehicle,
            envelope: signed.to_bytes(),
            expires_in: KEPT,
        });
        let device_key = ended.vehicle.device_key.to_bytes();
        let listens = async {
            while let Some(message) = answers.next().await {
                if let Some(receipt) = released(&device_key, &vehicle.to_bytes(), &message) {
                    return Some(receipt);
                }
            }
            None
        };
        let heard: Option<Envelope> = timeout_at(deadline, listens).await.unwrap_or(None);
        let is_sent = answers.is_sent();
        answers.end().await;
        match heard {
            Some(receipt) => {
                info!(%vehicle, "the car obeys unlocks alone");
                Ok(Outcome::Released(Box::new(receipt)))
            }
            None if is_sent => Ok(Outcome::Waiting(Waiting { armed: false })),
            None => Err(Refusal::NotSent),
        }
    }
}
