from collections import Counter
from io import BytesIO

from pypdf import PdfReader

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import MODULE, UTC8
from .test_ownership import OwnershipCommon
from .test_rpc_isolation import RpcCommon

DAY = "2026-03-02"


class HandoverCommon(OwnershipCommon):
    """rep_a leaves; rep_b and rep_d take over."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rep_d = new_test_user(
            cls.env, "rep_d", groups=f"{MODULE}.group_rep", tz=UTC8
        )
        cls.project.user_ids |= cls.rep_d

    def make_handover(self, user=None, **vals):
        defaults = {
            "project_id": self.project.id,
            "user_id": self.rep_a.id,
            "receiver_ids": (self.rep_b | self.rep_d).ids,
        }
        handovers = self.env["property.client.handover"]
        return handovers.with_user(user or self.supervisor_a).create(defaults | vals)

    def sign(self, handover):
        handover.with_user(self.rep_a).action_sign()
        handover.with_user(self.supervisor_a).action_sign()
        return handover

    def execute(self, handover=None):
        handover = handover or self.make_handover()
        handover.action_propose()
        self.sign(handover).action_execute()
        return handover

    def call(self, phone="13900000001", **vals):
        return self.enter(self.rep_a, "call_in", phone=phone, **vals).sudo()

    def line_of(self, handover, record):
        link = "lead_id" if record._name == "crm.lead" else "interaction_id"
        return handover.sudo().line_ids.filtered(lambda line: line[link] == record)

    def states(self, handover, *records):
        return [self.line_of(handover, record).state for record in records]


@tagged("post_install", "-at_install")
class TestHandoverLists(HandoverCommon):
    """C12: unsold callers, unsold visitors and buyers: three lists, spread evenly."""

    def test_three_lists(self):
        """C12: all that he has, and nothing else."""
        with self.at("2026-02-01"):
            lapsed = self.make_client(self.rep_a)
            self.call("13900000009")  # claims no visit any more
        with self.at(DAY):
            visitor, buyer = (self.make_client(self.rep_a) for _client in range(2))
            lost = self.make_client(self.rep_a)
            self.sell(buyer, self.unit)
            self.make_client(self.rep_b)
            self.make_client(self.rep_c)
            caller = self.call()
            self.call("13900000002", is_valid=False, invalid_reason="wrong")
            self.call("")
            self.enter(self.rep_b, "call_in", phone="13900000003")
            lost.sudo().active = False
        with self.at("2026-03-03"):
            handover = self.make_handover(receiver_ids=[])
            handover.action_propose()
        self.assertEqual(handover.call_line_ids.interaction_id, caller)
        self.assertEqual(handover.visit_line_ids.lead_id, visitor | lost)
        self.assertEqual(handover.sold_line_ids.lead_id, buyer)
        self.assertEqual(handover.line_count, 4)
        self.assertEqual(handover.unassigned_count, 4)
        self.assertFalse(lapsed.user_id, "his last day was over")
        with self.at("2026-03-03"):
            handover.action_propose()
        self.assertEqual(handover.line_count, 4, "filled anew, not added to")

    def test_spread_evenly(self):
        """C12: totals, and clients of each class and grade, differ by one at most."""
        for grade in "abcabcabcaba":  # dealt as they came, one would get all the A
            self.make_client(self.rep_a, grade=grade)
        for _client in range(2):
            self.make_client(self.rep_a)
        for _client in range(3):
            self.make_client(
                self.rep_a, grade="a", wanted_unit_ids=self.unit_3.ids
            )  # prospects
        for number in range(3):
            self.call(f"1390000000{number}", grade="a")
        receivers = self.rep_b | self.rep_d | self.supervisor_b
        handover = self.make_handover(receiver_ids=receivers.ids)
        handover.action_propose()
        lines = handover.line_ids
        self.assertEqual(len(lines), 20)
        totals = Counter(line.receiver_id for line in lines)
        self.assertEqual(sorted(totals.values()), [6, 7, 7])
        for stratum, some in lines.grouped(
            lambda line: (line.list_kind, line.client_class, line.grade)
        ).items():
            with self.subTest(stratum=stratum):
                counts = [
                    len(some.filtered(lambda line, one=one: line.receiver_id == one))
                    for one in receivers
                ]
                self.assertLessEqual(max(counts) - min(counts), 1)
        before = {line.id: line.receiver_id for line in lines}
        lines.receiver_id = self.rep_b
        handover.action_spread()
        self.assertEqual({line.id: line.receiver_id for line in lines}, before)

    def test_calls_of_one_number_stay_together(self):
        """B7, C12: who calls twice is one client and goes to one rep."""
        for phone in ("13900000001", "13900000002", "13900000001", "13900000001"):
            self.call(phone)
        handover = self.make_handover()
        handover.action_propose()
        receivers = {
            (line.interaction_id.phone, line.receiver_id.login)
            for line in handover.line_ids
        }
        self.assertEqual(
            receivers, {("13900000001", "rep_b"), ("13900000002", "rep_d")}
        )

    def test_chosen_by_hand(self):
        """C12: a client goes to whom the supervisor chooses; the preview counts it."""
        clients = [self.make_client(self.rep_a, grade="a") for _client in range(3)]
        handover = self.make_handover()
        handover.action_propose()
        with Form(handover) as form, form.visit_line_ids.edit(0) as line:
            line.receiver_id = self.rep_b
        for client in clients:
            self.line_of(handover, client).with_user(
                self.supervisor_a
            ).receiver_id = self.rep_b
        [row] = handover._count_by_receiver()
        self.assertEqual(row["receiver"], self.rep_b)
        self.assertEqual((row["visit"], row["total"], row["a"]), (3, 3, 3))
        self.assertIn("rep_b", handover.preview)

    def test_receivers(self):
        """C12: only reps of the project receive, and not the leaver."""
        self.make_client(self.rep_a)
        for user, message in (
            (self.rep_c, "rep_c does not work in Test Garden"),
            (self.clerk, "clerk is not a rep"),
            (self.rep_a, "does not receive his own"),
        ):
            with self.subTest(user=user.login), self.assertRefused(message):
                self.make_handover(receiver_ids=user.ids)
        handover = self.make_handover()
        handover.action_propose()
        for user in (self.rep_c, self.clerk):
            with self.subTest(line=user.login), self.assertRefused(user.login):
                handover.line_ids.receiver_id = user
        with self.assertRefused("does not receive his own"):
            handover.line_ids.receiver_id = self.rep_a
        with self.assertRefused("Choose who receives"):
            empty = self.make_handover(receiver_ids=[])
            empty.action_spread()

    def test_lists_are_of_one_leaver(self):
        """C12: with lists filled, the leaver is not exchanged."""
        self.make_client(self.rep_a)
        handover = self.make_handover(self.manager)
        handover.action_propose()
        with self.assertRefused("The lists are filled"):
            handover.user_id = self.supervisor_b


@tagged("post_install", "-at_install")
class TestHandoverSteps(HandoverCommon):
    """C12: signed by both, carried out through the door, undone once."""

    # === Signatures ===

    def test_both_sign(self):
        """C12: the leaver and his superior sign; who and when is on file."""
        self.make_client(self.rep_a)
        handover = self.make_handover()
        handover.action_propose()
        with self.assertRefused("this step needs 'Signed by Both'"):
            handover.action_execute()
        with self.at(DAY):
            handover.with_user(self.rep_a).action_sign()
            self.assertEqual(handover.state, "draft")
            handover.with_user(self.supervisor_a).action_sign()
            moment = self.env.cr.now()
        self.assertRecordValues(
            handover,
            [
                {
                    "state": "signed",
                    "leaver_signed_by": self.rep_a.id,
                    "head_signed_by": self.supervisor_a.id,
                }
            ],
        )
        self.assertTrue(handover.leaver_signed_date and handover.head_signed_date)
        self.assertLess(handover.head_signed_date, moment)

    def test_signed_lists_stand(self):
        """C12: after the first signature nobody changes what it stands under."""
        self.make_client(self.rep_a)
        handover = self.make_handover()
        handover.action_propose()
        handover.with_user(self.rep_a).action_sign()
        lines = handover.line_ids
        for step in (
            handover.action_propose,
            handover.action_spread,
            lines.unlink,
            lambda: lines.write({"receiver_id": self.rep_b.id}),
        ):
            with self.assertRefused("withdraw the signatures first"):
                step()
        handover.action_sign()
        for vals in (
            {"receiver_ids": self.rep_b.ids},
            {"user_id": self.rep_b.id},
            {"date": "2020-01-01"},
        ):
            with self.subTest(vals=vals), self.assertRefused("no longer be changed"):
                handover.write(vals)
        with self.assertRefused("stays on file"):
            handover.with_user(self.manager).unlink()
        handover.action_withdraw()
        self.assertFalse(handover.leaver_signed_by or handover.head_signed_by)
        lines.receiver_id = self.rep_b

    def test_doors(self):
        """C12: neither state nor signature nor outcome is written from outside."""
        self.make_client(self.rep_a)
        handover = self.make_handover()
        handover.action_propose()
        for name, value in (
            ("state", "signed"),
            ("leaver_signed_by", self.rep_a.id),
            ("head_signed_date", "2026-01-01"),
            ("undo_until", "2099-01-01"),
            ("name", "X"),
        ):
            with self.subTest(name=name), self.assertRefused("not written directly"):
                handover.write({name: value})
        with self.assertRefused("not written directly"):
            handover.line_ids.write({"state": "moved"})
        with self.assertRaises(AccessError):
            self.env["property.client.handover.line"].with_user(
                self.supervisor_a
            ).create({"handover_id": handover.id, "list_kind": "visit"})

    def test_nothing_to_sign(self):
        """C12: an empty list, or one with clients for nobody, is not signed."""
        handover = self.make_handover(receiver_ids=[])
        with self.assertRefused("There is nothing to sign"):
            handover.action_sign()
        self.make_client(self.rep_a)
        handover.action_propose()
        with self.assertRefused("1 clients have no receiver yet"):
            handover.with_user(self.rep_a).action_sign()

    def test_manager_signs_for_who_is_gone(self):
        """C12: with a reason, and only the manager."""
        self.make_client(self.rep_a)
        handover = self.make_handover()
        handover.action_propose()
        with self.assertRaises(AccessError):
            handover.action_sign_for_leaver()
        with self.assertRefused("Say why rep_a cannot sign"):
            handover.with_user(self.manager).action_sign_for_leaver()
        handover.absence_reason = "Did not come to work any more"
        handover.with_user(self.manager).action_sign_for_leaver()
        self.assertEqual(handover.leaver_signed_by, self.manager)
        handover.action_sign()
        self.rep_a.active = False
        handover.with_user(self.manager).action_execute()
        self.assertEqual(handover.state, "done")

    # === Carrying out ===

    def test_clients_go_with_all_that_hangs_on_them(self):
        """C12: owner, ledger, history and activities; the buyer stays a buyer."""
        with self.at(DAY):
            visitor, buyer = (self.make_client(self.rep_a) for _client in range(2))
            self.sell(buyer, self.unit)
            entry = self.enter(
                self.rep_a, "followup_call", visitor, next_date="2026-03-05"
            ).sudo()
            activity = (
                visitor.with_user(self.rep_a)
                .activity_schedule(
                    "mail.mail_activity_data_call", user_id=self.rep_a.id
                )
                .sudo()
            )
            handover = self.make_handover(receiver_ids=self.rep_b.ids)
            self.execute(handover)
        clients = (visitor | buyer).sudo()
        self.assertEqual(clients.user_id, self.rep_b)
        self.assertEqual((entry.owner_id, activity.user_id), (self.rep_b, self.rep_b))
        self.assertEqual(str(visitor.sudo().next_date), "2026-03-05")
        self.assertEqual(buyer.sudo().ownership_state, "sold")
        for client in clients:
            self.assertRecordValues(
                client.ownership_ids[0],
                [
                    {
                        "user_id": self.rep_b.id,
                        "basis": "handover",
                        "clause": "C12",
                        "reason": handover.name,
                        "author_id": self.supervisor_a.id,
                    }
                ],
            )
        self.assertFalse(visitor.with_user(self.rep_a).has_access("read"))
        self.assertEqual(set(handover.line_ids.mapped("state")), {"moved"})
        with self.assertRefused("this step needs 'Signed by Both'"):
            handover.action_execute()

    def test_caller_visits_the_new_owner(self):
        """B7, C12: the claim of a call goes along: the caller's visit is the
        receiver's, closed entry or not."""
        with self.at(DAY):
            calls = self.call() | self.call("13900000002")
            self.close_entries(calls[0])
            self.execute(self.make_handover(receiver_ids=self.rep_b.ids))
            self.assertEqual(calls.owner_id, self.rep_b)
            self.assertEqual(calls.user_id, self.rep_a, "who took it stays on record")
            self.assertFalse(calls.with_user(self.rep_a).has_access("read"))
            with self.assertRefused("A colleague took a call"):
                self.make_client(self.rep_d, phone="13900000001")
            client = self.make_client(self.rep_b, phone="13900000001")
            self.assertEqual(client.user_id, self.rep_b)
            self.assertEqual(calls[0].lead_id, client.sudo())

    def test_what_he_lost_since_stays(self):
        """C12: between lists and execution things happen; others keep theirs."""
        with self.at(DAY):
            lost, lapsed, kept = (self.make_client(self.rep_a) for _client in range(3))
            call = self.call()
            handover = self.make_handover(receiver_ids=self.rep_b.ids)
            handover.action_propose()
            self.sign(handover)
            visitor = self.make_client(self.rep_a, phone=call.phone)
            self.assertEqual(call.lead_id, visitor.sudo())
        with self.at("2026-04-01"):
            self.enter(self.rep_a, "followup_call", kept)
            lost.sudo()._transfer(self.rep_d, "adjudicated")
        with self.at("2026-04-10"):
            handover.action_execute()
        self.assertEqual(
            self.states(handover, lost, lapsed, call, kept),
            ["skipped", "skipped", "skipped", "moved"],
        )
        self.assertEqual(lost.sudo().user_id, self.rep_d)
        self.assertFalse(lapsed.sudo().user_id)
        self.assertEqual(kept.sudo().user_id, self.rep_b)

    def test_receiver_who_has_left(self):
        """C12: no client goes to somebody who would not see him."""
        client = self.make_client(self.rep_a)
        handover = self.make_handover(receiver_ids=self.rep_b.ids)
        handover.action_propose()
        self.sign(handover)
        self.project.user_ids -= self.rep_b
        with self.assertRefused("rep_b does not work in Test Garden"):
            handover.action_execute()
        self.assertEqual(client.user_id, self.rep_a)

    def test_who_leaves_leaves_the_rings(self):
        """B1, C12: he takes no turn any more; who only gives clients away goes on."""
        rings = [
            self.env["property.roster"]._ring(self.project, kind)
            for kind in ("call", "visit")
        ]
        for reason, stays in (("other", True), ("leave", False)):
            with self.subTest(reason=reason):
                self.make_client(self.rep_a)
                self.execute(self.make_handover(reason=reason))
                for ring in rings:
                    self.assertEqual(self.rep_a in ring.line_ids.user_id, stays)

    # === Undo ===

    def test_undo(self):
        """C12: once, what is still with the receivers; the manager is told."""
        with self.at(DAY):
            back, moved_on, registered = (
                self.make_client(self.rep_a) for _client in range(3)
            )
            call, visited = self.call(), self.call("13900000002")
            handover = self.make_handover(receiver_ids=self.rep_b.ids)
            self.execute(handover)
            moved_on.sudo()._transfer(self.rep_d, "reassigned")
            self.make_client(self.rep_b, phone=visited.phone)
        with self.at("2026-03-09", "23:30"):
            handover.action_undo()
        self.assertEqual(
            self.states(handover, back, registered, call, moved_on, visited),
            ["returned", "returned", "returned", "kept", "kept"],
        )
        self.assertEqual((back | registered).sudo().user_id, self.rep_a)
        self.assertEqual(call.owner_id, self.rep_a)
        self.assertEqual(moved_on.sudo().user_id, self.rep_d)
        self.assertEqual(visited.owner_id, self.rep_b)
        entry = back.sudo().ownership_ids[0]
        self.assertEqual((entry.basis, entry.clause), ("handover", "C12"))
        self.assertEqual(entry.reason, f"{handover.name} undone")
        notice = handover.sudo().activity_ids
        self.assertEqual(notice.user_id, self.manager)
        self.assertIn("3 clients went back to rep_a; 2 were", notice.note)
        with self.at("2026-03-09", "23:30"), self.assertRefused("needs 'Carried Out'"):
            handover.action_undo()

    def test_undo_in_time(self):
        """C12, K1: as long as the policy of the day it was carried out allowed."""
        with self.at(DAY):
            self.make_client(self.rep_a)
            handover = self.execute()
        self.assertEqual(str(handover.undo_until), "2026-03-09")
        self.env["property.policy"].create(
            {
                "project_id": self.project.id,
                "date_start": "2026-03-03",
                "handover_undo_days": 99,
            }
        )
        with (
            self.at("2026-03-10", "00:00"),
            self.assertRefused("could be undone until 2026-03-09"),
        ):
            handover.action_undo()

    def test_undo_to_who_has_left(self):
        """C12: nothing goes back to who does not work here any more."""
        self.make_client(self.rep_a)
        handover = self.execute()
        self.project.user_ids -= self.rep_a
        with self.assertRefused("rep_a does not work in Test Garden"):
            handover.with_user(self.manager).action_undo()

    # === Who ===

    def test_who_hands_over(self):
        """H1: the leaver's supervisor and the manager; not he himself, not another
        team's supervisor, nobody else."""
        self.make_client(self.rep_a)
        handover = self.make_handover()
        handover.action_propose()
        self.sign(handover)
        for user in (self.rep_a, self.rep_b, self.supervisor_b, self.clerk, self.hq):
            for step in ("propose", "spread", "withdraw", "execute", "undo"):
                with (
                    self.subTest(user=user.login, step=step),
                    self.assertRaises(AccessError),
                ):
                    getattr(handover.with_user(user), f"action_{step}")()
        for user in (self.rep_b, self.supervisor_b, self.clerk):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                handover.with_user(user).action_sign()
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.make_handover(user)
        handover.with_user(self.manager).action_execute()

    def test_supervisor_who_leaves(self):
        """C12: his own clients a supervisor does not hand over, nor see to whom."""
        self.make_client(self.supervisor_a)
        with self.assertRaises(AccessError):
            own = self.make_handover(user_id=self.supervisor_a.id)
            own.action_propose()
        handover = self.make_handover(self.manager, user_id=self.supervisor_a.id)
        handover.action_propose()
        lines = handover.line_ids.with_user(self.supervisor_a)
        self.assertFalse(lines.has_access("read"))
        handover.with_user(self.supervisor_a).action_sign()
        self.assertEqual(handover.leaver_signed_by, self.supervisor_a)

    def test_preview_does_not_leak(self):
        """J1: no rep, also not the receiver, reads the lists; the leaver signs for
        numbers; a colleague sees no hand-over at all."""
        self.make_client(self.rep_a)
        handover = self.make_handover()
        handover.action_propose()
        for user in (self.rep_a, self.rep_b, self.supervisor_b):
            with self.subTest(user=user.login):
                self.assertFalse(handover.line_ids.with_user(user).has_access("read"))
        for user in (self.rep_b, self.supervisor_b):
            self.assertFalse(handover.with_user(user).has_access("read"))
        seen = handover.with_user(self.rep_a)
        self.assertEqual(seen.line_count, 1)
        with self.assertRaises(AccessError):
            seen.line_ids.mapped("lead_id")
        with self.assertRaises(AccessError):
            self.env["ir.actions.report"].with_user(self.rep_a)._render_qweb_html(
                f"{MODULE}.report_client_handover", seen.ids
            )
        Form(seen)

    # === Cost and paper ===

    def make_clients(self, count):
        return (
            self.env["crm.lead"]
            .with_user(self.rep_a)
            .create(
                [
                    {
                        "project_id": self.project.id,
                        "contact_name": f"Client {number}",
                        "phone": f"137{count:04}{number:04}",
                        "unit_type_ids": self.type_two.ids,
                    }
                    for number in range(count)
                ]
            )
        )

    def test_cost(self):
        """C12: two hundred clients cost few more queries than twenty."""
        costs = []
        for count in (5, 20, 200):  # the first fills caches
            clients = self.make_clients(count)
            handover = self.make_handover()
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            handover.action_propose()
            self.sign(handover)
            handover.action_execute()
            self.env.flush_all()
            costs.append(self.cr.sql_log_count - start)
            self.assertNotIn(self.rep_a, clients.sudo().user_id)
        self.assertLess(costs[2] - costs[1], 180, costs)

    def test_paper(self):
        """C12: the sheet has three lists, counts, receivers and room for signatures."""
        with self.at(DAY):
            visitor = self.make_client(self.rep_a, contact_name="Ms Visitor", grade="a")
            buyer = self.make_client(self.rep_a, contact_name="Mr Buyer")
            self.sell(buyer, self.unit)
            self.call(partner_name="Mr Caller")
            handover = self.make_handover()
            handover.action_propose()
            self.sign(handover)
        with self.allow_pdf_render():
            content = (
                self.env["ir.actions.report"]
                .with_user(self.supervisor_a)
                .with_context(force_report_rendering=True)
                ._render_qweb_pdf(f"{MODULE}.report_client_handover", handover.ids)[0]
            )
        pages = PdfReader(BytesIO(content)).pages
        text = " ".join(" ".join(page.extract_text() for page in pages).split())
        for words in (
            handover.name,
            "1. Call Clients (unsold) (1)",
            "Mr Caller 0001",
            "2. Visit Clients (unsold) (1)",
            visitor.registration_number,
            "3. Sold Clients (1)",
            "Mr Buyer",
            "rep_b",
            "rep_d",
            "Signature",
            "2026-03-02 12:00",
        ):
            with self.subTest(words=words):
                self.assertIn(words, text)
        self.assertNotIn(visitor.phone, text, "J3: the last digits must do")


@tagged("post_install", "-at_install")
class TestHandoverSecrecy(RpcCommon):
    """J1: who has handed over keeps nothing of his clients."""

    def test_leaver_keeps_nothing(self):
        """C12, J1: he moves to another post in the project, his hand-over stays on
        file, and neither it nor anything else names his clients."""
        handover = (
            self.env["property.client.handover"]
            .with_user(self.supervisor_b)
            .create(
                {
                    "project_id": self.project.id,
                    "user_id": self.rep_b.id,
                    "reason": "transfer",
                    "receiver_ids": self.rep_a.ids,
                }
            )
        )
        handover.action_propose()
        handover.with_user(self.rep_b).action_sign()
        handover.action_sign()
        handover.action_execute()
        self.enterContext(mute_logger("odoo.http", "odoo.addons.base.models.ir_rule"))
        self.login(self.rep_b)
        rows, _error = self.call("property.client.handover", "search_read", [], [])
        self.assertEqual([row["id"] for row in rows], handover.ids)
        for model in ("property.client.handover", "crm.lead", "property.interaction"):
            with self.subTest(model=model):
                self.assertEqual(self.harvest(self.rep_b, model), {})
        with self.assertRaises(UserError):
            handover.line_ids.with_user(self.rep_b).read(["display_name"])
