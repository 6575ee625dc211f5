//! Reads the data of a benchmark and does nothing with it: `read POLICY DATA` loads a snapshot as `dun` does,
//! `read --bare DATA` only splits the CSV files into fields. `end_to_end.py` measures both.
#![expect(clippy::disallowed_methods, reason = "reads the policy")]
#![expect(clippy::print_stdout, reason = "says what has been read")]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use dun::check::{self, Input};
use dun::snapshot::{self, LoadOptions};
use dun::span::Sources;
use dun::syntax;

/// The same as the command's.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [flag, data] if flag == "--bare" => split(Path::new(data)),
        [policy, data] => load(Path::new(policy), Path::new(data)),
        _ => Err("name a policy, or `--bare`, and the folder of the data".into()),
    }
}

/// Every field of every row of the three tables, as bytes.
fn split(data: &Path) -> Result<(), Box<dyn Error>> {
    let (mut rows, mut bytes) = (0_u64, 0);
    for table in ["customers.csv", "invoices.csv", "history.csv"] {
        let mut reader = csv::Reader::from_path(data.join(table))?;
        let mut record = csv::ByteRecord::new();
        while reader.read_byte_record(&mut record)? {
            rows += 1;
            bytes += record.iter().map(<[u8]>::len).sum::<usize>();
        }
    }
    println!("{rows} rows with {bytes} bytes in their fields");
    Ok(())
}

/// The snapshot, as the policy asks for it.
fn load(policy: &Path, data: &Path) -> Result<(), Box<dyn Error>> {
    let mut sources = Sources::default();
    let file = sources.add(&policy.display().to_string(), &std::fs::read_to_string(policy)?);
    let (ast, _) = syntax::parse(&sources, file);
    let files = BTreeMap::new();
    let input = Input { sources: &sources, file, ast: &ast, templates: None, files: &files };
    let policy = check::check(&input).policy.ok_or("`dun check` says what is wrong with the policy")?;
    let snapshot = snapshot::load(data, &LoadOptions::of(&policy)).map_err(|error| error.to_string())?;
    println!("{} invoices, {} problems", snapshot.invoices.id.len(), snapshot.problems.len());
    Ok(())
}
