"""Files of sequences."""


def genome_of(path):
    """The bases of a FASTA file with one sequence."""
    with open(path) as file:
        return "".join(line.strip() for line in file if not line.startswith(">"))


def reads_of(path):
    """Names and bases of a FASTQ file."""
    with open(path) as file:
        lines = file.read().split("\n")
    return [(lines[at][1:], lines[at + 1]) for at in range(0, len(lines) - 3, 4)]
