import { registry } from "@web/core/registry";

const stage = (name) => `.o_statusbar_status button:contains('${name}')`;
const current = (name) => `.o_statusbar_status button.o_arrow_button_current:contains('${name}')`;
const closed = "body:not(:has(.modal))";

// A complaint is clicked from stage to stage, waits for something, and is dragged where something is missing.
registry.category("web_tour.tours").add("customer_complaint_move", {
    steps: () => [
        { content: "open the complaint", trigger: ".o_kanban_record:contains('Tour move')", run: "click" },
        { content: "nothing is missing", trigger: stage("Accepted"), run: "click" },
        { content: "it has moved at once", trigger: current("Accepted") },
        { content: "wait for the customer", trigger: stage("Waiting for Customer"), run: "click" },
        { content: "it is asked for what", trigger: ".modal [name=reason_id] input", run: "edit Documents" },
        { content: "choose", trigger: ".ui-autocomplete a:contains('Documents or pictures')", run: "click" },
        { content: "and say more", trigger: ".modal [name=note] input", run: "edit The invoice" },
        { content: "move", trigger: ".modal-footer button[name=action_confirm]", run: "click" },
        { content: "it waits", trigger: `${closed} ${current("Waiting for Customer")}` },
        { content: "and says for what", trigger: "[name=waiting]:contains('The invoice')" },
        { content: "take it back", trigger: "button[name=action_back]", run: "click" },
        { content: "it is where it was", trigger: current("Accepted") },
        { content: "to the board", trigger: ".o_breadcrumb .o_back_button, .breadcrumb-item a", run: "click" },
        {
            content: "which shows it where it is now",
            trigger: ".o_kanban_group:contains('Accepted') .o_kanban_record:contains('Tour move')",
        },
        {
            content: "drag it where the verdict is asked for",
            trigger: ".o_kanban_record:contains('Tour move')",
            run: "drag_and_drop .o_kanban_group:contains('Received')",
        },
        { content: "the dialog asks for it", trigger: ".modal [name=verdict] input", run: "click" },
        { content: "partly", trigger: ".o_select_menu_item:contains('Partly Valid')", run: "click" },
        { content: "move it", trigger: ".modal-footer button[name=action_confirm]", run: "click" },
        {
            content: "it lies in its new column",
            trigger: `${closed} .o_kanban_group:contains('Received') .o_kanban_record:contains('Tour move')`,
        },
    ],
});
