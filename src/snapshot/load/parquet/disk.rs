//! The file as the `parquet` crate reads it, with the counts of what is read and of what comes out of it.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length, SerializedPageReader};

use super::super::limits::{Limit, likely};
use super::super::progress::Counted;

/// A page's header is read in pieces of so many bytes.
const HEAD: usize = 1 << 10;

/// A file of which parts are read, by several threads: it has one position, so that nobody else reads between going to a
/// place and reading there.
pub(super) struct Disk {
    file: Arc<Mutex<Counted<File>>>,
    size: u64,
    unpacked: AtomicU64,
}

impl Disk {
    /// A file of this size.
    pub(super) fn new(file: Counted<File>, size: u64) -> Disk {
        Disk { file: Arc::new(Mutex::new(file)), size, unpacked: AtomicU64::new(0) }
    }

    /// So many bytes more have come out of the file.
    pub(super) fn unpacked(&self, bytes: usize) -> std::result::Result<(), Limit> {
        let bytes = bytes as u64;
        likely(self.unpacked.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes), self.size)
    }

    /// The file is done with.
    pub(super) fn finish(&self) {
        self.file.lock().unwrap_or_else(PoisonError::into_inner).finish(self.size);
    }

    fn at(&self, start: u64) -> Onward {
        Onward { file: Arc::clone(&self.file), at: start }
    }
}

/// A file from a place in it on.
pub(super) struct Onward {
    file: Arc<Mutex<Counted<File>>>,
    at: u64,
}

impl Read for Onward {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.at))?;
        let read = file.read(into)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Length for Disk {
    fn len(&self) -> u64 {
        self.size
    }
}

impl ChunkReader for Disk {
    type T = BufReader<Onward>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        Ok(BufReader::with_capacity(HEAD, self.at(start)))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        // No memory is asked for before it is known that the file has as much.
        let cut = || ParquetError::EOF(String::from("a page reaches beyond the end of the file"));
        let length = length as u64;
        if start.checked_add(length).is_none_or(|end| end > self.size) {
            return Err(cut());
        }
        let mut bytes = Vec::with_capacity(length as usize);
        let read = self.at(start).take(length).read_to_end(&mut bytes)?;
        if read as u64 == length { Ok(bytes.into()) } else { Err(cut()) }
    }
}

/// The pages of a column, as long as what they unpack to is likely.
pub(super) struct Pages {
    pub(super) pages: SerializedPageReader<Disk>,
    pub(super) disk: Arc<Disk>,
}

impl PageReader for Pages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let page = self.pages.get_next_page()?;
        let bytes = page.as_ref().map_or(0, |page| page.buffer().len());
        self.disk.unpacked(bytes).map_err(|limit| ParquetError::External(Box::new(limit)))?;
        Ok(page)
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.pages.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.pages.skip_next_page()
    }
}

impl Iterator for Pages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Result<Page>> {
        self.get_next_page().transpose()
    }
}
