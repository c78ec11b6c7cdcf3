"""A histogram of the qualities of calls: plot_quals.py CALLS OUT"""
import sys
from collections import Counter

with open(sys.argv[1]) as file:
    bins = Counter(int(float(line.split("\t")[3])) for line in file)
width, height = 20 * (max(bins, default=0) + 1), max(bins.values(), default=1)
bars = [
    f'<rect x="{20 * value}" y="{100 - 100 * count / height:.1f}" width="18" height="{100 * count / height:.1f}"/>'
    for value, count in sorted(bins.items())
]
with open(sys.argv[2], "w") as out:
    out.write(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 100">{"".join(bars)}</svg>\n')
