from . import (
    test_client,
    test_crm_quiet,
    test_interaction,
    test_js,
    test_payment_plan,
    test_policy,
    test_price_list,
    test_receipt,
    test_sale,
    test_share,
    test_time,
    test_unit,
)
