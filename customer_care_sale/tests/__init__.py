from . import test_purchase_source
