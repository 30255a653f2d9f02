import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { fadeIn } from "@survey/utils";
import { SurveyForm } from "@survey/interactions/survey_form";

/**
 * Surveys of customers:
 * - what was answered on another device or in another tab, has expired or was withdrawn meanwhile is said by the page
 *   of the link, so it is loaded again;
 * - without a connection the answers stay on the page, to be sent again.
 */
patch(SurveyForm.prototype, {
    async nextScreen(nextScreenPromise, options) {
        if (!this.el.querySelector("form[data-care]")) {
            return super.nextScreen(...arguments);
        }
        try {
            return await super.nextScreen(...arguments);
        } catch {
            this.submitting = false;
            this.preventEnterSubmit = false;
            // after the fading out, which does not wait for the answer of the server
            const content = this.el.querySelector(".o_survey_form_content");
            this.waitForTimeout(() => fadeIn(content, 0), this.fadeInOutDelay + 100);
            this.notificationDestructors.push(
                this.services.notification.add(
                    _t("Your answers were not sent: there is no connection. They are still here; please try again."),
                    { type: "danger" }
                )
            );
        }
    },

    onNextScreenDone(options) {
        const result = this.nextScreenResult;
        if (result?.error && result.error !== "validation" && this.el.querySelector("form[data-care]")) {
            window.location.reload();
            return;
        }
        return super.onNextScreenDone(...arguments);
    },
});
