"""What a Python stage of a pipewright pipeline declares and receives. Standard library only."""

from ._declare import Stage, stage
from ._errors import BadInput, Cancelled
from ._random import load_random_state, save_random_state, seed_all
from ._task import InputFile, Inputs, Outputs, Task

__version__ = "0.1.0"

__all__ = [
    "BadInput",
    "Cancelled",
    "InputFile",
    "Inputs",
    "Outputs",
    "Stage",
    "Task",
    "load_random_state",
    "save_random_state",
    "seed_all",
    "stage",
]
