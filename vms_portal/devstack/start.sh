#!/bin/sh
# Finds Python 3.11 or later and hands over: VMS_PYTHON, else the system's own, else the first
# on the path. Isolated mode (-I) keeps the project root off sys.path: there, the
# standard library's "numbers" is hidden by our package.
set -e
here=$(cd -- "$(dirname -- "$0")" && pwd -P)

is_wanted() {
    "$1" -I -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for candidate in /usr/bin/python3 python3; do
        is_wanted "$candidate" && echo "$candidate" && return
    done
    return 1
}

if [ -n "${VMS_PYTHON:-}" ]; then
    is_wanted "$VMS_PYTHON" || {
        echo "VMS_PYTHON=$VMS_PYTHON is not Python 3.11 or later." >&2
        exit 1
    }
    python=$VMS_PYTHON
elif ! python=$(find_python); then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing Python with apt."
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -qq -y python3 python3-venv >/dev/null
    fi
    python=$(find_python) || {
        echo "Python 3.11 or later is needed: install it, or name it in VMS_PYTHON." >&2
        exit 1
    }
fi
exec "$python" -I "$here/__main__.py" "$@"
