import { onMounted, onWillUnmount } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { ProgressBarField, progressBarField } from "@web/views/fields/progress_bar/progress_bar_field";

// Milliseconds between two looks at the server.
const INTERVAL = 2000;
// States of a record in which work goes on in the background.
const WORKING = ["draft", "values", "grading", "running"];

/**
 * Progress bar of work in the background: reads the record again until its field `state` says that the work has ended.
 */
export class LiveProgressField extends ProgressBarField {
    setup() {
        super.setup();
        let timer = null;
        const look = async () => {
            const { record } = this.props;
            if (record.resId && WORKING.includes(record.data.state) && !(await record.isDirty())) {
                await record.load();
            }
            timer = setTimeout(look, INTERVAL);
        };
        onMounted(() => {
            timer = setTimeout(look, INTERVAL);
        });
        onWillUnmount(() => clearTimeout(timer));
    }
}

registry.category("fields").add("care_live_progress", { ...progressBarField, component: LiveProgressField });
