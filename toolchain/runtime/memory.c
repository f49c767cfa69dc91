/*
 * memcpy, memmove, memset, memcmp and bcmp: what LLVM calls when it does not expand a copy in place.
 *
 * Short runs are looped here, where a syscall (10 compute units at least, and a call) would cost more; long ones go to the
 * runtime. The runtime numbers its syscalls by the murmur3 hash of their names, and SBPF v3 calls them by number.
 */
typedef unsigned char u8;
typedef unsigned long long u64;

#ifdef __bpf__
#define sol_memcpy_ ((void (*)(void *, const void *, u64))0x717cc4a3)
#define sol_memmove_ ((void (*)(void *, const void *, u64))0x434371f8)
#define sol_memset_ ((void (*)(void *, u8, u64))0x3770fb22)
#define sol_memcmp_ ((void (*)(const void *, const void *, u64, int *))0x5fdcde31)
#else
/* On the host (tests/memory.rs) the test supplies them. */
void sol_memcpy_(void *, const void *, u64);
void sol_memmove_(void *, const void *, u64);
void sol_memset_(void *, u8, u64);
void sol_memcmp_(const void *, const void *, u64, int *);
#endif

/* Longest runs, in bytes, that are looped here. */
#define SHORT_COPY 40
#define SHORT_FILL 80
#define SHORT_COMPARE 32

/* A loop must stay a loop: the optimiser would otherwise turn memcpy's into a call to memcpy. */
#ifdef __clang__
#define KEEP_LOOPS __attribute__((no_builtin))
#else
#define KEEP_LOOPS __attribute__((optimize("no-tree-loop-distribute-patterns")))
#endif

/* A word at any address. SBF needs no alignment, and saying "aligned(1)" there would split each access into bytes. */
#ifdef __bpf__
typedef u64 __attribute__((may_alias)) word;
#else
typedef u64 __attribute__((aligned(1), may_alias)) word;
#endif

KEEP_LOOPS void *memcpy(void *to, const void *from, u64 n) {
  if (n > SHORT_COPY) {
    sol_memcpy_(to, from, n);
    return to;
  }
  u8 *d = to;
  const u8 *s = from;
  u64 i = 0;
  for (; i + 8 <= n; i += 8) *(word *)(d + i) = *(const word *)(s + i);
  for (; i < n; i++) d[i] = s[i];
  return to;
}

void *memmove(void *to, const void *from, u64 n) {
  sol_memmove_(to, from, n);
  return to;
}

KEEP_LOOPS void *memset(void *to, int byte, u64 n) {
  if (n > SHORT_FILL) {
    sol_memset_(to, (u8)byte, n);
    return to;
  }
  u8 *d = to;
  u64 pattern = (u8)byte * 0x0101010101010101ull, i = 0;
  for (; i + 8 <= n; i += 8) *(word *)(d + i) = pattern;
  for (; i < n; i++) d[i] = (u8)byte;
  return to;
}

KEEP_LOOPS int memcmp(const void *left, const void *right, u64 n) {
  if (n > SHORT_COMPARE) {
    int order = 0;
    sol_memcmp_(left, right, n, &order);
    return order;
  }
  const u8 *a = left, *b = right;
  u64 i = 0;
  for (; i + 8 <= n; i += 8)
    if (*(const word *)(a + i) != *(const word *)(b + i)) break;
  for (; i < n; i++)
    if (a[i] != b[i]) return (int)a[i] - (int)b[i];
  return 0;
}

KEEP_LOOPS int bcmp(const void *left, const void *right, u64 n) { return memcmp(left, right, n); }
