import contextlib
import ipaddress
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, email_normalize, hmac

KEPT_HOURS = 24


class CustomerComplaintIntake(models.Model):
    """Attempts of visitors to send or look up something, counted by who tried; nobody can be read out of it.

    Each attempt is first stored and committed, then counted. So however many arrive at once at however many
    workers, the one stored as the n-th counts at least n: never more get through than the limit allows.
    """

    _name = "customer.complaint.intake"
    _description = "Attempt at the Public Complaint Form"
    _log_access = False

    key = fields.Char(required=True, help="Fingerprint of an address, made with the secret of this database.")
    datetime = fields.Datetime(required=True)

    _key_datetime_idx = models.Index("(key, datetime)")

    @api.model
    def _is_too_many(self, attempts, hours=1):
        """Note the attempts and return whether one of them exceeds its limit.

        :param attempts: [(kind, who, limit)]: e.g. ``("mail", "ann@example.com", 5)``; nothing is noted for
            an empty ``who``, a limit of 0 is no limit
        :param hours: in which the limit holds, at most 24
        """
        limits = {
            self._get_key(kind, who): limit for kind, who, limit in attempts if who and limit and limit > 0
        }
        if not limits:
            return False
        now = fields.Datetime.now()
        keys = list(limits)
        # A transaction of its own: what is refused here is rolled back, the attempt has to stay.
        with self.env.registry.cursor() as cr:
            cr.execute(
                SQL("INSERT INTO customer_complaint_intake (key, datetime) SELECT unnest(%s), %s", keys, now)
            )
            # a cursor of its own, see above
            cr.commit()  # pylint: disable=invalid-commit
            cr.execute(
                SQL(
                    "SELECT key, count(*) FROM customer_complaint_intake"
                    " WHERE key = ANY(%s) AND datetime > %s GROUP BY key",
                    keys,
                    now - timedelta(hours=hours),
                )
            )
            return any(count > limits[key] for key, count in cr.fetchall())

    @api.model
    def _get_key(self, kind, who):
        """Return the fingerprint of somebody; one network of IPv6 is one visitor, as he has all of it."""
        who = str(who)
        if kind == "lookup" or kind.startswith("address"):
            with contextlib.suppress(ValueError):
                address = ipaddress.ip_address(who)
                if address.version == 6 and not address.ipv4_mapped:
                    who = str(ipaddress.ip_network((address, 64), strict=False))
        elif kind == "mail":
            who = email_normalize(who) or who.lower()
        return hmac(self.env(su=True), "customer_complaint_intake", f"{kind}:{who}")

    @api.autovacuum
    def _gc_attempts(self):
        """Forget what is too old to count."""
        limit = fields.Datetime.now() - timedelta(hours=KEPT_HOURS)
        self.env.cr.execute(SQL("DELETE FROM customer_complaint_intake WHERE datetime < %s", limit))
