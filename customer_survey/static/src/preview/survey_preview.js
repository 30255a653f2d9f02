import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/** The survey on a screen as large as a telephone's; answers given here are test answers. */
export class SurveyPreview extends Component {
    static template = "customer_survey.SurveyPreview";
    static props = { ...standardActionServiceProps };

    get url() {
        return this.props.action.params.url;
    }
}

registry.category("actions").add("customer_survey_preview", SurveyPreview);
