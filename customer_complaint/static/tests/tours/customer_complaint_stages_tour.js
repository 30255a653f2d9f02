import { registry } from "@web/core/registry";

const stages = ".o_statusbar_status";
const refused = `${stages} button.o_complaint_refused:not(.d-none):contains('Investigating')`;

// Stages that cannot be entered now are grey and say why; a click explains it as well.
registry.category("web_tour.tours").add("customer_complaint_stages", {
    steps: () => [
        {
            content: "it may not go there, which can be read without a click",
            trigger: `${refused}[data-tooltip*='can only go to: Accepted'][aria-description*='Accepted']`,
        },
        {
            content: "it may go there",
            trigger: `${stages} button:contains('Accepted'):not(.o_complaint_refused):not([data-tooltip*='only'])`,
        },
        { content: "point at it", trigger: refused, run: "hover" },
        { content: "the reason is shown", trigger: ".o-tooltip:contains('can only go to')" },
        { content: "click it all the same", trigger: refused, run: "click" },
        { content: "it is explained", trigger: ".modal [name=line_ids] td:contains('can only go to: Accepted')" },
        { content: "leave it", trigger: ".modal-footer button[special=cancel], .modal-footer .o_form_button_cancel", run: "click" },
        { content: "go where it may", trigger: `body:not(:has(.modal)) ${stages} button:contains('Accepted')`, run: "click" },
        {
            content: "from there everything is allowed but what is for others",
            trigger: `${stages}:has(.o_arrow_button_current:contains('Accepted')):not(:has(.o_complaint_refused:contains('Investigating'))) .o_complaint_refused:contains('Proposed')[data-tooltip*='Only these']`,
        },
    ],
});

registry.category("web_tour.tours").add("customer_complaint_stages_small", {
    steps: () => [
        { content: "all stages in one list", trigger: `${stages} button.dropdown-toggle:not(.d-none)`, run: "click" },
        {
            content: "with the reason to read",
            trigger: ".dropdown-item.o_complaint_refused:contains('Investigating') div:contains('can only go to: Accepted')",
        },
        { content: "choose it", trigger: ".dropdown-item:contains('Investigating')", run: "click" },
        { content: "it is explained", trigger: ".modal [name=line_ids]:contains('can only go to: Accepted')" },
    ],
});
