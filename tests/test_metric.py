import re

from freezegun import freeze_time

from odoo.tests import TransactionCase, tagged

from ..models.metric import METRICS, NETS, RATES, Tally, parts
from .test_change import ChangeCommon

DAY = "2026-03-10"


def figures_of(tallies):
    """What can be compared of {key: Tally}: groups with any fact, every figure"""
    figures = {
        key: [
            round(tally.get(name, measure), 2)
            for name, _label in METRICS
            for measure in ("number", "area", "amount")
        ]
        for key, tally in tallies.items()
    }
    return {key: values for key, values in figures.items() if any(values)}


class MetricCommon(ChangeCommon):
    @classmethod
    def figures(cls, domain=(), user=None, project=None):
        """The tally of a project's facts in `domain`, as `user` sees them."""
        metrics = cls.env["property.metric"].with_user(user or cls.manager)
        project = project or cls.project
        domain = [("project_id", "=", project.id), *domain]
        return metrics._tally(domain)[()]

    @classmethod
    def of_day(cls, day, **kwargs):
        return cls.figures([("day", "=", day)], **kwargs)

    @classmethod
    def make_entry(cls, user, moment, kind="call_in", **vals):
        return cls.env["property.interaction"].create(
            {
                "project_id": cls.project.id,
                "user_id": user.id,
                "kind": kind,
                "date": moment,
                "partner_name": "Mr Wang",
                "source_id": cls.source.id,
            }
            | vals
        )

    def assertFigures(self, tally, **expected):
        """:param expected: number by name; of names not given: none"""
        numbers = {name: tally.get(name) for name, _label in METRICS}
        numbers = {name: number for name, number in numbers.items() if number}
        self.assertEqual(numbers, expected)


@tagged("post_install", "-at_install")
class TestTally(TransactionCase):
    """forms.md: nets and rates are reckoned in one place."""

    def test_every_name_is_made_of_metrics(self):
        metrics = {name for name, _label in METRICS}
        for name in (*metrics, *NETS, *RATES):
            self.assertTrue(parts(name), name)
            self.assertLessEqual({*parts(name)}, metrics, name)

    def test_nets_and_rates(self):
        tally = Tally()
        for metric, number, area, amount in (
            ("calls", 8, 0, 0),
            ("first", 4, 0, 0),
            ("called", 2, 0, 0),
            ("deposits", 3, 300, 3_000),
            ("contracts", 1, 100, 1_000),
            ("cancelled_deposits", 1, 90, 900),
            ("exchanged_deposits", 1, 10, 200),
            ("exchanged_contracts", 1, 7, 50),
            ("receipts", 2, 0, 700),
            ("refunds", 1, 0, 100),
        ):
            tally.add(metric, number, area, amount)
        for name, measure, expected in (
            ("visits", "number", 6),
            ("exchanges", "number", 2),
            ("net_deposits", "number", 2),  # an exchange is no sale more or less
            ("net_deposits", "area", 220),
            ("net_deposits", "amount", 2_300),
            ("net_contracts", "number", 1),
            ("net_contracts", "amount", 1_050),
            ("net_receipts", "amount", 600),
            ("call_rate", "number", 25),
            ("deposit_rate", "number", 75),
            ("kept_rate", "number", None),
        ):
            self.assertEqual(tally.get(name, measure), expected, (name, measure))
        twice = Tally()
        twice += tally
        twice += tally
        self.assertEqual(twice.get("net_deposits", "amount"), 4_600)


@tagged("post_install", "-at_install")
class TestMetricRegister(MetricCommon, TransactionCase):
    """forms.md, metric dictionary: calls, visits, follow-ups, registrations."""

    def test_effective_receptions_by_kind(self):
        for kind in ("call_in", "visit_first", "visit_called", "visit_return"):
            self.make_entry(self.rep_a, f"{DAY} 02:00:00", kind)
        client = self.make_client(self.rep_a)
        for kind in ("followup_call", "followup_message", "followup_home", "care"):
            self.make_entry(self.rep_a, f"{DAY} 03:00:00", kind, lead_id=client.id)
        self.assertFigures(
            self.of_day(DAY), calls=1, first=1, called=1, returns=1, followups=3
        )

    def test_invalid_and_corrected(self):
        """B5, B9: surveys do not count; of a corrected entry the correction does"""
        self.make_entry(
            self.rep_a,
            f"{DAY} 02:00:00",
            is_valid=False,
            invalid_reason="survey",
            surveyor="Rival & Co",
        )
        wrong = self.make_entry(self.rep_a, f"{DAY} 02:00:00")
        self.close_entries(wrong)
        self.assertFigures(self.of_day(DAY), calls=1, invalid=1)
        self.make_entry(
            self.rep_b, f"{DAY} 02:00:00", "visit_first", corrects_id=wrong.id
        )
        self.assertFigures(self.of_day(DAY), first=1, invalid=1)

    def test_local_day(self):
        """Days are the project's: 23:59:59 and 00:00 in Shanghai"""
        self.make_entry(self.rep_a, "2026-03-09 15:59:59")
        self.make_entry(self.rep_a, "2026-03-09 16:00:00")
        self.make_entry(self.rep_a, "2026-03-10 15:59:59")
        self.make_entry(self.rep_a, "2026-03-10 16:00:00")
        for day, count in (("2026-03-09", 1), (DAY, 2), ("2026-03-11", 1)):
            self.assertFigures(self.of_day(day), calls=count)
        late = self.env["property.metric"].search(
            [("project_id", "=", self.project.id), ("hour", "=", 23)]
        )
        self.assertEqual(len(late), 2)

    def test_registration_once(self):
        with freeze_time(f"{DAY} 02:00:00"):
            client = self.make_client(self.rep_a)
        client._transfer(self.rep_b, "reassigned")
        self.assertFigures(self.of_day(DAY), registrations=1)
        self.assertFigures(
            self.figures([("user_id", "=", self.rep_b.id)]),
        )

    def test_agreed_followups(self):
        """H6: due on the day agreed upon; missed when nobody was in contact by then"""
        client, other = (self.make_client(self.rep_a) for _one in range(2))

        def promise(lead, moment, day, **vals):
            self.make_entry(
                self.rep_a,
                moment,
                "followup_call",
                lead_id=lead.id,
                next_date=day,
                **vals,
            )

        promise(client, "2026-03-01 02:00:00", "2026-03-05")
        promise(client, "2026-03-05 15:59:00", "2026-03-09")  # the last minute
        promise(other, "2026-03-01 02:00:00", "2026-03-05")
        promise(other, "2026-03-05 16:01:00", "2999-01-01")  # the day after
        self.assertFigures(self.of_day("2026-03-05"), followups=1, due=2, missed=1)
        self.assertFigures(self.of_day("2026-03-09"), due=1, missed=1)
        self.assertFigures(self.of_day("2999-01-01"))  # has not come

    def test_not_yet_missed_on_its_day_for_the_others(self):
        """The day is the project's, whatever the clock of the server says"""
        client = self.make_client(self.rep_a)
        self.make_entry(
            self.rep_a,
            "2026-03-01 02:00:00",
            "followup_call",
            lead_id=client.id,
            next_date=DAY,
        )
        with freeze_time("2026-03-09 15:59:00"):
            self.assertFigures(self.of_day(DAY))
        with freeze_time("2026-03-09 16:01:00"):
            self.assertFigures(self.of_day(DAY), due=1, missed=1)


@tagged("post_install", "-at_install")
class TestMetricDeals(MetricCommon, TransactionCase):
    """forms.md, metric dictionary: deposits, contracts, what undoes them, money."""

    @classmethod
    def setUpClass(cls):
        with freeze_time("2026-03-01 02:00:00"):
            super().setUpClass()

    def at(self, moment):
        return freeze_time(moment)

    def test_sale(self):
        with self.at("2026-03-02 02:00:00"):
            slip = self.open_slip(self.make_client(self.rep_a), self.unit)
        with self.at("2026-03-02 16:30:00"):  # 00:30 on the 3rd
            self.confirm_deposit(slip)
        with self.at("2026-03-04 02:00:00"):
            contract = self.sign_contract(slip)
            self.pay(contract, 100_000)
            self.pay(contract, 5_000, nature="fee")
        with self.at("2026-03-05 02:00:00"):
            self.file(contract)
        self.assertFigures(self.of_day("2026-03-02"), registrations=1, slips=1)
        self.assertFigures(self.of_day("2026-03-03"), deposits=1, receipts=1)
        tally = self.of_day("2026-03-04")
        self.assertFigures(tally, contracts=1, filed=1, receipts=1, fees=1)
        self.assertEqual(tally.get("contracts", "amount"), 1_000_000)
        self.assertEqual(tally.get("contracts", "area"), self.unit.area_gross)
        self.assertEqual(tally.get("receipts", "amount"), 100_000)
        self.assertEqual(tally.get("fees", "amount"), 5_000)

    def test_ended_slip_was_opened(self):
        slip = self.open_slip(self.make_client(self.rep_a), self.unit)
        slip.action_lapse()
        self.assertEqual(self.figures().get("slips"), 1)
        self.assertEqual(self.figures().get("deposits"), 0)

    def test_cancelled_counts_apart(self):
        """Cancelled deposits and contracts: on their day, of whatever day the sale"""
        with self.at("2026-03-02 02:00:00"):
            deposit = self.make_deposit(self.unit)
            contract = self.make_contract(self.unit_2)
            waiting = self.open_slip(self.make_client(self.rep_a), self.unit_3)
            waiting.with_user(self.clerk).action_register_payment()
        with self.at("2026-04-02 02:00:00"):
            for sale in (deposit, contract.deposit_id, waiting):
                self.do(self.make_cancel(sale))
        march, april = self.of_day("2026-03-02"), self.of_day("2026-04-02")
        self.assertEqual(march.get("deposits"), 2)
        self.assertEqual(march.get("contracts"), 1)
        self.assertFigures(april, cancelled_deposits=1, cancelled_contracts=1)
        self.assertEqual(april.get("net_deposits", "amount"), -deposit.price)
        self.assertEqual(april.get("net_contracts", "amount"), -contract.price)

    def test_exchange_counts_once(self):
        """Never a cancellation plus a sale: the difference goes into the amount"""
        with self.at("2026-03-02 02:00:00"):
            deposit = self.make_deposit(self.unit)
            contract = self.make_contract(self.unit_2)
        with self.at("2026-03-03 02:00:00"):
            before = self.do(self.make_exchange(deposit, self.unit_3))
            after = self.do(self.make_exchange(contract.deposit_id, self.units[3]))
            self.sign_contract(before.new_deposit_id)
            after.new_deposit_id.contract_id.with_user(self.clerk).action_sign()
        tally = self.of_day("2026-03-03")
        self.assertFigures(
            tally, contracts=1, exchanged_deposits=1, exchanged_contracts=1
        )
        self.assertEqual(tally.get("exchanges"), 2)
        self.assertEqual(tally.get("net_deposits", "amount"), 200_000)
        self.assertEqual(tally.get("net_contracts", "amount"), 1_200_000 + 200_000)
        whole = self.figures()
        self.assertEqual(whole.get("net_deposits"), 2)
        self.assertEqual(whole.get("net_contracts"), 2)
        sold = self.units.filtered(lambda unit: unit.state == "contracted")
        self.assertEqual(
            whole.get("net_contracts", "amount"), sum(sold.mapped("deposit_id.price"))
        )

    def test_exchanged_twice(self):
        """A sale that was signed once is not signed again, however often it moves"""
        contract = self.make_contract(self.unit)
        first = self.do(self.make_exchange(contract.deposit_id, self.unit_2))
        second = self.do(self.make_exchange(first.new_deposit_id, self.unit_3))
        self.sign_contract(second.new_deposit_id)
        self.do(self.make_cancel(second.new_deposit_id))
        tally = self.figures()
        for name, number in (
            *(("slips", 1), ("deposits", 1), ("contracts", 1)),
            *(("exchanged_contracts", 2), ("cancelled_contracts", 1)),
        ):
            self.assertEqual(tally.get(name), number, name)
        self.assertEqual(tally.get("net_contracts", "amount"), 0)

    def test_carried_money_is_no_receipt(self):
        deposit = self.make_deposit(self.unit)
        self.do(self.make_exchange(deposit, self.unit_2))
        self.assertEqual(self.figures().get("receipts", "amount"), 20_000)
        self.assertEqual(self.figures().get("refunds"), 0)

    def test_hand_over_moves_no_figure(self):
        """C12, H6: what a rep sold stays his; what comes after is the new owner's"""
        with self.at("2026-03-02 02:00:00"):
            deposit = self.make_deposit(self.unit)
        with self.at("2026-03-03 02:00:00"):
            deposit.lead_id.sudo()._transfer(self.rep_b, "handover")
        with self.at("2026-03-04 02:00:00"):
            self.sign_contract(deposit)
        of_a, of_b = (
            self.figures([("user_id", "=", rep.id)]) for rep in (self.rep_a, self.rep_b)
        )
        self.assertEqual((of_a.get("deposits"), of_a.get("contracts")), (1, 0))
        self.assertEqual((of_b.get("deposits"), of_b.get("contracts")), (0, 1))


@tagged("post_install", "-at_install")
class TestMetricAccess(MetricCommon, TransactionCase):
    """J1, H1: sums are of what one answers for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for rep in (cls.rep_a, cls.rep_b):
            cls.make_entry(rep, f"{DAY} 02:00:00")
        cls.make_deposit(cls.unit)  # of rep_a

    def test_who_sees_what(self):
        for user, calls, deposits in (
            (self.rep_a, 1, 1),
            (self.rep_b, 1, 0),
            (self.rep_c, 0, 0),
            (self.supervisor_a, 1, 1),
            (self.supervisor_b, 1, 0),
            (self.clerk, 2, 1),
            (self.control, 0, 1),
            (self.finance, 0, 1),
            (self.service, 0, 1),
            (self.manager, 2, 1),
            (self.hq, 2, 1),
        ):
            tally = self.figures(user=user)
            with self.subTest(user=user.login):
                self.assertEqual(
                    (tally.get("calls"), tally.get("deposits")), (calls, deposits)
                )

    def test_a_fact_opens_its_record_under_its_rules(self):
        fact = self.env["property.metric"].search(
            [("project_id", "=", self.project.id), ("metric", "=", "deposits")]
        )
        action = fact.with_user(self.rep_a).action_open_record()
        self.assertEqual(
            (action["res_model"], action["res_id"]),
            ("property.deposit", self.unit.deposit_id.id),
        )


@tagged("post_install", "-at_install")
class TestMetricQuery(MetricCommon, TransactionCase):
    """performance.md §8.8: a bound on days reaches each table's index on moments."""

    def test_bounds_reach_every_branch(self):
        metrics = self.env["property.metric"]
        for domain in (
            [("day", ">=", "2026-03-01"), ("day", "<=", "2026-03-31")],
            [("date", ">=", "2026-03-01"), ("date", "<", "2026-04-01")],
            [("day", "=", DAY)],
        ):
            query = metrics._search([("project_id", "=", self.project.id), *domain])
            self.env.cr.execute(f"EXPLAIN {query.select().code}", query.select().params)
            plan = "\n".join(row[0] for row in self.env.cr.fetchall())
            for column, branches in (
                *((r"\bdate", 2), ("next_date", 1), ("registered_date", 1)),
                *(("confirm_date", 2),),
                *(("sign_date", 1), ("filing_date", 1), ("done_date", 1)),
            ):
                bounds = re.findall(rf"{column} >?= '2026-0", plan)
                self.assertGreaterEqual(len(bounds), branches, (column, plan))

    def test_fact_is_read_by_its_record(self):
        """Of a fact that is opened no table is read whole"""
        entry = self.make_entry(self.rep_a, f"{DAY} 02:00:00")
        fact = self.env["property.metric"].search([("res_id", "=", entry.id)], limit=1)
        query = fact._search([("id", "in", fact.ids)])
        self.env.cr.execute(f"EXPLAIN {query.select().code}", query.select().params)
        plan = "\n".join(row[0] for row in self.env.cr.fetchall())
        found = re.findall(rf"\bid = (?:ANY \('{{)?{entry.id}\b", plan)
        self.assertGreaterEqual(len(found), 9, plan)
        self.assertEqual(query.get_result_ids(), tuple(fact.ids))

    def test_bounds_exclude_nothing(self):
        """Both bounds of every zone: a day has the same facts whichever is asked"""
        metrics = self.env["property.metric"]
        for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Shanghai"):
            self.project.tz = zone
            start, end = self.project.day_bounds(self.project.local_day())
            entry = self.make_entry(self.rep_a, start)
            day = self.project.local_day()
            for domain in (
                [("day", "=", day)],
                [("day", ">=", day), ("day", "<=", day)],
                [("date", ">=", start), ("date", "<", end)],
            ):
                facts = metrics.search([("project_id", "=", self.project.id), *domain])
                self.assertIn(entry.id, facts.mapped("res_id"), (zone, domain))
