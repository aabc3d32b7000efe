//! Arguments bound to a signature: how a call was written does not count, only what it says.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};

use super::encoder::Encoder;
use super::signature::{Parameter, Signature};
use super::walk::Writer;
use crate::error::Result;
pub use crate::python::vectorcall::{Arguments, Unpacked};

/// Told of each argument when it is encoded.
pub trait Observer<'py> {
    /// `encoder` has taken `argument` of the parameter `name`.
    fn encoded(
        &mut self,
        encoder: &Encoder,
        name: &Bound<'py, PyString>,
        argument: &Bound<'py, PyAny>,
    );
}

/// Nobody watches.
impl<'py> Observer<'py> for () {
    fn encoded(&mut self, _: &Encoder, _: &Bound<'py, PyString>, _: &Bound<'py, PyAny>) {}
}

/// A signature's parameters as they take arguments.
struct Binding<'a, 'py> {
    py: Python<'py>,
    arguments: Arguments<'a, 'py>,
    /// Keyword arguments that a parameter took.
    claimed: usize,
}

impl<'a, 'py> Binding<'a, 'py> {
    /// The argument of a parameter that is filled by position only.
    fn by_position(&self, index: usize, parameter: &'a Parameter) -> Option<&'a Bound<'py, PyAny>> {
        let given = self.arguments.positional().get(index);
        given.or_else(|| parameter.default(self.py))
    }

    /// The argument of a parameter that is filled by name only.
    fn by_name(&mut self, parameter: &'a Parameter) -> PyResult<Option<&'a Bound<'py, PyAny>>> {
        let given = match self.arguments.names().len() {
            names if names == self.claimed => None,
            _ => named(self.arguments, parameter)?,
        };
        self.claimed += usize::from(given.is_some());
        Ok(given.or_else(|| parameter.default(self.py)))
    }

    /// The argument of a parameter that is filled either way. If both ways were taken the name stays
    /// unclaimed.
    fn by_either(
        &mut self,
        index: usize,
        parameter: &'a Parameter,
    ) -> PyResult<Option<&'a Bound<'py, PyAny>>> {
        match self.arguments.positional().get(index) {
            Some(given) => Ok(Some(given)),
            None => self.by_name(parameter),
        }
    }
}

/// The argument that was passed by a parameter's name. Names in code are interned, so that nearly
/// always pointers say which it is.
fn named<'a, 'py>(
    arguments: Arguments<'a, 'py>,
    parameter: &Parameter,
) -> PyResult<Option<&'a Bound<'py, PyAny>>> {
    let (names, values) = (arguments.names(), arguments.named());
    if let Some(index) = names.iter().position(|name| name.is(&parameter.name)) {
        return Ok(values.get(index));
    }
    for (name, value) in names.iter().zip(values) {
        if name.eq(&parameter.name)? {
            return Ok(Some(value));
        }
    }
    Ok(None)
}

impl Signature {
    /// Encodes the arguments as the signature binds them. `false`: they do not fit, and calling
    /// the function will say why.
    pub fn encode<'a, 'py>(
        &'a self,
        writer: &mut Writer<'_, 'py>,
        arguments: Arguments<'a, 'py>,
        observer: &mut impl Observer<'py>,
    ) -> Result<bool> {
        if arguments.positional().len() > self.positional.len() && self.rest.is_none() {
            return Ok(false);
        }
        let mut binding = Binding {
            py: writer.py(),
            arguments,
            claimed: 0,
        };
        for (index, parameter) in self.positional.iter().enumerate() {
            let argument = if index < self.positional_only {
                binding.by_position(index, parameter)
            } else {
                binding.by_either(index, parameter)?
            };
            if !parameter.take(writer, argument, observer)? {
                return Ok(false);
            }
        }
        self.encode_rest(writer, arguments, observer)?;
        for parameter in &self.keyword_only {
            let argument = binding.by_name(parameter)?;
            if !parameter.take(writer, argument, observer)? {
                return Ok(false);
            }
        }
        self.encode_keywords(writer, &binding, observer)
    }

    fn encode_rest<'py>(
        &self,
        writer: &mut Writer<'_, 'py>,
        arguments: Arguments<'_, 'py>,
        observer: &mut impl Observer<'py>,
    ) -> Result<()> {
        let Some(parameter) = &self.rest else {
            return Ok(());
        };
        let rest = arguments.positional().get(self.positional.len()..);
        let rest = PyTuple::new(writer.py(), rest.unwrap_or_default())?;
        parameter.encode_rest(writer, rest.as_any())?;
        let name = parameter.name.bind(writer.py());
        observer.encoded(writer.encoder(), name, rest.as_any());
        Ok(())
    }

    /// Encodes what no parameter took. Its order counts: the function sees it.
    fn encode_keywords<'py>(
        &self,
        writer: &mut Writer<'_, 'py>,
        binding: &Binding<'_, 'py>,
        observer: &mut impl Observer<'py>,
    ) -> Result<bool> {
        let given = binding.arguments.names().len();
        let Some(parameter) = &self.keywords else {
            return Ok(given == binding.claimed);
        };
        let unclaimed = self.unclaimed(writer.py(), binding.arguments)?;
        if unclaimed.len() + binding.claimed != given {
            return Ok(false);
        }
        parameter.encode_rest(writer, unclaimed.as_any())?;
        let name = parameter.name.bind(writer.py());
        observer.encoded(writer.encoder(), name, unclaimed.as_any());
        Ok(true)
    }

    /// What was passed by names that no parameter has.
    fn unclaimed<'py>(
        &self,
        py: Python<'py>,
        arguments: Arguments<'_, 'py>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let unclaimed = PyDict::new(py);
        for (name, value) in arguments.names().iter().zip(arguments.named()) {
            unclaimed.set_item(name, value)?;
        }
        let by_name = self.positional.iter().skip(self.positional_only);
        for parameter in by_name.chain(&self.keyword_only) {
            if unclaimed.contains(&parameter.name)? {
                unclaimed.del_item(&parameter.name)?;
            }
        }
        Ok(unclaimed)
    }
}

impl Parameter {
    /// Encodes the parameter's argument. `false`: there is none.
    fn take<'py>(
        &self,
        writer: &mut Writer<'_, 'py>,
        argument: Option<&Bound<'py, PyAny>>,
        observer: &mut impl Observer<'py>,
    ) -> Result<bool> {
        let Some(argument) = argument else {
            return Ok(false);
        };
        self.encode(writer, argument)?;
        let name = self.name.bind(writer.py());
        observer.encoded(writer.encoder(), name, argument);
        Ok(true)
    }
}
