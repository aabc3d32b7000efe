# Jobs side by side, as many as there are slots. It is sourced by `run`.
#
# What a job says is shown when it has ended. A job that fails ends the run, and its last lines are the last lines of all.
SLOTS=2
logs=$PWD/target/logs
mkdir -p "$logs"
declare -A jobs=() begun=()
durations=()
skipped=()

step() { printf '\n=== %s ===\n' "$*"; }

skip() {
    step "SKIPPED: $*"
    skipped+=("$*")
}

# Each job has a process group of its own, so that what it has started ends with it.
set -m

begin() {
    local name=$1
    shift
    while [ "${#jobs[@]}" -ge "$SLOTS" ]; do end_one; done
    (set -euo pipefail && "$@") </dev/null >"$logs/$name.log" 2>&1 &
    jobs[$!]=$name
    begun[$name]=$SECONDS
}

end_one() {
    local pid name status=0
    wait -n -p pid "${!jobs[@]}" || status=$?
    name=${jobs[$pid]}
    unset "jobs[$pid]"
    durations+=("$((SECONDS - begun[$name])) $name")
    step "$name: $((SECONDS - begun[$name])) s"
    cat "$logs/$name.log"
    [ "$status" = 0 ] || fail "$name"
}

end_all() {
    while [ "${#jobs[@]}" -gt 0 ]; do end_one; done
}

# One job with nothing beside it.
alone() {
    end_all
    begin "$@"
    end_all
}

kill_all() {
    local pid
    for pid in "${!jobs[@]}"; do kill -- "-$pid" 2>/dev/null || true; done
}
trap kill_all EXIT

show_durations() {
    step "seconds of each step, which run two at a time; $SECONDS in all"
    printf '%s\n' "${durations[@]}" | sort -rn | awk '{ printf "%6d  %s\n", $1, $2 }'
    printf 'SKIPPED: %s\n' "${skipped[@]+"${skipped[@]}"}" | sed '/^SKIPPED: $/d'
}

fail() {
    kill_all
    show_durations
    step "FAILED: $1; its last lines"
    tail -n 60 "$logs/$1.log"
    step "FAILED: $1"
    exit 1
}
