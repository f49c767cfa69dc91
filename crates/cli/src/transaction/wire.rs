//! The text form of a transaction: base64 of the bytes that go to a node, with the signatures made so far.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use latchkey_client::Pubkey;
use solana_sdk::signature::{Keypair, Signature};
use solana_sdk::signer::Signer as _;
use solana_sdk::transaction::Transaction;

/// Why a transaction cannot be read or signed.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    #[error(
        "this is not a transaction as `--sign-only` prints it: copy the whole base64 text, and nothing else"
    )]
    NotATransaction,
    #[error(
        "the signature of {0} on this transaction is wrong: the transaction was changed after it was signed, so ask for a new one"
    )]
    BadSignature(Pubkey),
    #[error("this transaction does not need the signature of {0}: sign with the key of {1}")]
    NotASigner(Pubkey, String),
    #[error("the transaction cannot be signed: ask for a new one")]
    Signing(#[from] solana_sdk::signer::SignerError),
}

/// Writes a transaction as text.
pub fn pack(transaction: &Transaction) -> Result<String, WireError> {
    bincode::serialize(transaction)
        .map(|bytes| STANDARD.encode(bytes))
        .map_err(|_| WireError::NotATransaction)
}

/// Reads a transaction from text. Checks every signature on it.
pub fn unpack(text: &str) -> Result<Transaction, WireError> {
    let text: String = text.split_whitespace().collect();
    let bytes = STANDARD.decode(text).map_err(|_| WireError::NotATransaction)?;
    let transaction: Transaction = bincode::deserialize(&bytes).map_err(|_| WireError::NotATransaction)?;
    let signers = usize::from(transaction.message.header.num_required_signatures);
    if transaction.signatures.len() != signers || transaction.message.account_keys.len() < signers {
        return Err(WireError::NotATransaction);
    }
    // Bytes after the transaction: a wallet would drop them, a node would refuse them.
    if bincode::serialize(&transaction).ok().as_ref() != Some(&bytes) {
        return Err(WireError::NotATransaction);
    }
    let message = transaction.message_data();
    for (signature, signer) in transaction.signatures.iter().zip(&transaction.message.account_keys) {
        if *signature != Signature::default() && !signature.verify(signer.as_ref(), &message) {
            return Err(WireError::BadSignature(*signer));
        }
    }
    Ok(transaction)
}

/// The addresses of those who still have to sign.
pub fn missing(transaction: &Transaction) -> Vec<Pubkey> {
    let signers = transaction.signatures.iter().zip(&transaction.message.account_keys);
    signers.filter(|(signature, _)| **signature == Signature::default()).map(|(_, signer)| *signer).collect()
}

/// Fails unless the signature of `signer` is missing.
pub fn needs(transaction: &Transaction, signer: &Pubkey) -> Result<(), WireError> {
    let missing = missing(transaction);
    if missing.contains(signer) {
        return Ok(());
    }
    let named = missing.iter().map(Pubkey::to_string).collect::<Vec<_>>().join(" or ");
    Err(WireError::NotASigner(*signer, named))
}

/// Adds a signature.
pub fn add_signature(transaction: &mut Transaction, key: &Keypair) -> Result<(), WireError> {
    needs(transaction, &key.pubkey())?;
    let blockhash = transaction.message.recent_blockhash;
    Ok(transaction.try_partial_sign(&[key], blockhash)?)
}

#[cfg(test)]
mod tests {
    use latchkey_client::instructions::{Agreed, LoanKeys, lift_hold};
    use solana_sdk::hash::Hash;
    use solana_sdk::message::Message;

    use super::*;

    fn half_signed() -> (Transaction, Keypair, Keypair) {
        let (lender, borrower) = (Keypair::new(), Keypair::new());
        let any = Pubkey::new_unique;
        let keys = LoanKeys {
            lender: any(),
            vehicle: any(),
            loan: any(),
            escrow: any(),
            wallet: any(),
            mint: any(),
            treasury: any(),
            token_program: any(),
        };
        let instruction =
            lift_hold(&keys, lender.pubkey(), borrower.pubkey(), Agreed { revision: 1, deadline: 2 });
        let message = Message::new(&[instruction], Some(&lender.pubkey()));
        let mut transaction = Transaction::new_unsigned(message);
        transaction.partial_sign(&[&lender], Hash::new_from_array([5; 32]));
        (transaction, lender, borrower)
    }

    #[test]
    fn what_one_signs_the_other_completes() {
        let (transaction, lender, borrower) = half_signed();
        let mut received = unpack(&format!("\n{}\n", pack(&transaction).unwrap())).unwrap();
        assert_eq!(received, transaction);
        assert_eq!(missing(&received), [borrower.pubkey()]);
        let stranger = Keypair::new();
        let refused = add_signature(&mut received, &stranger).unwrap_err().to_string();
        assert!(refused.contains(&borrower.pubkey().to_string()), "{refused}");
        assert!(matches!(add_signature(&mut received, &lender), Err(WireError::NotASigner(..))));
        add_signature(&mut received, &borrower).unwrap();
        assert!(missing(&received).is_empty() && received.verify().is_ok());
    }

    #[test]
    fn what_was_changed_on_the_way_is_refused() {
        let (mut transaction, lender, _) = half_signed();
        let last = transaction.message.instructions.last_mut().unwrap();
        last.data.push(1);
        let refused = unpack(&pack(&transaction).unwrap()).unwrap_err();
        assert!(matches!(refused, WireError::BadSignature(signer) if signer == lender.pubkey()));
        let whole = pack(&half_signed().0).unwrap();
        for text in ["", "hello", &whole[..whole.len() - 8], &format!("{whole}AAAA")] {
            assert!(matches!(unpack(text), Err(WireError::NotATransaction)), "{text}");
        }
    }
}
