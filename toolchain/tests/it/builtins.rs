//! The C functions every program is linked with, compiled for this machine and compared with Rust's own arithmetic.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};

use tempfile::TempDir;

/// Compiles a driver of this directory, with the names under test changed, so that the host's own are not called.
fn compile(driver: &str, directory: &TempDir) -> PathBuf {
    let program = directory.path().join(driver);
    let renamed = ["__multi3", "__udivti3", "__umodti3", "__divti3", "__modti3"]
        .map(|name| format!("-D{name}=tested{name}"));
    let output = Command::new("cc")
        .args(["-std=gnu11", "-O2", "-fno-builtin", "-Wall", "-Wextra", "-Werror"])
        .args(renamed)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(driver).with_extension("c"))
        .arg("-o")
        .arg(&program)
        .output()
        .expect("a C compiler is there");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    program
}

/// Numbers at which digits carry, borrow, fill up or change sign.
fn edges() -> Vec<u128> {
    let mut edges: Vec<u128> = (0..4).collect();
    for bit in [8, 31, 32, 33, 62, 63, 64, 65, 95, 96, 97, 126, 127] {
        let power = 1_u128 << bit;
        edges.extend([power - 1, power, power + 1, power.wrapping_neg(), (power - 1).wrapping_neg()]);
    }
    edges.extend([
        u128::MAX,
        u128::MAX - 1,
        u128::MAX << 64,
        0xffff_ffff_0000_0000,
        u128::from(u64::MAX) << 32,
    ]);
    // Divisors whose first digit misleads the estimate of a quotient's digit as far as it can.
    edges.extend([0x8000_0000_ffff_ffff, 0x8000_0000_0000_0001, 0xffff_fffe_ffff_ffff]);
    edges
}

/// The same numbers in every run: splitmix64.
struct Random(u64);

impl Random {
    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    /// Any length is as likely as any other; a third are negated, and so begin with ones.
    fn number(&mut self) -> u128 {
        let bits = (u128::from(self.word()) << 64) | u128::from(self.word());
        let number = bits >> (self.word() % 128);
        if self.word().is_multiple_of(3) { number.wrapping_neg() } else { number }
    }
}

fn pairs() -> Vec<(u128, u128)> {
    let edges = edges();
    let mut random = Random(20_26);
    let mut pairs: Vec<_> = edges.iter().flat_map(|a| edges.iter().map(move |b| (*a, *b))).collect();
    pairs.extend((0..200_000).map(|_| (random.number(), random.number())));
    for edge in edges {
        pairs.extend((0..200).flat_map(|_| [(random.number(), edge), (edge, random.number())]));
    }
    pairs
}

/// What Rust makes of a pair, in the driver's order. Division by 0 is left out on both sides: callers rule it out.
fn expected(a: u128, b: u128) -> [u128; 5] {
    let product = a.wrapping_mul(b);
    if b == 0 {
        return [product, 0, 0, 0, 0];
    }
    let (x, y) = (a.cast_signed(), b.cast_signed());
    [product, a / b, a % b, x.wrapping_div(y).cast_unsigned(), x.wrapping_rem(y).cast_unsigned()]
}

#[test]
fn arithmetic_on_128_bits_is_that_of_rust() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mut driver = Command::new(compile("int128_driver", &directory))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the driver starts");

    let pairs = pairs();
    let input: Vec<u8> =
        pairs.iter().flat_map(|(a, b)| [a.to_ne_bytes(), b.to_ne_bytes()].concat()).collect();
    let mut stdin = driver.stdin.take().expect("it was asked for");
    let writer = thread::spawn(move || stdin.write_all(&input));
    let output = driver.wait_with_output().expect("the driver runs");
    writer.join().expect("no panic").expect("the driver reads all");
    assert!(output.status.success());

    let (results, rest) = output.stdout.as_chunks::<80>();
    assert_eq!((results.len(), rest.len()), (pairs.len(), 0));
    for ((a, b), result) in pairs.into_iter().zip(results) {
        let (numbers, _) = result.as_chunks::<16>();
        let got: Vec<u128> = numbers.iter().map(|bytes| u128::from_ne_bytes(*bytes)).collect();
        assert_eq!(got, expected(a, b), "multiply, divide, remainder, and both signed, of {a:#x} and {b:#x}");
    }
}

#[test]
fn memory_functions_do_as_the_c_library_and_spare_syscalls() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let output = Command::new(compile("memory_driver", &directory)).output().expect("the driver starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
