from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL

from .test_form import G3, FormCommon


@tagged("post_install", "-at_install")
class TestFormRows(FormCommon, TransactionCase):
    """What long lists read: by columns, batch by batch, under the reader's rules."""

    def rows(self, columns, domain=(), user=None, **kwargs):
        """What a list reads of the units of the project."""
        form = self.env[G3].with_user(user or self.manager)
        domain = [("project_id", "=", self.project.id), *domain]
        return form._rows_of("property.unit", domain, columns, "name", **kwargs)

    def test_rows_by_columns(self):
        """A field, one behind links, names of many, and SQL; in their order"""
        self.client = self.make_client(self.rep_a)
        tags = self.env["property.unit.type"].create(
            [
                {"name": name, "project_id": self.project.id}
                for name in ("Type Y", "Type X")
            ]
        )
        self.client.unit_type_ids = tags
        columns = {
            "phone": "phone",
            "rep": "user_id.name",
            "types": "unit_type_ids",
            "two": SQL("1 + 1"),
        }
        form = self.env[G3].with_user(self.manager)
        domain = [("id", "=", self.client.id)]
        [row] = form._rows_of("crm.lead", domain, columns, "id")
        self.assertEqual(
            row,
            {
                "id": self.client.id,
                "phone": self.client.phone,
                "rep": self.rep_a.name,
                "types": tags.sorted().mapped("name"),
                "two": 2,
            },
        )

    def test_rows_come_in_batches(self):
        """Each once, in order, whatever the size of a batch; what was written, too"""
        self.units[0].floor_price = 1  # not flushed
        names = self.units.sorted("name").mapped("name")
        for size in (1, 2, len(names), 1_000):
            rows = [*self.rows({"name": "name", "floor": "floor_price"}, size=size)]
            with self.subTest(size=size):
                self.assertEqual([row["name"] for row in rows], names)
                self.assertIn(1, [row["floor"] for row in rows])

    def test_rows_obey_the_rules(self):
        """J1: a rep reads by columns whom he sees by records"""
        mine, other = self.make_client(self.rep_a), self.make_client(self.rep_b)
        domain = [("id", "in", (mine | other).ids)]
        form = self.env[G3].with_user(self.rep_a)
        rows = form._rows_of("crm.lead", domain, {"name": "contact_name"}, "id")
        self.assertEqual([row["id"] for row in rows], mine.ids)
        with self.assertRaises(AccessError):
            [*self.rows({"name": "name"}, user=self.env.ref("base.public_user"))]
