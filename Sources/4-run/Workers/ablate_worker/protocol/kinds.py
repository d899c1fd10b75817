"""The parameters of every kind of step: which must be there, and which may. Whatever else a step brings is a mistake.

The one list of the kinds. Knows names, not what a parameter means or which values it may have.
"""

import difflib
from dataclasses import dataclass, field

from .words import listed, printable


@dataclass(frozen=True)
class Names:
    """The names of an object's members. parts: the names of those that are objects themselves, where they are no null or text."""

    required: tuple
    optional: tuple = ()
    parts: dict = field(default_factory=dict)
    open: bool = False  # whether there may be others: names that are the user's, such as columns

    def faults(self, given, path=""):
        """What is wrong with an object's names, each in a sentence's middle; `path` comes before a name in it."""
        known = [*self.required, *self.optional]
        for name in given if not self.open else ():
            if name not in known:
                near = difflib.get_close_matches(name, known, 1, 0.6) or [k for k in known if k.casefold() == name.casefold()]
                meant = f" (is '{path}{near[0]}' meant?)" if near else ""
                yield f"knows no parameter '{path}{printable(name)}'{meant}; it knows {listed([path + k for k in sorted(known)], 30)}"
        for name in self.required:
            if name not in given:
                yield f"needs the parameter '{path}{name}', and the step has none"
        for name, part in self.parts.items():
            if isinstance(given.get(name), dict):
                yield from part.faults(given[name], f"{path}{name}.")


def names(required, optional="", open=False, **parts):
    return Names(tuple(required.split()), tuple(optional.split()), parts, open)


LENGTHS = names("keep", open=True)  # and a budget for each column of the template
LORA = names("rank alpha dropout targets", "rslora dora")
SCRATCH = names("architecture hidden layers heads intermediate vocabulary context")
TFIDF = names("analyzer ngrams min-count regularization")
CHAT = names("", "system")

KINDS = {
    "ingest": names("format columns labels role", "constraint", columns=names("", "id prompt answer label group weight")),
    "tokenize": names("template", "vocabulary chat split-special-tokens", chat=CHAT),
    # `training` is read by training/plan.py, which knows its names.
    "finetune": names("classes pooling lengths scratch lora quantization training seed fold", "precision head-input remote-code",
                      lengths=LENGTHS, scratch=SCRATCH, lora=LORA),
    "fit": names("classes template tfidf fold", tfidf=TFIDF),
    "predict": names("classes pooling lengths scratch quantization fold", "lora precision head-input remote-code",
                     lengths=LENGTHS, scratch=SCRATCH, lora=LORA),
    "features": names("features", "components"),
    "annotate": names("endpoint model template", "name scale categories per temperature max-tokens prices concurrency rate retries "
                      "timeout key-variable", prices=names("", "prompt completion")),
    "extract": names("features pooling lengths components name", "quantization precision remote-code", lengths=LENGTHS),
    "explore": names("clusters near labels"),
    "stack": names("learner classes", "settings seeds test fold group-statistics"),  # settings: stacking/learnersettings.py
    "export": names("classes pooling lengths scratch", "quantization precision head-input remote-code merge labels base-model "
                    "base-revision template chat split-special-tokens", lengths=LENGTHS, scratch=SCRATCH, chat=CHAT),
    "publish": names("", "parquet tensorboard mlflow"),
    "convert": names("to", "numbers"),
    "fetch": names("repository", "revision remote-code"),
}


def names_of(kind, parameters):
    """The names that a step of a kind may have. A prediction has those of the kind that made its model."""
    of_baseline = kind == "predict" and not parameters.keys().isdisjoint(("tfidf", "template"))
    return KINDS["fit" if of_baseline else kind]


def fault(kind, parameters):
    """What is wrong with a step's kind and the names of its parameters, in a sentence; None where nothing is."""
    if kind not in KINDS:
        return f"there is no kind of step '{printable(kind)}'; this worker runs {', '.join(KINDS)}"
    found = next(names_of(kind, parameters).faults(parameters), None)
    return None if found is None else f"a step of the kind {kind} {found}"
