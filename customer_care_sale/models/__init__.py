from . import customer_metric, res_company
