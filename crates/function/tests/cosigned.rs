//! A call that several functions must sign: each checks the chain itself, and none of them can lock a car alone.

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::*;
use ed25519_dalek::SigningKey;
use latchkey::state::Action;
use latchkey_function::messages::{Messages, Template};
use latchkey_function::{
    Call, Class, CommandKeys, Courier, Function, FunctionConfig, Outcome, Refusal, Seen, invoke,
};
use latchkey_protocol::Command;
use latchkey_protocol::Outcome as CarOutcome;
use latchkey_protocol::cosigned::Cosigned;

const LIMIT: Duration = Duration::from_secs(20);

/// One operator's function, with a courier and words of its own.
struct Operator {
    function: Function,
    courier: Arc<TestCourier>,
}

impl Operator {
    fn new(keys: &[SigningKey], words: &str, call: &CallFixture) -> Self {
        let car = call.car.clone();
        let courier =
            TestCourier::to(move |parcel| vec![receipt(&car, &parcel.envelope, CarOutcome::Applied)]);
        let messages = Messages { lock: Template::new(words).unwrap(), ..Messages::default() };
        let function = Function::new(
            FunctionConfig { messages, ..FunctionConfig::default() },
            CommandKeys::new(keys.iter().cloned()),
            Arc::new(Chain::of(call)),
            Arc::clone(&courier) as Arc<dyn Courier>,
        );
        Self { function, courier }
    }

    fn two(call: &CallFixture) -> [Self; 2] {
        [
            Self::new(&[command_key()], "The first operator says this.", call),
            Self::new(&[other_command_key()], "And the other says that.", call),
        ]
    }

    async fn sign(&self, call: &CallFixture, gathered: Option<&Cosigned>) -> Outcome {
        self.sign_for(&keeper(), call, gathered).await
    }

    async fn sign_for(&self, asker: &SigningKey, call: &CallFixture, gathered: Option<&Cosigned>) -> Outcome {
        let request = invoke(asker, call.address(), call.now);
        let call = Call { request: &request, seen: Seen::default(), gathered, limit: LIMIT };
        let outcome = self.function.sign(call).await;
        assert!(self.courier.parcels().is_empty(), "a signature is not sent");
        outcome
    }

    async fn deliver(&self, call: &CallFixture, gathered: Option<&Cosigned>) -> Outcome {
        let request = invoke(&keeper(), call.address(), call.now);
        self.function.deliver(Call { request: &request, seen: Seen::default(), gathered, limit: LIMIT }).await
    }
}

fn signed(outcome: Outcome) -> Cosigned {
    match outcome {
        Outcome::Signed(signed) => signed.envelope,
        other => panic!("expected a signature, got {other:?}"),
    }
}

fn refused(outcome: Outcome) -> Refusal {
    match outcome {
        Outcome::Refused(refusal) => refusal,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

fn signers(signed: &Cosigned) -> Vec<[u8; 32]> {
    signed.signers().copied().collect()
}

fn keys<const N: usize>(keys: &[SigningKey; N]) -> Vec<[u8; 32]> {
    keys.iter().map(|key| key.verifying_key().to_bytes()).collect()
}

#[tokio::test(start_paused = true)]
async fn functions_of_different_operators_sign_the_same_bytes() {
    for action in [Action::Warn, Action::Lock] {
        let mut call = needs_two(CallFixture::new(action));
        let [first, second] = Operator::two(&call);
        let one = signed(first.sign(&call, None).await);
        // Later, and asked with what the first has signed: the bytes follow from the lease alone.
        call.now += 40;
        let two = signed(second.sign(&call, None).await);
        assert_eq!(one.payload, two.payload);
        assert_eq!((signers(&one), signers(&two)), (keys(&[command_key()]), keys(&[other_command_key()])));
        let standard = Messages::default().to_driver(&call.invocation);
        assert_eq!(Command::decode(&one.payload).unwrap().message, standard);
        let both = signed(second.sign(&call, Some(&one)).await);
        assert_eq!(signers(&both), keys(&[command_key(), other_command_key()]));
        assert_eq!(Cosigned::open(&both.to_bytes()).unwrap(), both);
    }
}

#[tokio::test(start_paused = true)]
async fn the_second_signature_makes_it_deliverable_and_either_operator_can_deliver() {
    let call = needs_two(CallFixture::new(Action::Lock));
    for (signs, delivers) in [(0, 1), (1, 0)] {
        let operators = Operator::two(&call);
        let gathered = signed(operators[signs].sign(&call, None).await);
        let outcome = operators[delivers].deliver(&call, Some(&gathered)).await;
        assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
        let parcels = operators[delivers].courier.parcels();
        let [parcel] = &parcels[..] else { panic!("{parcels:?}") };
        let sent = Cosigned::open(&parcel.envelope).unwrap();
        assert_eq!(signers(&sent), keys(&[command_key(), other_command_key()]), "in the contract's order");
        assert_eq!(sent.payload, gathered.payload);
    }
}

#[tokio::test(start_paused = true)]
async fn a_function_without_a_key_delivers_what_is_complete_and_nothing_else() {
    let call = needs_two(CallFixture::new(Action::Lock));
    let [first, second] = Operator::two(&call);
    let one = signed(first.sign(&call, None).await);
    let both = signed(second.sign(&call, Some(&one)).await);
    let carrier = Operator::new(&[], "", &call);
    let refusal = refused(carrier.deliver(&call, Some(&one)).await);
    assert!(matches!(refusal, Refusal::UnknownCommandKeys(_)), "{refusal:?}");
    assert!(carrier.courier.parcels().is_empty());
    assert!(matches!(carrier.deliver(&call, Some(&both)).await, Outcome::Done(_)));
    assert_eq!(carrier.courier.parcels()[0].envelope, both.to_bytes());
    assert_eq!(carrier.function.stats().commands_signed, 0);
}

#[tokio::test(start_paused = true)]
async fn below_the_threshold_nothing_is_sent() {
    let call = needs_two(CallFixture::new(Action::Lock));
    let [first, _] = Operator::two(&call);
    let own = signed(first.sign(&call, None).await);
    // Its own signature twice is one signature, and one of a key that the contract does not name is none.
    let stranger = Cosigned::seal(&[&key(99)], &own.payload);
    for gathered in [None, Some(&own), Some(&stranger)] {
        let refusal = refused(first.deliver(&call, gathered).await);
        assert!(matches!(refusal, Refusal::NeedsSeveral { required: 2, signed: 1 }), "{refusal:?}");
        assert_eq!(refusal.class(), Class::Permanent);
        assert!(first.courier.parcels().is_empty());
    }
    assert_eq!(first.function.stats().commands_signed, 1, "what cannot be sent is not signed either");
}

#[tokio::test(start_paused = true)]
async fn signatures_over_other_bytes_are_refused() {
    let call = needs_two(CallFixture::new(Action::Lock));
    let [first, second] = Operator::two(&call);
    let honest = signed(first.sign(&call, None).await);
    let command = Command::decode(&honest.payload).unwrap();
    let changes: [fn(&mut Command<'_>); 4] = [
        |command| command.lock_until += 1,
        |command| command.not_after += 1,
        |command| command.issued_at -= 1,
        |command| command.message = "Pay me instead.",
    ];
    for change in changes {
        let mut other = command;
        change(&mut other);
        let mut buffer = [0; Command::MAX_LEN];
        let forged = Cosigned::seal(&[&command_key()], other.encode_into(&mut buffer).unwrap());
        for refusal in [
            refused(second.deliver(&call, Some(&forged)).await),
            refused(second.sign(&call, Some(&forged)).await),
        ] {
            assert!(matches!(refusal, Refusal::OtherCommand), "{refusal:?}");
        }
    }
    assert!(second.courier.parcels().is_empty());
    assert_eq!(second.function.stats().commands_signed, 0);
}

#[tokio::test(start_paused = true)]
async fn each_function_signs_only_what_the_contract_asks_for() {
    type Change = fn(&mut CallFixture);
    let not_due: [Change; 4] = [
        |call| call.wallet = 1_000,
        |call| call.loan.hold_until = call.now + 1,
        |call| call.vehicle.distrusted = true,
        |call| call.lender.paused_until = call.now + 1,
    ];
    let honest = needs_two(CallFixture::new(Action::Lock));
    let first = signed(Operator::two(&honest)[0].sign(&honest, None).await);
    for change in not_due {
        let mut call = honest.clone();
        change(&mut call);
        let [_, second] = Operator::two(&call);
        // Though the other operator has signed.
        for refusal in [
            refused(second.sign(&call, Some(&first)).await),
            refused(second.deliver(&call, Some(&first)).await),
        ] {
            assert!(matches!(refusal, Refusal::NotDue(_)), "{refusal:?}");
        }
        assert_eq!(second.function.stats().commands_signed, 0);
        assert!(second.courier.parcels().is_empty());
    }
    let [_, second] = Operator::two(&honest);
    let refusal = refused(second.sign_for(&key(9), &honest, Some(&first)).await);
    assert!(matches!(refusal, Refusal::ClaimedByAnother(_)), "{refusal:?}");
    let mut stale = honest.clone();
    stale.now -= 121;
    let refusal = refused(second.sign(&stale, Some(&first)).await);
    assert!(matches!(refusal, Refusal::Stale { .. }), "{refusal:?}");
    assert_eq!(second.function.stats().commands_signed, 0);
}

#[tokio::test(start_paused = true)]
async fn what_one_key_makes_good_is_sent_and_not_handed_out() {
    for action in [Action::Warn, Action::Lock] {
        let call = CallFixture::new(action);
        let operator = Operator::new(&[command_key()], "", &call);
        let refusal = refused(operator.sign(&call, None).await);
        assert!(matches!(refusal, Refusal::SignsAlone), "{refusal:?}");
        assert_eq!(operator.function.stats().commands_signed, 0);
    }
    // An unlock needs one signature, and whoever asks may carry it.
    let call = CallFixture::new(Action::Unlock);
    let operator = Operator::new(&[command_key()], "", &call);
    let unlock = signed(operator.sign_for(&key(9), &call, None).await);
    assert_eq!(signers(&unlock), keys(&[command_key()]));
}
