"""Every task of the project, with the standard library only: python3 tasks.py demo | test | ...

demo    make .venv from the locked requirements, install the command, run the demonstration
test    the same with the tools for tests, then the tests
faults  the tests of faults alone, with what they counted; --long for the long form
newest  the tests of the window on the newest PySide6, in .venv-newest
check   format, lint, types, imports
bench   the benchmarks, side by side with named peers
build   the program as one folder for a machine without Python, in build/
pictures  the pictures of the README and the manual, into docs/pictures
"""

import ctypes.util
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
COMMAND = BIN / ("policepost.exe" if os.name == "nt" else "policepost")
RUNTIME, DEVELOPMENT = ROOT / "requirements.lock", ROOT / "requirements-dev.lock"
BENCH, PACKAGE = ROOT / "requirements-bench.lock", ROOT / "requirements-package.lock"
NEWEST = ROOT / "requirements-newest.lock"
TEST_PROGRAMS = {
    "strace": "strace", "pdftotext": "poppler-utils", "pdftoppm": "poppler-utils",
    "unshare": "util-linux", "/usr/sbin/cupsd": "cups-daemon", "lpadmin": "cups-client",
    "/usr/lib/cups/filter/pdftopdf": "cups-filters", "xvfb-run": "xvfb", "xauth": "xauth",
    "openbox": "openbox", "xdotool": "xdotool", "dbus-run-session": "dbus-daemon",
    "ibus-daemon": "ibus", "/usr/libexec/ibus-engine-libpinyin": "ibus-libpinyin",
}  # fmt: skip
# What Qt needs of a bare Debian: libraries and the packages that hold them.
WINDOW_LIBRARIES = {
    "GL": "libgl1", "EGL": "libegl1", "xkbcommon": "libxkbcommon0", "dbus-1": "libdbus-1-3",
    "fontconfig": "libfontconfig1", "glib-2.0": "libglib2.0-0", "gssapi_krb5": "libgssapi-krb5-2",
    "X11": "libx11-6", "atomic": "libatomic1",
}  # fmt: skip
SCREEN_LIBRARIES = {
    "xcb-cursor": "libxcb-cursor0", "xcb-icccm": "libxcb-icccm4", "xcb-keysyms": "libxcb-keysyms1",
    "xcb-image": "libxcb-image0", "xcb-render-util": "libxcb-render-util0", "xcb-xkb": "libxcb-xkb1",
    "xkbcommon-x11": "libxkbcommon-x11-0", "xcb-shape": "libxcb-shape0", "xcb-randr": "libxcb-randr0",
}  # fmt: skip
BUILT_MIB = 250
BENCH_LIBRARIES = {"pango-1.0": "libpango-1.0-0", "pangoft2-1.0": "libpangoft2-1.0-0"}
BENCH_PROGRAMS = {"soffice": "libreoffice-calc", **TEST_PROGRAMS}


def run(*command: str | Path, **environment: str) -> None:
    """Run a command in the project's folder; stop with its exit code if it fails.

    What Python compiles is kept, as where the program is installed: the tests start hundreds of processes.
    """
    around = {**os.environ, **environment}
    around.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run([str(part) for part in command], cwd=ROOT, env=around, check=False)
    if done.returncode != 0:
        sys.exit(done.returncode)


def system_programs(wanted: dict[str, str]) -> None:
    """Install what the system lacks where this is allowed, else say in one line what to install."""
    install({package for name, package in wanted.items() if shutil.which(name) is None})


def system_libraries(wanted: dict[str, str]) -> None:
    """The same for libraries; elsewhere than on Linux Qt brings all it needs."""
    if sys.platform == "linux":
        install({p for name, p in wanted.items() if ctypes.util.find_library(name) is None})


def install(missing: set[str]) -> None:
    """Install packages of the system, or end with one line that says what to install."""
    packages = sorted(missing)
    if not packages:
        return
    if sys.platform == "linux" and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        run("apt-get", "update", "-qq", **quiet)
        run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages, **quiet)
        return
    sys.exit(f"Please install first: {' '.join(packages)}")


def environment(*locks: Path, venv: Path = VENV) -> Path:
    """Make a venv hold the locked requirements and this project; return its Python.

    Quick when it does already.
    """
    python = venv / PYTHON.relative_to(VENV)
    wanted = hashlib.sha256(b"".join(lock.read_bytes() for lock in locks)).hexdigest()
    wanted += hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    stamp = venv / f"installed-{locks[-1].stem}"
    if stamp.exists() and stamp.read_text() == wanted and python.exists():
        return python
    if not python.exists():
        try:
            import ensurepip  # noqa: F401, PLC0415
        except ImportError:
            system_programs({"no such program": "python3-venv"})
        run(sys.executable, "-m", "venv", venv)
    pip = (python, "-m", "pip", "--quiet", "--disable-pip-version-check", "install")
    for lock in locks:
        run(*pip, "--require-hashes", "--requirement", lock)
    run(*pip, "--no-deps", "--no-build-isolation", "--no-index", "--editable", ROOT)
    stamp.write_text(wanted)
    return python


def demo(*arguments: str) -> None:
    """Run the demonstration; only a machine with a screen needs what a window does."""
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        system_libraries(WINDOW_LIBRARIES | SCREEN_LIBRARIES)
    environment(RUNTIME)
    run(COMMAND, "demo", *(arguments or ("--out", "demo")))


def test(*arguments: str) -> None:
    """Run the tests, on all cores; windows wait half their time, so half as many again at once.

    Who has done its part takes over of the others': some tests of faults take minutes.
    """
    system_programs(TEST_PROGRAMS)
    system_libraries(WINDOW_LIBRARIES | SCREEN_LIBRARIES)
    environment(DEVELOPMENT)
    cores = os.cpu_count() or 1
    run(PYTHON, "-m", "pytest", "-n", str(cores + cores // 2), "--dist", "worksteal", *arguments)


def faults(*arguments: str) -> None:
    """Run the tests of faults: kills, failing disks, power cuts; --long in their long form.

    The long form has the histories of sites that exchange packages as well.
    """
    system_programs(TEST_PROGRAMS)
    system_libraries(WINDOW_LIBRARIES | SCREEN_LIBRARIES)
    environment(DEVELOPMENT)
    chosen = [one for one in arguments if one != "--long"]
    if "--long" in arguments:
        chosen += ["tests/exchange", "-m", "long or not long", "--durations", "30"]
    cores = str(os.cpu_count() or 1)
    run(PYTHON, "-m", "pytest", "-n", cores, "tests/faults", *chosen)


def newest(*arguments: str) -> None:
    """Run the tests of the window on the newest PySide6; the locked one is what is shipped."""
    system_programs(TEST_PROGRAMS)
    system_libraries(WINDOW_LIBRARIES | SCREEN_LIBRARIES)
    python = environment(NEWEST, venv=ROOT / ".venv-newest")
    run(
        python,
        "-m",
        "pytest",
        "-n",
        str(os.cpu_count() or 1),
        "tests/desktop",
        "tests/scenarios",
        *arguments,
    )


def check() -> None:
    """Check format, lint, types and the direction of imports."""
    environment(DEVELOPMENT)
    run(PYTHON, "-m", "ruff", "format", "--check", ".")
    run(PYTHON, "-m", "ruff", "check", ".")
    run(PYTHON, "-m", "mypy")
    run(BIN / "lint-imports", "--no-logo")


def bench(*arguments: str) -> None:
    """Run the benchmarks."""
    system_programs(BENCH_PROGRAMS)
    system_libraries(BENCH_LIBRARIES)
    environment(DEVELOPMENT, BENCH)
    run(PYTHON, "-m", "benchmarks", *arguments)


def build() -> None:
    """Build the program, and prove it on a machine without any network."""
    system_libraries(WINDOW_LIBRARIES | SCREEN_LIBRARIES)
    environment(RUNTIME, PACKAGE)
    out, work = ROOT / "build" / "program", ROOT / "build" / "work"
    shutil.rmtree(out, ignore_errors=True)
    run(
        BIN / "pyinstaller", "--noconfirm", "--log-level", "ERROR",
        "--distpath", out, "--workpath", work, ROOT / "build.spec",
    )  # fmt: skip
    command = next(out.glob(f"policepost-*/{COMMAND.name}"))
    # A network namespace of its own has no interface that works.
    alone = ("unshare", "--net", "--map-root-user") if shutil.which("unshare") else ()
    # It loads every command: a module that is loaded by its name is easily left out.
    run(*alone, command, "selftest")
    run(*alone, command, "demo", "--no-window", "--out", work / "demo")
    folder = command.parent
    size = sum(file.stat().st_size for file in folder.rglob("*") if not file.is_symlink())
    print(f"The program is in {folder}: {size / 2**20:.0f} MiB, of {BUILT_MIB} it may have.")
    if size > BUILT_MIB * 2**20:
        sys.exit("It is larger than it may be.")


def pictures() -> None:
    """Make the pictures anew, from the demonstration."""
    system_programs(TEST_PROGRAMS)
    system_libraries(WINDOW_LIBRARIES)
    environment(DEVELOPMENT)
    run(PYTHON, ROOT / "docs" / "pictures.py", QT_QPA_PLATFORM="offscreen", PYTHONPATH=str(ROOT))


TASKS = {
    "demo": demo, "test": test, "faults": faults, "newest": newest, "check": check, "bench": bench, "build": build, "pictures": pictures,
}  # fmt: skip

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in TASKS:
        sys.exit(__doc__)
    TASKS[sys.argv[1]](*sys.argv[2:])
