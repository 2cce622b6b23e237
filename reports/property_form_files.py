from odoo import api, models
from odoo.exceptions import UserError, ValidationError

from .form_files import protected
from .form_table import paper_widths

# Characters that a line holds of A4, upright and across, and of A3
ROOM = {"_portrait": 105, "": 205, "_a3": 295}
PAPER_LINES = 5_000  # more are no paper to read and minutes to print


class PropertyForm(models.AbstractModel):
    """A compiled form as files, and by mail."""

    _inherit = "property.form"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _paper(self, form):
        """The paper a compiled form is printed on, by its widest section: "_portrait",
        "" (A4 across) or "_a3"."""
        width = max(sum(paper_widths(section)) for section in form["sections"])
        return next((paper for paper, room in ROOM.items() if width <= room), "_a3")

    @api.model
    def _render(self, options, fmt):
        """The form as a file.

        :param fmt: "pdf" or "xlsx"
        :return: (file name, bytes)
        """
        return self._render_form(self._compile(options, stream=fmt == "xlsx"), fmt)

    @api.model
    def _take_out(self, options, fmt):
        """The form as a file that leaves the office: clients' data are logged, and in a
        workbook closed by the project's password.

        :return: (file name, bytes)
        """
        name, content = self._render(options, fmt)
        if self._personal:
            project = self.env["property.project"].browse(int(options["project_id"]))
            kind = "export" if fmt == "xlsx" else "print"
            self.env["property.access.log"]._log(project, kind, note=name)
            if fmt == "xlsx":
                content = protected(name, content, project._file_password())
        return name, content

    @api.model
    def _render_form(self, form, fmt):
        """A compiled form as a file; its access is checked again.

        :return: (file name, bytes)
        """
        report = self.env["ir.actions.report"]
        data = {"form": form}
        if fmt == "pdf":
            self._check_paper(form)
            ref = f"crm_property_sales.action_report_property_form{self._paper(form)}"
            content = report._render_qweb_pdf(ref, data=data)[0]
        else:
            ref = "crm_property_sales.property_form_xlsx"
            content = report._render_xlsx(ref, [], data)[0]
        return f"{self._file_name(form)}.{fmt}", content

    def _check_paper(self, form):
        """:raise UserError: when a form is too long to be printed"""
        lines = sum(len(section["rows"]) for section in form["sections"])
        if lines > PAPER_LINES:
            raise UserError(
                self.env._(
                    "%(form)s has %(lines)s lines, more than the %(most)s of a PDF: "
                    "choose a shorter period or one rep, or take the workbook.",
                    form=form["title"],
                    lines=lines,
                    most=PAPER_LINES,
                )
            )

    # === Mail ===

    @api.model
    def _check_addresses(self, project, partners):
        """:raise ValidationError: when clients' data would leave the company (J1)"""
        if not self._personal:
            return
        company = project.sudo().company_id
        outside = partners.filtered(
            lambda partner: not company._is_inside(partner.email)
        )
        if outside:
            raise ValidationError(
                self.env._(
                    "%(form)s holds clients' data and does not go to %(people)s: the "
                    "address is outside the company's domains (%(domains)s).",
                    form=self._title(),
                    people=", ".join(one.email or one.name for one in outside),
                    domains=", ".join(company._mail_domains()) or "—",
                )
            )

    @api.model
    def _mail(self, form, partners):
        """Mail a compiled form as PDF and workbook to `partners`, at once.

        :raise MailDeliveryException: when the mail server does not take it
        """
        project = self.env["property.project"].browse(form["project_id"])
        self._check_addresses(project, partners)
        files = [self._render_form(form, fmt) for fmt in ("pdf", "xlsx")]
        if form["personal"]:
            password = project._file_password()
            files = [(name, protected(name, raw, password)) for name, raw in files]
        attachments = self.env["ir.attachment"].create(
            [
                {
                    "name": name,
                    "raw": content,
                    "res_model": "mail.compose.message",
                    "res_id": 0,
                }
                for name, content in files
            ]
        )
        template = self.env.ref(
            "crm_property_sales.mail_template_project_form"
        ).with_context(form_name=self._file_name(form), form_locked=form["personal"])
        mail_id = template.sudo().send_mail(
            project.id,
            email_values={
                "attachment_ids": attachments.ids,
                "email_to": ", ".join(partners.mapped("email_formatted")),
            },
        )
        mail = self.env["mail.mail"].sudo().browse(mail_id)
        mail.send(raise_exception=True)
        if mail.exists() and mail.state != "sent":  # once sent it deletes itself
            raise UserError(mail.failure_reason or self.env._("The mail was not sent."))

    @api.model
    def mail_me(self, options):
        """Mail the form to the user's own address.

        :return: the address
        """
        user = self.env.user
        if not user.email:
            raise UserError(self.env._("You have no e-mail address."))
        form = self.compile(options)
        self._mail(form, user.partner_id)
        if self._personal:
            project = self.env["property.project"].browse(form["project_id"])
            name = self._file_name(form)
            self.env["property.access.log"]._log(project, "export", note=name)
        return user.email
