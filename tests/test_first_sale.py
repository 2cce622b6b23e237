from pathlib import Path

from odoo import Command, fields
from odoo.tests import HttpCase, tagged

from .common import EmptyProjectCommon

FILING = Path(__file__).parent / "data" / "price_list_510116202366117.xlsx"
FORM = "property.form.sales_daily"
# Where each part of static/tests/tours/first_sale_tour.js begins.
STATES = ("available", "slip", "deposit", "contracted")
PATHS = {
    "import": "property-units",
    "client": "property-clients",
    "slip": "property-units",
    "payment": "property-deposits",
    "deposit": "property-deposits",
    "contract": "property-deposits",
    "receipt": "property-contracts",
    "paid": "property-receipts",
    **{f"daily_{state}": "property-form-sales-daily" for state in STATES},
}


def flows(document):
    return [f"{document}_{period}" for period in ("day", "month", "all")]


def measures(units):
    """What each figure counts: number, area, amount."""
    return (
        len(units),
        round(sum(units.mapped("area_gross")), 2),
        sum(units.mapped("list_price")),
    )


@tagged("post_install", "-at_install")
class TestFirstSale(EmptyProjectCommon, HttpCase):
    """The first sale on screen, from the price list to the last instalment."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # "Today" must not end in the midst of the sale.
        if cls.project.local_time(fields.Datetime.now()).hour == 23:
            cls.project.tz = "UTC"
        people = cls.env["res.users"].union(*cls.actors.values())
        people.property_project_ids = cls.project
        cls.env["property.payment.plan"].create(
            {
                "name": "Half and half",
                "project_id": cls.project.id,
                "payment_method": "instalment",
                "line_ids": [
                    Command.create({"name": "Half", "percent": 50}),
                    Command.create({"name": "Rest", "value": "balance", "days": 30}),
                ],
            }
        )
        cls.env["property.band"].create(
            [
                {
                    "project_id": cls.project.id,
                    "dimension": dimension,
                    "name": name,
                    "lower": lower,
                    "upper": upper,
                }
                for dimension, border in (("area", 90), ("floor", 10), ("price", 1.1e6))
                for name, lower, upper in (("low", 0, border), ("high", border, 0))
            ]
        )
        # The file as the browser finds it: a tour has no disk to choose from.
        cls.env["ir.attachment"].create(
            {
                "name": FILING.name,
                "raw": FILING.read_bytes(),
                "url": f"/first_sale/{FILING.name}",
            }
        )

    def figures(self):
        """{(section, line): {column: its three figures}} of the daily sales report."""
        form = self.env[FORM].with_user(self.manager)
        figures = {}
        for number, section in enumerate(
            form.compile({"project_id": self.project.id})["sections"]
        ):
            keys = [column["key"] for column in section["columns"]]
            for start in range(0, len(section["rows"]), 3):
                rows = section["rows"][start : start + 3]
                line = dict(
                    zip(
                        keys,
                        zip(*(row["values"] for row in rows), strict=True),
                        strict=True,
                    )
                )
                label, _measures = line.pop("label"), line.pop("measure")
                total = rows[0]["level"] == "total"
                figures[number, "total" if total else label[0]] = line
        return figures

    def play(self, role, part, record=None):
        """`role` plays the `part` at `record`; `moved` is then which figures moved, by
        how much."""
        before = self.figures()
        url = f"/odoo/{PATHS[part]}" + (f"/{record.id}" if record else "")
        user = self.actors[role]
        self.start_tour(url, f"property_first_sale_{part}", login=user.login)
        self.env.invalidate_all()
        self.moved = {}
        for key, line in self.figures().items():
            for column in line.keys() - {"sell_through"}:
                was = before.get(key, {}).get(column, (0, 0, 0))
                by = tuple(
                    round((value or 0) - (old or 0), 2)
                    for value, old in zip(line[column], was, strict=True)
                )
                if any(by):
                    self.moved.setdefault(key, {})[column] = by

    def assertMoved(self, units, minus=(), plus=()):
        """In each line that counts them the figures of `units` left the columns `minus`
        for `plus`: number, area and amount; no other figure of the report moved."""
        expected = {}
        for key in self.figures() if minus or plus else ():
            number, label = key
            counted = units.filtered(
                lambda unit, number=number, label=label: (
                    label in ("total", self.places(unit)[number])
                )
            )
            if counted:
                expected[key] = {
                    column: tuple(sign * measure for measure in measures(counted))
                    for sign, columns in ((-1, minus), (1, plus))
                    for column in columns
                }
        self.assertEqual(self.moved, expected)

    @staticmethod
    def places(unit):
        """The lines that count `unit`: its building, type and bands."""
        return unit.building_id.name, unit.unit_type_id.name, "low", "low", "low"

    def assertSellThrough(self, sold, on_sale):
        """The sell-through of the whole project by number, area and amount."""
        expected = tuple(
            round(100 * part / whole, 4)
            for part, whole in zip(measures(sold), measures(on_sale), strict=True)
        )
        for (_section, label), line in self.figures().items():
            if label == "total":
                self.assertEqual(line["sell_through"], expected)

    def test_first_sale(self):
        """A1, A3, A6, A7, C2, E1, E2, E5, F1, F2, G3: each role does its part on its
        screens; the unit, its colour and every figure of the report move with it."""
        self.play("control", "import")
        units = self.project_units
        self.assertEqual(
            (len(units), sum(units.mapped("list_price"))), (437, 517507295)
        )
        released = units.filtered(lambda unit: unit.name in ("29-1-0201", "29-1-0202"))
        self.assertEqual(
            units.filtered(lambda unit: unit.state == "available"), released
        )
        self.assertEqual(
            self.moved[0, "total"],
            {
                "total": (437, 42289.14, 517507295),
                "unreleased": (435, 42109.4, 515405718),
                "available": (2, 179.74, 2101577),
                "average": (12237.36, 0, 0),
            },
        )
        unit = released[0]
        self.assertSellThrough(unit.browse(), released)
        self.play("manager", "daily_available")

        self.play("rep", "client")
        client = self.env["crm.lead"].search([("project_id", "=", self.project.id)])
        self.assertEqual(
            (client.user_id, client.contact_name), (self.rep_a, "First Client")
        )
        self.assertMoved(unit)

        self.play("control", "slip", unit)
        deposit = unit.deposit_id
        self.assertRecordValues(deposit, [{"state": "slip", "lead_id": client.id}])
        self.assertEqual(unit.state, "slip")
        self.assertMoved(unit, ["available"], ["slip"])
        self.assertSellThrough(unit.browse(), released)
        self.play("manager", "daily_slip")

        self.play("clerk", "payment", deposit)
        self.assertRecordValues(deposit, [{"state": "paid", "paid_amount": 0}])
        self.assertEqual(unit.state, "slip", "sold only when finance has the money")
        self.assertMoved(unit)

        self.play("finance", "deposit", deposit)
        self.assertRecordValues(deposit, [{"state": "confirmed", "paid_amount": 20000}])
        self.assertEqual(unit.state, "deposit")
        self.assertMoved(unit, ["slip"], ["deposit", *flows("deposit")])
        self.assertSellThrough(unit, released)
        self.play("manager", "daily_deposit")

        self.play("clerk", "contract", deposit)
        contract = unit.contract_id
        self.assertRecordValues(
            contract,
            [{"state": "signed", "paid_amount": 20000, "residual": 1008100}],
        )
        self.assertEqual(unit.state, "contracted")
        self.assertMoved(unit, ["deposit"], ["contracted", *flows("contract")])
        self.assertSellThrough(unit, released)
        self.play("manager", "daily_contracted")

        self.play("clerk", "receipt", contract)
        receipt = contract.receipt_ids.filtered(lambda one: one.state == "draft")
        self.assertEqual(receipt.amount, 1008100)
        self.assertEqual(contract.residual, 1008100, "drafts do not count")
        self.assertMoved(unit)

        self.play("finance", "paid", receipt)
        self.assertRecordValues(contract, [{"paid_amount": 1028100, "residual": 0}])
        self.assertEqual(contract.installment_ids.mapped("state"), ["paid", "paid"])
        self.assertEqual(unit.state, "contracted")
        self.assertMoved(unit)
