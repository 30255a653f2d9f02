from odoo import models
from odoo.exceptions import AccessError

from ..tools.xlsx import Book


class CustomerXlsxMixin(models.AbstractModel):
    """Reports that a user may take away as a workbook: ``/customer_care/xlsx/<model>/<id>``."""

    _name = "customer.xlsx.mixin"
    _description = "Report with a Workbook"

    def action_download_xlsx(self):
        """Send the browser to the workbook of the report."""
        self.ensure_one()
        self._check_export()
        return {
            "type": "ir.actions.act_url",
            "url": f"/customer_care/xlsx/{self._name}/{self.id}",
            "target": "download",
        }

    def _check_export(self):
        """:raises AccessError: the user may not export, or not read the report"""
        self.check_access("read")
        if not self.env.user.has_group("base.group_allow_export"):
            raise AccessError(self.env._("You are not allowed to export data."))

    def _get_xlsx(self):
        """Return ``(file name, open file)`` of the report; closing the file deletes it."""
        self.ensure_one()
        self._check_export()
        book = Book(self.env.user.tz)
        try:
            self._write_xlsx(book)
        except BaseException:
            book.stream.close()
            raise
        return f"{self._get_xlsx_name()}.xlsx", book.close()

    # Hooks

    def _get_xlsx_name(self):
        """Return the name of the file without its ending. Override to name the report."""
        return self._description

    def _write_xlsx(self, book):
        """Write the sheets into the :class:`Book`. Override."""
        raise NotImplementedError()
