//! The printed form of a TB; `parse` reads it back.

use crate::ops::Op;
use crate::tb::{Tb, Val};
use std::fmt;

/// ```text
/// tb 0x1000 flags=0 end=0x1004 insns=1 {
///   insn pc=0x1000 len=4
///   v0:i64 = get g=g2
///   v2:i64 = add ty=i64 v0, #0x1:i64
///   put g=g2 v2
///   goto pc=0x1004
/// }
/// ```
impl fmt::Display for Tb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tb { pc, flags, end_pc, n_insns, .. } = self;
        writeln!(f, "tb {pc:#x} flags={flags} end={end_pc:#x} insns={n_insns} {{")?;
        for op in &self.ops {
            writeln!(f, "  {}", OpIn { tb: self, op })?;
        }
        writeln!(f, "}}")
    }
}

struct OpIn<'a> {
    tb: &'a Tb,
    op: &'a Op,
}

impl fmt::Display for OpIn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut outs = Vec::new();
        self.op.for_each_output(|v| outs.push(format!("v{}:{}", v.0, self.tb.ty(v).name())));
        if !outs.is_empty() {
            write!(f, "{} = ", outs.join(", "))?;
        }
        f.write_str(self.op.name())?;
        self.op.print_attrs(f)?;
        let mut ins = Vec::new();
        self.op.for_each_input(|v| ins.push(input(self.tb, v)));
        if ins.is_empty() { Ok(()) } else { write!(f, " {}", ins.join(", ")) }
    }
}

fn input(tb: &Tb, v: Val) -> String {
    if !v.is_some() {
        return "_".to_owned();
    }
    match tb.constant(v) {
        Some(bits) => format!("#{bits:#x}:{}", tb.ty(v).name()),
        None => format!("v{}", v.0),
    }
}
