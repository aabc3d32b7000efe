# The steps of `run`, which sources this file.

PYTHON_VENV=$PWD/.venv
MATURIN=$PYTHON_VENV/bin/maturin

# The distribution's, which any user can run.
system_python=/usr/bin/python3

# The quick installer of CI; users and `make` have pip.
UV=$PWD/.venv-tools/bin/uv
pip_of() { echo "$UV pip install --quiet --python $1/bin/python"; }

install_tools() {
    python3 -m venv .venv-tools
    .venv-tools/bin/python -m pip install --quiet --disable-pip-version-check uv
    # The one that tests run against is built while this is installed.
    python3 -m venv "$PYTHON_VENV"
    $(pip_of "$PYTHON_VENV") pip 'maturin>=1.9,<2'
    touch "$PYTHON_VENV/.created"
    make .venv/.test .venv/.lint PIP="$(pip_of "$PYTHON_VENV")"
}

# A browser for the tests that look at an app, strace for those of failing system calls.
install_system_packages() {
    command -v chromium >/dev/null && command -v strace >/dev/null && return
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq
        apt-get install -y -qq --no-install-recommends chromium strace >/dev/null || true
    fi
}

build_wheel_for_users() { make .venv/.built PIP="$(pip_of "$PYTHON_VENV")"; }

build_core() { make core lint-core PIP="$(pip_of "$PYTHON_VENV")"; }

lint_as_developers_do() { make lint PIP="$(pip_of "$PYTHON_VENV")"; }

# With a limit: tests side by side wait for ever for a process that has crashed.
test_as_developers_do() { timeout --foreground 1800 make test PIP="$(pip_of "$PYTHON_VENV")"; }

# What `make test` leaves out, and what does more rounds.
test_thoroughly() { MEMOXIDE_TESTS=thorough "$PYTHON_VENV/bin/python" -m pytest -q -m "slow or rounds" --durations=20; }

# Whether a step is due: all of them are, or its rooms or what they are built with have changed since all steps passed.
is_due() {
    local name=$1 passed
    shift
    [ "$ALL" = 0 ] || return 0
    passed=$(cat .ci/passed 2>/dev/null || true)
    if [ -n "$passed" ] && git diff --quiet "$passed" HEAD -- Cargo.lock Cargo.toml "$@" 2>/dev/null; then
        skip "$name: nothing that it tests has changed since ${passed:0:12}, where all steps passed"
        return 1
    fi
}

# --- Pythons ----------------------------------------------------------------------------------------------------

# What depends on the interpreter. Apps, crashes of the disk and long runs are tested with the default Python.
OF_THE_INTERPRETER=(tests/api tests/flight tests/key tests/lifecycle tests/snapshot tests/store tests/testing tests/typing tests/disk/test_persist.py)

# Makes an environment, and installs the package and what is named into it. Wheels are built one at a time: they share a folder.
make_environment() {
    local venv=$1 python=$2
    shift 2
    "$python" -m venv --clear --without-pip "$venv"
    $(pip_of "$venv") "$@"
    flock target/wheels.lock "$MATURIN" build --quiet --profile ci --interpreter "$venv/bin/python" --out "$venv/wheels"
    $(pip_of "$venv") --no-deps "$venv"/wheels/*.whl
}

# Where a version of Python is, if it is anywhere: on the path, or among pyenv's.
find_python() {
    local version=$1 root candidate
    root=$(pyenv root 2>/dev/null || true)
    for candidate in "$root"/versions/"$version".*/bin/"python$version" "$(command -v "python$version" || true)"; do
        if [ -x "$candidate" ] && "$candidate" -c 'import venv' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
}

# for_python VERSION COMMAND...: runs the command if that Python is there.
for_python() {
    local version=$1
    shift
    if [ -n "$(find_python "$version")" ]; then "$@"; else skip "no Python $version on this machine"; fi
}

test_python() {
    local version=$1 venv=.venv-$1 groups=(--group test --group data --group tasks)
    # Once with the peers, for the tests that compare with them, and with numba, which is large.
    [ "$version" != 3.13 ] || groups+=(--group bench numba)
    make_environment "$venv" "$(find_python "$version")" "${groups[@]}"
    "$venv/bin/python" -m pytest -q -m "not slow" "${OF_THE_INTERPRETER[@]}"
}

# A pattern for what follows the minor version.
archive_of() { ls ../shared/python/cpython-3.14.$1-linux-x86_64.tar.xz 2>/dev/null | head -n 1 || true; }

for_free_threading() {
    if [ -n "$(archive_of '*t')" ]; then "$@"; else skip "no free-threaded Python on this machine"; fi
}

for_plain_314() {
    if [ -n "$(archive_of '*[0-9]')" ]; then "$@"; else skip "no plain Python 3.14 on this machine"; fi
}

# unpack ARCHIVE NAME: the folder's Python of that name.
unpack() {
    local folder=target/pythons/$2
    mkdir -p "$folder"
    tar xf "$1" -C "$folder"
    ls "$PWD/$folder"/*/bin/"$2"
}

# polars has no wheel for it.
test_free_threading() {
    local venv=.venv-3.14t
    make_environment "$venv" "$(unpack "$(archive_of '*t')" python3.14t)" \
        --group test --group tasks --group parallel numpy pandas pyarrow pydantic attrs
    "$venv/bin/python" -m pytest -q -m "not slow" "${OF_THE_INTERPRETER[@]}"
    step "each test in four threads at once, without a global lock"
    "$venv/bin/python" -m pytest -q -m "not slow" --parallel-threads=4 tests/snapshot/test_threads.py \
        tests/key/test_{arrow,attributes,binding,builtins,collections,dates,enums,memory,models,numpy}.py \
        tests/key/test_{objects,pandas,standard_library,structures}.py
}

test_plain_314() {
    local venv=.venv-3.14
    make_environment "$venv" "$(unpack "$(archive_of '*[0-9]')" python3.14)" \
        --group test --group data --group tasks --group streamlit
    "$venv/bin/python" -m pytest -q -m "not slow"
}

# --- Streamlit --------------------------------------------------------------------------------------------------

# Its own decorators and memoxide's side by side, with the wheel of the default Python.
test_streamlit() {
    local version=$1 venv=.venv-streamlit-$1
    "$PYTHON_VENV/bin/python" -m venv --clear --without-pip "$venv"
    $(pip_of "$venv") "streamlit==$version" sqlalchemy pydantic --group test
    $(pip_of "$venv") --no-deps .venv/wheels/*.whl
    "$venv/bin/python" -m pytest -q -m "not slow" tests/streamlit
    rm -rf "$venv"
}

# --- The disk ---------------------------------------------------------------------------------------------------

# Processes that are killed, and all suites as an ordinary user: CI runs as root often, whom no permission stops.
test_disk() {
    local kills=(200 15 6)
    [ "$ALL" = 0 ] || kills=(2000 150 60)
    step "processes that are killed"
    MEMOXIDE_CRASH_ROUNDS=${kills[0]} cargo test --quiet --lib -- disk::tests::crash
    MEMOXIDE_CRASH_ROUNDS=${kills[1]} "$PYTHON_VENV/bin/python" -m pytest -q tests/disk/test_crashes.py
    MEMOXIDE_CRASH_ROUNDS=${kills[2]} "$PYTHON_VENV/bin/python" -m pytest -q tests/disk/test_system.py -k ends_at_a_system_call
    if [ "$(id -u)" != 0 ]; then
        step "the suites have run as an ordinary user already"
    elif ! command -v setpriv >/dev/null || ! as_user "$system_python" -c 'import venv' 2>/dev/null || ! as_user test -r pyproject.toml; then
        step "SKIPPED: no setpriv, no Python that ordinary users can run, or a folder that is closed to them"
    else
        test_disk_as_user
    fi
}

# Nobody, who is another user than the owner of all that is here, and may read it only.
as_user() {
    setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/nonexistent PYTHONDONTWRITEBYTECODE=1 "$@"
}

test_disk_as_user() {
    local venv=.venv-user core
    step "as an ordinary user"
    "$system_python" -m venv --clear --without-pip "$venv"
    $(pip_of "$venv") --compile-bytecode --group test numpy pandas pyarrow polars trio
    install_for_system_python "$venv"
    as_user "$venv/bin/python" -m pytest -q -m "not slow" -p no:cacheprovider tests/disk
    core=$(cargo test --lib --no-run 2>&1 | sed -n 's/.*Executable.*(\(.*\))/\1/p')
    as_user "$core" --quiet disk
}

# --- What takes long --------------------------------------------------------------------------------------------

test_at_length() {
    step "ten thousand values and graphs against the reference encoding"
    HYPOTHESIS_PROFILE=slow "$PYTHON_VENV/bin/python" -m pytest -q --timeout=1200 tests/key/test_properties.py -k found_in_it
    step "long runs of everything at once"
    STRESS_SECONDS=20 "$PYTHON_VENV/bin/python" -m pytest -q tests/stress
    LEAK_ROUNDS=2000 "$PYTHON_VENV/bin/python" -m pytest -q tests/lifecycle/test_leaks.py
}

# Single-flight, the store, the registry, refreshes and the sweeper under a model checker.
check_models() { timeout --foreground 900 make models; }

has_nightly() { cargo +nightly --version >/dev/null 2>&1; }

for_nightly() {
    if has_nightly && rustup component add --toolchain nightly miri rust-src 2>/dev/null; then
        "$@"
    else
        skip "no nightly compiler with Miri and its sources on this machine"
    fi
}

# The pure core's memory and threads, in an interpreter and under a sanitizer, which needs the standard library built with it.
check_memory() {
    step "undefined behaviour"
    timeout --foreground 1800 make miri
    step "data races"
    make tsan
}

for_fuzzing() {
    if has_nightly && { cargo fuzz --version >/dev/null 2>&1 || cargo install --quiet --locked cargo-fuzz; }; then
        "$@"
    else
        skip "no nightly compiler or no cargo-fuzz on this machine"
    fi
}

# What reads and writes bytes, on any input.
fuzz() {
    local seconds=15
    [ "$ALL" = 0 ] || seconds=40
    make fuzz FUZZ_SECONDS=$seconds 2>&1 | grep -E '^(Done|=+|.*(panicked|SUMMARY))'
}

# torch comes from the distribution, with its Python: its wheels are larger than all else here together.
has_torch() { "$system_python" -c 'import torch, venv' 2>/dev/null; }

for_torch() {
    if ! has_torch && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get install -y -qq --no-install-recommends python3-torch python3-venv >/dev/null || true
    fi
    if has_torch; then "$@"; else skip "no torch on this machine"; fi
}

test_torch() {
    local venv=.venv-torch
    "$system_python" -c 'import torch; print("torch", torch.__version__)'
    "$system_python" -m venv --clear --without-pip --system-site-packages "$venv"
    $(pip_of "$venv") --group test
    install_for_system_python "$venv"
    "$venv/bin/python" -m pytest -q tests/key/test_torch.py
}

# The wheel of the default Python, if it is one for the distribution's too.
install_for_system_python() {
    $(pip_of "$1") --no-deps .venv/wheels/*.whl 2>/dev/null && return
    flock target/wheels.lock "$MATURIN" build --quiet --profile ci --interpreter "$1/bin/python" --out "$1/wheels"
    $(pip_of "$1") --no-deps "$1"/wheels/*.whl
}

# Type checks for other systems. A stub stands for their C compilers, so that nothing is linked and nothing runs.
check_platforms() {
    local target
    for target in x86_64-pc-windows-msvc aarch64-apple-darwin x86_64-unknown-linux-musl; do
        if ! rustup target add "$target" 2>/dev/null; then
            skip "no standard library for $target"
            continue
        fi
        step "cargo check for $target, where a stub stands for the C compiler"
        check_target "$target"
        check_target "$target" --features python
    done
}

check_target() {
    local target=$1 stub=$PWD/.ci/stub-compiler
    shift
    env "CC_${target//-/_}=$stub" "AR_${target//-/_}=$stub" PYO3_CONFIG_FILE="$PWD/.ci/pyo3-of-another-system.txt" \
        cargo check --quiet --lib --target "$target" --target-dir target/platforms "$@"
}
