from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo import fields
from odoo.exceptions import RedirectWarning, UserError
from odoo.tests import tagged

from .test_ownership import OwnershipCommon

START = date(2026, 1, 1)
STEPS = st.lists(
    st.tuples(
        st.integers(0, 25),  # days since the step before
        st.sampled_from(
            [
                "visit",
                "follow",
                "lapse",
                "claim",
                "hand over",
                "sell",
                "correct",
                "wrong",
                "slip",
                "withdraw",
            ]
        ),
        st.integers(0, 1),  # which rep
    ),
    min_size=1,
    max_size=14,
)


@dataclass
class Reference:
    """Whose client it is, told as plainly as the regulation tells it."""

    owner: object = None
    base: date = None  # by visits and follow-ups
    slip_ends: list = field(default_factory=list)
    sold: bool = False
    former: object = None  # whose he was until `freed`
    freed: date = None
    history: list = field(default_factory=list)

    @property
    def until(self):
        """E1: at least as long as his slip runs."""
        return max(self.base, *self.slip_ends, self.base)

    def today(self, day):
        if self.owner is not None and not self.sold and day > self.until:
            self.former, self.freed = self.owner, self.until + timedelta(days=1)
            self.owner = None

    def can_slip(self, day):
        runs = self.slip_ends[-1:] == [day + timedelta(days=1)]
        return self.owner is not None and not self.sold and not runs

    def step(self, day, what, rep):
        """:return: is the step allowed?"""
        self.today(day)
        month = day + relativedelta(months=1)
        if what == "visit":
            if self.sold and self.owner != rep or self.owner not in (None, rep):
                return False
            self.owner, self.base = rep, month
        elif what == "follow" and self.owner == rep:
            self.base = max(self.base, month)
        elif what == "slip" and self.can_slip(day):
            self.slip_ends.append(day + timedelta(days=1))  # 24 hours
        elif what == "withdraw" and self.slip_ends[-1:] == [day + timedelta(days=1)]:
            self.slip_ends[-1] = day
        elif what == "claim":
            waits = rep == self.former and day < self.freed + timedelta(days=7)
            if self.sold or self.owner is not None or waits:
                return False
            self.owner, self.base = rep, month
        elif what == "hand over":
            self.owner, self.base = rep, month
        elif what == "sell":
            self.sold = self.sold or self.owner is not None
        return True


@tagged("post_install", "-at_install")
class TestOwnershipModel(OwnershipCommon):
    """C2, C3: for any story the owner read off the ledger is the one a plain model of
    the regulation names, today and at every past moment; the ledger only grows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project.policy().squat_attempts = 0

    def slip(self, client):
        return self.env["property.deposit"].search(
            [("lead_id", "=", client.id), ("state", "=", "slip")]
        )

    def end_slips(self):
        """As the job does, however late."""
        over = self.env["property.deposit"].search(
            [("state", "=", "slip"), ("slip_expires", "<=", fields.Datetime.now())]
        )
        over.action_lapse()

    def play(self, step, rep):
        client = self.env["crm.lead"]._find_client(self.project, "13800000001")
        match step:
            case "visit":
                self.enter(
                    rep, "visit_first", unit_type_ids=self.type_two.ids
                )._register_client()
            case "follow" if client:
                self.enter(self.clerk, "followup_call", client, user_id=rep.id)
            case "wrong" if client:
                self.enter(
                    self.clerk,
                    "followup_call",
                    client,
                    user_id=rep.id,
                    is_valid=False,
                    invalid_reason="other",
                )
            case "correct" if client:
                # A follow-up that turns out never to have been made.
                entry = self.enter(self.clerk, "followup_call", client, user_id=rep.id)
                self.close_entries(entry)
                self.enter(
                    self.clerk,
                    "followup_call",
                    client,
                    user_id=rep.id,
                    corrects_id=entry.id,
                    is_valid=False,
                    invalid_reason="other",
                )
            case "slip" if client:
                client._lapse()
                self.end_slips()
                if client.user_id and not client.is_sold and not self.slip(client):
                    self.open_slip(client, self.unit)
            case "withdraw" if client:
                client._lapse()
                self.end_slips()
                if slip := self.slip(client):
                    slip.action_cancel()
            case "claim" if client:
                client._lapse()
                client.with_user(rep)._claim()
            case "hand over" if client:
                client._lapse()
                client._transfer(rep, "handover")
            case "sell" if client:
                client._lapse()
                if client.user_id:
                    client._transfer(client.user_id, "sold")
            case "lapse":
                client._lapse()

    @given(STEPS)
    @settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        derandomize=True,
    )
    def test_owner_as_the_regulation_says(self, steps):
        reps = (self.rep_a, self.rep_b)
        savepoint = self.cr.savepoint()
        try:
            self.tell(steps, reps)
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all()

    def tell(self, steps, reps):
        model, day, rows = Reference(), START, []
        known = False
        for number, (days, what, index) in enumerate(steps):
            day += timedelta(days=days)
            rep = reps[index]
            if what != "visit" and not known:
                continue
            moment = datetime(day.year, day.month, day.day, 4) + timedelta(
                minutes=number
            )
            with freeze_time(moment):
                allowed = model.step(day, what, rep)
                if allowed:
                    self.play(what, rep)
                    known = True
                else:
                    refusal = RedirectWarning if what == "visit" else UserError
                    with self.assertRaises(refusal), self.cr.savepoint():
                        self.play(what, rep)
                    self.env.invalidate_all()
                client = self.env["crm.lead"]._find_client(self.project, "13800000001")
                self.assertEqual(
                    client.owner_at(moment), model.owner or self.env["res.users"]
                )
                if model.owner and not model.sold:
                    self.assertEqual(client.owned_until, model.until)
                model.history.append((moment, model.owner))
            ledger = client.ownership_ids.sorted("id")
            facts = ledger.read(["date", "user_id", "basis"])
            self.assertEqual(facts[: len(rows)], rows, "the ledger was changed")
            rows = facts
        for moment, owner in model.history:
            self.assertEqual(client.owner_at(moment), owner or self.env["res.users"])
