//! Execution: translation-block cache, chaining, vCPU loop, faults, invalidation.
