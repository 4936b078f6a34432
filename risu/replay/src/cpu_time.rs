//! Processor time of a thread, which other work on the machine does not lengthen.

use std::fs;
use std::time::{Duration, Instant};

/// A moment, in a thread's processor time where the kernel tells it, else in the time of day.
#[derive(Debug, Clone, Copy)]
pub struct CpuTime {
    on_cpu: Option<Duration>,
    at: Instant,
}

impl CpuTime {
    /// Now, for the thread that asks.
    #[must_use]
    pub fn now() -> CpuTime {
        CpuTime { on_cpu: on_cpu(), at: Instant::now() }
    }

    /// Time that the same thread has run since.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        match (self.on_cpu, on_cpu()) {
            (Some(then), Some(now)) => now.saturating_sub(then),
            _ => self.at.elapsed(),
        }
    }
}

/// First field of `/proc/thread-self/schedstat`: nanoseconds on a processor, user and system
/// (Linux Documentation/scheduler/sched-stats.rst).
fn on_cpu() -> Option<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = text.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}
