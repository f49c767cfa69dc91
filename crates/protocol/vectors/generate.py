#!/usr/bin/env python3
"""Writes the known-answer vectors of the protocol: `python3 generate.py > v1.json`.

An implementation of its own: it shares no code with the crate and follows docs/protocol.md alone. Needs Python 3 and
the `cryptography` package. Numbers of 64 bits are decimal strings, since not every JSON reader keeps them whole.
"""

import hashlib
import hmac
import json
import struct

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ACTIONS = {"warn": 1, "lock": 2, "unlock": 3}
OUTCOMES = {
    "applied": 1,
    "armed": 2,
    "refused_expired": 3,
    "refused_superseded": 4,
    "refused_unsafe": 5,
    "refused_no_time": 6,
    "refused_service": 7,
    "refused_too_long": 8,
}
FIELD = 2**255 - 19
GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493


def label(text):
    """32 bytes that no other label has, so that swapped fields show."""
    return hashlib.sha256(f"latchkey vectors: {text}".encode()).digest()


PROGRAM, VEHICLE, INVOCATION = label("program"), label("vehicle"), label("invocation")
LENDER, VIN_COMMITMENT = label("lender"), label("vin commitment")
BUYER, NONCE, ZERO = label("buyer"), label("nonce"), bytes(32)


class Signer:
    def __init__(self, name):
        self.seed = label(f"{name} key")
        self.private = Ed25519PrivateKey.from_private_bytes(self.seed)
        self.public = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def exchange(self, u):
        """The X25519 secret with another key's coordinate."""
        scalar = X25519PrivateKey.from_private_bytes(hashlib.sha512(self.seed).digest()[:32])
        return scalar.exchange(X25519PublicKey.from_public_bytes(u))

    def pair(self, message):
        return self.public + self.private.sign(message)

    def signed(self, message):
        pair = self.pair(message)
        return {
            "bytes": message.hex(),
            "signature": pair[32:].hex(),
            "envelope": (pair + message).hex(),
        }


COMMAND_KEY, DEVICE, KEEPER, ROOT = Signer("command"), Signer("device"), Signer("keeper"), Signer("root")
BORROWER, CODES = Signer("borrower"), Signer("code")


def message(tag, *fields):
    return tag.ljust(16, b"\0") + b"\x01" + b"".join(fields)


def command(seq, action, issued_at, not_after, lock_until, text):
    shown = text.encode()
    raw = message(
        b"latchkey:command",
        PROGRAM, VEHICLE, INVOCATION,
        struct.pack("<QBqqqB", seq, ACTIONS[action], issued_at, not_after, lock_until, len(shown)),
        shown,
    )
    return {
        "seq": str(seq),
        "action": action,
        "issued_at": str(issued_at),
        "not_after": str(not_after),
        "lock_until": str(lock_until),
        "message": text,
        **COMMAND_KEY.signed(raw),
        "sha256": hashlib.sha256(raw).hexdigest(),
    }


def receipt(answered, outcome, device_time):
    raw = message(
        b"latchkey:receipt",
        PROGRAM, VEHICLE, INVOCATION,
        struct.pack("<QBBq", int(answered["seq"]), ACTIONS[answered["action"]], OUTCOMES[outcome], device_time),
        bytes.fromhex(answered["sha256"]),
    )
    signed = DEVICE.signed(raw)
    return {
        "seq": answered["seq"],
        "action": answered["action"],
        "outcome": outcome,
        "device_time": str(device_time),
        "command_hash": answered["sha256"],
        **signed,
        "instruction": instruction(DEVICE.public, signed, raw),
    }


def enrolment():
    raw = message(b"latchkey:enrol", PROGRAM, LENDER, VIN_COMMITMENT)
    signed = DEVICE.signed(raw)
    return {**signed, "instruction": instruction(DEVICE.public, signed, raw)}


def invoke(issued_at):
    raw = message(b"latchkey:invoke", PROGRAM, INVOCATION, KEEPER.public, struct.pack("<q", issued_at))
    return {"issued_at": str(issued_at), **KEEPER.signed(raw)}


def key_set(required, *keys):
    """A set as the vectors show it; keys that are not set are zero."""
    return {"required": required, "keys": [key.hex() for key in (*keys, ZERO, ZERO, ZERO)[:3]]}


def keyring(lender, warn, lock, unlock):
    sets = {"warn": warn, "lock": lock, "unlock": unlock}
    raw = lender
    for each in sets.values():
        raw += struct.pack("<B", each["required"]) + bytes.fromhex("".join(each["keys"]))
    return {"lender": lender.hex(), **sets, "bytes": raw.hex(), "sha256": hashlib.sha256(raw).hexdigest()}


def hand_over(nonce, issued_at, seq, borrower, locks_until, ring, code_key=ZERO):
    raw = message(
        b"latchkey:keyring",
        PROGRAM, VEHICLE, nonce, struct.pack("<qQ", issued_at, seq), borrower, struct.pack("<q", locks_until),
        bytes.fromhex(ring["bytes"]), code_key,
    )
    return {
        "nonce": nonce.hex(),
        "issued_at": str(issued_at),
        "seq": str(seq),
        "borrower": borrower.hex(),
        "locks_until": str(locks_until),
        "keyring": ring,
        "code_key": code_key.hex(),
        **ROOT.signed(raw),
        "cosigned": (ROOT.pair(raw) + BORROWER.pair(raw) + raw).hex(),
        "next_nonce": hashlib.sha256(raw).hexdigest(),
    }


def release(issued_at):
    raw = message(b"latchkey:release", PROGRAM, VEHICLE, struct.pack("<q", issued_at))
    return {"issued_at": str(issued_at), **COMMAND_KEY.signed(raw)}


def montgomery(public):
    """The X25519 coordinate of an ed25519 public key."""
    y = int.from_bytes(public, "little") % 2**255
    return ((1 + y) * pow(1 - y, -1, FIELD) % FIELD).to_bytes(32, "little")


def code(seq):
    """The twelve digits of an unlock, computed as the function does and as the car does."""
    raw = message(b"latchkey:code", PROGRAM, VEHICLE, INVOCATION, struct.pack("<Q", seq))
    secret = CODES.exchange(montgomery(DEVICE.public))
    assert secret == DEVICE.exchange(montgomery(CODES.public))
    digest = hmac.digest(secret, raw, "sha256")
    digits = f"{seq % 1000:03}{int.from_bytes(digest[:8], 'little') % 10**9:09}"
    return {
        "seq": str(seq),
        "bytes": raw.hex(),
        "sha256": hashlib.sha256(raw).hexdigest(),
        "code": " ".join(digits[at:at + 3] for at in range(0, 12, 3)),
    }


def is_point(raw):
    """Whether these bytes are a point of the ed25519 curve."""
    y = int.from_bytes(raw, "little") % 2**255
    d = -121665 * pow(121666, -1, FIELD)
    square = (y * y - 1) * pow(d * y * y + 1, -1, FIELD) % FIELD
    return pow(square, (FIELD - 1) // 2, FIELD) in (0, 1)


def derived(*seeds):
    """The program's address for these seeds."""
    for bump in range(255, -1, -1):
        seeded = b"".join(seeds) + bytes([bump]) + PROGRAM + b"ProgramDerivedAddress"
        address = hashlib.sha256(seeded).digest()
        if not is_point(address):
            return address


def addresses(signer, seq):
    vehicle = derived(b"vehicle", signer.public)
    return {
        "device_key": signer.public.hex(),
        "vehicle": vehicle.hex(),
        "seq": str(seq),
        "invocation": derived(b"invocation", vehicle, struct.pack("<Q", seq)).hex(),
    }


def hand_over_receipt(order, device_time):
    lender, keyring_hash = order["keyring"]["lender"], order["keyring"]["sha256"]
    raw = message(
        b"latchkey:handed",
        PROGRAM, VEHICLE, bytes.fromhex(lender + keyring_hash + order["next_nonce"]), struct.pack("<q", device_time),
    )
    signed = DEVICE.signed(raw)
    return {
        "lender": lender,
        "keyring_hash": keyring_hash,
        "nonce": order["next_nonce"],
        "device_time": str(device_time),
        **signed,
        "instruction": instruction(DEVICE.public, signed, raw),
    }


def instruction(key, signed, raw):
    """The data of the ed25519 program's instruction that the contract accepts."""
    here = 0xFFFF
    header = struct.pack("<BB7H", 1, 0, 48, here, 16, here, 112, len(raw), here)
    return (header + key + bytes.fromhex(signed["signature"]) + raw).hex()


def base58(raw):
    alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    number, text = int.from_bytes(raw, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = alphabet[digit] + text
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + text


def topics(vehicle):
    name = base58(vehicle)
    return {
        "address": vehicle.hex(),
        "base58": name,
        **{kind: f"latchkey/v1/{name}/{kind}" for kind in ("command", "receipt", "presence")},
    }


def edited(hexadecimal, at, new):
    raw = bytearray.fromhex(hexadecimal)
    raw[at:at + len(new)] = new
    return raw.hex()


COMMANDS = {
    "warn": command(41, "warn", 1767225600, 1767225659, 0, "Your payment is past due. Please pay by Friday."),
    "lock": command(42, "lock", 1767312000, 1767312059, 1769904000, "This car is locked until the loan is paid."),
    "lock_without_end": command(42, "lock", 1767312000, 1767312059, 0, ""),
    "unlock": command(43, "unlock", 1767398400, 1767398459, 0, "Thank you. The car starts again."),
    "longest_message": command(1, "warn", 0, 1, 0, "ü" * 100),
    "highest_numbers": command(2**64 - 1, "lock", 2**63 - 1, 2**63 - 1, 2**63 - 1, "~"),
    "lowest_numbers": command(0, "unlock", -(2**63), -(2**63), -(2**63), "\U0001f697"),
}
RECEIPTS = {
    "applied": receipt(COMMANDS["lock"], "applied", 1767312003),
    "armed": receipt(COMMANDS["lock"], "armed", 1767312003),
    "refused_expired": receipt(COMMANDS["warn"], "refused_expired", 1767225660),
    "refused_superseded": receipt(COMMANDS["warn"], "refused_superseded", 1767312010),
    "refused_unsafe": receipt(COMMANDS["lock"], "refused_unsafe", -1),
    "refused_no_time": receipt(COMMANDS["lock"], "refused_no_time", 12),
    "refused_service": receipt(COMMANDS["lock"], "refused_service", 1767312003),
    "refused_too_long": receipt(COMMANDS["lock_without_end"], "refused_too_long", 1767312003),
    "unlocked": receipt(COMMANDS["unlock"], "applied", 1767398401),
    "highest_numbers": receipt(COMMANDS["highest_numbers"], "applied", 2**63 - 1),
}
ENROLMENT, INVOKE = enrolment(), invoke(1767312001)

WARNER, UNLOCKER = label("buyer warn 1"), label("buyer unlock 1")
LOCKERS = [label(f"buyer lock {number}") for number in (1, 2, 3)]
# Keys that are zero but for one byte are set.
FIRST_BYTE, LAST_BYTE = b"\1" + bytes(31), bytes(31) + b"\1"
HAND_OVERS = {
    "sale": hand_over(NONCE, 1767484800, 43, BORROWER.public, 1830556800, keyring(
        BUYER, key_set(1, WARNER), key_set(2, *LOCKERS), key_set(1, UNLOCKER, WARNER),
    ), montgomery(CODES.public)),
    "one_key": hand_over(NONCE, 1767484800, 0, ZERO, 1783036800, keyring(
        BUYER, *[key_set(1, COMMAND_KEY.public) for _ in ACTIONS],
    )),
    "highest_numbers": hand_over(b"\xff" * 32, 2**63 - 1, 2**64 - 1, b"\xff" * 32, 2**63 - 1, keyring(
        b"\xff" * 32, key_set(3, *LOCKERS), key_set(3, *LOCKERS), key_set(1, *LOCKERS),
    ), b"\xff" * 32),
    "lowest_numbers": hand_over(ZERO, -(2**63), 0, ZERO, -(2**63), keyring(
        ZERO, key_set(2, FIRST_BYTE, LAST_BYTE), key_set(1, LAST_BYTE), key_set(1, FIRST_BYTE),
    )),
}
HAND_OVER_RECEIPTS = {
    "sale": hand_over_receipt(HAND_OVERS["sale"], 1767484802),
    "one_key": hand_over_receipt(HAND_OVERS["one_key"], -1),
    "highest_numbers": hand_over_receipt(HAND_OVERS["highest_numbers"], 2**63 - 1),
    "lowest_numbers": hand_over_receipt(HAND_OVERS["lowest_numbers"], -(2**63)),
}


RELEASE = release(1830556800)
# The last is the first number whose nine digits begin with a zero.
CODED = {"unlock": 43, "zero": 0, "last_of_a_thousand": 999, "next_thousand": 1000, "highest_number": 2**64 - 1}
CODED["leading_zero"] = next(seq for seq in range(44, 1000) if code(seq)["code"][4] == "0")


def refused():
    """Bytes that look like messages and are none, with the error they deserve."""
    warn, lock, applied = COMMANDS["longest_message"]["bytes"], COMMANDS["lock"]["bytes"], RECEIPTS["applied"]["bytes"]
    yield "command", "WrongLength", "empty", ""
    yield "command", "WrongLength", "a byte too few", lock[:-2]
    yield "command", "WrongLength", "a byte too many", lock + "00"
    yield "command", "WrongTag", "a receipt", RECEIPTS["applied"]["bytes"]
    yield "command", "UnknownVersion", "version 0", edited(lock, 16, b"\0")
    yield "command", "UnknownVersion", "version 2", edited(lock, 16, b"\2")
    yield "command", "UnknownAction", "action 0", edited(lock, 121, b"\0")
    yield "command", "UnknownAction", "action 4", edited(lock, 121, b"\4")
    yield "command", "MessageTooLong", "201 bytes", edited(warn, 146, b"\xc9") + "41"
    yield "command", "MessageNotUtf8", "half a character at the end", edited(lock, 188, b"\xc3")
    yield "command", "MessageNotUtf8", "an overlong form", edited(lock, 147, b"\xc0\x80")
    yield "command", "MessageNotUtf8", "a surrogate", edited(lock, 147, b"\xed\xa0\x80")
    yield "receipt", "WrongLength", "a byte too few", applied[:-2]
    yield "receipt", "WrongLength", "a byte too many", applied + "00"
    yield "receipt", "WrongTag", "another tag", edited(applied, 9, b"c")
    yield "receipt", "UnknownVersion", "version 2", edited(applied, 16, b"\2")
    yield "receipt", "UnknownAction", "action 4", edited(applied, 121, b"\4")
    yield "receipt", "UnknownOutcome", "outcome 0", edited(applied, 122, b"\0")
    yield "receipt", "UnknownOutcome", "outcome 9", edited(applied, 122, b"\x09")
    yield "enrolment", "WrongTag", "a tag padded with spaces", edited(ENROLMENT["bytes"], 14, b"  ")
    yield "enrolment", "WrongLength", "a byte too many", ENROLMENT["bytes"] + "00"
    yield "invoke", "WrongLength", "a byte too few", INVOKE["bytes"][:-2]
    yield "invoke", "UnknownVersion", "version 0", edited(INVOKE["bytes"], 16, b"\0")
    order, handed = HAND_OVERS["sale"]["bytes"], HAND_OVER_RECEIPTS["sale"]["bytes"]
    yield "hand_over", "WrongLength", "empty", ""
    yield "hand_over", "WrongLength", "a byte too few", order[:-2]
    yield "hand_over", "WrongLength", "a byte too many", order + "00"
    yield "hand_over", "WrongTag", "the tag of its receipt", edited(order, 0, b"latchkey:handed\0")
    yield "hand_over", "UnknownVersion", "version 2", edited(order, 16, b"\2")
    # Each set begins with how many must sign: 153 warn, 250 lock, 347 unlock; its keys follow, 32 bytes each.
    yield "hand_over", "RequiredOutOfRange", "nobody must sign a warning", edited(order, 201, b"\0")
    yield "hand_over", "RequiredOutOfRange", "two of one key", edited(order, 201, b"\2")
    yield "hand_over", "RequiredOutOfRange", "no key for a warning", edited(order, 202, ZERO)
    yield "hand_over", "RequiredOutOfRange", "four of three keys", edited(order, 298, b"\4")
    yield "hand_over", "RequiredOutOfRange", "255 of three keys", edited(order, 298, b"\xff")
    yield "hand_over", "RequiredOutOfRange", "no key for an unlock", edited(order, 396, bytes(64))
    yield "hand_over", "RequiredOutOfRange", "nobody must sign an unlock", edited(order, 395, b"\0")
    yield "hand_over", "RequiredOutOfRange", "three of two keys for an unlock", edited(order, 395, b"\3")
    yield "hand_over", "KeyAfterZero", "the first of three keys zero", edited(order, 299, ZERO)
    yield "hand_over", "KeyAfterZero", "the second of three keys zero", edited(order, 331, ZERO)
    yield "hand_over", "KeyAfterZero", "the only key in the last place", edited(order, 202, bytes(64) + WARNER)
    yield "hand_over", "KeyAfterZero", "equal keys after a zero key", edited(order, 299, ZERO + WARNER + WARNER)
    yield "hand_over", "EqualKeys", "first and second", edited(order, 331, LOCKERS[0])
    yield "hand_over", "EqualKeys", "first and third", edited(order, 363, LOCKERS[0])
    yield "hand_over", "EqualKeys", "second and third", edited(order, 363, LOCKERS[1])
    yield "hand_over", "EqualKeys", "equal keys, and four must sign", edited(order, 298, b"\4" + LOCKERS[1])
    yield "hand_over", "UnlockNeedsOne", "two of two keys for an unlock", edited(order, 395, b"\2")
    yield "keyring", "WrongLength", "empty", ""
    yield "keyring", "WrongLength", "a byte too few", HAND_OVERS["sale"]["keyring"]["bytes"][:-2]
    yield "keyring", "WrongLength", "a whole hand-over", order
    yield "keyring", "UnlockNeedsOne", "two of two keys for an unlock", edited(order, 395, b"\2")[338:984]
    yield "hand_over_receipt", "WrongLength", "a byte too few", handed[:-2]
    yield "hand_over_receipt", "WrongLength", "a byte too many", handed + "00"
    yield "hand_over_receipt", "WrongTag", "a tag that ends otherwise", edited(handed, 15, b"!")
    yield "hand_over_receipt", "UnknownVersion", "version 0", edited(handed, 16, b"\0")
    yield "release", "WrongLength", "a byte too few", RELEASE["bytes"][:-2]
    yield "release", "WrongLength", "a byte too many", RELEASE["bytes"] + "00"
    yield "release", "WrongTag", "a receipt's tag", edited(RELEASE["bytes"], 0, b"latchkey:receipt")
    yield "release", "UnknownVersion", "version 2", edited(RELEASE["bytes"], 16, b"\2")


def cosigned():
    """Bytes with several signatures, with what comes of them."""
    raw = bytes.fromhex(HAND_OVERS["sale"]["bytes"])
    keys = [ROOT, BORROWER, COMMAND_KEY, KEEPER]
    pairs = [key.pair(raw) for key in keys]
    wrong = bytearray(pairs[1])
    wrong[95] ^= 1
    yield "", "one", (pairs[0] + raw).hex()
    yield "", "two", (pairs[1] + pairs[0] + raw).hex()
    yield "", "three", (b"".join(pairs[:3]) + raw).hex()
    yield "TooManySignatures", "four", (b"".join(pairs) + raw).hex()
    yield "SignedTwice", "one key twice", (pairs[0] + pairs[0] + raw).hex()
    yield "BadSignature", "the second is wrong", (pairs[0] + bytes(wrong) + raw).hex()
    yield "BadSignature", "the second is over another message", (pairs[0] + BORROWER.pair(raw + b"\0") + raw).hex()
    yield "TooShort", "no signature", raw.hex()[:190]
    yield "TooShort", "no message", (pairs[0] + pairs[1]).hex()
    yield "TooManySignatures", "another project's message", (pairs[0] + b"padlock:" + raw[8:]).hex()


def unopened():
    """Envelopes that do not open, with the error they deserve."""
    envelope = COMMANDS["lock"]["envelope"]
    scalar = int.from_bytes(bytes.fromhex(envelope)[64:96], "little")
    yield "TooShort", "95 bytes", envelope[:190]
    yield "BadSignature", "a byte of the payload changed", edited(envelope, 96 + 113, b"\x2b")
    yield "BadSignature", "signed by another key", edited(envelope, 0, DEVICE.public)
    yield "BadSignature", "its scalar not reduced", edited(envelope, 64, (scalar + GROUP_ORDER).to_bytes(32, "little"))
    neutral = b"\1" + bytes(31)
    # A lax verifier takes this for the neutral element's signature, over any message.
    yield "BadSignature", "a key of small order", edited(envelope, 0, neutral + neutral + bytes(32))
    yield "BadKey", "a key that is no point", edited(envelope, 0, b"\2" + bytes(31))


print(json.dumps({
    "keys": {
        name: {"seed": signer.seed.hex(), "public": signer.public.hex()}
        for name, signer in [("command", COMMAND_KEY), ("device", DEVICE), ("keeper", KEEPER), ("root", ROOT),
                             ("borrower", BORROWER), ("code", CODES)]
    },
    "program": PROGRAM.hex(),
    "vehicle": VEHICLE.hex(),
    "invocation": INVOCATION.hex(),
    "lender": LENDER.hex(),
    "vin_commitment": VIN_COMMITMENT.hex(),
    "commands": COMMANDS,
    "receipts": RECEIPTS,
    "enrolment": ENROLMENT,
    "invoke": INVOKE,
    "hand_overs": HAND_OVERS,
    "hand_over_receipts": HAND_OVER_RECEIPTS,
    "release": RELEASE,
    "code_key": montgomery(CODES.public).hex(),
    "codes": {name: code(seq) for name, seq in CODED.items()},
    "addresses": [addresses(DEVICE, 0), addresses(DEVICE, 43), addresses(KEEPER, 2**64 - 1)],
    "cosigned": [dict(zip(("error", "why", "bytes"), case)) for case in cosigned()],
    "topics": [topics(VEHICLE), topics(bytes(32)), topics(b"\0\0" + b"\xff" * 30)],
    "refused": [dict(zip(("kind", "error", "why", "bytes"), case)) for case in refused()],
    "unopened": [dict(zip(("error", "why", "bytes"), case)) for case in unopened()],
}, indent=1, ensure_ascii=True))
