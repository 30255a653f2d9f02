import base64

from odoo import models

INVESTIGATION = "customer_complaint.customer_complaint_report_investigation"
DISCIPLINES = "customer_complaint.customer_complaint_report_8d"
PLAN = "customer_complaint.customer_complaint_report_plan"

# What is written into records.json: {key: (model, columns)}.
RECORDS = {
    "facts": ("customer.complaint.fact", ("datetime", "text", "source", "is_disputed")),
    "statements": (
        "customer.complaint.statement",
        ("side", "person", "text", "taken_by_id", "taken_datetime", "is_read_back"),
    ),
    "evidence": ("customer.complaint.evidence", ("name", "kind", "file_name", "place", "added_datetime")),
    "whys": ("customer.complaint.why", ("question", "answer", "evidence", "is_root")),
    "disciplines": ("customer.complaint.discipline", ("code", "user_id", "text", "state", "done_datetime")),
    "responsibilities": ("customer.complaint.responsibility", ("display_name", "reason", "state", "answer")),
    "appraisals": (
        "customer.complaint.appraisal",
        (
            "name",
            "question",
            "state",
            "decided_by_id",
            "decided_datetime",
            "decision_note",
            "result",
            "result_text",
            "cost",
        ),
    ),
    "plans": (
        "customer.complaint.plan",
        ("name", "version", "is_current", "state", "approval_state", "goal", "estimated_cost", "actual_cost"),
    ),
    "measures": (
        "customer.complaint.measure",
        (
            "plan_id",
            "name",
            "kind",
            "user_id",
            "department_id",
            "date_deadline",
            "state",
            "result",
            "done_date",
            "cost_estimate",
            "cost_actual",
        ),
    ),
    "letters": (
        "customer.complaint.letter",
        (
            "use",
            "subject",
            "body",
            "state",
            "approval_state",
            "sent_datetime",
            "sent_by_id",
            "sent_way",
            "sent_to",
            "digest",
        ),
    ),
}
ACTION_COLUMNS = ("number", "name", "kind", "user_id", "date_due", "state", "result", "date_done", "cost")
# Files kept in a field: (folder, model, field, field of the name).
FILES = (
    ("evidence", "customer.complaint.evidence", "file", "file_name"),
    ("statements", "customer.complaint.statement", "file", "file_name"),
    ("appraisals", "customer.complaint.appraisal", "report_file", "report_file_name"),
)


class CustomerComplaintFileParts(models.Model):
    """What investigation, plan, letters and actions put into the complete file.

    All of it is looked up and printed with the rights of the reader: who does not see a statement gets none.
    """

    _inherit = "customer.complaint"

    def _get_file_parts(self):
        yield from super()._get_file_parts()
        # nothing that the program has read with more rights
        self.env.invalidate_all()
        yield from self._get_file_sheets()
        yield from self._get_file_letters()
        yield from self._get_file_kept()

    def _get_file_own(self, model):
        """Return the records of ``model`` that belong to the complaint, as far as the reader sees them."""
        return self.env[model].search([("complaint_id", "=", self.id)], order="id")

    def _get_file_actions(self):
        return self.env["customer.complaint.action"].search([("complaint_ids", "in", self.ids)], order="id")

    def _get_file_records(self):
        records = super()._get_file_records()
        for key, (model, columns) in RECORDS.items():
            if rows := self._get_file_own(model).read(columns):
                records[key] = rows
        if rows := self._get_file_actions().read(ACTION_COLUMNS):
            records["actions"] = rows
        found = {
            "investigation_state": self.investigation_state,
            "investigator": self.investigator_id.name,
            "investigated": self.investigated_datetime,
            "cause": self.cause_id.display_name,
            "further_causes": self.cause_ids.mapped("display_name"),
            "findings": str(self.findings or ""),
            "verdict": self.verdict,
        }
        if self.investigation_state != "none" or any(found[key] for key in ("cause", "findings", "verdict")):
            records["investigation"] = found
        return records

    def _get_file_sheets(self):
        """Yield the printed investigation, 8D sheet and versions of the plan."""
        begun = self.investigation_state != "none" or any(
            self._get_file_own(RECORDS[key][0]) for key in ("facts", "statements", "appraisals")
        )
        if begun:
            yield self._print_file_part(INVESTIGATION, self, "investigation")
        if self._get_file_own("customer.complaint.discipline"):
            yield self._print_file_part(DISCIPLINES, self, "8d")
        for plan in self._get_file_own("customer.complaint.plan"):
            yield self._print_file_part(PLAN, plan, f"plan-v{plan.version}")

    def _print_file_part(self, report, record, name):
        content, kind = self.env["ir.actions.report"]._render_qweb_pdf(report, record.ids)
        return f"reports/{self.number}-{name}.{kind}", [content], "report"

    def _get_file_letters(self):
        """Yield the letters as they were sent."""
        for letter in self._get_file_own("customer.complaint.letter"):
            document = letter.sudo().file_id
            if document:
                yield (
                    self._name_file("letters", letter.id, document.name),
                    self._read_chunks(document),
                    "letter",
                )
                document.invalidate_recordset()

    def _get_file_skipped(self):
        """What hangs on the message that sent a letter is the document that stands among the letters."""
        letters = self._get_file_own("customer.complaint.letter").sudo()
        return super()._get_file_skipped() | set(letters.file_id.mapped("checksum"))

    def _get_file_kept(self):
        """Yield the files of evidence, statements, appraisals, countermeasures and actions, one after the other."""
        for folder, model, field, name in FILES:
            for record in self._get_file_own(model).with_context(bin_size=False):
                if content := record[field]:
                    path = self._name_file(folder, record.id, record[name])
                    yield path, [base64.b64decode(content)], folder
                    record.invalidate_recordset([field])
        for folder, files in (
            ("measures", self._get_file_own("customer.complaint.measure").evidence_ids),
            ("actions", self._get_file_actions().attachment_ids),
        ):
            for attachment in files._filtered_access("read"):
                path = self._name_file(folder, attachment.id, attachment.name)
                yield path, self._read_chunks(attachment), folder
                attachment.invalidate_recordset()

    def _name_file(self, folder, number, name):
        return f"{folder}/{number}-{self._clean_file_name(name)}"
