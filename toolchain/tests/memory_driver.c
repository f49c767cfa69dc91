/* Holds memory.c against the C library for every length around its limits, every alignment and every byte's place, and
   counts the syscalls: none for short runs, one for long ones. Compiled by tests/it/builtins.rs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int syscalls;
void sol_memcpy_(void *to, const void *from, unsigned long long n) { syscalls++; memcpy(to, from, n); }
void sol_memmove_(void *to, const void *from, unsigned long long n) { syscalls++; memmove(to, from, n); }
void sol_memset_(void *to, unsigned char byte, unsigned long long n) { syscalls++; memset(to, byte, n); }
void sol_memcmp_(const void *a, const void *b, unsigned long long n, int *order) { syscalls++; *order = memcmp(a, b, n); }

#define memcpy tested_memcpy
#define memmove tested_memmove
#define memset tested_memset
#define memcmp tested_memcmp
#define bcmp tested_bcmp
#include "../runtime/memory.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef bcmp

#define ROOM 160

static unsigned char source[ROOM], got[ROOM], wanted[ROOM];

static void reset(void) {
  for (int i = 0; i < ROOM; i++) {
    source[i] = (unsigned char)(i * 37 + 11);
    got[i] = wanted[i] = (unsigned char)(i * 101 + 7);
  }
  syscalls = 0;
}

static void hold(int holds, const char *claim, int n, int at) {
  if (holds) return;
  printf("%s: length %d, offset %d\n", claim, n, at);
  exit(1);
}

static int sign(int x) { return (x > 0) - (x < 0); }

int main(void) {
  for (int n = 0; n <= 120; n++) {
    for (int at = 0; at < 9; at++) {
      reset();
      memcpy(wanted + at, source + 3, (size_t)n);
      hold(tested_memcpy(got + at, source + 3, (u64)n) == got + at, "memcpy returns its target", n, at);
      hold(!memcmp(got, wanted, ROOM), "memcpy copies its bytes and no others", n, at);
      hold(syscalls == (n > SHORT_COPY), "memcpy calls the runtime for long runs only", n, at);

      reset();
      memset(wanted + at, 0x1a5, (size_t)n);
      hold(tested_memset(got + at, 0x1a5, (u64)n) == got + at, "memset returns its target", n, at);
      hold(!memcmp(got, wanted, ROOM), "memset fills its bytes and no others, with the low byte", n, at);
      hold(syscalls == (n > SHORT_FILL), "memset calls the runtime for long runs only", n, at);

      reset();
      memmove(wanted + at, wanted + 4, (size_t)n);
      hold(tested_memmove(got + at, got + 4, (u64)n) == got + at, "memmove returns its target", n, at);
      hold(!memcmp(got, wanted, ROOM), "memmove copies where runs overlap", n, at);

      reset();
      memcpy(got + at, source, (size_t)n);
      hold(tested_memcmp(got + at, source, (u64)n) == 0, "memcmp knows equal runs", n, at);
      hold(tested_bcmp(got + at, source, (u64)n) == 0, "bcmp knows equal runs", n, at);
      for (int place = 0; place < n; place++) {
        for (int by = 1; by <= 255; by += 127) {
          got[at + place] = (unsigned char)(source[place] + by);
          int order = sign(memcmp(got + at, source, (size_t)n));
          hold(sign(tested_memcmp(got + at, source, (u64)n)) == order, "memcmp orders by the first difference", n, at);
          hold(tested_bcmp(got + at, source, (u64)n) != 0, "bcmp sees every difference", n, at);
          got[at + place] = source[place];
        }
      }
    }
  }
  return 0;
}
