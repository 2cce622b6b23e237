"""The demo office: two projects in Chengdu and their last three months, up to now.

Made by code, not by data files, so that it is always recent; told in the order in which
it happened, through the same steps that users take. Nothing of Odoo imports this
package: `dev/demo.py` does, and the tests `figures`.
"""

from .office import open_office
