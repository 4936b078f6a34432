//! `format NAME field:bits … "syntax"`.

use crate::lex::unquote;
use crate::model::{At, Field, FieldType, Format, Seg, Table};

pub(super) fn format(table: &mut Table, at: &At, args: &[&str]) -> Result<(), String> {
    let [name, bits @ .., syntax] = args else {
        return Err("expected: format NAME FIELD:BITS … \"SYNTAX\"".into());
    };
    if table.formats.iter().any(|f| f.name == *name) {
        return Err(format!("format `{name}` declared twice"));
    }
    let syntax = unquote(syntax).ok_or("the syntax must be quoted")?.to_string();
    let mut builder = Builder { words: table.words, ..Builder::default() };
    let mut operands = Vec::new();
    for item in bits {
        if item.contains('=') {
            operands.push((*item).to_string());
        } else {
            builder.item(item)?;
        }
    }
    let mut format = builder.finish(name, syntax, at)?;
    format.operands = operands;
    if !table.words {
        check_syntax(&format)?;
    }
    table.formats.push(format);
    Ok(())
}

#[derive(Default)]
struct Builder {
    words: bool,
    pos: u8,
    should_be_one: u64,
    op: Vec<Seg>,
    fields: Vec<Field>,
    /// Field, rank and place of the parts of split fields.
    parts: Vec<(String, u8, Seg)>,
    /// First bit of the register-extension field, if the format has one.
    rxb: Option<u8>,
}

impl Builder {
    fn item(&mut self, item: &str) -> Result<(), String> {
        let (name, width) =
            item.split_once(':').ok_or_else(|| format!("expected FIELD:BITS, not `{item}`"))?;
        let (width, unit) = match width.split_once('*') {
            Some((w, unit)) => {
                let unit = unit.parse().map_err(|_| format!("bad unit in `{item}`"))?;
                (w, Some(unit))
            }
            None => (width, None),
        };
        let (width, signed) = match width.strip_suffix('s') {
            Some(w) => (w, true),
            None => (width, false),
        };
        let len: u8 = width.parse().map_err(|_| format!("bad width in `{item}`"))?;
        if len == 0 || self.pos.saturating_add(len) > 64 {
            return Err(format!("bad width in `{item}`"));
        }
        let seg = Seg { pos: self.pos, len };
        self.pos += len;
        match unit {
            Some(unit) => self.part(name, seg, FieldType::Relative { unit }),
            None if self.words => self.word_item(name, seg, signed),
            None => self.place(name, seg, signed),
        }
    }

    /// An item of a guest of words: no letter has a meaning, and fields may have parts.
    fn word_item(&mut self, name: &str, seg: Seg, signed: bool) -> Result<(), String> {
        match name {
            "(0)" => {}
            "(1)" => self.should_be_one |= u64::MAX << (64 - u32::from(seg.len)) >> seg.pos,
            "op" => self.op.push(seg),
            _ if signed => self.part(name, seg, FieldType::Signed)?,
            _ => self.part(name, seg, FieldType::Unsigned)?,
        }
        Ok(())
    }

    /// `name`, or `name.K`: part K of a split field, part 0 the least significant.
    fn part(&mut self, name: &str, seg: Seg, ty: FieldType) -> Result<(), String> {
        let Some((name, rank)) = name.split_once('.') else { return self.add(name, seg, ty) };
        let rank: u8 = rank.parse().map_err(|_| format!("bad part `{name}.{rank}`"))?;
        if self.parts.iter().any(|(n, r, _)| n == name && *r == rank) {
            return Err(format!("part `{name}.{rank}` used twice"));
        }
        if !self.parts.iter().any(|(n, ..)| n == name) {
            self.add(name, seg, ty)?;
        }
        self.parts.push((name.into(), rank, seg));
        Ok(())
    }

    /// Puts the parts of split fields in order, the most significant first.
    fn join_parts(&mut self) {
        self.parts.sort_by_key(|(_, rank, _)| std::cmp::Reverse(*rank));
        for field in &mut self.fields {
            let of_field = self.parts.iter().filter(|(name, ..)| *name == field.name);
            let segs: Vec<Seg> = of_field.map(|(.., seg)| *seg).collect();
            if !segs.is_empty() {
                field.segs = segs;
            }
        }
    }

    fn place(&mut self, name: &str, seg: Seg, signed: bool) -> Result<(), String> {
        match name {
            "-" => return Ok(()),
            "op" => {
                self.op.push(seg);
                return Ok(());
            }
            "rxb" => {
                self.rxb = Some(seg.pos);
                return Ok(());
            }
            _ => {}
        }
        if let Some(number) = name.strip_prefix("dl") {
            return self.add(&format!("d{number}"), seg, FieldType::Displacement { signed: true });
        }
        if let Some(number) = name.strip_prefix("dh") {
            return self.high_displacement(&format!("d{number}"), seg);
        }
        let ty = match name.as_bytes() {
            [b'd', ..] => FieldType::Displacement { signed: false },
            [b'r', b'i', ..] => FieldType::Relative { unit: 2 },
            _ if signed => FieldType::Signed,
            _ => FieldType::Unsigned,
        };
        self.add(name, seg, ty)
    }

    fn add(&mut self, name: &str, seg: Seg, ty: FieldType) -> Result<(), String> {
        if self.fields.iter().any(|f| f.name == name) {
            return Err(format!("field `{name}` used twice"));
        }
        self.fields.push(Field { name: name.into(), segs: vec![seg], ty });
        Ok(())
    }

    fn high_displacement(&mut self, name: &str, seg: Seg) -> Result<(), String> {
        let field = self.fields.iter_mut().find(|f| f.name == name);
        field.ok_or("`dhN` without `dlN` before it")?.segs.insert(0, seg);
        Ok(())
    }

    /// Gives each vector field its bit of RXB: the bit's place follows the field's place
    /// (PoP, "Vector Facility for z/Architecture", register-extension bits).
    fn extend_vectors(&mut self) -> Result<(), String> {
        for field in self.fields.iter_mut().filter(|f| f.name.starts_with('v')) {
            let rxb = self.rxb.ok_or("a vector field needs `rxb:4`")?;
            let bit = match field.segs[0].pos {
                8 => 0,
                12 => 1,
                16 => 2,
                32 => 3,
                _ => return Err(format!("no RXB bit belongs to the place of `{}`", field.name)),
            };
            field.segs.insert(0, Seg { pos: rxb + bit, len: 1 });
        }
        Ok(())
    }

    fn finish(mut self, name: &str, syntax: String, at: &At) -> Result<Format, String> {
        if self.words {
            self.join_parts();
        } else {
            self.extend_vectors()?;
        }
        let bits = u32::from(self.pos);
        if self.words && bits != 32 {
            return Err(format!("the fields fill {bits} bits, not 32"));
        }
        if !matches!(bits, 16 | 32 | 48) {
            return Err(format!("the fields fill {bits} bits, not 16, 32 or 48"));
        }
        if self.op.is_empty() {
            return Err("no `op` field".into());
        }
        let Self { op, fields, should_be_one, .. } = self;
        let (name, operands) = (name.into(), Vec::new());
        Ok(Format { name, bits, op, fields, should_be_one, operands, syntax, at: at.clone() })
    }
}

/// Every field is written once, and nothing else is.
fn check_syntax(format: &Format) -> Result<(), String> {
    let names: Vec<&str> =
        format.syntax.split([',', '(', ')']).filter(|name| !name.is_empty()).collect();
    for name in &names {
        if format.field(name).is_none() {
            return Err(format!("syntax names `{name}`, which is no field"));
        }
    }
    for field in &format.fields {
        match names.iter().filter(|n| **n == field.name).count() {
            1 => {}
            0 => return Err(format!("field `{}` is missing in the syntax", field.name)),
            _ => return Err(format!("field `{}` stands twice in the syntax", field.name)),
        }
    }
    Ok(())
}
