//! Threads, channels, locks, atomics, panics caught and hash maps.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{mpsc, Arc, Barrier, Condvar, Mutex, RwLock};
use std::thread;

fn counted(threads: u64, rounds: u64) -> (u64, u64) {
    let atomic = AtomicU64::new(0);
    let locked = Mutex::new(0u64);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                for _ in 0..rounds {
                    atomic.fetch_add(1, Ordering::Relaxed);
                    *locked.lock().unwrap() += 1;
                }
            });
        }
    });
    (atomic.into_inner(), locked.into_inner().unwrap())
}

fn words(text: &str) -> Vec<(String, usize)> {
    let counts = RwLock::new(HashMap::new());
    thread::scope(|scope| {
        for line in text.lines() {
            let counts = &counts;
            scope.spawn(move || {
                for word in line.split_whitespace() {
                    *counts.write().unwrap().entry(word.to_owned()).or_insert(0) += 1;
                }
            });
        }
    });
    let mut counts: Vec<_> = counts.into_inner().unwrap().into_iter().collect();
    counts.sort();
    counts
}

fn ping_pong(rounds: u32) -> u32 {
    let shared = Arc::new((Mutex::new(0u32), Condvar::new()));
    let other = Arc::clone(&shared);
    let peer = thread::spawn(move || turn(&other, 1, rounds));
    turn(&shared, 0, rounds);
    peer.join().unwrap();
    let count = *shared.0.lock().unwrap();
    count
}

fn turn(shared: &(Mutex<u32>, Condvar), parity: u32, rounds: u32) {
    for _ in 0..rounds {
        let mut count = shared.0.lock().unwrap();
        while *count % 2 != parity {
            count = shared.1.wait(count).unwrap();
        }
        *count += 1;
        shared.1.notify_all();
    }
}

fn main() {
    println!("{:?}", counted(4, 20_000));
    println!("{:?}", words("a b c\nb c d\nc d e\na a a"));
    println!("{}", ping_pong(500));

    let (sender, receiver) = mpsc::channel();
    let barrier = Arc::new(Barrier::new(3));
    for id in 0..3u64 {
        let (sender, barrier) = (sender.clone(), Arc::clone(&barrier));
        thread::spawn(move || {
            barrier.wait();
            for n in 0..100 {
                sender.send(id * 1000 + n).unwrap();
            }
        });
    }
    drop(sender);
    println!("{}", receiver.iter().sum::<u64>());

    let failed = thread::spawn(|| -> u32 { panic!("on purpose") }).join();
    println!("{}", failed.unwrap_err().downcast_ref::<&str>().unwrap());
    println!("{:?}", "18446744073709551615".parse::<u64>().map(|n| n.checked_add(1)));
    println!("{} {:e} {:?}", 1.0f64 / 3.0, 6.02214076e23f64, f32::MIN_POSITIVE / 2.0);
    std::process::exit(5);
}
