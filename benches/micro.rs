//! The parts of a plan, each by itself: `cargo bench`.
//!
//! All on one thread, so that a figure says what the work is and not how many do it.
#![expect(clippy::disallowed_methods, reason = "writes the data that is loaded, and reads the clock")]
#![expect(clippy::print_stdout, reason = "says how evaluation grows")]

mod made_up;

use std::collections::BTreeMap;
use std::fs;
use std::hint::black_box;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use criterion::{Criterion, Throughput, criterion_group};
use dun::check::{self, Input};
use dun::compile::Program;
use dun::evaluate::{self, Options};
use dun::model::Policy;
use dun::plan::Plan;
use dun::render;
use dun::snapshot::{self, LoadOptions, Snapshot};
use dun::span::Sources;
use dun::syntax;
use dun::template::{TemplateFile, TemplateSet};
use made_up::AS_OF;

/// The same as the command's.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CUSTOMERS: usize = 1000;
const INVOICES: usize = 20_000;

/// A policy that is checked, with its templates.
fn checked(text: &str) -> (Policy, TemplateSet) {
    let mut sources = Sources::default();
    let file = sources.add("policy.dun", text);
    let (ast, mistakes) = syntax::parse(&sources, file);
    assert!(mistakes.is_empty(), "{mistakes:#?}");
    let read = made_up::templates().map(|(path, text)| TemplateFile {
        file: sources.add(path, text),
        path: path.into(),
        text: Arc::from(text),
    });
    let templates = TemplateSet::new(read.into(), "en");
    let files = BTreeMap::new();
    let input = Input { sources: &sources, file, ast: &ast, templates: Some(&templates), files: &files };
    let checked = check::check(&input);
    (checked.policy.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics)), templates)
}

/// Writes the data into a folder.
fn write(folder: &Path) {
    for (name, text) in made_up::portfolio(CUSTOMERS, INVOICES) {
        fs::write(folder.join(name), text).expect("the folder can be written to");
    }
}

fn load(folder: &Path, policy: &Policy) -> Snapshot {
    snapshot::load(folder, &LoadOptions::of(policy)).expect("the data is sound")
}

/// A policy with so many segments, and the day planned by it.
struct Planner {
    program: Program,
    templates: TemplateSet,
}

impl Planner {
    fn new(segments: usize) -> Planner {
        let (policy, templates) = checked(&made_up::policy(segments));
        Planner { program: Program::new(policy), templates }
    }

    fn plan(&self, snapshot: &Snapshot) -> Plan {
        let as_of: NaiveDate = AS_OF.parse().expect("a date");
        evaluate::plan(&self.program, &self.templates, snapshot, as_of, Options::default())
    }
}

fn loading(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    write(folder.path());
    let (policy, _) = checked(&made_up::policy(10));
    let mut group = criterion.benchmark_group("loading");
    group.throughput(Throughput::Elements(INVOICES as u64));
    group.bench_function("csv", |bench| bench.iter(|| load(folder.path(), &policy)));
    group.finish();
}

/// With the data loaded: invoices by policies of ever more segments, and the plan as JSON lines.
fn planning(criterion: &mut Criterion) {
    let snapshot = data();
    let mut group = criterion.benchmark_group("evaluation");
    group.throughput(Throughput::Elements(INVOICES as u64));
    for segments in [10, 50, 200] {
        let planner = Planner::new(segments);
        group.bench_function(format!("{segments} segments"), |bench| bench.iter(|| planner.plan(&snapshot)));
    }
    group.finish();
    let plan = Planner::new(10).plan(&snapshot);
    let mut group = criterion.benchmark_group("rendering");
    group.throughput(Throughput::Elements(INVOICES as u64));
    group.bench_function("JSON lines", |bench| {
        bench.iter(|| render::json::lines(&plan, &mut io::sink()).expect("nothing fails to be thrown away"));
    });
    group.finish();
}

fn checking(criterion: &mut Criterion) {
    let text = made_up::policy(1000);
    let mut group = criterion.benchmark_group("checking");
    group.throughput(Throughput::Elements(1000));
    group.bench_function("1,000 segments", |bench| bench.iter(|| checked(&text)));
    group.finish();
}

/// The data, loaded.
fn data() -> Snapshot {
    let folder = tempfile::tempdir().expect("a folder can be made");
    write(folder.path());
    let (policy, _) = checked(&made_up::policy(10));
    load(folder.path(), &policy)
}

/// How much more evaluation takes with more segments. They are timed in turn, since criterion measures one after
/// the other and a machine with other work is not as fast all the time.
fn growth() {
    const ROUNDS: usize = 9;
    let snapshot = data();
    let planners = [10, 50, 200].map(|segments| (segments, Planner::new(segments)));
    let mut taken = planners.each_ref().map(|_| Vec::new());
    for _ in 0..ROUNDS {
        for ((_, planner), taken) in planners.iter().zip(&mut taken) {
            let begun = Instant::now();
            black_box(planner.plan(&snapshot));
            taken.push(begun.elapsed());
        }
    }
    let medians = taken.map(|mut taken: Vec<Duration>| {
        taken.sort_unstable();
        taken[ROUNDS / 2]
    });
    let least = medians[0].as_micros().max(1);
    for ((segments, _), median) in planners.iter().zip(medians) {
        let percent = median.as_micros() * 100 / least;
        println!(
            "evaluation with {segments} segments, median of {ROUNDS}: {median:.1?}, {percent} % of that with 10"
        );
    }
}

criterion_group! {
    name = parts;
    config = Criterion::default().sample_size(20);
    targets = loading, planning, checking
}

fn main() {
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().expect("no threads have been used yet");
    parts();
    Criterion::default().configure_from_args().final_summary();
    if !std::env::args().any(|argument| argument == "--test" || argument == "--list") {
        growth();
    }
}
