"""What the scripts share."""
import json


def parameters(path, name):
    """The part of the parameters that a script reads."""
    with open(path, encoding="utf-8") as file:
        return json.load(file)[name]


def rows(path):
    """The lines of a table, split."""
    with open(path, encoding="utf-8") as file:
        return [line.rstrip("\n").split("\t") for line in file]


def write_rows(path, table):
    """Writes a table with tabs."""
    # One row a line.
    with open(path, "w", encoding="utf-8") as file:
        for row in table:
            file.write("\t".join(map(str, row)) + "\n")
