//! How far loading has come, told to whoever wants to show it.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// After how many cells of a sheet the observer is told.
#[cfg(feature = "xlsx")]
const EVERY: u32 = 1024;

/// Whoever wants to know how far loading has come; `()` does not.
pub trait Progress {
    /// So many of so many bytes of all files have been read.
    fn read(&mut self, bytes: u64, of: u64);
}

impl Progress for () {
    fn read(&mut self, _: u64, _: u64) {}
}

/// Counts what is read from all files of a snapshot, and tells the observer now and then.
pub(super) struct Gauge<'p> {
    observer: &'p mut dyn Progress,
    read: Arc<AtomicU64>,
    total: u64,
    #[cfg(feature = "xlsx")]
    since_told: u32,
}

impl<'p> Gauge<'p> {
    /// Nothing read yet.
    pub(super) fn new(observer: &'p mut dyn Progress) -> Gauge<'p> {
        Gauge {
            observer,
            read: Arc::default(),
            total: 0,
            #[cfg(feature = "xlsx")]
            since_told: 0,
        }
    }

    /// Counts what is read of a file of this size.
    pub(super) fn count<R>(&mut self, file: R, size: u64) -> Counted<R> {
        self.total += size;
        Counted { file, own: Arc::default(), all: Arc::clone(&self.read) }
    }

    /// A cell of a sheet more has been read.
    #[cfg(feature = "xlsx")]
    pub(super) fn step(&mut self) {
        self.since_told += 1;
        if self.since_told == EVERY {
            self.since_told = 0;
            self.tell();
        }
    }

    /// Tells the observer how far it is.
    pub(super) fn tell(&mut self) {
        // A workbook is read more than once.
        self.observer.read(self.read.load(Ordering::Relaxed).min(self.total), self.total);
    }
}

/// A file of which the bytes read are counted.
pub(super) struct Counted<R> {
    file: R,
    own: Arc<AtomicU64>,
    all: Arc<AtomicU64>,
}

impl<R> Counted<R> {
    /// How much of this file has been read; goes on counting.
    pub(super) fn own(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.own)
    }

    /// The file is done with: of its size all counts as read, whatever was passed over.
    #[cfg(feature = "parquet")]
    pub(super) fn finish(&self, size: u64) {
        let passed = size.saturating_sub(self.own.load(Ordering::Relaxed));
        for count in [&self.own, &self.all] {
            count.fetch_add(passed, Ordering::Relaxed);
        }
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(into)?;
        for count in [&self.own, &self.all] {
            count.fetch_add(read as u64, Ordering::Relaxed);
        }
        Ok(read)
    }
}

impl<R: Seek> Seek for Counted<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}
