import { registry } from "@web/core/registry";

/** From the link of a mail to the end of the answer: nine was clicked in the mail. */
registry.category("web_tour.tours").add("customer_survey_choice", {
    steps: () => [
        { content: "the click was understood", trigger: ".o_survey_start strong:contains(9)" },
        { content: "begin", trigger: "button[value=start]:not(.disabled)", run: "click" },
        {
            content: "nine is chosen, and nothing was sent",
            trigger: ".js_question-wrapper:has(h3:contains('Satisfied?')) label.o_survey_selected:has(input[value='9']:checked)",
        },
        {
            content: "the question that depends on it is there",
            trigger: ".js_question-wrapper:not(.d-none):has(h3:contains('Praise'))",
        },
        { content: "send", trigger: "button[type=submit]:contains(Submit)", run: "click" },
        { content: "confirm", trigger: ".modal-footer .btn-primary", run: "click" },
        { content: "done", trigger: ".o_survey_finished" },
    ],
});
