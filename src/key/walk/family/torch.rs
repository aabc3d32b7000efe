//! Tensors of torch in the processor's own memory: items in the order of their indices.

use pyo3::prelude::*;

use super::Encode::By;
use super::{Family, all_attributes};
use crate::error::Result;
use crate::key::walk::Walk;
use crate::key::walk::family::numpy::array;
use crate::key::walk::record::{Part, Record};
use crate::python::tensor;

/// Tensors.
pub const FAMILY: Family = Family {
    classes: &[
        (&["torch"], "Tensor", By(undisturbed)),
        (&["torch.nn.parameter"], "Parameter", By(undisturbed)),
        (&["torch.nn.parameter"], "Buffer", By(undisturbed)),
    ],
    attributes: all_attributes,
    heeds_reduce: false,
    has_members_below: false,
};

/// A subclass may see each question to it otherwise: it is asked without that.
fn undisturbed<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let py = walk.py();
    let context = py.import("torch._C")?.getattr("DisableTorchFunction")?;
    let context = context.call0()?;
    context.call_method0("__enter__")?;
    let made = encode(walk, value, record);
    context.call_method1("__exit__", (py.None(), py.None(), py.None()))?;
    made
}

fn encode<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let py = walk.py();
    let torch = py.import("torch")?;
    let class = torch.getattr("Tensor")?;
    let plain = class
        .call_method1("detach", (value,))?
        .call_method0("resolve_conj")?
        .call_method0("resolve_neg")?;
    if !plain.get_type().is(&class) {
        return Err(walk.unhashable(value, "it is made of other tensors", None));
    }
    if let Some(reason) = without_memory(&plain, &torch.getattr("strided")?)? {
        return Err(walk.unhashable(value, reason, None));
    }
    let text = |name| -> PyResult<Part<'py>> {
        let text = plain.getattr(name)?.str()?;
        Ok(Part::Inner(text.into_any()))
    };
    let shape = plain.getattr("shape")?;
    let shape = py.get_type::<pyo3::types::PyTuple>().call1((shape,))?;
    let memory = tensor::memory(&plain)?;
    Ok(record
        .with(text("dtype")?)
        .with(text("device")?)
        .with(Part::Inner(shape))
        .with_attributes(value, &["requires_grad"])?
        .with(gradient(value)?)
        .with(Part::Node(array::leaf(py, &memory)?))
        .with(names(value)?))
}

/// The gradient, where one is collected. Elsewhere the mere question is a warning.
fn gradient<'py>(value: &Bound<'py, PyAny>) -> PyResult<Part<'py>> {
    let collects = value.getattr("is_leaf")?.is_truthy()? || is(value, "retains_grad")?;
    if !collects {
        return Ok(Part::none());
    }
    Ok(Part::Value(value.getattr("grad")?))
}

/// The names of the dimensions, if they have some.
fn names<'py>(value: &Bound<'py, PyAny>) -> PyResult<Part<'py>> {
    let has_names = value.call_method0("has_names")?.is_truthy()?;
    if !has_names {
        return Ok(Part::none());
    }
    Ok(Part::Inner(value.getattr("names")?))
}

/// Whether a flag is set, where this version of torch has it.
fn is(value: &Bound<'_, PyAny>, flag: &str) -> PyResult<bool> {
    let truth = value.getattr_opt(flag)?;
    truth.map_or(Ok(false), |truth| truth.is_truthy())
}

/// Why the items of a tensor are not to be read one after the other.
fn without_memory(
    plain: &Bound<'_, PyAny>,
    strided: &Bound<'_, PyAny>,
) -> PyResult<Option<&'static str>> {
    Ok(if !plain.getattr("device")?.getattr("type")?.eq("cpu")? {
        Some("it is on another device; pass tensor.cpu()")
    } else if !plain.getattr("layout")?.is(strided) {
        Some("it is sparse; pass tensor.to_dense() or its parts")
    } else if is(plain, "is_quantized")? {
        Some("it is quantized; pass tensor.dequantize() or its parts")
    } else if is(plain, "is_nested")? {
        Some("it is nested; pass its parts")
    } else {
        None
    })
}
