//! The rules of the language, R1 to R24, one test a case: the expected plans are worked out by hand from the
//! reference, and the whole plan is compared.

mod r01_r06;
mod support;
