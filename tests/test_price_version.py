import base64

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import PropertyCommon
from .test_unit_import import workbook


@tagged("post_install", "-at_install")
class TestPriceVersion(PropertyCommon):
    """Four units of B2 at 1.0 to 1.3 million (100 ㎡), four of C3 at 1.4 to 1.7
    (110 ㎡); filed 5 % above the list price, floor 5 % below."""

    def version(self, *rules, user=None, **vals):
        versions = self.env["property.price.version"].with_user(user or self.control)
        return versions.create(
            {
                "name": "Autumn",
                "project_id": self.project.id,
                "rule_ids": [fields.Command.create(rule) for rule in rules],
                **vals,
            }
        )

    def add(self, value=200, **vals):
        """A version that makes every unit dearer by `value` yuan per ㎡."""
        version = self.version({"kind": "add", "value": value, **vals})
        version.action_apply_rules()
        return version

    def approve(self, version):
        version.action_request()
        version.with_user(self.manager).validate_tier()
        return version

    @property
    def list_prices(self):
        return self.units.mapped("list_price")

    # === By rule ===

    def test_rules(self):
        """A7: base by type and building, step per floor, per orientation, percent"""
        self.units[1].orientation = self.units[5].orientation = "南"
        version = self.version(
            {"kind": "base", "value": 10_000},
            {"kind": "base", "value": 14_000, "unit_type_id": self.type_three.id},
            {"kind": "step", "value": 50, "floor_from": 1},
            {"kind": "add", "value": 2, "measure": "percent", "orientation": "南"},
            {"kind": "add", "value": -100, "building_id": self.building_2.id},
            floor_percent=95,
        )
        version.action_apply_rules()
        by_unit = {line.unit_id: line for line in version.line_ids}
        two, three = self.units[0].area_gross, self.units[4].area_gross
        self.assertEqual(
            [by_unit[unit].list_price for unit in self.units],
            [
                10_000 * two,
                10_200 * two,
                10_050 * two,
                10_050 * two,
                13_900 * three,
                14_180 * three,
                13_950 * three,
                13_950 * three,
            ],
        )
        line = by_unit[self.units[0]]
        self.assertEqual(line.floor_price, line.list_price * 0.95)
        self.assertFalse(line.filed_price)
        self.assertEqual(self.list_prices, self.list_prices, "nothing is changed by it")

    def test_rule_leaves_alone_what_it_does_not_fit(self):
        version = self.version(
            {"kind": "add", "value": 1, "measure": "percent", "floor_from": 2}
        )
        version.action_apply_rules()
        self.assertEqual(set(version.line_ids.mapped("floor")), {2})
        version.rule_ids.floor_from = 9
        with self.assertRefused("No unit"):
            version.action_apply_rules()
        self.assertEqual(len(version.line_ids), 4)

    def test_scope_and_rounding(self):
        """A7: some buildings and types only, whole thousands"""
        version = self.version(
            {"kind": "add", "value": 1, "measure": "percent"},
            building_ids=self.building.ids,
            rounding=10_000,
        )
        version.action_apply_rules()
        self.assertEqual(
            version.line_ids.mapped("list_price"),
            [1_010_000, 1_110_000, 1_210_000, 1_310_000],
        )
        version.unit_type_ids = self.type_three
        with self.assertRefused("No unit"):
            version.action_apply_rules()

    # === Compared ===

    def test_comparison(self):
        """A7: old, new and difference of each unit, sums and the average change"""
        self.open_slip(self.make_client(self.rep_a), self.unit)
        version = self.add(200, unit_type_id=self.type_two.id)
        version.line_ids[1].list_price -= 50_000
        area = self.unit.area_gross
        added = 200 * area
        self.assertRecordValues(
            version,
            [
                {
                    "unit_count": 3,
                    "kept_count": 1,
                    "raised_count": 2,
                    "lowered_count": 1,
                    "old_total": 3_600_000,
                    "new_total": 3_600_000 + 3 * added - 50_000,
                    "difference": 3 * added - 50_000,
                }
            ],
        )
        self.assertAlmostEqual(
            version.change_percent, 100 * (3 * added - 50_000) / 3_600_000, 2
        )
        self.assertAlmostEqual(version.old_sqm, 3_600_000 / (3 * area), 2)
        self.assertRecordValues(
            version.line_ids[1:3],
            [
                {
                    "old_list_price": 1_100_000,
                    "list_price": 1_100_000 + added - 50_000,
                    "difference": added - 50_000,
                    "state": "planned",
                },
                {
                    "old_list_price": 1_200_000,
                    "list_price": 1_200_000 + added,
                    "difference": added,
                    "state": "planned",
                },
            ],
        )
        self.assertIn("Slip", version.line_ids[0].reason)

    def test_limits(self):
        """A7: list within filed, floor within list, named by unit"""
        version = self.add()
        for vals, message in (
            ({"list_price": 1_060_000}, "above the filed"),
            ({"list_price": 940_000}, "floor price is above"),
            ({"list_price": 1_000_000, "floor_price": 1_000_001}, "floor price is abo"),
        ):
            with self.subTest(vals=vals):
                version.line_ids[0].write({"floor_price": 0, **vals})
                with self.assertRefused(f"{self.unit.name}.*{message}"):
                    version.action_request()
        version.line_ids[0].write(
            {"list_price": 1_060_000, "filed_price": 1_060_000, "floor_price": 0}
        )
        version.action_request()

    # === Approved ===

    def test_approved_then_executed(self):
        """A7: control proposes, the manager approves, control executes"""
        version = self.add()
        before = self.list_prices
        with self.assertRefused("needs 'Approved'"):
            version.action_execute()
        version.action_request()
        with self.assertRefused("being approved"):
            version.line_ids[0].list_price = 1
        with self.assertRefused("being approved"):
            version.rule_ids.value = 1
        with self.assertRefused("being approved"):
            version.line_ids[0].unlink()
        with self.assertRefused("being approved"):
            version.action_apply_rules()
        with self.assertRaises(AccessError):
            version.validate_tier()
        version.with_user(self.manager).validate_tier()
        self.assertEqual(self.list_prices, before)
        with self.assertRefused("Draft"):
            version.line_ids[0].list_price = 1
        version.action_execute()
        added = [200 * unit.area_gross for unit in self.units]
        self.assertEqual(
            self.list_prices, [a + b for a, b in zip(before, added, strict=True)]
        )
        self.assertEqual(version.state, "executed")
        self.assertEqual(version.executed_user_id, self.control)
        with self.assertRefused("needs 'Approved'"):
            version.action_execute()
        with self.assertRefused("needs 'Draft'"):
            version.action_cancel()

    def test_lower_prices_go_to_head_office(self):
        """A7: prices that fall by more than 3 % on average are approved by both"""
        version = self.version({"kind": "add", "value": -4, "measure": "percent"})
        version.action_apply_rules()
        version.action_request()
        self.assertEqual(len(version.review_ids), 2)
        with self.assertRaises(AccessError):
            version.with_user(self.hq).validate_tier()
        version.with_user(self.manager).validate_tier()
        self.assertEqual(version.state, "draft")
        version.with_user(self.hq).validate_tier()
        self.assertEqual(version.state, "approved")

    def test_lower_floor_prices_go_to_head_office(self):
        """A7: so do floor prices that fall by more than 3 % on average, the list prices
        as they may; units without a floor price, or that keep it, count as they are"""
        for percent, levels in ((93, 1), (92.1, 2), (100, 1)):  # they are at 95
            with self.subTest(percent=percent):
                version = self.version(
                    {"kind": "add", "value": 0.01}, floor_percent=percent
                )
                version.action_apply_rules()
                self.assertAlmostEqual(
                    version.floor_change_percent, 100 * (percent / 95 - 1), 2
                )
                version.action_request()
                self.assertEqual(len(version.review_ids), levels)
        version = self.version({"kind": "add", "value": 0.01}, floor_percent=92)
        version.action_apply_rules()
        version.line_ids[1:].floor_price = 0  # they stay
        version.action_request()
        self.assertEqual(len(version.review_ids), 1)
        self.units.sudo()._write_through({"floor_price": 0})
        version = self.version({"kind": "add", "value": 0.01}, floor_percent=50)
        version.action_apply_rules()
        self.assertEqual(version.floor_change_percent, 0)

    def test_refused(self):
        version = self.add()
        version.action_request()
        version.with_user(self.manager).action_refuse_request("Too dear")
        self.assertEqual(version.state, "refused")
        with self.assertRefused("needs 'Approved'"):
            version.action_execute()

    def test_nothing_to_approve(self):
        version = self.version()
        with self.assertRefused("changes no price"):
            version.action_request()
        with self.assertRefused("Add at least one rule"):
            version.action_apply_rules()

    def test_state_is_not_written(self):
        """A7: no call makes a version approved or executed but its steps"""
        version = self.add()
        for vals in (
            {"state": "approved"},
            {"state": "executed"},
            {"executed_date": fields.Datetime.now()},
        ):
            with self.subTest(vals=vals), self.assertRefused("not written directly"):
                version.write(vals)
        with self.assertRefused("not written directly"):
            version.line_ids[0].write({"state": "executed"})
        with self.assertRefused("not written directly"):
            version.line_ids[0].write({"old_list_price": 1})
        for role in ("rep", "clerk", "finance", "service", "supervisor", "hq"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.approved = version.with_user(self.actors[role])
                self.approved.action_apply_rules()

    def test_other_project(self):
        """A7, H1: a version holds units of its project only"""
        with self.assertRefused("not of project"):
            self.add().line_ids = [
                fields.Command.create({"unit_id": self.other_unit.id, "list_price": 1})
            ]
        with self.assertRefused("not of project"):
            self.add().project_id = self.other_project

    # === Executed ===

    def test_reserved_units_keep_their_price(self):
        """A7: from the slip on a unit keeps its price, and the version says so; a
        slip that ended meanwhile gives the new one"""
        slip = self.open_slip(self.make_client(self.rep_a), self.unit)
        sold = self.open_slip(self.make_client(self.rep_a), self.unit_2)
        version = self.approve(self.add())
        late = self.open_slip(self.make_client(self.rep_a), self.unit_3)
        slip.action_lapse()
        version.action_execute()
        self.assertEqual(
            version.line_ids.filtered(lambda line: line.state == "skipped").unit_id,
            self.unit_2 | self.unit_3,
        )
        self.assertEqual(version.kept_count, 2)
        self.assertEqual(self.unit.list_price, 1_000_000 + 200 * self.unit.area_gross)
        self.assertEqual(self.unit_2.list_price, 1_100_000)
        self.assertEqual((sold.price, late.price), (1_100_000, 1_200_000))

    def test_drafted_slip_follows(self):
        """A7: a slip drafted at the list price opens at the new one; a price that was
        agreed stays"""
        drafted = self.make_slip(self.make_client(self.rep_a), self.unit)
        agreed = self.make_slip(
            self.make_client(self.rep_a), self.unit_2, price=1_090_000
        )
        self.approve(self.add()).action_execute()
        self.assertEqual(drafted.price, self.unit.list_price)
        self.assertEqual(agreed.price, 1_090_000)

    def test_judged_again_when_executed(self):
        """A7: what another version changed meanwhile is looked at, nothing breaks"""
        first, second = self.approve(self.add(50)), self.add(0.01)
        second.line_ids[0].filed_price = 1_000_500
        self.approve(second).action_execute()
        self.assertEqual(self.unit.filed_price, 1_000_500)
        first.action_execute()
        self.assertIn("above the filed", first.line_ids[0].reason)
        self.assertEqual(first.line_ids.mapped("state"), ["skipped"] + ["executed"] * 7)
        self.assertEqual(
            first.line_ids[1].old_list_price, self.units[1].list_price - 50 * 100 + 1
        )

    def test_planned_moment(self):
        """A7: the cron executes what is approved and due, in the order planned"""
        now = fields.Datetime.now()
        later, sooner, tomorrow, draft = (
            self.add(value) for value in (200, 100, 300, 400)
        )
        later.execute_at = fields.Datetime.subtract(now, minutes=1)
        sooner.execute_at = fields.Datetime.subtract(now, minutes=2)
        draft.execute_at = sooner.execute_at
        tomorrow.execute_at = fields.Datetime.add(now, days=1)
        for version in (later, sooner, tomorrow):
            self.approve(version)
        self.run_cron("ir_cron_execute_prices")
        self.assertEqual(
            [one.state for one in (later, sooner, tomorrow, draft)],
            ["executed", "executed", "approved", "draft"],
        )
        self.assertEqual(self.unit.list_price, 1_000_000 + 200 * self.unit.area_gross)

    # === The units ===

    def test_price_on_sale(self):
        """A7: the price of a unit on sale changes by a version, whoever asks"""
        new = self.env["property.unit"].create(
            {"building_id": self.building.id, "room": "X"}
        )
        for user in (self.control, self.manager):
            with self.subTest(user=user.login):
                new.with_user(user).list_price = 7
                for name in ("list_price", "filed_price", "floor_price"):
                    with self.assertRefused("by an approved price version"):
                        self.unit.with_user(user)[name] = 999_999
        self.unit.action_hold()
        with self.assertRefused("by an approved price version"):
            self.unit.with_user(self.control).list_price = 999_999
        new.filed_price = 8
        new._move("available")
        new.with_user(self.control).floor_price = 6  # it had none
        self.assertEqual(new.floor_price, 6)

    def test_history(self):
        """A7: every price of a unit, when, by whom, by which version"""
        unit = self.env["property.unit"].create(
            {"building_id": self.building.id, "room": "X", "area_gross": 100}
        )
        self.assertFalse(self.history(unit))
        unit.with_user(self.control).list_price = 900_000
        unit.with_user(self.control).write({"list_price": 900_000, "note": "same"})
        version = self.version({"kind": "add", "value": 10})
        version.action_apply_rules()
        self.approve(version).action_execute()
        self.assertRecordValues(
            self.history(unit),
            [
                {
                    "list_price": 901_000,
                    "list_change": 1_000,
                    "version_id": version.id,
                    "user_id": self.control.id,
                },
                {
                    "list_price": 900_000,
                    "list_change": 900_000,
                    "version_id": False,
                    "user_id": self.control.id,
                },
            ],
        )
        with self.assertRefused("never changed"):
            self.history(unit).list_price = 1
        action = unit.action_open_price_history()
        self.assertEqual(
            self.env[action["res_model"]].search(action["domain"]), self.history(unit)
        )

    def history(self, unit):
        return self.env["property.price.history"].search([("unit_id", "=", unit.id)])

    # === Excel ===

    def load(self, version, *rows, head=("幢号", "室号", "总价(元)", "底价")):
        data = workbook(Sheet1=[head, *rows])
        wizards = self.env["property.unit.import"].with_user(self.control)
        context = version.action_load()["context"]
        wizard = wizards.with_context(**context).create(
            {"data": base64.b64encode(data), "filename": "new.xlsx"}
        )
        wizard.action_check()
        return wizard

    def test_excel(self):
        """A7: every row is checked; good ones become the version's lines"""
        self.open_slip(self.make_client(self.rep_a), self.unit_2)
        version = self.version()
        wizard = self.load(
            version,
            ("1号楼", "101", 1_020_000, 990_000),
            ("1号楼", "102", 1_120_000, None),
            ("1号楼", "201", 1_200_000, 1_140_000),
        )
        verdicts = {line.room: line.verdict for line in wizard.line_ids}
        self.assertEqual(
            verdicts, {"101": "update", "102": "warning", "201": "unchanged"}
        )
        wizard.action_import()
        self.assertRecordValues(
            version.line_ids.sorted(lambda line: line.unit_id.name),
            [
                {
                    "unit_id": self.unit.id,
                    "list_price": 1_020_000,
                    "floor_price": 990_000,
                    "state": "planned",
                },
                {
                    "unit_id": self.unit_2.id,
                    "list_price": 1_120_000,
                    "floor_price": 0,
                    "state": "skipped",
                },
            ],
        )
        self.assertEqual(self.unit.list_price, 1_000_000)

    def test_excel_errors(self):
        """A7: errors are named by row, nothing of the file is taken"""
        version = self.version()
        wizard = self.load(
            version,
            ("1号楼", "101", 1_060_000, None),
            ("1号楼", "102", 1_100_000, 1_100_001),
            ("1号楼", "909", 1_000_000, None),
            ("1号楼", "201", "一百万", None),
            ("1号楼", "202", 1_310_000, None),
        )
        messages = {line.room: line.message for line in wizard.line_ids}
        for room, words in (
            ("101", "above the filed"),
            ("102", "floor price is above"),
            ("909", "No such unit"),
            ("201", "not a number"),
        ):
            self.assertIn(words, messages[room])
        self.assertEqual(wizard.refused_count, 4)
        with self.assertRefused("nothing was imported"):
            wizard.action_import()
        self.assertFalse(version.line_ids)

    def test_price_list_of_units_on_sale(self):
        """A7: the import of units leaves prices on sale to versions"""
        wizard = self.env["property.unit.import"].with_user(self.control)
        data = workbook(S=[("幢号", "室号", "总价(元)"), ("1号楼", "101", 1_010_000)])
        wizard = wizard.create(
            {
                "project_id": self.project.id,
                "data": base64.b64encode(data),
                "filename": "list.xlsx",
            }
        )
        wizard.action_check()
        self.assertEqual(wizard.line_ids.verdict, "refused")
        self.assertIn("by a price version", wizard.line_ids.message)
