//! What users say of their classes: `hash_funcs`, `__cache_key__`, `register_hasher`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyComplex, PyDict, PyFloat, PyFrozenSet, PyInt, PyList, PySet,
    PyString, PyTuple, PyType,
};
use pyo3::{PyTraverseError, PyVisit};

use super::definition::{Definition, Follow};
use crate::error::Result;
use crate::python;
use crate::python::intern;
use crate::sync::system::{Mutex, RwLock};

/// A class, and the function that tells what of its instances counts.
pub struct Hasher {
    target: Target,
    function: Py<PyAny>,
    name: String,
    /// What the function was when it was last asked for.
    definition: Mutex<Option<Arc<Definition>>>,
}

enum Target {
    Class(Py<PyType>),
    /// Module and qualified name, joined by a dot.
    Name(String),
}

/// The hash functions of one cached function. Those of the whole process are the same for all.
#[derive(Default)]
pub struct Hashers {
    local: Vec<Hasher>,
    /// Whether one of them is for a built-in class, or for `object`.
    speak_for_built_in: bool,
    /// Whether those of the process do not apply.
    is_sealed: bool,
}

/// Hashers of the whole process, in the order of their registration. They are never freed: a walk
/// may use one while another takes its place.
static REGISTERED: RwLock<Vec<&'static Hasher>> = RwLock::new(Vec::new());
static ANY_REGISTERED: AtomicBool = AtomicBool::new(false);
static REGISTERED_FOR_BUILT_IN: AtomicBool = AtomicBool::new(false);

/// What definitions are walked under. Nothing that is registered applies: a hasher's own code must
/// not need a hasher, and a function's digest must not change with what others register.
pub static FOR_DEFINITIONS: Hashers = Hashers {
    local: Vec::new(),
    speak_for_built_in: false,
    is_sealed: true,
};

impl Hasher {
    fn new(target: Target, function: &Bound<'_, PyAny>) -> Self {
        let name = function.getattr("__qualname__").map_or_else(
            |_| crate::python::type_name(function),
            |name| name.to_string(),
        );
        Self {
            target,
            function: function.clone().unbind(),
            name,
            definition: Mutex::new(None),
        }
    }

    /// The function's name, for messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the hash function says of `value`.
    pub fn call<'py>(&self, value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        self.function.bind(value.py()).call1((value,))
    }

    /// The digest of the hash function's definition, as bytes: an edited hash function, or one whose
    /// helpers were edited, is another key.
    pub fn digest<'py>(&self, py: Python<'py>, function: &str) -> Result<Bound<'py, PyAny>> {
        let definition = self.definition(py, function)?;
        Ok(PyBytes::new(py, &definition.digest).into_any())
    }

    /// What the hash function is now. It is read without the lock: that may run code that comes
    /// here again.
    fn definition(&self, py: Python<'_>, function: &str) -> Result<Arc<Definition>> {
        let hash_function = self.function.bind(py);
        let known = self.definition.lock().clone();
        if let Some(known) = known
            && known.holds(hash_function)
        {
            return Ok(known);
        }
        let read = Arc::new(Definition::read(hash_function, function, Follow::Inside)?);
        let before = self.definition.lock().replace(Arc::clone(&read));
        drop(before);
        Ok(read)
    }

    /// Whether the hash function had this digest when it was last asked for.
    fn was(&self, digest: &[u8]) -> bool {
        let definition = self.definition.lock().clone();
        definition.is_some_and(|definition| definition.digest == digest)
    }

    fn is_for(&self, class: &Bound<'_, PyType>) -> bool {
        match &self.target {
            Target::Class(target) => target.is(class),
            Target::Name(name) => {
                class
                    .fully_qualified_name()
                    .is_ok_and(|short| short == name.as_str())
                    || full_name(class).is_ok_and(|full| full == *name)
            }
        }
    }
}

/// Module and qualified name, also where Python leaves `builtins` and `__main__` out.
fn full_name(class: &Bound<'_, PyType>) -> PyResult<String> {
    Ok(format!("{}.{}", class.module()?, class.qualname()?))
}

impl Hashers {
    /// The hash functions of the option `hash_funcs`: classes, qualified names, or unions of
    /// classes, to functions.
    pub fn new(option: Option<&Bound<'_, PyAny>>) -> Result<Self> {
        let mut local = Vec::new();
        if let Some(option) = option {
            let option = option.cast::<PyDict>().map_err(|_| bad_option(option))?;
            for (target, function) in option {
                if !function.is_callable() {
                    return Err(not_callable(&target, &function));
                }
                for target in targets(&target)? {
                    local.push(Hasher::new(target, &function));
                }
            }
        }
        let speak_for_built_in = match option {
            Some(option) => speak_for_built_in(option.py(), &local),
            None => false,
        };
        Ok(Self {
            local,
            speak_for_built_in,
            is_sealed: false,
        })
    }

    /// Shows the garbage collector the function's own hash functions.
    pub fn traverse(&self, visit: &PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        self.local
            .iter()
            .try_for_each(|hasher| visit.call(&hasher.function))
    }

    /// The name of the hash function that was used under this digest.
    pub fn name_of(&self, digest: &[u8]) -> Option<String> {
        let registered = REGISTERED.read().clone();
        let mut all = self.local.iter().chain(registered);
        let found = all.find(|hasher| hasher.was(digest));
        found.map(|hasher| hasher.name.clone())
    }

    /// Whether no hash function speaks for values of built-in classes, which then cost what they cost
    /// without hash functions.
    pub fn spare_built_in(&self) -> bool {
        !self.speak_for_built_in
            && (self.is_sealed || !REGISTERED_FOR_BUILT_IN.load(Ordering::Relaxed))
    }

    fn sees_registered(&self) -> bool {
        !self.is_sealed && ANY_REGISTERED.load(Ordering::Relaxed)
    }

    /// The function's own hasher for `value`: of its class, or of the nearest base.
    pub fn local(&self, value: &Bound<'_, PyAny>) -> Result<Option<&Hasher>> {
        if self.local.is_empty() {
            return Ok(None);
        }
        nearest(value, |class| self.local.iter().find(|h| h.is_for(class)))
    }

    /// The process's hasher for `value`: of its class, or of the nearest base.
    pub fn registered(&self, value: &Bound<'_, PyAny>) -> Result<Option<&'static Hasher>> {
        if !self.sees_registered() {
            return Ok(None);
        }
        let registered = REGISTERED.read().clone();
        nearest(value, |class| {
            registered.iter().copied().find(|h| h.is_for(class))
        })
    }
}

/// Whether one of the hashers is for a class of which the walk knows the instances at once, or for one
/// below it.
fn speak_for_built_in(py: Python<'_>, hashers: &[Hasher]) -> bool {
    let singletons = [
        py.None().into_bound(py),
        py.Ellipsis().into_bound(py),
        py.NotImplemented().into_bound(py),
    ];
    let classes = [
        py.get_type::<PyAny>(),
        py.get_type::<PyBool>(),
        py.get_type::<PyInt>(),
        py.get_type::<PyFloat>(),
        py.get_type::<PyComplex>(),
        py.get_type::<PyString>(),
        py.get_type::<PyBytes>(),
        py.get_type::<PyByteArray>(),
        py.get_type::<PyList>(),
        py.get_type::<PyTuple>(),
        py.get_type::<PyDict>(),
        py.get_type::<PySet>(),
        py.get_type::<PyFrozenSet>(),
        py.get_type::<PyType>(),
    ];
    let classes = classes
        .into_iter()
        .chain(singletons.map(|value| value.get_type()));
    classes
        .into_iter()
        .chain(rarer_built_in(py))
        .any(|class| hashers.iter().any(|hasher| hasher.is_for(&class)))
}

/// Built-in classes of which instances are values that the walk knows too.
fn rarer_built_in(py: Python<'_>) -> Vec<Bound<'_, PyType>> {
    let of_module = |module: &str| {
        let module = py.import(module).ok()?;
        let names = module
            .getattr("__dict__")
            .ok()?
            .cast_into::<PyDict>()
            .ok()?;
        let values = names.values().into_iter();
        Some(
            values
                .filter_map(|value| value.cast_into::<PyType>().ok())
                .collect::<Vec<_>>(),
        )
    };
    ["builtins", "types"]
        .into_iter()
        .filter_map(of_module)
        .flatten()
        .collect()
}

fn nearest<'a>(
    value: &Bound<'_, PyAny>,
    find: impl Fn(&Bound<'_, PyType>) -> Option<&'a Hasher>,
) -> Result<Option<&'a Hasher>> {
    let class = value.get_type();
    if let Some(hasher) = find(&class) {
        return Ok(Some(hasher));
    }
    for base in class.mro().iter().skip(1) {
        let base = base.cast_into::<PyType>().map_err(PyErr::from)?;
        if let Some(hasher) = find(&base) {
            return Ok(Some(hasher));
        }
    }
    Ok(None)
}

/// The method by which the value's class tells what counts, unbound.
pub fn cache_key<'py>(value: &Bound<'py, PyAny>) -> Result<Option<Bound<'py, PyAny>>> {
    let name = intern!(value.py(), "__cache_key__");
    let class = value.get_type();
    let Some(method) = class.getattr_opt(name)? else {
        return Ok(None);
    };
    // A metaclass may answer for any name: the method must be the class's own or a base's.
    for base in class.mro() {
        if base
            .getattr(intern!(value.py(), "__dict__"))?
            .contains(name)?
        {
            return Ok(Some(method));
        }
    }
    Ok(None)
}

/// Makes `function` tell what counts of the instances of `class`, in every cached function.
pub fn register(class: &Bound<'_, PyAny>, function: &Bound<'_, PyAny>) -> Result<()> {
    if !function.is_callable() {
        return Err(not_callable(class, function));
    }
    for target in targets(class)? {
        let hasher: &'static Hasher = Box::leak(Box::new(Hasher::new(target, function)));
        if speak_for_built_in(class.py(), std::slice::from_ref(hasher)) {
            REGISTERED_FOR_BUILT_IN.store(true, Ordering::Relaxed);
        }
        // The newest is asked first.
        REGISTERED.write().insert(0, hasher);
    }
    ANY_REGISTERED.store(true, Ordering::Relaxed);
    Ok(())
}

/// The classes that a key of `hash_funcs` stands for.
fn targets(target: &Bound<'_, PyAny>) -> Result<Vec<Target>> {
    if let Ok(class) = target.cast::<PyType>() {
        return Ok(vec![Target::Class(class.clone().unbind())]);
    }
    if let Ok(name) = target.cast::<PyString>() {
        return Ok(vec![Target::Name(name.to_string())]);
    }
    if !is_union(target)? {
        return Err(bad_target(target));
    }
    let members = target.getattr("__args__")?;
    let members = members.cast::<PyTuple>().map_err(|_| bad_target(target))?;
    let members = members.iter().map(|member| targets(&member));
    Ok(members
        .collect::<Result<Vec<_>>>()?
        .into_iter()
        .flatten()
        .collect())
}

/// Other types with arguments, such as `list[int]`, do not stand for their arguments.
fn is_union(target: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = target.py();
    if target.is_instance(python::UNION_TYPE.get(py)?)? {
        return Ok(true);
    }
    let origin = target.getattr_opt("__origin__")?;
    let union = python::TYPING_UNION.get(py)?;
    Ok(origin.is_some_and(|origin| origin.is(union)))
}

fn bad_option(option: &Bound<'_, PyAny>) -> crate::error::Error {
    crate::error::Error::Option(format!(
        "hash_funcs must be a dict from types, or their qualified names, to functions, not {}",
        crate::python::type_name(option)
    ))
}

fn bad_target(target: &Bound<'_, PyAny>) -> crate::error::Error {
    crate::error::Error::Option(format!(
        "a hash function is for a type, its qualified name (\"module.Class\"), or a union of \
         types, not for {target}"
    ))
}

fn not_callable(target: &Bound<'_, PyAny>, function: &Bound<'_, PyAny>) -> crate::error::Error {
    crate::error::Error::Option(format!(
        "the hash function for {target} must be callable, not {}",
        crate::python::type_name(function)
    ))
}
