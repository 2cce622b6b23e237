from odoo import api, models
from odoo.exceptions import AccessError


class TierReview(models.Model):
    """Reviews of the office's documents are written by the documents' steps alone.

    OCA lets every employee write any review: whoever can call the server could
    approve his own discount (E4).
    """

    _inherit = "tier.review"

    def _is_of_office(self, model):
        """Whether reviews of `model` are those of `property.approval.mixin`"""
        mixin = self.env.registry["property.approval.mixin"]
        return model in self.env and isinstance(self.env[model], mixin)

    def _check_door(self, models_):
        if not self.env.su and any(self._is_of_office(model) for model in models_):
            raise AccessError(
                self.env._("Approvals are given and refused on the document itself.")
            )

    @api.model_create_multi
    def create(self, vals_list):
        self._check_door(vals.get("model") for vals in vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._check_door([*self.sudo().mapped("model"), vals.get("model")])
        return super().write(vals)

    def unlink(self):
        self._check_door(self.sudo().mapped("model"))
        return super().unlink()

    def _compute_todo_by(self):
        """Who it waits for, by name."""
        office = self.filtered(lambda review: self._is_of_office(review.model))
        for review in office:
            review.todo_by = ", ".join(review.reviewer_ids.mapped("name"))
        return super(TierReview, self - office)._compute_todo_by()

    def _get_reviewers(self):
        """Who works in the document's project and has the level's role, as his own or
        by a higher one; never who requested it."""
        if not self._is_of_office(self.model):
            return super()._get_reviewers()
        definition = self.definition_id
        reviewers = (
            definition.reviewer_id | definition.reviewer_group_id.all_user_ids
            or super()._get_reviewers()
        )
        document = self.env[self.model].browse(self.res_id).exists()
        project = document.project_id
        head_office = self.env.ref("crm_property_sales.group_hq")
        reviewers = reviewers.filtered(
            lambda user: (
                user.active
                and user != self.requested_by
                and project.id in user._office_project_ids(project.company_id.ids)
            )
        )
        if definition.reviewer_group_id in (head_office.browse(), head_office):
            return reviewers
        # Head office reads every project: who has another role besides has it where he
        # works, and elsewhere only when nobody else is left to decide.
        return reviewers.filtered(lambda user: user in project.user_ids) or reviewers
