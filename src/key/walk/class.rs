//! Classes: by name where their module holds them, by their content where it does not.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyMapping, PyString, PyType};

use super::Walk;
use super::frame::Shape;
use super::object::filtered;
use crate::error::Result;
use crate::key::encoder::Encoder;
use crate::key::tag::Tag;
use crate::python;

/// Attributes of a class that say nothing of what it does, or differ from run to run.
const NOT_CONTENT: [&str; 13] = [
    "__module__",
    "__qualname__",
    "__dict__",
    "__weakref__",
    "__doc__",
    "__firstlineno__",
    "__static_attributes__",
    "__annotations_cache__",
    "__annotate__",
    "__annotate_func__",
    "__abstractmethods__",
    "__signature__",
    "_abc_impl",
];

/// What pydantic compiles from the annotations and methods, with addresses in it.
const COMPILED: &str = "__pydantic_";

fn is_content(name: &str) -> bool {
    !NOT_CONTENT.contains(&name) && !name.starts_with(COMPILED)
}

impl<'py> Walk<'_, 'py> {
    /// Writes or opens a class.
    pub(super) fn class(&mut self, class: &Bound<'py, PyType>) -> Result<()> {
        let py = self.py;
        let module = class.getattr(intern!(py, "__module__"))?;
        let name = class.getattr(intern!(py, "__qualname__"))?;
        if let (Ok(module), Ok(name)) = (module.cast::<PyString>(), name.cast::<PyString>())
            && (is_static(class)? || is_held(class, module, name)?)
        {
            self.named_class(class, &module.to_string_lossy(), &name.to_string_lossy());
            return Ok(());
        }
        let attributes = class.getattr(intern!(py, "__dict__"))?;
        let attributes = filtered(py, &attributes, is_content)?;
        let parts = vec![
            module,
            name,
            class.get_type().into_any(),
            class.getattr(intern!(py, "__bases__"))?,
            attributes.into_any(),
        ];
        self.open_fixed(class.as_any(), Tag::Class, Shape::Class, parts)?;
        self.lenient += 1;
        Ok(())
    }

    /// A class is met once for each of its instances: its bytes are remembered, short as they are.
    fn named_class(&mut self, class: &Bound<'py, PyType>, module: &str, name: &str) {
        let mut node = Encoder::new();
        node.open(Tag::Global);
        node.length(2);
        node.leaf(Tag::Str, module.as_bytes());
        node.leaf(Tag::Str, name.as_bytes());
        let node = node.close();
        self.encoder.node(node);
        self.memo.remember(class.as_any(), node);
    }
}

/// Whether the interpreter or an extension holds the class for good, under one name.
fn is_static(class: &Bound<'_, PyType>) -> Result<bool> {
    /// `Py_TPFLAGS_HEAPTYPE`
    const MADE_AT_RUN_TIME: u64 = 1 << 9;
    let flags = class.getattr(intern!(class.py(), "__flags__"))?;
    Ok(flags.extract::<u64>()? & MADE_AT_RUN_TIME == 0)
}

/// Whether the module of that name holds the class under its qualified name.
fn is_held(
    class: &Bound<'_, PyType>,
    module: &Bound<'_, PyString>,
    name: &Bound<'_, PyString>,
) -> Result<bool> {
    let py = class.py();
    let modules = python::MODULES.get(py)?;
    let modules = modules.cast::<PyDict>().map_err(PyErr::from)?;
    let Some(mut place) = modules.get_item(module)? else {
        return Ok(false);
    };
    for step in name.to_string_lossy().split('.') {
        match place.getattr_opt(step) {
            Ok(Some(next)) => place = next,
            _ => return Ok(false),
        }
    }
    Ok(place.is(class))
}

/// The pairs of a mapping that is not a dict.
pub(super) fn as_dict<'py>(mapping: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(mapping.py());
    dict.update(mapping.cast::<PyMapping>()?)?;
    Ok(dict)
}
