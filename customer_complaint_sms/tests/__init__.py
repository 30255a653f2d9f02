from . import test_acknowledge_by_sms
