/*
 * 128-bit multiply, divide and remainder: the functions LLVM calls for what BPF has no instruction for.
 *
 * compiler-builtins in Rust's std has them too, but rustc 1.96 returns 128-bit integers through memory and
 * LLVM 23 expects them in two registers, so a call from one to the other writes to a wild address. Compiled by
 * clang from C, caller and callee agree.
 *
 * Plain C without a call to any library, so that the same file is tested on the host (tests/int128.rs).
 */
typedef unsigned long long u64;
typedef unsigned __int128 u128;
typedef __int128 i128;

#define LOW_HALF 0xffffffffu

/* Hides a value's origin from the optimiser, which otherwise recognises the long multiplication below,
   folds it back into one 128-bit multiply, and so makes the function call itself. */
#define OPAQUE(x) __asm__("" : "+r"(x))

static inline u64 low(u128 x) { return (u64)x; }
static inline u64 high(u128 x) { return (u64)(x >> 64); }
static inline u128 join(u64 hi, u64 lo) { return ((u128)hi << 64) | lo; }

/* Negating as unsigned: well defined for the smallest i128 as well. */
static inline u128 magnitude(i128 x) { return x < 0 ? -(u128)x : (u128)x; }

/* Long multiplication on 32-bit digits for the low words; the cross terms only reach the high word. */
u128 __multi3(u128 a, u128 b) {
  u64 a0 = low(a) & LOW_HALF, a1 = low(a) >> 32;
  u64 b0 = low(b) & LOW_HALF, b1 = low(b) >> 32;
  OPAQUE(a0);
  OPAQUE(b0);
  u64 p00 = a0 * b0, p01 = a0 * b1, p10 = a1 * b0, p11 = a1 * b1;
  OPAQUE(p01);
  u64 middle = (p00 >> 32) + (p01 & LOW_HALF) + p10;
  OPAQUE(middle);
  u64 hi = p11 + (p01 >> 32) + (middle >> 32) + low(a) * high(b) + high(a) * low(b);
  return join(hi, (middle << 32) | (p00 & LOW_HALF));
}

/* Leading zeros of x, which is not 0; by halving, since BPF cannot count them. */
static inline int leading_zeros(u64 x) {
  int n = 0;
  if (!(x >> 32)) { n += 32; x <<= 32; }
  if (!(x >> 48)) { n += 16; x <<= 16; }
  if (!(x >> 56)) { n += 8; x <<= 8; }
  if (!(x >> 60)) { n += 4; x <<= 4; }
  if (!(x >> 62)) { n += 2; x <<= 2; }
  if (!(x >> 63)) n += 1;
  return n;
}

/* (hi:lo) / d where hi < d, so that the quotient fits one word: Knuth's algorithm D (TAOCP 4.3.1) on two 32-bit
   digits. Each digit's estimate is at most 2 too high once d's top bit is set. */
static __attribute__((noinline)) u64 divide_two_by_one(u64 hi, u64 lo, u64 d, u64 *rem) {
  int shift = leading_zeros(d);
  d <<= shift;
  if (shift) hi = (hi << shift) | (lo >> (64 - shift));
  lo <<= shift;
  u64 d1 = d >> 32, d0 = d & LOW_HALF, lo1 = lo >> 32, lo0 = lo & LOW_HALF;

  u64 q1 = hi / d1, r = hi - q1 * d1;
  while (q1 >> 32 || q1 * d0 > ((r << 32) | lo1)) {
    q1--;
    r += d1;
    if (r >> 32) break;
  }
  u64 rest = (hi << 32) + lo1 - q1 * d;

  u64 q0 = rest / d1;
  r = rest - q0 * d1;
  while (q0 >> 32 || q0 * d0 > ((r << 32) | lo0)) {
    q0--;
    r += d1;
    if (r >> 32) break;
  }
  *rem = ((rest << 32) + lo0 - q0 * d) >> shift;
  return (q1 << 32) | q0;
}

static __attribute__((noinline)) u128 divide(u128 n, u128 d, u128 *rem) {
  if (!high(d)) {
    /* The common case, a one-word divisor: school division by words. */
    u64 divisor = low(d), hi_quotient = 0, hi = high(n), r;
    if (!hi) {
      u64 q = low(n) / divisor;
      *rem = low(n) - q * divisor;
      return q;
    }
    hi_quotient = hi / divisor;
    u64 lo_quotient = divide_two_by_one(hi - hi_quotient * divisor, low(n), divisor, &r);
    *rem = r;
    return join(hi_quotient, lo_quotient);
  }
  if (n < d) {
    *rem = n;
    return 0;
  }
  /* Both have a high word: shift and subtract, once for each bit by which their lengths differ (at most 64). */
  u64 q = 0;
  int shift = leading_zeros(high(d)) - leading_zeros(high(n));
  for (d <<= shift; shift >= 0; shift--, d >>= 1) {
    q <<= 1;
    if (n >= d) {
      n -= d;
      q |= 1;
    }
  }
  *rem = n;
  return q;
}

u128 __udivti3(u128 n, u128 d) {
  u128 rem;
  return divide(n, d, &rem);
}

u128 __umodti3(u128 n, u128 d) {
  u128 rem;
  divide(n, d, &rem);
  return rem;
}

/* Signed division truncates toward zero: divide the magnitudes, then put the sign back. */
i128 __divti3(i128 n, i128 d) {
  u128 rem, q = divide(magnitude(n), magnitude(d), &rem);
  return (i128)((n < 0) != (d < 0) ? -q : q);
}

/* The remainder takes the sign of the dividend. */
i128 __modti3(i128 n, i128 d) {
  u128 rem;
  divide(magnitude(n), magnitude(d), &rem);
  return (i128)(n < 0 ? -rem : rem);
}
