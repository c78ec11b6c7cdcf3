"""Places reads where most of their seeds are: map_reads.py GENOME READS > ALIGNED"""
import sys
from collections import Counter

from sequences import genome_of, reads_of

SEED = 12

genome = genome_of(sys.argv[1])
places = {}
for at in range(len(genome) - SEED + 1):
    places.setdefault(genome[at : at + SEED], []).append(at)
for name, read in reads_of(sys.argv[2]):
    votes = Counter(
        place - at for at in range(len(read) - SEED + 1) for place in places.get(read[at : at + SEED], ())
    )
    if votes:
        place, seeds = max(votes.items(), key=lambda item: (item[1], -item[0]))
        print(name, place, read, seeds, sep="\t")
