//! Guest memory: mapped ranges, guarded access, code pages.
