import doctest
from datetime import date, timedelta
from itertools import product

from freezegun import freeze_time
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger
from psycopg2 import IntegrityError

from ..tools import days, figures
from ..tools.figures import Scope
from .metric_common import TODAY, MetricCommon

HISTORY = (
    "recency_days purchases_12m amount_12m growth_12m years_with_us highest_purchase monthly_purchase_12m "
    "average_order_12m first_purchase_days purchases_6m"
).split()


@tagged("post_install", "-at_install")
class TestMetric(MetricCommon):
    def test_figures_examples_hold(self):
        """The examples of the module are its specification."""
        for module, number in ((figures, 10), (days, 0)):
            result = doctest.testmod(module)
            self.assertGreater(result.attempted, number)
            self.assertFalse(result.failed)

    def test_metric_purchases_make_the_shipped_figures(self):
        """Each shipped figure of purchases is what its formula says."""
        self._buy(("2024-03-31", 50), ("2025-03-31", 80), ("2025-04-01", 100), ("2026-03-01", 60))
        self.assertEqual(self._get("recency_days"), 30)
        self.assertEqual(self._get("first_purchase_days"), 730)
        self.assertAlmostEqual(self._get("years_with_us"), 730 / 365.2425)
        self.assertEqual(self._get("purchases_12m"), 2)
        self.assertEqual(self._get("purchases_6m"), 1)
        self.assertEqual(self._get("amount_12m"), 160)
        self.assertEqual(self._get("average_order_12m"), 80)
        self.assertEqual(self._get("growth_12m"), 100)
        self.assertEqual(self._get("highest_purchase"), 100)
        self.assertAlmostEqual(self._get("monthly_purchase_12m"), 160 / 12)

    def test_metric_window_begins_after_its_first_day(self):
        """A window of 12 months holds the days after the same day a year ago, up to the day itself."""
        self._buy(("2025-03-31", 1), ("2025-04-01", 2), ("2026-03-31", 4), ("2026-04-01", 8))
        self.assertEqual(self._get("amount_12m"), 6)
        self.assertEqual(self._get("growth_12m"), 500)
        self.assertEqual(self._get("recency_days"), 0)
        self.assertEqual(self._get("highest_purchase"), 4)

    def test_metric_future_purchases_do_not_count_yet(self):
        """What is dated after the day is not known on it."""
        self._buy(("2026-04-01", 100))
        for code in HISTORY:
            self.assertIsNone(self._get(code), code)
        self.assertEqual(self._get("amount_12m", date=date(2026, 4, 1)), 100)

    def test_metric_refund_lowers_amounts_and_is_no_purchase(self):
        """A refund neither counts nor is first, last, or highest; the amount may fall below zero."""
        self._buy(("2025-01-01", -5), ("2025-06-01", 100), ("2026-02-01", -30), ("2026-03-01", 0))
        self.assertEqual(self._get("purchases_12m"), 1)
        self.assertEqual(self._get("amount_12m"), 70)
        self.assertEqual(self._get("average_order_12m"), 70)
        self.assertEqual(self._get("recency_days"), (TODAY - date(2025, 6, 1)).days)
        self.assertEqual(self._get("first_purchase_days"), (TODAY - date(2025, 6, 1)).days)
        self.assertEqual(self._get("highest_purchase"), 100)
        self.assertIsNone(self._get("growth_12m"))
        self._buy(("2026-03-02", -100))
        self.assertEqual(self._get("amount_12m"), -30)

    def test_metric_refunds_alone_are_no_history(self):
        """Who only gave back never bought."""
        self._buy(("2026-01-01", -5))
        for code in HISTORY:
            self.assertIsNone(self._get(code), code)

    def test_metric_former_customer_has_zero_not_unknown(self):
        """Who bought once, but not in the window, has 0 purchases there; an average of none is unknown."""
        self._buy(("2020-01-01", 10))
        self.assertEqual(self._get("purchases_12m"), 0)
        self.assertEqual(self._get("amount_12m"), 0)
        self.assertEqual(self._get("monthly_purchase_12m"), 0)
        self.assertIsNone(self._get("average_order_12m"))
        self.assertIsNone(self._get("growth_12m"))

    def test_metric_growth_to_nothing_is_minus_hundred(self):
        """A customer who stops buying shrinks by 100 percent; nothing grows from zero."""
        self._buy(("2025-01-01", 10))
        self.assertEqual(self._get("growth_12m"), -100)
        self._buy(("2025-01-02", -10))
        self.assertIsNone(self._get("growth_12m"))

    def test_metric_monthly_of_all_time_counts_months_since_the_first(self):
        """Without a window the months since the first purchase divide, at least one."""
        metric = self._create_metric("monthly_purchase")
        self._buy(("2026-03-30", 10))
        self.assertEqual(self._get_of(metric), 10)
        self._buy(("2024-03-30", 10))
        self.assertAlmostEqual(self._get_of(metric), 20 / (731 / 365.2425 * 12))

    def test_metric_contacts_count_for_their_company(self):
        """Purchases of a contact are those of the company, whoever is asked about."""
        self._buy(("2026-03-01", 10), partner=self.contact)
        self.assertEqual(self._get("amount_12m"), 10)
        self.assertEqual(self._get("amount_12m", self.contact), 10)

    def test_metric_archived_customer_keeps_his_figures(self):
        """Archiving hides a customer, it does not unmake his purchases."""
        self._buy(("2026-03-01", 10))
        self.customer.active = False
        self.assertEqual(self._get("amount_12m"), 10)

    def test_metric_sums_are_exact_and_do_not_depend_on_order(self):
        """Amounts are added as decimal numbers: ten cents a hundred times are ten, in whatever order."""
        other = self._create_customer("Moon")
        amounts = [0.1] * 100 + [1e9, -1e9, 12345.67]
        days = [date(2026, 3, 1) + timedelta(days=index % 28) for index in range(len(amounts))]
        self._buy(*zip(days, amounts, strict=True))
        self._buy(*zip(reversed(days), reversed(amounts), strict=True), partner=other)
        self.assertEqual(self._get("amount_12m"), 12355.67)
        self.assertEqual(self._get("amount_12m"), self._get("amount_12m", other))

    def test_metric_equal_rows_are_read_once(self):
        """All figures of purchases come from one pass over the rows, those of the archive from another."""
        metrics = self.env["customer.metric"].search([])
        query = metrics._build_query(SQL("SELECT id FROM res_partner"), Scope(TODAY))
        self.assertEqual(query.code.count("FROM customer_transaction"), 1)

    def test_metric_query_gives_one_row_for_each_partner_in_order(self):
        """Partners without any row are there; columns come in the order of the metrics."""
        self._buy(("2026-03-01", 10), ("2026-03-02", 20))
        other = self._create_customer("Moon")
        first = self.env.ref("customer_care.customer_metric_amount_12m")
        second = self.env.ref("customer_care.customer_metric_purchases_12m")
        ids = (self.customer.id, other.id)
        partners = SQL("SELECT id FROM res_partner WHERE id IN %s", ids)
        for metrics, expected in ((first + second, (30, 2)), (second + first, (2, 30))):
            rows = self.env.execute_query(metrics._build_query(partners, Scope(TODAY, ids=ids)))
            self.assertEqual(sorted(rows), [(self.customer.id, *expected), (other.id, None, None)])

    def test_metric_range_of_ids_limits_as_a_list_does(self):
        """A slice of ids sees the same figures."""
        self._buy(("2026-03-01", 10))
        metric = self.env.ref("customer_care.customer_metric_amount_12m")
        partners = SQL("SELECT %s AS id", self.customer.id)
        scope = Scope(TODAY, first_id=self.customer.id, last_id=self.customer.id)
        rows = self.env.execute_query(metric._build_query(partners, scope))
        self.assertEqual(rows, [(self.customer.id, 10)])
        scope = Scope(TODAY, first_id=self.customer.id + 1, last_id=self.customer.id + 5)
        rows = self.env.execute_query(metric._build_query(partners, scope))
        self.assertEqual(rows, [(self.customer.id, None)])

    def test_metric_no_partners_and_no_metrics_are_no_error(self):
        """Nothing asked is nothing answered."""
        metric = self.env.ref("customer_care.customer_metric_amount_12m")
        self.assertEqual(metric._get_values(self.env["res.partner"]), {})
        none = self.env["customer.metric"]
        self.assertEqual(none._get_values(self.customer), {self.customer.id: {}})

    def test_metric_many_customers_take_no_more_queries(self):
        """A hundred customers cost as many statements as one."""
        partners = self.env["res.partner"].create([{"name": f"Customer {n}"} for n in range(100)])
        metrics = self.env["customer.metric"].search([])
        metrics._get_values(partners[:1])
        counts = []
        for some in (partners[:1], partners):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(len(metrics._get_values(some)), len(some))
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 1)

    def test_metric_callbacks_reached_of_all_ended(self):
        """Reached ones in percent of the attempts that ended; cancelled and planned ones do not count."""
        self.assertIsNone(self._get("callback_reach_12m", date=None))
        self._create_callback()
        self._create_callback().action_cancel("not now")
        self.assertIsNone(self._get("callback_reach_12m", date=None))
        self._create_callback().action_done("reached", satisfaction=8)
        self._create_callback().action_done("no_answer")
        self._create_callback().action_done("wrong_number")
        self._create_callback().action_done("refused")
        self.assertEqual(self._get("callback_reach_12m", date=None), 25)
        self.assertIsNone(self._get("callback_reach_12m", date=date(2020, 1, 1)))

    def test_metric_callbacks_end_with_the_day_of_the_company(self):
        """What ended when the next day had begun at the company is not of the day."""
        self.env.company.partner_id.tz = "Asia/Shanghai"
        with freeze_time("2026-03-31 20:00:00"):
            self._create_callback().action_done("no_answer")
        self.assertIsNone(self._get("callback_reach_12m", date=date(2026, 3, 31)))
        self.assertEqual(self._get("callback_reach_12m", date=date(2026, 4, 1)), 0)

    def test_metric_satisfaction_is_of_the_day_of_the_company(self):
        """What a customer said belongs to the company's day, whoever looks."""
        self.env.company.partner_id.tz = "Asia/Shanghai"
        self.env.user.tz = "UTC"
        with freeze_time("2026-03-31 20:00:00"):
            self._create_callback().action_done("reached", satisfaction=8)
        self.assertIsNone(self._get("satisfaction_12m", date=date(2026, 3, 31)))
        self.assertEqual(self._get("satisfaction_12m", date=date(2026, 4, 1)), 80)

    def test_metric_provider_sets_how_it_is_read_and_may_be_overruled(self):
        """Unit and direction follow from the figure, unless somebody says otherwise."""
        metric = self._create_metric("recency", is_lower_better=False)
        self.assertRecordValues(metric, [{"unit": "days", "is_lower_better": False, "is_history": True}])
        metric.provider = "amount"
        self.assertRecordValues(metric, [{"unit": "money", "is_lower_better": False, "is_history": True}])

    def test_metric_bad_settings_are_refused(self):
        """No growth without a period, no negative months, no code twice; a copy gets a code of its own."""
        with self.assertRaisesRegex(ValidationError, "how many months"):
            self._create_metric("growth")
        metric = self._create_metric("amount", 24)
        for vals in ({"months": -1}, {"months": 601}):
            with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                metric.write(vals)
                metric.flush_recordset()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self._create_metric("amount", 24)
        copies = metric.copy() + metric.copy()
        self.assertEqual(len({metric.code, *copies.mapped("code")}), 3)

    def test_metric_every_provider_has_a_query_and_a_description(self):
        """Whatever can be chosen can be computed, in each combination of scope."""
        providers = self.env["customer.metric"]._fields["provider"].get_values(self.env)
        self.assertEqual(set(providers), set(self.env["customer.metric"]._get_providers()))
        scopes = (Scope(TODAY), Scope(TODAY, (self.company.id,), self.currency.id, ids=(self.customer.id,)))
        for provider, scope, months in product(providers, scopes, (3, 12)):
            with self.subTest(provider=provider, months=months):
                metric = self.env["customer.metric"].new({"provider": provider, "months": months})
                partners = SQL("SELECT %s AS id", self.customer.id)
                self.assertEqual(len(self.env.execute_query(metric._build_query(partners, scope))), 1)

    def test_metric_shipped_ones_state_their_formula(self):
        """Who reads a grade finds the formula of each figure."""
        data = self.env["ir.model.data"].search([("model", "=", "customer.metric")])
        metrics = self.env["customer.metric"].browse(data.mapped("res_id")).exists()
        self.assertGreaterEqual(len(metrics), 14)
        self.assertFalse(metrics.filtered(lambda metric: not metric.description))

    # Companies and currencies

    def test_metric_amounts_of_several_companies_in_one_currency(self):
        """Books in another currency are converted at each row's date by the rates of the row's company."""
        other = self._create_company("Other", self.foreign)
        self._set_rate(self.currency, "2025-01-01", 2.0, other)
        self._set_rate(self.currency, "2026-01-01", 4.0, other)
        self._buy(("2026-03-01", 100))
        self._buy(("2025-06-01", 10), ("2026-01-01", 10), company_id=other.id)
        self.assertEqual(self._get("amount_12m"), 100 + 20 + 40)
        self.assertEqual(self._get("highest_purchase"), 100)
        self.assertEqual(self._get("amount_12m", company=self.company), 100)
        self.assertEqual(self._get("amount_12m", company=other), 20)
        self.assertEqual(self._get("purchases_12m", company=other), 2)

    def test_metric_conversion_falls_back_as_core_does(self):
        """Before the first rate the first one counts; the company's own currency needs none."""
        other = self._create_company("Other", self.foreign)
        self._set_rate(self.currency, "2026-02-01", 3.0, other)
        self._buy(("2025-06-01", 10), company_id=other.id)
        expected = self.foreign._convert(10, self.currency, other, date(2025, 6, 1))
        self.assertEqual(self._get("amount_12m"), expected)

    def test_metric_currencies_without_any_rate_are_refused(self):
        """Two currencies never count as equal because nobody entered a rate."""
        self.env["res.currency.rate"].search([("currency_id", "=", self.currency.id)]).unlink()
        other = self._create_company("Other", self.foreign)
        self._buy(("2025-06-01", 10), company_id=other.id)
        with self.assertRaisesRegex(UserError, "XTA cannot be converted to"):
            self._get("amount_12m")
        self.assertEqual(self._get("amount_12m", company=other), 10)

    def test_metric_one_currency_costs_no_conversion(self):
        """While all books are in one currency, no rate is looked up."""
        self.env["res.company"].search([]).currency_id = self.currency
        self._create_company("Other", self.currency)
        metric = self.env.ref("customer_care.customer_metric_amount_12m")
        query = metric._build_query(SQL("SELECT 1 AS id"), Scope(TODAY, currency_id=self.currency.id))
        self.assertNotIn("res_currency_rate", query.code)
        self._set_rate(self.foreign, "2026-01-01", 2, self._create_company("Abroad", self.foreign))
        query = metric._build_query(SQL("SELECT 1 AS id"), Scope(TODAY, currency_id=self.currency.id))
        self.assertIn("res_currency_rate", query.code)

    # Rights and the list of values

    def test_metric_access_matrix(self):
        """The administrator configures and sees values, the care reads the settings, others nothing."""
        allowed = {
            "customer.metric": {
                "specialist": "read",
                "supervisor": "read",
                "manager": "read",
                "admin": "read write create unlink",
                "auditor": "read",
            },
            "customer.metric.value": {"admin": "read", "auditor": "read"},
        }
        roles = ("portal", "public", "employee", "specialist", "supervisor", "manager", "admin", "auditor")
        for model, role, operation in product(allowed, roles, ("read", "write", "create", "unlink")):
            with self.subTest(model=model, role=role, operation=operation):
                has = self.env[model].with_user(getattr(self, role)).has_access(operation)
                self.assertEqual(has, operation in allowed[model].get(role, "").split())

    def test_metric_values_list_shows_each_customer_once(self):
        """The list behind the button has the known values first, contacts are part of their company."""
        self._buy((date.today(), 77), partner=self.contact)
        action = (
            self.env.ref("customer_care.customer_metric_amount_12m")
            .with_user(self.admin)
            .action_open_values()
        )
        values = self.env[action["res_model"]].with_user(self.admin).with_context(**action["context"])
        mine = values.search([*action["domain"], ("partner_id", "in", (self.customer + self.contact).ids)])
        self.assertRecordValues(mine, [{"partner_id": self.customer.id, "value": 77, "is_known": True}])
        self.assertTrue(values.search_count([*action["domain"], ("is_known", "=", False)]))
        groups = values._read_group(action["domain"], ["is_known"], ["__count"])
        self.assertEqual({known for known, _count in groups}, {True, False})

    def test_metric_values_list_hides_customers_of_other_companies(self):
        """Who may not see a customer does not see his figures."""
        other = self._create_company("Other", self.currency)
        hidden = self._create_customer("Hidden", company_id=other.id)
        metric = self.env.ref("customer_care.customer_metric_amount_12m")
        values = self.env["customer.metric.value"].with_context(care_metric_id=metric.id)
        domain = [("partner_id", "in", (hidden + self.customer).ids)]
        self.assertEqual(values.with_user(self.admin).search(domain).partner_id, self.customer)
        self.assertEqual(values.search_count(domain), 2)
