"""Turns a Parquet table into CSV, and a CSV table into Parquet with the types that another Parquet file has.

Knows columns and their types, not what they mean. Writes no step's output that a store keeps.
"""

from ..protocol.step import invalid


def run(step):
    if step.parameters.to == "csv":
        to_csv(read(step, "table"), step.title("table"), step.outputs / "table")
    else:
        original = read(step, "original") if step.has("original") else None
        to_parquet(step.input("table"), step.parameters.numbers, original, step.outputs / "table")
    return {"metrics": {}}


def read(step, name):
    import pyarrow
    import pyarrow.parquet
    try:
        return pyarrow.parquet.read_table(step.input(name))
    except pyarrow.ArrowException as error:
        raise invalid(f"{step.title(name)} cannot be read as parquet: {str(error).splitlines()[0]}") from None


def to_csv(table, title, target):
    import pyarrow
    import pyarrow.csv
    for index, field in enumerate(table.schema):
        if pyarrow.types.is_dictionary(field.type):  # categories, as pandas writes them
            table = table.set_column(index, field.name, table.column(index).cast(field.type.value_type))
        elif pyarrow.types.is_nested(field.type):
            raise invalid(f"{title}, column '{field.name}' is of type {field.type}: a text or a number is needed", column=field.name)
    pyarrow.csv.write_csv(table, target)


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
