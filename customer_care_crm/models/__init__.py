from . import crm_lead, customer_callback, customer_care_event, res_partner
