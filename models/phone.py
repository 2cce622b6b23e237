from functools import lru_cache

from odoo.exceptions import UserError

from odoo.addons.phone_validation.tools.phone_validation import phone_format


@lru_cache(maxsize=1024)  # a registration asks for one number five times
def clean_phone(number):
    """`number` in its one spelling (E.164), False when it is no telephone number.

    Without a country's prefix it is a Chinese one. As `_phone_format()` of Odoo, which
    asks the database for the country each time.
    """
    if not number:
        return False
    try:
        return phone_format(number, "CN", 86, force_format="E164", raise_exception=True)
    except UserError:
        return False
