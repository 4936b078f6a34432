//! The hash table over real code memory. (Not in `table.rs`, which `tests/loom.rs` builds over a model of it.)

use crate::chunk::{CHUNK_BYTES, Chunk, Header};
use crate::code_memory::CodeMemory;
use crate::epoch::Epochs;
use crate::table::Table;

#[test]
fn blocks_are_found_until_removed() {
    let n_blocks = 20_000u64;
    let memory = CodeMemory::new(64 * CHUNK_BYTES as usize).unwrap();
    let (table, mut owner) = Table::new();
    let epochs = Epochs::new();
    let mut n_chunks = 0;
    let mut chunk = Chunk::open(&memory, n_chunks);
    let mut places = Vec::new();
    for i in 0..n_blocks {
        if !chunk.fits(4, 0) {
            n_chunks += 1;
            chunk = Chunk::open(&memory, n_chunks);
        }
        let (pc, flags) = (i * 6, (i % 3) as u32);
        let header = Header { pc, flags, code_len: 4, faults_len: 0, id: i as u32, state: 1 };
        let at = chunk.add(&memory, header, &[0; 4], &[]);
        table.insert(&mut owner, &memory, at, (pc, flags), &epochs);
        places.push(at);
    }
    for (i, &at) in places.iter().enumerate() {
        let (pc, flags) = (i as u64 * 6, (i % 3) as u32);
        assert_eq!(table.find(&memory, pc, flags, 1), Some(at));
        assert_eq!(table.find(&memory, pc, flags + 1, 1), None);
        assert_eq!(table.find(&memory, pc, flags, 2), None, "another generation");
        if i % 2 == 0 {
            table.remove(at, (pc, flags));
            assert_eq!(table.find(&memory, pc, flags, 1), None);
        }
    }
    assert!(table.find(&memory, 6, 1, 1).is_some());
    table.clear(&mut owner);
    assert_eq!(table.find(&memory, 6, 1, 1), None);
}
