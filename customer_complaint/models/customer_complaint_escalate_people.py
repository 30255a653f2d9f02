from typing import NamedTuple

from odoo import fields, models
from odoo.addons.customer_care.models.customer_callback_rule_who import StaffBook

from .customer_complaint_escalation_level import ROLES, TASK_ROLES


class Receivers(NamedTuple):
    """Who is told: ids of users, and how they were found: [(role, why, name of the deputy or None)].

    ``is_doer_told``: who does the department task gets the mail with the link to it, being nobody who may read the
    complaint.
    """

    user_ids: list
    detours: list
    is_doer_told: bool


class Directory(StaffBook):
    """What is remembered while receivers are looked for: who is there, who is director, who may read what."""

    def __init__(self, complaints):
        super().__init__(complaints.env["customer.callback.rule"])
        self.complaints = complaints
        self.env = complaints.env
        self.day = fields.Date.context_today(complaints)
        self._groups, self._readable = {}, {}

    def get_members(self, group, company):
        """Return the people of a group who work for the company."""
        if (group, company) not in self._groups:
            users = self.env.ref(group).sudo().all_user_ids
            self._groups[group, company] = users.filtered(
                lambda user: user.active and not user.share and company in user.company_ids
            )
        return self._groups[group, company]

    def may_read(self, user, complaint):
        """Return whether the user may read the complaint; asked once for all complaints."""
        if user not in self._readable:
            seen = self.complaints.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
            self._readable[user] = set(seen._filtered_access("read")._ids)
        return complaint.id in self._readable[user]


class CustomerComplaint(models.Model):
    """Whom an escalation reaches: never nobody, and nobody who may not know."""

    _inherit = "customer.complaint"

    def _get_escalation_people(self, role, directory, task=None):
        """Return the users of a role for the complaint (as superuser), may be empty. Override for other roles.

        :param task: the department task that is late, None or empty for a time limit of the complaint itself
        """
        self.ensure_one()
        if role in TASK_ROLES:
            owners = self.env["res.users"]
            if task:
                owners = task.user_id if role == "doer" else task.department_id.user_id
            return owners
        if role == "handler":
            return self.user_id
        if role == "leader":
            return self.team_id.user_id
        if role == "manager":
            return self.team_id.manager_id
        if role == "director":
            return directory.get_members("customer_care.group_care_director", self.company_id)
        admins = directory.get_members("customer_care.group_care_admin", self.company_id)
        return admins or directory.get_members("customer_complaint.group_complaint_manager", self.company_id)

    def _find_receivers(self, roles, users, directory, task=None):
        """Return :class:`Receivers`: of each role those who are there, else the deputy, else the next role up.

        :param roles: names of roles
        :param users: people who are told by name
        :param directory: the :class:`Directory` of this job
        :param task: the department task that is late, None or empty for a time limit of the complaint itself
        """
        self.ensure_one()
        found, detours, is_doer_told = [], [], False
        if roles and not task:
            # A rule for tasks and other time limits: nobody but the handler does what the complaint itself asks for.
            roles = [role for role in roles if role not in TASK_ROLES] or ["handler"]
        for role in roles:
            if role == "doer" and self._is_doer_written_to(task, directory):
                is_doer_told = True
                continue
            found += self._find_role(role, directory, task, detours)
        for user in users:
            found += self._find_present(user.name, user, directory, detours)
        if not found and not is_doer_told and (roles or users):
            found = self._get_escalation_people("admin", directory).ids
        unique = list(dict.fromkeys(found))
        return Receivers(unique, list(dict.fromkeys(detours)), is_doer_told)

    def _find_role(self, role, directory, task, detours):
        """Return the ids of who is there of a role, else of the next one up."""
        for candidate in ROLES[ROLES.index(role) :]:
            people = self._get_escalation_people(candidate, directory, task)
            present = self._find_present(candidate, people, directory, detours)
            if present:
                return present
        return []

    def _is_doer_written_to(self, task, directory):
        """Return whether who does the task has an address and cannot read the complaint."""
        user = task.user_id
        if user.active and directory.may_read(user, self):
            return False
        return bool(task._get_addressee_email())

    def _find_present(self, role, people, directory, detours):
        """Return the ids of people who are there and may read the complaint, or of their deputies.

        :param detours: (role, why, name) is added for each who is not told himself
        """
        if not people:
            detours.append((role, "missing", None))
        staff = directory.get_staff(self.company_id, directory.day)
        found = []
        for user in people:
            # Who is no specialist of the customer care is asked for no leave.
            user_id = (
                staff.resolve(user.id, fields.Date.context_today(self)) if user.id in staff.able else user.id
            )
            receiver = user.browse(user_id or ())
            if not user.active:
                detours.append((role, "archived", None))
            elif not receiver:
                detours.append((role, "absent", None))
            elif not directory.may_read(receiver, self):
                detours.append((role, "hidden", None))
            else:
                if receiver != user:
                    detours.append((role, "deputy", receiver.name))
                found.append(receiver.id)
        return found
