from . import calendar_event, res_partner
