"""Builds the wheel of this package by the standard library alone, so that installing it needs no network (PEP 517, 660)."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import tarfile
import zipfile
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

HERE = Path(__file__).resolve().parent
NAME = "pipewright"
TAG = "py3-none-any"

Files = List[Tuple[str, bytes]]


def _version() -> str:
    text = (HERE / NAME / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"$', text, re.MULTILINE)
    if found is None:
        raise RuntimeError(f"{NAME}/__init__.py says no version")
    return found.group(1)


def _metadata() -> bytes:
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {NAME}",
        f"Version: {_version()}",
        "Summary: What Python stages of a pipewright pipeline import: parameters, inputs, outputs, progress, BadInput.",
        "License: MIT",
        "Requires-Python: >=3.9",
        "Provides-Extra: arrow",
        'Requires-Dist: pyarrow>=14; extra == "arrow"',
        'Requires-Dist: numpy; extra == "arrow"',
    ]
    return ("\n".join(lines) + "\n").encode()


def _package() -> Files:
    found = sorted(path for path in (HERE / NAME).iterdir() if path.suffix == ".py" or path.name == "py.typed")
    return [(f"{NAME}/{path.name}", path.read_bytes()) for path in found]


def _wheel(directory: str, files: Files) -> str:
    """Writes one; the same files give the same bytes."""
    version = _version()
    about = f"{NAME}-{version}.dist-info"
    kind = f"Wheel-Version: 1.0\nGenerator: {NAME}\nRoot-Is-Purelib: true\nTag: {TAG}\n".encode()
    held = [*files, (f"{about}/METADATA", _metadata()), (f"{about}/WHEEL", kind)]
    record = "".join(f"{name},sha256={_sum(data)},{len(data)}\n" for name, data in held)
    held.append((f"{about}/RECORD", f"{record}{about}/RECORD,,\n".encode()))
    wheel = f"{NAME}-{version}-{TAG}.whl"
    with zipfile.ZipFile(Path(directory) / wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in held:
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, data)
    return wheel


def _sum(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


Settings = Optional[Dict[str, Any]]


def build_wheel(wheel_directory: str, config_settings: Settings = None, metadata_directory: Optional[str] = None) -> str:
    """The package as it is."""
    return _wheel(wheel_directory, _package())


def build_editable(wheel_directory: str, config_settings: Settings = None, metadata_directory: Optional[str] = None) -> str:
    """A line that leads here."""
    return _wheel(wheel_directory, [(f"__editable__.{NAME}.pth", f"{HERE}\n".encode())])


def build_sdist(sdist_directory: str, config_settings: Settings = None) -> str:
    """All that a wheel is made of."""
    base = f"{NAME}-{_version()}"
    own = [(name, (HERE / name).read_bytes()) for name in ("pyproject.toml", "backend.py")]
    with tarfile.open(Path(sdist_directory) / f"{base}.tar.gz", "w:gz", format=tarfile.PAX_FORMAT) as archive:
        for name, data in [("PKG-INFO", _metadata()), *own, *_package()]:
            entry = tarfile.TarInfo(f"{base}/{name}")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return f"{base}.tar.gz"
