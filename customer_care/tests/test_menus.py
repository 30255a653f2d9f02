from lxml import etree
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

ROLES = "user supervisor manager director admin auditor".split()


@tagged("post_install", "-at_install")
class TestMenus(TransactionCase):
    def _get_actions(self, user):
        """Return {name of the menu: window action} below our root that ``user`` sees."""
        menus = self.env["ir.ui.menu"].with_user(user)
        root = self.env.ref("customer_care.customer_care_menu_root")
        visible = menus.browse(set(menus.load_menus(False)) - {"root"})
        below = visible.sudo().filtered(lambda menu: menu.parent_path.startswith(root.parent_path))
        return {
            menu.complete_name: menu.action.with_user(user)
            for menu in below
            if menu.action and menu.action._name == "ir.actions.act_window"
        }

    def _open(self, user, action):
        """Read what the web client reads when ``user`` opens the action."""
        values = self.env["ir.actions.act_window"].with_user(user).browse(action.id)._get_action_dict()
        model = self.env[values["res_model"]].with_user(user)
        views = model.get_views(values["views"], {"toolbar": True, "load_filters": True})
        names = {"uid": user.id, "context_today": self.env["res.partner"]._fields["create_date"].now}
        domain = safe_eval(values["domain"] or "[]", names)
        context = safe_eval(values["context"] or "{}", names)
        for view in views["views"].values():
            arch = etree.fromstring(view["arch"])
            found = [
                node.get("name")
                for node in arch.iter("field")
                if not any(parent.tag == "field" for parent in node.iterancestors())
            ]
            specification = {name: {} for name in found if name in model._fields}
            if arch.tag in ("list", "kanban", "form"):
                model.with_context(**context).web_search_read(domain, specification, limit=5)

    def test_every_menu_opens_for_everybody_who_sees_it(self):
        """No role finds a menu that ends in an error, whatever addons are installed."""
        for role in ROLES:
            user = new_test_user(self.env, f"menus_{role}", groups=f"customer_care.group_care_{role}")
            actions = self._get_actions(user)
            self.assertTrue(actions, role)
            for name, action in actions.items():
                with self.subTest(role=role, menu=name):
                    self._open(user, action)

    def test_nobody_else_sees_the_application(self):
        """An employee without a role has no menu of the customer care."""
        employee = new_test_user(self.env, "menus_employee", groups="base.group_user")
        self.assertFalse(self._get_actions(employee))

    def test_auditor_writes_nothing_of_ours(self):
        """The auditor reads every model and writes none, but for the own deputies and answers."""
        auditor = new_test_user(self.env, "menus_auditor", groups="customer_care.group_care_auditor")
        own = {"customer.approval.deputy", "customer.approval.reject"}
        for name, model in self.env.items():
            if not name.startswith("customer.") or model._abstract or model._transient or name in own:
                continue
            with self.subTest(model=name):
                # The financial archive has a group of its own.
                self.assertEqual(model.with_user(auditor).has_access("read"), name != "customer.finance")
                for operation in ("create", "write", "unlink"):
                    self.assertFalse(model.with_user(auditor).has_access(operation), operation)
