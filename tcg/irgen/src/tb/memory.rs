//! Guest memory.

use super::{FLOATS, Maker};
use crate::random::RandomExt as _;
use rand::RngExt as _;
use tcg_ir::builder::Addr;
use tcg_ir::{Barriers, Endian, MemOp, Order, RmwOp, Type, Val};

impl Maker<'_> {
    /// A value that is an address of `bytes` bytes in the window, at a multiple of `align`, and
    /// what to subtract from it as displacement.
    fn address(&mut self, bytes: u64, align: u64) -> (Val, i32) {
        let (base, len) = self.config.window;
        if self.config.bad_address != 0 && self.random.random_ratio(1, 40) {
            return (self.b.i64(self.config.bad_address), 0);
        }
        let room = len / 2 - bytes;
        let disp = u64::from(self.random.random_range(0..room as u32)) & !(align - 1);
        let offset = self.take(Type::I64);
        let masked = self.b.and_imm(Type::I64, offset, (len / 2 - 1) & !(align - 1));
        let address = self.b.add_imm(Type::I64, masked, base as i64);
        (address, disp as i32)
    }

    fn mem_op(&mut self, ty: Type) -> MemOp {
        let sizes: &[u8] = match ty {
            Type::I32 => &[1, 2, 4],
            Type::I64 => &[1, 2, 4, 8],
            Type::F16 | Type::F32 => &[4],
            Type::F64 => &[8],
            Type::V128 => &[16],
        };
        let bytes = self.random.pick(sizes);
        let endian = self.random.pick(&[Endian::Big, Endian::Little]);
        MemOp::new(bytes, endian)
    }

    pub(super) fn memory(&mut self) {
        match self.random.random_range(0..12) {
            0..=3 => self.load(),
            4..=7 => self.store(),
            8 => self.pair(),
            9 => self.atomic(),
            10 => {
                let (base, disp) = self.address(16, 1);
                let (write, len) =
                    (self.random.random_ratio(1, 2), 1 + self.random.random_range(0..16));
                self.b.probe(write, len, base, disp);
            }
            _ => {
                let sets = [Barriers::LOAD_LOAD, Barriers::STORE_LOAD, Barriers::FULL];
                let set = self.random.pick(&sets);
                self.b.mb(set);
            }
        }
    }

    fn memory_type(&mut self) -> Type {
        match self.random.random_range(0..8) {
            0 if self.config.floats => self.random.pick(&FLOATS),
            1 if self.config.vectors => Type::V128,
            _ => self.int_type(),
        }
    }

    fn split_address(&mut self, bytes: u8) -> Addr {
        let (base, disp) = self.address(u64::from(bytes), 1);
        let zero = self.b.i64(0);
        match self.random.random_range(0..3) {
            0 => Addr { base, index: zero, disp },
            1 => Addr { base: Val::NONE, index: base, disp },
            _ => Addr { base, index: Val::NONE, disp },
        }
    }

    fn load(&mut self) {
        let ty = self.memory_type();
        let mem = self.mem_op(ty);
        let mem = if ty.is_int() && self.random.random_ratio(1, 2) { mem.signed() } else { mem };
        let addr = self.split_address(mem.bytes);
        let v = self.b.ld(ty, mem, addr);
        self.give(v);
    }

    fn store(&mut self) {
        let ty = self.memory_type();
        let mem = self.mem_op(ty);
        let addr = self.split_address(mem.bytes);
        let v = self.take(ty);
        self.b.st(mem, addr, v);
    }

    fn pair(&mut self) {
        let mem = MemOp::new(16, self.random.pick(&[Endian::Big, Endian::Little]));
        let (base, disp) = self.address(16, 16);
        if self.random.random_ratio(1, 2) {
            let (lo, hi) = self.b.ld128(mem, base, disp);
            self.give(lo);
            self.give(hi);
        } else {
            let pair = (self.take(Type::I64), self.take(Type::I64));
            self.b.st128(mem, base, disp, pair);
        }
    }

    fn atomic(&mut self) {
        let ty = self.int_type();
        let mem = self.mem_op(ty).order(Order::SeqCst);
        let align = u64::from(mem.bytes);
        match self.random.random_range(0..4) {
            0 => {
                let (base, disp) = self.address(align, align);
                let (expected, new) = (self.take(ty), self.take(ty));
                let old = self.b.cas(mem, base, disp, expected, new);
                self.give(old);
            }
            1 => {
                let (base, disp) = self.address(16, 16);
                let mem = MemOp::new(16, mem.endian).order(Order::SeqCst);
                // What is there, mostly, so that the swap happens.
                let (lo, hi) = self.b.ld128(mem, base, disp);
                let hi = if self.random.random_ratio(1, 3) { self.take(Type::I64) } else { hi };
                let new = (self.take(Type::I64), self.take(Type::I64));
                let (lo, hi) = self.b.cas128(mem, base, disp, (lo, hi), new);
                self.give(lo);
                self.give(hi);
            }
            _ => {
                let (base, disp) = self.address(align, align);
                let (op, v) = (self.random.pick(RmwOp::ALL), self.take(ty));
                let old = self.b.rmw(op, mem, base, disp, v);
                self.give(old);
            }
        }
    }
}
