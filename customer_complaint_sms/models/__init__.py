from . import customer_complaint, customer_complaint_team, sms_sms
