from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from .test_roster import RosterCommon

# ruff: noqa: E501
MORNING = datetime(2026, 3, 2, 2)  # ten o'clock in Shanghai

# What happens in a ring of the reps a, b, c, d, and the rows of the ledger it makes.
#
# Steps:  next · x^ (x receives out of order) · x-busy (the desk passes x, with a reason)
#         x! (a supervisor suspends x) · x? (and lifts it) · x:lunch (x is out, approved)
#         x: (x is back) · <3 (the turn of row 3 is given back) · night
#         x/ (x leaves the ring) · x* (and comes back) · duty=xy (today's duty list)
# Rows:   x (taken) · x^ (out of order) · x+ (made up) · x-keep, x-make_up, x-lose
#         (passed) · x! (suspended) · x< (given back)
VISITS = """
round and round            | next next next next next next | a b c d a b
carries over nights        | next next night next night next next | a b c d a

busy keeps the turn        | next b-busy next next next | a b-keep c b+ d
busy for the next one too  | next b-busy next b-busy next next next | a b-keep c b-keep d b+ a
two busy at once           | a-busy b-busy next next next next | a-keep b-keep c a+ b+ d
all busy once              | a-busy b-busy c-busy d-busy next next next | a-keep b-keep c-keep d-keep a a+ b+
absent loses the turn      | next b-absent next next next next | a b-lose c d a b
errand comes after a turn  | a-errand next next next next next next | a-make_up b c d a a+ b
owed turn is passed again  | a-busy next a-busy next next next | a-keep b a-keep c a+ d
owed turn is lost          | a-busy next a-leave next next next | a-keep b a-lose c d a
made-up turn is busy       | a-errand next next next next a-busy next next next | a-make_up b c d a a-keep b a+ c

lunch is passed            | b:lunch next next b: next next | a b-keep c b+ d
lunch over two rounds      | b:lunch next next next next next b: next next next | a b-keep c d a b-keep c b+ b+ d
errand, away               | b:errand next next b: next next next next next | a b-make_up c d a b b+ c
made up when he is there   | b:errand next next b: next next next b:lunch next b: next next next | a b-make_up c d a b c b+ d a
leave over a night         | b:leave next next night next next next b: next next | a b-lose c d a b-lose c d a
out, the next one too      | b:lunch c:leave next next c: b: next next next | a b-keep c-lose d b+ a b

suspended                  | b! next next next next next | a b! c d a b
suspended and lifted       | b! b? next next next | a b c
suspended while owed       | next b-busy b! next next next next next next next | a b-keep c d a b! c b+ d a
suspended and away         | b! b:leave next next b: next next next | a b! c d a b
suspended over a night     | b! next night next next | a b! c d

an old client's friend     | c^ next next next next next | c^ a b c-lose d a b
the next one's own friend  | a^ next next | a b c
two friends                | c^ c^ next next next next next next next next | c^ c^ a b c-lose d a b c-lose d a b
friends of all             | a^ b^ c^ d^ next next | a b c d a b
friend of who is away      | b:leave b^ next next next next b: | b^ a b-lose c d a
ahead, everybody else out  | d^ a:leave b:leave c:leave next | d^ a-lose b-lose c-lose d-lose d
ahead and suspended        | b^ b! next next next next next next | b^ a b! c d a b-lose c d

a survey                   | next <1 next next | a a< a+ b
a survey later             | next next <1 next next | a b a< a+ c
given back to who is away  | next a:leave <1 next a: next next | a a< b a+ c
a made-up turn given back  | a-busy next next <3 next next | a-keep b a+ a< a+ c
a friend who was a survey  | c^ <1 next next next next | c^ c< a b c d
the same, after the pass   | c^ next next next <1 next next next | c^ a b c-lose d c< c+ a b

a rep leaves               | next next b/ next next next next | a b c d a c
the next one leaves        | next b/ next next | a c d
who leaves is owed         | a-busy next a/ next a* next next | a-keep b c a+ d
leaves and comes back      | next next b/ next b* next next next | a b c d a b
off duty today             | duty=acd next next next next | a c d a
off duty, then on          | duty=acd next next night next next next | a c d a b
off duty keeps the owed    | a-busy next duty=bcd next night next | a-keep b c a+
"""
CALLS = """
round and round            | next next next next next | a b c d a
not at the desk            | next b-absent next next next next | a b-lose c d a b
busy loses it too          | next b-busy next next next next | a b-lose c d a b
lunch loses it too         | b:lunch next next b: next next next | a b-lose c d a b
a wrong number             | next <1 next next | a a< a+ b
"""


@tagged("post_install", "-at_install")
class TestRosterStories(RosterCommon):
    def step(self, ring, step, clock):
        """One step of a story, by who takes it."""
        desk = ring.with_user(self.clerk)
        supervisor = ring.with_user(self.supervisor_a)
        rep = self.reps.get(step[0])
        line = ring.with_context(active_test=False).line_ids.filtered(
            lambda line: line.user_id == rep
        )
        match step[1:]:
            case "ext":
                expected = self.next_of(ring)
                desk.action_next()
                self.assertEqual(self.ledger(ring)[-1].user_id.mapped("name"), expected)
            case "ight":
                clock.tick(timedelta(days=1))
            case "^":
                desk._advance(rep)
            case "!":
                supervisor.action_suspend(rep.id, "No badge")
            case "?":
                supervisor.action_lift(rep.id)
            case "/" | "*" as way:
                line.with_user(self.supervisor_a).active = way == "*"
            case ":":
                self.env["property.absence"].search(
                    [("user_id", "=", rep.id), ("state", "=", "approved")]
                ).with_user(self.clerk).action_back()
            case other if other.startswith(":"):
                self.leave(rep, other[1:])
            case other if other.startswith("-"):
                desk.action_pass(rep.id, self.reason(other[1:]).id, "Saw it")
            case other if other.startswith("uty="):
                users = [self.reps[letter].id for letter in other[4:]]
                self.env["property.duty"].create(
                    {
                        "project_id": self.project.id,
                        "date": self.project.local_day(),
                        "user_ids": users,
                    }
                )
            case number:
                self.assertEqual(step[0], "<")
                self.ledger(ring)[int(number) - 1].with_user(
                    self.clerk
                ).action_give_back()

    def tell(self, ring, table):
        for story in table.strip().splitlines():
            if not story:
                continue
            title, steps, rows = (part.strip() for part in story.split("|"))
            with (
                self.subTest(ring=ring.ring, story=title),
                self.cr.savepoint() as savepoint,
                freeze_time(MORNING) as clock,
            ):
                try:
                    for step in steps.split():
                        self.step(ring, step, clock)
                    self.assertEqual(" ".join(map(self.row, self.ledger(ring))), rows)
                    self.check_open(ring)
                finally:
                    savepoint.rollback()
                    self.env.invalidate_all()

    def check_open(self, ring):
        """What the ring keeps as open is what the ledger says."""
        turns = self.ledger(ring)
        self.assertEqual(
            ring.open_turn_ids,
            turns.filtered(lambda turn: turn._is_open()) - turns.settles_id,
        )

    def test_visits(self):
        """B1, B3, B4, H5: each story of the ring of visits gives exactly its rows"""
        self.tell(self.visits, VISITS)

    def test_calls(self):
        """B2: in the ring of calls whoever is passed is not made up for"""
        self.tell(self.calls, CALLS)
