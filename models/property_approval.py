from lxml import etree

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .property_door import lock_rows


class PropertyApprovalMixin(models.AbstractModel):
    """A document that is approved along levels, none of which can be skipped (E4).

    The levels are `tier.definition` records; who approves what is data. A document is
    frozen from the request on. On the last approval its state turns `approved` and
    `_on_approved()` runs, on a refusal `refused` and `_on_refused()`, both with full
    rights: who approves may not be allowed what follows from it.

    What OCA's `tier.validation` leaves to good manners is closed here: reviews are
    written by these steps alone (`tier.review`), levels go in order whatever their
    definition says, nobody approves what he requested, and no context key opens a
    document that is being approved.
    """

    _name = "property.approval.mixin"
    _description = "Approved along levels"
    _inherit = ["property.door.mixin", "tier.validation"]
    # The steps here stand in for OCA's and call them by other names.
    # pylint: disable=super-method-mismatch

    _door_fields = ("state", "refusal_reason")

    _state_from = ["draft"]
    _state_to = ["approved"]
    _cancel_state = "refused"
    _tier_validation_manual_config = False

    _approval_roles = ()  # who may ask for the approval
    _approval_optional = False  # approved at once where no level applies

    refusal_reason = fields.Char(readonly=True, copy=False)
    can_take_back = fields.Boolean(
        compute="_compute_can_take_back", export_string_translation=False
    )

    @api.depends("state", "review_ids")
    @api.depends_context("uid")
    def _compute_can_take_back(self):
        for document in self:
            requested = document.state == "draft" and document.sudo().review_ids
            document.can_take_back = bool(requested) and document._may_take_back()

    # === Hooks ===

    def _check_request(self):
        """:raise UserError: when a document is not ready to be approved"""

    def _on_requested(self):
        """The levels have been asked."""

    def _on_approved(self):
        """The last level has approved."""

    def _on_refused(self):
        """A level has refused."""

    def _on_taken_back(self):
        """The request was withdrawn: the document is a draft again."""

    # === Steps ===

    def action_request(self):
        """Ask the levels that apply for their approval; freezes the documents.

        :raise UserError: when no level applies, or nobody of the project may approve
        """
        self._check_role(*self._approval_roles)
        self._check_draft()
        lock_rows(self)
        for document in self:
            document._check_request()
            reviews = super(PropertyApprovalMixin, document.sudo()).request_validation()
            document.sudo()._on_requested()
            if not reviews:
                document._approve_unasked()
            for review in reviews:
                if not review.reviewer_ids:
                    raise UserError(
                        self.env._(
                            "Nobody who works in %(project)s can approve at level "
                            "'%(level)s' what you request.",
                            project=document.project_id.name,
                            level=review.name,
                        )
                    )
        return True

    def request_validation(self):
        return self.action_request()

    def _approve_unasked(self):
        if not self._approval_optional:
            raise UserError(
                self.env._(
                    "No approval level covers %s: head office sets one up under "
                    "Settings, Approval Levels.",
                    self.display_name,
                )
            )
        self.sudo()._write_through({"state": "approved"})
        self.sudo()._on_approved()

    def validate_tier(self):
        """Approve at the reviewer's level; the next level is asked, or all is approved.

        :raise AccessError: for anyone but a reviewer whose turn it is
        """
        for document in self:
            reviews = document._my_reviews()
            document = document.sudo()
            super(PropertyApprovalMixin, document)._validate_tier(reviews)
            document._update_counter({"review_deleted": True})
            if document.validation_status == "validated":
                document._write_through({"state": "approved"})
                document._on_approved()
        return True

    def reject_tier(self):
        return self.action_refuse_request()

    def action_refuse_request(self, reason=None):
        """Refuse at the reviewer's level; who refused stays on record.

        :param reason: words for who requested it
        :raise AccessError: for anyone but a reviewer whose turn it is
        """
        for document in self:
            reviews = document._my_reviews()
            document = document.sudo()
            super(PropertyApprovalMixin, document)._rejected_tier(reviews)
            document._update_counter({"review_deleted": True})
            document._write_through({"state": "refused", "refusal_reason": reason})
            document._on_refused()
        return True

    def action_ask_refusal(self):
        """The dialog that asks why."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Refuse"),
            "res_model": "property.approval.refusal",
            "view_mode": "form",
            "target": "new",
            "context": {"default_model": self._name, "default_res_id": self.id},
        }

    def restart_validation(self):
        """Take the request back: by who made it, or by a manager.

        :raise AccessError: for anyone else
        """
        self._check_state("draft")
        for document in self:
            if not document._may_take_back():
                document._check_role("manager")
        lock_rows(self)
        for document in self.sudo().filtered("review_ids"):
            super(PropertyApprovalMixin, document).restart_validation()
            document._on_taken_back()
        return True

    def _may_take_back(self):
        requested_by = self.sudo().review_ids.requested_by
        user = self.env.user
        return requested_by == user or user._has_office_role("manager")

    def _approvals(self):
        """The reviews of who approved, in the order of the levels."""
        return (
            self.sudo()
            .review_ids.filtered(lambda review: review.status == "approved")
            .sorted("sequence")
        )

    def _my_reviews(self):
        """The reviews of this document that the user has to decide now."""
        self.ensure_one()
        self.check_access("read")
        self._check_state("draft")
        lock_rows(self)
        document = self.sudo()
        sequences = document._get_sequences_to_approve(self.env.user)
        reviews = document.review_ids.filtered(
            lambda review: review.sequence in sequences
        )
        if not reviews:
            raise AccessError(
                self.env._(
                    "It is not your turn to approve %(document)s. It waits for: "
                    "%(reviewers)s.",
                    document=self.display_name,
                    reviewers=", ".join(document.reviewer_ids.mapped("name")) or "—",
                )
            )
        return reviews

    def _check_draft(self):
        """:raise UserError: when a document is no draft, or is being approved"""
        self._check_state("draft")
        for document in self:
            if document.sudo().review_ids:
                raise UserError(document._pending_message())

    def _pending_message(self):
        return self.env._(
            "%s is being approved: take the request back first.", self.display_name
        )

    # === What OCA's mixin asks ===

    def _get_sequences_to_approve(self, user):
        waiting = self.sudo().review_ids.filtered(
            lambda review: review.status in ("waiting", "pending")
        )
        first = waiting.sorted("sequence")[:1]
        return first.mapped("sequence") if user in first.reviewer_ids else []

    def _validate_tier(self, tiers=False):
        """The comment dialog of OCA ends here, with any reviews a caller chose."""
        return self.validate_tier()

    def _rejected_tier(self, tiers=False):
        return self.action_refuse_request()

    def _tier_validation_check_state_on_write(self, vals):
        for document in self.sudo():
            if document._check_state_conditions(vals) and (
                document.need_validation
                or (document.review_ids and document.validation_status != "validated")
            ):
                raise UserError(
                    self.env._("%s is not approved yet.", document.display_name)
                )

    def _tier_validation_check_write_allowed(self, vals):
        """What is being approved stays as it is; the document's own steps go on."""
        for document in self.sudo():
            if (
                document.review_ids
                and document._check_tier_state_transition(vals)
                and not set(self._door_fields).issuperset(vals)
            ):
                raise UserError(document._pending_message())

    def _allow_to_remove_reviews(self, values):
        return False  # who approved or refused stays on record

    # === Views: OCA puts these into every form; ours speak of requests ===

    def _add_tier_validation_buttons(self, node, params):
        return self._approval_snippet("approval_buttons")

    def _add_tier_validation_label(self, node, params):
        return self._approval_snippet("approval_banner")

    def _add_tier_validation_reviews(self, node, params):
        return self._approval_snippet("approval_reviews")

    def _approval_snippet(self, name):
        return etree.fromstring(
            self.env["ir.qweb"]._render(f"crm_property_sales.{name}", {})
        )
