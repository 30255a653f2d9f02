MODELS = ("clock", "stage_history", "compensation", "answer", "extension", "escalation_log")
ROLES = ("company", "user", "supervisor", "manager", "director", "auditor", "people")


def migrate(cr, version):
    """Remove the rules that repeated those of the complaint: code applies them now to all that belongs to it."""
    names = [f"customer_complaint_{model}_rule_{role}" for model in MODELS for role in ROLES]
    cr.execute(
        """
        DELETE FROM ir_rule rule USING ir_model_data data
         WHERE data.module = 'customer_complaint' AND data.model = 'ir.rule' AND data.res_id = rule.id
           AND data.name = ANY(%s)
        """,
        (names,),
    )
    cr.execute(
        "DELETE FROM ir_model_data WHERE module = 'customer_complaint' AND model = 'ir.rule' AND name = ANY(%s)",
        (names,),
    )
