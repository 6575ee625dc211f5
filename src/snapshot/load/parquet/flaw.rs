//! Why a Parquet file cannot be read.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use parquet::errors::ParquetError;

use super::super::error::LoadError;
use super::super::limits::{Limit, stopped};
use crate::code::Code;

/// Why a Parquet file, or a column of it, cannot be read.
#[derive(Debug)]
pub(super) enum Flaw {
    /// Something contradicts itself or the format.
    Damaged(String),
    /// Something that is sound, and is not read here: what it is, and what to do about it.
    Unread(String, &'static str),
    /// More than data holds.
    Limit(Limit),
    /// The file cannot be read.
    Io(io::Error),
}

impl From<ParquetError> for Flaw {
    fn from(error: ParquetError) -> Flaw {
        let damaged = |what: &str| Flaw::Damaged(what.replace(['\n', '\r'], " "));
        match error {
            ParquetError::NYI(what) => Flaw::Unread(
                format!("is written in a way that is not read ({what})"),
                "write it with the usual encodings, or as CSV",
            ),
            ParquetError::General(what) | ParquetError::EOF(what) => damaged(&what),
            ParquetError::External(error) => match error.downcast::<io::Error>() {
                Ok(error) => Flaw::Io(*error),
                Err(error) => match error.downcast_ref::<Limit>() {
                    Some(limit) => Flaw::Limit(*limit),
                    None => damaged(&error.to_string()),
                },
            },
            other => damaged(&other.to_string()),
        }
    }
}

impl From<Limit> for Flaw {
    fn from(limit: Limit) -> Flaw {
        Flaw::Limit(limit)
    }
}

/// What decodes a part of a file; that it panics at damage ends in an error, too.
pub(super) fn guarded<T>(decode: impl FnOnce() -> Result<T, Flaw>) -> Result<T, Flaw> {
    // Nothing that a panic left behind is looked at again: the error ends the loading.
    catch_unwind(AssertUnwindSafe(decode))
        .unwrap_or_else(|_| Err(Flaw::damaged("what it holds contradicts what it says of itself")))
}

impl Flaw {
    /// Something contradicts itself or the format.
    pub(super) fn damaged(what: &str) -> Flaw {
        Flaw::Damaged(String::from(what))
    }

    /// What to say of a file, or of one of its columns; the line is the number of a row.
    pub(super) fn told(self, file: &str, column: Option<&str>, line: Option<u64>) -> LoadError {
        let fail = |message| LoadError::new(Code::UnreadableParquet, file, None, message);
        let place = column.map_or(String::new(), |column| format!(" in the column `{column}`"));
        let damaged = |what: &str| {
            fail(format!("it is damaged{place}: {what}"))
                .help("copy or export it again; nothing of it is used until it is whole")
        };
        match self {
            Flaw::Damaged(what) => damaged(&what),
            Flaw::Unread(what, help) => match column {
                Some(column) => fail(format!("the column `{column}` {what}")).help(help),
                None => fail(what).help(help),
            },
            Flaw::Limit(limit) => {
                let error = stopped(file, line, &limit.into());
                match limit {
                    Limit::Record => error.only_help("look at which column holds that much"),
                    Limit::Unpacked => error.only_help(
                        "look at where the file comes from; export the table as CSV if it is data",
                    ),
                    _ => error,
                }
            }
            Flaw::Io(error) => stopped(file, None, &error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_told_like_other_damage() {
        let (bytes, end) = (b"abc", usize::MAX);
        assert!(matches!(guarded(|| Ok(bytes[..end].len())), Err(Flaw::Damaged(_))));
        let limit = ParquetError::External(Box::new(Limit::Unpacked));
        assert!(matches!(guarded(|| Err::<(), _>(limit.into())), Err(Flaw::Limit(Limit::Unpacked))));
        let io = ParquetError::from(io::Error::from(io::ErrorKind::UnexpectedEof));
        assert!(matches!(Flaw::from(io), Flaw::Io(_)));
        assert_eq!(guarded(|| Ok(1)).unwrap(), 1);
    }
}
