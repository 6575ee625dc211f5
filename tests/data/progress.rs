//! Whoever loads data can show how far it is.

use dun::snapshot::{Progress, load_watched};

use crate::support::{CUSTOMERS, folder, gzip, options};

/// What an observer was told.
#[derive(Default)]
struct Told(Vec<(u64, u64)>);

impl Progress for Told {
    fn read(&mut self, bytes: u64, of: u64) {
        self.0.push((bytes, of));
    }
}

#[test]
fn progress_goes_up_to_the_size_of_all_files() {
    let mut invoices = String::from("invoice_id,customer_id,amount,due_date\n");
    for at in 0..20_000 {
        invoices.push_str(&format!("I{at},C1,100.00,2026-10-01\n"));
    }
    let packed = gzip(invoices.as_bytes());
    let mut files = vec![("invoices.csv", invoices.clone().into_bytes()), ("invoices.csv.gz", packed)];
    #[cfg(feature = "parquet")]
    {
        use crate::frames::{Frame, Typing, Values};
        let unused = Values::Int32((0..20_000).map(Some).collect());
        let frame = Frame::of(&invoices, Typing::Types).with("OPTIONAL INT32 unused", unused);
        files.push(("invoices.parquet", frame.bytes()));
    }
    for (name, bytes) in files {
        let folder = folder(&[("customers.csv", CUSTOMERS.as_bytes()), (name, &bytes)]);
        let mut told = Told::default();
        load_watched(folder.path(), &options(), &mut told).unwrap();
        let size = (CUSTOMERS.len() + bytes.len()) as u64;
        assert!(told.0.len() > 10, "{name}: told {} times", told.0.len());
        assert!(told.0.iter().all(|&(read, of)| of == size && read <= of), "{name}: {:?}", told.0);
        assert!(told.0.is_sorted() && told.0.last().unwrap().0 == size, "{name}: {:?}", told.0);
    }
}
