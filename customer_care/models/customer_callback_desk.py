from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.callback import get_tel
from ..tools.worktime import to_utc

# Of so many calls at the head of the list the contact hours are asked.
CANDIDATES = 30


class CustomerCallback(models.Model):
    """The desk: which customer to call next, who is calling whom, and for how long.

    Starting a call claims it: a second caller learns who has it. The claim ends with the call, when it is put
    back, or after the minutes set for the company, so that a closed laptop blocks nobody.
    """

    _inherit = "customer.callback"

    call_user_id = fields.Many2one("res.users", string="Being Called by", readonly=True, copy=False)
    call_datetime = fields.Datetime(string="Call Started", readonly=True, copy=False)
    skipped_datetime = fields.Datetime(string="Skipped", readonly=True, copy=False)
    is_claimed = fields.Boolean(string="Somebody Else Is Calling", compute="_compute_is_claimed")
    claim_text = fields.Char(string="Taken", compute="_compute_is_claimed")
    phone_data = fields.Json(string="Numbers as Data", compute="_compute_phone_data")
    has_number = fields.Boolean(string="Number Known", compute="_compute_phone_data")
    has_measures = fields.Boolean(string="May Plan Measures", compute="_compute_has_measures")
    care_grade_id = fields.Many2one(related="commercial_partner_id.care_grade_id")
    care_lifecycle_stage_id = fields.Many2one(related="commercial_partner_id.care_lifecycle_stage_id")
    last_satisfaction = fields.Integer(compute="_compute_last_satisfaction", aggregator=None)
    position_text = fields.Char(string="Position", compute="_compute_position_text")
    last_done_id = fields.Many2one("customer.callback", string="Last Call", compute="_compute_position_text")

    @api.depends("call_user_id", "call_datetime", "state")
    @api.depends_context("uid")
    def _compute_is_claimed(self):
        for callback in self:
            claimer = callback._get_claimer()
            callback.is_claimed = bool(claimer - self.env.user)
            callback.claim_text = callback._say_claimed() if callback.is_claimed else False

    @api.depends("partner_id")
    def _compute_phone_data(self):
        """``[{name, phone, tel}]`` of the customer, the company and the other contacts; ``tel`` is what to dial."""
        for callback in self:
            partner = callback.partner_id
            family = callback.commercial_partner_id
            rows, seen = [], set()
            for person in partner | family | family.child_ids:
                if person.phone and person.phone not in seen:
                    seen.add(person.phone)
                    name = " · ".join(part for part in (person.name or family.name, person.function) if part)
                    rows.append({"name": name, "phone": person.phone, "tel": get_tel(person.phone) or False})
            callback.phone_data = rows
            callback.has_number = any(row["tel"] for row in rows)

    @api.depends_context("uid")
    def _compute_has_measures(self):
        self.has_measures = self.env["customer.care.plan"].has_access("create")

    def _compute_last_satisfaction(self):
        """Take the last answer of the customer's company in a call, whoever of our companies' people made it."""
        families = self.commercial_partner_id.ids
        self.flush_model(["satisfaction", "done_datetime", "commercial_partner_id"])
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT ON (commercial_partner_id) commercial_partner_id, satisfaction FROM customer_callback"
                " WHERE commercial_partner_id = ANY(%s) AND satisfaction > 0 AND done_datetime IS NOT NULL"
                " AND company_id = ANY(%s) ORDER BY commercial_partner_id, done_datetime DESC, id DESC",
                families,
                self.env.companies.ids,
            )
        )
        last = dict(rows)
        for callback in self:
            callback.last_satisfaction = last.get(callback.commercial_partner_id.id, 0)

    @api.depends_context("uid")
    def _compute_position_text(self):
        total, places = self._get_places()
        done = self.env[self._name].search_count(self._get_done_domain())
        last = self._get_done_today(limit=1)
        for callback in self:
            figures = {"place": places.get(callback._origin.id), "total": total, "done": done}
            callback.position_text = (
                self.env._("%(place)s of %(total)s today, %(done)s done", **figures)
                if figures["place"]
                else self.env._("%(total)s to call today, %(done)s done", **figures)
            )
            callback.last_done_id = last

    def _get_places(self):
        """Return the length of the user's list of today and ``{id: place}`` of these records in it.

        The database counts: a list of thousands is not read for one place in it. Contact hours move only the head.
        """
        domain = self._get_queue_domain(own_only=True)
        query = self._search(domain)
        ranked = query.subselect(
            SQL.identifier(self._table, "id"),
            SQL("row_number() OVER (ORDER BY %s) AS place", self._get_queue_order()),
            SQL("count(*) OVER () AS total"),
        )
        rows = self.env.execute_query(
            SQL(
                "SELECT id, place, total FROM (%s) AS ranked WHERE place = 1 OR id = ANY(%s)",
                ranked,
                self.ids,
            )
        )
        head = {number: place for place, number in enumerate(self._get_queue(domain).ids, start=1)}
        return (rows[0][2] if rows else 0), {row[0]: row[1] for row in rows} | head

    # Whom to call next

    def _get_day_bounds(self):
        """Return begin and end of the user's day as naive UTC."""
        today = fields.Date.context_today(self)
        return to_utc(today, self.env.tz), to_utc(today + timedelta(days=1), self.env.tz)

    @api.model
    def _get_done_domain(self):
        """Return the domain of what the user finished today."""
        begin, end = self._get_day_bounds()
        return (
            Domain("done_by_id", "=", self.env.uid)
            & Domain("done_datetime", ">=", begin)
            & Domain("done_datetime", "<", end)
        )

    @api.model
    def _get_done_today(self, limit=None):
        """Return what the user finished today, the latest first."""
        return self.search(self._get_done_domain(), order="done_datetime desc, id desc", limit=limit)

    @api.model
    def _get_queue_domain(self, own_only=False):
        """Return the domain of the calls of today whose time has come and that nobody else is making.

        :param own_only: those of the day whose time has not come yet and those being made, too
        """
        domain = Domain("user_id", "=", self.env.uid) & Domain("state", "=", "planned")
        domain &= Domain("date_planned", "<=", fields.Date.context_today(self))
        if own_only:
            return domain
        now = fields.Datetime.now()
        domain &= Domain("not_before_datetime", "=", False) | Domain("not_before_datetime", "<=", now)
        return domain & self._get_free_domain()

    @api.model
    def _get_free_domain(self):
        """Return the domain of the calls that nobody else is making."""
        oldest = fields.Datetime.now() - timedelta(minutes=self.env.company.care_claim_minutes)
        return (
            Domain("call_user_id", "in", [False, self.env.uid])
            | Domain("call_datetime", "=", False)
            | Domain("call_datetime", "<", oldest)
        )

    @api.model
    def _get_queue(self, domain):
        """Return the first calls of ``domain`` in the order of the desk.

        The call being made; then those not skipped today: the customer's wish, overdue, urgent, end of the
        window, planned day. Where the customer's contact hours are over, or not begun, the call comes later.
        """
        self.flush_model()
        query = self._search(domain)
        query.order = self._get_queue_order()
        query.limit = CANDIDATES
        callbacks = self.browse(query)
        closed = callbacks.partner_id._care_get_closed_ids()
        return callbacks.sorted(
            lambda callback: callback.partner_id.id in closed and callback.call_user_id != self.env.user
        )

    @api.model
    def _get_queue_order(self):
        """Return the order of the desk as SQL, without contact hours."""
        today = fields.Date.context_today(self)
        begin = self._get_day_bounds()[0]

        def column(name):
            return SQL.identifier(self._table, name)

        return SQL(", ").join(
            (
                SQL("%s IS DISTINCT FROM %s", column("call_user_id"), self.env.uid),
                SQL("%s >= %s IS TRUE", column("skipped_datetime"), begin),
                SQL(
                    "CASE WHEN %s >= %s THEN %s END",
                    column("skipped_datetime"),
                    begin,
                    column("skipped_datetime"),
                ),
                SQL("%s IS NULL", column("preferred_datetime")),
                SQL("COALESCE(%s, %s) >= %s", column("date_deadline"), column("date_planned"), today),
                SQL("%s DESC", column("priority")),
                SQL("%s NULLS LAST", column("date_deadline")),
                column("date_planned"),
                column("id"),
            )
        )

    @api.model
    def action_open_desk(self):
        """Open the next customer to call, or the day when all are called.

        :raises AccessError: for who makes no calls
        """
        self.check_access("write")
        return self._get_desk_action(self._get_queue(self._get_queue_domain())[:1])

    def _get_desk_action(self, callback):
        """Return the action that shows a call on the desk; of the day when there is none."""
        if callback:
            action = self.env["ir.actions.act_window"]._for_xml_id(
                "customer_care.customer_callback_action_desk"
            )
            return {**action, "res_id": callback.id, "target": "main"}
        action = self.env["ir.actions.act_window"]._for_xml_id("customer_care.customer_callback_day_action")
        return {**action, "res_id": self.env["customer.callback.day"].create({}).id, "target": "main"}

    def action_next(self):
        """Open the next customer and leave this one where it is."""
        self.ensure_one()
        queue = self.browse().action_open_desk()
        if queue.get("res_id") == self.id and queue["res_model"] == self._name:
            others = self._get_queue(self._get_queue_domain())
            return self._get_desk_action((others - self)[:1] or self)
        return queue

    def action_skip(self):
        """Put the call to the end of today's list and open the next customer."""
        self._lock_planned()
        self.sudo().write({"skipped_datetime": fields.Datetime.now(), **self._prepare_release_vals()})
        return self.browse().action_open_desk()

    def action_show_on_desk(self):
        """Open this call on the desk."""
        self.ensure_one()
        self.check_access("read")
        return self._get_desk_action(self)

    # Who is calling

    def _get_claimer(self):
        """Return who is making the call now; empty when nobody, or when it was begun too long ago."""
        self.ensure_one()
        callback = self.sudo()
        minutes = callback.company_id.care_claim_minutes
        oldest = fields.Datetime.now() - timedelta(minutes=minutes)
        is_fresh = callback.state == "planned" and (callback.call_datetime or oldest) > oldest
        return callback.call_user_id.with_env(self.env) if is_fresh else self.env["res.users"]

    def _say_claimed(self):
        claimer = self._get_claimer().sudo()
        moment = fields.Datetime.context_timestamp(self, self.sudo().call_datetime)
        return self.env._(
            "%(user)s has been making this call since %(time)s.", user=claimer.name, time=f"{moment:%H:%M}"
        )

    def _check_claim(self):
        """:raises UserError: somebody else is making one of the calls"""
        for callback in self:
            if callback._get_claimer() - self.env.user:
                raise UserError(callback._say_claimed())

    def action_start_call(self):
        """Start the clock of a call (singleton) and take it: nobody else can start it in the meantime.

        Called again by the same person, the clock goes on. An unassigned callback becomes the caller's.

        :raises UserError: finished, or somebody else is making it
        """
        self.ensure_one()
        self._lock_planned()
        if self.call_user_id == self.env.user and self.call_datetime:
            return True
        vals = {
            "call_user_id": self.env.uid,
            "call_datetime": fields.Datetime.now(),
            "skipped_datetime": False,
        }
        if not self.user_id or not self.sudo().user_id.active:
            vals["user_id"] = self.env.uid
        self.sudo().write(vals)
        return True

    def action_put_back(self):
        """Give callbacks back to the list: nobody is making them any more.

        :raises AccessError: for another's call, unless by a supervisor
        """
        self.check_access("write")
        self._lock()
        for callback in self:
            others = callback._get_claimer() - self.env.user
            if others and not self.env.user.has_group("customer_care.group_care_supervisor"):
                raise AccessError(self.env._("Only who makes a call, or a supervisor, can put it back."))
        self.sudo().write(self._prepare_release_vals())
        return True

    def _prepare_release_vals(self):
        return {"call_user_id": False, "call_datetime": False}

    @api.model
    def _get_pull_domain(self):
        """Return the domain of the due calls of the user's teams that have no caller, or one who has left."""
        teams = self.env["customer.care.team"].search(
            Domain("member_ids", "in", self.env.uid) | Domain("user_id", "=", self.env.uid)
        )
        return (
            Domain("state", "=", "planned")
            & Domain("date_planned", "<=", fields.Date.context_today(self))
            & Domain("team_id", "in", [False, *teams.ids])
            & Domain("company_id", "=", self.env.company.id)
            & (Domain("user_id", "=", False) | Domain("user_id.active", "=", False))
            & self._get_free_domain()
        )

    @api.model
    def action_pull(self):
        """Take the next due call that has no caller, or whose caller has left, from the own teams.

        What a colleague takes at the same moment is passed over.

        :raises UserError: there is none
        """
        self.check_access("write")
        domain = self._get_pull_domain()
        for callback in self._get_queue(domain):
            if callback.try_lock_for_update() and callback.filtered_domain(domain):
                callback.sudo().write({"user_id": self.env.uid})
                return self._get_desk_action(callback)
        raise UserError(self.env._("No call of your teams is waiting for a caller."))

    # Buttons of the desk: as those of the form, and on to the next

    def action_desk_reached(self):
        """Finish as reached and open the next customer."""
        return self._finish_on_desk("reached")

    def action_desk_no_answer(self):
        """Finish as not answered and open the next customer; after the last attempt what the policy wants."""
        return self._finish_on_desk("no_answer")

    def _finish_on_desk(self, outcome):
        self.action_done(outcome)
        if self.follow_up in ("letter", "mail") and len(self) == 1:
            return self.action_open_follow_up()
        return self.browse().action_open_desk()

    def action_desk_busy(self):
        """Come back to the customer in half an hour, now to the next."""
        self.action_busy()
        return self.browse().action_open_desk()

    def action_desk_undo(self):
        """Take back the end of the user's last call and show it again."""
        last = self._get_done_today(limit=1)
        if not last:
            raise UserError(self.env._("You have finished no call today."))
        last.action_reopen()
        return self._get_desk_action(last)
