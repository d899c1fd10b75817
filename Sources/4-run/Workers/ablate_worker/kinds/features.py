"""Numbers that describe each row, for a stacking learner: counts of its texts, and where it stands in its group.

Knows the families by name and the order in which columns come. Reads no label, so that it may look at training and test
tables alike; what it fits (TF-IDF components) is fitted on the `reference` texts only.
"""

from ..files import formats
from ..protocol.step import invalid
from ..texts import extra, groups, rowtexts, textstats

NAMES = (*textstats.FAMILIES, "tfidf", "extra", "group-statistics")
CHUNK = 500  # texts between two reports of progress


def run(step):
    import numpy as np
    wanted = asked(step)
    texts = formats.read_texts(step.input("texts"))
    table = formats.read_json(step.input("rows"))
    check_table(step, texts, table)
    mains = rowtexts.described(texts[0])  # what most families describe
    names, parts = given(step, len(texts))
    for position, family in enumerate(wanted):
        if family == "group-statistics":
            more = in_groups(step, names, parts, texts, table)
        elif family == "extra":
            more = beside(step, len(texts))
        elif family == "tfidf":
            more = components(step, texts, mains)
        else:
            more = counted(step, family, texts, mains)
        names += more[0]
        parts.append(np.asarray(more[1], np.float32))
        step.channel.progress(position + 1, len(wanted), "families", family)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise invalid(f"two features have the name '{twice[0]}': a features input repeats a family, or holds another's names")
    formats.write_features(step.outputs / "features", names, np.concatenate(parts, axis=1))
    return {"metrics": {"rows": len(texts), "columns": len(names)}}


def asked(step):
    """The parameter `features`, checked."""
    wanted = step.parameters.features
    for family in wanted:
        if family not in NAMES:
            raise invalid(f"there is no feature '{family}'; there are {', '.join(NAMES)}")
    if len(set(wanted)) != len(wanted):
        raise invalid(f"a feature is named twice in {', '.join(wanted)}: name each once")
    more = any(name.startswith("features.") for name in step.inputs)
    if not wanted and not more:
        raise invalid(f"no feature is named: choose from {', '.join(NAMES)}")
    if wanted and wanted[0] == "group-statistics" and not more:
        raise invalid("group-statistics describes the features that are named before it, and it is named first")
    return wanted


def check_table(step, texts, table):
    if not texts:
        raise invalid(f"{step.title('texts')} has no rows")
    if len(table["ids"]) != len(texts):
        raise invalid(f"{step.title('rows')} has {len(table['ids'])} rows and {step.title('texts')} {len(texts)}: they are of "
                      "two tables")


def given(step, count):
    """The columns of inputs `features.<name>`, made by other steps: they come first, and group statistics see them."""
    import numpy as np
    names, parts = [], [np.empty((count, 0), np.float32)]
    for name in sorted(n for n in step.inputs if n.startswith("features.")):
        more, values = formats.read_features(step.source(name), count)
        names += more
        parts.append(values)
    return names, parts


def counted(step, family, texts, mains):
    """A family of textstats: (names, values)."""
    import numpy as np
    if family == "overlap" and not rowtexts.pairs(texts[0]):
        raise invalid(f"the feature overlap compares each answer with its prompt, or texts with each other, and {step.title('texts')} has only "
                      f"{', '.join(sorted(texts[0]))}: name another in data.columns, or leave overlap out")
    describe = textstats.of_row(family, mains)
    names = list(describe(texts[0]))
    values = np.empty((len(texts), len(names)))
    for row, text in enumerate(texts):
        values[row] = list(describe(text).values())
        if row % CHUNK == CHUNK - 1:
            step.channel.progress(row + 1, len(texts) + 1, "rows", family)
    if family == "length" and step.has("tokens"):
        columns, _ = formats.read_tokens(step.input("tokens"))
        formats.check_rows(columns, len(texts))
        names += [f"{column}.tokens" for column in sorted(columns)]
        values = np.concatenate([values, *(np.diff(columns[c][1])[:, None] for c in sorted(columns))], axis=1)
    return names, values


def beside(step, count):
    """The extra columns of the table: (names, values)."""
    import numpy as np
    if not (step.has("extra") and step.has("extra-reference")):
        raise invalid("the feature extra needs the extra columns: name them in data.columns.extra, or leave extra out")
    cells, reference = formats.read_json(step.input("extra")), formats.read_json(step.input("extra-reference"))
    names, values = [], []
    for name in reference:
        if len(cells.get(name, ())) != count:
            raise invalid(f"{step.title('extra')} has {len(cells.get(name, ()))} rows of '{name}', and the table {count}: they are of two tables")
        more = extra.columns(name, cells[name], reference[name], step.title("texts"))
        names, values = names + more[0], values + more[1]
    return names, np.asarray(values, np.float64).reshape(len(names), count).T


def components(step, texts, mains):
    """The components of each text by itself: (names, values)."""
    import numpy as np
    found = [components_of(step, texts, main) for main in mains]
    return [name for names, _ in found for name in names], np.concatenate([values for _, values in found], axis=1)


def components_of(step, texts, main):
    """TF-IDF of words and pairs, and the leading directions of the reference texts in it: (names, values)."""
    import numpy as np
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from threadpoolctl import threadpool_limits
    if not step.has("reference"):
        raise invalid("the feature tfidf needs the input 'reference': the texts it is fitted on, which are the training table's")
    reference = formats.read_texts(step.input("reference"))
    if not reference or main not in reference[0]:
        raise invalid(f"{step.title('reference')} has no column '{main}', and {step.title('texts')} has")
    size = step.parameters.components
    maker = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, token_pattern=r"\w+|[^\w\s]")
    try:
        matrix = maker.fit_transform(text[main] for text in reference)  # [reference rows, terms]
    except ValueError as error:
        what = "texts" if main == "answer" else f"texts '{main}'"
        raise invalid(f"tfidf finds no terms in {len(reference)} {what} of {step.title('reference')} ({error}): leave the "
                      "feature tfidf out") from None
    if not 1 <= size < min(matrix.shape):
        raise invalid(f"components is {size}, and {len(reference)} texts with {matrix.shape[1]} terms allow 1 to "
                      f"{min(matrix.shape) - 1}: lower it")
    # ARPACK converges, and its start is fixed: the result depends on the inputs only.
    svd = TruncatedSVD(size, algorithm="arpack", random_state=0)
    with threadpool_limits(step.threads):
        svd.fit(matrix)
        values = maker.transform(text[main] for text in texts) @ svd.components_.T
    return [f"{main}.tfidf-{index}" for index in range(size)], np.asarray(values)


def in_groups(step, names, parts, texts, table):
    """Statistics within groups of every column so far, but for those of texts that a group shares, such as the prompt: these are alike
    in a group."""
    import numpy as np
    if table["groups"] is None:
        raise invalid(f"group-statistics needs groups, and {step.title('rows')} has none: name their column in "
                      "data.columns.group, and have it in that table, or leave group-statistics out")
    shared = rowtexts.telling(texts, table["groups"])
    alike = tuple(f"{name}." for name in shared) if set(shared) < set(texts[0]) else ()
    kept = [i for i, name in enumerate(names) if not name.startswith(alike)]
    if not kept:
        raise invalid("group-statistics finds no feature to describe before it: name another feature first")
    values = np.concatenate(parts, axis=1)[:, kept]
    return groups.names([names[i] for i in kept]), groups.statistics(values, table["groups"])
