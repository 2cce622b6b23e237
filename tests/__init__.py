from . import test_js, test_price_list, test_unit
