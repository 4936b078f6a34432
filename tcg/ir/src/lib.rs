//! The intermediate representation: ops, builder, verifier, printer, parser, and the guest and backend traits.
