/// `load.py`: reads every table of the dataset with declared types and labels, into pandas or Parquet.
enum PythonScript {
    static func text(_ codebook: Codebook) -> String {
        #"""
        """\#(ScriptText.comment(codebook.study.title).replacing("\\", with: "/").replacing("\"", with: "'"))

        Loads the dataset's tables with their types and labels. Needs Python 3.9 or newer, and pandas 1.5 or newer.

            import load                    # with the dataset's directory in sys.path
            data = load.load()             # {table: DataFrame}; of another directory: load.load("/path")
            data["persons"].attrs["labels"]
            load.with_labels(data["some_register"])["some_column"].value_counts()

        From a shell:

            python3 load.py                # says what is there
            python3 load.py --parquet DIR  # writes a Parquet file for each table into DIR; needs pyarrow, not pandas
        """

        import datetime
        import decimal
        import json
        import os
        import sys
        import warnings

        DIRECTORY = os.path.dirname(os.path.abspath(__file__))

        # Table, title, rows, and columns: name, kind, label, whether every row has a value, values with labels.
        TABLES = [
        \#(codebook.tables.map(table).joined(separator: "\n"))
        ]
        \#(codebook.madeUp.map { "\nprint(\(ScriptText.python($0)), file=sys.stderr)\n" } ?? "")
        """# + code
    }

    private static func table(_ table: Codebook.Table) -> String {
        let columns = table.columns.map { column in
            let values = column.values.map { "\(ScriptText.python($0.value)): \(ScriptText.python($0.label))" }
            return "        (\(ScriptText.python(column.name)), \(ScriptText.python(column.kind.rawValue)), "
                + "\(ScriptText.python(column.label)), \(column.isRequired ? "True" : "False"), "
                + "{\(values.joined(separator: ", "))}),"
        }
        return """
                (\(ScriptText.python(table.id)), \(ScriptText.python(table.title)), \(table.rowCount), [
            \(columns.joined(separator: "\n"))
                ]),
            """
    }

    private static let code = #"""


        class DatasetProblem(Exception):
            """The files are not the dataset that was written."""


        def _text(field):
            """A field's text: None for an unquoted empty one, "" for a quoted one."""
            if not field:
                return None
            if field[0] == 34:
                return field[1:-1].replace(b'""', b'"').decode("utf-8")
            return field.decode("utf-8")


        def read_text(table, directory=DIRECTORY):
            """The columns of a table as lists of texts, None where a value is missing."""
            name, _, row_count, columns = next(entry for entry in TABLES if entry[0] == table)
            path = os.path.join(directory, name + ".csv")
            with open(path, "rb") as file:
                parts = file.read().split(b'"')
            # What stands between quotes has odd places. Byte 0xFF, which UTF-8 never has, takes the place of the
            # separators outside quotes.
            for index in range(0, len(parts), 2):
                parts[index] = parts[index].replace(b"\r\n", b"\xff").replace(b",", b"\xff")
            fields = b'"'.join(parts).split(b"\xff")
            width = len(columns)
            if fields.pop() or len(fields) % width:
                raise DatasetProblem(f"{path} is not whole")
            if [_text(field) for field in fields[:width]] != [column[0] for column in columns]:
                raise DatasetProblem(f"{path} has other columns than the dataset was written with")
            if len(fields) // width - 1 != row_count:
                raise DatasetProblem(f"{path} has {len(fields) // width - 1} rows instead of {row_count}")
            return [[_text(field) for field in fields[width + index :: width]] for index in range(width)]


        def _categories(texts, values):
            """Values with labels in the agreement's order, then all others that occur."""
            return list(values) + sorted({text for text in texts if text is not None} - set(values))


        def _dates(texts):
            import numpy
            import pandas

            days = numpy.array(["NaT" if text is None else text for text in texts], dtype="datetime64[D]")
            if int(pandas.__version__.split(".")[0]) >= 2:
                return days.astype("datetime64[s]")
            first, last = numpy.datetime64("1677-09-22"), numpy.datetime64("2262-04-11")
            if not ((days < first) | (days > last)).any():
                return days.astype("datetime64[ns]")
            return [None if text is None else datetime.date.fromisoformat(text) for text in texts]


        def _series(kind, name, texts, values, decimals):
            import numpy
            import pandas

            missing = numpy.array([text is None for text in texts], dtype=bool)
            if kind in ("membership", "boolean"):
                flags = numpy.array([text == "true" for text in texts], dtype=bool)
                return pandas.Series(pandas.arrays.BooleanArray(flags, missing), name=name)
            if kind in ("link", "code"):
                return pandas.Series(pandas.Categorical(texts, categories=_categories(texts, values)), name=name)
            if kind == "integer":
                numbers = numpy.array([0 if text is None else int(text) for text in texts], dtype="int64")
                return pandas.Series(pandas.arrays.IntegerArray(numbers, missing), name=name)
            if kind == "date":
                dates = _dates(texts)
                if isinstance(dates, list):
                    warnings.warn(f"column {name} has dates that this version of pandas has no type for: datetime.date")
                    return pandas.Series(dates, name=name, dtype=object)
                return pandas.Series(dates, name=name)
            if kind == "decimal" and decimals == "exact":
                return pandas.Series(
                    [None if text is None else decimal.Decimal(text) for text in texts], name=name, dtype=object)
            if kind == "decimal":
                digits = (len(text.replace("-", "").replace(".", "").lstrip("0")) for text in texts if text is not None)
                if any(count > 15 for count in digits):
                    warnings.warn(f'column {name} has decimals of more than 15 digits; decimals="exact" keeps them')
                numbers = [float("nan") if text is None else float(text) for text in texts]
                return pandas.Series(numbers, name=name, dtype="float64")
            return pandas.Series(pandas.array(texts, dtype="string"), name=name)


        def _value_labels(kind, values):
            return {int(value): label for value, label in values.items()} if kind == "integer" else dict(values)


        def load(directory=DIRECTORY, tables=None, decimals="float"):
            """Tables as pandas DataFrames.

            Their attrs hold the table's "title", "labels" {column: label} and "value_labels" {column: {value: label}}.

            tables: names of those to load, all if None. decimals: "float" for float64, "exact" for decimal.Decimal.
            """
            import pandas

            if decimals not in ("float", "exact"):
                raise ValueError('decimals is "float" or "exact"')
            frames = {}
            for table, title, _, columns in TABLES:
                if tables is not None and table not in tables:
                    continue
                texts = read_text(table, directory)
                series = [
                    _series(kind, name, text, values, decimals)
                    for (name, kind, _, _, values), text in zip(columns, texts)]
                frame = pandas.DataFrame({column.name: column for column in series})
                frame.attrs = {
                    "title": title,
                    "labels": {name: label for name, _, label, _, _ in columns},
                    "value_labels": {
                        name: _value_labels(kind, values)
                        for name, kind, _, _, values in columns if values and kind != "link"},
                }
                frames[table] = frame
            return frames


        def with_labels(frame):
            """A copy in which columns whose values have labels are Categoricals of the labels."""
            import pandas

            copy = frame.copy()
            for name, labels in frame.attrs.get("value_labels", {}).items():
                column = frame[name]
                found = column.cat.categories if hasattr(column, "cat") else sorted(column.dropna().unique())
                values = list(dict.fromkeys([*labels, *found]))
                words = []
                for value in values:
                    word = labels.get(value, str(value))
                    words.append(word if word not in words else f"{word} ({value})")
                named = dict(zip(values, words))
                copy[name] = pandas.Categorical(
                    [named.get(value) if not pandas.isna(value) else None for value in column], categories=words)
            copy.attrs = dict(frame.attrs)
            return copy


        def _decimal_type(numbers):
            """The narrowest decimal type of Arrow that holds all of them exactly."""
            import pyarrow

            whole = scale = 0
            for number in numbers:
                if number is not None:
                    _, digits, exponent = number.as_tuple()
                    scale = max(scale, -exponent)
                    whole = max(whole, len(digits) + exponent)
            precision = max(1, whole + scale)
            if precision > 76:
                return None
            return pyarrow.decimal128(precision, scale) if precision <= 38 else pyarrow.decimal256(precision, scale)


        def arrow_table(table, directory=DIRECTORY):
            """A table of Arrow with declared types; labels are metadata of the fields and of the schema."""
            import pyarrow

            name, title, _, columns = next(entry for entry in TABLES if entry[0] == table)
            arrays, fields = [], []
            for (column, kind, label, required, values), texts in zip(columns, read_text(table, directory)):
                if kind in ("membership", "boolean"):
                    array = pyarrow.array([None if text is None else text == "true" for text in texts], pyarrow.bool_())
                elif kind == "integer":
                    array = pyarrow.array([None if text is None else int(text) for text in texts], pyarrow.int64())
                elif kind == "date":
                    days = [None if text is None else datetime.date.fromisoformat(text) for text in texts]
                    array = pyarrow.array(days, pyarrow.date32())
                elif kind == "decimal":
                    numbers = [None if text is None else decimal.Decimal(text) for text in texts]
                    type_ = _decimal_type(numbers)
                    array = pyarrow.array(texts, pyarrow.string()) if type_ is None else pyarrow.array(numbers, type_)
                elif kind in ("link", "code"):
                    categories = _categories(texts, values)
                    place = {category: index for index, category in enumerate(categories)}
                    array = pyarrow.DictionaryArray.from_arrays(
                        pyarrow.array([None if text is None else place[text] for text in texts], pyarrow.int32()),
                        pyarrow.array(categories, pyarrow.string()))
                else:
                    array = pyarrow.array(texts, pyarrow.string())
                metadata = {"label": label}
                if values and kind != "link":
                    metadata["value_labels"] = json.dumps(values, ensure_ascii=False)
                arrays.append(array)
                fields.append(pyarrow.field(column, array.type, nullable=not required, metadata=metadata))
            return pyarrow.Table.from_arrays(arrays, schema=pyarrow.schema(fields, metadata={"title": title}))


        def write_parquet(output, directory=DIRECTORY):
            """Writes TABLE.parquet for each table, in a directory made for this user alone. No file is replaced."""
            try:
                import pyarrow.parquet
            except ImportError:
                sys.exit("load.py: --parquet needs pyarrow; install it, such as by: python3 -m pip install pyarrow")
            os.makedirs(output, mode=0o700, exist_ok=True)
            for table, *_ in TABLES:
                path = os.path.join(output, table + ".parquet")
                if os.path.exists(path):
                    sys.exit(f"load.py: {path} exists already and is not replaced; name another directory")
                partial = path + ".partial"
                with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                    pyarrow.parquet.write_table(arrow_table(table, directory), file, compression="zstd")
                os.rename(partial, path)
                print(f"wrote {path}")


        def main(arguments):
            if len(arguments) == 2 and arguments[0] == "--parquet":
                write_parquet(arguments[1])
            elif not arguments:
                for frame in load().values():
                    print(f"{frame.attrs['title']}: {len(frame)} rows")
                    for name, label in frame.attrs["labels"].items():
                        print(f"  {name:24} {str(frame[name].dtype):16} {label}")
            else:
                sys.exit("usage: load.py [--parquet DIRECTORY]")


        if __name__ == "__main__":
            try:
                main(sys.argv[1:])
            except (DatasetProblem, OSError) as problem:
                sys.exit(f"load.py: {problem}")

        """#
}
