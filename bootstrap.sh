# What must be installed before nodeviz can start? Sourced by `run` and `test`, in the checkout's folder; plain POSIX sh.
# Everything goes into .venv/, node_modules/ and static/vendor/, and is installed anew only if the lists of what is wanted have changed.

log=var/install.log

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

# Sets $python.
find_python() {
    for python in ${PYTHON:-python3 python3.13 python3.12 python3.11 python}; do
        if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            return
        fi
    done
    fail "nodeviz needs Python 3.11 or newer and found none; install one, or say where it is: PYTHON=/path/to/python3 $0"
}

# Runs a command into the log; shows the names that it mentions in lines beginning with "Collecting". Its exit status is the command's.
logged() {
    {
        "$@" 2>&1
        echo "exit status $?"
    } | {
        status=1
        while IFS= read -r line; do
            case $line in
            "Collecting "*) name=${line#Collecting } && printf ' %s' "${name%%[ ;=<>[(~!]*}" ;;
            "Installing collected packages"*) printf '\n  unpacking them' ;;
            "exit status "*) status=${line#exit status } && continue ;;
            esac
            printf '%s\n' "$line" >>"$log"
        done
        printf '\n'
        return "$status"
    }
}

# What programs say of a network that leads nowhere.
unreachable='name resolution|name or service not known|failed to establish|unreachable|timed out|network timeout|connection refused|proxyerror|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET'

# Ends with one sentence about what went wrong, as far as the log tells.
explain() {
    if grep -Eqi "$unreachable" "$log"; then
        fail "The package registry cannot be reached; nodeviz needs a network when it is first started. The details are in $log"
    elif grep -Eqi 'no space left' "$log"; then
        fail "The disk is full. The details are in $log"
    elif grep -Eqi "unable to execute|no acceptable C compiler|(cc|gcc|make|clang)'?: (command )?not found|command '?[a-z0-9_/-]*(gcc|cc|clang)'? failed|No such file or directory: '(gcc|cc|make|clang)'" "$log"; then
        fail "A package must be compiled on this machine, and there is no C compiler; install one (Debian: apt install build-essential python3-dev) and start again. The details are in $log"
    fi
    tail -n 5 "$log" >&2
    fail "The installation failed. The details are in $log"
}

# What a list asks for: itself and the lists that it includes.
wanted() {
    [ "$1" = requirements.txt ] || cat "$1"
    cat requirements.txt constraints.txt
}

# make_environment LIST: the virtual environment, with the packages of the list.
make_environment() {
    if [ -x .venv/bin/python ] && .venv/bin/python -c '' 2>/dev/null && wanted "$1" | cmp -s - ".venv/installed-$1"; then
        return
    fi
    find_python
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        fail "This Python cannot make virtual environments; install its venv module (Debian: apt install python3-venv) and start again."
    (umask 077 && mkdir -p var && : >"$log")
    if ! { [ -x .venv/bin/python ] && .venv/bin/python -m pip --version >/dev/null 2>&1; }; then
        echo "Making a virtual environment in .venv"
        "$python" -m venv --clear .venv >>"$log" 2>&1 || explain
    fi
    printf 'Installing packages into it (about a minute, once):\n '
    logged .venv/bin/python -m pip install --disable-pip-version-check --no-input --retries 2 -r "$1" || explain
    wanted requirements.txt >.venv/installed-requirements.txt
    wanted "$1" >".venv/installed-$1"
}

# Puts a Node.js that is new enough on PATH: the machine's, else one from the Python package registry.
find_node() {
    if command -v npm >/dev/null && node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)' 2>/dev/null; then
        return
    fi
    PATH=$PWD/.venv/bin:$PATH
    if ! [ -x .venv/bin/npm ]; then
        printf 'Installing Node.js for the browser files:\n '
        logged .venv/bin/python -m pip install --disable-pip-version-check --no-input --retries 2 -r frontend/requirements.txt || explain
    fi
}

# The browser files of others: installed by npm, bundled into static/vendor/.
make_assets() {
    stamp=static/vendor/.stamp
    if [ -s static/vendor/codemirror.js ] && [ -s static/vendor/plotly-basic.min.js ] && cat package.json package-lock.json frontend/*.js | cmp -s - "$stamp"; then
        return
    fi
    (umask 077 && mkdir -p var && : >"$log")
    find_node
    echo "Bundling browser files into static/vendor"
    logged npm ci --ignore-scripts --no-audit --no-fund --fetch-retries=1 --loglevel=http >/dev/null || explain
    logged npm run bundle >/dev/null || explain
    cat package.json package-lock.json frontend/*.js >"$stamp"
}

# Our own modules as pages load them (frontend/pages.js). Bundled anew when any of them has changed.
make_pages() {
    pages=static/vendor/pages/run.js
    if [ -s "$pages" ] && [ -z "$(find package.json frontend static/js static/css -type f -newer "$pages")" ]; then
        return
    fi
    (umask 077 && mkdir -p var && : >"$log")
    find_node
    [ -d node_modules ] || logged npm ci --ignore-scripts --no-audit --no-fund --fetch-retries=1 --loglevel=http >/dev/null || explain
    logged npm run pages >/dev/null || explain
}

# What browsers load of the lessons: their runs, simulated. Looked at anew when a lesson, an example or the simulator has changed; a lesson that is refused is not listed.
make_lessons() {
    packs=static/vendor/lessons/.built.json
    if [ -s "$packs" ] && [ -z "$(find lessons scenarios simulator nodeviz/classroom nodeviz/runs nodeviz/scenarios -name '*.pyc' -o -name __pycache__ -o -type f -newer "$packs" -print)" ]; then
        return
    fi
    echo "Computing the lessons"
    .venv/bin/python manage.py build_lessons || echo "nodeviz starts without the lessons that were refused."
}
