"""Turns a Parquet table into CSV, and a CSV table into Parquet with the types that another Parquet file has.

Knows columns and their types, not what they mean. Writes no step's output that a store keeps.
"""

from ..protocol.step import invalid


def run(step):
    if step.parameters.to == "csv":
        to_csv(read(step, "table"), step.title("table"), step.parameters.texts, step.outputs / "table")
    else:
        original = read(step, "original") if step.has("original") else None
        to_parquet(step.input("table"), step.parameters.numbers, original, step.outputs / "table")
    return {"metrics": {}}


def read(step, name):
    import pyarrow
    import pyarrow.parquet
    try:
        return pyarrow.parquet.ParquetFile(step.input(name)).read()  # read_table takes no two columns of one name
    except pyarrow.ArrowException as error:
        raise invalid(f"{step.title(name)} cannot be read as parquet: {str(error).splitlines()[0]}") from None


def to_csv(table, title, texts, target):
    """Writes the columns that a CSV can hold; one of the others is left out, or refused where it is among `texts` (None: all are)."""
    import pyarrow
    import pyarrow.csv
    kept, names = [], []
    for field, column in zip(table.schema, table.columns):
        if pyarrow.types.is_dictionary(field.type):  # categories, as pandas writes them
            column = column.cast(field.type.value_type)
        if pyarrow.types.is_string_view(column.type):
            column = column.cast(pyarrow.large_string())
        if has_text(column.type):
            kept.append(without_nan(column) if texts and field.name in texts else column)
            names.append(field.name)
        elif texts is None:
            raise invalid(f"{title}, column '{field.name}' is of type {field.type}, which a CSV cannot hold: write Parquet, or leave the "
                          "column out", column=field.name)
        elif field.name in texts:
            raise invalid(f"{title}, column '{field.name}' is of type {field.type}: a text or a number is needed", column=field.name)
    pyarrow.csv.write_csv(pyarrow.Table.from_arrays(kept, names=names), target)


def has_text(kind):
    """Whether each value of a type is one cell of a CSV."""
    from pyarrow import types
    tests = (types.is_string, types.is_large_string, types.is_boolean, types.is_integer, types.is_floating, types.is_decimal, types.is_null)
    return any(test(kind) for test in tests) or (types.is_temporal(kind) and not types.is_interval(kind))


def without_nan(column):
    """NaN stands for a missing value, as programs write it."""
    import pyarrow.compute as compute
    from pyarrow import types
    if not types.is_floating(column.type):
        return column
    return compute.if_else(compute.fill_null(compute.is_nan(column), False), None, column)


def to_parquet(path, numbers, original, target):
    import pyarrow
    import pyarrow.csv
    import pyarrow.parquet
    names = pyarrow.csv.open_csv(path).schema.names
    types = {name: pyarrow.float64() if name in numbers else pyarrow.string() for name in names}
    # Nothing but a number that is missing is missing: the text NA is a text.
    options = pyarrow.csv.ConvertOptions(column_types=types, strings_can_be_null=False)
    parsing = pyarrow.csv.ParseOptions(newlines_in_values=True)
    table = pyarrow.csv.read_csv(path, convert_options=options, parse_options=parsing)
    if original is not None:
        values, table = table, original
        for name in numbers:
            index = table.schema.get_field_index(name)
            column = values.column(name).cast(table.schema.field(index).type, safe=False)
            table = table.set_column(index, table.schema.field(index), column)
    pyarrow.parquet.write_table(table, target)
