"""What test_distributed.py has torchrun do: the steps of jobs.json, in each process of a team, or in one on its own."""

import json
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[2] / "Sources" / "4-run" / "Workers"), str(Path(__file__).resolve().parent)]


def short_of_memory(rank, limit):
    """In the process `rank`, more than `limit` tokens at once do not fit. Returns how to undo it."""
    import torch
    from ablate_worker.training import gradients
    real = gradients.add_gradients

    def add_gradients(model, data, chosen, budget, device, *more):
        from ablate_worker.training.distributed import Team
        loss = real(model, data, chosen, budget, device, *more)  # so that there is something to throw away
        if Team.current().rank == rank and budget > limit:
            raise torch.OutOfMemoryError("no more")
        return loss
    gradients.add_gradients = add_gradients
    return lambda: setattr(gradients, "add_gradients", real)


def do(job, folder):
    import inprocess
    from ablate_worker.training import trainer
    given = {name: Path(path) for name, path in job["inputs"].items()}
    scratch = Path(job["scratch"]) if job.get("scratch") else None
    undo = short_of_memory(*job["memory"]) if job.get("memory") else lambda: None
    save_every = trainer.SAVE_EVERY
    trainer.SAVE_EVERY = 0 if scratch else save_every
    try:
        outputs, fields, events = inprocess.run("finetune", job["parameters"], given, folder, scratch, job.get("stop"))
        return {"outputs": str(outputs), **{k: fields.get(k) for k in ("metrics", "measurements")}, "events": len(events)}
    except inprocess.Interrupted:
        return {"interrupted": job["stop"]}
    finally:
        undo()
        trainer.SAVE_EVERY = save_every


def main(folder):
    import torch
    torch.distributed.init_process_group("gloo")
    rank, found = torch.distributed.get_rank(), {}
    for name, job in json.loads((folder / "jobs.json").read_text()).items():
        torch.distributed.barrier()
        found[name] = do(job, folder / f"rank-{rank}")
    (folder / f"found-{rank}.json").write_text(json.dumps(found))
    from ablate_worker.training.distributed import leave
    leave()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
