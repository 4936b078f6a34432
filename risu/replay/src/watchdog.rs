//! Stops a step that does not end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use tcg_exec::ExitHandle;

/// Time between two looks.
const PERIOD: Duration = Duration::from_secs(2);

/// Looks at a step counter now and then, and interrupts the vCPU when it stands still.
#[derive(Debug)]
pub(crate) struct Watchdog {
    pub(crate) counter: Arc<AtomicU64>,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Watchdog {
    pub(crate) fn new(handle: ExitHandle) -> Watchdog {
        let counter = Arc::new(AtomicU64::new(0));
        let (stop, stopped) = channel();
        let watched = Arc::clone(&counter);
        let thread = std::thread::spawn(move || {
            let mut last = None;
            while stopped.recv_timeout(PERIOD) == Err(RecvTimeoutError::Timeout) {
                // Relaxed: only whether it moves is of interest.
                let now = Some(watched.load(Ordering::Relaxed));
                if now == last {
                    handle.request();
                }
                last = now;
            }
        });
        Watchdog { counter, stop: Some(stop), thread: Some(thread) }
    }

    /// Notes that a step begins.
    pub(crate) fn step(&self, number: u64) {
        self.counter.store(number, Ordering::Relaxed);
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // The thread does nothing that panics.
            let _ = thread.join();
        }
    }
}
