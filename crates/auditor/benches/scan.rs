//! How fast a stream is searched for forty canaries on one core: `cargo bench -p souspli-auditor`.

#![allow(missing_docs, reason = "the macros of criterion write none")]

#[path = "../examples/made/mod.rs"]
mod made;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use made::{Kind, Made, needles};
use souspli_auditor::Place;

const SIZE: u64 = 256 << 20;

fn search(criterion: &mut Criterion) {
    let needles = needles();
    let place = Place::of("bench");
    let mut group = criterion.benchmark_group("search");
    group.sample_size(10).throughput(Throughput::Bytes(SIZE));
    for kind in Kind::ALL {
        let mut bytes = Vec::new();
        std::io::copy(&mut Made::new(kind, SIZE), &mut bytes).expect("memory");
        group.bench_function(kind.name(), |bencher| {
            bencher.iter(|| {
                let mut hits = Vec::new();
                let scanned = needles.scan(black_box(bytes.as_slice()), &place, &mut hits).expect("memory");
                assert!(hits.is_empty() && scanned.bytes == SIZE);
            });
        });
    }
    group.finish();
}

fn build(criterion: &mut Criterion) {
    criterion.bench_function("build", |bencher| bencher.iter(needles));
}

criterion_group!(benches, search, build);
criterion_main!(benches);
