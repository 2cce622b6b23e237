from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import PropertyCommon


@tagged("post_install", "-at_install")
class TestShare(PropertyCommon):
    """C13: a client shown to a second user, for a reason, until a date."""

    def share(self, client, user, date_end, author=None):
        shares = self.env["property.share"].with_user(author or self.manager)
        return shares.create(
            {
                "lead_id": client.id,
                "user_id": user.id,
                "reason": "speaks Cantonese",
                "date_end": date_end,
            }
        )

    def test_shared_until_its_last_day_is_over(self):
        """C13: the share ends at midnight of the project's day, not of UTC's."""
        client = self.make_client(self.rep_a)
        today = self.project.local_day()
        west = self.project.copy(
            {"name": "West Garden", "code": "WG", "tz": "America/Los_Angeles"}
        )
        west.user_ids = self.project.user_ids
        west_type = self.type_two.copy({"project_id": west.id})
        west_client = self.make_client(
            self.rep_a, project_id=west.id, unit_type_ids=west_type.ids
        )
        share = self.share(client, self.rep_b, today)
        west_share = self.share(west_client, self.rep_b, today)
        seen = client.with_user(self.rep_b)
        midnight = self.project.utc_moment(today + timedelta(days=1))
        for minutes, shared, west_shared in (
            (-30, True, True),
            (30, False, True),
            (60 * 14, False, True),
            (60 * 17, False, False),
        ):
            with (
                self.subTest(minutes=minutes),
                freeze_time(midnight + timedelta(minutes=minutes)),
            ):
                self.run_cron("ir_cron_end_shares")
                self.assertEqual(share.active, shared)
                self.assertEqual(seen.has_access("read"), shared)
                self.assertEqual(west_share.active, west_shared)

    def test_share_shows_the_client_only(self):
        """C13: shared is this client with his history, not the rep's others."""
        client, other = (self.make_client(self.rep_a) for _ in range(2))
        self.assertFalse(client.with_user(self.rep_b).has_access("read"))
        share = self.share(client, self.rep_b, "2099-12-31")
        self.assertTrue(client.with_user(self.rep_b).has_access("read"))
        self.assertFalse(other.with_user(self.rep_b).has_access("read"))
        self.assertEqual(client.user_id, self.rep_a, "the owner stays")
        self.assertEqual(share.approved_by, self.manager)
        share.unlink()
        self.assertFalse(client.with_user(self.rep_b).has_access("read"))

    def test_shared_within_the_project(self):
        """C13: with who does not work in the project no client is shared."""
        client = self.make_client(self.rep_a)
        with self.assertRefused("rep_c does not work in Test Garden"):
            self.share(client, self.rep_c, "2099-12-31")

    def test_only_a_manager_shares(self):
        """C13, J4: sharing is the manager's."""
        client = self.make_client(self.rep_a)
        for role, user in self.actors.items():
            with self.subTest(role=role):
                if role == "manager":
                    self.share(client, self.rep_b, "2099-12-31", user)
                else:
                    with self.assertRaises(AccessError):
                        self.share(client, self.rep_b, "2099-12-31", user)

    def test_not_shared_into_the_past(self):
        """C13: a share ends today or later, by the project's day; what has ended is
        not revived."""
        client = self.make_client(self.rep_a)
        today = self.project.local_day()
        with self.assertRefused("is over"):
            self.share(client, self.rep_b, today - timedelta(days=1))
        share = self.share(client, self.rep_b, today)
        with self.assertRefused("is over"):
            share.date_end = today - timedelta(days=1)
        midnight = self.project.utc_moment(today + timedelta(days=1))
        with freeze_time(midnight + timedelta(minutes=30)):
            self.run_cron("ir_cron_end_shares")
            with self.assertRefused("is over"):
                share.active = True
            share.write({"active": True, "date_end": today + timedelta(days=1)})

    def test_approver_is_who_shares(self):
        """C13, J4: nobody shares in another's name."""
        client = self.make_client(self.rep_a)
        vals = {
            "lead_id": client.id,
            "user_id": self.rep_b.id,
            "reason": "x",
            "date_end": "2099-12-31",
        }
        shares = self.env["property.share"].with_user(self.manager)
        with self.assertRefused("not written directly"):
            shares.create(vals | {"approved_by": self.hq.id})
        share = shares.with_context(default_approved_by=self.hq.id).create(vals)
        self.assertEqual(share.approved_by, self.manager)
        with self.assertRefused("not written directly"):
            share.approved_by = self.hq
