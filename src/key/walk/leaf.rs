//! Built-in values without children, by exact class.

use pyo3::PyTypeInfo;
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyComplex, PyFloat, PyInt, PyNone, PyNotImplemented, PyString,
};

use crate::error::Result;
use crate::key::encoder::Encoder;
use crate::key::tag::Tag;
use crate::python::interrupt::detached;
use crate::python::raw;

/// From here on the interpreter is released while bytes are hashed: about 50 µs of work, far above
/// what a release costs, and well below what another thread notices.
pub const RELEASE_FROM: usize = 128 * 1024;

/// Writes `value` if it is a leaf, and not one that is worth remembering.
pub fn write(encoder: &mut Encoder, value: &Bound<'_, PyAny>) -> Result<bool> {
    if let Some(text) = exact::<PyString>(value) {
        return short_string(encoder, text);
    } else if let Some(number) = exact::<PyInt>(value) {
        int(encoder, number)?;
    } else if let Some(number) = exact::<PyFloat>(value) {
        encoder.float(number.value());
    } else if value.is_exact_instance_of::<PyNone>() {
        encoder.unit(Tag::None);
    } else if let Some(truth) = exact::<PyBool>(value) {
        encoder.unit(if truth.is_true() {
            Tag::True
        } else {
            Tag::False
        });
    } else if let Some(bytes) = exact::<PyBytes>(value) {
        if bytes.as_bytes().len() >= RELEASE_FROM {
            return Ok(false);
        }
        encoder.leaf(Tag::Bytes, bytes.as_bytes());
    } else {
        return rare(encoder, value);
    }
    Ok(true)
}

/// Writes a long text, or long bytes. The same one may be met again and again.
pub fn write_long(encoder: &mut Encoder, value: &Bound<'_, PyAny>) -> Result<bool> {
    if let Some(text) = exact::<PyString>(value) {
        string(encoder, text)?;
    } else if let Some(bytes) = exact::<PyBytes>(value) {
        contents(value.py(), encoder, Tag::Bytes, bytes.as_bytes())?;
    } else {
        return Ok(false);
    }
    Ok(true)
}

/// `value`, if it is of exactly this class. A cast that fails would count a reference to the class.
#[inline]
fn exact<'a, 'py, T: PyTypeInfo>(value: &'a Bound<'py, PyAny>) -> Option<&'a Bound<'py, T>> {
    if value.is_exact_instance_of::<T>() {
        value.cast_exact().ok()
    } else {
        None
    }
}

fn rare(encoder: &mut Encoder, value: &Bound<'_, PyAny>) -> Result<bool> {
    if let Ok(number) = value.cast_exact::<PyComplex>() {
        encoder.complex(number.real(), number.imag());
    } else if let Ok(bytes) = value.cast_exact::<PyByteArray>() {
        // A copy, since another thread may resize it.
        contents(value.py(), encoder, Tag::ByteArray, &bytes.to_vec())?;
    } else if value.is(value.py().Ellipsis()) {
        encoder.unit(Tag::Ellipsis);
    } else if value.is_exact_instance_of::<PyNotImplemented>() {
        encoder.unit(Tag::NotImplemented);
    } else {
        return Ok(false);
    }
    Ok(true)
}

/// Writes bytes, with the interpreter released if there are many.
pub fn contents(py: Python<'_>, encoder: &mut Encoder, tag: Tag, bytes: &[u8]) -> PyResult<()> {
    if bytes.len() < RELEASE_FROM {
        encoder.leaf(tag, bytes);
        return Ok(());
    }
    detached(py, || encoder.leaf(tag, bytes))
}

/// Writes a string, unless it is long.
fn short_string(encoder: &mut Encoder, text: &Bound<'_, PyString>) -> Result<bool> {
    match text.to_str() {
        Ok(utf8) if utf8.len() >= RELEASE_FROM => return Ok(false),
        Ok(utf8) => encoder.leaf(Tag::Str, utf8.as_bytes()),
        Err(_) => string(encoder, text)?,
    }
    Ok(true)
}

/// Writes a string; one with lone surrogates has no UTF-8 and takes a tag of its own.
fn string(encoder: &mut Encoder, text: &Bound<'_, PyString>) -> Result<()> {
    if let Ok(utf8) = text.to_str() {
        return Ok(contents(text.py(), encoder, Tag::Str, utf8.as_bytes())?);
    }
    let surrogates_passed = text.call_method1("encode", ("utf-8", "surrogatepass"))?;
    let bytes = surrogates_passed.cast::<PyBytes>().map_err(PyErr::from)?;
    let bytes = bytes.as_bytes();
    Ok(contents(text.py(), encoder, Tag::StrWithSurrogates, bytes)?)
}

fn int(encoder: &mut Encoder, number: &Bound<'_, PyInt>) -> Result<()> {
    if let Some(small) = raw::small_int(number) {
        encoder.int(small);
        return Ok(());
    }
    // A negative number needs as many bits as its complement.
    let magnitude = if number.lt(0)? {
        number.call_method0("__invert__")?
    } else {
        number.clone().into_any()
    };
    let length = magnitude.call_method0("bit_length")?.extract::<usize>()? / 8 + 1;
    let options = [("signed", true)];
    let options = pyo3::types::IntoPyDict::into_py_dict(options, number.py())?;
    let bytes = number.call_method("to_bytes", (length, "little"), Some(&options))?;
    let bytes = bytes.cast::<PyBytes>().map_err(PyErr::from)?;
    Ok(contents(number.py(), encoder, Tag::Int, bytes.as_bytes())?)
}
