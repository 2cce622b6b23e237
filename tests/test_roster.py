from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import MODULE, UTC8, PropertyCommon

ROWS = {
    "taken": "",
    "make_up": "+",
    "skipped": "-{effect}",
    "suspended": "!",
    "returned": "<",
}


class RosterCommon(PropertyCommon):
    """Both rings of the project, with the reps a, b, c and d."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.more = [
            new_test_user(cls.env, f"rep_{letter}2", f"{MODULE}.group_rep", tz=UTC8)
            for letter in "cd"
        ]
        cls.reps = dict(zip("abcd", [cls.rep_a, cls.rep_b, *cls.more], strict=True))
        cls.project.user_ids |= cls.env["res.users"].union(*cls.more)
        cls.visits, cls.calls = (
            cls.env["property.roster"]._ring(cls.project, ring)
            for ring in ("visit", "call")
        )
        for user in cls.visits.line_ids.user_id:
            user.name = next(x for x, rep in cls.reps.items() if rep == user)

    @classmethod
    def reason(cls, name):
        return cls.env.ref(f"{MODULE}.property_roster_reason_{name}")

    @classmethod
    def leave(cls, user, reason, **vals):
        """An approved absence."""
        absence = cls.env["property.absence"].create(
            {
                "project_id": cls.project.id,
                "user_id": user.id,
                "reason_id": cls.reason(reason).id,
            }
            | vals
        )
        absence.with_user(cls.manager).action_approve()
        return absence

    @staticmethod
    def row(turn):
        sign = "^" if turn.kind == "taken" and turn.is_ahead else ROWS[turn.kind]
        return turn.user_id.name + sign.format(effect=turn.effect)

    def ledger(self, ring):
        turns = self.env["property.roster.turn"].search(
            [("roster_id", "=", ring.id)], order="number"
        )
        self.assertEqual(turns.mapped("number"), list(range(1, len(turns) + 1)))
        return turns

    def next_of(self, ring):
        """Whom the queue calls next; it must be one or nobody."""
        ring.invalidate_recordset()
        users = [place["name"] for place in ring._queue() if place["status"] == "next"]
        self.assertEqual(ring.next_user_id.mapped("name"), users)
        return users


@tagged("post_install", "-at_install")
class TestRoster(RosterCommon):
    def test_queue(self):
        """The desk sees everyone in order, with what he is and what he is owed"""
        self.visits._advance()  # a
        self.visits._advance(self.reps["b"], self.reason("busy"), kind="skipped")
        self.visits._advance()  # c
        self.visits._advance(self.reps["c"])
        self.leave(self.reps["a"], "lunch")
        self.visits.action_suspend(self.reps["d"].id, "No badge")
        keys = ("name", "status", "reason", "owed", "ahead")
        self.assertEqual(
            [tuple(place[key] for key in keys) for place in self.visits._queue()],
            [
                ("b", "next", "", 1, 0),
                ("d", "suspended", "No badge", 0, 0),
                ("a", "away", self.reason("lunch").name, 0, 0),
                ("c", "waiting", "", 0, 1),
            ],
        )
        self.assertEqual(
            self.visits.line_ids.sorted("user_id").mapped("status"),
            ["away", "next", "waiting", "suspended"],
        )

    def test_who_works_elsewhere_has_no_turn(self):
        """H1: who left the project, or the company, is not called, place or not"""
        self.project.user_ids -= self.reps["a"]
        self.reps["b"].active = False
        self.assertEqual(self.next_of(self.visits), ["c"])
        with self.assertRefused("a has no place in the ring"):
            self.visits._advance(self.reps["a"])

    def test_nobody_can_receive(self):
        """B3: then the desk is told why of everyone, and nothing is written"""
        for letter, reason in zip("abc", ("leave", "lunch", "errand"), strict=True):
            self.leave(self.reps[letter], reason)
        self.visits.action_suspend(self.reps["d"].id, "No badge")
        message = r"a \(Leave\), b \(Meal\), c \(.*\), d \(Turn Suspended\)"
        with self.assertRefused(message):
            self.visits.with_user(self.clerk).action_next()
        self.assertFalse(self.ledger(self.visits))
        self.assertEqual(self.next_of(self.visits), [])
        with self.assertRefused("it has no reps"):
            self.visits.line_ids.active = False
            self.visits._advance()

    def test_pass_names_whom_it_saw(self):
        """B3: two desks pass the next one: the second is told who is next by now"""
        desk = self.visits.with_user(self.clerk)
        busy = self.reason("busy").id
        desk.action_pass(self.reps["a"].id, busy)
        with self.assertRefused("a is no longer the next one, it is b now"):
            desk.action_pass(self.reps["a"].id, busy)
        with self.assertRefused("Choose the reason"):
            desk.action_pass(self.reps["b"].id, False)
        self.assertEqual(len(self.ledger(self.visits)), 1)

    def test_two_desks(self):
        """B1: desk by desk the ring goes on, each ring for itself"""
        desks = self.visits.with_user(self.clerk), self.visits.with_user(self.manager)
        for _ in range(3):
            for desk in desks:
                desk.action_next()
            self.calls.with_user(self.clerk).action_next()
        rows = [
            [self.row(turn) for turn in self.ledger(ring)]
            for ring in (desks[0], self.calls)
        ]
        self.assertEqual(rows, [list("abcdab"), list("abc")])
        self.assertEqual(self.ledger(self.visits).author_id, self.clerk | self.manager)

    def test_give_back_once(self):
        """B3: a turn is given back once, and only a reception"""
        self.visits.action_suspend(self.reps["a"].id, "No badge")
        turn = self.visits._advance().with_user(self.clerk)
        turn.action_give_back()
        with self.assertRefused("was given back already"):
            turn.action_give_back()
        for row in self.ledger(self.visits) - turn:
            with self.subTest(kind=row.kind), self.assertRefused("is no reception"):
                row._give_back()

    def test_suspension(self):
        """B4: with a reason, by a supervisor, who stands on record as who decided"""
        supervisor = self.visits.with_user(self.supervisor_a)
        with self.assertRefused("Say why"):
            supervisor.action_suspend(self.reps["a"].id, "  ")
        with self.assertRefused("no place in the ring"):
            supervisor.action_suspend(self.rep_c.id, "No badge")
        for step, words in (
            (lambda: supervisor.action_suspend(self.reps["a"].id, "Why"), "Why"),
            (lambda: supervisor.action_lift(self.reps["a"].id), "lifted"),
        ):
            step()
            message = self.visits.message_ids[0]
            self.assertIn(words, message.body)
            self.assertEqual(message.author_id, self.supervisor_a.partner_id)
        supervisor.action_suspend(self.reps["a"].id, " No badge ")
        self.visits.with_user(self.clerk).action_next()
        self.assertRecordValues(
            self.ledger(self.visits)[0],
            [
                {
                    "kind": "suspended",
                    "note": "No badge",
                    "author_id": self.supervisor_a.id,
                    "create_uid": self.clerk.id,
                }
            ],
        )
        self.assertFalse(self.visits.line_ids.suspended_by_id)
        self.assertEqual(self.next_of(self.visits), ["c"])

    def test_roles(self):
        """B4, H1: the desk and supervisors press; only these suspend; nobody writes"""
        desk, head = {"clerk", "supervisor", "manager"}, {"supervisor", "manager"}
        user, busy = self.reps["a"], self.reason("busy")
        turn = self.visits._advance()
        steps = {
            "next": (desk, lambda ring: ring.action_next()),
            "pass": (
                desk,
                lambda ring: ring.action_pass(ring.next_user_id.id, busy.id),
            ),
            "give back": (
                desk,
                lambda ring: turn.with_env(ring.env).action_give_back(),
            ),
            "suspend": (head, lambda ring: ring.action_suspend(user.id, "Why")),
            "lift": (head, lambda ring: ring.action_lift(user.id)),
            "order": (head, lambda ring: ring.line_ids[0].write({"sequence": 9})),
        }
        for role, actor in self.actors.items():
            for name, (roles, step) in steps.items():
                with (
                    self.subTest(role=role, step=name),
                    self.cr.savepoint() as savepoint,
                ):
                    ring = self.visits.with_user(actor)
                    if role in roles:
                        step(ring)
                    else:
                        with self.assertRaises(AccessError):
                            step(ring)
                    savepoint.rollback()
                    self.env.invalidate_all()

    @mute_logger("odoo.sql_db")
    def test_only_the_door_writes(self):
        """The ledger is never changed; what is derived from it is behind the door"""
        turn = self.visits._advance()
        admin = self.env.ref("base.user_admin")
        self.project.user_ids |= admin
        for record in (turn, turn.with_user(admin)):
            with self.assertRaises(UserError):
                record.write({"note": "Changed"})
            with self.assertRaises(UserError):
                record.unlink()
        with self.assertRaises(AccessError):
            turn.with_user(admin).copy({"number": 2})
        ring = self.visits.with_user(admin)
        for vals in (
            {"last_number": 7},
            {"open_turn_ids": [(4, turn.id)]},
            {"order": "a"},
        ):
            with self.subTest(vals=vals), self.assertRefused("is not written directly"):
                ring.write(vals)
        line = ring.line_ids[0]
        for vals in ({"suspended_by_id": admin.id}, {"suspension_note": "Why"}):
            with self.subTest(vals=vals), self.assertRefused("is not written directly"):
                line.write(vals)
        with self.assertRefused("A place stays its rep's"):
            line.write({"user_id": admin.id})

    def test_order_is_on_record(self):
        """B4: who changed the order of the reps stands in the ring's history"""
        self.env.flush_all()
        self.cr.precommit.run()  # what is tracked is what comes after the creation
        line = self.visits.line_ids[0].with_user(self.supervisor_a)
        line = line.with_context(tracking_disable=False, mail_notrack=False)
        line.sequence = 9
        line.env.flush_all()
        self.cr.precommit.run()
        message = self.visits.message_ids[0]
        self.assertEqual(message.author_id, self.supervisor_a.partner_id)
        self.assertEqual(
            message.sudo().tracking_value_ids.new_value_char, "b → c → d → a"
        )

    def test_places(self):
        """B1: one ring of a kind, one place of a rep, and he works in the project"""
        place = {"roster_id": self.calls.id, "user_id": self.reps["a"].id}
        for model, vals in (
            ("roster", {"project_id": self.project.id, "ring": "call"}),
            ("roster.line", place),
        ):
            with (
                self.subTest(model=model),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.cr.savepoint(),
            ):
                self.env[f"property.{model}"].create(vals)
        with self.assertRaisesRegex(ValidationError, "does not work in Test Garden"):
            self.env["property.roster.line"].create(
                {"roster_id": self.calls.id, "user_id": self.rep_c.id}
            )

    def test_ring_is_made_once(self):
        """B1: a new ring begins with the project's reps, not with who leads them"""
        ring = self.env["property.roster"].with_user(self.clerk)._ring
        self.assertEqual(ring(self.project, "visit"), self.visits)
        other = self.env["property.roster"]._ring(self.other_project, "call")
        self.assertEqual(other.line_ids.user_id, self.rep_c)
        self.assertEqual(other.ring, "call")

    def test_ledger_names_no_client(self):
        """J1: everyone reads the turns, so what hangs on them follows the register"""
        turn = self.visits._advance()
        entry = self.env["property.interaction"].create(
            {
                "kind": "visit_first",
                "project_id": self.project.id,
                "partner_name": "Ms Secret",
                "source_id": self.source.id,
                "user_id": self.reps["a"].id,
                "turn_id": turn.id,
            }
        )
        self.env.invalidate_all()
        self.assertEqual(turn.with_user(self.reps["a"]).interaction_ids, entry)
        spec = {"interaction_ids": {"fields": {"display_name": {}}}, "display_name": {}}
        self.env.invalidate_all()
        seen = turn.with_user(self.reps["b"]).web_read(spec)
        self.assertEqual(seen[0]["interaction_ids"], [])
        self.assertNotIn("Secret", str(turn.with_user(self.reps["b"]).read()))

    def test_queries(self):
        """Next takes as many queries on a long ledger as on a short one"""
        for letter, reason in (("a", "busy"), ("b", "errand")):
            self.visits._advance(self.reps[letter], self.reason(reason), kind="skipped")
        self.env.flush_all()

        def measure():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.visits._queue()
            return self.cr.sql_log_count - before

        short = measure()
        self.cr.execute(
            """INSERT INTO property_roster_turn
                    (roster_id, project_id, ring, number, user_id, kind, author_id,
                     date)
               SELECT roster_id, project_id, ring, number + n, user_id, 'taken',
                      author_id, date
                 FROM property_roster_turn, generate_series(1, 5000) n
                WHERE roster_id = %s AND number = 2""",
            [self.visits.id],
        )
        self.assertEqual(measure(), short)
        self.assertLessEqual(short, 14)
