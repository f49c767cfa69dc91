//! `latchkey vehicle hand-over`

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use ed25519_dalek::SigningKey;
use latchkey_cli::hand_over::Order;
use latchkey_cli::party::Party;
use latchkey_client::Pubkey;
use latchkey_client::latchkey::rules::sale::keyring;
use latchkey_client::latchkey::rules::schedule::last_due;
use latchkey_client::protocol::cosigned::Cosigned;
use latchkey_client::protocol::{Action, HandOver};
use latchkey_link::key_file;

use crate::context::Context;
use crate::failure::Usage;

/// How long after the last due date the car may still be locked, seconds: 180 days.
const POWER_TO_LOCK_SECS: i64 = 180 * 86_400;

/// Order a car to obey a lender's command keys. The car's root key signs
///
/// The order carries the keys of the lender's three functions as they are on chain, the borrower of the open loan, and the
/// last second in which the car may be locked: 180 days after the last due date. While a loan is open, the borrower signs too
/// (`latchkey vehicle agree`) if a key is added that may lock, if fewer keys must sign a lock, if the power to lock lasts longer,
/// if a key is taken away that may unlock or give codes, or if the borrower changes. A car that takes the order lets its driver start.
///
/// Carry what is printed to the car (`latchkey-device carry`). Its answer is the receipt that `latchkey loan assign` asks for, and
/// names the nonce of the next order; an order with a wrong nonce is answered too, and changes nothing.
#[derive(Args)]
pub struct HandOverCommand {
    /// The vehicle account
    vehicle: Pubkey,
    /// The lender whose command keys the car is to obey [default: the car's lender]
    #[arg(long, value_name = "ADDRESS")]
    to: Option<Pubkey>,
    /// The car's nonce, hex: `latchkey-device show`, or its last receipt of a hand-over
    #[arg(long, value_name = "HEX")]
    nonce: String,
    /// The key file of the car's root key
    #[arg(long, value_name = "FILE")]
    root_keypair: PathBuf,
    /// The public key of the function whose codes unlock the car: `latchkey-function --check` prints it [default: the car
    /// takes no codes]
    #[arg(long, value_name = "KEY")]
    code_key: Option<Pubkey>,
    /// The last second in which the car may be locked [default: 180 days after the open loan's last due date]
    #[arg(long, value_name = "DATE", value_parser = latchkey_cli::units::date::parse)]
    locks_until: Option<i64>,
}

impl HandOverCommand {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let mut nonce = [0; 32];
        hex::decode_to_slice(&self.nonce, &mut nonce)
            .map_err(|_| Usage("the nonce is not 64 hexadecimal digits: copy it as it stands".to_owned()))?;
        let root: SigningKey = key_file::read(&self.root_keypair)?;
        let vehicle = context.cluster.vehicle(&self.vehicle).await?;
        let lender = self.to.unwrap_or(vehicle.lender);
        let functions = context.cluster.functions(&lender).await?;
        let function = |action: Action| {
            functions.get(&action).ok_or_else(|| {
                Usage(format!("{lender} has no function for {action}: `latchkey lender apply` makes it"))
            })
        };
        let (warn, lock, unlock) =
            (function(Action::Warn)?, function(Action::Lock)?, function(Action::Unlock)?);
        let loan = match vehicle.active_loan {
            address if address == Pubkey::default() => None,
            address => Some(context.cluster.loan(&address).await?),
        };
        let lapses = loan.as_ref().map(|loan| last_due(&loan.terms).saturating_add(POWER_TO_LOCK_SECS));
        let locks_until = self.locks_until.or(lapses).ok_or_else(|| {
            Usage("this car secures no loan: say with --locks-until how long it may be locked".to_owned())
        })?;
        let order = HandOver {
            program: latchkey_client::PROGRAM_ID.to_bytes(),
            vehicle: self.vehicle.to_bytes(),
            nonce,
            issued_at: context.cluster.now().await?,
            seq: vehicle.last_seq_asked,
            borrower: loan.map_or([0; 32], |loan| loan.borrower.to_bytes()),
            locks_until,
            keyring: keyring(lender, warn, lock, unlock),
            code_key: self.code_key.map_or([0; 32], |key| key.to_bytes()),
        };
        let order = Order::new(Cosigned::seal(&[&root], &order.encode()), order);
        context.printer.note(&order.told());
        context.confirm("Sign this order?")?;
        context.show(&order.view())
    }
}

/// Add a signature to a hand-over, after reading it. The borrower signs
#[derive(Args)]
pub struct Agree {
    /// What `latchkey vehicle hand-over` printed: hex, a file of hex, or - for standard input
    #[arg(value_name = "HEX")]
    order: crate::commands::envelope::EnvelopeArg,
}

impl Agree {
    #[expect(clippy::unused_async, reason = "commands of a group are async")]
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let order = self.order.bytes("a hand-over").and_then(|bytes| {
            Order::read(&bytes).map_err(|error| Usage(format!("this is not a hand-over: {error}")).into())
        })?;
        let Party::Here(key) = context.me()? else {
            return Err(
                Usage("the key that signs must be a key file: name it with --keypair".to_owned()).into()
            );
        };
        context.printer.note(&order.told());
        context.confirm("Sign this order?")?;
        let order = order.signed_by(&SigningKey::from_bytes(key.secret_bytes())).map_err(Usage)?;
        context.show(&order.view())
    }
}
