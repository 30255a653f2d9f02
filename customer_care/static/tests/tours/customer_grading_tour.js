import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

// The page of a customer: the band, the reasons of the grade, the timeline that can be searched.
tours.add("customer_care_customer_form", {
    steps: () => [
        { content: "the band shows the grade", trigger: ".o_care_band [name=care_grade_id]:contains('A')" },
        { content: "open the page of the grade", trigger: ".o_notebook a[name=care_grading]", run: "click" },
        { content: "the score is drawn", trigger: "svg.o_care_chart" },
        { content: "the criteria are explained", trigger: ".o_care_breakdown td:contains('Amount of tour')" },
        { content: "open the timeline", trigger: ".o_notebook a[name=care_timeline]", run: "click" },
        { content: "what happened is listed", trigger: ".o_care_lazy_list .o_data_row:contains('First tour note')" },
        { content: "search it", trigger: ".o_care_lazy_list .o_searchview_input", run: "edit Second" },
        { content: "by its text", trigger: ".o_searchview_autocomplete .o-dropdown-item:first", run: "click" },
        {
            content: "only what was searched for is left",
            trigger: ".o_care_lazy_list:not(:has(.o_data_row:contains('First tour note'))) .o_data_row:contains('Second tour note')",
        },
    ],
});

// An administrator tries other rules, sees who would move, and puts them in force.
tours.add("customer_care_dry_run", {
    steps: () => [
        { content: "the rules differ from those in force", trigger: ".alert:contains('The rules were changed')" },
        { content: "try them", trigger: "button[name=action_open_dry_run]", run: "click" },
        { content: "it is only a trial", trigger: ".alert:contains('A dry run')" },
        { content: "a number opens its customers", trigger: ".o_care_matrix .table-danger button", run: "click" },
        { content: "who would move is listed", trigger: ".o_list_view .o_data_row:contains('Tour customer')" },
        { content: "back to the run", trigger: ".o_back_button, .breadcrumb-item a:last", run: "click" },
        { content: "put them in force", trigger: "button[name=action_activate]", run: "click" },
        { content: "sure", trigger: ".modal-footer .btn-primary", run: "click" },
        { content: "open the scheme", trigger: "[name=scheme_id] a, [name=scheme_id] .o_form_uri", run: "click" },
        { content: "they are", trigger: ".o_form_view:not(:has(.alert:contains('The rules were changed'))) [name=version_id]:contains('version 2')" },
    ],
});
