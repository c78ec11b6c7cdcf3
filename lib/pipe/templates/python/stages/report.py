"""A page with one list for each length."""

from pipewright import Task, stage


@stage(inputs={"counts": "many"}, outputs=["page"])
def report(task: Task) -> None:
    lines = ["# Frequent words"]
    for counts in task.inputs.counts:
        lines += ["", f"## {counts.point['length']} letters and more", ""]
        lines += [f"- {count} {word}" for word, count in counts.read_json()]
    task.outputs.page.write_text("\n".join(lines) + "\n", encoding="utf-8")
