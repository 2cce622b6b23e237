from odoo import api, fields, models
from odoo.exceptions import UserError


class PropertyContractDocument(models.Model):
    """One line of a contract's checklist: a paper, who took it in and when (E9)."""

    _name = "property.contract.document"
    _description = "Document of a Contract"
    _inherit = ["property.door.mixin"]
    _order = "contract_id, purpose DESC, sequence, id"
    _rec_name = "type_id"
    _door_fields = ("state", "received_date", "receiver_id")
    _frozen_fields = dict.fromkeys(("contract_id", "type_id"), ("missing",))

    contract_id = fields.Many2one(
        "property.contract", required=True, index=True, ondelete="cascade"
    )
    project_id = fields.Many2one(
        related="contract_id.project_id", store=True, precompute=True
    )
    company_id = fields.Many2one(related="project_id.company_id")
    lead_id = fields.Many2one(
        related="contract_id.lead_id", store=True, precompute=True
    )
    user_id = fields.Many2one(related="contract_id.user_id", store=True, index=True)
    type_id = fields.Many2one(
        "property.document.type", "Kind of Document", required=True, ondelete="restrict"
    )
    sequence = fields.Integer(related="type_id.sequence", store=True)
    purpose = fields.Selection(related="type_id.purpose", store=True)
    state = fields.Selection(
        [
            ("missing", "Missing"),
            ("received", "Received"),
            ("waived", "Not Needed"),
        ],
        default="missing",
        required=True,
        readonly=True,
        copy=False,
    )
    received_date = fields.Date(readonly=True, copy=False)
    receiver_id = fields.Many2one("res.users", "Received By", readonly=True, copy=False)
    scan = fields.Binary(attachment=True, copy=False)
    scan_name = fields.Char(copy=False)
    note = fields.Char(copy=False)

    _once = models.UniqueIndex(
        "(contract_id, type_id)", "This document is on the contract's list already."
    )
    _missing_idx = models.Index("(contract_id, purpose) WHERE state = 'missing'")

    @api.ondelete(at_uninstall=False)
    def _unlink_except_received(self):
        if any(document.state == "received" for document in self):
            raise UserError(self.env._("A document that was received stays listed."))

    def action_receive(self):
        """The paper is in the office."""
        self._check_role("clerk", "finance")
        self._check_state("missing")
        for document in self:
            document._write_through(
                {
                    "state": "received",
                    "received_date": document.project_id.local_day(),
                    "receiver_id": self.env.uid,
                }
            )
        return True

    def action_waive(self):
        """Do without the paper; why is in the note."""
        self._check_role("manager")
        self._check_state("missing")
        for document in self:
            if not document.note:
                raise UserError(
                    self.env._(
                        "Say in the note why '%s' is not needed.", document.type_id.name
                    )
                )
        self._write_through({"state": "waived"})
        return True

    def action_reopen(self):
        """It was not the right paper: it is asked for again."""
        self._check_role("clerk", "finance")
        self._check_state("received", "waived")
        if any(document.state == "waived" for document in self):
            self._check_role("manager")
        self._write_through(
            {"state": "missing", "received_date": False, "receiver_id": False}
        )
        return True


class PropertyContract(models.Model):
    _inherit = "property.contract"  # pylint: disable=consider-merging-classes-inherited

    document_ids = fields.One2many("property.contract.document", "contract_id")
    buyer_count = fields.Integer("Number of Purchasers", compute="_compute_buyer_count")
    missing_documents = fields.Char(compute="_compute_missing_documents")

    @api.depends("buyer_ids")
    def _compute_buyer_count(self):
        for contract in self:
            contract.buyer_count = len(contract.buyer_ids)

    @api.depends("document_ids.state", "document_ids.purpose")
    def _compute_missing_documents(self):
        for contract in self:
            contract.missing_documents = contract._missing("sign")

    def _missing(self, purpose):
        """The names of the papers for `purpose` that are not in the office yet."""
        missing = self.document_ids.filtered(
            lambda one: one.purpose == purpose and one.state == "missing"
        )
        return ", ".join(missing.type_id.mapped("name"))

    @api.model_create_multi
    def create(self, vals_list):
        contracts = super().create(vals_list)
        contracts._update_documents()
        return contracts

    def action_update_documents(self):
        """Make the checklist what way of payment and purchasers ask for."""
        self._check_role("clerk", "finance")
        self._check_state("draft", "signed", "filed")
        self._update_documents()
        return True

    def _update_documents(self):
        """Add the papers asked for now; drop missing ones that no longer are."""
        documents = self.env["property.contract.document"].sudo()
        kinds = self.env["property.document.type"].search([("active", "=", True)])
        for contract in self:
            listed = contract.sudo().document_ids
            asked = kinds._asked_of(contract)
            new = asked - listed.type_id
            listed.filtered(
                lambda one, asked=asked: (
                    one.state == "missing" and one.type_id not in asked
                )
            ).unlink()
            documents.create(
                [{"contract_id": contract.id, "type_id": kind.id} for kind in new]
            )

    def _check_complete(self):
        """Papers too, where the policy of the day says so."""
        result = super()._check_complete()
        self._update_documents()
        missing = self._missing("sign")
        if missing and self.project_id.policy().sign_needs_documents:
            raise UserError(
                self.env._(
                    "%(contract)s is signed once its papers are here. Missing: "
                    "%(missing)s.",
                    contract=self.display_name,
                    missing=missing,
                )
            )
        return result
