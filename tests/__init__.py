from . import (
    test_form,
    test_js,
    test_mailing,
    test_price_list,
    test_unit,
    test_unit_generate,
    test_unit_import,
    test_views,
)
