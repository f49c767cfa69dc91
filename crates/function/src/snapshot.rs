//! What a function knows of an invocation: everything about it, as of one slot, and nothing taken on trust.

use anchor_lang::AccountDeserialize;
use anchor_lang::prelude::Pubkey;
use latchkey::state::{Invocation, Lender, Loan, Vehicle};
use latchkey_client::accounts::{decode_as, decode_token_account};
use latchkey_client::pda;

use crate::chain::{ChainAccount, ChainReader, ReadError};
use crate::outcome::Refusal;
use crate::release::Ended;

/// The Clock sysvar.
const CLOCK: Pubkey = Pubkey::from_str_const("SysvarC1ock11111111111111111111111111111111");
/// Where `unix_timestamp` is in the Clock sysvar: after slot, epoch start, epoch and leader schedule epoch.
const UNIX_TIMESTAMP: std::ops::Range<usize> = 32..40;

/// The token programs that may own a car wallet.
const TOKEN_PROGRAMS: [Pubkey; 2] = [anchor_spl::token::ID, anchor_spl::token_2022::ID];

/// An invocation and all that bears on it. Every account is the program's own and stands at the address that follows
/// from its contents.
#[derive(Clone)]
pub struct Snapshot {
    /// The chain's time.
    pub now: i64,
    /// The invocation's address.
    pub address: Pubkey,
    /// The invocation.
    pub invocation: Invocation,
    /// Its vehicle.
    pub vehicle: Vehicle,
    /// Its loan.
    pub loan: Loan,
    /// Its lender.
    pub lender: Lender,
    /// What the car wallet holds, base units.
    pub wallet: u64,
}

impl Snapshot {
    /// The keys of which one signs the command. An unlock's are those that its loan pins, the newest first: which of them
    /// its car obeys, the car's keyring says.
    pub fn command_keys(&self) -> impl Iterator<Item = Pubkey> {
        let keys = self.invocation.signing_keys(&self.loan).iter().copied();
        keys.filter(|key| *key != Pubkey::default())
    }

    /// Reads all there is to know about the invocation at `address`, everything at once: what is judged together was true
    /// together. Where the accounts are that belong to it is found first, each hop from the account before it, unless the
    /// asker is right about it.
    pub async fn read(chain: &dyn ChainReader, address: Pubkey, seen: Seen) -> Result<Self, Refusal> {
        let chain = &Since { chain, seen_slot: seen.slot };
        if let Some(believed) = seen.accounts {
            match Self::at(chain, address, &believed).await {
                // The asker was wrong, or there is no such call: the walk tells.
                Err(Refusal::Missing { .. } | Refusal::Foreign { .. }) => {}
                read => return read,
            }
        }
        Self::at(chain, address, &CallAccounts::find(chain, address).await?).await
    }

    /// Reads everything, if this is where it is.
    async fn at(chain: &Since<'_>, address: Pubkey, accounts: &CallAccounts) -> Result<Self, Refusal> {
        let CallAccounts { vehicle: car, loan: debt, lender: house, mint } = *accounts;
        let wallets = TOKEN_PROGRAMS.map(|program| pda::wallet(&debt, &mint, &program));
        let [clock, invocation, vehicle, loan, lender, wallet, wallet_2022] =
            all(chain, [CLOCK, address, car, debt, house, wallets[0], wallets[1]]).await?;

        let invocation: Invocation = owned("invocation", address, invocation)?;
        let vehicle: Vehicle = owned("vehicle", car, vehicle)?;
        let loan: Loan = owned("loan", debt, loan)?;
        let lender: Lender = owned("lender", house, lender)?;
        check_addresses(address, accounts, &invocation, &vehicle, &loan, &lender)?;
        let wallet = wallet_balance(&debt, &lender.mint, wallets, [wallet, wallet_2022])?;
        Ok(Self { now: unix_time(clock)?, address, invocation, vehicle, loan, lender, wallet })
    }
}

/// The loan at `address`, if it is paid off or settled, and the car that still belongs to it.
pub(crate) async fn ended_loan(
    chain: &dyn ChainReader,
    address: Pubkey,
    seen: Seen,
) -> Result<Ended, Refusal> {
    let chain = &Since { chain, seen_slot: seen.slot };
    let vehicle_key = one::<Loan>(chain, "loan", address).await?.vehicle;
    let [loan, vehicle] = all(chain, [address, vehicle_key]).await?;
    let (loan, vehicle): (Loan, Vehicle) =
        (owned("loan", address, loan)?, owned("vehicle", vehicle_key, vehicle)?);
    let foreign = |what, address| Err(Refusal::Foreign { what, address });
    if loan.vehicle != vehicle_key || address != pda::loan(&vehicle_key, loan.index) {
        return foreign("loan", address);
    }
    if vehicle_key != pda::vehicle(&vehicle.first_device_key) || vehicle.active_loan() != Some(address) {
        return foreign("vehicle", vehicle_key);
    }
    if loan.status.is_open() {
        return Err(Refusal::NotEnded);
    }
    Ok(Ended { vehicle_key, vehicle, loan })
}

/// What the asker has seen of a call.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    /// The slot at which it saw the invocation: a node that has not reached it is not believed.
    pub slot: Option<u64>,
    /// Which accounts it believes to belong to the call.
    pub accounts: Option<CallAccounts>,
}

/// The accounts that belong to a call. An asker's word for them spares reading one after the other and is held against
/// the chain like everything else: if it is wrong, they are found anyway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallAccounts {
    pub vehicle: Pubkey,
    pub loan: Pubkey,
    pub lender: Pubkey,
    /// The lender's mint, from which the car wallet's address follows.
    pub mint: Pubkey,
}

impl CallAccounts {
    async fn find(chain: &Since<'_>, address: Pubkey) -> Result<Self, Refusal> {
        let invocation: Invocation =
            one(chain, "invocation", address).await.map_err(|refusal| match refusal {
                // A node that has seen what the asker saw does not lag: the call is over.
                Refusal::Missing { address, .. } if chain.seen_slot.is_some() => Refusal::Closed(address),
                other => other,
            })?;
        let Invocation { vehicle, loan, lender, .. } = invocation;
        let mint = one::<Lender>(chain, "lender", lender).await?.mint;
        Ok(Self { vehicle, loan, lender, mint })
    }
}

/// A chain as of the asker's slot or later.
struct Since<'a> {
    chain: &'a dyn ChainReader,
    seen_slot: Option<u64>,
}

/// Reads one account of the program.
async fn one<T: AccountDeserialize>(
    chain: &Since<'_>,
    what: &'static str,
    address: Pubkey,
) -> Result<T, Refusal> {
    let [account] = all(chain, [address]).await?;
    owned(what, address, account)
}

/// Reads `N` accounts as of one slot.
async fn all<const N: usize>(
    Since { chain, seen_slot }: &Since<'_>,
    addresses: [Pubkey; N],
) -> Result<[Option<ChainAccount>; N], Refusal> {
    let read = match seen_slot {
        Some(slot) => chain.read_since(&addresses, *slot).await,
        None => chain.read(&addresses).await,
    };
    let accounts = read.map_err(|error| match error {
        ReadError::Behind(slot) => Refusal::NodeBehind(slot),
        failed @ ReadError::Failed(_) => Refusal::ChainUnreadable(failed),
    })?;
    accounts.try_into().map_err(|accounts: Vec<_>| {
        Refusal::ChainUnreadable(ReadError::new(format!(
            "{} accounts asked for, {} answered",
            N,
            accounts.len()
        )))
    })
}

/// Decodes an account that must be the program's.
fn owned<T: AccountDeserialize>(
    what: &'static str,
    address: Pubkey,
    account: Option<ChainAccount>,
) -> Result<T, Refusal> {
    let account = account.ok_or(Refusal::Missing { what, address })?;
    if account.owner != latchkey::ID {
        return Err(Refusal::Foreign { what, address });
    }
    decode_as(what, &account.data).map_err(|_| Refusal::Foreign { what, address })
}

/// Derives every address again, and checks that the accounts name each other.
fn check_addresses(
    address: Pubkey,
    accounts: &CallAccounts,
    invocation: &Invocation,
    vehicle: &Vehicle,
    loan: &Loan,
    lender: &Lender,
) -> Result<(), Refusal> {
    let belongs = |holds: bool, what, address| {
        if holds { Ok(()) } else { Err(Refusal::Foreign { what, address }) }
    };
    let CallAccounts { vehicle: car, loan: debt, lender: house, .. } = *accounts;
    let same = (invocation.vehicle, invocation.loan, invocation.lender) == (car, debt, house);
    belongs(same && address == pda::invocation(&car, invocation.seq), "invocation", address)?;
    belongs(house == pda::lender(&lender.first_authority), "lender", house)?;
    belongs(
        car == pda::vehicle(&vehicle.first_device_key)
            && vehicle.lender == house
            && vehicle.active_loan() == Some(debt),
        "vehicle",
        car,
    )?;
    belongs(debt == pda::loan(&car, loan.index) && loan.vehicle == car && loan.lender == house, "loan", debt)
}

/// What the car wallet holds. A mint belongs to one token program, so at most one of the two addresses exists.
fn wallet_balance(
    loan: &Pubkey,
    mint: &Pubkey,
    addresses: [Pubkey; 2],
    accounts: [Option<ChainAccount>; 2],
) -> Result<u64, Refusal> {
    const WHAT: &str = "car wallet";
    let found = TOKEN_PROGRAMS.into_iter().zip(addresses).zip(accounts);
    let Some((program, address, account)) =
        found.into_iter().find_map(|((program, address), account)| Some((program, address, account?)))
    else {
        return Err(Refusal::Missing { what: WHAT, address: addresses[0] });
    };
    let foreign = Refusal::Foreign { what: WHAT, address };
    match decode_token_account(&account.data) {
        Ok(wallet) if account.owner == program && wallet.owner == *loan && wallet.mint == *mint => {
            Ok(wallet.amount)
        }
        _ => Err(foreign),
    }
}

/// The chain's time, read by itself.
#[cfg(feature = "server")]
pub(crate) async fn clock(chain: &dyn ChainReader) -> Result<i64, Refusal> {
    let [clock] = all(&Since { chain, seen_slot: None }, [CLOCK]).await?;
    unix_time(clock)
}

/// The chain's time from the Clock sysvar.
fn unix_time(clock: Option<ChainAccount>) -> Result<i64, Refusal> {
    let clock = clock.ok_or(Refusal::Missing { what: "clock", address: CLOCK })?;
    let bytes = clock.data.get(UNIX_TIMESTAMP).and_then(|bytes| bytes.try_into().ok());
    bytes.map(i64::from_le_bytes).ok_or(Refusal::Foreign { what: "clock", address: CLOCK })
}
