from odoo.http import Controller, content_disposition, request, route
from werkzeug.exceptions import NotFound
from werkzeug.wsgi import wrap_file

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Xlsx(Controller):
    @route(
        "/customer_care/xlsx/<string:model>/<int(max=2147483647):record_id>",
        type="http",
        auth="user",
        readonly=False,
    )
    def download(self, model, record_id, **_options):
        """Send the workbook of a report; its rights are checked by the report."""
        if model not in request.env or not hasattr(request.env[model], "_get_xlsx"):
            raise NotFound()
        report = request.env[model].browse(record_id).exists()
        if not report:
            raise NotFound()
        name, stream = report._get_xlsx()
        headers = [("Content-Type", TYPE), ("Content-Disposition", content_disposition(name))]
        return request.make_response(wrap_file(request.httprequest.environ, stream), headers)
