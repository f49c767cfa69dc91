use anyhow::{Context, Result};
use async_trait::async_trait;
use latchkey_client::{
    Instruction, Pubkey,
    accounts::{TokenBalance, decode_as, decode_token_account},
    events::{Event, from_logs},
    latchkey::state::{Escrow, Invocation, Lender, Loan, Vehicle},
    protocol::{Receipt, ed25519, sealed::Envelope},
};
use solana_sdk::{
    account::Account,
    pubkey,
    signature::{Keypair, Signature},
};

const ED25519_PROGRAM: Pubkey = pubkey!("Ed25519SigVerify111111111111111111111111111");

/// A ledger that a story can run on.
#[async_trait]
pub trait Chain: Send + Sync {
    /// The time by its Clock sysvar.
    async fn now(&self) -> Result<i64>;

    /// An account, `None` where there is none.
    async fn account(&self, address: &Pubkey) -> Result<Option<Account>>;

    /// Gives lamports from the faucet.
    async fn airdrop(&self, to: &Pubkey, lamports: u64) -> Result<()>;

    /// Sends one transaction and waits until it has landed. The first signer pays.
    async fn send(&self, instructions: &[Instruction], signers: &[&Keypair]) -> Result<Signature>;

    /// Transactions that name an address and landed after `after`, failed ones too, oldest first.
    async fn history(&self, address: &Pubkey, after: Option<Signature>) -> Result<Vec<Landed>>;

    /// Returns once it is `time` or later: where time is virtual, by moving it there.
    async fn reach(&self, time: i64) -> Result<()>;

    /// Waits a little before the next look; where time is virtual, it passes meanwhile.
    async fn linger(&self);
}

/// A transaction that landed.
#[derive(Debug, Clone)]
pub struct Landed {
    /// Its first signature.
    pub signature: Signature,
    /// Who paid its fee.
    pub payer: Pubkey,
    /// The fee, lamports.
    pub fee: u64,
    /// Whether it was undone; only its fee counts then.
    pub failed: bool,
    /// Program and data of each instruction.
    pub instructions: Vec<(Pubkey, Vec<u8>)>,
    /// What it logged.
    pub logs: Vec<String>,
}

impl Landed {
    /// The program's events in it, none if it failed.
    pub fn events(&self) -> Vec<Event> {
        if self.failed { Vec::new() } else { from_logs(self.logs.iter().map(String::as_str)) }
    }

    /// The car's signed receipt that it brought, its signature checked once more, off chain.
    pub fn receipt(&self) -> Option<(Envelope, Receipt)> {
        self.instructions.iter().filter(|(program, _)| *program == ED25519_PROGRAM).find_map(|(_, data)| {
            let signer = data.get(ed25519::PUBKEY_OFFSET..ed25519::SIGNATURE_OFFSET)?;
            let signature = data.get(ed25519::SIGNATURE_OFFSET..ed25519::MESSAGE_OFFSET)?;
            let payload = data.get(ed25519::MESSAGE_OFFSET..)?;
            let envelope = Envelope::open(&[signer, signature, payload].concat()).ok()?;
            let receipt = Receipt::decode(&envelope.payload).ok()?;
            Some((envelope, receipt))
        })
    }
}

/// Reading the program's accounts from any [`Chain`].
#[async_trait]
pub trait ChainExt: Chain {
    /// The bytes of an account that must exist.
    async fn data(&self, what: &str, address: &Pubkey) -> Result<Vec<u8>> {
        let account = self.account(address).await?;
        Ok(account.with_context(|| format!("{what} {address} does not exist"))?.data)
    }

    async fn lender(&self, address: &Pubkey) -> Result<Lender> {
        Ok(decode_as("lender", &self.data("lender", address).await?)?)
    }

    async fn vehicle(&self, address: &Pubkey) -> Result<Vehicle> {
        Ok(decode_as("vehicle", &self.data("vehicle", address).await?)?)
    }

    async fn loan(&self, address: &Pubkey) -> Result<Loan> {
        Ok(decode_as("loan", &self.data("loan", address).await?)?)
    }

    /// An escrow.
    async fn escrow(&self, address: &Pubkey) -> Result<Escrow> {
        Ok(decode_as("escrow", &self.data("escrow", address).await?)?)
    }

    /// An invocation, `None` once it is settled or expired.
    async fn invocation(&self, address: &Pubkey) -> Result<Option<Invocation>> {
        let account = self.account(address).await?;
        account.map(|account| Ok(decode_as("invocation", &account.data)?)).transpose()
    }

    /// A token account.
    async fn tokens(&self, address: &Pubkey) -> Result<TokenBalance> {
        Ok(decode_token_account(&self.data("token account", address).await?)?)
    }

    /// An account's lamports, 0 where there is none.
    async fn lamports(&self, address: &Pubkey) -> Result<u64> {
        Ok(self.account(address).await?.map_or(0, |account| account.lamports))
    }
}

impl<T: Chain + ?Sized> ChainExt for T {}
