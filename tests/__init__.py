from . import (
    test_form,
    test_js,
    test_mailing,
    test_price_list,
    test_unit,
    test_views,
)
