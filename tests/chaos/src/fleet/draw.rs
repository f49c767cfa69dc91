//! Numbers that follow from a seed.

/// A row of numbers. The same seed and name give the same row, on every machine.
#[derive(Clone, Debug)]
pub struct Draw(u64);

impl Draw {
    /// The row of this name.
    pub fn of(seed: u64, name: &str) -> Self {
        let start = mix(seed ^ 0x6c61_7463_686b_6579);
        Self(name.bytes().fold(start, |word, byte| mix(word ^ u64::from(byte))))
    }

    /// The next number.
    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// One of `least..=most`.
    pub fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.word() % (most - least + 1)
    }

    /// The same as a time.
    pub fn time(&mut self, least: i64, most: i64) -> i64 {
        least + i64::try_from(self.between(0, (most - least).unsigned_abs())).unwrap_or(0)
    }

    /// True so many times in a hundred.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.word() % 100 < percent
    }

    /// One of these.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[usize::try_from(self.word() % from.len() as u64).unwrap_or(0)]
    }

    /// A secret key.
    pub fn key(&mut self) -> [u8; 32] {
        let words = [(); 4].map(|()| self.word().to_le_bytes());
        let mut key = [0; 32];
        key.iter_mut().zip(words.iter().flatten()).for_each(|(byte, drawn)| *byte = *drawn);
        key
    }
}

/// The finaliser of `SplitMix64`: each bit of the result depends on each of the argument.
pub const fn mix(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ (word >> 31)
}
