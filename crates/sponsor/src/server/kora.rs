//! Kora's JSON-RPC, as much of it as a page needs that pays nothing for the fee.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use latchkey_client::PROGRAM_ID;
use serde::Deserialize;
use serde_json::{Value, json};
use solana_sdk::transaction::Transaction;

use crate::fees::COMPUTE_BUDGET;
use crate::refusal::{Refusal, SponsorError};
use crate::sponsor::{Sponsor, wire};

/// The longest transaction that the network takes, bytes.
const LONGEST: usize = 1_232;
/// The most signatures of a transaction: the sponsor's and the borrower's.
const MOST_SIGNATURES: u64 = 2;

const PARSE_ERROR: i64 = -32_700;
const INVALID_REQUEST: i64 = -32_600;
const UNKNOWN_METHOD: i64 = -32_601;
const INVALID_PARAMS: i64 = -32_602;
const NO_CHAIN: i64 = -32_603;
const REFUSED: i64 = -32_000;

const METHODS: &str = "getPayerSigner, signTransaction, signAndSendTransaction, estimateTransactionFee, getConfig, getSupportedTokens, getBlockhash, liveness";

#[derive(Deserialize)]
struct Request {
    jsonrpc: String,
    #[serde(default)]
    id: Value,
    method: String,
    #[serde(default)]
    params: Value,
}

/// What the methods that take a transaction are given. Kora's other fields mean nothing here: there is one signer, every
/// signature is verified, and no token is paid.
#[derive(Deserialize)]
struct Given {
    transaction: String,
}

/// Why there is no result.
struct Fault {
    code: i64,
    rule: &'static str,
    message: String,
}

impl Fault {
    fn new(code: i64, rule: &'static str, message: &impl ToString) -> Self {
        Self { code, rule, message: message.to_string() }
    }
}

impl From<SponsorError> for Fault {
    fn from(error: SponsorError) -> Self {
        match &error {
            SponsorError::Refused(refusal) => Self::new(REFUSED, refusal.rule(), refusal),
            SponsorError::Node(node) => {
                tracing::warn!(error = node as &dyn std::error::Error, "the chain did not answer");
                Self::new(NO_CHAIN, "chain_unreadable", &error)
            }
        }
    }
}

/// Answers one request.
pub async fn answer(sponsor: &Sponsor, body: &[u8]) -> Value {
    let (id, outcome) = match serde_json::from_slice::<Request>(body) {
        Err(_) => (Value::Null, Err(Fault::new(PARSE_ERROR, "not_json_rpc", &"send one JSON-RPC request"))),
        Ok(request) if request.jsonrpc != "2.0" => {
            (request.id, Err(Fault::new(INVALID_REQUEST, "not_json_rpc", &"jsonrpc is not 2.0")))
        }
        Ok(request) => {
            let outcome = call(sponsor, &request.method, &request.params).await;
            (request.id, outcome)
        }
    };
    match outcome {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err(Fault { code, rule, message }) => {
            let error = json!({ "code": code, "message": message, "data": { "rule": rule } });
            json!({ "jsonrpc": "2.0", "id": id, "error": error })
        }
    }
}

async fn call(sponsor: &Sponsor, method: &str, params: &Value) -> Result<Value, Fault> {
    let address = sponsor.address().to_string();
    Ok(match method {
        "liveness" => Value::Null,
        "getPayerSigner" => json!({ "signer_address": address, "payment_address": address }),
        "getConfig" => config(sponsor),
        "getSupportedTokens" => json!({ "tokens": [] }),
        "getBlockhash" => {
            json!({ "blockhash": sponsor.blockhash().await.map_err(SponsorError::from)?.to_string() })
        }
        "estimateTransactionFee" => json!({
            "fee_in_lamports": sponsor.estimate(&given(params)?).await?,
            "fee_in_token": 0,
            "signer_pubkey": address,
            "payment_address": address,
        }),
        "signTransaction" => {
            let signed = sponsor.sign(given(params)?).await?;
            json!({ "signed_transaction": STANDARD.encode(wire(&signed)), "signer_pubkey": address })
        }
        "signAndSendTransaction" => {
            let signed = sponsor.sign_and_send(given(params)?).await?;
            json!({
                "signature": signed.signatures[0].to_string(),
                "signed_transaction": STANDARD.encode(wire(&signed)),
                "signer_pubkey": address,
            })
        }
        _ => return Err(Fault::new(UNKNOWN_METHOD, "unknown_method", &format!("there are {METHODS}"))),
    })
}

/// The transaction in the parameters: an object, or a list of one.
fn given(params: &Value) -> Result<Transaction, Fault> {
    let params = params.as_array().and_then(|list| list.first()).unwrap_or(params);
    let Given { transaction } = Given::deserialize(params)
        .map_err(|_| Fault::new(INVALID_PARAMS, "no_transaction", &"name the transaction, in base64"))?;
    Ok(read(&transaction).map_err(SponsorError::from)?)
}

/// A legacy transaction, and nothing behind it.
fn read(text: &str) -> Result<Transaction, Refusal> {
    let bytes = STANDARD.decode(text).map_err(|_| Refusal::Unreadable)?;
    let transaction: Transaction = bincode::deserialize(&bytes).map_err(|_| Refusal::Unreadable)?;
    if bytes.len() > LONGEST || wire(&transaction) != bytes {
        return Err(Refusal::Unreadable);
    }
    Ok(transaction)
}

/// What Kora's clients look for, and what says the same in this sponsor's own terms.
fn config(sponsor: &Sponsor) -> Value {
    let policy = sponsor.policy();
    let lenders: Vec<String> = policy.lenders.iter().map(ToString::to_string).collect();
    json!({
        "fee_payers": [sponsor.address().to_string()],
        "validation_config": {
            "max_signatures": MOST_SIGNATURES,
            "allowed_programs": [
                PROGRAM_ID.to_string(),
                COMPUTE_BUDGET.to_string(),
                anchor_spl::token::ID.to_string(),
                anchor_spl::token_2022::ID.to_string(),
                anchor_spl::associated_token::ID.to_string(),
            ],
            "allowed_tokens": [],
            "allowed_spl_paid_tokens": [],
            "disallowed_accounts": [],
            "price": { "type": "free" },
            "lenders": lenders,
            "max_compute_units": policy.max_compute_units,
            "max_priority_micro_lamports": policy.max_priority,
            "pays_token_accounts": policy.pay_token_accounts,
        },
        "enabled_methods": {
            "liveness": true,
            "estimate_transaction_fee": true,
            "get_supported_tokens": true,
            "get_payer_signer": true,
            "sign_transaction": true,
            "sign_and_send_transaction": true,
            "transfer_transaction": false,
            "get_blockhash": true,
            "get_config": true,
        },
    })
}
