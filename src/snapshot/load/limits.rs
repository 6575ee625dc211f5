//! What is too much for data of receivables: files that unpack without end, records without end.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::error::LoadError;
use crate::code::Code;

/// What a packed file may always unpack to.
const UNPACKED: u64 = 64 << 20;
/// Beyond that, how many times its own size it may unpack to; no text of records is packed that tightly.
const TIMES: u64 = 250;
/// What a workbook may unpack to in all: its texts are held in memory.
#[cfg(feature = "xlsx")]
const WORKBOOK: u64 = 1 << 30;
/// What a Parquet file may say of itself.
#[cfg(feature = "parquet")]
pub(super) const FOOTER: u64 = 64 << 20;
/// What one record may hold.
pub(super) const RECORD: u64 = 4 << 20;
/// How many columns a table may have; a sheet has room for as many.
pub(super) const COLUMNS: usize = 16_384;
/// What a document or a mapping may hold: it is read as a whole.
pub(super) const DOCUMENT: u64 = 64 << 20;

/// Why reading stops before the end of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Limit {
    /// A packed file that unpacks to far more than data does.
    #[error("it unpacks to more than {TIMES} times its size, as no data does")]
    Unpacked,
    /// A workbook that unpacks to more than is held in memory.
    #[cfg(feature = "xlsx")]
    #[error("it unpacks to more than {} GiB", WORKBOOK >> 30)]
    Workbook,
    /// A Parquet file with more columns than a table has.
    #[cfg(feature = "parquet")]
    #[error("it has more than {COLUMNS} columns")]
    Columns,
    /// A Parquet file that says more of itself than anybody would.
    #[cfg(feature = "parquet")]
    #[error("its footer is larger than {} MiB", FOOTER >> 20)]
    Footer,
    /// A record that does not end.
    #[error("a record in it is longer than {} MiB", RECORD >> 20)]
    Record,
}

impl Limit {
    fn help(self) -> &'static str {
        match self {
            Limit::Unpacked => "look at where the file comes from; unpack it by hand if it is really data",
            #[cfg(feature = "xlsx")]
            Limit::Workbook => "export the table as CSV",
            #[cfg(feature = "parquet")]
            Limit::Columns | Limit::Footer => "look at where the file comes from",
            Limit::Record => {
                "look for a quotation mark that is not closed, and for line ends that are missing"
            }
        }
    }
}

impl From<Limit> for io::Error {
    fn from(limit: Limit) -> io::Error {
        io::Error::other(limit)
    }
}

/// What to say when a file cannot be read on; the line is that of the last record begun.
pub(super) fn stopped(file: &str, line: Option<u64>, error: &io::Error) -> LoadError {
    if let Some(limit) = error.get_ref().and_then(|inner| inner.downcast_ref::<Limit>()) {
        let line = line.filter(|_| *limit == Limit::Record);
        return LoadError::new(Code::DataTooLarge, file, line, limit.to_string()).help(limit.help());
    }
    match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            LoadError::new(Code::UnreadableFile, file, None, "it breaks off before its end")
                .help("copy or export it again; nothing of it is used until it is whole")
        }
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
            let message = format!("it is damaged: {error}");
            LoadError::new(Code::UnreadableFile, file, None, message)
                .help("copy or export it again; a file with `.gz` at its end must be packed with gzip and hold nothing else")
        }
        io::ErrorKind::NotFound => {
            LoadError::new(Code::UnreadableFile, file, None, "there is no such file or folder")
                .help("look at how its name is written, and whether a link there leads to anything")
        }
        _ => LoadError::new(Code::UnreadableFile, file, None, format!("it cannot be read: {error}"))
            .help("see that it is a file and that you may read it"),
    }
}

/// The same, of what reads CSV.
pub(super) fn csv_stopped(file: &str, line: u64, error: csv::Error) -> LoadError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => stopped(file, Some(line), &error),
        other => stopped(file, Some(line), &io::Error::other(format!("{other:?}"))),
    }
}

/// Bytes as they are unpacked, up to what is likely.
pub(super) struct Unpacking<R> {
    packed: Arc<AtomicU64>,
    unpacked: u64,
    reader: R,
}

impl<R> Unpacking<R> {
    /// What `reader` unpacks; `packed` counts what it has read for it.
    pub(super) fn new(reader: R, packed: Arc<AtomicU64>) -> Unpacking<R> {
        Unpacking { packed, unpacked: 0, reader }
    }
}

impl<R: Read> Read for Unpacking<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(into)?;
        self.unpacked = self.unpacked.saturating_add(read as u64);
        likely(self.unpacked, self.packed.load(Ordering::Relaxed))?;
        Ok(read)
    }
}

/// Whether data is packed that tightly.
pub(super) fn likely(unpacked: u64, packed: u64) -> Result<(), Limit> {
    let most = packed.saturating_mul(TIMES).max(UNPACKED);
    if unpacked > most { Err(Limit::Unpacked) } else { Ok(()) }
}

/// Whether a workbook of this size may unpack to that much.
#[cfg(feature = "xlsx")]
pub(super) fn workbook(unpacked: u64, packed: u64) -> Result<(), Limit> {
    if unpacked > WORKBOOK { Err(Limit::Workbook) } else { likely(unpacked, packed) }
}

/// What may still be read of one record.
#[derive(Debug, Clone)]
pub(super) struct Allowance(Arc<AtomicU64>);

impl Allowance {
    /// Enough for one record.
    pub(super) fn new() -> Allowance {
        Allowance(Arc::new(AtomicU64::new(RECORD)))
    }

    /// A new record begins.
    pub(super) fn renew(&self) {
        self.0.store(RECORD, Ordering::Relaxed);
    }
}

/// Bytes up to the allowance of a record.
pub(super) struct Allowed<R> {
    allowance: Allowance,
    reader: R,
}

impl<R> Allowed<R> {
    /// What `reader` gives, as long as the allowance lasts.
    pub(super) fn new(reader: R, allowance: Allowance) -> Allowed<R> {
        Allowed { allowance, reader }
    }
}

impl<R: Read> Read for Allowed<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = self.allowance.0.load(Ordering::Relaxed);
        if left == 0 {
            return Err(Limit::Record.into());
        }
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(into.len());
        let read = self.reader.read(&mut into[..most])?;
        self.allowance.0.store(left - read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
