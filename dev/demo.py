"""For `odoo shell` on a fresh database: make the demo office and keep it."""

from odoo.addons.crm_property_sales import demo

demo.open_office(env)  # noqa: F821
env.cr.commit()  # noqa: F821
