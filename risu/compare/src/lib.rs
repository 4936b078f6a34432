//! Comparison, minimization and reports.
