//! Every rule on the program's first path, obeyed once and broken once, on the program's real bytes.

mod collect;
