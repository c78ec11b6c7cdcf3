"""Makes genome.fa and reads of three samples, each with mutations of its own: make-data.py OUT"""
import os
import random
import sys

random.seed(7)
genome = "".join(random.choice("ACGT") for _ in range(2000))
os.makedirs(os.path.join(sys.argv[1], "samples"), exist_ok=True)
with open(os.path.join(sys.argv[1], "genome.fa"), "w") as out:
    out.write(">I\n" + "".join(genome[at : at + 60] + "\n" for at in range(0, len(genome), 60)))
for sample in "ABC":
    mutated = list(genome)
    for at in random.sample(range(len(genome)), 12):
        mutated[at] = random.choice([base for base in "ACGT" if base != genome[at]])
    with open(os.path.join(sys.argv[1], "samples", f"{sample}.fastq"), "w") as out:
        for number in range(600):
            at = random.randrange(len(genome) - 50)
            read = [base if random.random() > 0.005 else "N" for base in mutated[at : at + 50]]
            out.write(f"@{sample}{number}\n{''.join(read)}\n+\n{'I' * 50}\n")
