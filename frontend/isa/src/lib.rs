//! Instruction tables of the guests: decode, encode, disassemble, rows as data.
