import { Component, onMounted, onWillUnmount, onWillUpdateProps, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const { DateTime } = luxon;

/**
 * Points from 1 to 10 as buttons; the chosen one again takes the answer back. Zero stands for no answer.
 */
export class ScaleButtons extends Component {
    static template = "customer_care.ScaleButtons";
    static props = { value: { type: Number }, readonly: { type: Boolean }, update: { type: Function } };

    get points() {
        return Array.from({ length: 10 }, (_, index) => index + 1);
    }

    choose(point) {
        this.props.update(point === this.props.value ? 0 : point);
    }
}

export class ScaleField extends Component {
    static template = "customer_care.ScaleField";
    static components = { ScaleButtons };
    static props = { ...standardFieldProps };

    get value() {
        return this.props.record.data[this.props.name] || 0;
    }

    update(value) {
        return this.props.record.update({ [this.props.name]: value });
    }
}

registry.category("fields").add("care_scale", { component: ScaleField, supportedTypes: ["integer"] });

/**
 * Time since the call was started, counted from the moment on the server: a reload changes nothing.
 */
export class CallTimerField extends Component {
    static template = "customer_care.CallTimerField";
    static props = { ...standardFieldProps };

    setup() {
        this.state = useState({ now: DateTime.now() });
        let timer = null;
        onMounted(() => {
            timer = setInterval(() => {
                this.state.now = DateTime.now();
            }, 1000);
        });
        onWillUnmount(() => clearInterval(timer));
    }

    get text() {
        const begin = this.props.record.data[this.props.name];
        if (!begin) {
            return "";
        }
        const seconds = Math.max(0, Math.floor(this.state.now.diff(begin, "seconds").seconds));
        const pad = (number) => String(number).padStart(2, "0");
        const hours = Math.floor(seconds / 3600);
        return `${hours ? `${hours}:` : ""}${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
    }
}

registry.category("fields").add("care_call_timer", { component: CallTimerField, supportedTypes: ["datetime"] });

/**
 * Numbers to ring, [{name, phone, tel}]. A touch dials, starts the clock and takes the call.
 */
export class CallNumbersField extends Component {
    static template = "customer_care.CallNumbersField";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
    }

    get numbers() {
        return this.props.record.data[this.props.name] || [];
    }

    async start() {
        const { record } = this.props;
        if (record.data.state === "planned" && record.resId && (await record.save())) {
            await this.orm.call(record.resModel, "action_start_call", [[record.resId]]);
            await record.load();
        }
    }
}

registry.category("fields").add("care_call_numbers", { component: CallNumbersField, supportedTypes: ["json"] });

/**
 * Questions of the script; each answer is kept at once by `set_answer`, which gives the questions to ask from then on.
 * The value is [{id, title, hint, kind, required, options, value}].
 */
export class CallQuestionsField extends Component {
    static template = "customer_care.CallQuestionsField";
    static components = { ScaleButtons };
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ questions: this.read(this.props) });
        this.pending = Promise.resolve();
        onWillUpdateProps((props) => {
            if (props.record.resId !== this.props.record.resId || props.record.data !== this.data) {
                this.state.questions = this.read(props);
            }
        });
        // A button of the form waits until the last answer is kept.
        useBus(this.props.record.model.bus, "NEED_LOCAL_CHANGES", ({ detail }) => detail.proms.push(this.pending));
    }

    read(props) {
        this.data = props.record.data;
        return props.record.data[props.name] || [];
    }

    // The field is computed and thus readonly; the answers are kept by the method.
    get readonly() {
        const { data } = this.props.record;
        return data.state !== "planned" || data.is_claimed;
    }

    answer(question, value) {
        const { record } = this.props;
        const before = question.value;
        question.value = value;
        const keep = async () => {
            this.state.questions = await this.orm.call(record.resModel, "set_answer", [
                [record.resId],
                question.id,
                value,
            ]);
        };
        const kept = this.pending.catch(() => {}).then(keep);
        this.pending = kept;
        return kept.catch((error) => {
            // What was refused is not shown as kept, and holds up only the button that was waiting for it.
            question.value = before;
            if (this.pending === kept) {
                this.pending = Promise.resolve();
            }
            throw error;
        });
    }

    toggle(question, option) {
        const chosen = question.value || [];
        const has = chosen.includes(option.id);
        if (question.kind === "single") {
            return this.answer(question, has ? [] : [option.id]);
        }
        return this.answer(question, has ? chosen.filter((id) => id !== option.id) : [...chosen, option.id]);
    }

    isChosen(question, option) {
        return (question.value || []).includes(option.id);
    }

    answerNumber(question, text) {
        return this.answer(question, text === "" ? false : Number(text));
    }

    answerYesNo(question, value) {
        return this.answer(question, question.value === value ? false : value);
    }
}

registry.category("fields").add("care_call_questions", {
    component: CallQuestionsField,
    supportedTypes: ["json"],
});
