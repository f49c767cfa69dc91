//! `vectors/v1.json`, written by `vectors/generate.py`, which shares no code with this crate.

use std::collections::BTreeMap;

use ed25519_dalek::SigningKey;
use latchkey_protocol::code::{self, Code, CodeSecret, CodedUnlock};
use latchkey_protocol::cosigned::Cosigned;
use latchkey_protocol::ed25519::instruction_data;
use latchkey_protocol::sealed::{Envelope, OpenError, SEAL_LEN, sha256};
use latchkey_protocol::{
    Action, Command, DecodeError, Enrolment, HandOver, HandOverReceipt, Invoke, Key, KeySet, Keyring,
    Outcome, Receipt, Release, Signature, topics,
};
use serde::Deserialize;

/// The file as it is.
pub const TEXT: &str = include_str!("../../vectors/v1.json");

#[derive(Deserialize)]
pub struct Vectors {
    keys: BTreeMap<String, Keys>,
    program: Hex,
    vehicle: Hex,
    invocation: Hex,
    lender: Hex,
    vin_commitment: Hex,
    commands: BTreeMap<String, CommandVector>,
    receipts: BTreeMap<String, ReceiptVector>,
    enrolment: Provable,
    invoke: InvokeVector,
    hand_overs: BTreeMap<String, HandOverVector>,
    hand_over_receipts: BTreeMap<String, HandOverReceiptVector>,
    release: ReleaseVector,
    code_key: Hex,
    codes: BTreeMap<String, CodeVector>,
    cosigned: Vec<CosignedVector>,
    topics: Vec<Topics>,
    refused: Vec<Refused>,
    unopened: Vec<Unopened>,
}

#[derive(Deserialize)]
struct Keys {
    seed: Hex,
    public: Hex,
}

#[derive(Deserialize)]
struct Signed {
    bytes: Hex,
    signature: Hex,
    envelope: Hex,
}

/// What the contract can be shown the signature of.
#[derive(Deserialize)]
struct Provable {
    #[serde(flatten)]
    signed: Signed,
    instruction: Hex,
}

#[derive(Deserialize)]
struct CommandVector {
    seq: String,
    action: String,
    issued_at: String,
    not_after: String,
    lock_until: String,
    message: String,
    sha256: Hex,
    #[serde(flatten)]
    signed: Signed,
}

#[derive(Deserialize)]
struct ReceiptVector {
    seq: String,
    action: String,
    outcome: String,
    device_time: String,
    command_hash: Hex,
    #[serde(flatten)]
    provable: Provable,
}

#[derive(Deserialize)]
struct InvokeVector {
    issued_at: String,
    #[serde(flatten)]
    signed: Signed,
}

#[derive(Deserialize)]
struct HandOverVector {
    nonce: Hex,
    issued_at: String,
    seq: String,
    borrower: Hex,
    locks_until: String,
    keyring: KeyringVector,
    code_key: Hex,
    cosigned: Hex,
    next_nonce: Hex,
    #[serde(flatten)]
    signed: Signed,
}

#[derive(Deserialize)]
struct ReleaseVector {
    issued_at: String,
    #[serde(flatten)]
    signed: Signed,
}

#[derive(Deserialize)]
struct CodeVector {
    seq: String,
    bytes: Hex,
    sha256: Hex,
    code: String,
}

/// Bytes with several signatures; the error is empty where they are read.
#[derive(Deserialize)]
struct CosignedVector {
    error: String,
    why: String,
    bytes: Hex,
}

#[derive(Deserialize)]
struct KeyringVector {
    lender: Hex,
    warn: KeySetVector,
    lock: KeySetVector,
    unlock: KeySetVector,
    bytes: Hex,
    sha256: Hex,
}

#[derive(Deserialize)]
struct KeySetVector {
    required: u8,
    keys: [Hex; 3],
}

#[derive(Deserialize)]
struct HandOverReceiptVector {
    lender: Hex,
    keyring_hash: Hex,
    nonce: Hex,
    device_time: String,
    #[serde(flatten)]
    provable: Provable,
}

#[derive(Deserialize)]
struct Topics {
    address: Hex,
    base58: String,
    command: String,
    receipt: String,
    presence: String,
}

#[derive(Deserialize)]
struct Refused {
    kind: String,
    error: String,
    why: String,
    bytes: Hex,
}

#[derive(Deserialize)]
struct Unopened {
    error: String,
    why: String,
    bytes: Hex,
}

/// Bytes written as hexadecimal digits.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Hex(Vec<u8>);

impl TryFrom<String> for Hex {
    type Error = hex::FromHexError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        hex::decode(text).map(Self)
    }
}

impl Hex {
    fn array<const N: usize>(&self) -> [u8; N] {
        self.0.as_slice().try_into().unwrap()
    }

    fn key(&self) -> Key {
        self.array()
    }
}

fn vectors() -> Vectors {
    serde_json::from_str(TEXT).unwrap()
}

fn action(name: &str) -> Action {
    match name {
        "warn" => Action::Warn,
        "lock" => Action::Lock,
        "unlock" => Action::Unlock,
        other => panic!("no action {other}"),
    }
}

fn outcome(name: &str) -> Outcome {
    match name {
        "applied" => Outcome::Applied,
        "armed" => Outcome::Armed,
        "refused_expired" => Outcome::RefusedExpired,
        "refused_superseded" => Outcome::RefusedSuperseded,
        "refused_unsafe" => Outcome::RefusedUnsafe,
        "refused_no_time" => Outcome::RefusedNoTime,
        "refused_service" => Outcome::RefusedService,
        "refused_too_long" => Outcome::RefusedTooLong,
        other => panic!("no outcome {other}"),
    }
}

impl Vectors {
    fn key(&self, name: &str) -> SigningKey {
        SigningKey::from_bytes(&self.keys[name].seed.array())
    }

    fn command<'a>(&self, vector: &'a CommandVector) -> Command<'a> {
        Command {
            program: self.program.key(),
            vehicle: self.vehicle.key(),
            invocation: self.invocation.key(),
            seq: vector.seq.parse().unwrap(),
            action: action(&vector.action),
            issued_at: vector.issued_at.parse().unwrap(),
            not_after: vector.not_after.parse().unwrap(),
            lock_until: vector.lock_until.parse().unwrap(),
            message: &vector.message,
        }
    }

    fn receipt(&self, vector: &ReceiptVector) -> Receipt {
        Receipt {
            program: self.program.key(),
            vehicle: self.vehicle.key(),
            invocation: self.invocation.key(),
            seq: vector.seq.parse().unwrap(),
            action: action(&vector.action),
            outcome: outcome(&vector.outcome),
            device_time: vector.device_time.parse().unwrap(),
            command_hash: vector.command_hash.array(),
        }
    }

    fn enrolment(&self) -> Enrolment {
        Enrolment {
            program: self.program.key(),
            lender: self.lender.key(),
            vin_commitment: self.vin_commitment.array(),
        }
    }

    fn invoke(&self) -> Invoke {
        Invoke {
            program: self.program.key(),
            invocation: self.invocation.key(),
            keeper: self.keys["keeper"].public.key(),
            issued_at: self.invoke.issued_at.parse().unwrap(),
        }
    }

    fn hand_over(&self, vector: &HandOverVector) -> HandOver {
        HandOver {
            program: self.program.key(),
            vehicle: self.vehicle.key(),
            nonce: vector.nonce.array(),
            issued_at: vector.issued_at.parse().unwrap(),
            seq: vector.seq.parse().unwrap(),
            borrower: vector.borrower.key(),
            locks_until: vector.locks_until.parse().unwrap(),
            keyring: vector.keyring.keyring(),
            code_key: vector.code_key.key(),
        }
    }

    fn hand_over_receipt(&self, vector: &HandOverReceiptVector) -> HandOverReceipt {
        HandOverReceipt {
            program: self.program.key(),
            vehicle: self.vehicle.key(),
            lender: vector.lender.key(),
            keyring_hash: vector.keyring_hash.array(),
            nonce: vector.nonce.array(),
            device_time: vector.device_time.parse().unwrap(),
        }
    }
}

impl KeyringVector {
    fn keyring(&self) -> Keyring {
        let set = |vector: &KeySetVector| KeySet {
            required: vector.required,
            keys: vector.keys.each_ref().map(Hex::key),
        };
        Keyring {
            lender: self.lender.key(),
            warn: set(&self.warn),
            lock: set(&self.lock),
            unlock: set(&self.unlock),
        }
    }
}

/// Signing gives exactly the vector's envelope, and opening gives back what was signed.
fn check_signed(key: &SigningKey, signed: &Signed) {
    let sealed = Envelope::seal(key, &signed.bytes.0);
    assert_eq!(sealed.signature, signed.signature.array::<64>());
    assert_eq!(sealed.to_bytes(), signed.envelope.0);
    let opened = Envelope::open(&signed.envelope.0).unwrap();
    assert_eq!(opened, sealed);
    assert_eq!(opened.payload, signed.bytes.0);
    assert_eq!(signed.envelope.0.len(), SEAL_LEN + signed.bytes.0.len());
}

fn check_provable(key: &SigningKey, provable: &Provable) {
    let Provable { signed, instruction } = provable;
    check_signed(key, signed);
    let public: Key = key.verifying_key().to_bytes();
    let signature: Signature = signed.signature.array();
    let mut buffer = [0; 512];
    let data = instruction_data(&public, &signature, &signed.bytes.0, &mut buffer).unwrap();
    assert_eq!(data, instruction.0);
}

#[test]
fn seeds_have_the_public_keys_that_the_vectors_give() {
    let vectors = vectors();
    for (name, keys) in &vectors.keys {
        assert_eq!(vectors.key(name).verifying_key().to_bytes(), keys.public.key(), "{name}");
    }
}

#[test]
fn every_command_vector_is_written_read_signed_and_hashed_byte_for_byte() {
    let vectors = vectors();
    for (name, vector) in &vectors.commands {
        let command = vectors.command(vector);
        let bytes = &vector.signed.bytes.0;
        assert_eq!(command.encode_into(&mut [0; Command::MAX_LEN]).unwrap(), bytes, "{name}");
        assert_eq!(Command::decode(bytes), Ok(command), "{name}");
        assert_eq!(sha256(bytes), vector.sha256.array(), "{name}");
        check_signed(&vectors.key("command"), &vector.signed);
    }
    assert_eq!(vectors.commands.len(), 7);
}

#[test]
fn every_receipt_vector_is_written_read_signed_and_proven_byte_for_byte() {
    let vectors = vectors();
    for (name, vector) in &vectors.receipts {
        let receipt = vectors.receipt(vector);
        let bytes = &vector.provable.signed.bytes.0;
        assert_eq!(receipt.encode().as_slice(), bytes, "{name}");
        assert_eq!(Receipt::decode(bytes), Ok(receipt), "{name}");
        check_provable(&vectors.key("device"), &vector.provable);
    }
    assert_eq!(vectors.receipts.len(), 10);
}

#[test]
fn the_enrolment_vector_is_written_read_signed_and_proven_byte_for_byte() {
    let vectors = vectors();
    let bytes = &vectors.enrolment.signed.bytes.0;
    assert_eq!(vectors.enrolment().encode().as_slice(), bytes);
    assert_eq!(Enrolment::decode(bytes), Ok(vectors.enrolment()));
    check_provable(&vectors.key("device"), &vectors.enrolment);
}

#[test]
fn the_invoke_vector_is_written_read_and_signed_byte_for_byte() {
    let vectors = vectors();
    let bytes = &vectors.invoke.signed.bytes.0;
    assert_eq!(vectors.invoke().encode().as_slice(), bytes);
    assert_eq!(Invoke::decode(bytes), Ok(vectors.invoke()));
    check_signed(&vectors.key("keeper"), &vectors.invoke.signed);
}

#[test]
fn every_hand_over_vector_is_written_read_signed_and_its_keyring_hashed_byte_for_byte() {
    let vectors = vectors();
    for (name, vector) in &vectors.hand_overs {
        let hand_over = vectors.hand_over(vector);
        let bytes = &vector.signed.bytes.0;
        assert_eq!(hand_over.encode().as_slice(), bytes, "{name}");
        assert_eq!(HandOver::decode(bytes), Ok(hand_over), "{name}");
        check_signed(&vectors.key("root"), &vector.signed);
        let cosigned = Cosigned::seal(&[&vectors.key("root"), &vectors.key("borrower")], bytes);
        assert_eq!(cosigned.to_bytes(), vector.cosigned.0, "{name}");
        assert_eq!(Cosigned::open(&vector.cosigned.0), Ok(cosigned), "{name}");
        assert_eq!(sha256(bytes), vector.next_nonce.array(), "{name}");

        let keyring = &vector.keyring.bytes.0;
        assert_eq!(hand_over.keyring.encode().as_slice(), keyring, "{name}");
        assert_eq!(Keyring::decode(keyring), Ok(hand_over.keyring), "{name}");
        assert_eq!(sha256(keyring), vector.keyring.sha256.array(), "{name}");
    }
    assert_eq!(vectors.hand_overs.len(), 4);
}

#[test]
fn every_hand_over_receipt_vector_is_written_read_signed_and_proven_byte_for_byte() {
    let vectors = vectors();
    for (name, vector) in &vectors.hand_over_receipts {
        let receipt = vectors.hand_over_receipt(vector);
        let bytes = &vector.provable.signed.bytes.0;
        assert_eq!(receipt.encode().as_slice(), bytes, "{name}");
        assert_eq!(HandOverReceipt::decode(bytes), Ok(receipt), "{name}");
        check_provable(&vectors.key("device"), &vector.provable);

        let order = vectors.hand_over(&vectors.hand_overs[name]);
        assert_eq!(receipt.lender, order.keyring.lender, "{name}");
        assert_eq!(receipt.keyring_hash, sha256(&order.keyring.encode()), "{name}");
        assert_eq!(receipt.nonce, sha256(&order.encode()), "{name}");
    }
    assert_eq!(vectors.hand_over_receipts.len(), 4);
}

#[test]
fn the_release_vector_is_written_read_and_signed_byte_for_byte() {
    let vectors = vectors();
    let release = Release {
        program: vectors.program.key(),
        vehicle: vectors.vehicle.key(),
        issued_at: vectors.release.issued_at.parse().unwrap(),
    };
    let bytes = &vectors.release.signed.bytes.0;
    assert_eq!(release.encode().as_slice(), bytes);
    assert_eq!(Release::decode(bytes), Ok(release));
    check_signed(&vectors.key("command"), &vectors.release.signed);
}

#[test]
fn every_code_vector_is_computed_by_the_function_and_by_the_car() {
    let vectors = vectors();
    let (function, car) = (vectors.key("code"), vectors.key("device"));
    let code_key = vectors.code_key.key();
    assert_eq!(code::public(&function), code_key);
    let at_the_function = CodeSecret::with_car(&function, &car.verifying_key().to_bytes()).unwrap();
    let in_the_car = CodeSecret::with_function(&car, &code_key).unwrap();
    for (name, vector) in &vectors.codes {
        let unlock = CodedUnlock {
            program: vectors.program.key(),
            vehicle: vectors.vehicle.key(),
            invocation: vectors.invocation.key(),
            seq: vector.seq.parse().unwrap(),
        };
        assert_eq!(unlock.encode().as_slice(), vector.bytes.0, "{name}");
        assert_eq!(unlock.hash(), vector.sha256.array(), "{name}");
        for secret in [&at_the_function, &in_the_car] {
            let code = Code::of(secret, &unlock);
            assert_eq!(code.to_string(), vector.code, "{name}");
            assert_eq!(vector.code.parse(), Ok(code), "{name}");
            assert_eq!(code.number(), unlock.seq % code::NUMBERS, "{name}");
        }
    }
    assert_eq!(vectors.codes.len(), 6);
}

#[test]
fn one_to_three_signatures_are_read_and_each_must_be_right() {
    let vectors = vectors();
    let order = &vectors.hand_overs["sale"].signed.bytes.0;
    for CosignedVector { error, why, bytes } in &vectors.cosigned {
        match Cosigned::open(&bytes.0) {
            Ok(opened) => {
                assert!(error.is_empty(), "{why}: {error} is expected");
                assert_eq!((&opened.payload, opened.to_bytes()), (order, bytes.0.clone()), "{why}");
            }
            Err(refusal) => assert_eq!(format!("{refusal:?}"), *error, "{why}"),
        }
    }
    let read = vectors.cosigned.iter().filter(|case| case.error.is_empty());
    let signatures: Vec<usize> =
        read.map(|case| Cosigned::open(&case.bytes.0).unwrap().signers().count()).collect();
    assert_eq!(signatures, [1, 2, 3]);
    // What carries one signature is read the same by both.
    for command in vectors.commands.values() {
        let (one, payload) = (&command.signed.envelope.0, &command.signed.bytes.0);
        let opened = Envelope::open(one).unwrap();
        let cosigned = Cosigned::open(one).unwrap();
        assert_eq!(cosigned.signatures, [(opened.signer, opened.signature)]);
        assert_eq!(&cosigned.payload, payload);
    }
}

#[test]
fn topics_are_named_by_the_base58_text_of_the_vehicles_address() {
    for vector in vectors().topics {
        let vehicle = bs58::encode(&vector.address.0).into_string();
        assert_eq!(vehicle, vector.base58);
        assert_eq!(topics::command(&vehicle), vector.command);
        assert_eq!(topics::receipt(&vehicle), vector.receipt);
        assert_eq!(topics::presence(&vehicle), vector.presence);
    }
}

#[test]
fn bytes_that_only_look_like_a_message_are_refused_for_the_vectors_reason() {
    let vectors = vectors();
    for Refused { kind, error, why, bytes } in &vectors.refused {
        let refusal: DecodeError = match kind.as_str() {
            "command" => Command::decode(&bytes.0).unwrap_err(),
            "receipt" => Receipt::decode(&bytes.0).unwrap_err(),
            "enrolment" => Enrolment::decode(&bytes.0).unwrap_err(),
            "invoke" => Invoke::decode(&bytes.0).unwrap_err(),
            "hand_over" => HandOver::decode(&bytes.0).unwrap_err(),
            "keyring" => Keyring::decode(&bytes.0).unwrap_err(),
            "hand_over_receipt" => HandOverReceipt::decode(&bytes.0).unwrap_err(),
            "release" => Release::decode(&bytes.0).unwrap_err(),
            other => panic!("no kind {other}"),
        };
        let named = format!("{refusal:?}");
        assert!(named.starts_with(error.as_str()), "{kind}, {why}: {named} where {error} is expected");
    }
    assert!(vectors.refused.len() >= 50);
}

#[test]
fn envelopes_that_a_lax_verifier_might_take_do_not_open() {
    let vectors = vectors();
    for Unopened { error, why, bytes } in &vectors.unopened {
        let refusal: OpenError = Envelope::open(&bytes.0).unwrap_err();
        assert_eq!(format!("{refusal:?}"), *error, "{why}");
    }
    assert_eq!(vectors.unopened.len(), 6);
}

#[test]
fn the_small_order_vector_is_one_that_a_lax_verifier_takes() {
    use ed25519_dalek::{Signature, Verifier as _, VerifyingKey};

    let vectors = vectors();
    let forged = vectors.unopened.iter().find(|case| case.why == "a key of small order").unwrap();
    let key = VerifyingKey::from_bytes(&forged.bytes.0[..32].try_into().unwrap()).unwrap();
    let signature = Signature::from_bytes(&forged.bytes.0[32..96].try_into().unwrap());
    assert!(key.verify(&forged.bytes.0[96..], &signature).is_ok());
}
