from . import test_price_list
