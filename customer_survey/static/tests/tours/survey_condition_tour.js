import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

function question(title, isHidden = false) {
    return `.js_question-wrapper${isHidden ? ".d-none" : ":not(.d-none)"}:has(h3:contains("${title}"))`;
}

function choose(title, value) {
    return {
        content: `answer ${title} with ${value}`,
        trigger: `${question(title)} label:has(input[value="${value}"])`,
        run: "click",
    };
}

function hidden(title) {
    return { content: `${title} is not asked`, trigger: `:hidden${question(title, true)}` };
}

tours.add("customer_survey_condition", {
    steps: () => [
        hidden("Effort"),
        hidden("Praise"),
        choose("Satisfied?", 3),
        choose("Effort", 2),
        { content: "one leads to the next", trigger: `${question("Reason")} textarea`, run: "edit Slow" },
        choose("Satisfied?", 10),
        hidden("Effort"),
        hidden("Reason"),
        { content: "write praise", trigger: `${question("Praise")} textarea`, run: "edit Nice" },
        { content: "send", trigger: "button[type=submit]:contains(Submit)", run: "click" },
        { content: "confirm", trigger: ".modal-footer .btn-primary", run: "click" },
        { content: "done", trigger: ".o_survey_finished" },
    ],
});

tours.add("customer_survey_condition_pages", {
    steps: () => [
        { content: "nothing follows yet", trigger: "button[type=submit][value=finish]" },
        choose("Satisfied?", 10),
        { content: "praise follows", trigger: "button[type=submit][value=next]" },
        choose("Satisfied?", 8),
        { content: "nothing follows", trigger: "button[type=submit][value=finish]" },
        choose("Satisfied?", 1),
        choose("Effort", 0),
        { content: "go on", trigger: "button[type=submit][value=next]", run: "click" },
        { content: "give the reason", trigger: `${question("Reason")} textarea`, run: "edit Slow" },
        { content: "send", trigger: "button[type=submit][value=finish]", run: "click" },
        { content: "confirm", trigger: ".modal-footer .btn-primary", run: "click" },
        { content: "done", trigger: ".o_survey_finished" },
    ],
});
