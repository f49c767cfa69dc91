//! A lender, a borrower without SOL, a loan, and a sponsor.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use anchor_spl::token::spl_token;
use axum::Router;
use axum::extract::State;
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::SigningKey;
use latchkey_client::instructions::{LoanKeys, lock_now, serve_notice};
use latchkey_client::latchkey::state::{Calendar, Terms};
use latchkey_client::protocol::Enrolment;
use latchkey_client::protocol::sealed::Envelope;
use latchkey_client::{Instruction, PROGRAM_ID, Pubkey};
use latchkey_device::clock::VirtualClock;
use latchkey_harness::ledger::Svm;
use latchkey_harness::localnet::program_bytes;
use latchkey_harness::rpc::SvmRpc;
use latchkey_harness::story::{Chain as _, ChainExt as _, Parties, Script, SvmChain};
use latchkey_link::http::reqwest::{Client, Method};
use latchkey_link::http::{client, serve};
use latchkey_link::key_file;
use latchkey_sponsor::SponsorConfig;
use latchkey_sponsor::server::{Offer, router};
use serde_json::{Value, json};
use solana_sdk::message::Message;
use solana_sdk::signature::{Keypair, Signature};
use solana_sdk::signer::Signer as _;
use solana_sdk::transaction::Transaction;
use tokio::net::TcpListener;

/// New Year's Day 2027, 09:00 UTC.
pub const BEGINNING: i64 = 1_798_794_000;
pub const DAY: i64 = 86_400;
pub const INSTALMENT: u64 = 1_100_000_000;
/// What the sponsor's key holds.
pub const PURSE: u64 = 1_000_000_000;

pub struct Scene {
    pub parties: Parties,
    pub chain: SvmChain,
    pub keys: LoanKeys,
    /// The sponsor's own key.
    pub sponsor: Keypair,
    pub address: String,
    pub lie: Arc<Lie>,
    rpc: SvmRpc,
    client: Client,
}

/// What the sponsor's node says that is not so.
#[derive(Default)]
pub struct Lie {
    /// Added to what it says is left of the sponsor's lamports; too much for a number, and it says nothing.
    pub left: AtomicI64,
    /// Transactions that reached the node.
    pub sent: AtomicU64,
}

/// An answer of the endpoint.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Scene {
    pub async fn set() -> Self {
        Self::with("").await
    }

    /// With more lines of configuration.
    pub async fn with(more: &str) -> Self {
        Self::of(None, more).await
    }

    /// A sponsor that pays for borrowers of this lender alone.
    pub async fn with_lender(lender: &Pubkey) -> Self {
        Self::of(Some(*lender), "").await
    }

    async fn of(lender: Option<Pubkey>, more: &str) -> Self {
        let svm = Svm::new(&fs::read(program_bytes().unwrap()).unwrap(), BEGINNING).unwrap();
        let chain = SvmChain::new(svm.clone(), VirtualClock::default());
        let (parties, script) = (Parties::new(), Script::minute());
        parties.set_up(&chain, &script.offer).await.unwrap();
        let device = SigningKey::from_bytes(&[7; 32]);
        let enrolment = Enrolment {
            program: PROGRAM_ID.to_bytes(),
            lender: parties.lender.to_bytes(),
            vin_commitment: [8; 32],
        };
        let vehicle = parties.register(&chain, &Envelope::seal(&device, &enrolment.encode())).await.unwrap();
        let terms = Terms {
            first_due: BEGINNING + DAY,
            calendar: Calendar::seconds(86_400),
            instalment: INSTALMENT,
            ..script.terms
        };
        let (keys, _) = parties.originate(&chain, vehicle, terms, &script.offer).await.unwrap();
        let sponsor = Keypair::new();
        svm.airdrop(&sponsor.pubkey(), PURSE).unwrap();
        let rpc = SvmRpc::start(svm).await.unwrap();
        let lie = Arc::new(Lie::default());
        let node = lying_node(rpc.url(), Arc::clone(&lie)).await;
        let text = format!(
            "key = \"sponsor.json\"\nrpc_urls = [\"{node}\"]\nlenders = [\"{}\"]\npublic_url = \"https://sponsor.example/\"\n{more}",
            lender.unwrap_or(parties.lender)
        );
        let address = serve_sponsor(&text, &sponsor).await;
        Self { parties, chain, keys, sponsor, address, lie, rpc, client: client().build().unwrap() }
    }

    /// A transaction of these instructions that the sponsor would pay for, signed by the borrower.
    pub fn sponsored(&self, instructions: &[Instruction]) -> Transaction {
        self.signed(instructions, &[&self.parties.borrower])
    }

    /// The same, signed by others.
    pub fn signed(&self, instructions: &[Instruction], signers: &[&Keypair]) -> Transaction {
        let hash = self.rpc.ledger().latest_blockhash();
        let message = Message::new_with_blockhash(instructions, Some(&self.sponsor.pubkey()), &hash);
        let mut transaction = Transaction::new_unsigned(message);
        transaction.partial_sign(signers, hash);
        transaction
    }

    /// Pays `amount` base units from the borrower's savings into the wallet of the car.
    pub fn top_up(&self, amount: u64) -> Instruction {
        self.parties.top_up(&self.keys, amount).unwrap()
    }

    /// A transfer to any account.
    pub fn transfer(&self, to: &Pubkey, owner: &Pubkey, amount: u64) -> Instruction {
        let (from, mint) = (self.parties.savings, self.parties.mint.pubkey());
        spl_token::instruction::transfer_checked(&spl_token::ID, &from, &mint, to, owner, &[], amount, 6)
            .unwrap()
    }

    /// Moves the clock into a default and has the lock asked for.
    pub async fn lock(&self) {
        let due = BEGINNING + DAY;
        let ledger = self.rpc.ledger();
        ledger.set_time(due + 1);
        let authority = &self.parties.authority;
        let notice = serve_notice(&self.keys, authority.pubkey(), [1; 32], 1);
        self.chain.send(&[notice], &[&self.parties.funder, authority]).await.unwrap();
        ledger.set_time(due + 60);
        let keeper = &self.parties.funder;
        self.chain.send(&lock_now(&self.keys, keeper.pubkey(), 1), &[keeper]).await.unwrap();
        assert!(self.chain.vehicle(&self.keys.vehicle).await.unwrap().may_be_locked_at(due + 60));
    }

    /// Sends a transaction as it is.
    pub fn land(&self, transaction: Transaction) -> Signature {
        self.rpc.ledger().send(transaction).unwrap()
    }

    pub async fn lamports(&self, address: &Pubkey) -> u64 {
        self.chain.account(address).await.unwrap().map_or(0, |account| account.lamports)
    }

    /// What the wallet of the car holds.
    pub async fn wallet(&self) -> u64 {
        let wallet = self.chain.account(&self.keys.wallet).await.unwrap().unwrap();
        u64::from_le_bytes(wallet.data[64..72].try_into().unwrap())
    }

    /// Asks by HTTP.
    pub async fn ask(&self, method: Method, path: &str, body: Vec<u8>) -> Answer {
        let request = self.client.request(method, format!("{}{path}", self.address)).body(body);
        let response = request.header("content-type", "application/json").send().await.unwrap();
        let status = response.status().as_u16();
        let body = response.bytes().await.unwrap();
        Answer { status, body: serde_json::from_slice(&body).unwrap_or(Value::Null) }
    }

    /// Calls a method of Kora's.
    pub async fn call(&self, method: &str, params: Value) -> Value {
        let body = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params });
        let answer = self.ask(Method::POST, "/", body.to_string().into_bytes()).await;
        assert_eq!((answer.status, &answer.body["id"]), (200, &json!(7)), "{answer:?}");
        answer.body
    }

    /// Has a transaction signed; the rule that refuses it otherwise.
    pub async fn sign(&self, transaction: &Transaction) -> Result<Transaction, String> {
        self.sign_bytes(&bytes(transaction)).await
    }

    /// The same for any bytes.
    pub async fn sign_bytes(&self, wire: &[u8]) -> Result<Transaction, String> {
        let answer = self.call("signTransaction", json!({ "transaction": STANDARD.encode(wire) })).await;
        if let Some(rule) = answer["error"]["data"]["rule"].as_str() {
            assert!(!answer["error"]["message"].as_str().unwrap().is_empty());
            return Err(rule.to_owned());
        }
        Ok(read(&answer["result"]["signed_transaction"]))
    }

    /// Asks for a Solana Pay transaction.
    pub async fn pay(&self, query: &str, account: &Pubkey) -> Answer {
        let path = format!("/pay/{}{query}", self.keys.loan);
        self.ask(Method::POST, &path, json!({ "account": account.to_string() }).to_string().into_bytes())
            .await
    }
}

pub fn bytes(transaction: &Transaction) -> Vec<u8> {
    bincode::serialize(transaction).unwrap()
}

/// A transaction in an answer.
pub fn read(text: &Value) -> Transaction {
    bincode::deserialize(&STANDARD.decode(text.as_str().unwrap_or_else(|| panic!("{text}"))).unwrap())
        .unwrap()
}

/// Serves a sponsor with this configuration and key, as the program does. Returns its address.
async fn serve_sponsor(config: &str, key: &Keypair) -> String {
    let directory = tempfile::tempdir().unwrap();
    key_file::write(&directory.path().join("sponsor.json"), &SigningKey::from_bytes(key.secret_bytes()))
        .unwrap();
    let path = directory.path().join("sponsor.toml");
    fs::write(&path, config).unwrap();
    let config = SponsorConfig::load(&path).unwrap();
    let router = router(config.sponsor().unwrap(), Offer::from(&config)).unwrap();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(serve(listener, router, std::future::pending(), Duration::ZERO));
    address
}

/// A node that passes everything on, and changes what it is told to.
async fn lying_node(url: String, lie: Arc<Lie>) -> String {
    let client = client().build().unwrap();
    let pass = async move |State((client, url, lie)): State<(Client, String, Arc<Lie>)>, body: String| {
        let request: Value = serde_json::from_str(&body).unwrap();
        let answer = client.post(&url).body(body).send().await.unwrap().bytes().await.unwrap();
        let mut answer: Value = serde_json::from_slice(&answer).unwrap();
        if request["method"] == "simulateTransaction" {
            let added = lie.left.load(Ordering::Relaxed);
            let left = &mut answer["result"]["value"]["accounts"][0]["lamports"];
            *left = left
                .as_i64()
                .and_then(|said| said.checked_add(added))
                .map_or(Value::Null, |said| json!(said));
        }
        if request["method"] == "sendTransaction" {
            lie.sent.fetch_add(1, Ordering::Relaxed);
        }
        answer.to_string()
    };
    let router = Router::new().route("/", post(pass)).with_state((client, url, lie));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(serve(listener, router, std::future::pending(), Duration::ZERO));
    address
}
