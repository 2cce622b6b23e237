from odoo.exceptions import AccessError
from odoo.tests import tagged

from .test_form import FormCommon

FORM = "property.form.receipts"


@tagged("post_install", "-at_install")
class TestFormReceipts(FormCommon):
    """F2: what finance confirmed, by kind of money and one by one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        client = cls.make_client(cls.rep_a)
        cls.contract = cls.sell(client, cls.unit)  # 20,000 deposit money
        account = cls.env["property.bank.account"].create(
            {
                "name": "监管账户",
                "number": "1",
                "is_supervised": True,
                "project_id": cls.project.id,
            }
        )
        cls.pay(cls.contract, 100_000, account_id=account.id)
        cls.pay(cls.contract, 30_000, method="cash")
        cls.pay(cls.contract, 4_000, kind="refund")
        cls.pay(cls.contract, 500, nature="fee")
        cls.make_receipt(cls.contract, 7)  # a draft is no money yet
        other = cls.open_slip(cls.make_client(cls.rep_a), cls.unit_2)
        cls.env["property.receipt"]._carry(cls.contract, other, 5_000, "Exchange")

    def rows(self, **options):
        summary, lines = self.compile(FORM, self.finance, **options)["sections"]
        keys = [column["key"] for column in summary["columns"]]
        return (
            [dict(zip(keys, row["values"], strict=True)) for row in summary["rows"]],
            [row for row in lines["rows"] if row["level"] == "line"],
        )

    def test_list_has_a_total(self):
        """F2: the list comes to what was received less what was returned"""
        summary, lines = self.compile(FORM, self.finance)["sections"]
        place = [column["key"] for column in lines["columns"]].index("amount")
        *rows, total = lines["rows"]
        self.assertEqual(
            total["values"][place], round(sum(row["values"][place] for row in rows), 2)
        )
        net = [column["key"] for column in summary["columns"]].index("net")
        self.assertEqual(total["values"][place], summary["rows"][-1]["values"][net])

    def test_by_kind_of_money(self):
        """F2: received, returned, net; carried money in no sum of cash."""
        rows, lines = self.rows()
        total = rows[-1]
        self.assertEqual(
            {key: total[key] for key in list(total)[2:]},
            {
                "came": 4,
                "came_amount": 150_500,
                "went": 1,
                "went_amount": 4_000,
                "net": 146_500,
                "supervised": 100_000,
                "carried": 0,
            },
        )
        nets = {row["nature"]: row["net"] for row in rows[:-1] if row["nature"]}
        self.assertEqual(sum(nets.values()), 146_500)
        self.assertEqual(nets["Fee Collected for Others"], 500)
        self.assertEqual(len(lines), 7, "five of cash, two carried")

    def test_day_and_rep(self):
        """F2: of the project's day, of one rep."""
        rows, lines = self.rows(date_to="2020-01-01")
        self.assertEqual((rows[-1]["net"], lines), (0, []))
        rows, _lines = self.rows(user_id=self.rep_b.id)
        self.assertEqual(rows[-1]["net"], 0)

    def test_roles(self):
        """F2, H1: for finance, who enters and who leads."""
        for role, user in self.actors.items():
            with self.subTest(role=role):
                if role in ("clerk", "finance", "manager", "hq"):
                    self.compile(FORM, user)
                else:
                    with self.assertRaises(AccessError):
                        self.compile(FORM, user)
