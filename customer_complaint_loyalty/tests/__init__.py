from . import test_voucher
