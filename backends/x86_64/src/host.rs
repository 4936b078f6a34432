//! What the host must be able to do.

/// Checks that this host has the instructions that generated code uses (x86-64-v3).
///
/// # Errors
/// The names of those that are missing, in one line.
pub fn check_host() -> Result<(), String> {
    macro_rules! missing {
        ($($name:tt),*) => { [$(($name, is_x86_feature_detected!($name)),)*] };
    }
    let features = missing!(
        "avx",
        "avx2",
        "bmi1",
        "bmi2",
        "cmpxchg16b",
        "f16c",
        "fma",
        "lzcnt",
        "movbe",
        "popcnt",
        "sse4.2"
    );
    let missing: Vec<&str> =
        features.iter().filter(|(_, present)| !present).map(|(name, _)| *name).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!(
        "this processor lacks {}: an x86-64-v3 processor is needed (Intel Haswell, AMD Excavator or later)",
        missing.join(", ")
    ))
}
