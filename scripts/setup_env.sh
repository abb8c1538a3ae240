#!/usr/bin/env bash
# Make everything ready that ntrkoma needs on a machine without conda.
#
#   scripts/setup_env.sh venv    .venv with the packages of requirements.lock and the project itself
#   scripts/setup_env.sh slurm   the same with Snakemake's Slurm executor (requirements-slurm.lock)
#   scripts/setup_env.sh dev     all of it with the developers' tools (requirements-dev.lock)
#   scripts/setup_env.sh tools   STAR, samtools and fastp, from the distribution if they are not on PATH
#   scripts/setup_env.sh curl    curl, which fetches the reference files
#   scripts/setup_env.sh browser Chromium, for the tests of the pages; without it they are skipped
#   scripts/setup_env.sh lock    remake the three lists from pyproject.toml
#
# Several words may be given; they are done in that order. What is ready is left alone, what was cut
# short is made anew.
#
# NTRKOMA_NO_APT=1        install nothing from the distribution, say what is missing instead
# NTRKOMA_PYTHON=PYTHON   make .venv from this Python (default: the newest of 3.11-3.13 on PATH)
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
supported=(3.13 3.12 3.11)
no_python="needs Python 3.11, 3.12 or 3.13 and ${NTRKOMA_PYTHON:-what is on PATH} is none of them"
no_python+="; install one, for example with 'apt-get install python3 python3-venv' on Debian 12."

say() { printf 'ntrkoma setup: %s\n' "$*" >&2; }
die() {
    say "$*"
    exit 1
}
has() { command -v "$1" >/dev/null; }

# --- the distribution's packages ---------------------------------------------------------------

as_root=()

may_use_apt() {
    [[ -z ${NTRKOMA_NO_APT:-} ]] && has apt-get || return 1
    [[ $(id -u) -eq 0 ]] && return 0
    has sudo && sudo -n true 2>/dev/null && as_root=(sudo -n)
}

apt_install() {
    local get=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive
        apt-get -qq -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0)
    say "installing $* from the distribution"
    # Lists that cannot be refreshed may still do; the install decides.
    "${get[@]}" update </dev/null >&2 || say "apt-get update failed, going on with the lists as they are"
    "${get[@]}" install --yes --no-install-recommends "$@" </dev/null >&2
}

missing_tools() {
    local tool
    for tool in STAR samtools fastp; do
        has "$tool" || printf '%s\n' "$tool"
    done
}

install_tools() {
    local missing how
    mapfile -t missing < <(missing_tools)
    [[ ${#missing[@]} -gt 0 ]] || return 0
    how="install with 'apt-get install rna-star samtools fastp' as root"
    how+=" or 'conda install -c conda-forge -c bioconda star samtools fastp'"
    may_use_apt || die "not on PATH: ${missing[*]}; $how."
    apt_install "${missing[@]/STAR/rna-star}" || die "apt-get could not install ${missing[*]}; $how."
    mapfile -t missing < <(missing_tools)
    [[ ${#missing[@]} -eq 0 ]] || die "installed, but not on PATH: ${missing[*]}; $how."
}

install_curl() {
    has curl && return
    local how="install it with 'apt-get install curl' as root or 'conda install -c conda-forge curl'"
    may_use_apt || die "not on PATH: curl; $how."
    apt_install curl ca-certificates || die "apt-get could not install curl; $how."
}

install_browser() {
    if has chromium || has chromium-browser; then return 0; fi
    local how="install with 'apt-get install chromium fonts-dejavu-core' as root"
    if may_use_apt && apt_install chromium fonts-dejavu-core; then return 0; fi
    say "no Chromium, so tests of the pages will be skipped; $how."
}

# --- the Python environment --------------------------------------------------------------------

# Snakemake cannot run scripts with a Python whose path holds spaces or the like. A checkout in such
# a folder keeps its environment in the cache folder and .venv is a link to it.
venv=$root/.venv
is_plain() { [[ $1 =~ ^[A-Za-z0-9_@%+=,./-]+$ ]]; }
if ! is_plain "$root"; then
    venv=${XDG_CACHE_HOME:-${HOME:-}/.cache}/ntrkoma/venv-$(printf '%s' "$root" | sha256sum | cut -c1-16)
fi

# An activated .venv is no Python to make .venv from, and settings meant for other projects must not
# bend this one.
without_own_venv() {
    local part parts kept=()
    mapfile -t -d : parts < <(printf '%s' "$PATH")
    for part in "${parts[@]}"; do
        [[ $part -ef $venv/bin ]] || kept+=("$part")
    done
    (
        IFS=:
        printf '%s' "${kept[*]}"
    )
}

version_of() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null; }
makes_venvs() { has uv || "$1" -c 'import ensurepip, venv' 2>/dev/null; }

# Print the newest supported Python, if possible one that has all that making a venv takes.
find_python() {
    local wanted candidate candidates fallback=''
    for wanted in "${supported[@]}"; do
        candidates=("python$wanted" python3)
        [[ -z ${NTRKOMA_PYTHON:-} ]] || candidates=("$NTRKOMA_PYTHON")
        for candidate in "${candidates[@]}"; do
            candidate=$(command -v "$candidate") || continue
            [[ $(version_of "$candidate") == "$wanted" ]] || continue
            if makes_venvs "$candidate"; then
                printf '%s\n' "$candidate"
                return
            fi
            fallback=${fallback:-$candidate}
        done
    done
    [[ -n $fallback ]] && printf '%s\n' "$fallback"
}

make_venv() {
    local python package
    python=$(find_python) || die "$no_python"
    is_plain "$venv" || die "the path of this checkout holds spaces or special characters; move it," \
        "or set XDG_CACHE_HOME to a folder whose path has none."
    if ! makes_venvs "$python"; then
        package=python$(version_of "$python")-venv
        may_use_apt || die "$python cannot make virtual environments;" \
            "install its missing part with 'apt-get install $package' as root."
        if ! apt_install "$package" || ! makes_venvs "$python"; then
            die "$python cannot make virtual environments and installing $package did not help;" \
                "set NTRKOMA_PYTHON to another Python 3.11-3.13."
        fi
    fi
    say "making .venv with $python"
    rm -rf -- "$root/.venv" "$venv"
    mkdir -p -- "${venv%/*}" || die "cannot make the folder ${venv%/*}; set XDG_CACHE_HOME to one that $(id -un) may write."
    if has uv; then
        uv venv --quiet --no-python-downloads --python "$python" "$venv"
    else
        "$python" -m venv "$venv"
    fi
    [[ $venv -ef $root/.venv ]] || ln -s -- "$venv" "$root/.venv"
}

# pip_install ARGUMENT...: install into .venv, with uv if it is there
pip_install() {
    if has uv; then
        uv pip install --quiet --python "$venv/bin/python" "$@"
    else
        "$venv/bin/python" -m pip install -qq "$@"
    fi
}

# Marks in .venv say what is complete. They are taken away before a change and written after it, so
# a set-up that was killed never looks finished.
checksum() { sha256sum <"$root/$1" | cut -d' ' -f1; }
mark() { printf '%s\n' "$2" >"$venv/.$1.done"; }
unmark() { rm -f -- "$venv/.$1.done"; }
is_marked() { [[ -f $venv/.$1.done && $(<"$venv/.$1.done") == "$2" ]]; }
is_alive() {
    [[ $venv -ef $root/.venv ]] &&
        "$venv/bin/python" -c 'import sys, importlib.util as u; sys.exit(not u.find_spec("snakemake"))' 2>/dev/null
}

# install_lists FILE...: all that the lists name, with their checksums
install_lists() {
    local file arguments=()
    for file in "$@"; do arguments+=(-r "$root/$file"); done
    say "installing the packages of $*"
    pip_install --require-hashes "${arguments[@]}" ||
        die "the packages of $* could not be installed; see the message above."
}

# setup_venv venv|slurm|dev
setup_venv() {
    local wanted=$1 base slurm dev project
    [[ -w $root ]] || die "cannot write to the checkout; clone it where $(id -un) may write."
    # Two at once in one checkout: the second waits, then finds the work done.
    exec 9<"$root"
    flock 9 2>/dev/null || say "this file system has no locks: run only one set-up at a time"

    unset PYTHONHOME PYTHONPATH VIRTUAL_ENV
    export PIP_USER=0 PIP_REQUIRE_VIRTUALENV=0 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
    PATH=$(without_own_venv)

    base="$(checksum requirements.lock) $root" # a venv that was moved is a broken one
    slurm=$(checksum requirements-slurm.lock)
    dev=$(checksum requirements-dev.lock)
    project=$(checksum pyproject.toml)

    # Slurm stays when a changed list has the environment made anew.
    [[ $wanted == venv && -f $venv/.slurm.done ]] && wanted=slurm
    if ! is_marked base "$base" || ! is_alive ||
        { [[ -f $venv/.slurm.done ]] && ! is_marked slurm "$slurm"; } ||
        { [[ -f $venv/.dev.done ]] && ! is_marked dev "$dev"; }; then
        make_venv
    fi
    if [[ $wanted == dev ]] && ! is_marked dev "$dev"; then
        unmark base
        install_lists requirements-dev.lock
        mark dev "$dev"
        mark slurm "$slurm"
    elif [[ $wanted == slurm ]] && ! is_marked slurm "$slurm"; then
        unmark base
        install_lists requirements.lock requirements-slurm.lock
        mark slurm "$slurm"
    elif ! is_marked base "$base"; then
        install_lists requirements.lock
    fi
    mark base "$base"
    if ! is_marked project "$project"; then
        pip_install --no-deps --editable "$root" || die "the project itself could not be installed; see the message above."
        mark project "$project"
        say ".venv is ready"
    fi
}

# --- the lock files ----------------------------------------------------------------------------

make_locks() {
    local python uv=uv compile users
    python=$(find_python) || die "$no_python"
    scratch=$(mktemp -d)
    trap 'rm -rf -- "$scratch"' EXIT
    cp -- "$root/pyproject.toml" "$scratch/"
    # What conda pins for Snakemake and for our own code is what is installed and tested here.
    sed -n 's/^  - \([a-z0-9._-]*\)=\([0-9].*\)$/\1==\2/p' "$root"/envs/{ntrkoma,snakemake,slurm}.yaml |
        grep -v '^python==' | sort -u >"$scratch/pins.txt"
    cd -- "$scratch"
    if ! has uv; then
        "$python" -m venv uv
        uv/bin/python -m pip install -qq uv
        uv=uv/bin/uv
    fi
    compile=("$uv" pip compile --quiet --universal --generate-hashes --python "$python"
        --no-header --no-emit-index-url --no-emit-find-links)
    "${compile[@]}" pyproject.toml --constraint pins.txt --output-file requirements.lock
    # What Slurm needs beside the users' list.
    mapfile -t users < <(sed -n 's/^\([a-z0-9._-]*\)==.*/--no-emit-package=\1/p' requirements.lock)
    "${compile[@]}" pyproject.toml --extra slurm --constraint requirements.lock "${users[@]}" \
        --output-file requirements-slurm.lock
    # The developers' list holds both, version for version.
    "${compile[@]}" pyproject.toml --extra dev --constraint requirements.lock \
        --constraint requirements-slurm.lock --output-file requirements-dev.lock
    local name
    for name in requirements.lock requirements-slurm.lock requirements-dev.lock; do
        {
            echo '# Exact versions with checksums for Python 3.11-3.13, made from pyproject.toml by: make lock'
            sed '/^# The following packages were excluded/,$d' "$name"
        } >"$root/$name"
        say "$name: $(grep -c '==' "$name") packages"
    done
}

main() {
    [[ $# -gt 0 ]] || die "say what to set up: venv, slurm, dev, tools, curl, browser or lock"
    local word
    for word in "$@"; do
        case $word in
        venv | slurm | dev) setup_venv "$word" ;;
        tools) install_tools ;;
        curl) install_curl ;;
        browser) install_browser ;;
        lock) make_locks ;;
        *) die "unknown word '$word': say venv, slurm, dev, tools, curl, browser or lock" ;;
        esac
    done
}

main "$@"
