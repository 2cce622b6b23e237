import secrets

from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.tools import email_normalize_all

# Without signs that are taken for others when read out on the telephone.
SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class PropertyProject(models.Model):
    _inherit = "property.project"  # pylint: disable=consider-merging-classes-inherited

    file_password = fields.Char(
        "Password of Files",
        copy=False,
        prefetch=False,
        groups="crm_property_sales.group_manager,crm_property_sales.group_hq",
        default=lambda self: self._new_file_password(),
        help="Opens workbooks with clients' data and what is mailed. Tell it to the "
        "receivers by another way than mail.",
    )

    def _new_file_password(self):
        return "".join(secrets.choice(SIGNS) for _number in range(12))

    def _file_password(self):
        """The password of the project's files, made when there is none."""
        self.ensure_one()
        project = self.sudo()
        if not project.file_password:
            project.file_password = self._new_file_password()
        return project.file_password

    def action_renew_file_password(self):
        """A new password: files made from now on are opened with it only."""
        self.check_access("write")
        for project in self:
            project.file_password = self._new_file_password()

    def read_file_password(self):
        """What opens a workbook that the user took from a form: for who works in the
        project and reads its forms.

        :raise AccessError: for anyone else
        """
        self.ensure_one()
        self.check_access("read")
        if self.env.user not in self.sudo().user_ids and not (
            self.env.user._has_office_role("hq")
        ):
            raise AccessError(
                self.env._("The password is for those who work in the project.")
            )
        return self._file_password()


class ResCompany(models.Model):
    _inherit = "res.company"

    property_mail_domains = fields.Char(
        "Domains for Clients' Data",
        help="Forms with clients' data are mailed to addresses of these domains only, "
        "separated by commas. Empty: the domain of the company's own address.",
    )

    def _mail_domains(self):
        """The domains to which clients' data may be mailed, in lower case."""
        self.ensure_one()
        own = (self.email or "").rpartition("@")[2]
        names = (self.property_mail_domains or own).replace(";", ",").split(",")
        return [name.strip().lower().lstrip("@") for name in names if name.strip()]

    def _is_inside(self, address):
        """Whether an e-mail address, all of them where a field holds several, is of one
        of the company's domains."""
        addresses = email_normalize_all(address or "")
        domains = self._mail_domains()
        return bool(addresses) and all(
            one.rpartition("@")[2] in domains for one in addresses
        )
