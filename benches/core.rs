//! The pure core, without an interpreter.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use memoxide::cache::{Begin, Cache};
use memoxide::flight::{self, Caller, Flights};
use memoxide::key::call_key::CallKey;
use memoxide::key::encoder::Encoder;
use memoxide::key::tag::Tag;
use memoxide::store::{Bounds, Removed, Store};

type Numbers = Cache<CallKey, u64, ()>;

fn key(number: i64) -> CallKey {
    let mut encoder = Encoder::new();
    encoder.int(number);
    encoder.call_key()
}

fn compute(cache: &Numbers, number: i64) {
    let key = key(number);
    if let Begin::Owner(guard) = cache.begin(&key, Caller::plain(None), &mut Removed::new()) {
        cache.finish(&key, guard, 0, 28, Duration::ZERO);
    }
}

fn filled(entries: i64, bounds: Bounds) -> Numbers {
    let cache = Cache::new("f".into(), bounds, 1);
    (0..entries).for_each(|number| compute(&cache, number));
    cache
}

fn hits(criterion: &mut Criterion) {
    for entries in [10, 1_000_000] {
        let cache = filled(entries, Bounds::default());
        let mut number = 0;
        criterion.bench_function(&format!("hit among {entries}"), |bencher| {
            bencher.iter(|| {
                number = (number + 7919) % entries;
                black_box(cache.lookup(&key(number), &mut Removed::new()))
            });
        });
    }
}

/// The store alone: no lock, no key to make.
fn stores(criterion: &mut Criterion) {
    for entries in [10, 1_000_000] {
        let keys: Vec<_> = (0..entries).map(key).collect();
        let mut store = Store::new(Bounds::default());
        for key in &keys {
            store.put(*key, 0_u64, 28, 0, 0, &mut Removed::new());
        }
        let mut index = 0;
        criterion.bench_function(&format!("store, hit among {entries}"), |bencher| {
            bencher.iter(|| {
                index = (index + 7919) % keys.len();
                black_box(store.get(&keys[index], 0, &mut Removed::new()))
            });
        });
    }
}

fn flights(criterion: &mut Criterion) {
    let flights: Flights<CallKey, u64> = Flights::new();
    let (key, label) = (key(3), "f".into());
    criterion.bench_function("flight, begin and land", |bencher| {
        bencher.iter(|| {
            if let flight::Begin::Owner(guard) = flights.begin(key, Caller::plain(None), &label) {
                guard.land(black_box(7), |_| ());
            }
        });
    });
}

fn misses(criterion: &mut Criterion) {
    let bounds = Bounds {
        max_entries: Some(1000),
        ..Bounds::default()
    };
    let cache = filled(1000, bounds);
    let mut number = 1000;
    criterion.bench_function("miss that evicts", |bencher| {
        bencher.iter(|| {
            number += 1;
            compute(&cache, number);
        });
    });
}

fn keys(criterion: &mut Criterion) {
    criterion.bench_function("key of an int", |bencher| {
        bencher.iter(|| black_box(key(black_box(3))));
    });
    criterion.bench_function("key of a list of 10,000 ints", |bencher| {
        bencher.iter(|| {
            let mut encoder = Encoder::new();
            encoder.open(Tag::List);
            encoder.length(10_000);
            for number in 0..10_000 {
                encoder.int(number);
                encoder.flush();
            }
            encoder.close();
            black_box(encoder.call_key())
        });
    });
    let bytes = vec![1_u8; 80_000_000];
    criterion.bench_function("key of 80 MB", |bencher| {
        bencher.iter(|| {
            let mut encoder = Encoder::new();
            encoder.leaf(Tag::Buffer, &bytes);
            black_box(encoder.call_key())
        });
    });
    criterion.bench_function("blake3 of 80 MB, all cores", |bencher| {
        bencher.iter(|| black_box(blake3::Hasher::new().update_rayon(&bytes).finalize()));
    });
}

criterion_group! {
    name = core;
    config = Criterion::default().warm_up_time(Duration::from_secs(1));
    targets = stores, hits, flights, misses, keys
}
criterion_main!(core);
