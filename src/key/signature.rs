//! A callable's parameters, and what of each argument counts.

use pyo3::prelude::*;
use pyo3::types::{PyCode, PyDict, PyFunction, PyString, PyTuple, PyTupleMethods};
use pyo3::{PyTraverseError, PyVisit};

use super::tag::Tag;
use super::walk::Writer;
use crate::error::Result;
use crate::python;
use crate::python::intern;
use crate::python::vectorcall::Arguments;

/// `inspect.CO_VARARGS`
const TAKES_POSITIONAL: u32 = 0x04;
/// `inspect.CO_VARKEYWORDS`
const TAKES_KEYWORDS: u32 = 0x08;

/// What of a parameter's argument counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Value,
    /// Its class: `_self`, of which the method may be another one in a subclass.
    Class,
    /// Itself, which is a class: `_cls`.
    ClassItself,
    Nothing,
}

pub(super) struct Parameter {
    pub(super) name: Py<PyString>,
    default: Option<Py<PyAny>>,
    role: Role,
}

/// A callable's parameters.
#[derive(Default)]
pub struct Signature {
    pub(super) positional: Vec<Parameter>,
    pub(super) positional_only: usize,
    pub(super) rest: Option<Parameter>,
    pub(super) keyword_only: Vec<Parameter>,
    pub(super) keywords: Option<Parameter>,
}

impl Parameter {
    fn new(
        name: &Bound<'_, PyAny>,
        default: Option<Bound<'_, PyAny>>,
        is_first: bool,
    ) -> PyResult<Self> {
        let name = name.cast::<PyString>()?;
        let role = match name.to_string_lossy().as_ref() {
            "_self" if is_first => Role::Class,
            "_cls" if is_first => Role::ClassItself,
            ignored if ignored.starts_with('_') => Role::Nothing,
            _ => Role::Value,
        };
        Ok(Self {
            name: name.clone().unbind(),
            default: default.map(Bound::unbind),
            role,
        })
    }

    /// Encodes what of the argument counts.
    pub(super) fn encode<'py>(
        &self,
        writer: &mut Writer<'_, 'py>,
        value: &Bound<'py, PyAny>,
    ) -> Result<()> {
        let name = self.name.bind(value.py());
        match self.role {
            Role::Value if self.is_default_marker(value) => writer.encoder().unit(Tag::Default),
            Role::Value | Role::ClassItself => writer.argument(name, value)?,
            Role::Class => {
                writer.encoder().unit(Tag::ClassOf);
                writer.class_of(name, value)?;
            }
            Role::Nothing => writer.encoder().unit(Tag::Ignored),
        }
        Ok(())
    }

    /// Encodes what is left for `*name` or `**name`.
    pub(super) fn encode_rest<'py>(
        &self,
        writer: &mut Writer<'_, 'py>,
        container: &Bound<'py, PyAny>,
    ) -> Result<()> {
        if self.role == Role::Nothing {
            writer.encoder().unit(Tag::Ignored);
            return Ok(());
        }
        writer.rest(self.name.bind(container.py()), container)
    }

    /// Whether the argument's content counts.
    fn counts(&self) -> bool {
        self.role == Role::Value
    }

    /// Whether the argument is the `object()` by which the function knows that there is none.
    fn is_default_marker(&self, value: &Bound<'_, PyAny>) -> bool {
        value.is_exact_instance_of::<PyAny>()
            && self
                .default
                .as_ref()
                .is_some_and(|default| default.is(value))
    }

    pub(super) fn default<'py>(&self, py: Python<'py>) -> Option<&Bound<'py, PyAny>> {
        self.default.as_ref().map(|default| default.bind(py))
    }
}

impl Signature {
    /// The places of the arguments whose content counts: first those by position, then those by name.
    pub fn places_that_count(&self, arguments: Arguments<'_, '_>) -> PyResult<Vec<usize>> {
        let mut places = Vec::new();
        for place in 0..arguments.positional().len() {
            let parameter = self.positional.get(place).or(self.rest.as_ref());
            if parameter.is_some_and(Parameter::counts) {
                places.push(place);
            }
        }
        for (place, name) in (arguments.positional().len()..).zip(arguments.names()) {
            if self.by_name(name)?.is_some_and(Parameter::counts) {
                places.push(place);
            }
        }
        Ok(places)
    }

    /// The parameter that takes what is passed by a name.
    fn by_name(&self, name: &Bound<'_, PyAny>) -> PyResult<Option<&Parameter>> {
        let by_either = self.positional.iter().skip(self.positional_only);
        for parameter in by_either.chain(&self.keyword_only) {
            if name.eq(&parameter.name)? {
                return Ok(Some(parameter));
            }
        }
        Ok(self.keywords.as_ref())
    }

    /// The names of the parameters, in the order in which arguments are encoded.
    pub fn names(&self, py: Python<'_>) -> Vec<String> {
        let parameters = self
            .positional
            .iter()
            .chain(&self.rest)
            .chain(&self.keyword_only)
            .chain(&self.keywords);
        parameters
            .map(|parameter| parameter.name.bind(py).to_string_lossy().into_owned())
            .collect()
    }

    /// Shows the garbage collector the defaults.
    pub fn traverse(&self, visit: &PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        let parameters = self.positional.iter().chain(&self.keyword_only);
        parameters
            .filter_map(|parameter| parameter.default.as_ref())
            .try_for_each(|default| visit.call(default))
    }

    /// The parameters of `callable` itself, not of what it may wrap.
    pub fn of(callable: &Bound<'_, PyAny>) -> PyResult<Self> {
        if let Ok(function) = callable.cast::<PyFunction>() {
            return Self::of_function(function);
        }
        let py = callable.py();
        let options = PyDict::new(py);
        options.set_item("follow_wrapped", false)?;
        match python::SIGNATURE.get(py)?.call((callable,), Some(&options)) {
            Ok(signature) => Self::of_description(&signature),
            // Some builtins tell nothing: their arguments count as they are passed.
            Err(_) => Self::of_anything(py),
        }
    }

    fn of_anything(py: Python<'_>) -> PyResult<Self> {
        Ok(Self {
            rest: Some(Parameter::new(intern!(py, "args"), None, false)?),
            keywords: Some(Parameter::new(intern!(py, "kwargs"), None, false)?),
            ..Self::default()
        })
    }

    /// Reads a function's code, which is much faster than `inspect.signature`.
    fn of_function(function: &Bound<'_, PyFunction>) -> PyResult<Self> {
        let code = function.getattr("__code__")?;
        let code = code.cast::<PyCode>()?;
        let count = |name: &str| code.getattr(name)?.extract::<usize>();
        let (positional, keyword_only) = (count("co_argcount")?, count("co_kwonlyargcount")?);
        let flags = code.getattr("co_flags")?.extract::<u32>()?;
        let names = code.getattr("co_varnames")?.cast_into::<PyTuple>()?;
        let defaults = function.getattr("__defaults__")?;
        let defaults = defaults.cast::<PyTuple>().ok();
        let keyword_defaults = function.getattr("__kwdefaults__")?;
        let keyword_defaults = keyword_defaults.cast::<PyDict>().ok();

        // There may be more defaults than parameters: Python uses the last ones.
        let given = defaults.map_or(0, PyTupleMethods::len);
        let mut signature = Self {
            positional_only: count("co_posonlyargcount")?,
            ..Self::default()
        };
        for index in 0..positional {
            let default = match (defaults, (index + given).checked_sub(positional)) {
                (Some(defaults), Some(place)) => Some(defaults.get_item(place)?),
                _ => None,
            };
            let parameter = Parameter::new(&names.get_item(index)?, default, index == 0)?;
            signature.positional.push(parameter);
        }
        let mut next = positional;
        for _ in 0..keyword_only {
            let name = names.get_item(next)?;
            let default = keyword_defaults.map_or(Ok(None), |defaults| defaults.get_item(&name))?;
            signature
                .keyword_only
                .push(Parameter::new(&name, default, false)?);
            next += 1;
        }
        if flags & TAKES_POSITIONAL != 0 {
            signature.rest = Some(Parameter::new(&names.get_item(next)?, None, false)?);
            next += 1;
        }
        if flags & TAKES_KEYWORDS != 0 {
            signature.keywords = Some(Parameter::new(&names.get_item(next)?, None, false)?);
        }
        Ok(signature)
    }

    fn of_description(description: &Bound<'_, PyAny>) -> PyResult<Self> {
        let mut signature = Self::default();
        let parameters = description.getattr("parameters")?.call_method0("values")?;
        for (index, described) in parameters.try_iter()?.enumerate() {
            let described = described?;
            let default = described.getattr("default")?;
            let default = (!default.is(described.getattr("empty")?)).then_some(default);
            let parameter = Parameter::new(&described.getattr("name")?, default, index == 0)?;
            signature.add(
                &described.getattr("kind")?.getattr("name")?.to_string(),
                parameter,
            );
        }
        Ok(signature)
    }

    fn add(&mut self, kind: &str, parameter: Parameter) {
        match kind {
            "POSITIONAL_ONLY" => {
                self.positional_only += 1;
                self.positional.push(parameter);
            }
            "POSITIONAL_OR_KEYWORD" => self.positional.push(parameter),
            "VAR_POSITIONAL" => self.rest = Some(parameter),
            "KEYWORD_ONLY" => self.keyword_only.push(parameter),
            _ => self.keywords = Some(parameter),
        }
    }
}
