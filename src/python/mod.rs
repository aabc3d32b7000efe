//! What is looked up in the Python world: each name once, in one place.

pub mod array;
pub mod context;
pub mod ending;
pub mod failure;
pub mod immutable;
pub mod imports;
pub mod interrupt;
pub mod latest;
pub mod mapped;
pub mod memory;
pub mod named;
pub mod raw;
pub mod stack;
pub mod tensor;
pub mod threads;
pub mod vectorcall;

use std::sync::OnceLock;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

/// A module's attribute, imported at its first use; without a name the module itself.
pub struct Imported {
    module: &'static str,
    name: &'static str,
    object: OnceLock<Py<PyAny>>,
}

impl Imported {
    const fn new(module: &'static str, name: &'static str) -> Self {
        Self {
            module,
            name,
            object: OnceLock::new(),
        }
    }

    /// The name of the library that the object is of.
    pub fn library(&self) -> &'static str {
        self.module.split('.').next().unwrap_or(self.module)
    }

    /// The object that the name stands for.
    pub fn get<'a, 'py>(&'a self, py: Python<'py>) -> PyResult<&'a Bound<'py, PyAny>> {
        if let Some(object) = self.object.get() {
            return Ok(object.bind(py));
        }
        let module = imports::import(py, self.module)?;
        let found = if self.name.is_empty() {
            module.into_any()
        } else {
            module.getattr(self.name)?
        };
        Ok(set_once(&self.object, found))
    }
}

/// What the cell holds: what another was faster to put in, or else `found`.
///
/// No code of a user's, such as an import hook, runs while the cell is locked, which may come to the same cell.
/// Nor is the interpreter released, as `PyO3`'s cells do: a fork would leave the cell locked for ever in the child.
pub fn set_once<'a, 'py, T>(cell: &'a OnceLock<Py<T>>, found: Bound<'py, T>) -> &'a Bound<'py, T> {
    let py = found.py();
    cell.get_or_init(|| found.unbind()).bind(py)
}

/// A string that the interpreter has interned, made at its first use.
pub struct Name {
    text: &'static str,
    string: OnceLock<Py<PyString>>,
}

impl Name {
    /// The name `text`.
    pub const fn new(text: &'static str) -> Self {
        Self {
            text,
            string: OnceLock::new(),
        }
    }

    /// The string.
    #[inline]
    pub fn get<'a, 'py>(&'a self, py: Python<'py>) -> &'a Bound<'py, PyString> {
        match self.string.get() {
            Some(string) => string.bind(py),
            None => set_once(&self.string, PyString::intern(py, self.text)),
        }
    }
}

/// As `pyo3::intern!`, by a cell that a fork leaves usable.
macro_rules! intern {
    ($py:expr, $text:expr) => {{
        static NAME: $crate::python::Name = $crate::python::Name::new($text);
        NAME.get($py)
    }};
}
pub(crate) use intern;

macro_rules! imported {
    ($($(#[$doc:meta])* $ident:ident = $module:literal . $name:literal;)*) => {
        $($(#[$doc])* pub static $ident: Imported = Imported::new($module, $name);)*
    };
}

imported! {
    /// Reducers that are registered by type; pickle asks them first.
    DISPATCH_TABLE = "copyreg"."dispatch_table";
    /// Makes an object without calling its `__init__`.
    NEW_OBJECT = "copyreg"."__newobj__";
    /// The metaclass of enumerations.
    ENUM_TYPE = "enum"."EnumMeta";
    /// What makes a path.
    PURE_PATH = "pathlib"."PurePath";
    /// The class of bound methods.
    METHOD_TYPE = "types"."MethodType";
    /// A method that computes an attribute.
    PROPERTY = "builtins"."property";
    /// A method that computes an attribute once.
    CACHED_PROPERTY = "functools"."cached_property";
    /// A function with some of its arguments.
    PARTIAL = "functools"."partial";
    /// A function in a class that takes no instance.
    STATIC_METHOD = "builtins"."staticmethod";
    /// A mapping that shows a dict.
    MAPPING_PROXY = "types"."MappingProxyType";
    /// A compiled regular expression.
    PATTERN = "re"."Pattern";
    /// The numbers of the interpreter's instructions, by name.
    OPCODE_MAP = "opcode"."opmap";
    /// A file of Python's own library.
    LIBRARY_FILE = "os"."__file__";
    /// The version of an installed distribution.
    DISTRIBUTION_VERSION = "importlib.metadata"."version";
    /// A function's annotations in one of several formats.
    GET_ANNOTATIONS = "annotationlib"."get_annotations";
    /// These formats.
    ANNOTATION_FORMAT = "annotationlib"."Format";
    /// The distributions that installed each top module.
    PACKAGES_DISTRIBUTIONS = "importlib.metadata"."packages_distributions";
    /// Finds a module without loading it.
    FIND_SPEC = "importlib.util"."find_spec";
    /// The modules that are loaded.
    LOADED_MODULES = "sys"."modules";
    /// Makes the app's adapter the host, if this is the process of an app.
    DISCOVER_HOST = "memoxide.streamlit.hooks"."discover";
    /// The names of the top modules of Python's own library.
    LIBRARY_MODULES = "sys"."stdlib_module_names";
    /// A method of the class, not callable before it is bound.
    CLASS_METHOD = "builtins"."classmethod";
    /// What a slot is in its class.
    MEMBER_DESCRIPTOR = "types"."MemberDescriptorType";
    /// The class of closure cells.
    CELL_TYPE = "types"."CellType";
    /// A window on an object's memory that pickle writes out of band.
    PICKLE_BUFFER = "pickle"."PickleBuffer";
    /// Serialises.
    PICKLE_DUMPS = "pickle"."dumps";
    /// Deserialises.
    PICKLE_LOADS = "pickle"."loads";
    /// Copies an object, and nothing that it refers to.
    COPY = "copy"."copy";
    /// Copies a function's metadata to its wrapper.
    UPDATE_WRAPPER = "functools"."update_wrapper";
    /// Describes a callable's parameters.
    SIGNATURE = "inspect"."signature";
    /// The class of generators.
    GENERATOR_TYPE = "types"."GeneratorType";
    /// The class of asynchronous generators.
    ASYNC_GENERATOR_TYPE = "types"."AsyncGeneratorType";
    /// The class of coroutines.
    COROUTINE_TYPE = "types"."CoroutineType";
    /// Whether a callable makes generators.
    IS_GENERATOR_FUNCTION = "inspect"."isgeneratorfunction";
    /// Whether a callable makes coroutines.
    IS_COROUTINE_FUNCTION = "inspect"."iscoroutinefunction";
    /// Whatever a callable is, marks it as one that makes coroutines. Python 3.12 and later.
    MARK_COROUTINE_FUNCTION = "inspect"."markcoroutinefunction";
    /// Whether a callable makes asynchronous generators.
    IS_ASYNC_GENERATOR_FUNCTION = "inspect"."isasyncgenfunction";
    /// The event loop that runs in this thread.
    ASYNCIO_RUNNING_LOOP = "asyncio"."get_running_loop";
    /// What a task waits for.
    ASYNCIO_EVENT = "asyncio"."Event";
    /// `asyncio.sleep`.
    ASYNCIO_SLEEP = "asyncio"."sleep";
    /// What a task waits for, with trio.
    TRIO_EVENT = "trio"."Event";
    /// `trio.sleep`.
    TRIO_SLEEP = "trio"."sleep";
    /// Has trio run a task that belongs to nobody.
    TRIO_SPAWN = "trio.lowlevel"."spawn_system_task";
    /// The task of trio's that runs here.
    TRIO_CURRENT_TASK = "trio.lowlevel"."current_task";
    /// By which other threads reach trio's loop.
    TRIO_CURRENT_TOKEN = "trio.lowlevel"."current_trio_token";
    /// An object's size in bytes, without what it refers to.
    GET_SIZE_OF = "sys"."getsizeof";
    /// What belongs to the interpreter.
    SYSTEM = "sys"."";
    /// The modules that are loaded, by name.
    MODULES = "sys"."modules";
    /// A span of time.
    TIMEDELTA = "datetime"."timedelta";
    /// A calendar date.
    DATE = "datetime"."date";
    /// A date and a time.
    DATETIME = "datetime"."datetime";
    /// A time of day.
    TIME = "datetime"."time";
    /// A fixed offset from UTC.
    TIMEZONE = "datetime"."timezone";
    /// A zone with the rules of a place.
    ZONE_INFO = "zoneinfo"."ZoneInfo";
    /// Numbers of one kind in one piece.
    ARRAY = "array"."array";
    /// A file that lies in memory.
    MEMORY_MAP = "mmap"."mmap";
    /// A decimal number.
    DECIMAL = "decimal"."Decimal";
    /// A universally unique identifier.
    UUID = "uuid"."UUID";
    /// A union of classes, as `int | str` makes it.
    UNION_TYPE = "types"."UnionType";
    /// A union of classes, as `typing` makes it.
    TYPING_UNION = "typing"."Union";
    /// What the variables of a task have for values.
    CONTEXT = "contextvars"."Context";
    /// Threads that run what they are given. Not by the package, which imports the module only when it is asked for the
    /// class: a fork would not wait for that.
    THREAD_POOL = "concurrent.futures.thread"."ThreadPoolExecutor";
    /// The thread that the interpreter began in.
    MAIN_THREAD = "threading"."main_thread";
    /// The number of the thread that asks.
    GET_IDENT = "threading"."get_ident";
    /// A variable that is local to a context.
    CONTEXT_VAR = "contextvars"."ContextVar";
    /// numpy's own array class.
    NUMPY_ARRAY = "numpy"."ndarray";
    /// What all of numpy's scalars are.
    NUMPY_SCALAR = "numpy"."generic";
    /// A scalar of raw memory, which can be written to.
    NUMPY_VOID = "numpy"."void";
    /// What numpy's arrays are made of.
    NUMPY_DTYPE = "numpy"."dtype";
    /// Makes an array of the same shape, type and order.
    EMPTY_LIKE = "numpy"."empty_like";
    /// A table of pandas'.
    PANDAS_FRAME = "pandas"."DataFrame";
    /// A column of pandas'.
    PANDAS_SERIES = "pandas"."Series";
    /// Labels of pandas'.
    PANDAS_INDEX = "pandas"."Index";
    /// pandas' version.
    PANDAS_VERSION = "pandas"."__version__";
    /// What pandas has beside numpy's arrays.
    PANDAS_ARRAY = "pandas.api.extensions"."ExtensionArray";
    /// The types of these.
    PANDAS_DTYPE = "pandas.api.extensions"."ExtensionDtype";
    /// Arrays of pandas' that lie in one of numpy's.
    PANDAS_BACKED = "pandas._libs.arrays"."NDArrayBacked";
    /// Who else sees an array of pandas'.
    PANDAS_REFERENCES = "pandas._libs.internals"."BlockValuesRefs";
    /// Where in a frame a block's columns are.
    PANDAS_PLACEMENT = "pandas._libs.internals"."BlockPlacement";
    /// Whether labels may repeat.
    PANDAS_FLAGS = "pandas.core.flags"."Flags";
    /// A list of pandas' that does not change.
    PANDAS_FROZEN_LIST = "pandas.core.indexes.frozen"."FrozenList";
    /// An array as numpy's own class.
    AS_ARRAY = "numpy"."asarray";
    /// What a masked array without a mask has for one.
    NO_MASK = "numpy.ma"."nomask";
    /// What stands for masked items where they are filled.
    DEFAULT_FILL_VALUE = "numpy.ma"."default_fill_value";
    /// A queue with two ends.
    DEQUE = "collections"."deque";
    /// The collector of garbage, which knows what objects hold.
    COLLECTOR = "gc"."";
    /// A dict that makes what it does not have.
    DEFAULT_DICT = "collections"."defaultdict";
    /// A table of pyarrow's.
    ARROW_TABLE = "pyarrow.lib"."Table";
    /// A table of pyarrow's, in one piece.
    ARROW_BATCH = "pyarrow.lib"."RecordBatch";
    /// A column of pyarrow's.
    ARROW_CHUNKED = "pyarrow.lib"."ChunkedArray";
    /// Makes a column of several pieces.
    ARROW_MAKE_CHUNKED = "pyarrow"."chunked_array";
    /// Reads a table in one piece that was written for others.
    ARROW_READ_BATCH = "pyarrow.ipc"."read_record_batch";
    /// The columns' names and types.
    ARROW_SCHEMA = "pyarrow.lib"."Schema";
    /// A name and a type.
    ARROW_FIELD = "pyarrow.lib"."Field";
    /// A column of pyarrow's, in one piece.
    ARROW_ARRAY = "pyarrow.lib"."Array";
    /// A type of pyarrow's.
    ARROW_DATA_TYPE = "pyarrow.lib"."DataType";
    /// A type of pyarrow's that stands for indices into a dictionary.
    ARROW_DICTIONARY = "pyarrow.lib"."DictionaryType";
    /// A type of pyarrow's that gives another a meaning.
    ARROW_EXTENSION = "pyarrow.lib"."BaseExtensionType";
    /// Keys and values of pyarrow's.
    ARROW_METADATA = "pyarrow.lib"."KeyValueMetadata";
    /// Makes an array of a scalar.
    ARROW_REPEAT = "pyarrow.lib"."repeat";
    /// A dict that can be put in another order.
    ORDERED_DICT = "collections"."OrderedDict";
    /// A table of polars'.
    POLARS_FRAME = "polars"."DataFrame";
    /// A column of polars'.
    POLARS_SERIES = "polars"."Series";
    /// Makes a frame of polars' of a table of Arrow's.
    POLARS_FROM_ARROW = "polars"."from_arrow";
    /// Which of Arrow's types polars uses for others to read.
    POLARS_COMPAT = "polars"."CompatLevel";
    /// A query of polars'.
    POLARS_LAZY = "polars"."LazyFrame";
    /// What polars knows of an expression.
    POLARS_META = "polars.expr.meta"."ExprMetaNameSpace";
    /// Makes a series of polars' own handle on it.
    POLARS_WRAP = "polars._utils.wrap"."wrap_s";
    /// A type of polars' whose columns hold Python's objects.
    POLARS_OBJECT = "polars"."Object";
    /// What all images of Pillow are.
    PILLOW_IMAGE = "PIL.Image"."Image";
    /// This library's core.
    CORE = "memoxide._core"."";
    /// Makes a function that was pickled by its content.
    REBUILD = "memoxide._core"."rebuild";
    /// What runs at the moment.
    CURRENT_FRAME = "sys"."_getframe";
    /// Registers what runs at the interpreter's exit.
    AT_EXIT = "atexit"."register";
    /// Registers what runs around a fork.
    REGISTER_AT_FORK = "os"."register_at_fork";
    /// Waits for imports that are under way.
    BEFORE_FORK = "memoxide._core"."before_fork";
    /// Lets others import again.
    AFTER_FORK_IN_PARENT = "memoxide._core"."after_fork_in_parent";
    /// Tells a forked child that it is one.
    AFTER_FORK = "memoxide._core"."after_fork";
    /// Ends the thread that takes out expired entries.
    END_EXPIRY = "memoxide._core"."end_expiry";
    /// Releases all resources.
    RELEASE_ALL = "memoxide._core"."release_all";
    /// A function's figures.
    CACHE_INFO = "memoxide.info"."CacheInfo";
    /// Why a call would hit or miss.
    EXPLANATION = "memoxide.info"."Explanation";
    /// How an argument was hashed.
    ARGUMENT_INFO = "memoxide.info"."ArgumentInfo";
    /// A row of `memoxide.stats()`.
    FUNCTION_STATS = "memoxide.info"."FunctionStats";
    /// Raised for an option that cannot be.
    OPTION_ERROR = "memoxide.errors"."OptionError";
    /// Raised for something that cannot be decorated.
    DECORATION_ERROR = "memoxide.errors"."DecorationError";
    /// Raised for an argument without stable content.
    UNHASHABLE_PARAM_ERROR = "memoxide.errors"."UnhashableParamError";
    /// Raised when a user's hash function fails.
    USER_HASH_ERROR = "memoxide.errors"."UserHashError";
    /// Raised for a result that cannot be pickled.
    UNSERIALIZABLE_ERROR = "memoxide.errors"."UnserializableReturnValueError";
    /// Raised when a computation waits for itself.
    CACHE_CYCLE_ERROR = "memoxide.errors"."CacheCycleError";
    /// Raised when a session is needed and none is there.
    NO_SESSION_ERROR = "memoxide.errors"."NoSessionError";
}

/// The module that is loaded under a name.
pub fn loaded<'py>(py: Python<'py>, module: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
    MODULES.get(py)?.cast::<PyDict>()?.get_item(module)
}

/// The name of a value's class as messages show it: with its module, unless that is `builtins`.
pub fn type_name(value: &Bound<'_, PyAny>) -> String {
    let class = value.get_type();
    class
        .fully_qualified_name()
        .map_or_else(|_| "object".to_owned(), |name| name.to_string())
}
