//! Classes: installed ones by name, the user's own by their definition.

use std::fmt::Write;
use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyFunction, PyMapping, PyString, PyTuple, PyType};

use super::Walk;
use super::frame::Shape;
use super::label::Label;
use super::object::filtered;
use crate::error::Result;
use crate::key::definition::written_module;
use crate::key::definition::{
    Classes, Definition, Follow, Watch, annotations, assigned_attributes, class_state,
    definition_of, followed, installed_version, known_class, known_state, remember_class,
    remember_state,
};
use crate::key::encoder::Encoder;
use crate::key::tag::Tag;
use crate::python::intern;
use crate::python::{self, raw};

/// Attributes of a class that say nothing of what it does, or differ from run to run.
const NOT_CONTENT: [&str; 12] = [
    "__module__",
    "__qualname__",
    "__dict__",
    "__weakref__",
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

/// The part of it that is written down: names, types and defaults.
const FIELDS: &str = "__pydantic_fields__";

/// Mutable attributes that count, since no program changes them.
const DECLARED: [&str; 8] = [
    FIELDS,
    "model_config",
    "__private_attributes__",
    "__fields__",
    "__slots__",
    "_field_defaults",
    "_fields_",
    "_anonymous_",
];

/// What msgspec keeps of a class beside its attributes.
const OF_STRUCTS: [&str; 3] = [
    "__struct_fields__",
    "__struct_encode_fields__",
    "__struct_defaults__",
];

fn is_content(name: &str) -> bool {
    name == FIELDS || (!NOT_CONTENT.contains(&name) && !name.starts_with(COMPILED))
}

impl<'py> Walk<'_, 'py> {
    /// Writes or opens a class.
    pub(super) fn class(&mut self, class: &Bound<'py, PyType>) -> Result<()> {
        if self.remembers_classes()
            && known_class(class.as_any(), |node| self.write_class(class, &node.bytes)).is_some()
        {
            return Ok(());
        }
        let named = Named::of(class)?;
        // In a definition, what an extension made has no code that could be followed.
        let is_native = raw::is_static(class) || self.watches.is_some() && raw::is_native(class);
        if let Some(named) = &named
            && (is_native || named.is_held(class)?)
        {
            let version = installed_version(self.py, &named.module);
            let is_leaf = is_native || version.is_some() || self.follow == Follow::Nothing;
            if is_leaf {
                let version = version.filter(|_| self.follows_definition());
                return self.named_class(class, named, version);
            }
        }
        if self.watches.is_some() {
            return self.open_class(class);
        }
        self.defined_class(class, named)
    }

    /// A class as it is defined: its bases and attributes.
    fn open_class(&mut self, class: &Bound<'py, PyType>) -> Result<()> {
        let py = self.py;
        let attributes = class.getattr(intern!(py, "__dict__"))?;
        let mut attributes = filtered(py, &attributes, is_content)?;
        if self.follows_definition() {
            attributes = followed_attributes(class, &attributes)?;
            self.watch([Watch::class(class)?]);
        }
        let parts = vec![
            written_module(class.getattr(intern!(py, "__module__"))?),
            class.getattr(intern!(py, "__qualname__"))?,
            class.get_type().into_any(),
            class.getattr(intern!(py, "__bases__"))?,
            attributes.into_any(),
        ];
        let label = self.class_label(&parts)?;
        self.open_fixed(class.as_any(), Tag::Class, Shape::Class, parts)?;
        self.lenient += 1;
        if let Some(label) = label {
            self.label(label);
        }
        Ok(())
    }

    /// Notes what a class is called, what its bases are, and which attributes it has.
    fn class_label(&mut self, parts: &[Bound<'py, PyAny>]) -> Result<Option<Label>> {
        let [module, name, _, bases, attributes] = parts else {
            return Ok(None);
        };
        if !self.follows_definition() {
            return Ok(None);
        }
        let (module, name) = (module.to_string(), name.to_string());
        let mut summary = String::new();
        for base in bases.try_iter()? {
            let named = Named::of(&base?.cast_into().map_err(PyErr::from)?)?.unwrap_or_default();
            let _ = write!(summary, "{}.{},", named.module, named.name);
        }
        for attribute in attributes.try_iter()? {
            let _ = write!(summary, "{},", attribute?);
        }
        self.outline
            .note(&format!("{module}.{name}"), summary.as_bytes());
        Ok(Some(Label::new(&module, &name)))
    }

    /// A class of the user's own among the arguments, by the digest of its definition, and what lies in
    /// it that can change.
    fn defined_class(&mut self, class: &Bound<'py, PyType>, named: Option<Named>) -> Result<()> {
        let definition = definition_of(class.as_any(), self.function)?;
        let named = named.unwrap_or_default();
        let state = self.state_of(class, &definition)?;
        if !state.is_empty() {
            return self.open_defined_class(class, &named, &definition, state);
        }
        let mut node = Encoder::new();
        node.open(Tag::Defined);
        node.length(3);
        node.leaf(Tag::Str, named.written_module().as_bytes());
        node.leaf(Tag::Str, named.name.as_bytes());
        node.leaf(Tag::Bytes, &definition.digest);
        self.new_class(class, Some(definition), node.close())
    }

    /// What lies in a class is walked each time: nothing tells when it changes. What of it has no
    /// content is named by its type, as in a definition.
    fn open_defined_class(
        &mut self,
        class: &Bound<'py, PyType>,
        named: &Named,
        definition: &Definition,
        state: Bound<'py, PyDict>,
    ) -> Result<()> {
        let parts = vec![
            PyString::new(self.py, named.written_module()).into_any(),
            PyString::new(self.py, &named.name).into_any(),
            PyBytes::new(self.py, &definition.digest).into_any(),
            state.into_any(),
        ];
        self.open_fixed(class.as_any(), Tag::Defined, Shape::Class, parts)?;
        self.lenient += 1;
        Ok(())
    }

    /// The attributes of a class, and of its bases, that are no part of the definition and can be read.
    fn state_of(
        &self,
        class: &Bound<'py, PyType>,
        definition: &Arc<Definition>,
    ) -> Result<Bound<'py, PyDict>> {
        let state = PyDict::new(self.py);
        let names = match known_state(class.as_any(), definition) {
            Some(names) => names,
            None => remember_state(class.as_any(), definition, class_state(class)?)?,
        };
        for name in names.iter() {
            if let Some(value) = class.getattr_opt(name.bind(self.py))? {
                state.set_item(name, value)?;
            }
        }
        Ok(state)
    }

    /// A class that is known by its name, and in a definition by its package's version.
    fn named_class(
        &mut self,
        class: &Bound<'py, PyType>,
        named: &Named,
        version: Option<String>,
    ) -> Result<()> {
        let mut node = Encoder::new();
        node.open(Tag::Global);
        node.length(2 + usize::from(version.is_some()));
        node.leaf(Tag::Str, named.written_module().as_bytes());
        node.leaf(Tag::Str, named.name.as_bytes());
        if let Some(version) = version {
            node.leaf(Tag::Str, version.as_bytes());
        }
        self.new_class(class, None, node.close())
    }

    /// Whether what is written of classes here is the same for every function.
    fn remembers_classes(&self) -> bool {
        self.watches.is_none() && self.follow != Follow::Nothing
    }

    fn new_class(
        &mut self,
        class: &Bound<'py, PyType>,
        definition: Option<Arc<Definition>>,
        node: &[u8],
    ) -> Result<()> {
        self.write_class(class, node);
        if self.remembers_classes() {
            remember_class(class.as_any(), definition, node)?;
        }
        Ok(())
    }

    /// A class is met once for each of its instances: its bytes are remembered, short as they are.
    fn write_class(&mut self, class: &Bound<'py, PyType>, node: &[u8]) {
        self.encoder.node(node);
        let context = self.context(class.as_any());
        self.memo.remember(class.as_any(), context, node);
    }
}

/// Of a class's attributes, those that are code or constants and that its methods do not assign.
fn followed_attributes<'py>(
    class: &Bound<'py, PyType>,
    attributes: &Bound<'py, PyDict>,
) -> Result<Bound<'py, PyDict>> {
    let kept = PyDict::new(attributes.py());
    let name = class.name()?.to_string();
    let assigned = assigned_attributes(&name, attributes, |_, _| true)?;
    for (name, value) in attributes {
        if is_salted(&name, &value)? || is_written_with_addresses(attributes, &name, &value)? {
            continue;
        }
        if DECLARED.contains(&name.to_string().as_str()) {
            kept.set_item(name, value)?;
        } else if let Some(value) = followed(&value)?
            && !assigned.contains(&name.to_string())
        {
            kept.set_item(name, value)?;
        }
    }
    kept.update(beside_attributes(class)?.as_mapping())?;
    Ok(kept)
}

/// What of a class counts that is no constant among its attributes: annotations, and what dataclasses
/// and structures declare of their fields.
fn beside_attributes<'py>(class: &Bound<'py, PyType>) -> Result<Bound<'py, PyDict>> {
    let py = class.py();
    let beside = PyDict::new(py);
    if let Some(annotations) = annotations(class.as_any(), Classes::Named)? {
        beside.set_item(intern!(py, "__annotations__"), annotations)?;
    }
    let name = intern!(py, "__dataclass_fields__");
    let fields = class
        .getattr(intern!(py, "__dict__"))?
        .call_method1("get", (name,))?;
    if let Ok(fields) = fields.cast::<PyDict>() {
        beside.set_item(name, metadata(fields)?)?;
    }
    for name in OF_STRUCTS {
        let told = class
            .getattr_opt(name)?
            .and_then(|told| told.cast_into::<PyTuple>().ok());
        let Some(told) = told else { continue };
        let told = told.iter().map(|told| match told.getattr_opt("factory") {
            Ok(Some(factory)) => factory,
            _ => told,
        });
        beside.set_item(name, PyTuple::new(py, told.collect::<Vec<_>>())?)?;
    }
    Ok(beside)
}

/// What the fields of a dataclass say beside what is in its methods.
fn metadata<'py>(fields: &Bound<'py, PyDict>) -> PyResult<Bound<'py, PyDict>> {
    let all = PyDict::new(fields.py());
    for (name, field) in fields {
        let metadata = field.getattr(intern!(fields.py(), "metadata"))?;
        let metadata = as_dict(&metadata)?;
        if !metadata.is_empty() {
            all.set_item(name, metadata)?;
        }
    }
    Ok(all)
}

/// Whether the attribute is a `__hash__` as attrs writes it, with a hash of the class's own text in
/// the code, which each process salts in another way. What it does follows from the fields.
fn is_salted(name: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> Result<bool> {
    if !name.eq("__hash__")? || !value.is_instance_of::<PyFunction>() {
        return Ok(false);
    }
    let file = value.getattr("__code__")?.getattr("co_filename")?;
    Ok(file.to_string().starts_with("<attrs generated"))
}

/// Whether the attribute is the docstring that `dataclass` writes, with a default in it that shows its
/// address. The defaults are in the methods.
fn is_written_with_addresses(
    attributes: &Bound<'_, PyDict>,
    name: &Bound<'_, PyAny>,
    value: &Bound<'_, PyAny>,
) -> Result<bool> {
    if !name.eq("__doc__")? || !attributes.contains("__dataclass_fields__")? {
        return Ok(false);
    }
    let text = value.to_string();
    Ok(text.ends_with(')') && text.contains(" at 0x"))
}

/// Where a class says that it is found.
#[derive(Default)]
struct Named {
    module: String,
    name: String,
}

impl Named {
    fn of(class: &Bound<'_, PyType>) -> Result<Option<Self>> {
        let text = |name| -> PyResult<Option<String>> {
            let value = class.getattr(name)?.cast_into::<PyString>().ok();
            Ok(value.map(|value| value.to_string_lossy().into_owned()))
        };
        let module = text(intern!(class.py(), "__module__"))?;
        let name = text(intern!(class.py(), "__qualname__"))?;
        Ok(module.zip(name).map(|(module, name)| Self { module, name }))
    }

    /// The module's name, as it is written down.
    fn written_module(&self) -> &str {
        match self.module.as_str() {
            "__mp_main__" => "__main__",
            module => module,
        }
    }

    /// Whether the module of that name holds the class under its qualified name.
    fn is_held(&self, class: &Bound<'_, PyType>) -> Result<bool> {
        is_held(class.as_any(), &self.module, &self.name)
    }
}

/// Whether the module holds the object under its qualified name, or is the object if that is empty.
pub(super) fn is_held(object: &Bound<'_, PyAny>, module: &str, name: &str) -> Result<bool> {
    let py = object.py();
    let modules = python::MODULES.get(py)?;
    let modules = modules.cast::<PyDict>().map_err(PyErr::from)?;
    let Some(mut place) = modules.get_item(module)? else {
        return Ok(false);
    };
    for step in name.split('.').filter(|step| !step.is_empty()) {
        match place.getattr_opt(step) {
            Ok(Some(next)) => place = next,
            _ => return Ok(false),
        }
    }
    Ok(place.is(object))
}

/// The pairs of a mapping that is not a dict.
pub(super) fn as_dict<'py>(mapping: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(mapping.py());
    dict.update(mapping.cast::<PyMapping>()?)?;
    Ok(dict)
}
