import threading
from contextlib import closing
from functools import partial
from random import uniform
from time import sleep
from types import SimpleNamespace
from unittest.mock import patch

import psycopg2

from odoo import api, sql_db
from odoo.exceptions import UserError
from odoo.service import model as service
from odoo.tests import new_test_user, tagged

from .common import MODULE
from .race import CommittedCase

DESKS, PRESSES = 50, 20


@tagged("post_install", "-at_install")
class TestRosterRace(CommittedCase):
    """B1: however many desks press 'next' at once, the ring goes round rep by rep.

    Threads on committed data, each press a request of its own as the server runs it;
    what was committed is deleted at the end.
    """

    def setUp(self):
        super().setUp()
        self.addCleanup(self.delete_office)
        # A desk needs a second connection while it tells the others of what it did; a
        # server with so many threads is given as many.
        self.patch(sql_db._Pool, "_maxconn", 2 * DESKS + 20)
        self.project = self.env["property.project"].create({"name": "R", "code": "R"})
        self.users = self.env["res.users"].union(
            *(
                new_test_user(self.env, f"race{number}", f"{MODULE}.group_{role}")
                for number, role in enumerate(["rep"] * 3 + ["clerk"])
            )
        )
        self.project.user_ids = self.users
        self.clerk = self.users[-1]
        self.ring = self.env["property.roster"]._ring(self.project, "visit")
        self.reps = self.ring.line_ids.user_id
        self.commit()

    def press(self, step):
        """One request of the clerk, pressed again when the server gives up."""
        while True:
            with closing(sql_db.db_connect(self.database).cursor()) as cr:
                env = api.Environment(cr, self.clerk.id, {})
                ring = env["property.roster"].browse(self.ring.id)
                try:
                    return service.retrying(partial(step, ring), env)
                except psycopg2.OperationalError:
                    continue

    def compete(self, desks, work):
        """Run `work(desk)` in a thread for each of `desks`; what it raises fails."""
        errors = []
        barrier = threading.Barrier(len(desks))

        def run(desk):
            try:
                barrier.wait(30)
                work(desk)
            except Exception as error:
                errors.append(error)

        threads = [threading.Thread(target=run, args=(desk,)) for desk in desks]
        # Who lost waits less than on the server, where he would for up to two seconds.
        pause = SimpleNamespace(sleep=lambda seconds: sleep(uniform(0, 0.3)))
        with patch.object(service, "time", pause):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.assertFalse(errors)
        self.reread()
        return self.env["property.roster.turn"].search(
            [("roster_id", "=", self.ring.id)], order="number"
        )

    def test_fifty_desks(self):
        """Must show 4: 50 threads press 20 times: 1,000 turns, none double, in order"""

        def work(_desk):
            for _press in range(PRESSES):
                self.press(lambda ring: ring.action_next())

        turns = self.compete(range(DESKS), work)
        count = DESKS * PRESSES
        self.assertEqual(turns.mapped("number"), list(range(1, count + 1)))
        self.assertEqual(set(turns.mapped("kind")), {"taken"})
        self.assertEqual(
            [turn.user_id for turn in turns],
            [self.reps[n % len(self.reps)] for n in range(count)],
        )

    def test_two_desks_pass_one_rep(self):
        """B3: two desks pass the same rep at one moment: one does, one is told who is
        next now; nobody is passed unseen"""
        reason = self.env.ref(f"{MODULE}.property_roster_reason_busy")
        first, second = self.reps[:2]
        told = []

        def work(_desk):
            try:
                self.press(lambda ring: ring.action_pass(first.id, reason.id))
            except UserError as error:
                told.append(str(error))

        turns = self.compete(range(2), work)
        self.assertEqual([(t.user_id, t.kind) for t in turns], [(first, "skipped")])
        self.assertEqual(len(told), 1)
        self.assertIn(f"it is {second.name} now", told[0])
