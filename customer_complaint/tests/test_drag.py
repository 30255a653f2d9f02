from unittest.mock import patch

from odoo.fields import Domain
from odoo.tests import HttpCase, tagged
from odoo.tests.common import ChromeBrowser

from .common import ComplaintCommon
from .common_mouse import Mouse

CARD = ".o_kanban_record"
COLUMN = ".o_kanban_group"
CONFIRM = ".modal-footer button[name=action_confirm]"
DISCARD = ".modal-footer button[special=cancel], .modal-footer .o_form_button_cancel"


@tagged("post_install", "-at_install")
class TestDrag(ComplaintCommon, HttpCase):
    """Cards of the board dragged with the mouse of the browser itself."""

    browser_size = "2600x1000"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stage_accepted.requirement_ids = cls.env.ref(
            "customer_complaint.customer_complaint_requirement_verdict"
        )
        cls.stage_proposed.entry_by = "manager"
        cls.names = {stage: stage.name for stage in cls.env["customer.complaint.stage"].search(Domain.TRUE)}
        cls.complaint = cls._create_complaint(name="Dragged card", user_id=cls.handler.id)

    def _drive(self, drive, path="/odoo/my-complaints"):
        """Open the board and let ``drive(mouse)`` act in it."""

        def wait_code_ok(browser, *_args, **_kwargs):
            drive(Mouse(browser))

        with patch.object(ChromeBrowser, "_wait_code_ok", wait_code_ok):
            self.browser_js(path, "", ready="odoo.isReady === true", login=self.handler.login)

    def _assert_lies(self, mouse, stage):
        """The card is in the column and in no other; the server says the same."""
        mouse.wait_for(
            f"""(() => {{
            const columns = [...document.querySelectorAll("{COLUMN}:has({CARD})")];
            const titles = columns.filter((column) => column.querySelector("{CARD}").textContent.includes("Dragged"))
                .map((column) => column.querySelector(".o_column_title").textContent);
            return titles.length === 1 && titles[0].includes("{self.names[stage]}");
            }})()"""
        )
        # Asked by the browser: the cursor of the test is the server's while that works.
        [values] = mouse.call("customer.complaint", "read", [[self.complaint.id], ["stage_id"]])
        self.assertEqual(values["stage_id"][0], stage.id)

    def test_drag_to_an_allowed_stage(self):
        """It lies in the new column at once, and is there when the board is opened again."""

        def drive(mouse):
            mouse.drag(CARD, "Dragged card", COLUMN, self.names[self.stage_investigating])
            self._assert_lies(mouse, self.stage_investigating)

        self._drive(drive)
        self._drive(lambda mouse: self._assert_lies(mouse, self.stage_investigating))

    def test_drag_to_a_forbidden_stage(self):
        """The card comes back and the dialog says who may; closing that by key changes nothing."""

        def drive(mouse):
            mouse.drag(CARD, "Dragged card", COLUMN, self.names[self.stage_proposed])
            mouse.wait(".modal [name=line_ids] td", "Only these may move it there")
            self._assert_lies(mouse, self.stage_received)
            mouse.press("Escape", 27)
            mouse.wait_gone(".modal")
            self._assert_lies(mouse, self.stage_received)
            # The board goes on working.
            mouse.drag(CARD, "Dragged card", COLUMN, self.names[self.stage_investigating])
            self._assert_lies(mouse, self.stage_investigating)

        self._drive(drive)
        self.assertEqual(len(self.complaint.stage_history_ids), 2)

    def test_drag_where_something_is_missing(self):
        """Discarded, the card is back; filled in, it lies in its new column."""

        def drive(mouse):
            mouse.drag(CARD, "Dragged card", COLUMN, self.names[self.stage_accepted])
            mouse.wait(".modal [name=verdict] input")
            self._assert_lies(mouse, self.stage_received)
            mouse.click(DISCARD)
            mouse.wait_gone(".modal")
            self._assert_lies(mouse, self.stage_received)
            mouse.drag(CARD, "Dragged card", COLUMN, self.names[self.stage_accepted])
            mouse.click(".modal [name=verdict] input")
            mouse.click(".o_select_menu_item", "Partly Valid")
            mouse.click(CONFIRM)
            mouse.wait_gone(".modal")
            self._assert_lies(mouse, self.stage_accepted)

        self._drive(drive)
        self.assertEqual(self.complaint.verdict, "partly")
        self.assertEqual(len(self.complaint.stage_history_ids), 2)
