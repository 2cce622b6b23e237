from . import test_access_rights, test_js, test_price_list, test_rpc_isolation
