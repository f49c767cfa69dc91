//! A loan that is sold, whose borrower loses a key, and that is settled, lived at the terminal over months: on the ledger in
//! this process behind an RPC endpoint, because days must pass.

use std::fs;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result, ensure};
use ed25519_dalek::SigningKey;
use latchkey_client::{PROGRAM_ID, Pubkey};
use latchkey_device::car::SimulatedCar;
use latchkey_device::clock::VirtualClock;
use latchkey_device::device::Device;
use latchkey_device::identity::Identity;
use latchkey_device::keyring::{Keyring, Trusted};
use latchkey_device::store::MemoryStore;
use latchkey_harness::ledger::Svm;
use latchkey_harness::localnet::{binary, program_bytes};
use latchkey_harness::rpc::SvmRpc;
use latchkey_link::key_file;
use latchkey_protocol::sealed::Envelope;
use latchkey_protocol::{Action, Command, Enrolment, HandOverReceipt, Outcome, Receipt};
use serde_json::{Value, json};
use solana_sdk::signature::Keypair;

use crate::typing::Terminal;

const LENDER_FILE: &str = include_str!("../../../../migrations/lender.toml");
/// Where the seller's unlock function runs. The buyer's keepers run theirs.
const SELLERS_UNLOCK: &str = "https://unlock.seller.example";
const DAY: i64 = 86_400;
/// New Year's Day 2027, 09:00 UTC.
const BEGINNING: i64 = 1_798_794_000;
/// The first due date, 1 February 2027, 12:00 at UTC−5.
const FIRST_DUE: i64 = 1_801_501_200;
const TERMS: &str = "principal = \"12000\"\napr = \"18%\"\ncount = 12\nfirst_due = \"2027-02-01T12:00:00-05:00\"\n\
                     period = \"monthly\"\ngrace = \"10d\"\nlate_fee = \"25\"\nlate_after = \"5d\"\nnotice = \"72h\"\n\
                     notice_channels = 2\nfinal_notice = \"48h\"\nemergency = \"24h\"\nemergency_max = 1\n\
                     max_extensions = 1\n";

/// A loan, and everybody around it.
struct Life {
    at: Terminal,
    rpc: SvmRpc,
    /// The car's device key, its agent, and its clock.
    device: SigningKey,
    car: Mutex<Device<SimulatedCar, MemoryStore>>,
    clock: VirtualClock,
    mint: String,
    seller: String,
    buyer: String,
    buyers_command_key: Pubkey,
    vehicle: String,
    loan: String,
}

/// What the car answered to an order to obey other keys.
struct Handed {
    receipt: String,
    taken: bool,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loan_is_sold_its_borrower_loses_a_key_and_it_is_settled_at_the_terminal() {
    live().await.unwrap_or_else(|failed| panic!("{failed:?}"));
}

async fn live() -> Result<()> {
    let directory = tempfile::tempdir()?;
    let svm = Svm::new(&fs::read(program_bytes()?)?, BEGINNING)?;
    let rpc = SvmRpc::start(svm).await?;
    let at = Terminal { latchkey: binary("latchkey")?, place: directory.path().to_owned(), url: rpc.url() };
    let life = Life::begin(at, rpc).await?;
    life.pays_the_first_instalment().await?;
    life.is_amended_by_its_lender_alone().await?;
    life.is_sold().await?;
    life.moves_to_another_key().await?;
    life.has_its_car_unlocked_by_the_borrower_alone().await?;
    life.is_stayed_and_extended().await?;
    life.is_settled_and_closed().await?;
    life.locks_the_car_no_more().await
}

/// Text of a JSON value.
fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str> {
    value[key].as_str().with_context(|| format!("no {key} in {value}"))
}

impl Life {
    /// Two lenders with their functions, a car, and a loan of the first.
    async fn begin(at: Terminal, rpc: SvmRpc) -> Result<Self> {
        for key in ["seller.json", "buyer.json", "borrower.json", "heir.json"] {
            let address = at.keygen(key).await?;
            at.types(&["localnet", "airdrop", &address, "10"]).await?;
        }
        let address_of = |at: &Terminal, file: &str| -> Result<String> {
            let bytes: Vec<u8> = serde_json::from_str(&fs::read_to_string(at.place.join(file))?)?;
            Ok(solana_sdk::signer::Signer::pubkey(&Keypair::try_from(&bytes[..])?).to_string())
        };
        let made = at.types(&["--keypair", "seller.json", "localnet", "mint"]).await?;
        let mint = text(&made, "mint")?.to_owned();
        for (key, amount) in [("seller.json", "100000"), ("borrower.json", "20000"), ("heir.json", "20000")] {
            let owner = address_of(&at, key)?;
            at.types(&["--keypair", "seller.json", "localnet", "give", &mint, &owner, amount]).await?;
        }
        let mut lenders = Vec::new();
        let mut command_keys = Vec::new();
        for lender in ["seller", "buyer"] {
            let command_key = at.keygen(&format!("{lender}-command.json")).await?;
            let mut file = LENDER_FILE.replace("MINT", &mint).replace("COMMAND_KEY", &command_key);
            if lender == "seller" {
                // The unlock is the last function in the file.
                let (others, unlock) = file.rsplit_once(" }]").context("command keys")?;
                file = format!("{others}, uri = \"{SELLERS_UNLOCK}\" }}]{unlock}");
            }
            let name = format!("{lender}.toml");
            fs::write(at.place.join(&name), file)?;
            let key = format!("{lender}.json");
            let applied = at.types(&["--keypair", &key, "lender", "apply", &name]).await?;
            ensure!(applied["changed"] == true, "{applied}");
            let again = at.types(&["--keypair", &key, "lender", "apply", &name]).await?;
            ensure!(again["changed"] == false, "{again}");
            lenders.push(text(&applied, "lender")?.to_owned());
            command_keys.push(command_key.parse()?);
        }
        let device = SigningKey::from_bytes(&Keypair::new().secret_bytes()[..].try_into()?);
        let lender: Pubkey = lenders[0].parse()?;
        let enrolment =
            Enrolment { program: PROGRAM_ID.to_bytes(), lender: lender.to_bytes(), vin_commitment: [8; 32] };
        let enrolment = hex::encode(Envelope::seal(&device, &enrolment.encode()).to_bytes());
        let registered = at.types(&["--keypair", "seller.json", "vehicle", "register", &enrolment]).await?;
        let vehicle = text(&registered, "vehicle")?.to_owned();
        let root: Pubkey = at.keygen("root.json").await?.parse()?;
        let seller_key: Pubkey = command_keys[0];
        let keyring = [Trusted { key: seller_key.to_bytes(), actions: Action::ALL.to_vec() }];
        let identity = Identity {
            program: PROGRAM_ID.to_bytes(),
            vehicle: vehicle.parse::<Pubkey>()?.to_bytes(),
            device_key: device.clone(),
            root: Some(root.to_bytes()),
            keyring: Keyring::of(&keyring, 1)?,
        };
        let clock = VirtualClock::at(BEGINNING);
        let agent =
            Device::start(identity, SimulatedCar::new(), MemoryStore::default(), Arc::new(clock.clone()));
        fs::write(at.place.join("terms.toml"), TERMS)?;
        let originate = ["--keypair", "seller.json", "loan", "originate", "--terms", "terms.toml"];
        let who = ["--vehicle", &vehicle, "--seller", &lenders[1], "--borrower-keypair", "borrower.json"];
        let written = at.types(&[&originate[..], &who].concat()).await?;
        let loan = text(&written, "loan")?.to_owned();
        ensure!(written["disclosure"]["payments"].as_array().is_some_and(|rows| rows.len() == 12));
        at.types(&["--keypair", "seller.json", "escrow", "fund", &loan, "0.05"]).await?;
        let buyers_command_key = command_keys[1];
        let [seller, buyer] = <[String; 2]>::try_from(lenders).ok().context("two lenders")?;
        let car = Mutex::new(agent);
        Ok(Self { at, rpc, device, car, clock, mint, seller, buyer, buyers_command_key, vehicle, loan })
    }

    fn now(&self) -> i64 {
        self.rpc.ledger().now()
    }

    fn pass(&self, secs: i64) {
        self.rpc.ledger().set_time(self.now() + secs);
    }

    /// A command about the loan, by a key.
    async fn types(&self, key: &str, words: &[&str]) -> Result<Value> {
        self.at.types(&[&["--keypair", key], words, &[&self.loan]].concat()).await
    }

    async fn refuses(&self, key: &str, words: &[&str], rule: &str) -> Result<()> {
        self.at.refuses(&[&["--keypair", key], words, &[&self.loan]].concat(), rule).await
    }

    /// One signs, the other reads, signs and sends.
    async fn hands_on(&self, from: &str, to: &str, words: &[&str]) -> Result<()> {
        let half = self.types(from, &[words, &["--sign-only"]].concat()).await?;
        fs::write(self.at.place.join("half.txt"), text(&half, "transaction")?)?;
        let told = self.at.types(&["--keypair", to, "sign", "half.txt", "--dry-run"]).await?;
        ensure!(told["instructions"][0]["arguments"].is_object(), "{told}");
        self.at.types(&["--keypair", to, "sign", "half.txt"]).await?;
        Ok(())
    }

    async fn shown(&self) -> Result<Value> {
        self.at.types(&["loan", "show", &self.loan]).await
    }

    async fn pays_the_first_instalment(&self) -> Result<()> {
        self.rpc.ledger().set_time(FIRST_DUE);
        let due = self.at.types(&["--keypair", "borrower.json", "loan", "top-up", &self.loan, "due"]).await?;
        let paid = self.types("heir.json", &["loan", "pay"]).await?;
        ensure!(paid["unsent"] == "0.00" && paid["status"] == "active", "{paid}");
        let shown = self.shown().await?;
        ensure!(
            shown["past_due"] == "0.00" && shown["wallet"] == "0.00" && due["amount"] != "0.00",
            "{shown}"
        );
        Ok(())
    }

    async fn is_amended_by_its_lender_alone(&self) -> Result<()> {
        fs::write(self.at.place.join("lower.toml"), "apr = \"12.5%\"\ngrace = \"12d\"\n")?;
        let amend = ["loan", "amend", "--terms", "lower.toml"];
        let late = [&amend[..], &["--deadline", "2027-02-01T16:59:59Z"]].concat();
        self.refuses("seller.json", &late, "DeadlinePassed").await?;
        let amended = self.types("seller.json", &amend).await?;
        ensure!(amended["changes"]["apr"] == "18.00% → 12.50%", "{amended}");
        ensure!(amended["revision"] == 0 && amended["deadline"].is_string(), "{amended}");
        fs::write(self.at.place.join("higher.toml"), "apr = \"18%\"\n")?;
        self.refuses("seller.json", &["loan", "amend", "--terms", "higher.toml"], "AmendmentNeedsBoth")
            .await?;
        let shown = self.shown().await?;
        ensure!(shown["terms"]["apr"] == "12.50%" && shown["terms"]["grace"] == "12d", "{shown}");
        ensure!(shown["revision"] == 1, "{shown}");
        Ok(())
    }

    /// Orders the car to obey a lender's keys, with the borrower's signature or without, and returns its receipt.
    async fn hand_over(&self, to: &str, agreed: bool) -> Result<Handed> {
        let nonce = hex::encode(self.car().state().nonce);
        let order = ["vehicle", "hand-over", &self.vehicle, "--to", to, "--nonce", &nonce];
        let mut order = self.at.types(&[&order[..], &["--root-keypair", "root.json"]].concat()).await?;
        if agreed {
            fs::write(self.at.place.join("order.hex"), text(&order, "envelope")?)?;
            order = self.at.types(&["--keypair", "borrower.json", "vehicle", "agree", "order.hex"]).await?;
        }
        ensure!(order["lender"] == to && order["locks_until"].is_i64(), "{order}");
        self.clock.set(self.now());
        let answer = self.car().receive(&hex::decode(text(&order, "envelope")?)?).answer;
        let signed = Envelope::open(&answer.context("the car answers its root key")?.receipt)?;
        let receipt = HandOverReceipt::decode(&signed.payload)?;
        let taken = hex::encode(receipt.nonce) != nonce;
        Ok(Handed { receipt: hex::encode(signed.to_bytes()), taken })
    }

    fn car(&self) -> MutexGuard<'_, Device<SimulatedCar, MemoryStore>> {
        self.car.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn is_sold(&self) -> Result<()> {
        // The car learns its borrower, whose signature the keys of another lender then need.
        ensure!(self.hand_over(&self.seller, false).await?.taken);
        let stays = self.hand_over(&self.buyer, false).await?;
        ensure!(!stays.taken, "the borrower did not agree");
        let sale = ["loan", "assign", "--buyer", &self.buyer, "--receipt"];
        let both = ["--buyer-keypair", "buyer.json"];
        self.refuses("seller.json", &[&sale[..], &[&stays.receipt], &both].concat(), "ProofWrongMessage")
            .await?;
        let old = self.hand_over(&self.buyer, true).await?;
        ensure!(old.taken);
        self.pass(7 * DAY + 1);
        self.refuses("seller.json", &[&sale[..], &[&old.receipt], &both].concat(), "HandOverTooOld").await?;
        let Handed { receipt, taken } = self.hand_over(&self.buyer, false).await?;
        ensure!(taken, "the same keys again need the root key alone");
        ensure!(self.shown().await?["unlock"]["uri"] == SELLERS_UNLOCK, "the seller's address is pinned");
        self.hands_on("seller.json", "buyer.json", &[&sale[..], &[&receipt]].concat()).await?;
        let shown = self.shown().await?;
        ensure!(shown["lender"] == self.buyer.as_str() && shown["revision"] == 2, "{shown}");
        let keys = shown["unlock"]["keys"].as_array().context("keys")?;
        ensure!(keys.len() == 2 && keys[0] == self.buyers_command_key.to_string(), "{shown}");
        ensure!(shown["unlock"]["uri"] == "", "the car no longer obeys the seller's function: {shown}");
        let sold = self.at.types(&["lender", "show", "--lender", &self.seller]).await?;
        ensure!(sold["loans_closed"] == 1, "{sold}");
        // What was the seller's is so no more.
        self.refuses("seller.json", &["loan", "settle", "--reason", "settlement"], "NotAuthority").await
    }

    async fn moves_to_another_key(&self) -> Result<()> {
        let heir = self.address("heir.json")?;
        let proposed = self.types("buyer.json", &["loan", "recover-borrower", "--propose", &heir]).await?;
        ensure!(proposed["proposed"] == heir.as_str(), "{proposed}");
        // The borrower refuses it; another proposal has to wait.
        self.types("borrower.json", &["loan", "refuse-recovery"]).await?;
        self.refuses("buyer.json", &["loan", "recover-borrower", "--propose", &heir], "RecoveryBarred")
            .await?;
        self.pass(90 * DAY);
        // Meanwhile instalments fell due, and the wallet pays them late.
        self.at.types(&["--keypair", "heir.json", "loan", "top-up", &self.loan, "due"]).await?;
        self.types("heir.json", &["loan", "pay"]).await?;
        self.types("buyer.json", &["loan", "recover-borrower", "--propose", &heir]).await?;
        let complete = ["loan", "recover-borrower", "--complete", "heir.json"];
        self.pass(14 * DAY - 1);
        self.refuses("buyer.json", &complete, "RecoveryTooEarly").await?;
        self.pass(1);
        self.types("buyer.json", &complete).await?;
        let shown = self.shown().await?;
        ensure!(shown["borrower"] == heir.as_str() && shown["restricted_until"].is_string(), "{shown}");
        self.at.types(&["--keypair", "heir.json", "loan", "top-up", &self.loan, "100"]).await?;
        let take = ["--keypair", "heir.json", "loan", "withdraw", &self.loan, "1"];
        self.at.refuses(&take, "RecoveredKey").await?;
        let rotate = ["loan", "rotate-borrower", "--new-keypair", "borrower.json"];
        self.refuses("heir.json", &rotate, "RecoveredKey").await
    }

    async fn has_its_car_unlocked_by_the_borrower_alone(&self) -> Result<()> {
        let asked = self.types("heir.json", &["loan", "unlock"]).await?;
        let again = self.types("heir.json", &["loan", "unlock"]).await?;
        ensure!(asked["invocation"] == again["invocation"], "{again}");
        ensure!(asked["unlock_uri"].is_null(), "{asked}");
        let invocation: Pubkey = text(&asked, "invocation")?.parse()?;
        let vehicle: Pubkey = self.vehicle.parse()?;
        let receipt = Receipt {
            program: PROGRAM_ID.to_bytes(),
            vehicle: vehicle.to_bytes(),
            invocation: invocation.to_bytes(),
            seq: asked["seq"].as_u64().context("a number")?,
            action: Action::Unlock,
            outcome: Outcome::Applied,
            device_time: self.now(),
            command_hash: [6; 32],
        };
        let bytes = Envelope::seal(&self.device, &receipt.encode()).to_bytes();
        fs::write(self.at.place.join("receipt.hex"), hex::encode(bytes))?;
        let proven = self.types("heir.json", &["loan", "unlock", "--receipt", "receipt.hex"]).await?;
        ensure!(proven["seq"] == asked["seq"], "{proven}");
        ensure!(self.shown().await?["invocations_open"] == 0, "the call is still open");
        Ok(())
    }

    async fn is_stayed_and_extended(&self) -> Result<()> {
        let stayed = self.types("buyer.json", &["loan", "stay", "--until", "+30d"]).await?;
        ensure!(stayed["stay_until"].is_string(), "{stayed}");
        // The new key may not agree to anything yet; 90 days after its recovery it may.
        let extend = ["loan", "extend", "--lender-keypair", "buyer.json"];
        self.refuses("heir.json", &extend, "RecoveredKey").await?;
        self.pass(90 * DAY);
        self.at.types(&["--keypair", "heir.json", "loan", "top-up", &self.loan, "due"]).await?;
        self.types("heir.json", &["loan", "pay"]).await?;
        let half = self.types("buyer.json", &["loan", "extend", "--deadline", "+1d", "--sign-only"]).await?;
        ensure!(half["missing"] == json!([self.address("heir.json")?]), "{half}");
        self.hands_on("buyer.json", "heir.json", &["loan", "extend", "--deadline", "+1d"]).await?;
        let shown = self.shown().await?;
        ensure!(shown["terms"]["deferred"] == 1 && shown["extensions_left"] == 0, "{shown}");
        Ok(())
    }

    /// After the loan, the lender's key does nothing at the car, even straight at its broker.
    async fn locks_the_car_no_more(&self) -> Result<()> {
        let release = ["vehicle", "release", &self.vehicle, "--command-keypair", "buyer-command.json"];
        let released = self.at.types(&release).await?;
        self.clock.set(self.now());
        let answer = self.car().receive(&hex::decode(text(&released, "envelope")?)?).answer;
        let signed = Envelope::open(&answer.context("the car answers")?.receipt)?;
        ensure!(HandOverReceipt::decode(&signed.payload)?.keyring_hash == [0; 32], "no key may lock");
        let key = key_file::read(&self.at.place.join("buyer-command.json"))?;
        let mut command = Command {
            program: PROGRAM_ID.to_bytes(),
            vehicle: self.vehicle.parse::<Pubkey>()?.to_bytes(),
            invocation: [1; 32],
            seq: 1_000,
            action: Action::Lock,
            issued_at: self.now(),
            not_after: self.now() + 60,
            lock_until: self.now() + DAY,
            message: "",
        };
        let mut send = |action| -> Result<bool> {
            command.action = action;
            let mut buffer = [0; Command::MAX_LEN];
            let sealed = Envelope::seal(&key, command.encode_into(&mut buffer)?).to_bytes();
            Ok(self.car().receive(&sealed).answer.is_some())
        };
        ensure!(!send(Action::Lock)?, "the car ignores a lock");
        ensure!(send(Action::Unlock)?, "and obeys an unlock");
        Ok(())
    }

    async fn is_settled_and_closed(&self) -> Result<()> {
        let release = ["vehicle", "release", &self.vehicle, "--command-keypair", "buyer-command.json"];
        let (_, said) = self.at.fails(&release).await?;
        ensure!(said.contains("still secures the loan"), "{said}");
        let settled = self.types("buyer.json", &["loan", "settle", "--reason", "settlement"]).await?;
        ensure!(settled["status"] == "settled", "{settled}");
        let shown = self.shown().await?;
        ensure!(shown["status"] == "settled" && shown["payoff"] == "0.00", "{shown}");
        self.refuses("buyer.json", &["loan", "settle", "--reason", "surrender"], "LoanPaidOff").await?;
        self.types("heir.json", &["loan", "close"]).await?;
        let (_, said) = self.at.fails(&["loan", "show", &self.loan]).await?;
        ensure!(said.contains("is closed"), "{said}");
        // What comes to the loan's address after its end is the borrower's.
        let give = ["--keypair", "seller.json", "localnet", "give", &self.mint, &self.loan, "5"];
        self.at.types(&give).await?;
        let stranger = ["--keypair", "borrower.json", "loan", "withdraw", &self.loan, "all"];
        ensure!(self.at.fails(&stranger).await?.1.contains("signature"), "a stranger took it");
        let take = ["--keypair", "heir.json", "loan", "withdraw", &self.loan, "all"];
        let taken = self.at.types(&take).await?;
        ensure!(taken["amount"] == "5.00", "{taken}");
        let retired = ["--keypair", "buyer.json", "vehicle", "retire", &self.vehicle];
        self.at.types(&retired).await?;
        Ok(())
    }

    fn address(&self, file: &str) -> Result<String> {
        let bytes: Vec<u8> = serde_json::from_str(&fs::read_to_string(self.at.place.join(file))?)?;
        Ok(solana_sdk::signer::Signer::pubkey(&Keypair::try_from(&bytes[..])?).to_string())
    }
}
