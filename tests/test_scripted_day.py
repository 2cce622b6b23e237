from datetime import timedelta

from freezegun import freeze_time

from odoo.tests import new_test_user, tagged

from .common import MODULE, UTC8
from .test_desk import MORNING, DeskCommon

# One day of an office, written by hand from the regulations (B1-B10, C2-C5): what
# happens at desk 1 or 2, who receives, which turns that adds to its ring, whose client
# it is then. Numbers are the last four digits. Turns: a taken, a+ made up, a- passed,
# a! suspended, a< given back, a^ ahead of his turn.
#
# Before it began: 0001 and his wife 0002 are b's, 0010 is c's, 0020 was c's and lapsed.
DAY = """
desk  what                           host  turns  owner
1     call 0101                      a     a      -
1     visit 0201                     a     a      a
2     call 0102                      b     b      -
2     visit 0202                     b     b      b
1     visit survey                   -     -      -
1     call survey                    -     -      -
2     visit 0001                     b     -      b
1     visit 0002                     b     -      b
1     out d errand                   -     -      -
2     visit 0203                     c     c      c
1     visit 0204                     a     d-,a   a
1     call 0103                      c     c      -
2     call 0104                      a     d-,a   -
2     call 0001                      b     -      b
1     call 0002                      b     -      b
1     back d                         -     -      -
1     visit 0205                     b     b      b
2     call 0105                      b     b      -
-     suspend a visit                -     -      -
2     visit 0206                     c     c      c
1     visit 0207                     d     d      d
1     visit 0208                     d     d+     d
2     visit 0209                     b     a!,b   b
1     call 0106                      c     c      -
1     call 0107                      d     d      -
1     visit 0101                     a     -      a
2     visit 0105                     b     -      b
1     pass c visit busy              -     c-     -
2     visit 0210                     d     d      d
1     visit 0211                     c     c+     c
1     visit 0212                     a     a      a
1     visit agent                    -     -      -
2     visit 0213 brought_by 0010     c     c^     c
1     visit 0214                     b     b      b
1     visit 0215                     d     c-,d   d
2     visit 0020                     a     a      a
2     call 0108                      a     a      -
1     call 0101                      a     -      a
1     call wrong                     -     -      -
1     pass b call absent             -     b-     -
2     call 0109                      c     c      -
2     visit 0201                     a     -      a
1     pass b visit absent            -     b-     -
2     refused b visit absent         -     -      -
1     next visit                     -     c      -
2     next visit                     -     d      -
2     visit 0216 turn_of d           d     -      d
1     visit survey turn_of c         -     c<     -
1     visit 0217                     c     c+     c
2     visit 0218                     a     a      a
1     visit 0106                     c     -      c
1     out b lunch                    -     -      -
1     alone 0202                     -     -      b
2     visit 0202 helped_by a         b     -      b
1     back b                         -     -      -
2     visit 0219                     b     b      b
1     call 0110                      d     d      -
2     call 0111                      a     a      -
1     call 0112                      b     b      -
1     call 0113                      c     c      -
2     call 0114                      d     d      -
1     call 0115                      a     a      -
"""
SIGNS = {"taken": "", "make_up": "+", "skipped": "-", "suspended": "!", "returned": "<"}


@tagged("post_install", "-at_install")
class TestScriptedDay(DeskCommon):
    """Must-show 1: twenty calls and thirty visits give exactly these turns and
    owners."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_client(cls.c, phone=cls.number("0010"))
        with freeze_time(MORNING - timedelta(days=40)):
            cls.make_client(cls.c, phone=cls.number("0020"))
        cls.clerk_2 = new_test_user(
            cls.env, "clerk_2", groups=f"{MODULE}.group_clerk", tz=UTC8
        )
        cls.project.user_ids |= cls.clerk_2

    @staticmethod
    def number(tail):
        return f"1390000{tail}"

    def ring(self, ring):
        return self.visits if ring == "visit" else self.calls

    def ledger(self):
        return self.env["property.roster.turn"].search(
            [("project_id", "=", self.project.id)], order="id"
        )

    # === What happens ===

    def play(self, user, what):
        """:return: who received, - when nobody did"""
        step, *rest = what.split()
        result = getattr(self, f"play_{step}")(user, *rest)
        if not result:
            return "-"
        self.assertEqual(result["status"], "done", result)
        entry = self.entry(result)
        return entry.user_id.name if entry.is_valid else "-"

    def play_call(self, user, who):
        return self.receive(user, "call", who)

    def play_visit(self, user, who, how=None, what=None):
        extra = {}
        if how == "brought_by":
            extra["introduced_by_phone"] = self.number(what)
        elif how == "helped_by":
            extra["helper_id"] = self.reps[what].id
        elif how == "turn_of":
            extra["turn_id"] = (
                self.ledger().filtered(lambda turn: turn.user_id.name == what)[-1].id
            )
        return self.receive(user, "visit", who, **extra)

    def receive(self, user, ring, who, **extra):
        if who == "survey":
            extra |= {"invalid_reason": "survey", "surveyor": "Rival", "phone": False}
        elif not who.isdigit():
            extra |= {"invalid_reason": who, "phone": False}
        else:
            extra["phone"] = self.number(who)
        return self.enter(user, ring=ring, **extra)

    def play_out(self, _user, rep, reason):
        absence = self.env["property.absence"].with_user(self.reps[rep])
        absence = absence.create(
            {"project_id": self.project.id, "reason_id": self.reason(reason).id}
        )
        absence.with_user(self.supervisor_a).sudo().action_approve()

    def play_back(self, user, rep):
        absence = self.env["property.absence"].search(
            [("user_id", "=", self.reps[rep].id), ("state", "=", "approved")]
        )
        absence.with_user(user).action_back()

    def play_suspend(self, _user, rep, ring):
        ring = self.ring(ring).with_user(self.supervisor_a)
        ring.action_suspend(self.reps[rep].id, "no tie")

    def play_pass(self, user, rep, ring, reason):
        ring = self.ring(ring).with_user(user)
        ring.action_pass(self.reps[rep].id, self.reason(reason).id)

    def play_refused(self, user, rep, ring, reason):
        with self.assertRefused("no longer the next"):
            self.play_pass(user, rep, ring, reason)

    def play_next(self, user, ring):
        self.ring(ring).with_user(user).action_next()

    def play_alone(self, user, who):
        """The owner is out and nobody helps: the desk is asked to choose."""
        self.assertNot(
            self.enter(user, phone=self.number(who)), "is not here: choose who helps"
        )

    # === The table ===

    def test_the_day(self):
        desks = {"1": self.clerk, "2": self.clerk_2, "-": self.supervisor_a}
        calls = visits = 0
        for place, line in enumerate(DAY.strip().splitlines()[1:]):
            desk, *what, host, turns, owner = line.split()
            what = " ".join(what)
            before = self.ledger()
            with (
                self.subTest(line=line),
                freeze_time(MORNING + timedelta(minutes=6 * place)),
            ):
                self.assertEqual(self.play(desks[desk], what), host)
                rows = ",".join(
                    turn.user_id.name
                    + SIGNS[turn.kind]
                    + "^" * (turn.is_ahead and turn.kind == "taken")
                    for turn in self.ledger() - before
                )
                self.assertEqual(rows or "-", turns)
                self.assertEqual(self.owner(what), owner)
            calls += what.startswith("call")
            visits += what.startswith("visit")
        self.assertEqual((calls, visits), (20, 30))
        self.assert_register()

    def owner(self, what):
        tail = next((word for word in what.split() if word.isdigit()), None)
        client = self.env["crm.lead"]._find_client(
            self.project, tail and self.number(tail)
        )
        return client.user_id.name or "-"

    def assert_register(self):
        """Every reception stands in the register, each turn in one entry."""
        entries = self.env["property.interaction"].search(
            [("project_id", "=", self.project.id)]
        )
        kinds = dict(
            entries._read_group([("id", "in", entries.ids)], ["kind"], ["__count"])
        )
        self.assertEqual(
            kinds,
            {"call_in": 20, "visit_first": 23, "visit_called": 3, "visit_return": 4},
        )
        self.assertEqual(len(entries.filtered(lambda entry: not entry.is_valid)), 5)
        helped = entries.filtered("helper_ids")
        self.assertEqual(
            (helped.user_id.name, helped.helper_ids.name, helped.kind),
            ("b", "a", "visit_return"),
        )
        receptions = self.ledger().filtered(
            lambda turn: turn.kind in ("taken", "make_up")
        )
        given_back = (
            receptions
            & self.ledger().filtered(lambda turn: turn.kind == "returned").settles_id
        )
        self.assertEqual(len(given_back), 1)
        self.assertEqual(entries.turn_id, receptions - given_back)
        valid = entries.filtered("turn_id")
        self.assertEqual(len(valid), len(valid.turn_id), "a turn has one entry")
