from . import test_js, test_price_list, test_unit_generate, test_unit_import
