//! Latchkey: svm.
