import unicodedata
from datetime import date

from stdnum.cn import ric
from stdnum.exceptions import ValidationError as StdnumError

from odoo import api, fields, models
from odoo.exceptions import ValidationError

OFFICE_ROLES = ",".join(
    f"crm_property_sales.group_{role}"
    for role in ("rep", "clerk", "control", "finance", "service", "hq")
)


class ResPartner(models.Model):
    """The person's file (C1)."""

    _inherit = "res.partner"

    id_type = fields.Selection(
        [
            ("resident", "Resident ID Card"),
            ("passport", "Passport"),
            ("permit", "Hong Kong, Macao or Taiwan Permit"),
            ("business", "Business Licence"),
        ],
        string="ID Type",
        default="resident",
        groups=OFFICE_ROLES,
    )
    id_number = fields.Char(
        "ID Number", groups=OFFICE_ROLES, copy=False, index="btree_not_null"
    )
    birth_date = fields.Date(
        compute="_compute_birth_date", store=True, readonly=False, groups=OFFICE_ROLES
    )
    occupation = fields.Char(groups=OFFICE_ROLES)
    income_band = fields.Selection(
        [
            ("100", "Below 100,000 a Year"),
            ("200", "100,000 to 200,000"),
            ("500", "200,000 to 500,000"),
            ("1000", "500,000 to 1,000,000"),
            ("more", "Above 1,000,000"),
        ],
        groups=OFFICE_ROLES,
    )
    education = fields.Selection(
        [
            ("school", "High School or Lower"),
            ("college", "College"),
            ("bachelor", "Bachelor"),
            ("master", "Master or Higher"),
        ],
        groups=OFFICE_ROLES,
    )
    district = fields.Char("Lives In", groups=OFFICE_ROLES)
    work_district = fields.Char("Works In", groups=OFFICE_ROLES)

    property_lead_ids = fields.One2many(
        "crm.lead",
        "partner_id",
        "Client Files",
        domain=[("project_id", "!=", False)],
        context={"active_test": False},
    )
    property_deposit_ids = fields.One2many("property.deposit", "partner_id")
    property_buyer_ids = fields.One2many("property.contract.buyer", "partner_id")
    property_earnest_ids = fields.One2many(
        "property.earnest", "partner_id", "Earnest Money"
    )
    is_property_client = fields.Boolean(
        compute="_compute_is_property_client",
        store=True,
        compute_sudo=True,
        recursive=True,
        help="Once a client of a project, or a contact of one: shown only to who works "
        "on him.",
    )

    @api.depends(
        "property_lead_ids.project_id",
        "property_deposit_ids",
        "property_buyer_ids",
        "parent_id.is_property_client",
    )
    def _compute_is_property_client(self):
        for partner in self:
            partner.is_property_client = bool(
                partner.is_property_client
                or partner.property_lead_ids
                or partner.property_deposit_ids
                or partner.property_buyer_ids
                or partner.parent_id.is_property_client
            )

    def _forget_buyer(self):
        """Who hangs on no file, deal or contract any more is an ordinary contact."""
        self.filtered(
            lambda partner: (
                not (
                    partner.property_lead_ids
                    or partner.property_deposit_ids
                    or partner.property_buyer_ids
                    or partner.property_earnest_ids
                )
            )
        ).is_property_client = False

    @api.depends("id_number", "id_type")
    def _compute_birth_date(self):
        for partner in self:
            number = partner.id_number
            if partner.id_type == "resident" and number and len(number) == 18:
                try:
                    partner.birth_date = ric.get_birth_date(number)
                except (StdnumError, ValueError):
                    continue

    @api.constrains("id_number", "id_type")
    def _check_id_number(self):
        """18 places, a real birth date, the check digit of GB 11643-1999.

        The district code is not checked: the register of stdnum lacks districts that
        were merged or founded, and refuses people who really hold such a card.
        """
        for partner in self:
            number = partner.id_number
            if not number or partner.id_type != "resident":
                continue
            if (
                len(number) != 18
                or not (number[:17] + number[17].replace("X", "0")).isdigit()
            ):
                problem = self.env._("it must have 17 digits and a digit or X")
            elif ric.calc_check_digit(number) != number[17]:
                problem = self.env._(
                    "its last place does not match: a digit is mistyped"
                )
            elif not partner._is_birth_date(number[6:14]):
                problem = self.env._("it holds no valid date of birth")
            else:
                continue
            raise ValidationError(
                self.env._(
                    "The ID number of %(name)s is wrong: %(problem)s.",
                    name=partner.name,
                    problem=problem,
                )
            )

    @staticmethod
    def _is_birth_date(digits):
        try:
            born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        except ValueError:
            return False
        return date(1880, 1, 1) <= born <= fields.Date.today()

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_clean_id_number(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._with_clean_id_number(vals))

    @api.model
    def _with_clean_id_number(self, vals):
        """Typed with blanks, a small x or wide digits, it is kept in one spelling."""
        if not vals.get("id_number"):
            return vals
        return vals | {"id_number": self._clean_id_number(vals["id_number"])}

    @api.model
    def _clean_id_number(self, number):
        return "".join(unicodedata.normalize("NFKC", number).split()).upper()
