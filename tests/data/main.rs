//! Data as the world exports it: workbooks, accounting tools, habits of people, and files that mean harm.
#![expect(clippy::unwrap_used, reason = "what fails to set up is a failed test")]
#![expect(clippy::disallowed_methods, reason = "tests write the files that they load")]
#![expect(clippy::print_stderr, reason = "a test without its data says that it was skipped")]

#[cfg(feature = "xlsx")]
mod books;
mod exports;
#[cfg(feature = "parquet")]
mod frames;
mod habits;
mod hostile;
#[cfg(feature = "parquet")]
mod parquets;
mod progress;
#[cfg(feature = "xlsx")]
mod sheets;
mod support;
