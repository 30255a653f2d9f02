import { registry } from "@web/core/registry";

/** The dashboard of surveys: a figure opens what it counts, and the way back leads to the same figures. */
registry.category("web_tour.tours").add("customer_survey_dashboard", {
    steps: () => [
        {
            content: "two of three are promoters",
            trigger: ".o_care_tile[data-code=nps] button:contains('33.3')",
            run: "click",
        },
        { content: "the scores by class", trigger: ".o_list_view .o_group_header:contains('Detractor (1)')" },
        {
            content: "open the promoters",
            trigger: ".o_list_view .o_group_header:contains('Promoter (2)')",
            run: "click",
        },
        { content: "they are listed", trigger: ".o_list_view .o_data_row:contains('Acme')" },
        { content: "back", trigger: ".o_back_button, .breadcrumb-item a:last", run: "click" },
        {
            content: "a row of a table",
            trigger: ".o_survey_dashboard table button:contains('North'), .o_survey_dashboard table a:contains('North')",
            run: "click",
        },
        { content: "opens its only score", trigger: ".o_list_view .o_data_row:contains('Acme')" },
    ],
});
