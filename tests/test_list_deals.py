from datetime import timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from ..models.metric import MEASURES
from .test_discount import DiscountCommon
from .test_form import G3, G8, FormCommon
from .test_metric import MetricCommon

G9 = "property.form.changes"
G10 = "property.form.cancellations"
G11 = "property.form.discounts"
G13 = "property.form.contracts"
LISTS = (G8, G9, G10, G13)
YEAR = {"date_from": "2026-01-01", "day": "2026-04-15"}
MARCH = {"date_from": "2026-03-01", "day": "2026-03-31"}
APRIL = {"date_from": "2026-04-01", "day": "2026-04-30"}


class ListCommon(FormCommon):
    def lists(self, name, user=None, section=0, **options):
        """(lines, sums by label or None) of a table, each a dict"""
        form = self.compile(name, user or self.manager, **options)
        block = form["sections"][section]
        keys = [column["key"] for column in block["columns"]]
        rows = [
            dict(zip(keys, row["values"], strict=True)) | {"level": row["level"]}
            for row in block["rows"]
        ]
        lines = [row for row in rows if row["level"] == "line"]
        return lines, [row for row in rows if row["level"] != "line"]

    def count_queries(self, name, **options):
        """How many queries a compiled form costs, with an empty cache of records"""
        self.env.flush_all()
        self.compile(name, self.manager, **options)
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        self.compile(name, self.manager, **options)
        return self.cr.sql_log_count - before


@tagged("post_install", "-at_install")
class TestListChanges(ListCommon, MetricCommon):
    """G9, G10, G13: the lists of exchanged, cancelled and signed sales say what the
    metric dictionary counts."""

    @classmethod
    def setUpClass(cls):
        with freeze_time("2026-03-02 02:00:00"):
            super().setUpClass()
        with freeze_time("2026-03-10 02:00:00"):
            cls.regretted = cls.make_deposit(cls.units[0])
            cls.faulty = cls.make_deposit(cls.units[1])
            cls.signed = cls.make_contract(cls.units[2], paid=100_000, spouse=True)
            cls.dearer = cls.make_contract(cls.units[3])
            cls.lapsed = cls.open_slip(cls.make_client(cls.rep_a), cls.units[5])
            slip = cls.open_slip(cls.make_client(cls.rep_b), cls.units[6])
            cls.standing = (
                cls.confirm_deposit(slip).with_user(cls.clerk)._prepare_contract()
            )
            cls.standing.special_clauses = "Kitchen fitted"
            cls.standing.action_sign()
            cls.lapsed.action_lapse()
            paid = cls.open_slip(cls.make_client(cls.rep_a), cls.units[5])
            paid.with_user(cls.clerk).action_register_payment()
            cls.unconfirmed = paid
        with freeze_time("2026-03-20 02:00:00"):
            cls.do(cls.make_cancel(cls.regretted))
            cls.do(cls.make_cancel(cls.unconfirmed))
        with freeze_time("2026-03-31 15:30:00"):  # 23:30 in Shanghai
            cls.exchange = cls.do(
                cls.make_exchange(cls.dearer.deposit_id, cls.units[4])
            )
        with freeze_time("2026-03-31 16:30:00"):  # 00:30 on 1 April
            cls.do(cls.make_cancel(cls.faulty, "seller"))
        with freeze_time("2026-04-10 02:00:00"):
            cls.cancelled = cls.do(cls.make_cancel(cls.signed.deposit_id, "none"))
            cls.again = cls.exchange.new_deposit_id.contract_id.with_user(cls.clerk)
            cls.again.sign_date = "2026-04-10"
            cls.again.action_sign()
            # The client goes to another rep: figures of the past stay where they were.
            cls.regretted.lead_id.sudo()._transfer(cls.rep_b, "reassigned")
        cls.startClassPatcher(freeze_time("2026-04-15 02:00:00"))

    def assertCounts(self, sums, name, period, area, amount, **facts):
        """A sum of a list is the metric's figure"""
        days = [("day", ">=", period["date_from"]), ("day", "<=", period["day"])]
        tally = self.figures([*days, *facts.get("domain", ())])
        count = sums[facts.get("count", "kind")]
        if isinstance(count, str):
            count = self.counted(count)
        self.assertEqual(
            (count, sums[area], sums[amount]),
            tuple(tally.get(name, one) for one in MEASURES),
            name,
        )

    # === G9 ===

    def test_changes(self):
        """G9: date, old and new unit, difference, fault, settlement, approver, rep; a
        slip that lapsed or was never confirmed is no sale undone"""
        lines, _sums = self.lists(G9, **MARCH)
        regretted, moved = lines
        client = self.regretted.partner_id.name
        self.assertEqual(
            regretted,
            {
                "date": "2026-03-20",
                "kind": "Deposits Cancelled",
                "client": client,
                "old_unit": self.units[0].name,
                "old_area": self.units[0].area_gross,
                "old_price": 1_000_000,
                **dict.fromkeys(("new_unit", "new_area", "new_price", "difference")),
                "reason": self.reason("cancel_regret").name,
                "fault": "The Buyer",
                "refund": None,
                "forfeited": 20_000,
                "doubled": None,
                "approvers": "manager",
                "rep": "rep_a",
                "level": "line",
            },
        )
        self.assertEqual(
            {
                key: moved[key]
                for key in ("date", "kind", "old_unit", "new_unit", "difference")
            },
            {
                "date": "2026-03-31",
                "kind": "Exchanges",
                "old_unit": self.units[3].name,
                "new_unit": self.units[4].name,
                "difference": self.units[4].list_price - self.units[3].list_price,
            },
        )
        faulty, signed = self.lists(G9, **APRIL)[0]
        self.assertEqual(
            (faulty["kind"], faulty["refund"], faulty["doubled"]),
            ("Deposits Cancelled", 40_000, 20_000),
        )
        self.assertEqual(signed["kind"], "Contracts Cancelled")
        self.assertIn("、Spouse", signed["client"])

    def test_changes_are_what_is_counted(self):
        """G9: lines and sums are the metrics cancelled_* and exchanges"""
        for period in (MARCH, APRIL):
            deposits, contracts, exchanges, total = self.lists(G9, **period)[1]
            for sums, name in (
                (deposits, "cancelled_deposits"),
                (contracts, "cancelled_contracts"),
            ):
                self.assertCounts(sums, name, period, "old_area", "old_price")
            exchanges["grown"] = (exchanges["new_area"] or 0) - exchanges["old_area"]
            exchanges["difference"] = exchanges["difference"] or 0
            self.assertCounts(exchanges, "exchanges", period, "grown", "difference")
            total, *parts = (
                self.counted(one["kind"])
                for one in (total, deposits, contracts, exchanges)
            )
            self.assertEqual(total, sum(parts))

    def test_changes_of_a_rep(self):
        """J1, G9: a rep reads of his clients; a form of a rep is of who had the client
        when it happened, as it is counted"""
        ours = self.lists(G9, self.rep_a, **YEAR)[0]
        self.assertEqual(len(ours), 3)
        handed_on = self.lists(G9, self.rep_b, **YEAR)[0]
        self.assertEqual([one["rep"] for one in handed_on], ["rep_a"])
        for rep, count in ((self.rep_a, 4), (self.rep_b, 0)):
            lines = self.lists(G9, user_id=rep.id, **YEAR)[0]
            self.assertEqual(len(lines), count)

    # === G10 ===

    def test_cancellations(self):
        """G10: by reason, by rep, by month and one by one: the same figures"""
        period = YEAR
        for section in (0, 1):
            deposits, contracts, total = self.lists(G10, section=section, **period)[1]
            for sums, name in (
                (deposits, "cancelled_deposits"),
                (contracts, "cancelled_contracts"),
                (total, "cancellations"),
            ):
                self.assertCounts(sums, name, period, "area", "amount", count="number")
            self.assertEqual(total["number"], 3)
            self.assertEqual(total["share"], 100)
        months, together = self.lists(G10, section=2, **period)
        self.assertEqual(
            [together[0][f"month_{month}"] for month in (1, 2, 3, 4)], [0, 0, 1, 2]
        )
        self.assertEqual(together[0]["year"], 3)
        self.assertEqual(together[2]["year"], total["amount"])
        reason = months[-1]
        self.assertEqual(reason["label"], self.reason("cancel_regret").name)
        self.assertEqual((reason["month_3"], reason["month_4"]), (1, 2))
        lines = self.lists(G10, section=3, **period)[0]
        self.assertEqual(len(lines), 3)

    def test_shares(self):
        """G10: each reason's part of its kind"""
        with freeze_time("2026-04-14 02:00:00"):
            deposit = self.make_deposit(self.units[7])
            self.do(self.make_change(deposit, "cancel", "money", fault="buyer"))
        lines = self.lists(G10, **APRIL)[0]
        shares = [(one["number"], one["share"]) for one in lines]
        self.assertEqual(shares, [(1, 50), (1, 50), (1, 100)])

    # === G13 ===

    def test_contracts(self):
        """G13: signed in the period, as the metric counts; what is cancelled stays and
        says so; what follows an exchange stands apart"""
        lines, (total,) = self.lists(G13, **MARCH)
        self.assertEqual(len(lines), 3)
        self.assertCounts(total, "contracts", MARCH, "area", "price", count="contract")
        notes = {one["contract"]: one["note"] for one in lines}
        self.assertEqual(notes[self.standing.name], "Kitchen fitted")
        self.assertEqual(notes[self.signed.name], "Cancelled on 2026-04-10")
        self.assertEqual(notes[self.dearer.name], "Unit exchanged on 2026-03-31")
        lines, (total,) = self.lists(G13, **APRIL)
        self.assertEqual((lines, self.counted(total["contract"])), ([], 0))
        self.assertCounts(total, "contracts", APRIL, "area", "price", count="contract")
        anew = self.lists(G13, section=1, **APRIL)[0]
        self.assertEqual([one["contract"] for one in anew], [self.again.name])

    def test_contracts_of_a_rep(self):
        """J1, G13"""
        lines = self.lists(G13, self.rep_b, **MARCH)[0]
        self.assertEqual([one["contract"] for one in lines], [self.standing.name])
        lines = self.lists(G13, user_id=self.rep_a.id, **MARCH)[0]
        self.assertEqual(len(lines), 2)
        anew = self.lists(G13, user_id=self.rep_b.id, section=1, **APRIL)[0]
        self.assertEqual(anew, [])

    def test_buyers_of_that_time(self):
        """G13, E8: a later change of name does not change what was signed"""
        contract = self.standing
        before = contract.buyer_ids.partner_id
        kin = self.env["res.partner"].create([{"name": "Child"}, {"name": "Wife"}])
        for day, buyers in (
            ("2026-04-02", [(kin[0], 60, "child", "x"), (before, 40)]),
            ("2026-04-04", [(kin[1], 100, "child", "x")]),
        ):
            with freeze_time(f"{day} 02:00:00"):
                self.do(self.make_rename(contract.deposit_id, *buyers))
                self.env.flush_all()
        for day, names in (
            ("2026-04-01", [before.name]),
            ("2026-04-03", ["Child", before.name]),
            ("2026-04-05", ["Wife"]),
        ):
            lines = self.lists(G13, self.rep_b, date_from="2026-03-01", day=day)[0]
            self.assertEqual(lines[0]["client"].split("\n"), names, day)

    # === G3, G8 ===

    def test_sales_of_the_daily_report(self):
        """G3: what it says of sales is what is counted, whoever reads it, also where
        a contract was cancelled since, or a unit exchanged"""
        for day in ("2026-03-10", "2026-03-31", "2026-04-15"):
            for flow, name in (("deposit", "deposits"), ("contract", "contracts")):
                for key, first in (
                    ("day", day),
                    ("month", f"{day[:8]}01"),
                    ("all", "2020-01-01"),
                ):
                    tally = self.figures([("day", ">=", first), ("day", "<=", day)])
                    for user in (self.manager, self.rep_b):
                        form = self.compile(G3, user, day)
                        self.assertEqual(
                            self.cells(form, 0, "Total", f"{flow}_{key}"),
                            [tally.get(name, one) for one in MEASURES],
                            (day, flow, key, user.name),
                        )

    def owners(self, day):
        lines, (total,) = self.lists(G8, date_from="2026-01-01", day=day)
        return {one["unit"]: one for one in lines}, total

    def test_owners_of_a_past_day(self):
        """G8, E3: who had bought when the day closed: what was cancelled, exchanged,
        signed or renamed since is as it was then"""
        units = [unit.name for unit in self.units]
        for day, expected in (
            ("2026-03-09", []),
            ("2026-03-10", [0, 1, 2, 3, 6]),
            ("2026-03-20", [1, 2, 3, 6]),
            ("2026-03-31", [1, 2, 4, 6]),
            ("2026-04-01", [2, 4, 6]),
            ("2026-04-10", [4, 6]),
        ):
            lines, total = self.owners(day)
            self.assertEqual(sorted(lines), sorted(units[n] for n in expected), day)
            tally = self.figures([("day", "<=", day)])
            self.assertEqual(
                self.counted(total["unit"]),
                tally.get("deposits") - tally.get("cancellations"),
            )
            self.assertEqual(
                total["price"],
                tally.get("deposits", "amount")
                - tally.get("cancellations", "amount")
                + tally.get("exchanges", "amount"),
            )
        signed = self.owners("2026-04-09")[0][units[2]]
        self.assertEqual(signed["contract"], self.signed.name)
        self.assertIn("\nSpouse", signed["owners"])
        self.assertIsNone(self.owners("2026-04-09")[0][units[4]]["contract"])
        again = self.owners("2026-04-10")[0][units[4]]
        self.assertEqual(again["contract"], self.again.name)
        with freeze_time("2026-04-12 02:00:00"):
            kin = self.env["res.partner"].create({"name": "Child"})
            buyer = (kin, 100, "child", "x")
            self.do(self.make_rename(self.standing.deposit_id, buyer))
        for day, name in (
            ("2026-03-10", self.standing.lead_id.contact_name),
            ("2026-04-12", "Child"),
        ):
            self.assertEqual(self.owners(day)[0][units[6]]["owners"], name)

    def test_owner_renamed_before_signing(self):
        """G8, E8: who had bought then, of a sale without a contract"""
        with freeze_time("2026-04-11 02:00:00"):
            deposit = self.make_deposit(self.units[7])
            before = deposit.partner_id
        with freeze_time("2026-04-13 02:00:00"):
            child = self.env["res.partner"].create({"name": "Child"})
            self.do(self.make_rename(deposit, (child, 100, "child", "x")))
        for day, owner in (("2026-04-12", before), ("2026-04-13", child)):
            line = self.owners(day)[0][deposit.unit_id.name]
            self.assertEqual(line["owners"], owner.name, day)

    # === All ===

    def test_queries_do_not_grow(self):
        """G8, G9, G10, G13: no query for a line"""
        before = {name: self.count_queries(name, **YEAR) for name in LISTS}
        units = self.units[0].copy_data()
        more = self.env["property.unit"].create(
            [
                units[0] | {"room": f"{number}09", "floor": number}
                for number in range(10, 19)
            ]
        )
        more._move("available")
        for number, unit in enumerate(more):
            contract = self.make_contract(unit, spouse=True)
            if number % 3 == 0:
                self.do(self.make_cancel(contract.deposit_id, "seller"))
        self.env.invalidate_all()
        for name, count in before.items():
            self.assertLessEqual(self.count_queries(name, **YEAR), count, name)


@tagged("post_install", "-at_install")
class TestListDiscounts(ListCommon, DiscountCommon):
    """G11: special discounts approved in the period."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.discount = cls.approved()
        cls.request(unit=cls.unit_2)  # not approved

    def test_discounts(self):
        """G11, E4: prices, who approved when, until when, state"""
        (line,), (total,) = self.lists(G11)
        today = self.project.local_day()
        approvals = [f"{name} {today}" for name in ("supervisor_a", "manager", "hq")]
        self.assertEqual(
            line,
            {
                "client": self.client.contact_name,
                "unit": self.unit.name,
                "list_price": 1_000_000,
                "standard": 2,
                "extra": 4,
                "discount": 60_000,
                "price": 940_000,
                "reason": "Other\nHer sister lives here",
                "approvals": "\n".join(approvals[: len(self.levels_of(self.discount))]),
                "valid_until": (today + timedelta(7)).isoformat(),
                "state": "Approved",
                "level": "line",
            },
        )
        self.assertEqual(
            (self.counted(total["client"]), total["discount"]), (1, 60_000)
        )

    def test_price_of_the_sale(self):
        """G11: what the client really paid, where a sale uses the discount"""
        slip = self.open_slip(
            self.client, self.unit, discount_id=self.discount.id, price=950_000
        )
        line = self.lists(G11)[0][0]
        self.assertEqual((line["state"], line["price"]), ("Used", 940_000))
        self.confirm_deposit(slip)
        line = self.lists(G11)[0][0]
        self.assertEqual((line["discount"], line["price"]), (50_000, 950_000))

    def test_who_sees_what(self):
        """J1, G11: a rep his own clients', a supervisor his teams'"""
        for user, count in (
            (self.rep_a, 1),
            (self.rep_b, 0),
            (self.supervisor_a, 1),
            (self.supervisor_b, 0),
        ):
            self.assertEqual(len(self.lists(G11, user)[0]), count, user.name)
        self.assertEqual(self.lists(G11, user_id=self.rep_b.id)[0], [])
        self.assertEqual(self.lists(G11, day="2020-01-01")[0], [])
