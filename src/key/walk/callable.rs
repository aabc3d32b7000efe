//! Functions by their code; methods, modules, closure cells.

use std::collections::BTreeSet;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCode, PyDict, PyFunction, PyModule, PyString, PyTuple, PyType};

use super::Walk;
use super::class::is_held;
use super::frame::Shape;
use super::label::Label;
use crate::api::function::CachedFunction;
use crate::api::method::CachedMethod;
use crate::error::Result;
use crate::key::definition::{
    Classes, Defaults, Definition, Follow, Followed, Names, Seen, Watch, annotations,
    annotations_as_text, body_of, definition_of, installed_version, known_body, wrapper_parts,
    written_module,
};
use crate::key::tag::Tag;
use crate::python::intern;
use crate::python::{self, raw};

/// What a function is made of. Comments, file and line numbers are not among it.
const FUNCTION_PARTS: [&str; 6] = [
    "__module__",
    "__qualname__",
    "__code__",
    "__defaults__",
    "__kwdefaults__",
    "__closure__",
];

/// What of a function that is an argument the cached function may read.
const READABLE_PARTS: [&str; 4] = ["__doc__", "__annotations__", "__dict__", "__name__"];

/// What a code object is made of.
const CODE_PARTS: [&str; 11] = [
    "co_name",
    "co_argcount",
    "co_posonlyargcount",
    "co_kwonlyargcount",
    "co_flags",
    "co_code",
    "co_consts",
    "co_names",
    "co_varnames",
    "co_freevars",
    "co_cellvars",
];

/// Where exceptions are caught, which 3.11 took out of the bytecode.
const EXCEPTION_TABLE: &str = "co_exceptiontable";

impl<'py> Walk<'_, 'py> {
    /// Opens `value` if it is something that is called, or a part of that.
    pub(super) fn callable(&mut self, value: &Bound<'py, PyAny>) -> Result<bool> {
        let py = self.py;
        if let Ok(class) = value.cast::<PyType>() {
            self.class(class)?;
        } else if value.is_instance_of::<PyFunction>() {
            self.function(value)?;
        } else if self.is_in_code()
            && let Some(parts) = wrapper_parts(value)?
        {
            self.wrapper(value, parts)?;
        } else if value.is_instance_of::<PyCode>() {
            self.open_fixed(value, Tag::Code, Shape::Parts, code_parts(value)?)?;
        } else if value.is_instance(python::METHOD_TYPE.get(py)?)? {
            let parts = attributes(value, &["__func__", "__self__"])?;
            self.open_fixed(value, Tag::Method, Shape::Parts, parts)?;
        } else if value.is_instance_of::<PyModule>() {
            self.module(value)?;
        } else if value.is_instance(python::CELL_TYPE.get(py)?)? {
            self.cell(value)?;
        } else {
            return self.cached(value);
        }
        Ok(true)
    }

    /// Opens what a decorator of an installed package has made.
    pub(super) fn wrapper(
        &mut self,
        value: &Bound<'py, PyAny>,
        mut parts: Vec<Bound<'py, PyAny>>,
    ) -> Result<()> {
        parts.insert(0, value.get_type().into_any());
        self.open_fixed(value, Tag::Descriptor, Shape::Parts, parts)
    }

    fn function(&mut self, value: &Bound<'py, PyAny>) -> Result<()> {
        let mut parts = attributes(value, &FUNCTION_PARTS)?;
        parts[0] = written_module(parts[0].clone());
        let is_followed_argument = self.watches.is_none() && self.follow != Follow::Nothing;
        if is_followed_argument && let Some(body) = known_body(value) {
            return self.function_argument(value, parts, Some(&body));
        }
        if self.follow != Follow::Nothing
            && let Some(place) = self.installed_place(value, &parts)?
        {
            return self.open_fixed(value, Tag::Global, Shape::Parts, place);
        }
        if self.watches.is_none() {
            let body = is_followed_argument.then(|| body_of(value, self.function));
            return self.function_argument(value, parts, body.transpose()?.as_deref());
        }
        if self.follow == Follow::Nothing {
            return self.open_function(value, parts);
        }
        let label = Label::new(&parts[0].to_string(), &parts[1].to_string());
        self.followed_function(value, parts, label)
    }

    /// Where an installed function is found, and its version: by its own word, or in the module that
    /// made it under the name that its code has. attrs gives one function to all classes and renames it
    /// each time, and trio renames it again.
    fn installed_place(
        &self,
        value: &Bound<'py, PyAny>,
        parts: &[Bound<'py, PyAny>],
    ) -> Result<Option<Vec<Bound<'py, PyAny>>>> {
        let told = [Some(parts[0].clone()), Some(parts[1].clone())];
        let found = [
            module_of_globals(value)?,
            Some(parts[2].getattr(intern!(self.py, "co_name"))?),
        ];
        for [module, name] in [told, found] {
            let (Some(module), Some(name)) = (module, name) else {
                continue;
            };
            let module_name = module.to_string();
            if let Some(version) = installed_version(self.py, &module_name)
                && is_held(value, &module_name, &name.to_string())?
            {
                let version = PyString::new(self.py, &version).into_any();
                return Ok(Some(vec![module, name, version]));
            }
        }
        Ok(None)
    }

    /// A function with what it depends on, where a definition is read.
    fn followed_function(
        &mut self,
        value: &Bound<'py, PyAny>,
        mut parts: Vec<Bound<'py, PyAny>>,
        label: Label,
    ) -> Result<()> {
        let is_body = self.is_body && self.frames.is_empty();
        self.watch([Watch::Function {
            function: Seen::new(value),
            code: parts[2].clone().unbind(),
            defaults: (!is_body).then(|| Defaults::of(value)).transpose()?,
        }]);
        let names = Names::of(&parts[2])?;
        if is_body {
            let nothing = self.py.None().into_bound(self.py);
            parts[3..].fill(nothing);
        } else {
            parts[5] = self.closure(value, &parts[5], &names)?;
        }
        let mut apart = BTreeSet::new();
        parts.push(match version_of_globals(value)? {
            Some(version) => PyString::new(self.py, &version).into_any(),
            None => self.globals(value, &names, &mut apart)?.into_any(),
        });
        let annotations = annotations(value, Classes::Named)?;
        parts.extend(annotations.map(Bound::into_any));
        self.open_function(value, parts)?;
        let variables = value.getattr("__code__")?.getattr("co_freevars")?;
        let label = label.with_apart(apart).with_variables(variables.extract()?);
        self.label(label);
        Ok(())
    }

    /// A function that is an argument. What can change in place is walked for each call; its code,
    /// and what the names in it mean, are read once.
    fn function_argument(
        &mut self,
        value: &Bound<'py, PyAny>,
        mut parts: Vec<Bound<'py, PyAny>>,
        body: Option<&Definition>,
    ) -> Result<()> {
        if let Some(body) = body {
            parts[2] = PyBytes::new(self.py, &body.digest).into_any();
        }
        parts.extend(readable_parts(value)?);
        self.open_function(value, parts)
    }

    fn open_function(
        &mut self,
        value: &Bound<'py, PyAny>,
        parts: Vec<Bound<'py, PyAny>>,
    ) -> Result<()> {
        self.open_fixed(value, Tag::Function, Shape::Function, parts)?;
        self.functions += 1;
        Ok(())
    }

    /// A closure without the variables that the function itself assigns.
    fn closure(
        &mut self,
        function: &Bound<'py, PyAny>,
        closure: &Bound<'py, PyAny>,
        names: &Names,
    ) -> Result<Bound<'py, PyAny>> {
        let Ok(cells) = closure.cast::<PyTuple>() else {
            return Ok(closure.clone());
        };
        let code = function.getattr(intern!(self.py, "__code__"))?;
        let variables = code.getattr(intern!(self.py, "co_freevars"))?;
        let variables = variables.cast::<PyTuple>().map_err(PyErr::from)?;
        let mut kept = Vec::new();
        for (index, (variable, cell)) in variables.iter().zip(cells).enumerate() {
            if names.assigned.contains(&variable.to_string()) {
                kept.push(self.py.None().into_bound(self.py));
                continue;
            }
            self.watch([Watch::Cell {
                function: Seen::new(function),
                index,
                contents: raw::cell_contents(&cell).as_ref().map(Seen::new),
            }]);
            kept.push(cell);
        }
        Ok(PyTuple::new(self.py, kept)?.into_any())
    }

    /// The globals that are part of a function's definition. Beside another definition, functions
    /// and classes of the user's own stand as digests, which are read once.
    fn globals(
        &mut self,
        function: &Bound<'py, PyAny>,
        names: &Names,
        apart: &mut BTreeSet<String>,
    ) -> Result<Bound<'py, PyDict>> {
        let followed = Followed::by(function, names)?;
        self.watch(followed.watches);
        let values = PyDict::new(self.py);
        for (name, value) in followed.values {
            let value = if self.has_definition(&value)? {
                apart.insert(name.to_string());
                self.beside(value)?
            } else {
                value
            };
            values.set_item(name, value)?;
        }
        Ok(values)
    }

    /// What stands for a function or a class of the user's own that another one names.
    fn beside(&mut self, value: Bound<'py, PyAny>) -> Result<Bound<'py, PyAny>> {
        if self.follow == Follow::Inside {
            return Ok(value);
        }
        let definition = definition_of(&value, self.function)?;
        let digest = PyBytes::new(self.py, &definition.digest);
        self.watch([Watch::Definition(definition)]);
        Ok(digest.into_any())
    }

    /// Whether `value` is a function or a class of the user's own.
    fn has_definition(&self, value: &Bound<'py, PyAny>) -> Result<bool> {
        if !value.is_instance_of::<PyFunction>() && !value.is_instance_of::<PyType>() {
            return Ok(false);
        }
        let module = value.getattr(intern!(self.py, "__module__"))?;
        Ok(installed_version(self.py, &module.to_string()).is_none())
    }

    fn module(&mut self, value: &Bound<'py, PyAny>) -> Result<()> {
        let name = value.getattr(intern!(self.py, "__name__"))?;
        if !is_held(value, &name.to_string(), "")? {
            let reason = "sys.modules holds another module under its name, or none";
            return Err(self.unhashable(value, reason, None));
        }
        let version = installed_version(self.py, &name.to_string());
        let mut parts = vec![written_module(name)];
        if let Some(version) = version.filter(|_| self.follows_definition()) {
            parts.push(PyString::new(self.py, &version).into_any());
        }
        self.open_fixed(value, Tag::Module, Shape::Parts, parts)
    }

    fn cell(&mut self, value: &Bound<'py, PyAny>) -> Result<()> {
        // An empty cell raises ValueError: its variable is bound later, or never.
        let Ok(contents) = value.getattr(intern!(self.py, "cell_contents")) else {
            self.encoder.unit(Tag::EmptyCell);
            return Ok(());
        };
        self.open_fixed(value, Tag::Cell, Shape::Parts, vec![contents])
    }

    fn cached(&mut self, value: &Bound<'py, PyAny>) -> Result<bool> {
        let parts = if let Ok(function) = value.cast::<CachedFunction>() {
            vec![function.get().wrapped(self.py)]
        } else if let Ok(method) = value.cast::<CachedMethod>() {
            let (function, instance) = method.get().parts(self.py);
            vec![function.into_any(), instance]
        } else {
            return Ok(false);
        };
        self.open_fixed(value, Tag::Cached, Shape::Parts, parts)?;
        Ok(true)
    }
}

/// What of a function that is an argument can be read. Annotations may name what is not there; then
/// it is their text that counts.
fn readable_parts<'py>(function: &Bound<'py, PyAny>) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let [doc, annotations, attributes, name] = READABLE_PARTS;
    let annotations = function
        .getattr(annotations)
        .or_else(|raised| annotations_as_text(function).map_err(|_| raised))?;
    Ok(vec![
        function.getattr(doc)?,
        annotations,
        function.getattr(attributes)?,
        function.getattr(name)?,
    ])
}

/// The version of the installed module whose globals a function has: the function is made by it.
fn version_of_globals(function: &Bound<'_, PyAny>) -> Result<Option<String>> {
    let module = module_of_globals(function)?;
    Ok(module.and_then(|module| installed_version(function.py(), &module.to_string())))
}

/// The name of the module whose globals a function has.
fn module_of_globals<'py>(function: &Bound<'py, PyAny>) -> Result<Option<Bound<'py, PyAny>>> {
    let globals = function.getattr(intern!(function.py(), "__globals__"))?;
    let globals = globals.cast::<PyDict>().map_err(PyErr::from)?;
    let name = globals.get_item(intern!(function.py(), "__name__"))?;
    Ok(name.filter(PyAnyMethods::is_instance_of::<PyString>))
}

fn code_parts<'py>(code: &Bound<'py, PyAny>) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let mut parts = attributes(code, &CODE_PARTS)?;
    parts.extend(code.getattr_opt(EXCEPTION_TABLE)?);
    Ok(parts)
}

pub(super) fn attributes<'py>(
    value: &Bound<'py, PyAny>,
    names: &[&str],
) -> PyResult<Vec<Bound<'py, PyAny>>> {
    names.iter().map(|name| value.getattr(*name)).collect()
}
