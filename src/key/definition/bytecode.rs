//! Which names a function's bytecode loads and stores.

use std::collections::BTreeSet;

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
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
    /// Attributes that the code itself assigns.
    pub assigned_attributes: BTreeSet<String>,
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
    /// The lowest bit of a `LOAD_GLOBAL` argument is a flag.
    shifts_global: bool,
    /// So is that of `LOAD_ATTR`.
    shifts_attribute: bool,
    /// Free variables are numbered after all local ones, not among the cells.
    numbers_all_locals: bool,
}

impl Opcodes {
    fn get(py: Python<'_>) -> PyResult<&'static Self> {
        static OPCODES: PyOnceLock<Opcodes> = PyOnceLock::new();
        // Not under the cell's lock: an import may run code that comes here again.
        if OPCODES.get(py).is_none() {
            let _ = OPCODES.set(py, Self::read(py)?);
        }
        OPCODES.get_or_try_init(py, || Self::read(py))
    }

    fn read(py: Python<'_>) -> PyResult<Self> {
        let map = python::OPCODE_MAP.get(py)?;
        let needed = |name: &str| map.get_item(name)?.extract::<u8>();
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
            shifts_global: version >= (3, 11),
            shifts_attribute: version >= (3, 12),
            numbers_all_locals: version >= (3, 11),
        })
    }
}

/// One code object's tables of names.
struct Tables<'py> {
    names: Bound<'py, PyTuple>,
    free: Bound<'py, PyTuple>,
    /// The number of the first free variable.
    first_free: usize,
}

impl<'py> Tables<'py> {
    fn of(code: &Bound<'py, PyAny>, opcodes: &Opcodes) -> PyResult<Self> {
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
            names: tuple("co_names")?,
            free: tuple("co_freevars")?,
            first_free,
        })
    }

    fn name(&self, index: usize) -> PyResult<String> {
        self.names.get_item(index)?.extract()
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
        while let Some(code) = left.pop() {
            names.scan(&code)?;
            for constant in code.getattr("co_consts")?.cast::<PyTuple>()? {
                if constant.is_instance_of::<PyCode>() {
                    left.push(constant);
                }
            }
        }
        Ok(names)
    }

    fn scan(&mut self, code: &Bound<'_, PyAny>) -> PyResult<()> {
        let opcodes = Opcodes::get(code.py())?;
        let tables = Tables::of(code, opcodes)?;
        let bytecode = code.getattr("co_code")?.cast_into::<PyBytes>()?;
        let mut argument = 0;
        for instruction in bytecode.as_bytes().chunks_exact(2) {
            let (opcode, low) = (instruction[0], usize::from(instruction[1]));
            argument = argument << 8 | low;
            if opcode == opcodes.extended_arg {
                continue;
            }
            self.note(opcodes, &tables, opcode, argument)?;
            argument = 0;
        }
        Ok(())
    }

    fn note(
        &mut self,
        opcodes: &Opcodes,
        tables: &Tables<'_>,
        opcode: u8,
        argument: usize,
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
        } else if opcode == opcodes.store_attribute {
            self.assigned_attributes.insert(tables.name(argument)?);
        } else if opcode == opcodes.store_global {
            self.assigned.insert(tables.name(argument)?);
        } else if opcode == opcodes.store_free {
            self.assigned.extend(tables.free_variable(argument)?);
        }
        Ok(())
    }
}
