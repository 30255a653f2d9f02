import random
import uuid
from datetime import datetime, time

from dateutil.relativedelta import relativedelta
from odoo import SUPERUSER_ID, api, models
from odoo.fields import Domain
from odoo.tools import SQL

# All that a finished anonymous answer keeps of its invitation; whatever other addons add to it is left out.
KEPT_COLUMNS = (
    "survey_id",
    "state",
    "test_entry",
    "scoring_percentage",
    "scoring_total",
    "scoring_success",
    "care_rule_id",
    "care_company_id",
    "care_channel",
    "care_status",
)
PENDING = "customer_survey.anonymous"


class SurveyUserInput(models.Model):
    """What an anonymous survey forgets, and when.

    - When the mail is made the invitation loses its customer; nothing says any more whose it is, but its place: it
      was made right after its request.
    - When the answer is finished it becomes a new row, made in the order of the answers, with nothing of the
      invitation but ``KEPT_COLUMNS``; the invitation and its token are deleted. All moments become the first of the
      month at the company, else they would tell who had just been asked, or who was just logged in.
    - An answer that is begun and not finished stays with its invitation, so that the customer can come back to it.
      Nobody is shown it, and it is emptied when the invitation expires.
    """

    _inherit = "survey.user_input"

    @api.model_create_multi
    def create(self, vals_list):
        """Make anonymous invitations in random order: their numbers would follow those of the requests."""
        surveys = self.env["survey.survey"].browse(
            {vals["survey_id"] for vals in vals_list if vals.get("survey_id")}
        )
        if len(vals_list) < 2 or not any(survey.care_is_anonymous for survey in surveys.sudo()):
            return super().create(vals_list)
        order = random.sample(range(len(vals_list)), len(vals_list))
        answers = super().create([vals_list[place] for place in order])
        places = {place: position for position, place in enumerate(order)}
        return self.union(*(answers[places[place]] for place in range(len(vals_list))))

    def _notify_new_participation_subscribers(self):
        """Tell nobody that somebody answers at this moment: the message would have an author and a time."""
        named = self.filtered(lambda answer: not answer._care_is_anonymous())
        return super(SurveyUserInput, named)._notify_new_participation_subscribers()

    @api.autovacuum
    def _gc_care_unfinished(self):
        """Empty the anonymous answers that were begun and that can no longer be finished."""
        answers = self.search(
            Domain("survey_id.care_is_anonymous", "=", True)
            & Domain("state", "!=", "done")
            & Domain("test_entry", "=", False)
            & Domain("user_input_line_ids", "!=", False)
            & (Domain("deadline", "<", self.env.cr.now()) | Domain("survey_id.active", "=", False)),
            limit=1000,
        )
        answers.user_input_line_ids.unlink()

    def _care_is_anonymous(self):
        """Tell whether it must not be kept who gave this answer (singleton); tests of the survey are."""
        survey = self.survey_id
        return survey.survey_type == "customer_care" and survey.care_is_anonymous and not self.test_entry

    def _care_forget_customer(self):
        """Cut the link between anonymous invitations and the customers they went to.

        The mails in the queue lose their document and vanish when they are sent. Nobody can be reminded then.
        """
        messages = self.env["mail.message"].search([("model", "=", self._name), ("res_id", "in", self.ids)])
        self.env["mail.mail"].search([("mail_message_id", "in", messages.ids)]).auto_delete = True
        messages.write({"model": False, "res_id": False})
        self.write(
            {
                "partner_id": False,
                "email": False,
                "nickname": False,
                "lang_id": False,
                "care_key": False,
                "care_res_model": False,
                "care_res_id": False,
                "care_address": False,
                "care_message_key": False,
                "care_user_id": False,
                "care_filled_by_id": False,
            }
        )

    def _care_forget_authors(self):
        """Let go of who gave these answers: of the writer at once, of the rest before the transaction ends.

        Until then the page that says thank you still needs the row.
        """
        self.env.flush_all()
        for model, field in (("survey.user_input", "id"), ("survey.user_input.line", "user_input_id")):
            self.env.execute_query(
                SQL(
                    "UPDATE %s SET create_uid = %s, write_uid = %s WHERE %s IN %s RETURNING id",
                    SQL.identifier(self.env[model]._table),
                    SUPERUSER_ID,
                    SUPERUSER_ID,
                    SQL.identifier(field),
                    tuple(self.ids),
                )
            )
        self.env.invalidate_all()
        precommit = self.env.cr.precommit
        if PENDING not in precommit.data:
            precommit.data[PENDING] = set()
            precommit.add(self.browse().with_user(SUPERUSER_ID)._care_detach_pending)
        precommit.data[PENDING].update(self.ids)

    @api.model
    def _care_detach_pending(self):
        """Detach the anonymous answers that were finished in this transaction."""
        answers = self.browse(self.env.cr.precommit.data.pop(PENDING, ())).exists()
        for answer in answers.filtered(lambda answer: answer.state == "done"):
            answer._care_detach()

    def _care_detach(self):
        """Put a new row in the place of a finished answer (singleton) and delete the invitation."""
        self.ensure_one()
        self.env.flush_all()
        company = self.care_company_id or self.env.company
        # noon is the same day for whoever reads it
        month = datetime.combine(company._care_get_day(self.env.cr.now()).replace(day=1), time(12))
        # how long it took is a figure and tells nobody
        minutes = 0
        if self.start_datetime and self.end_datetime:
            minutes = round((self.end_datetime - self.start_datetime).total_seconds() / 60)
        values = {
            "access_token": str(uuid.uuid4()),
            "start_datetime": month,
            "end_datetime": month + relativedelta(minutes=minutes),
            "care_sent_datetime": month if self.care_sent_datetime else None,
            **self._get_forgotten(month),
        }
        kept = SQL(", ").join(map(SQL.identifier, KEPT_COLUMNS))
        ((new_id,),) = self.env.execute_query(
            SQL(
                "INSERT INTO survey_user_input (%s, %s)"
                " SELECT %s, %s FROM survey_user_input WHERE id = %s RETURNING id",
                kept,
                SQL(", ").join(map(SQL.identifier, values)),
                kept,
                SQL(", ").join(SQL("%s", value) for value in values.values()),
                self.id,
            )
        )
        self._care_move_rows(new_id, month)
        self.env.invalidate_all()
        self.unlink()
        self.env.flush_all()

    @api.model
    def _get_forgotten(self, month):
        """Return the columns that say who wrote a row, and when, without either."""
        return {
            "create_uid": SUPERUSER_ID,
            "write_uid": SUPERUSER_ID,
            "create_date": month,
            "write_date": month,
        }

    def _care_move_rows(self, new_id, month):
        """Let all rows that belong to this answer (singleton) belong to its successor."""
        relation = self._fields["predefined_question_ids"]
        self.env.cr.execute(
            SQL(
                "UPDATE %(table)s SET %(column)s = %(new)s WHERE %(column)s = %(old)s",
                table=SQL.identifier(relation.relation),
                column=SQL.identifier(relation.column1),
                new=new_id,
                old=self.id,
            )
        )
        rounded = {"survey.user_input.line": {}, "customer.survey.score": {"date": month.date()}}
        for model in self.env.registry.values():
            if model._abstract or not model._auto:
                continue
            for field in model._fields.values():
                if field.type != "many2one" or field.comodel_name != self._name or not field.store:
                    continue
                values = {field.name: new_id}
                if model._name in rounded:
                    values.update(rounded[model._name], **self._get_forgotten(month))
                self.env.cr.execute(
                    SQL(
                        "UPDATE %s SET %s WHERE %s = %s",
                        SQL.identifier(model._table),
                        SQL(", ").join(
                            SQL("%s = %s", SQL.identifier(name), value) for name, value in values.items()
                        ),
                        SQL.identifier(field.name),
                        self.id,
                    )
                )
