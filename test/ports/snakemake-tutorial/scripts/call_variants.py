"""Where reads of the samples agree on another base than the genome's: call_variants.py RATE GENOME SORTED... > CALLS"""
import sys
from collections import Counter

from sequences import genome_of

rate, genome = float(sys.argv[1]), genome_of(sys.argv[2])
piles = [Counter() for _ in genome]
for path in sys.argv[3:]:
    with open(path) as file:
        for line in file:
            _, place, read, _ = line.split("\t")
            for at, base in enumerate(read):
                if base != "N":
                    piles[int(place) + at][base] += 1
for at, (base, pile) in enumerate(zip(genome, piles)):
    others = [(count, other) for other, count in sorted(pile.items()) if other != base]
    if others and max(others)[0] > rate * sum(pile.values()):
        count, other = max(others)
        print(at + 1, base, other, round(10 * count / (sum(pile.values()) + 1), 2), sep="\t")
