from . import customer_metric, customer_metric_payment, res_company
