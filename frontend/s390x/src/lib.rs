//! s390x guest: CPU state, translation to IR, helpers.
