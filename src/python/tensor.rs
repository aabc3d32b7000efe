//! The memory of torch's tensors, where torch says that it is.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use super::array::finite;
use crate::key::strided::Strided;

/// The memory of a tensor whose class is torch's own `Tensor`, whose device is the processor, and
/// whose layout is strided. It stays only as long as the tensor.
pub fn memory(tensor: &Bound<'_, PyAny>) -> PyResult<Strided> {
    let start: usize = tensor.call_method0("data_ptr")?.extract()?;
    let item: usize = tensor.call_method0("element_size")?.extract()?;
    let shape: Vec<usize> = tensor.getattr("shape")?.extract()?;
    let steps: Vec<isize> = tensor.call_method0("stride")?.extract()?;
    if start == 0 && !shape.contains(&0) {
        return Err(PyValueError::new_err("the tensor has no memory"));
    }
    let strides = steps.into_iter().map(|step| step * item.cast_signed());
    // SAFETY: torch's own tensor lies where it says; the caller keeps it alive.
    finite(unsafe { Strided::new(start as *const u8, item, shape, strides) })
}
