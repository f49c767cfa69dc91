/* Feeds int128.c from standard input: two 128-bit numbers in, five results out, native byte order. Compiled by
   tests/it/builtins.rs, which renames the functions under test so that the compiler's own are not called instead. */
#include "../runtime/int128.c"
#include <stdio.h>

int main(void) {
  u128 in[2];
  while (fread(in, sizeof in, 1, stdin) == 1) {
    u128 a = in[0], b = in[1], out[5] = {__multi3(a, b), 0, 0, 0, 0};
    if (b) {
      out[1] = __udivti3(a, b);
      out[2] = __umodti3(a, b);
      out[3] = (u128)__divti3((i128)a, (i128)b);
      out[4] = (u128)__modti3((i128)a, (i128)b);
    }
    if (fwrite(out, sizeof out, 1, stdout) != 1) return 1;
  }
  return 0;
}
