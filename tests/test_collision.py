from contextlib import contextmanager

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..models.property_collision_clauses import CLAUSES
from .common import MODULE, PropertyCommon

PHONE = "13900139761"
STEPS = ("decide", "appeal", "finalize")


class CollisionCommon(PropertyCommon):
    """rep_b holds the client; rep_a claims him."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.collisions = cls.env["property.collision"]

    @contextmanager
    def at(self, moment):
        """`moment` on the project's wall clock; what is recorded is so then."""
        moment = fields.Datetime.subtract(fields.Datetime.to_datetime(moment), hours=8)
        self.env.flush_all()
        with freeze_time(moment):
            self.env.cr._now = moment
            try:
                yield
                self.env.flush_all()
            finally:
                self.env.cr._now = None

    @contextmanager
    def rolled_back(self):
        with self.cr.savepoint() as undo:
            yield
            undo.rollback()
        self.env.invalidate_all()

    def register(self, moment, user=None, **vals):
        with self.at(moment):
            vals = {"phone": PHONE, "contact_name": "诸葛孔明"} | vals
            return self.make_client(user or self.rep_b, **vals).sudo()

    def enter(self, moment, user, kind="call_in", recorded=None, **vals):
        """An entry in the register; a client's follow-up when `lead_id` says so."""
        with self.at(recorded or moment):
            date = fields.Datetime.subtract(
                fields.Datetime.to_datetime(moment), hours=8
            )
            defaults = {
                "kind": kind,
                "date": date,
                "project_id": self.project.id,
                "user_id": user.id,
                "partner_name": "Mr Zhuge",
                "phone": PHONE,
                "source_id": self.source.id,
                "unit_type_ids": self.type_two.ids,
            }
            return self.env["property.interaction"].create(defaults | vals)

    def claim(self, moment, lead, claimant=None, **kwargs):
        with self.at(moment):
            return self.collisions._open(lead, claimant or self.rep_a, **kwargs)

    def decided(self, verdict=None, **vals):
        """A ruling for the claimant or else, decided today; the clauses say holder."""
        lead = self.register("2026-01-05 10:00")
        collision = self.claim("2026-01-10 10:00", lead)
        with self.at("2026-01-10 11:00"):
            collision.with_user(self.supervisor_a).action_decide(
                verdict, reason="Both sides were heard", **vals
            )
        return collision

    def appealed(self, verdict=None):
        collision = self.decided(verdict)
        loser = self.rep_b if verdict == "claimant" else self.rep_a
        with self.at("2026-01-11 09:00"):
            collision.with_user(loser).action_appeal("I saw him first")
        return collision


@tagged("post_install", "-at_install")
class TestCollisionProposal(CollisionCommon):
    """Which clause decides, from the facts on record at the moment of the claim."""

    def assertProposed(self, collision, clause):
        verdict = next(one.verdict for one in CLAUSES if one.key == clause)
        self.assertEqual(
            (collision.proposal_clause, collision.proposal), (clause, verdict)
        )

    def test_registered_first(self):
        """C2, C3: who registered first, and has not let him lapse"""
        lead = self.register("2026-01-05 10:00")
        collision = self.claim("2026-02-05 23:59", lead)
        self.assertProposed(collision, "first")
        self.assertEqual(collision.holder_id, self.rep_b)
        self.assertRegex(collision.name, r"^ZD\d{4}-\d{5}$")
        self.assertIn("2026-02-05", collision.explanation)

    def test_lapsed(self):
        """C3: one calendar month after the last contact, by the project's day"""
        lead = self.register("2026-01-05 10:00")
        collision = self.claim("2026-02-06 00:01", lead)
        self.assertProposed(collision, "lapsed")
        self.assertEqual(collision.holder_id, self.rep_b)
        self.assertIn("2026-02-05", collision.explanation)

    def test_followed_up(self):
        """C3: the owner's follow-up renews, a colleague's does not"""
        for user, clause in ((self.rep_b, "first"), (self.rep_a, "lapsed")):
            with self.subTest(user=user.name):
                phone = f"1380000000{user.id % 10}"
                lead = self.register("2026-01-05 10:00", phone=phone)
                self.enter("2026-01-20 10:00", user, "followup_call", lead_id=lead.id)
                collision = self.claim("2026-02-10 10:00", lead)
                self.assertProposed(collision, clause)

    def test_family(self):
        """C5: a relative's number is the client's, as long as he is owned"""
        kin = {"name": "黄月英", "relation": "spouse", "phone": "13700137000"}
        lead = self.register("2026-01-05 10:00", family_ids=[Command.create(kin)])
        with self.at("2026-01-06 10:00"):
            collision = self.collisions._open_by_phone(
                self.project, "137 0013 7000", self.rep_a
            )
        self.assertEqual(collision.lead_id, lead)
        self.assertProposed(collision, "family")
        late = self.claim(
            "2026-03-06 10:00", lead, self.supervisor_a, phone="13700137000"
        )
        self.assertProposed(late, "lapsed")

    def test_sold(self):
        """C8: a buyer stays, however long ago"""
        lead = self.register("2026-01-05 10:00")
        with self.at("2026-01-06 10:00"):
            self.sell(lead, self.unit)
        self.assertProposed(self.claim("2027-01-06 10:00", lead), "sold")

    def _registered_after_call(self, *calls):
        for moment, user in calls:
            self.enter(moment, user)
        # As by the clerk, whom no earlier call stops.
        with self.at("2026-01-10 10:00"):
            lead = self.make_client(self.rep_a, phone="13600136000").sudo()
            lead._transfer(self.env["res.users"], "expired")
        with self.at("2026-01-10 10:01"):
            lead._transfer(self.rep_b, "registered")
            lead.phone = PHONE
        return self.claim("2026-01-11 10:00", lead)

    def test_call(self):
        """B7: the first call within the policy's days before the registration"""
        first, later = "2026-01-03 08:00", "2026-01-05 08:00"
        for calls, clause in (
            ([(first, self.rep_a)], "call"),
            ([("2026-01-02 23:00", self.rep_a)], "first"),
            ([(first, self.rep_a), (later, self.rep_b)], "call"),
            ([(first, self.rep_b), (later, self.rep_a)], "first"),
            ([("2026-01-10 12:00", self.rep_a)], "first"),
        ):
            with self.subTest(calls=calls), self.rolled_back():
                self.assertProposed(self._registered_after_call(*calls), clause)

    def test_call_that_does_not_count(self):
        """B5: neither a competitor's survey nor an entry that was corrected claims"""
        invalid = {"is_valid": False, "invalid_reason": "wrong"}
        wrong = self.enter("2026-01-05 08:00", self.rep_a)
        self.close_entries(wrong)
        self.enter("2026-01-05 09:00", self.rep_a, corrects_id=wrong.id, **invalid)
        self.assertProposed(self._registered_after_call(), "first")

    def test_same_day(self):
        """C6: received by both on one day before anyone registered him"""
        for visit, clause in (
            ("2026-01-10 09:00", "same_day"),
            ("2026-01-09 23:30", "first"),
            ("2026-01-10 12:00", "first"),
        ):
            with self.subTest(visit=visit), self.rolled_back():
                self.enter(visit, self.rep_a, "visit_first")
                self.assertProposed(self._registered_after_call(), clause)

    def test_policy_of_the_day(self):
        """K1: judged by the numbers in force on the day of the claim, kept with it"""
        policies = self.env["property.policy"]
        early, late = policies.create(
            [
                {
                    "project_id": self.project.id,
                    "date_start": day,
                    "split_percent": part,
                }
                for day, part in (("2026-01-01", 30), ("2026-02-01", 40))
            ]
        )
        lead = self.register("2026-01-30 10:00")
        for moment, policy in (
            ("2026-01-31 23:59", early),
            ("2026-02-01 00:01", late),
        ):
            claimant = self.rep_a if policy == early else self.supervisor_a
            collision = self.claim(moment, lead, claimant)
            self.assertEqual(collision.policy_id, policy)
        early.split_percent = 90
        collision = collision.search([("policy_id", "=", early.id)])
        collision.action_decide("split", reason="x")
        self.assertEqual(collision.claimant_percent, 30)

    def test_same_input_same_answer(self):
        """C6: what is entered, changed or backdated later changes no ruling"""
        lead = self.register("2026-01-05 10:00")
        self.enter("2026-01-06 10:00", self.rep_b, "followup_call", lead_id=lead.id)
        collision = self.claim("2026-01-10 10:00", lead)
        judge = collision.with_user(self.supervisor_a)
        before = judge._timeline(), judge._propose(), judge.timelines
        self.enter("2026-01-04 10:00", self.rep_a, recorded="2026-01-11 10:00")
        self.enter("2026-01-12 10:00", self.rep_b, "followup_call", lead_id=lead.id)
        with self.at("2026-02-20 10:00"):
            lead._lapse()
            lead._transfer(self.rep_a, "claimed")
        self.project.policy().write({"call_claim_days": 30, "ownership_months": 9})
        self.env.invalidate_all()
        self.assertEqual((judge._timeline(), judge._propose(), judge.timelines), before)

    def test_timeline(self):
        """C6: both sides, in order, on the project's clock, late entries marked"""
        lead = self.register("2026-01-05 00:10")
        self.enter("2026-01-04 20:00", self.rep_a, recorded="2026-01-06 09:00")
        self.enter("2026-01-06 10:00", self.rep_b, "followup_call", lead_id=lead.id)
        case = self.claim("2026-01-10 10:00", lead)._timeline(limit=3)
        self.assertEqual(
            [(row["date"], row["side"], row["clause"]) for row in case["rows"]],
            [
                ("2026-01-04 20:00", "claimant", "B7"),
                ("2026-01-05 00:10", "holder", "C2"),
                ("2026-01-10 10:00", "claimant", "C6"),
            ],
        )
        self.assertEqual(case["left_out"], 1)
        self.assertEqual(case["rows"][0]["recorded"], "2026-01-06 09:00")
        self.assertFalse(case["rows"][1]["recorded"])


@tagged("post_install", "-at_install")
class TestCollisionOpening(CollisionCommon):
    def test_one_open_claim(self):
        """C6: asked twice, a claim is one ruling; a second row the database refuses"""
        lead = self.register("2026-01-05 10:00")
        collision = self.claim("2026-01-10 10:00", lead)
        self.assertEqual(self.claim("2026-01-11 10:00", lead), collision)
        other = self.claim("2026-01-11 10:00", lead, self.supervisor_a)
        self.assertNotEqual(other, collision)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.cr.savepoint(),
        ):
            values = {"lead_id": lead.id, "project_id": self.project.id}
            with self.at("2026-01-11 10:00"):
                collision.create(values | {"claimant_id": self.rep_a.id})
        with self.at("2026-01-11 11:00"):
            collision.action_decide()
        with self.at("2026-02-01 10:00"):
            self.run_cron("ir_cron_finalize_collisions")
        self.assertNotEqual(self.claim("2026-02-02 10:00", lead), collision)

    def test_nothing_to_rule_on(self):
        """C6: one's own client, or one nobody ever had, needs no ruling"""
        lead = self.register("2026-01-05 10:00")
        with self.assertRefused("Nobody else holds"):
            self.claim("2026-01-06 10:00", lead, self.rep_b)
        unowned = self.register("2026-01-05 10:00", self.clerk, phone="13600136001")
        with self.assertRefused("Nobody else holds"):
            self.claim("2026-01-06 10:00", unowned)
        with self.assertRefused("is no rep"):
            self.claim("2026-01-06 10:00", lead, self.rep_c)
        with self.assertRefused("is no rep"):
            self.claim("2026-01-06 10:00", lead, self.clerk)

    def test_by_hand(self):
        """C6: a supervisor asks by number and claimant, and writes nothing else"""
        lead = self.register("2026-01-05 10:00")
        collisions = self.collisions.with_user(self.supervisor_a)
        with Form(collisions) as form:
            form.project_id = self.project
            form.phone = "139 0013 9761"
            form.claimant_id = self.rep_a
        self.assertEqual(form.record.sudo().lead_id, lead)
        self.assertTrue(form.record.client_label)
        values = {"project_id": self.project.id, "claimant_id": self.rep_a.id}
        with self.assertRefused("No client of the project"):
            collisions.create(values | {"phone": "13000000000"})
        for name, value in (
            ("lead_id", lead.id),
            ("holder_id", self.rep_a.id),
            ("verdict", "claimant"),
            ("state", "final"),
            ("facts", {}),
        ):
            with self.subTest(field=name), self.assertRefused("not written directly"):
                collisions.create(values | {"phone": PHONE, name: value})
        with self.assertRaises(AccessError):
            self.collisions.with_user(self.rep_a).create(values | {"phone": PHONE})

    def test_ask(self):
        """C6, J1: a rep asks by number; the answer is one, whoever the number's is"""
        lead = self.register("2026-01-05 10:00")
        self.register("2026-01-05 10:00", self.rep_a, phone="13700137000")
        action = self.env.ref(f"{MODULE}.property_collision_action_ask")
        answers = [
            action.with_user(self.rep_a)
            .with_context(property_project_id=self.project.id, property_phone=phone)
            .run()
            for phone in (PHONE, "13700137000", "13000000000", "x", False)
        ]
        self.assertTrue(all(answer == answers[0] for answer in answers))
        collision = self.collisions.search([])
        self.assertEqual((collision.lead_id, collision.claimant_id), (lead, self.rep_a))
        for user in (self.clerk, self.hq):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                self.collisions.with_user(user).action_ask(self.project.id, PHONE)
        with self.assertRaises(AccessError):
            self.collisions.with_user(self.rep_c).action_ask(self.project.id, PHONE)

    def test_ask_within_the_limit(self):
        """J1, J8: to ask is to check a number: it is on record, and limited"""
        self.env["property.policy"].create(
            {"project_id": self.project.id, "checks_per_hour": 1}
        )
        for phone in (PHONE, "13700137000"):
            self.register("2026-01-05 10:00", phone=phone)
        asked = self.collisions.with_user(self.rep_a)
        answers = [
            asked.action_ask(self.project.id, phone)["params"]["type"]
            for phone in (PHONE, "13700137000")
        ]
        self.assertEqual(answers, ["success", "warning"])
        self.assertEqual(self.collisions.search_count([]), 1)
        log = self.env["property.access.log"].search([("user_id", "=", self.rep_a.id)])
        self.assertEqual(set(log.mapped("kind")), {"check", "denied"})

    def test_ask_from_an_entry(self):
        """C6, B10: the visit in the register is the claim of its host"""
        lead = self.register("2026-01-05 10:00")
        visit = self.enter("2026-01-10 09:50", self.rep_a, "visit_first")
        visit.with_user(self.rep_a).action_ask_ruling()
        collision = self.collisions.search([("lead_id", "=", lead.id)])
        self.assertEqual(collision.interaction_id, visit)
        self.assertEqual(collision.claimant_id, self.rep_a)
        call = self.enter("2026-01-10 09:50", self.rep_a)
        follow_up = self.enter(
            "2026-01-10 09:50", self.rep_b, "visit_return", lead_id=lead.id
        )
        for entry in (call, follow_up):
            with self.assertRefused("on an effective visit"):
                entry.action_ask_ruling()

    def test_supervisors_are_told(self):
        """C6: who leads either team, none who is a party; without them the manager"""
        lead = self.register("2026-01-05 10:00")

        def told(collision):
            return self.env["mail.message"].search(
                [("model", "=", collision._name), ("res_id", "=", collision.id)]
            )

        messages = told(self.claim("2026-01-10 10:00", lead))
        leaders = self.supervisor_a | self.supervisor_b
        self.assertEqual(messages.notified_partner_ids, leaders.partner_id)
        for message in messages:
            self.assertEqual(len(message.notified_partner_ids), 1)
        messages = told(self.claim("2026-01-10 10:00", lead, self.supervisor_a))
        self.assertEqual(messages.notified_partner_ids, self.supervisor_b.partner_id)
        self.team_b.active = False
        messages = told(self.claim("2026-01-10 10:00", lead, self.manager))
        self.project.manager_id = self.hq
        self.assertEqual(messages.notified_partner_ids, self.manager.partner_id)


@tagged("post_install", "-at_install")
class TestCollisionSteps(CollisionCommon):
    def test_every_step_in_every_state(self):
        """C6: proposed, decided, appealed, final; no step leads anywhere else"""
        lead = self.register("2026-01-05 10:00")
        self.project.user_ids |= self.rep_c
        reached = {"proposed": ("decide",), "decided": ("appeal",)}
        reached["appealed"] = ("finalize",)
        for state in ("proposed", "decided", "appealed", "final"):
            for step in STEPS:
                allowed = step in reached.get(state, ())
                with self.subTest(state=state, step=step), self.rolled_back():
                    collision = self.claim("2026-01-10 10:00", lead)
                    collision._write_through(
                        {
                            "state": state,
                            "verdict": "holder",
                            "first_verdict": "holder",
                            "verdict_clause": "first",
                            "appeal_until": "2026-01-12",
                        }
                    )
                    arguments = ("why",) if step == "appeal" else ()
                    actor = {"appeal": self.rep_a}.get(step, self.manager)
                    act = getattr(collision.with_user(actor), f"action_{step}")
                    with self.at("2026-01-11 10:00"):
                        if allowed:
                            act(*arguments)
                            self.assertNotEqual(collision.state, state)
                        else:
                            with self.assertRaisesRegex(UserError, "this step needs"):
                                act(*arguments)

    def test_who_decides(self):
        """C6: supervisors and managers who are no party; no rep, no HQ, no clerk"""
        lead = self.register("2026-01-05 10:00")
        collision = self.claim("2026-01-10 10:00", lead)
        for user in (self.rep_a, self.rep_b, self.clerk, self.hq, self.finance):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                collision.with_user(user).action_decide()
        own = self.claim("2026-01-10 10:00", lead, self.supervisor_a)
        with self.assertRaisesRegex(AccessError, "ask another"):
            own.with_user(self.supervisor_a).action_decide()
        lead._transfer(self.supervisor_b, "handover")
        held = self.claim("2026-01-11 10:00", lead, self.rep_b)
        with self.assertRaisesRegex(AccessError, "ask another"):
            held.with_user(self.supervisor_b).action_decide()
        held.with_user(self.manager).action_decide()
        self.assertEqual(held.decided_by_id, self.manager)

    def test_for_the_holder(self):
        """C6: the client stays; a ruling adds nothing to the ledger"""
        collision = self.decided()
        lead = collision.lead_id
        self.assertEqual(collision.verdict, "holder")
        self.assertEqual(lead.user_id, self.rep_b)
        self.assertEqual(lead.ownership_ids.mapped("basis"), ["registered"])
        self.assertRecordValues(
            collision,
            [
                {
                    "state": "decided",
                    "decided_by_id": self.supervisor_a.id,
                    "decided_date": fields.Datetime.to_datetime("2026-01-10 03:00:00"),
                    "appeal_until": fields.Date.to_date("2026-01-13"),
                    "claimant_percent": 0,
                }
            ],
        )

    def test_for_the_claimant(self):
        """C6: the client goes over by the door, with clause and number in the ledger"""
        lead = self.decided("claimant", clause="call").lead_id
        entry = lead.ownership_ids[:1]
        self.assertEqual(lead.user_id, self.rep_a)
        self.assertEqual((entry.basis, entry.clause), ("adjudicated", "B7"))
        self.assertTrue(entry.reason.startswith("ZD"))

    def test_split(self):
        """C6: the owner stays, the claimant's part is on record"""
        collision = self.decided("split")
        self.assertEqual(collision.lead_id.user_id, self.rep_b)
        self.assertEqual(collision.claimant_percent, 50)

    def test_reason_for_another_verdict(self):
        """C6: who does not follow the clauses says why"""
        lead = self.register("2026-01-05 10:00")
        collision = self.claim("2026-01-10 10:00", lead)
        for reason in (None, " "):
            with self.assertRefused("Say why"):
                collision.action_decide("claimant", reason=reason)
        collision.action_decide("holder")

    def test_appeal(self):
        """C6: by a party, once, in time, with a reason"""
        collision = self.decided()
        with self.at("2026-01-13 23:59"):
            for user in (self.supervisor_a, self.manager, self.hq):
                with self.assertRaises(AccessError):
                    collision.with_user(user).action_appeal("Unfair")
            with self.assertRefused("Give the reason"):
                collision.with_user(self.rep_a).action_appeal(" ")
            self.assertTrue(collision.with_user(self.rep_a).can_appeal)
        with self.at("2026-01-14 00:01"):
            self.env.invalidate_all()
            self.assertFalse(collision.with_user(self.rep_a).can_appeal)
            with self.assertRefused("The time to appeal ended"):
                collision.with_user(self.rep_a).action_appeal("Unfair")
        with self.at("2026-01-13 23:59"):
            collision.with_user(self.rep_b).action_appeal("Unfair")
            with self.assertRefused("this step needs"):
                collision.with_user(self.rep_a).action_appeal("Unfair too")
        self.assertEqual(collision.appealed_by_id, self.rep_b)

    def test_confirmed_on_appeal(self):
        """C6: the manager confirms, nothing moves"""
        collision = self.appealed("claimant")
        rows = len(collision.lead_id.ownership_ids)
        with self.assertRaises(AccessError):
            collision.with_user(self.supervisor_a).action_finalize()
        collision.with_user(self.manager).action_finalize()
        self.assertEqual((collision.state, collision.verdict), ("final", "claimant"))
        self.assertEqual(collision.final_by_id, self.manager)
        self.assertEqual(len(collision.lead_id.ownership_ids), rows)

    def test_overturned_on_appeal(self):
        """C6: the client goes back, or over, by the door again"""
        for first, last, owner in (
            ("claimant", "holder", self.rep_b),
            ("claimant", "split", self.rep_b),
            ("holder", "claimant", self.rep_a),
        ):
            with self.subTest(first=first, last=last), self.rolled_back():
                collision = self.appealed(first).with_user(self.manager)
                with self.assertRefused("Say why"):
                    collision.action_finalize(last)
                collision.action_finalize(last, reason="The call was first")
                collision = collision.sudo()
                self.assertEqual(collision.lead_id.user_id, owner)
                self.assertEqual(
                    collision.lead_id.ownership_ids[0].basis, "adjudicated"
                )
                self.assertEqual(collision.first_verdict, first)

    def test_client_went_elsewhere(self):
        """C6: a ruling takes nobody's client who is no party to it"""
        lead = self.register("2026-01-05 10:00")
        collision = self.claim("2026-01-10 10:00", lead)
        lead._transfer(self.supervisor_b, "handover")
        with self.assertRefused("went to somebody else"):
            collision.action_decide("claimant", reason="x")
        collision.action_decide("holder")
        self.assertEqual(lead.user_id, self.supervisor_b)

    def test_party_left(self):
        """C6: nobody gets a client in a project he left"""
        lead = self.register("2026-01-05 10:00")
        collision = self.claim("2026-01-10 10:00", lead)
        self.project.user_ids -= self.rep_a
        with self.assertRefused("left the project"):
            collision.action_decide("claimant", reason="x")

    def test_cron_makes_final(self):
        """C6: after the days to appeal, by the project's midnight, and not before"""
        collision = self.decided()
        appealed = self.claim("2026-01-10 10:00", collision.lead_id, self.supervisor_b)
        with self.at("2026-01-10 11:00"):
            appealed.with_user(self.manager).action_decide()
            appealed.with_user(self.rep_b).action_appeal("x")
        for moment, state in (
            ("2026-01-13 23:59", "decided"),
            ("2026-01-14 00:01", "final"),
        ):
            with self.at(moment):
                self.run_cron("ir_cron_finalize_collisions")
            self.assertEqual(collision.state, state)
        self.assertFalse(collision.final_by_id)
        self.assertEqual(appealed.state, "appealed")

    def test_cron_leaves_the_client(self):
        """C3: what happened to the client after the decision is not undone"""
        collision = self.decided("claimant")
        with self.at("2026-01-12 10:00"):
            collision.lead_id._transfer(self.supervisor_b, "handover")
        with self.at("2026-01-20 10:00"):
            self.run_cron("ir_cron_finalize_collisions")
        self.assertEqual(collision.state, "final")
        self.assertEqual(collision.lead_id.user_id, self.supervisor_b)

    def test_only_by_steps(self):
        """C6: no field of a ruling is written, no ruling deleted, by anybody"""
        collision = self.decided()
        values = {
            "claimant_id": self.rep_b.id,
            "lead_id": self.make_client(self.rep_a).id,
        }
        values |= {"project_id": self.other_project.id, "verdict": "split"}
        values |= {"state": "final", "facts": {}, "is_snatching": True, "name": "x"}
        for name, value in values.items():
            with self.subTest(field=name), self.assertRaises(UserError):
                collision.write({name: value})
        for user in (self.supervisor_a, self.manager, self.hq, self.rep_a):
            ruling = collision.with_user(user)
            with self.subTest(user=user.name):
                self.assertFalse(ruling.has_access("write"))
                self.assertFalse(ruling.has_access("unlink"))
        with self.assertRefused("not deleted"):
            collision.unlink()

    def test_help_credit(self):
        """B10, C7: who received the owner's client helped, unless he snatched him"""
        for snatched_by, verdict, credited in (
            (None, "holder", self.rep_a | self.supervisor_a),
            (None, "claimant", self.supervisor_a),
            (None, "split", self.supervisor_a),
            ("claimant", "holder", self.supervisor_a),
            ("holder", "holder", self.rep_a | self.supervisor_a),
        ):
            with self.subTest(by=snatched_by, verdict=verdict), self.rolled_back():
                lead = self.register("2026-01-05 10:00")
                visit = self.enter(
                    "2026-01-10 09:50",
                    self.rep_a,
                    "visit_first",
                    helper_ids=self.supervisor_a.ids,
                )
                collision = self.claim("2026-01-10 10:00", lead, interaction=visit)
                collision.action_decide(verdict, reason="x", snatched_by=snatched_by)
                self.assertEqual(collision.help_user_ids, credited)
                self.assertEqual(collision.is_snatching, bool(snatched_by))
                snatcher = {"claimant": self.rep_a, "holder": self.rep_b}
                self.assertEqual(
                    collision._snatcher(),
                    snatcher.get(snatched_by, self.env["res.users"]),
                )
                self.assertEqual(visit.lead_id, lead, "the client's history has it")

    def test_dialog(self):
        """C6: the three steps as they are taken on screen"""
        lead = self.register("2026-01-05 10:00")
        collision = self.claim("2026-01-10 10:00", lead)

        def take(user, step, **values):
            steps = self.env["property.collision.step"].with_user(user)
            action = self.env.ref(f"{MODULE}.property_collision_action_{step}")
            context = {"default_collision_id": collision.id, "default_step": step}
            self.assertIn(f"'{step}'", action.context)
            form = Form(steps.with_context(**context))
            for name, value in values.items():
                form[name] = value
            form.save().action_take()

        with self.at("2026-01-10 11:00"):
            take(self.supervisor_a, "decide", snatched_by="claimant")
            self.assertEqual(collision.verdict, "holder")
            take(self.rep_a, "appeal", reason="He came to me")
            take(self.manager, "finalize", verdict="claimant", reason="So he did")
        self.assertEqual((collision.state, collision.verdict), ("final", "claimant"))
        self.assertTrue(collision.is_snatching)
