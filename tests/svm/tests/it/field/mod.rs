//! Cases from the field: faults that people reported of other systems, or found by trying this one as a stranger
//! would. Each test begins with its case's number.

mod locks;
mod money;
