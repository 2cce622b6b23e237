import json
from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from .common import PropertyCommon
from .test_roster import RosterCommon

MORNING = datetime(2026, 3, 2, 2)  # ten o'clock in Shanghai
KEYS = {"status", "days", "minutes", "owner", "client"}
PHONE = "13900000001"
KIN_PHONE = "13900000002"


class DeskCommon(RosterCommon):
    """Rings of the reps a, b, c, d; one client of b with a spouse."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.a, cls.b, cls.c, cls.d = cls.reps.values()
        clock = freeze_time(MORNING)
        clock.start()
        cls.addClassCleanup(clock.stop)
        cls.client_b = cls.make_client(
            cls.b, contact_name="诸葛孔明", phone=PHONE, district="Longzhong"
        ).sudo()
        cls.env["property.family.member"].create(
            {
                "lead_id": cls.client_b.id,
                "name": "黄月英",
                "relation": "spouse",
                "phone": KIN_PHONE,
            }
        )

    def desk(self, user=None):
        return self.env["property.desk"].with_user(user or self.clerk)

    def check(self, user, phone=PHONE):
        return self.desk(user).check_phone(self.project.id, phone)

    def enter(self, user=None, ring="visit", **vals):
        defaults = {
            "ring": ring,
            "partner_name": "Ms Zhou",
            "phone": "13912345678",
            "source_id": self.source.id,
            "unit_type_ids": self.type_two.ids,
        }
        return self.desk(user).enter(self.project.id, defaults | vals)

    def entry(self, result):
        return self.env["property.interaction"].browse(result["entry_id"])

    def turns(self, ring="visit"):
        roster = self.env["property.roster"]._ring(self.project, ring)
        turns = self.env["property.roster.turn"].search(
            [("roster_id", "=", roster.id)], order="number"
        )
        return " ".join(
            turn.user_id.name
            + {"taken": "", "returned": "<"}[turn.kind]
            + "^" * turn.is_ahead
            for turn in turns
        )

    def assertDone(self, result, basis, host, **entry):
        """Entered on this ground, for this host."""
        self.assertEqual(result["status"], "done", result)
        self.assertEqual((result["basis"], result["host"]["id"]), (basis, host.id))
        if entry:
            self.assertRecordValues(self.entry(result), [entry])

    def assertNot(self, result, pattern):
        self.assertEqual(result["status"], "refused", result)
        self.assertRegex(result.get("message", ""), pattern)


@tagged("post_install", "-at_install")
class TestDeskCheck(DeskCommon):
    """J1: what the check says, and to whom."""

    def test_answers(self):
        """new, yours, owned with its days, free, claimed; own family counts (C5)."""
        owned = {"status": "owned", "days": 32, "minutes": False, "client": False}
        self.assertEqual(self.check(self.a), owned | {"owner": False})
        self.assertEqual(self.check(self.a, KIN_PHONE), owned | {"owner": False})
        self.assertEqual(self.check(self.a, "139 0000 0009")["status"], "new")
        yours = self.check(self.b, "+86 139-0000-0002")
        self.assertEqual(
            (yours["status"], yours["client"]["id"]), ("yours", self.client_b.id)
        )
        self.enter(ring="call", phone="13900000003")
        self.assertEqual(self.check(self.a, "13900000003")["status"], "yours")
        self.assertEqual(self.check(self.c, "13900000003")["status"], "claimed")
        with freeze_time(MORNING + timedelta(days=32)):
            self.assertEqual(self.check(self.a)["status"], "free")

    def test_buyer_is_never_free(self):
        """C3: who has bought stays; a rep does not even learn that he bought."""
        self.sell(self.client_b.with_user(self.b), self.unit)
        answer = self.check(self.a)
        self.assertEqual((answer["status"], answer["days"]), ("owned", False))

    def test_desk_staff_learn_whom_to_call(self):
        """The owner's name for clerk, supervisor, manager; the client if rules let."""
        for user, sees in (
            (self.clerk, True),
            (self.manager, True),
            (self.supervisor_b, True),
            (self.supervisor_a, False),
        ):
            with self.subTest(user=user.login):
                answer = self.check(user)
                self.assertEqual(answer["owner"], {"id": self.b.id, "name": "b"})
                self.assertEqual(bool(answer["client"]), sees)

    def test_shared_client_is_named(self):
        """C13: who was shown the client sees him at the desk too, not his owner."""
        self.env["property.share"].create(
            {
                "lead_id": self.client_b.id,
                "user_id": self.a.id,
                "reason": "Holiday",
                "date_end": "2999-12-31",
            }
        )
        answer = self.check(self.a)
        self.assertEqual(answer["client"]["name"], "诸葛孔明")
        self.assertFalse(answer["owner"])

    def test_thousand_tries_reveal_nothing(self):
        """Must-show 6: whatever a rep tries, he learns new or owned and the day, in one
        form of answer, and after the policy's checks nothing at all."""
        numbers = [PHONE, KIN_PHONE]
        for number in range(3, 13):
            client = self.make_client(self.b, phone=f"139000000{number:02}")
            numbers.append(client.sudo().phone)
        self.enter(ring="call", phone="13900000040")  # taken by a
        numbers.append("13900000040")
        tried = numbers + [f"1371234{number:04}" for number in range(1000)]
        answers = [self.check(self.d, phone) for phone in tried[:1000]]
        self.assertEqual({frozenset(answer) for answer in answers}, {frozenset(KEYS)})
        told = {json.dumps(answer, sort_keys=True) for answer in answers[:60]}
        nothing = dict.fromkeys(KEYS, False)
        self.assertEqual(
            told,
            {
                json.dumps(nothing | answer, sort_keys=True)
                for answer in (
                    {"status": "new"},
                    {"status": "owned", "days": 32},
                    {"status": "claimed"},
                )
            },
        )
        limited = nothing | {"status": "limited", "minutes": 60}
        self.assertEqual(answers[60:], [limited] * 940)
        self.assertEqual(self.check(self.d), limited)
        with self.subTest("neither does an entry, or a ruling"):
            self.assertEqual(
                self.enter(self.d, phone=PHONE),
                {"status": "refused", "answer": limited},
            )
            self.assertEqual(
                self.desk(self.d).ask_ruling(self.project.id, PHONE),
                {"status": "refused", "answer": limited},
            )

    def test_failing_on_purpose_is_no_free_look(self):
        """J8: an entry or ruling that is refused leaves its check on record."""
        self.project.policy().checks_per_hour = 3
        for call in (
            lambda: self.enter(self.a, source_id=False),
            lambda: self.enter(self.a, introduced_by_phone="13700000000"),
            lambda: self.desk(self.a).ask_ruling(self.project.id, "13712345678"),
        ):
            self.assertNot(call(), "hannel|whom you see|nothing to rule")
        self.assertEqual(self.check(self.a)["status"], "limited")

    def test_who_may_ask(self):
        """H1: who receives in the project, nobody else."""
        for user in (self.control, self.finance, self.service, self.hq, self.rep_c):
            for method, args in (
                ("check_phone", [PHONE]),
                ("live", []),
                ("enter", [{"ring": "call"}]),
                ("ask_ruling", [PHONE]),
            ):
                with self.subTest(user=user.login, method=method):
                    with self.assertRaises(AccessError):
                        getattr(self.desk(user), method)(self.project.id, *args)
        for nonsense in (None, False, "1", [self.project.id], 0, -1, {}):
            with self.subTest(project=nonsense), self.assertRaises(AccessError):
                self.desk(self.a).check_phone(nonsense, PHONE)


@tagged("post_install", "-at_install")
class TestDeskEntry(DeskCommon):
    """B2–B8, B10: who receives, on whose turn, whose client he becomes."""

    def test_first_visit_takes_the_turn(self):
        """B3, C2: the next in the ring receives, and is the new client's owner."""
        result = self.enter(note="Came with his parents", party_size=3)
        self.assertDone(
            result,
            "ring",
            self.a,
            kind="visit_first",
            user_id=self.a.id,
            owner_id=self.a.id,
            party_size=3,
            is_valid=True,
        )
        entry = self.entry(result)
        self.assertTrue(result["registered"])
        self.assertEqual(entry.lead_id.user_id, self.a)
        self.assertEqual(entry.lead_id.registered_user_id, self.a)
        self.assertEqual((entry.turn_id.user_id, entry.turn_id.number), (self.a, 1))
        self.assertDone(self.enter(phone="13912345679"), "ring", self.b)
        self.assertEqual(self.turns(), "a b")
        self.assertEqual(self.turns("call"), "")

    def test_call_takes_the_turn_and_registers_nobody(self):
        """B2, B7: an effective call passes the turn of the call ring."""
        result = self.enter(ring="call")
        self.assertDone(result, "ring", self.a, kind="call_in", lead_id=False)
        self.assertFalse(result["registered"])
        self.assertEqual((self.turns("call"), self.turns()), ("a", ""))

    def test_visit_after_a_call(self):
        """B3, B7: within the policy's days the caller is who took the call's."""
        self.enter(ring="call")
        result = self.enter()
        self.assertDone(result, "call", self.a, kind="visit_called", turn_id=False)
        self.assertEqual(self.entry(result).lead_id.user_id, self.a)
        self.assertEqual(self.turns(), "")
        self.enter(ring="call", phone="13912345679")
        with freeze_time(MORNING + timedelta(days=8)):
            self.assertDone(self.enter(phone="13912345679"), "ring", self.a)

    def test_owned_client_and_his_family(self):
        """B3, C5: to the owner, no turn."""
        for phone, name in ((PHONE, ""), (KIN_PHONE, "黄月英")):
            with self.subTest(phone=phone):
                result = self.enter(phone=phone, partner_name=name, source_id=False)
                self.assertDone(
                    result,
                    "owner",
                    self.b,
                    kind="visit_return",
                    lead_id=self.client_b.id,
                    partner_name=name or "诸葛孔明",
                    turn_id=False,
                )
        self.assertEqual(self.turns(), "")

    def test_absent_owner_is_helped(self):
        """B10: a colleague receives, the owner stays host and owner."""
        self.leave(self.b, "errand")
        self.assertNot(self.enter(phone=PHONE), "not here: choose who helps")
        result = self.enter(phone=PHONE, helper_id=self.c.id)
        self.assertDone(
            result,
            "owner",
            self.b,
            user_id=self.b.id,
            owner_id=self.b.id,
            helper_ids=self.c.ids,
        )
        self.assertEqual(result["helper"]["name"], "c")
        self.assertEqual(self.turns(), "")

    def test_brought_by_an_old_client(self):
        """B3: an old client brings a new one: his owner's, and counts as a turn."""
        result = self.enter(introduced_by_phone=PHONE)
        self.assertDone(
            result,
            "brought",
            self.b,
            introduced_by_id=self.client_b.id,
            user_id=self.b.id,
        )
        self.assertEqual(self.entry(result).lead_id.user_id, self.b)
        self.assertEqual(self.turns(), "b^")
        self.assertNot(
            self.enter(phone="13912345670", introduced_by_phone="13700000000"),
            "not the number of a client",
        )

    def test_free_client_is_the_next_one_s(self):
        """C3: who lapsed goes by the ring, with the file he has."""
        with freeze_time(MORNING + timedelta(days=40)):
            result = self.enter(phone=PHONE, partner_name="", unit_type_ids=[])
            self.assertDone(result, "ring", self.a, lead_id=self.client_b.id)
        self.assertEqual(self.client_b.user_id, self.a)
        self.assertEqual(self.turns(), "a")

    def test_invalid_entry_gives_nothing(self):
        """B5, B8: a survey is recorded; no turn, no client."""
        for ring in ("call", "visit"):
            result = self.enter(
                ring=ring, invalid_reason="survey", surveyor="Rival", partner_name=""
            )
            self.assertDone(
                result,
                "invalid",
                self.clerk,
                is_valid=False,
                surveyor="Rival",
                lead_id=False,
                turn_id=False,
            )
            self.assertEqual(self.turns(ring), "")
        with self.assertRefused("Name the firm"):
            self.enter(invalid_reason="survey")

    def test_incomplete_visit_is_no_registration(self):
        """B8: without phone or wanted type: a turn, no client."""
        for vals in ({"phone": ""}, {"unit_type_ids": []}):
            with self.subTest(vals):
                result = self.enter(**vals)
                self.assertEqual(result["status"], "done")
                self.assertFalse(result["registered"])
                self.assertFalse(self.entry(result).lead_id)
        self.assertEqual(self.turns(), "a b")

    def test_entered_after_the_turn(self):
        """The desk sends the next rep at once; the entry comes later, on that turn."""
        roster = self.visits.with_user(self.clerk)
        roster.action_next()
        [turn] = self.desk().live(self.project.id)["rings"][1]["open_turns"]
        self.assertEqual((turn["name"], turn["number"]), ("a", 1))
        roster.action_next()
        result = self.enter(turn_id=turn["id"])
        self.assertDone(result, "ring", self.a, turn_id=turn["id"])
        self.assertEqual(self.turns(), "a b")
        self.assertNot(self.enter(phone="13912345679", turn_id=turn["id"]), "already")

    def test_turn_of_a_known_client_is_given_back(self):
        """B3: sent to the next one, then it is a colleague's client, or a survey."""
        for vals, basis, host in (
            ({"phone": PHONE}, "owner", self.b),
            ({"invalid_reason": "agent"}, "invalid", self.a),
        ):
            self.visits.with_user(self.clerk).action_next()
            [turn] = self.desk().live(self.project.id)["rings"][1]["open_turns"]
            self.assertDone(self.enter(turn_id=turn["id"], **vals), basis, host)
            self.assertEqual(self.visits.next_user_id, self.a)

    def test_refused_entry_leaves_no_turn(self):
        """Wrong input gets a clear error, and nothing of it stays."""
        for vals, words in (
            ({"source_id": False}, "channel"),
            ({"partner_name": ""}, "addressed"),
            ({"phone": "1234"}, "no telephone number"),
            ({"kind": "visit_return"}, "on file"),
        ):
            with self.subTest(vals):
                self.assertNot(self.enter(**vals), words)
        self.assertEqual(self.turns(), "")
        for vals in (
            {"ring": "x"},
            {"source_id": -1},
            {"source_id": "1"},
            {"unit_type_ids": self.other_type.ids},
            {"unit_type_ids": ["x"]},
            {"unit_type_ids": 3},
            {"purpose": "x"},
            {"area_wanted": "big"},
            {"budget": -5},
            {"partner_name": ["x"]},
        ):
            with self.subTest(vals), self.assertRaises(UserError):
                self.enter(**vals)

    def test_unknown_keys_are_ignored(self):
        """Host, client, validity and state are not for the caller to say."""
        result = self.enter(
            user_id=self.d.id,
            lead_id=self.client_b.id,
            state="closed",
            is_valid=False,
            date="2020-01-01",
            project_id=self.other_project.id,
        )
        self.assertDone(
            result,
            "ring",
            self.a,
            state="open",
            is_valid=True,
            date=MORNING,
            project_id=self.project.id,
        )
        self.assertNotEqual(self.entry(result).lead_id, self.client_b)

    def test_rep_enters_his_own(self):
        """A rep enters on his turn, or his own client; nothing for a colleague."""
        self.assertNot(self.enter(self.b), "It is the turn of a")
        self.assertDone(self.enter(self.a), "ring", self.a)
        self.assertDone(self.enter(self.b, phone=PHONE), "owner", self.b)
        owned = {"status": "owned", "days": 32}
        result = self.enter(self.a, phone=PHONE)
        self.assertEqual(
            result,
            {
                "status": "refused",
                "answer": dict.fromkeys(KEYS, False) | owned,
            },
        )
        self.assertNot(
            self.enter(self.c, introduced_by_phone=PHONE, phone="13712345678"),
            "whom you see",
        )
        self.assertDone(
            self.enter(self.c, invalid_reason="agent"),
            "invalid",
            self.c,
            kind="visit_first",
        )
        self.assertEqual(self.turns(), "a")

    def test_rep_enters_on_the_turn_he_was_given(self):
        """He was sent by the desk: the turn is his, nobody else's."""
        self.visits.with_user(self.clerk).action_next()
        turn = self.env["property.roster.turn"].search([], limit=1)
        self.assertNot(self.enter(self.b, turn_id=turn.id), "received themselves")
        self.assertDone(self.enter(self.a, turn_id=turn.id), "ring", self.a)

    def test_turn_is_counted_once_and_for_its_rep(self):
        """B3: nobody links his entry to a colleague's turn, or two to one."""
        self.visits.with_user(self.clerk).action_next()
        turn = self.env["property.roster.turn"].search([], limit=1)
        values = {
            "kind": "visit_first",
            "project_id": self.project.id,
            "partner_name": "X",
            "source_id": self.source.id,
            "turn_id": turn.id,
        }
        entries = self.env["property.interaction"]
        with self.assertRefused("not a turn for this reception"):
            entries.with_user(self.b).create(values)
        with self.assertRefused("not a turn for this reception"):
            entries.with_user(self.a).create(values | {"kind": "call_in"})

    def test_missing_columns_are_named(self):
        """B5: what the closing will ask for is said at once, and beside the entry."""
        missing = self.enter(district="Wuhou", area_wanted=90)["missing"]
        self.assertEqual(missing, "Budget, Concerns, Purpose, Horizon")
        [entry] = self.desk().live(self.project.id)["entries"]
        self.assertEqual(entry["missing"], missing)
        self.assertFalse(self.enter(invalid_reason="agent")["missing"])

    def test_identity_is_on_record(self):
        """B11: how it was verified, by whom, when."""
        result = self.enter(identity_check="id_shown")
        self.assertRecordValues(
            self.entry(result),
            [{"identity_user_id": self.clerk.id, "identity_date": MORNING}],
        )

    def test_call_asks_for_promptness_and_visit(self):
        """G18: the hour agreed upon is the project's; nonsense is refused in words."""
        values = {"ring": "call", "phone": "13900000077", "answered_in_time": "yes"}
        result = self.enter(**values, visit_date="2026-03-11T15:30")
        self.assertRecordValues(
            self.entry(result),
            [
                {
                    "answered_in_time": "yes",
                    "visit_date": datetime(2026, 3, 11, 7, 30),
                }
            ],
        )
        for nonsense in ("tomorrow", 7, ["2026"]):
            with self.assertRefused("Visit Agreed For is not valid"):
                self.enter(**values, visit_date=nonsense)

    def test_ruling(self):
        """C6: from the desk, for oneself or for who claims."""
        result = self.desk(self.a).ask_ruling(self.project.id, PHONE)
        self.assertEqual(result["status"], "done", result)
        ruling = self.env["property.collision"].browse(result["action"]["res_id"])
        self.assertEqual((ruling.lead_id, ruling.claimant_id), (self.client_b, self.a))
        result = self.desk().ask_ruling(self.project.id, PHONE, self.c.id)
        ruling = ruling.browse(result["action"]["res_id"])
        self.assertEqual(ruling.claimant_id, self.c)


@tagged("post_install", "-at_install")
class TestDeskScreen(DeskCommon):
    """B12, J1: what the screen shows, and to whom."""

    def test_settings_of_the_project(self):
        """B12: opening hours and standard wording are the project's."""
        self.project.write(
            {"opening_hours": "8–20", "call_greeting": "Hi", "call_closing": "Bye"}
        )
        data = self.desk().screen(self.project.id)
        self.assertEqual(
            data["project"],
            {
                "id": self.project.id,
                "name": "Test Garden",
                "opening_hours": "8–20",
                "call_greeting": "Hi",
                "call_closing": "Bye",
            },
        )
        self.assertEqual(
            [one["id"] for one in data["choices"]["unit_type_ids"]],
            (self.type_two | self.type_three).ids,
        )

    def test_project_that_is_not_his(self):
        """A remembered project that was taken from the user is not insisted on."""
        data = self.desk(self.a).screen(self.other_project.id)
        self.assertEqual(data["project"]["id"], self.project.id)
        self.a.property_project_ids = False
        self.assertEqual(self.desk(self.a).screen(), {"projects": []})

    def test_duty_list(self):
        """B12: who is on duty today, or everybody."""
        self.assertIsNone(self.desk().live(self.project.id)["duty"])
        self.env["property.duty"].create(
            {
                "project_id": self.project.id,
                "date": self.project.local_day(),
                "user_ids": (self.a | self.c).ids,
            }
        )
        live = self.desk().live(self.project.id)
        self.assertEqual(live["duty"], ["a", "c"])
        self.assertEqual(
            [(one["name"], one["status"]) for one in live["rings"][1]["queue"]],
            [("a", "next"), ("b", "off_duty"), ("c", "waiting"), ("d", "off_duty")],
        )

    def test_back_is_offered_to_whom_it_concerns(self):
        """H5: the desk and the rep himself mark who is back."""
        absence = self.leave(self.b, "lunch")
        for user, offered in ((self.clerk, True), (self.b, True), (self.a, False)):
            queue = self.desk(user).live(self.project.id)["rings"][0]["queue"]
            place = next(one for one in queue if one["user_id"] == self.b.id)
            with self.subTest(user=user.login):
                self.assertEqual(place["status"], "away")
                self.assertEqual(place["absence_id"], offered and absence.id)

    def test_entries_of_today(self):
        """J1: everybody sees the counts, each only the entries that he may read."""
        with freeze_time(MORNING - timedelta(hours=10, minutes=1)):  # 23:59
            self.enter(ring="call", phone="13912340000")
        with freeze_time(MORNING - timedelta(hours=10)):  # midnight
            self.enter(phone="13912340001")  # a
        self.enter(phone="13912340002")  # b
        self.enter(ring="call", invalid_reason="wrong")
        counts = {"calls": 0, "visits": 2, "invalid": 1}
        for user, times in (
            (self.clerk, ["10:00", "10:00", "00:00"]),
            (self.a, ["00:00"]),
            (self.b, ["10:00"]),
            (self.c, []),
        ):
            live = self.desk(user).live(self.project.id)
            with self.subTest(user=user.login):
                self.assertEqual(live["counts"], counts)
                self.assertEqual([one["time"] for one in live["entries"]], times)

    def test_rights(self):
        """Next and pass are the desk's, suspension a supervisor's."""
        for user, may in (
            (self.a, {"turn": False, "suspend": False}),
            (self.clerk, {"turn": True, "suspend": False}),
            (self.supervisor_a, {"turn": True, "suspend": True}),
            (self.manager, {"turn": True, "suspend": True}),
        ):
            self.assertEqual(self.desk(user).screen(self.project.id)["may"], may)
        with self.assertRaises(AccessError):
            self.visits.with_user(self.a).action_next()


@tagged("post_install", "-at_install")
class TestDeskRpc(PropertyCommon, HttpCase):
    def test_inner_methods_are_not_remote(self):
        """J1: the unfiltered facts are out of a caller's reach."""
        self.authenticate("rep_a", "rep_axxx")
        for method in ("_ask", "_answer", "_receive", "_attempt"):
            answer = self.url_open(
                f"/web/dataset/call_kw/property.desk/{method}",
                json={
                    "params": {
                        "model": "property.desk",
                        "method": method,
                        "args": [self.project.id, PHONE],
                        "kwargs": {},
                    }
                },
            ).json()
            self.assertIn("error", answer, method)
