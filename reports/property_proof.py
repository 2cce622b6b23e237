import base64
from io import BytesIO
from urllib.parse import quote

import qrcode

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import consteq, hmac
from odoo.tools.image import image_data_uri


class PropertyProofMixin(models.AbstractModel):
    """A numbered paper that proves itself: a code only this database can make (E1, C6).

    Its QR leads who works in the project to a page that says whether number and code
    belong together and whether the paper still holds (`controllers/property_check.py`).
    """

    _name = "property.proof.mixin"
    _description = "Paper with a check code"

    _proof_scope = None  # tells the codes of one kind of paper from another's

    check_code = fields.Char(compute="_compute_check_code")

    def _proof_facts(self):
        """What the code stands for: numbers and words, none of which may change."""
        raise NotImplementedError

    def _proof_is_visible(self):
        """Whether the user, who works in the project, may hear of the paper."""
        return self.has_access("read")

    def _proof_is_valid(self):
        """Whether the paper, genuine, still holds."""
        return True

    def _proof_lines(self):
        """[(field, value)] that the page shows; never of a client"""
        return []

    @api.depends("name")
    def _compute_check_code(self):
        env = self.env(su=True)
        for document in self:
            code = hmac(env, self._proof_scope, document.sudo()._proof_facts())
            document.check_code = document.name and code[:6].upper()

    def _qr_code(self):
        """The address of the page that checks this paper as an image, for print.

        :raise UserError: for a draft, which proves nothing yet
        """
        if not self.name:
            raise UserError(self.env._("A slip is printed once it has been opened."))
        image = BytesIO()
        qrcode.make(self._proof_url(), border=1).save(image, "PNG")
        return image_data_uri(base64.b64encode(image.getvalue()))

    def _proof_url(self):
        path = f"/property/check/{quote(self.name)}?code={self.check_code}"
        return self.get_base_url() + path

    def _proof_label(self, name):
        """The words for the value of a selection."""
        return dict(self._fields[name]._description_selection(self.env))[self[name]]

    # === The page ===

    @api.model
    def _check_paper(self, number, code):
        """What the page says of a paper; each look is counted and logged (J8).

        A paper of another project, or one the user may not hear of, is unknown.

        :return: dict: `verdict`, one of genuine, ended, false, unknown, wait; `lines`
            of a genuine paper; `minutes` to wait
        """
        projects = self.env["property.project"].search(
            [("active", "in", (True, False))]
        )
        log = self.env["property.access.log"]
        number = (number or "").strip()
        if minutes := log._wait_minutes(projects[0], "verify"):
            log._log(projects[0], "denied", paper=number)
            return {"verdict": "wait", "minutes": minutes, "lines": []}
        paper = self._find_paper(number, projects)
        if not paper:
            verdict = "unknown"
        elif not consteq(paper.check_code, (code or "").strip().upper()):
            verdict = "false"
        else:
            verdict = "genuine" if paper._proof_is_valid() else "ended"
        log._log(
            paper.project_id if paper else projects[0],
            "verify",
            paper=number,
            result=verdict,
        )
        lines = []
        if verdict in ("genuine", "ended"):
            lines = [
                (paper._fields[name]._description_string(paper.env), value)
                for name, value in paper._proof_lines()
                if value
            ]
        return {"verdict": verdict, "lines": lines, "minutes": 0}

    def _find_paper(self, number, projects):
        mixin = self.env.registry["property.proof.mixin"]
        for name, model in self.env.registry.items():
            if issubclass(model, mixin) and not model._abstract and number:
                domain = [("name", "=", number), ("project_id", "in", projects.ids)]
                paper = self.env[name].sudo().search(domain, limit=1)
                if paper and paper.with_env(self.env)._proof_is_visible():
                    return paper
        return None
