"""In the order of places: sort_reads.py < ALIGNED > SORTED"""
import sys

sys.stdout.writelines(sorted(sys.stdin, key=lambda line: (int(line.split("\t")[1]), line)))
