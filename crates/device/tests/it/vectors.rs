//! Behaviour vectors: what a car does, step by step, for implementations in other languages. `crates/protocol/vectors/behaviour.json`
//! holds them; `LATCHKEY_WRITE_VECTORS=1` writes the file again.

use std::path::PathBuf;

use ed25519_dalek::SigningKey;
use latchkey_device::agent::Service;
use latchkey_device::car::Ignition;
use latchkey_device::clock::{Clock as _, Clocks};
use latchkey_device::state::{Lease, Lock, Obeyed};
use latchkey_protocol::code::{Code, CodeSecret};
use latchkey_protocol::{Action, HandOver, Release};
use serde_json::{Value, json};

use crate::codes::{code, unlock};
use crate::common::{
    Order, PROGRAM, Rig, START, VEHICLE, borrower_key, buyers_key, code_key, coded_key, cosigned, device_key,
    full_key, hand_over, key_set, provisioned, root_key, warn_key,
};

const DAY: i64 = 86_400;

/// One story, as it is recorded.
struct Trace {
    rig: Rig,
    steps: Vec<Value>,
}

impl Trace {
    fn of(tell: impl FnOnce(&mut Self)) -> Value {
        let mut trace = Self { rig: Rig::new(), steps: Vec::new() };
        tell(&mut trace);
        Value::Array(trace.steps)
    }

    fn send(&mut self, order: &Order) {
        let sealed = order.sealed();
        let report = self.rig.device.receive(&sealed);
        let receipt = report.answer.map(|answer| hex::encode(answer.receipt));
        self.record("command", &json!(hex::encode(sealed)), &json!(receipt));
    }

    /// Sends an order about keys, signed by each of these.
    fn order(&mut self, keys: &[&SigningKey], payload: &[u8]) {
        let sealed = cosigned(keys, payload);
        let report = self.rig.device.receive(&sealed);
        let receipt = report.answer.map(|answer| hex::encode(answer.receipt));
        self.record("command", &json!(hex::encode(sealed)), &json!(receipt));
    }

    /// Types a code.
    fn enter(&mut self, code: Code) {
        let receipt = self.rig.device.enter(code).answer.map(|answer| hex::encode(answer.receipt));
        self.record("code", &json!(code.to_string()), &json!(receipt));
    }

    fn tick(&mut self) {
        let receipt = self.rig.device.tick().answer.map(|answer| hex::encode(answer.receipt));
        self.record("tick", &Value::Null, &json!(receipt));
    }

    fn pass(&mut self, secs: u64) {
        self.rig.clock.pass(secs);
        self.tick();
    }

    /// The agent starts again; the power was off for so long, if it was.
    fn restart(&mut self, off: Option<u64>) {
        if let Some(off) = off {
            self.rig.clock.power_off(off);
            self.rig.car.pretend(|car| car.inhibited = false);
        }
        self.rig.restart();
        self.record("restart", &Value::Null, &Value::Null);
    }

    /// Notes an input with the clocks and sensors it met, and all that came of it.
    fn record(&mut self, kind: &str, value: &Value, receipt: &Value) {
        let Clocks { wall, elapsed, boot, network } = self.rig.clock.now();
        let car = self.rig.car.look();
        let state = self.rig.device.state();
        let text = |number: Option<i64>| number.map(|number| number.to_string());
        self.steps.push(json!({
            "clocks": {
                "wall": wall.to_string(), "elapsed": elapsed, "run": hex::encode(boot),
                "network": text(network),
            },
            "sensors": { "ignition": car.ignition == Ignition::Running, "speed": car.speed },
            "input": { kind: value },
            "receipt": receipt,
            "car": { "inhibited": car.inhibited, "warnings": car.warnings, "message": car.message },
            "state": {
                "lock": lock(state.lock),
                "newest": state.last.as_ref().map(newest),
                "newest_warning": state.warned.as_ref().map(newest),
                "proven": state.not_before.to_string(),
                "nonce": hex::encode(state.nonce),
                "old_numbers": text_of(state.old_numbers),
                "wrong_codes": state.tries.wrong,
                "pause": state.tries.pause,
                "service": self.rig.device.service().map(|service| match service {
                    Service::NoRecord => "no_record",
                    Service::MayHaveForgotten => "may_have_forgotten",
                    Service::Unwritable => "unwritable",
                }),
            },
        }));
    }
}

fn text_of(number: Option<u64>) -> Option<String> {
    number.map(|number| number.to_string())
}

fn lock(lock: Lock) -> Value {
    let lease = |lease: Lease| json!({ "until": lease.until.to_string(), "remaining": lease.remaining });
    match lock {
        Lock::Unlocked => json!("unlocked"),
        Lock::Armed { lease: lasts, window } => json!({ "armed": lease(lasts), "window": lease(window) }),
        Lock::Locked(lasts) => json!({ "locked": lease(lasts) }),
    }
}

fn newest(obeyed: &Obeyed) -> Value {
    json!({ "seq": obeyed.seq.to_string(), "lapsed": obeyed.lapsed })
}

fn traces() -> Value {
    let at = |action, seq, secs| Order::new(action, seq, START + secs);
    json!({
        "a lock, and the unlock after it": Trace::of(|t| {
            t.send(&Order::lock(1));
            t.pass(30);
            t.send(&Order::unlock(2));
            t.send(&Order::lock(1));
            t.send(&Order::lock(1).with(|order| order.invocation = [1; 32]));
        }),
        "a lock ends by network time": Trace::of(|t| {
            t.send(&Order::lock(1));
            t.pass(3_599);
            t.pass(1);
        }),
        "a lock ends by elapsed time without a network": Trace::of(|t| {
            t.send(&Order::lock(1));
            t.rig.clock.set_network(None);
            t.rig.clock.set_wall(START - 365 * DAY);
            t.pass(3_500);
            t.pass(100);
        }),
        "a lock that waits for the car to park": Trace::of(|t| {
            t.rig.car.try_start();
            t.send(&Order::lock(1));
            t.pass(20);
            t.rig.car.park();
            t.tick();
            t.send(&Order::lock(1));
        }),
        "a lock that waits is asked for again with more time": Trace::of(|t| {
            t.rig.car.try_start();
            t.send(&Order::lock(1));
            t.pass(59);
            t.send(&Order::lock(1).with(|order| {
                (order.not_after, order.lock_until) = (START + 119, START + 9_999);
            }));
            t.pass(60);
            t.rig.car.park();
            t.tick();
        }),
        "a lock that waits lapses, and its number comes again": Trace::of(|t| {
            t.rig.car.try_start();
            t.send(&Order::lock(1));
            t.pass(61);
            t.send(&Order::lock(1));
            t.rig.car.park();
            t.send(&Order::lock(1).with(|order| order.not_after = START + 100));
        }),
        "a car that moves is not locked": Trace::of(|t| {
            t.rig.car.pretend(|car| car.speed = 3);
            t.send(&Order::lock(1));
            t.send(&Order::unlock(2));
        }),
        "a warning, late copies, and one that was overtaken": Trace::of(|t| {
            t.send(&Order::warn(1));
            t.pass(61);
            t.send(&Order::warn(1));
            t.send(&Order::warn(3));
            t.send(&at(Action::Unlock, 5, 61));
            t.send(&at(Action::Warn, 4, 61));
        }),
        "warnings have a counter of their own": Trace::of(|t| {
            t.send(&Order::lock(7));
            t.send(&Order::warn(u64::MAX).with(|order| order.key = warn_key()));
            t.send(&Order::unlock(8));
        }),
        "a car without network time": Trace::of(|t| {
            t.send(&Order::lock(1));
            t.restart(Some(300));
            t.send(&at(Action::Lock, 2, 300));
            t.send(&at(Action::Warn, 3, 300));
            t.send(&at(Action::Unlock, 4, -365 * DAY));
        }),
        "the time without power counts once it is known": Trace::of(|t| {
            t.send(&Order::lock(1));
            t.restart(Some(3_000));
            t.rig.clock.set_network(Some(START + 3_000));
            t.tick();
            t.rig.clock.set_network(None);
            t.pass(598);
            t.pass(2);
        }),
        "the end of a lock": Trace::of(|t| {
            t.send(&Order::lock(1).with(|order| order.lock_until = 0));
            t.send(&Order::lock(1).with(|order| order.lock_until = START + 45 * DAY + 1));
            t.send(&Order::lock(1).with(|order| order.lock_until = START));
            t.send(&Order::lock(1).with(|order| order.lock_until = START + 45 * DAY));
        }),
        "times at their limits": Trace::of(|t| {
            t.send(&at(Action::Lock, 1, 61));
            t.send(&at(Action::Lock, 1, 60));
            t.send(&Order::lock(2).with(|order| order.not_after = START + 59));
            t.send(&Order::lock(2).with(|order| order.not_after = START + 60));
        }),
        "a network that contradicts itself": Trace::of(|t| {
            t.send(&Order::lock(1));
            t.rig.clock.set_network(Some(START + 365 * DAY));
            t.tick();
            t.send(&at(Action::Lock, 2, 365 * DAY));
            t.pass(59);
            t.pass(1);
        }),
        "a hand-over to other keys, and a lock that two of them must sign": Trace::of(|t| {
            let mut order = hand_over();
            order.keyring.lock = key_set(2, &[&full_key(), &buyers_key()]);
            t.send(&Order::lock(1));
            t.order(&[&full_key()], &order.encode());
            t.order(&[&root_key()], &HandOver { nonce: [1; 32], ..order }.encode());
            t.order(&[&root_key()], &order.encode());
            t.order(&[&root_key()], &order.encode());
            t.send(&Order::unlock(10));
            t.send(&Order::lock(11));
            t.order(&[&full_key(), &buyers_key()], &Order::lock(11).bytes());
            t.send(&Order::unlock(12));
        }),
        "what the borrower must agree to": Trace::of(|t| {
            t.order(&[&root_key()], &hand_over().encode());
            let nonce = t.rig.device.state().nonce;
            let longer = HandOver { nonce, locks_until: hand_over().locks_until + 1, ..hand_over() };
            t.order(&[&root_key()], &longer.encode());
            t.order(&[&root_key(), &borrower_key()], &longer.encode());
        }),
        "the end of a loan": Trace::of(|t| {
            t.order(&[&root_key()], &hand_over().encode());
            t.send(&Order::lock(11));
            let release = |secs| Release { program: PROGRAM, vehicle: VEHICLE, issued_at: START + secs }.encode();
            t.order(&[&full_key()], &release(-1));
            t.order(&[&full_key()], &release(0));
            t.send(&Order::lock(12));
            t.send(&Order::unlock(13));
        }),
        "the power to lock lapses": Trace::of(|t| {
            t.order(&[&root_key()], &HandOver { locks_until: START + 10, ..hand_over() }.encode());
            t.pass(10);
            t.send(&Order::lock(11).with(|order| order.lock_until = START + 70));
            t.send(&Order::unlock(12));
            t.pass(1);
            t.send(&Order::lock(13));
        }),
        "codes, right and wrong": Trace::of(|t| {
            t.send(&Order::lock(5));
            t.enter(code(4));
            t.enter(code(6));
            t.pass(4);
            t.enter(code(6));
            t.pass(1);
            t.enter(code(1_005));
            t.restart(Some(5));
            t.enter(code(1_004));
            t.enter(code(1_004));
            t.send(&Order::lock(1_005));
            t.enter(code(6));
        }),
        "a hand-over that brings another code key": Trace::of(|t| {
            let code_key = latchkey_protocol::code::public(&buyers_key());
            t.order(&[&root_key()], &HandOver { code_key, ..hand_over() }.encode());
            t.enter(code(11));
            let secret = CodeSecret::with_car(&buyers_key(), &device_key().verifying_key().to_bytes()).unwrap();
            t.pass(5);
            t.enter(Code::of(&secret, &unlock(11)));
        }),
        "whoever may not command is ignored": Trace::of(|t| {
            t.send(&Order::lock(1).with(|order| order.key = warn_key()));
            t.send(&Order::unlock(1).with(|order| order.key = device_key()));
            t.send(&Order::unlock(1).with(|order| order.vehicle = [9; 32]));
        }),
    })
}

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../protocol/vectors/behaviour.json")
}

#[test]
fn the_behaviour_vectors_are_what_this_car_does() {
    let keyring: Vec<Value> = provisioned()
        .iter()
        .map(|trusted| {
            let actions: Vec<&str> = trusted.actions.iter().map(|action| action.name()).collect();
            json!({ "key": hex::encode(trusted.key), "actions": actions })
        })
        .collect();
    let vectors = json!({
        "car": {
            "program": hex::encode(PROGRAM),
            "vehicle": hex::encode(VEHICLE),
            "device_seed": hex::encode(device_key().to_bytes()),
            "keyring": keyring,
            "code_key": hex::encode(coded_key()),
            "code_seed": hex::encode(code_key().to_bytes()),
            "root_seed": hex::encode(root_key().to_bytes()),
            "borrower_seed": hex::encode(borrower_key().to_bytes()),
            "command_seeds": {
                hex::encode(full_key().verifying_key()): hex::encode(full_key().to_bytes()),
                hex::encode(warn_key().verifying_key()): hex::encode(warn_key().to_bytes()),
            },
            "dwell_secs": 0,
        },
        "traces": traces(),
    });
    let text = serde_json::to_string_pretty(&vectors).unwrap() + "\n";
    if std::env::var_os("LATCHKEY_WRITE_VECTORS").is_some() {
        std::fs::write(file(), &text).unwrap();
    }
    let kept = std::fs::read_to_string(file()).unwrap();
    let kept: Value = serde_json::from_str(&kept).unwrap();
    for (name, trace) in vectors["traces"].as_object().unwrap() {
        assert_eq!(kept["traces"][name], *trace, "{name}");
    }
    assert_eq!(kept, vectors);
}
