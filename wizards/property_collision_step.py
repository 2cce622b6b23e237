from odoo import api, fields, models

from ..models.property_collision import PARTIES, VERDICTS
from ..models.property_collision_clauses import CLAUSES


class PropertyCollisionStep(models.TransientModel):
    """What is said with a step of a ruling: verdict, clause and reason."""

    _name = "property.collision.step"
    _description = "Step of a Ruling"

    collision_id = fields.Many2one("property.collision", "Ruling", required=True)
    step = fields.Selection(
        [("decide", "Decide"), ("appeal", "Appeal"), ("finalize", "Finalize")],
        required=True,
    )
    verdict = fields.Selection(VERDICTS)
    clause = fields.Selection([(clause.key, clause.title) for clause in CLAUSES])
    reason = fields.Text(help="Both parties read it: name no client.")
    snatched_by = fields.Selection(PARTIES)

    @api.model
    def default_get(self, fields):
        """The verdict as it stands, or as the clauses propose it, for its judge."""
        defaults = super().default_get(fields)
        collision = self.env["property.collision"].browse(defaults.get("collision_id"))
        if collision.is_judge:
            defaults |= {
                "verdict": collision.verdict or collision.proposal,
                "clause": collision.verdict_clause or collision.proposal_clause,
                "snatched_by": collision.snatched_by,
            }
        return defaults

    def action_take(self):
        """Take the step; the ruling itself checks who may."""
        self.ensure_one()
        collision = self.collision_id
        match self.step:
            case "decide":
                collision.action_decide(
                    self.verdict, self.clause, self.reason, self.snatched_by
                )
            case "appeal":
                collision.action_appeal(self.reason)
            case "finalize":
                collision.action_finalize(
                    self.verdict, self.clause, self.reason, self.snatched_by
                )
        return {"type": "ir.actions.act_window_close"}
