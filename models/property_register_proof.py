from collections import Counter

from odoo import api, models
from odoo.tools import SQL

from .property_interaction_chain import GENESIS

BATCH = 2000  # rows in memory at a time, however large the register


class PropertyProject(models.Model):
    """Proof that a project's register is what was closed day by day (B9)."""

    _inherit = "property.project"  # pylint: disable=consider-merging-classes-inherited

    @api.private
    def _closed_until(self):
        """The end of the last closed day (naive UTC); False when none is closed."""
        last = self.env["property.day"]._last_closed(self)
        return last and self.day_bounds(last.date)[1]

    def verify_register(self):
        """Compute the project's chain of closed entries anew, from the first.

        :return: dict: `entries` (how many were proved), `chain_value` (of the last of
            them), `problem` (False when the register is intact, else 'missing',
            'changed', 'personal', 'added' or 'day'), `number`, `id` and `date` of the
            first broken entry, and `message`, which says it in words
        :raise AccessError: for anyone but a supervisor, manager or HQ
        """
        self.ensure_one()
        self.env["property.day"]._check_role("supervisor", "manager", "hq")
        self.check_access("read")
        proof = {"entries": 0, "chain_value": GENESIS, "problem": False}
        proof |= {"number": False, "id": False, "date": False}
        project = self.sudo()
        for day in project._closed_days():
            if project._prove_day(day, proof):
                break
        else:
            project._prove_end(proof)
        return proof | {"message": self._proof_message(proof)}

    def _closed_days(self):
        return self.env["property.day"].search(
            [("project_id", "=", self.id), ("state", "=", "closed")],
            order="closing_number",
        )

    def _prove_day(self, day, proof):
        """Add what was closed with `day` to `proof`; returns whether it is broken."""
        counts = Counter()
        entries = self.env["property.interaction"]
        for row in self._closed_rows(proof["entries"], day.last_number):
            number = proof["entries"] + 1
            if row["chain_number"] != number:
                return self._break(proof, "missing", number)
            if problem := entries._row_problem(proof["chain_value"], row):
                return self._break(proof, problem, number, row)
            counts[row["kind"], row.get("is_valid", False)] += 1
            proof |= {"entries": number, "chain_value": row["chain_value"]}
        if proof["entries"] != day.last_number:
            return self._break(proof, "missing", proof["entries"] + 1)
        closed = (proof["chain_value"], day._counts(counts))
        if (day.chain_value, day.counts or {}) != closed:
            return self._break(proof, "day", date=day.date)
        return False

    def _closed_rows(self, after, up_to):
        """The closed rows with numbers above `after`, in their order, a batch at a
        time."""
        while rows := self.env["property.interaction"]._read_rows(
            SQL(
                "project_id = %s AND chain_number > %s AND chain_number <= %s",
                self.id,
                after,
                up_to,
            ),
            order=SQL("chain_number"),
            limit=BATCH,
        ):
            yield from rows
            after = rows[-1]["chain_number"]

    def _prove_end(self, proof):
        """Nothing is closed that no closing took in."""
        rows = self.env["property.interaction"]._read_rows(
            SQL(
                "project_id = %s AND (chain_number > %s "
                "OR state = 'closed' AND chain_number IS NULL)",
                self.id,
                proof["entries"],
            ),
            order=SQL("chain_number, id"),
            limit=1,
        )
        for row in rows:
            self._break(proof, "added", row.get("chain_number"), row)

    @staticmethod
    def _break(proof, problem, number=False, row=None, date=False):
        row = row or {"id": False, "date": date}
        proof |= {"problem": problem, "number": number}
        proof |= {"id": row["id"], "date": str(row["date"] or "")[:10] or False}
        return True

    def _proof_message(self, proof):
        entry = {
            "number": proof["number"],
            "id": proof["id"],
            "date": proof["date"],
        }
        match proof["problem"]:
            case "missing":
                return self.env._("Entry no. %(number)s is missing.", **entry)
            case "changed":
                return self.env._(
                    "Entry no. %(number)s of %(date)s (ID %(id)s), or its place in the "
                    "register, was changed after the closing.",
                    **entry,
                )
            case "personal":
                return self.env._(
                    "Name, phone, district, note or result of entry no. %(number)s of "
                    "%(date)s (ID %(id)s) was changed after the closing.",
                    **entry,
                )
            case "added":
                return self.env._(
                    "The entry of %(date)s with ID %(id)s stands among the closed "
                    "ones, but no closing took it in.",
                    **entry,
                )
            case "day":
                return self.env._(
                    "The entries up to the closing of %(date)s are not those that were "
                    "closed: its counts or its chain value differ.",
                    **entry,
                )
        return self.env._(
            "The register is intact: %(entries)s closed entries, ending in %(value)s.",
            entries=proof["entries"],
            value=proof["chain_value"],
        )
