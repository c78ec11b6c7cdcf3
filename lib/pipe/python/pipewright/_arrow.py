"""Arrow files as the rest of the pipeline has them, where pyarrow is installed."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any, List, Mapping, Optional

from ._errors import BadInput

if TYPE_CHECKING:
    from ._task import InputFile


def _pyarrow() -> Any:
    try:
        import pyarrow
        import pyarrow.ipc
    except ImportError as error:
        raise ImportError("Arrow files need pyarrow and NumPy: pip install pyarrow numpy") from error
    return pyarrow


def read_table(file: InputFile) -> Any:
    """All batches of the file."""
    pyarrow = _pyarrow()
    try:
        with pyarrow.memory_map(os.fspath(file), "r") as source:
            return pyarrow.ipc.open_file(source).read_all()
    except pyarrow.ArrowInvalid as error:
        raise BadInput(f"{file.name}: not an Arrow file ({error})") from error


def read_tensor(file: InputFile, name: Optional[str]) -> Any:
    """`[rows, …shape of one row]`; a view into the file where the rows lie in one batch."""
    pyarrow = _pyarrow()
    table = read_table(file)
    tensors = [field.name for field in table.schema if _is_tensor(pyarrow, field.type)]
    if name is None and len(tensors) != 1:
        there = ", ".join(tensors) or "none"
        raise BadInput(f"{file.name}: name one of its tensors; it has {there}")
    chosen = tensors[0] if name is None else name
    if chosen not in table.column_names:
        raise BadInput(f"{file.name}: no column {chosen!r}; it has {', '.join(table.column_names) or 'none'}")
    column = table.column(chosen)
    if not _is_tensor(pyarrow, column.type):
        raise BadInput(f"{file.name}: column {chosen!r} holds {column.type}, not a tensor")
    # A table without rows may have no chunk; combining gives one that has the type.
    whole = column.chunk(0) if column.num_chunks == 1 else pyarrow.concat_arrays(_storages(column))
    storage = getattr(whole, "storage", whole)
    shape = list(getattr(column.type, "shape", [column.type.list_size if storage is whole else 0]))
    return storage.flatten().to_numpy(zero_copy_only=False).reshape([len(column), *shape])


def _storages(column: Any) -> List[Any]:
    kind = getattr(column.type, "storage_type", column.type)
    empty = _pyarrow().array([], type=kind)
    return [getattr(chunk, "storage", chunk) for chunk in column.chunks] or [empty]


def _is_tensor(pyarrow: Any, kind: Any) -> bool:
    return bool(pyarrow.types.is_fixed_size_list(getattr(kind, "storage_type", kind)))


def write(path: Any, columns: Mapping[str, Any], dimensions: Mapping[str, Any], metadata: Mapping[str, str]) -> None:
    """One batch, uncompressed; metadata sorted, so that equal tables are equal bytes."""
    pyarrow = _pyarrow()
    unknown = [name for name in dimensions if name not in columns]
    if unknown:
        raise ValueError(f"dimensions are given for {unknown[0]!r}, which is no column")
    arrays = {name: _array(pyarrow, name, held, dimensions.get(name)) for name, held in columns.items()}
    # A tensor has a value in every row; anything else may lack one.
    fields = [
        pyarrow.field(name, array.type, nullable=not _is_tensor(pyarrow, array.type)) for name, array in arrays.items()
    ]
    schema = pyarrow.schema(fields, metadata={key: metadata[key] for key in sorted(metadata)})
    batch = pyarrow.record_batch(list(arrays.values()), schema=schema)
    with pyarrow.OSFile(os.fspath(path), "wb") as sink, pyarrow.ipc.new_file(sink, schema) as writer:
        writer.write_batch(batch)


_ELEMENTS = ("uint8", "int32", "float32", "float64")


def _array(pyarrow: Any, name: str, held: Any, dimensions: Optional[List[str]]) -> Any:
    numbers = held.detach().cpu().numpy() if hasattr(held, "detach") else held
    if getattr(numbers, "ndim", 0) >= 2:
        return _tensor(pyarrow, name, numbers, dimensions)
    values = numbers.tolist() if hasattr(numbers, "tolist") else list(numbers)
    if any(isinstance(value, float) and math.isnan(value) for value in values):
        raise ValueError(f"column {name!r}: a missing value is None, not NaN")
    present = [value for value in values if value is not None]
    if all(isinstance(value, bool) for value in present) and present:
        return pyarrow.array(values, type=pyarrow.bool_())
    if all(isinstance(value, str) for value in present) and present:
        return pyarrow.array(values, type=pyarrow.string())
    if all(isinstance(value, int) and not isinstance(value, bool) for value in present) and present:
        return pyarrow.array(values, type=pyarrow.int32())
    return pyarrow.array(values, type=pyarrow.float64())


def _tensor(pyarrow: Any, name: str, numbers: Any, dimensions: Optional[List[str]]) -> Any:
    element = str(numbers.dtype)
    if element not in _ELEMENTS:
        raise ValueError(f"column {name!r}: tensors are of {', '.join(_ELEMENTS)}, not {element}")
    shape = list(numbers.shape[1:])
    if dimensions is not None and len(dimensions) != len(shape):
        raise ValueError(f"column {name!r}: {len(dimensions)} names for {len(shape)} dimensions")
    flat = pyarrow.array(numbers.reshape(-1))
    item = pyarrow.field("item", flat.type, nullable=False)
    storage = pyarrow.FixedSizeListArray.from_arrays(flat, type=pyarrow.list_(item, math.prod(shape)))
    kind = pyarrow.fixed_shape_tensor(flat.type, shape, dim_names=dimensions)
    try:
        return pyarrow.ExtensionArray.from_storage(kind, storage)
    except (TypeError, pyarrow.ArrowInvalid):
        # Its own storage calls an element nullable; the bytes are the same.
        storage = pyarrow.FixedSizeListArray.from_arrays(flat, math.prod(shape))
        return pyarrow.ExtensionArray.from_storage(kind, storage)
