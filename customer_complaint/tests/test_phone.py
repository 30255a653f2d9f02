from odoo.tests import HttpCase, tagged

from .common import ComplaintCommon

OPEN = """
(async () => {
    const find = async (selector) => {
        for (let tries = 0; tries < 100; tries++) {
            const found = document.querySelector(selector);
            if (found) {
                return found;
            }
            await new Promise((resolve) => setTimeout(resolve, 100));
        }
        throw new Error(`${selector} did not appear`);
    };
    (await find(".o_notebook a[name=solution]")).click();
    const card = await find("[name=compensation_ids] .o_kanban_record");
    if (!card.textContent.includes("For the trouble")) {
        throw new Error(card.textContent);
    }
    (await find(".o_notebook a[name=plan]")).click();
    const pages = ".o_notebook .tab-pane.active";
    await find(`${pages} .o_kanban_renderer`);
    await find(`${pages} .o_care_lazy_list:last-child .o_kanban_renderer`);
    if (document.querySelector(`${pages} .o_view_sample_data`)) {
        throw new Error("Invented letters are shown");
    }
    console.log("test successful");
})().catch((error) => console.error(error.message));
"""


@tagged("post_install", "-at_install")
class TestPhone(ComplaintCommon, HttpCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_pages_of_a_complaint(self):
        """Compensations, countermeasures and letters are cards; where there is no letter none is invented."""
        complaint = self._create_complaint(user_id=self.handler.id)
        self._create_compensation(complaint, 100, note="For the trouble")
        self.browser_js(
            f"/odoo/my-complaints/{complaint.id}",
            OPEN,
            ready="odoo.isReady === true",
            login=self.handler.login,
        )
