"""Workbooks for Excel and LibreOffice: rows leave memory as they are written, texts stay texts."""

import tempfile
from datetime import date, datetime

import pytz
import xlsxwriter

# Records read at once.
BATCH = 2000
WIDTH = 18


class Book:
    """A workbook in a temporary file.

    Rows of a sheet are written from top to bottom and cannot be changed afterwards.

    >>> book = Book()
    >>> sheet = book.add_sheet("Grades")
    >>> sheet.write_head(["Grade", "Customers"])
    >>> sheet.write_row(["=1+1", 5])
    >>> sheet.row
    2
    >>> with book.close() as stream:
    ...     stream.read(2)
    b'PK'
    """

    def __init__(self, zone="UTC"):
        self.stream = tempfile.TemporaryFile()
        self.zone = pytz.timezone(zone or "UTC")
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self.workbook = xlsxwriter.Workbook(self.stream, options)
        self.formats = {
            "head": self.workbook.add_format(
                {"bold": True, "bg_color": "#E7E9ED", "bottom": 1, "text_wrap": True}
            ),
            "title": self.workbook.add_format({"bold": True, "font_size": 14}),
            "note": self.workbook.add_format({"italic": True, "font_color": "#666666"}),
            "bold": self.workbook.add_format({"bold": True}),
            "date": self.workbook.add_format({"num_format": "yyyy-mm-dd"}),
            "datetime": self.workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            "percent": self.workbook.add_format({"num_format": "0.0%"}),
            "better": self.workbook.add_format({"bg_color": "#D1E7DD"}),
            "worse": self.workbook.add_format({"bg_color": "#F8D7DA"}),
            "same": self.workbook.add_format({"bg_color": "#E9ECEF"}),
        }

    def add_sheet(self, name):
        """Return a new sheet; characters that Excel refuses are replaced, long names cut."""
        clean = "".join("-" if letter in "[]:*?/\\'" else letter for letter in name)[:31] or "Sheet"
        taken = {sheet.get_name().lower() for sheet in self.workbook.worksheets()}
        number, unique = 1, clean
        while unique.lower() in taken:
            number += 1
            unique = f"{clean[:27]} {number}"
        return Sheet(self, self.workbook.add_worksheet(unique))

    def close(self):
        """Finish the workbook and return its file, open at the begin; closing it deletes it."""
        self.workbook.close()
        self.stream.seek(0)
        return self.stream


class Sheet:
    def __init__(self, book, worksheet):
        self.book = book
        self.worksheet = worksheet
        self.row = 0

    def write_title(self, text):
        self.worksheet.write_string(self.row, 0, text, self.book.formats["title"])
        self.row += 2

    def write_note(self, text):
        self.row += 1
        self.worksheet.write_string(self.row, 0, text, self.book.formats["note"])
        self.row += 1

    def write_head(self, names):
        self.worksheet.set_column(0, 0, 2 * WIDTH)
        self.worksheet.set_column(1, max(len(names) - 1, 1), WIDTH)
        for column, name in enumerate(names):
            self.worksheet.write_string(self.row, column, name, self.book.formats["head"])
        self.row += 1

    def write_row(self, values, formats=None):
        """Write one row. ``None`` and ``False`` leave the cell empty.

        :param formats: ``{column: name of a format}``
        """
        worksheet, known, row = self.worksheet, self.book.formats, self.row
        for column, value in enumerate(values):
            style = known.get(formats.get(column)) if formats else None
            if isinstance(value, str):
                worksheet.write_string(row, column, value, style)
            elif value is None or value is False:
                if style:
                    worksheet.write_blank(row, column, None, style)
            elif isinstance(value, datetime):
                local = pytz.utc.localize(value).astimezone(self.book.zone).replace(tzinfo=None)
                worksheet.write_datetime(row, column, local, style or known["datetime"])
            elif isinstance(value, date):
                worksheet.write_datetime(row, column, value, style or known["date"])
            else:
                worksheet.write_number(row, column, value, style)
        self.row += 1

    def write_records(self, model, domain, names, order=None):
        """Write a head and all records that match: labels, names and dates as their reader sees them.

        Read in batches by ``model``'s rights; memory does not grow with the number of records.

        :param model: empty recordset
        :param names: fields
        """
        fields = [model._fields[name] for name in names]
        labels = model.fields_get(names, ["string"])
        self.write_head([labels[name]["string"] for name in names])
        self.worksheet.freeze_panes(self.row, 0)
        first = self.row - 1
        readers = [_get_reader(field, model) for field in fields]
        ids = list(model._search(domain, order=order))
        for start in range(0, len(ids), BATCH):
            records = model.browse(ids[start : start + BATCH])
            records.fetch(names)
            for record in records:
                self.write_row([read(record[name]) for read, name in zip(readers, names, strict=True)])
            model.env.invalidate_all()
        self.worksheet.autofilter(first, 0, max(self.row - 1, first), len(names) - 1)

    def add_chart(self, kind, title, series, position, stacked=False, labels=0, line=None):
        """Add a native chart over rows written before.

        :param kind: ``column``, ``bar``, ``pie``, ``line``
        :param series: ``[(name, first row, last row, column)]``
        :param position: ``(row, column)``
        :param labels: column of the names of the categories
        :param line: a series of shares, drawn as a line over the others with an axis of its own from 0 to 1
        """
        chart = self.book.workbook.add_chart({"type": kind, **({"subtype": "stacked"} if stacked else {})})
        name = self.worksheet.get_name()
        for label, first, last, column in series:
            chart.add_series(
                {
                    "name": label,
                    "categories": [name, first, labels, last, labels],
                    "values": [name, first, column, last, column],
                    **({"data_labels": {"percentage": True}} if kind == "pie" else {}),
                }
            )
        if line:
            chart.combine(self._make_line(line, labels))
        chart.set_title({"name": title})
        self.worksheet.insert_chart(*position, chart, {"x_scale": 1.3, "y_scale": 1.2})

    def _make_line(self, series, labels):
        label, first, last, column = series
        name = self.worksheet.get_name()
        chart = self.book.workbook.add_chart({"type": "line"})
        chart.add_series(
            {
                "name": label,
                "categories": [name, first, labels, last, labels],
                "values": [name, first, column, last, column],
                "y2_axis": True,
            }
        )
        chart.set_y2_axis({"min": 0, "max": 1, "num_format": "0%"})
        return chart


def _get_reader(field, model):
    """Return a function that makes of a value of the field what is written."""
    if field.relational:
        # Each name is asked for once.
        names = {}

        def read_name(records):
            if not records:
                return None
            key = records._ids
            if key not in names:
                names[key] = ", ".join(record.display_name or "" for record in records.sudo())
                if len(names) > BATCH:
                    return names.pop(key)
            return names[key]

        return read_name
    if field.type == "selection":
        labels = dict(field._description_selection(model.env))
        return lambda value: labels.get(value)
    if field.type in ("integer", "float", "monetary"):
        return lambda value: value
    if field.type == "boolean":
        return lambda value: 1 if value else 0
    if field.type in ("date", "datetime"):
        return lambda value: value or None
    return lambda value: str(value) if value else None
