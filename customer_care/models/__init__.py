# What others inherit comes first.
from . import customer_care_link_mixin  # isort: split

from . import (
    customer_approval_deputy,
    customer_approval_engine,
    customer_approval_line,
    customer_approval_mixin,
    customer_approval_rule,
    customer_callback,
    customer_callback_rule,
    customer_care_event,
    customer_care_mixin,
    customer_care_team,
    res_company,
    res_config_settings,
    res_partner,
    resource_calendar,
)
