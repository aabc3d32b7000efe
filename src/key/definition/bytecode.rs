//! Which names a function's bytecode loads, stores and imports.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCode, PyTuple};

use crate::python;

/// The names that code uses, nested code included.
#[derive(Default)]
pub struct Names {
    /// Globals, or builtins.
    pub globals: BTreeSet<String>,
    /// Attributes, of whatever object.
    pub attributes: BTreeSet<String>,
    /// Globals and free variables that the code itself assigns: state, not constants.
    pub assigned: BTreeSet<String>,
    /// Attributes of the function's first argument that it assigns: an instance's, or a class's.
    pub assigned_to_first: BTreeSet<String>,
    /// Attributes that the code assigns to the class of something.
    pub assigned_to_class: BTreeSet<String>,
    /// Globals, and the attributes that the code assigns to what they mean.
    pub assigned_to_globals: BTreeSet<(String, String)>,
    /// Globals that are used as they are, and not only for an attribute: handed to somebody.
    pub handed: BTreeSet<String>,
    /// Names of what is imported and handed to somebody.
    pub handed_imports: BTreeSet<String>,
    /// What the code imports.
    pub imports: BTreeSet<Import>,
}

/// An `import` inside of a function.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Import {
    /// The dots before the name.
    pub level: usize,
    /// The module's name as it is written.
    pub module: String,
    /// What is imported from it; nothing in an `import` without `from`.
    pub names: Vec<String>,
}

/// An instruction and its argument.
type Instruction = (u8, usize);

/// The two instructions before the present one, the last one first.
#[derive(Clone, Copy, Default)]
struct Before(Instruction, Instruction);

/// What lies on top of the stack.
#[derive(Clone, Default, PartialEq, Eq)]
enum Top {
    /// The function's first argument.
    First,
    /// The class of something.
    Class,
    /// What a global means.
    Global(String),
    /// What was imported under that name.
    Imported(String),
    /// The builtin `type`, or what is called so; and whether an argument lies above it.
    Type(bool),
    #[default]
    Other,
}

/// What is known at one place of the code.
#[derive(Default)]
struct Place {
    top: Top,
    /// What an attribute is read of before it is assigned, as in `x.n += 1`; by its name.
    copied: BTreeMap<usize, Top>,
    was_copied: bool,
    /// Local variables that hold classes of something, or imported modules.
    locals: BTreeMap<usize, Top>,
}

/// What is known of the interpreter's bytecode.
struct Opcodes {
    extended_arg: u8,
    load_global: u8,
    load_name: Option<u8>,
    /// `LOAD_NAME` of a class body, which looks into globals too.
    load_class_name: Option<u8>,
    store_global: u8,
    store_free: u8,
    load_attribute: u8,
    load_method: Option<u8>,
    store_attribute: u8,
    import_name: u8,
    import_from: u8,
    store_fast: u8,
    store_and_load: Option<u8>,
    load_free: u8,
    copy: Vec<u8>,
    swap: Vec<u8>,
    call: Vec<u8>,
    /// What leaves the stack as it is.
    quiet: Vec<u8>,
    load_constant: u8,
    load_small_int: Option<u8>,
    load_fast: Vec<u8>,
    /// Two loads as one, the last in the low four bits of the argument.
    load_two: Vec<u8>,
    /// The lowest bit of a `LOAD_GLOBAL` argument is a flag.
    shifts_global: bool,
    /// So is that of `LOAD_ATTR`.
    shifts_attribute: bool,
    /// Free variables are numbered after all local ones, not among the cells.
    numbers_all_locals: bool,
}

impl Opcodes {
    fn get(py: Python<'_>) -> PyResult<&'static Self> {
        static OPCODES: OnceLock<Opcodes> = OnceLock::new();
        if let Some(known) = OPCODES.get() {
            return Ok(known);
        }
        // Not under the cell's lock: an import may run code that comes here again.
        let read = Self::read(py)?;
        Ok(OPCODES.get_or_init(|| read))
    }

    fn read(py: Python<'_>) -> PyResult<Self> {
        let map = python::OPCODE_MAP.get(py)?;
        let needed = |name: &str| map.get_item(name)?.extract::<u8>();
        let some = |names: &[&str]| names.iter().filter_map(|name| needed(name).ok()).collect();
        let version = py.version_info();
        Ok(Self {
            extended_arg: needed("EXTENDED_ARG")?,
            load_global: needed("LOAD_GLOBAL")?,
            load_name: needed("LOAD_NAME").ok(),
            load_class_name: needed("LOAD_FROM_DICT_OR_GLOBALS").ok(),
            store_global: needed("STORE_GLOBAL")?,
            store_free: needed("STORE_DEREF")?,
            load_attribute: needed("LOAD_ATTR")?,
            load_method: needed("LOAD_METHOD").ok(),
            store_attribute: needed("STORE_ATTR")?,
            import_name: needed("IMPORT_NAME")?,
            import_from: needed("IMPORT_FROM")?,
            store_fast: needed("STORE_FAST")?,
            store_and_load: needed("STORE_FAST_LOAD_FAST").ok(),
            load_free: needed("LOAD_DEREF")?,
            copy: some(&["COPY", "DUP_TOP"]),
            swap: some(&["SWAP", "ROT_TWO"]),
            call: some(&["CALL", "CALL_FUNCTION"]),
            quiet: some(&["PRECALL", "NOP", "RESUME"]),
            load_constant: needed("LOAD_CONST")?,
            load_small_int: needed("LOAD_SMALL_INT").ok(),
            load_fast: if version >= (3, 11) {
                some(&[
                    "LOAD_FAST",
                    "LOAD_FAST_BORROW",
                    "LOAD_FAST_CHECK",
                    "LOAD_DEREF",
                ])
            } else {
                some(&["LOAD_FAST"])
            },
            load_two: some(&[
                "LOAD_FAST_LOAD_FAST",
                "LOAD_FAST_BORROW_LOAD_FAST_BORROW",
                "STORE_FAST_LOAD_FAST",
            ]),
            shifts_global: version >= (3, 11),
            shifts_attribute: version >= (3, 12),
            numbers_all_locals: version >= (3, 11),
        })
    }

    /// The local variable that the instruction leaves on top of the stack.
    fn loaded_local(&self, (opcode, argument): Instruction) -> Option<usize> {
        if self.load_fast.contains(&opcode) {
            return Some(argument);
        }
        self.load_two.contains(&opcode).then_some(argument % 16)
    }

    /// The local variable that the instruction takes from the stack.
    fn stored_local(&self, (opcode, argument): Instruction) -> Option<usize> {
        if opcode == self.store_fast {
            return Some(argument);
        }
        (self.store_and_load == Some(opcode)).then_some(argument / 16)
    }

    fn is_attribute(&self, opcode: u8) -> bool {
        opcode == self.load_attribute || self.load_method == Some(opcode)
    }

    /// The number of the name of the attribute that the instruction loads.
    fn attribute(&self, (opcode, argument): Instruction) -> Option<usize> {
        let shift = usize::from(self.shifts_attribute && opcode == self.load_attribute);
        self.is_attribute(opcode).then_some(argument >> shift)
    }
}

/// One code object's tables of names.
struct Tables<'py> {
    constants: Bound<'py, PyTuple>,
    /// Whether the first local variable is the first argument of the function itself.
    has_first: bool,
    names: Bound<'py, PyTuple>,
    free: Bound<'py, PyTuple>,
    /// The number of the first free variable.
    first_free: usize,
}

impl<'py> Tables<'py> {
    fn of(code: &Bound<'py, PyAny>, is_outer: bool, opcodes: &Opcodes) -> PyResult<Self> {
        let tuple = |name: &str| Ok::<_, PyErr>(code.getattr(name)?.cast_into::<PyTuple>()?);
        let cells = tuple("co_cellvars")?;
        let first_free = if opcodes.numbers_all_locals {
            let locals = tuple("co_varnames")?;
            let mut count = locals.len();
            for cell in cells.iter() {
                count += usize::from(!locals.contains(cell)?);
            }
            count
        } else {
            cells.len()
        };
        Ok(Self {
            constants: tuple("co_consts")?,
            has_first: is_outer && code.getattr("co_argcount")?.is_truthy()?,
            names: tuple("co_names")?,
            free: tuple("co_freevars")?,
            first_free,
        })
    }

    fn name(&self, index: usize) -> PyResult<String> {
        self.names.get_item(index)?.extract()
    }

    fn import(&self, opcodes: &Opcodes, before: Before, index: usize) -> PyResult<Import> {
        let constant = |(opcode, argument): Instruction| {
            let is_number = opcodes.load_small_int == Some(opcode);
            let is_constant = opcode == opcodes.load_constant;
            match () {
                () if is_number => Ok(Some(argument.into_pyobject(self.names.py())?.into_any())),
                () if is_constant => self.constants.get_item(argument).map(Some),
                () => Ok::<_, PyErr>(None),
            }
        };
        let Before(names, level) = before;
        let (names, level) = (constant(names)?, constant(level)?);
        Ok(Import {
            level: level.and_then(|level| level.extract().ok()).unwrap_or(0),
            module: self.name(index)?,
            names: names
                .and_then(|names| names.extract().ok())
                .unwrap_or_default(),
        })
    }

    /// The free variable of that number, if it is one.
    fn free_variable(&self, number: usize) -> PyResult<Option<String>> {
        match number.checked_sub(self.first_free) {
            Some(index) if index < self.free.len() => {
                self.free.get_item(index)?.extract().map(Some)
            }
            _ => Ok(None),
        }
    }
}

impl Names {
    /// The names that `code` uses.
    pub fn of(code: &Bound<'_, PyAny>) -> PyResult<Self> {
        let mut names = Self::default();
        let mut left = vec![code.clone()];
        while let Some(inner) = left.pop() {
            names.scan(&inner, inner.is(code))?;
            for constant in inner.getattr("co_consts")?.cast::<PyTuple>()? {
                if constant.is_instance_of::<PyCode>() {
                    left.push(constant);
                }
            }
        }
        Ok(names)
    }

    fn scan(&mut self, code: &Bound<'_, PyAny>, is_outer: bool) -> PyResult<()> {
        let opcodes = Opcodes::get(code.py())?;
        let tables = Tables::of(code, is_outer, opcodes)?;
        let bytecode = code.getattr("co_code")?.cast_into::<PyBytes>()?;
        let mut argument = 0;
        let mut before = Before::default();
        let mut place = Place::default();
        for instruction in bytecode.as_bytes().chunks_exact(2) {
            let (opcode, low) = (instruction[0], usize::from(instruction[1]));
            argument = argument << 8 | low;
            if opcode == opcodes.extended_arg {
                continue;
            }
            // Room for the interpreter's inline caches.
            if opcode == 0 {
                continue;
            }
            self.note(opcodes, &tables, (opcode, argument), before)?;
            self.note_targets(opcodes, &tables, (opcode, argument), before, &mut place)?;
            before = Before((opcode, argument), before.0);
            argument = 0;
        }
        Ok(())
    }

    fn note(
        &mut self,
        opcodes: &Opcodes,
        tables: &Tables<'_>,
        (opcode, argument): Instruction,
        before: Before,
    ) -> PyResult<()> {
        let is = |optional: Option<u8>| optional == Some(opcode);
        if opcode == opcodes.load_global {
            let index = argument >> usize::from(opcodes.shifts_global);
            self.globals.insert(tables.name(index)?);
        } else if is(opcodes.load_name) || is(opcodes.load_class_name) {
            self.globals.insert(tables.name(argument)?);
        } else if opcode == opcodes.load_attribute {
            let index = argument >> usize::from(opcodes.shifts_attribute);
            self.attributes.insert(tables.name(index)?);
        } else if is(opcodes.load_method) {
            self.attributes.insert(tables.name(argument)?);
        } else if opcode == opcodes.store_global {
            self.assigned.insert(tables.name(argument)?);
        } else if opcode == opcodes.store_free {
            self.assigned.extend(tables.free_variable(argument)?);
        } else if opcode == opcodes.import_name {
            self.imports
                .insert(tables.import(opcodes, before, argument)?);
        }
        Ok(())
    }

    /// Notes what attributes are assigned to, and what is handed to somebody.
    fn note_targets(
        &mut self,
        opcodes: &Opcodes,
        tables: &Tables<'_>,
        instruction: Instruction,
        before: Before,
        place: &mut Place,
    ) -> PyResult<()> {
        let (opcode, argument) = instruction;
        if opcodes.quiet.contains(&opcode) {
            return Ok(());
        }
        if opcode == opcodes.store_attribute {
            let is_swapped = opcodes.swap.contains(&before.0.0);
            let copied = place.copied.get(&argument).filter(|_| is_swapped);
            let target = copied.unwrap_or(&place.top).clone();
            self.assigned_to(target, tables.name(argument)?);
        } else if !opcodes.is_attribute(opcode) {
            self.note_handed(opcodes, opcode, &place.top);
        }
        if let Some(local) = opcodes.stored_local(instruction) {
            let held = std::mem::take(&mut place.top);
            if matches!(held, Top::Class | Top::Imported(_)) {
                place.locals.insert(local, held);
            }
        }
        if let Some(name) = opcodes.attribute(instruction)
            && std::mem::take(&mut place.was_copied)
        {
            place.copied.insert(name, place.top.clone());
        }
        place.was_copied = opcodes.copy.contains(&opcode);
        if !place.was_copied {
            place.top = top(opcodes, tables, instruction, place)?;
        }
        self.note_first_of_two(opcodes, (opcode, argument), place);
        Ok(())
    }

    fn assigned_to(&mut self, target: Top, attribute: String) {
        match target {
            Top::First => drop(self.assigned_to_first.insert(attribute)),
            Top::Class => drop(self.assigned_to_class.insert(attribute)),
            Top::Global(global) => drop(self.assigned_to_globals.insert((global, attribute))),
            Top::Imported(_) | Top::Type(_) | Top::Other => {}
        }
    }

    fn note_handed(&mut self, opcodes: &Opcodes, opcode: u8, top: &Top) {
        let is_kept = opcodes.copy.contains(&opcode)
            || opcode == opcodes.import_from
            || opcode == opcodes.store_fast
            || opcodes.swap.contains(&opcode)
            || opcodes.store_and_load == Some(opcode);
        match top {
            Top::Global(name) => drop(self.handed.insert(name.clone())),
            Top::Imported(name) if !is_kept => drop(self.handed_imports.insert(name.clone())),
            _ => {}
        }
    }

    /// Of two variables that are loaded as one instruction, the first is handed to somebody.
    fn note_first_of_two(&mut self, opcodes: &Opcodes, instruction: Instruction, place: &Place) {
        let (opcode, argument) = instruction;
        let is_load = opcodes.load_two.contains(&opcode) && opcodes.store_and_load != Some(opcode);
        if let Some(Top::Imported(name)) = place.locals.get(&(argument / 16)).filter(|_| is_load) {
            self.handed_imports.insert(name.clone());
        }
    }
}

/// What lies on top of the stack behind an instruction.
fn top(
    opcodes: &Opcodes,
    tables: &Tables<'_>,
    instruction: Instruction,
    place: &Place,
) -> PyResult<Top> {
    let (opcode, argument) = instruction;
    if opcode == opcodes.load_global || opcodes.load_name == Some(opcode) {
        let shift = usize::from(opcodes.shifts_global && opcode == opcodes.load_global);
        let name = tables.name(argument >> shift)?;
        return Ok(match name.as_str() {
            "type" => Top::Type(false),
            _ => Top::Global(name),
        });
    }
    if opcode == opcodes.load_free
        && let Some(name) = tables.free_variable(argument)?
    {
        return Ok(match name.as_str() {
            "__class__" => Top::Class,
            _ => Top::Global(name),
        });
    }
    if let Some(local) = opcodes.loaded_local(instruction) {
        let is_argument = matches!(place.top, Top::Type(false));
        return Ok(match place.locals.get(&local) {
            _ if is_argument => Top::Type(true),
            Some(held) => held.clone(),
            None if tables.has_first && local == 0 => Top::First,
            None => Top::Other,
        });
    }
    if let Some(name) = opcodes.attribute(instruction) {
        let is_class = tables.name(name)? == "__class__";
        return Ok(if is_class { Top::Class } else { Top::Other });
    }
    let is_call = opcodes.call.contains(&opcode) && argument == 1;
    Ok(match () {
        () if is_call && place.top == Top::Type(true) => Top::Class,
        () if opcode == opcodes.import_name || opcode == opcodes.import_from => {
            Top::Imported(tables.name(argument)?)
        }
        () => Top::Other,
    })
}
