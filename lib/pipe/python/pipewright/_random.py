"""Random state that can be set, and carried from one segment of a scan to the next."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import random
import sys
from pathlib import Path
from typing import Any, Dict, Union

_FORMAT = "pipewright random state 1"


def seed_all(*parts: object) -> int:
    """Seeds `random`, and NumPy and PyTorch where they are imported, from any values; gives the seed."""
    text = json.dumps([str(part) for part in parts])
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    random.seed(seed)
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    if numpy is not None:
        numpy.random.seed(seed % 2**32)
    if torch is not None:
        torch.manual_seed(seed % 2**63)
    return seed


def save_random_state(path: Union[str, "os.PathLike[str]"]) -> None:
    """Writes the state of `random`, and of NumPy and PyTorch where they are imported; equal states, equal bytes."""
    version, words, gauss = random.getstate()
    state: Dict[str, Any] = {"format": _FORMAT, "random": [version, list(words), gauss]}
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    if numpy is not None:
        name, keys, position, has_gauss, cached = numpy.random.get_state()
        state["numpy"] = [name, [int(key) for key in keys], int(position), int(has_gauss), float(cached)]
    if torch is not None:
        state["torch"] = _bytes(torch.get_rng_state())
        if torch.cuda.is_available():
            state["cuda"] = [_bytes(each) for each in torch.cuda.get_rng_state_all()]
    Path(path).write_text(json.dumps(state, sort_keys=True) + "\n", encoding="utf-8")


def load_random_state(path: Union[str, "os.PathLike[str]"]) -> None:
    """Sets what `save_random_state` wrote; a library whose state is in it is imported."""
    state = json.loads(Path(path).read_text(encoding="utf-8"))
    if not isinstance(state, dict) or state.get("format") != _FORMAT:
        raise ValueError(f"{os.fspath(path)} holds no random state")
    version, words, gauss = state["random"]
    random.setstate((version, tuple(words), gauss))
    if "numpy" in state:
        import numpy

        name, keys, position, has_gauss, cached = state["numpy"]
        numpy.random.set_state((name, numpy.array(keys, dtype=numpy.uint32), position, has_gauss, cached))
    if "torch" in state:
        import torch

        torch.set_rng_state(_tensor(state["torch"]))
        if "cuda" in state and torch.cuda.is_available():
            torch.cuda.set_rng_state_all([_tensor(each) for each in state["cuda"]])


def _bytes(tensor: Any) -> str:
    return base64.b64encode(bytes(tensor.cpu().tolist())).decode("ascii")


def _tensor(text: str) -> Any:
    import torch

    return torch.tensor(list(base64.b64decode(text)), dtype=torch.uint8)
