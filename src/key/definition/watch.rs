//! What a definition was made of, held against what is there now: by pointers.

use std::collections::BTreeSet;
use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{
    PyDict, PyFunction, PyModule, PyString, PyType, PyWeakrefMethods, PyWeakrefReference,
};

use super::instance::changed_by;
use super::wrapper::wrapper_parts;
use super::{Definition, mock};
use crate::python::intern;
use crate::python::raw::DictState;
use crate::python::{self, raw};

/// An object that was seen. It is not kept alive where that can be helped: what it refers to may
/// be the function that watches it, and nobody would ever collect the two.
pub enum Seen {
    /// Any object that allows it.
    Weak(Py<PyWeakrefReference>),
    /// Numbers, strings and the like.
    Strong(Py<PyAny>),
}

impl Seen {
    /// Notes an object.
    pub fn new(object: &Bound<'_, PyAny>) -> Self {
        PyWeakrefReference::new(object).map_or_else(
            |_| Self::Strong(object.clone().unbind()),
            |reference| Self::Weak(reference.unbind()),
        )
    }

    /// The object, if it lives.
    pub fn object<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        match self {
            Self::Weak(reference) => reference.bind(py).upgrade(),
            Self::Strong(object) => Some(object.bind(py).clone()),
        }
    }

    /// Whether `holds` of the object, and the object lives. `alive` does: if it is this one, nobody
    /// has to be asked.
    pub fn is_such(
        &self,
        alive: &Bound<'_, PyAny>,
        holds: impl FnOnce(&Bound<'_, PyAny>) -> bool,
    ) -> bool {
        match self {
            Self::Weak(reference) if raw::refers_to(reference, alive) => holds(alive),
            Self::Weak(reference) => reference
                .bind(alive.py())
                .upgrade()
                .is_some_and(|o| holds(&o)),
            Self::Strong(object) => holds(object.bind(alive.py())),
        }
    }

    /// Whether both have seen one object. References to one object are one as long as it lives.
    fn is_same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Weak(one), Self::Weak(other)) => one.is(other),
            (Self::Strong(one), Self::Strong(other)) => one.is(other),
            _ => false,
        }
    }

    fn is(&self, object: &Bound<'_, PyAny>) -> bool {
        match self {
            Self::Weak(reference) => raw::refers_to(reference, object),
            Self::Strong(seen) => seen.is(object),
        }
    }
}

/// A place whose content a definition depends on, and what was there.
pub enum Watch {
    /// A global, or a module's attribute.
    Name {
        /// The module, or the function whose globals are meant.
        owner: Seen,
        /// The name.
        name: Py<PyString>,
        /// What it meant; nothing if it was not defined.
        object: Option<Seen>,
        /// Of which state of the names this is known.
        state: DictState,
    },
    /// A closure's variable.
    Cell {
        /// The function.
        function: Seen,
        /// Which of its variables.
        index: usize,
        /// What it held; nothing if it was not bound.
        contents: Option<Seen>,
    },
    /// What a function runs.
    Function {
        /// The function.
        function: Seen,
        /// Its code.
        code: Py<PyAny>,
        /// Its defaults; nothing if they are no part of the definition.
        defaults: Option<Defaults>,
    },
    /// The attributes of an instance whose method is cached, or which is cached itself.
    Instance {
        /// The instance.
        instance: Seen,
        /// Its attributes, by name.
        attributes: Vec<(Py<PyAny>, Seen)>,
        /// Those that calls change.
        changed: BTreeSet<String>,
    },
    /// What was set on a mock.
    Mock {
        /// The mock.
        mock: Seen,
        /// What a call returns or raises.
        settings: Vec<mock::Setting>,
    },
    /// A module, by its name.
    Module {
        /// The name.
        name: Py<PyString>,
        /// The module; nothing if none was loaded under that name.
        module: Option<Seen>,
    },
    /// Another definition.
    Definition(Arc<Definition>),
    /// A class and its bases.
    Class {
        /// The class.
        class: Seen,
        /// Changed by the interpreter with every change of the class; zero if it is not known.
        version: u32,
    },
}

impl Watch {
    /// Whether the place holds what it held. `alive` is some object that lives.
    pub fn holds(&self, alive: &Bound<'_, PyAny>) -> bool {
        match self {
            Self::Name {
                owner,
                name,
                object,
                state,
            } => owner.is_such(alive, |owner| {
                name_holds(owner, state, name, object.as_ref()).unwrap_or_default()
            }),
            Self::Cell {
                function,
                index,
                contents,
            } => function.is_such(alive, |function| {
                is_same(
                    raw::closure_contents(function, *index).as_ref(),
                    contents.as_ref(),
                )
            }),
            Self::Function {
                function,
                code,
                defaults,
            } => function.is_such(alive, |function| {
                let defaults = defaults.as_ref();
                raw::has_code(function, code)
                    && defaults.is_none_or(|defaults| defaults.hold(function))
            }),
            Self::Instance {
                instance,
                attributes,
                changed,
            } => instance.is_such(alive, |instance| {
                attributes_hold(instance, attributes, changed)
            }),
            Self::Mock { mock, settings } => mock.is_such(alive, |mock| {
                mock::settings(mock).is_ok_and(|now| are_same(&now, settings))
            }),
            Self::Module { name, module } => {
                is_same(loaded(name.bind(alive.py())).as_ref(), module.as_ref())
            }
            Self::Definition(definition) => definition.holds(alive),
            Self::Class { class, version } => class.is_such(alive, |class| {
                let class = class.cast::<PyType>();
                *version != 0 && class.is_ok_and(|class| raw::type_version(class) == *version)
            }),
        }
    }
}

/// Whether two lists were made of the same objects.
fn are_same(now: &[mock::Setting], then: &[mock::Setting]) -> bool {
    let mut pairs = now.iter().zip(then);
    now.len() == then.len() && pairs.all(|(now, then)| now.0 == then.0 && now.1.is_same_as(&then.1))
}

/// Whether a name of a module, or of a function's globals, means what it meant.
fn name_holds(
    owner: &Bound<'_, PyAny>,
    state: &DictState,
    name: &Py<PyString>,
    then: Option<&Seen>,
) -> Option<bool> {
    let holds = |names: &Bound<'_, PyDict>| {
        state.holds(names, || {
            is_same(names.get_item(name).ok().flatten().as_ref(), then)
        })
    };
    // Functions first: most names are their globals.
    if owner.is_exact_instance_of::<PyFunction>() {
        let globals = raw::globals(owner)?;
        return Some(holds(&globals));
    }
    Some(holds(&owner.cast::<PyModule>().ok()?.dict()))
}

impl Watch {
    /// What is set on a mock now.
    pub fn mock(mock: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(Self::Mock {
            settings: mock::settings(mock)?,
            mock: Seen::new(mock),
        })
    }

    /// A class as it is now.
    pub fn class(class: &Bound<'_, PyType>) -> PyResult<Self> {
        // A look-up makes the interpreter number the class's state.
        class.getattr_opt(intern!(class.py(), "__init__"))?;
        Ok(Self::Class {
            class: Seen::new(class.as_any()),
            version: raw::type_version(class),
        })
    }

    /// The instances behind what is cached, if it is not a plain function or a class.
    pub fn instances_of(object: &Bound<'_, PyAny>) -> PyResult<Vec<Self>> {
        let py = object.py();
        let mut watches = Vec::new();
        let mut object = object.clone();
        let mut entry = "__call__".to_owned();
        while object.is_instance(python::PARTIAL.get(py)?)? {
            object = object.getattr(intern!(py, "func"))?;
        }
        if object.is_instance(python::METHOD_TYPE.get(py)?)? {
            entry = object.getattr(intern!(py, "__name__"))?.to_string();
            object = object.getattr(intern!(py, "__self__"))?;
        }
        let is_code = object.is_instance_of::<PyFunction>() || object.is_instance_of::<PyType>();
        // What wraps something counts by that alone.
        if is_code || wrapper_parts(&object)?.is_some() {
            return Ok(watches);
        }
        if let Some(attributes) = attributes(&object) {
            let changed = changed_by(&object.get_type(), &entry)?;
            let attributes = attributes.iter();
            let attributes = attributes.filter(|(name, _)| !changed.contains(&name.to_string()));
            let attributes = attributes.map(|(name, value)| (name.unbind(), Seen::new(&value)));
            watches.push(Self::Instance {
                instance: Seen::new(&object),
                attributes: attributes.collect(),
                changed,
            });
        }
        Ok(watches)
    }
}

fn attributes<'py>(instance: &Bound<'py, PyAny>) -> Option<Bound<'py, PyDict>> {
    let attributes = instance.getattr_opt(intern!(instance.py(), "__dict__"));
    attributes.ok().flatten()?.cast_into().ok()
}

fn attributes_hold(
    instance: &Bound<'_, PyAny>,
    then: &[(Py<PyAny>, Seen)],
    changed: &BTreeSet<String>,
) -> bool {
    let Some(now) = attributes(instance) else {
        return false;
    };
    let is_changed = |name: &String| now.contains(name).unwrap_or_default();
    let left = now.len() - changed.iter().filter(|name| is_changed(name)).count();
    left == then.len()
        && then.iter().all(|(name, then)| {
            let now = now.get_item(name).ok().flatten();
            is_same(now.as_ref(), Some(then))
        })
}

/// A function's defaults. They are seen one by one, since the tuple that holds them would keep all
/// of them alive.
pub struct Defaults {
    positional: Vec<Seen>,
    keywords: Vec<(Py<PyString>, Seen)>,
}

impl Defaults {
    /// The defaults of a Python function.
    pub fn of(function: &Bound<'_, PyAny>) -> PyResult<Self> {
        let positional = raw::defaults(function);
        let mut keywords = Vec::new();
        for (name, value) in raw::keyword_defaults(function).into_iter().flatten() {
            keywords.push((name.cast_into()?.unbind(), Seen::new(&value)));
        }
        Ok(Self {
            positional: positional.iter().flatten().map(|v| Seen::new(&v)).collect(),
            keywords,
        })
    }

    fn hold(&self, function: &Bound<'_, PyAny>) -> bool {
        if !raw::has_defaults(function) {
            return self.positional.is_empty() && self.keywords.is_empty();
        }
        self.positional_hold(function) && self.keywords_hold(function)
    }

    fn positional_hold(&self, function: &Bound<'_, PyAny>) -> bool {
        let Some(now) = raw::defaults(function) else {
            return self.positional.is_empty();
        };
        now.len() == self.positional.len()
            && now
                .iter()
                .zip(&self.positional)
                .all(|(now, then)| is_same(Some(&now), Some(then)))
    }

    fn keywords_hold(&self, function: &Bound<'_, PyAny>) -> bool {
        let Some(now) = raw::keyword_defaults(function) else {
            return self.keywords.is_empty();
        };
        now.len() == self.keywords.len()
            && self.keywords.iter().all(|(name, then)| {
                let now = now.get_item(name).ok().flatten();
                is_same(now.as_ref(), Some(then))
            })
    }
}

/// The module that is loaded under a name.
fn loaded<'py>(name: &Bound<'py, PyString>) -> Option<Bound<'py, PyAny>> {
    modules(name.py())?.get_item(name).ok().flatten()
}

/// The modules that are loaded, by their names.
pub fn modules(py: Python<'_>) -> Option<Bound<'_, PyDict>> {
    python::MODULES.get(py).ok()?.cast::<PyDict>().ok().cloned()
}

/// The names of a module, or of a function's globals.
#[inline]
pub fn names_of<'py>(owner: &Bound<'py, PyAny>) -> Option<Bound<'py, PyDict>> {
    if owner.is_exact_instance_of::<PyFunction>() {
        return Some(raw::globals(owner)?.to_owned());
    }
    Some(owner.cast::<PyModule>().ok()?.dict())
}

fn is_same(now: Option<&Bound<'_, PyAny>>, then: Option<&Seen>) -> bool {
    match (now, then) {
        (Some(now), Some(then)) => then.is(now),
        (None, None) => true,
        _ => false,
    }
}
