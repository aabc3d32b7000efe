//! Arguments bound to a signature: how a call was written does not count, only what it says.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyDictMethods, PyString, PyTuple};

use super::signature::{Parameter, Signature};
use super::walk::Walk;
use crate::error::Result;

/// Arguments as they were passed.
#[derive(Clone, Copy)]
pub struct Arguments<'a, 'py> {
    /// By position.
    pub positional: &'a Bound<'py, PyTuple>,
    /// By name.
    pub keywords: Option<&'a Bound<'py, PyDict>>,
}

impl<'a, 'py> Arguments<'a, 'py> {
    /// Arguments as a call receives them.
    pub fn new(
        positional: &'a Bound<'py, PyTuple>,
        keywords: Option<&'a Bound<'py, PyDict>>,
    ) -> Self {
        Self {
            positional,
            keywords,
        }
    }

    /// Whether nothing was passed.
    pub fn are_none(&self) -> bool {
        self.positional.is_empty() && self.keywords.is_none_or(PyDictMethods::is_empty)
    }

    fn at(&self, index: usize) -> PyResult<Option<Bound<'py, PyAny>>> {
        let positional = self.positional;
        (index < positional.len())
            .then(|| positional.get_item(index))
            .transpose()
    }

    fn named(&self, parameter: &Parameter) -> PyResult<Option<Bound<'py, PyAny>>> {
        match self.keywords {
            Some(keywords) => keywords.get_item(&parameter.name),
            None => Ok(None),
        }
    }
}

/// Told of each argument when it is encoded.
pub trait Observer<'py> {
    /// `walk` has encoded `argument` of the parameter `name`.
    fn encoded(
        &mut self,
        walk: &Walk<'_, 'py>,
        name: &Bound<'py, PyString>,
        argument: &Bound<'py, PyAny>,
    );
}

/// Nobody watches.
impl<'py> Observer<'py> for () {
    fn encoded(&mut self, _: &Walk<'_, 'py>, _: &Bound<'py, PyString>, _: &Bound<'py, PyAny>) {}
}

/// A signature's parameters as they take arguments.
struct Binding<'a, 'py> {
    arguments: Arguments<'a, 'py>,
    /// Keyword arguments that a parameter took.
    claimed: usize,
}

impl<'py> Binding<'_, 'py> {
    /// The argument of a parameter that is filled by position only.
    fn by_position(
        &self,
        index: usize,
        parameter: &Parameter,
        py: Python<'py>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let given = self.arguments.at(index)?;
        Ok(given.or_else(|| parameter.default(py)))
    }

    /// The argument of a parameter that is filled by name only.
    fn by_name(
        &mut self,
        parameter: &Parameter,
        py: Python<'py>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let given = self.arguments.named(parameter)?;
        self.claimed += usize::from(given.is_some());
        Ok(given.or_else(|| parameter.default(py)))
    }

    /// The argument of a parameter that is filled either way; none if both ways were taken.
    fn by_either(
        &mut self,
        index: usize,
        parameter: &Parameter,
        py: Python<'py>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        match self.arguments.at(index)? {
            Some(_) if self.arguments.named(parameter)?.is_some() => Ok(None),
            Some(given) => Ok(Some(given)),
            None => self.by_name(parameter, py),
        }
    }
}

impl Signature {
    /// Encodes the arguments as the signature binds them. `false`: they do not fit, and calling
    /// the function will say why.
    pub fn encode<'py>(
        &self,
        walk: &mut Walk<'_, 'py>,
        arguments: Arguments<'_, 'py>,
        observer: &mut impl Observer<'py>,
    ) -> Result<bool> {
        if arguments.positional.len() > self.positional.len() && self.rest.is_none() {
            return Ok(false);
        }
        let py = walk.py();
        let mut binding = Binding {
            arguments,
            claimed: 0,
        };
        for (index, parameter) in self.positional.iter().enumerate() {
            let argument = if index < self.positional_only {
                binding.by_position(index, parameter, py)?
            } else {
                binding.by_either(index, parameter, py)?
            };
            let Some(argument) = argument else {
                return Ok(false);
            };
            parameter.encode(walk, &argument)?;
            observer.encoded(walk, parameter.name.bind(py), &argument);
        }
        self.encode_rest(walk, arguments, observer)?;
        for parameter in &self.keyword_only {
            let Some(argument) = binding.by_name(parameter, py)? else {
                return Ok(false);
            };
            parameter.encode(walk, &argument)?;
            observer.encoded(walk, parameter.name.bind(py), &argument);
        }
        self.encode_keywords(walk, &binding, observer)
    }

    fn encode_rest<'py>(
        &self,
        walk: &mut Walk<'_, 'py>,
        arguments: Arguments<'_, 'py>,
        observer: &mut impl Observer<'py>,
    ) -> Result<()> {
        let Some(parameter) = &self.rest else {
            return Ok(());
        };
        let all = arguments.positional;
        let rest = all.get_slice(self.positional.len().min(all.len()), all.len());
        parameter.encode_rest(walk, rest.as_any())?;
        observer.encoded(walk, parameter.name.bind(walk.py()), rest.as_any());
        Ok(())
    }

    /// Encodes what no parameter took. Its order counts: the function sees it.
    fn encode_keywords<'py>(
        &self,
        walk: &mut Walk<'_, 'py>,
        binding: &Binding<'_, 'py>,
        observer: &mut impl Observer<'py>,
    ) -> Result<bool> {
        let given = binding.arguments.keywords;
        let Some(parameter) = &self.keywords else {
            return Ok(given.map_or(0, PyDictMethods::len) == binding.claimed);
        };
        let unclaimed = match given {
            Some(given) => self.unclaimed(given)?,
            None => PyDict::new(walk.py()),
        };
        parameter.encode_rest(walk, unclaimed.as_any())?;
        observer.encoded(walk, parameter.name.bind(walk.py()), unclaimed.as_any());
        Ok(true)
    }

    fn unclaimed<'py>(&self, given: &Bound<'py, PyDict>) -> PyResult<Bound<'py, PyDict>> {
        let unclaimed = given.copy()?;
        let by_name = self.positional.iter().skip(self.positional_only);
        for parameter in by_name.chain(&self.keyword_only) {
            if unclaimed.contains(&parameter.name)? {
                unclaimed.del_item(&parameter.name)?;
            }
        }
        Ok(unclaimed)
    }
}
