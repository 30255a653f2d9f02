from odoo.http import Controller, Response, content_disposition, request, route

CHUNK = 65536


class CompleteFile(Controller):
    @route("/customer_complaint/file/<int(max=2147483647):complaint_id>", type="http", auth="user")
    def complete_file(self, complaint_id):
        """Download the complete file of a complaint; rights are those of the user on it."""
        complaint = request.env["customer.complaint"].browse(complaint_id).exists()
        if not complaint:
            raise request.not_found()
        source = complaint._write_complete_file()
        headers = [
            ("Content-Type", "application/zip"),
            ("Content-Disposition", content_disposition(f"{complaint.number}.zip")),
        ]
        return Response(iter(lambda: source.read(CHUNK), b""), headers=headers, direct_passthrough=True)
