"""Prices change by versions (A7), clients are told what a unit costs, a building is
measured (D7). With luck of its own, so that the rest of the story stays as it is."""

import base64
from datetime import timedelta
from io import BytesIO
from random import Random

import openpyxl

from odoo import Command

from .clock import utc
from .plans import SHOP, product

SEED = 7
METHODS = ("mortgage", "mortgage", "mortgage", "combined", "combined", "provident")
RAISED_AFTER = 45  # days
MEASURED = "1号楼"
SURVEYOR = "成都市某测绘有限公司"


class Prices:
    def __init__(self, office):
        self.office, self.env = office, office.env
        self.rng = Random(SEED)
        self.city, self.spring = office.projects
        day = office.start + timedelta(days=RAISED_AFTER)
        office.at(utc(day, 17), self.raise_prices)
        office.at(utc(office.today - timedelta(days=2), 16), self.plan_prices)
        office.at(utc(office.today - timedelta(days=3), 10), self.measure)

    def plan_day(self, day):
        if self.rng.random() < 0.7:
            self.office.at(utc(day, self.rng.randint(10, 17)), self.quote)

    # === Versions ===

    def _version(self, project, rules, **vals):
        version = self.office.by("control", self.env["property.price.version"]).create(
            {
                "project_id": project.id,
                "rule_ids": [Command.create(rule) for rule in rules],
                "rounding": 100,
                **vals,
            }
        )
        version.action_apply_rules()
        return version

    def raise_prices(self):
        """The better half of 卓越南城 costs a little more: approved, then executed."""
        version = self._version(
            self.city,
            (
                {"kind": "add", "value": 0.8, "measure": "percent"},
                {"kind": "step", "value": 3, "floor_from": 15},
            ),
            name="第二批调价",
            note="首批去化过半，高楼层优先调整；均不超过备案价。",
        )
        version.action_request()
        self.office.as_(self.city.manager_id, version).validate_tier()
        self.office.by("control", version).action_execute()

    def plan_prices(self):
        """锦江春晓 wants to lower its prices: that is head office's to approve too."""
        version = self._version(
            self.spring,
            (
                {"kind": "add", "value": -3.5, "measure": "percent"},
                {"kind": "add", "value": 120, "orientation": "南"},
                {"kind": "step", "value": -20, "floor_from": 9},
            ),
            name="年底促销价",
            note="三号楼取证前集中去化现有房源，为期一个月。",
            floor_percent=95,
            execute_at=utc(self.office.today + timedelta(days=5), 9),
        )
        version.action_request()

    # === Purchase plans ===

    def quote(self):
        """A rep reckons for a client what the unit of his liking costs."""
        office = self.office
        clients = [one for one in office.reception.clients[-40:] if one.is_open]
        if not clients:
            return
        client = self.rng.choice(clients)
        units = self.env["property.unit"].search(
            [
                ("project_id", "=", client.project.id),
                ("unit_type_id", "=", client.unit_type.id),
                ("state", "=", "available"),
                ("block_reason", "=", False),
            ]
        )
        if not units:
            return
        unit = self.rng.choice(units.sorted("id"))
        price = round(unit.list_price * self.rng.choice((1, 0.99, 0.98)))
        method = self.rng.choice(METHODS)
        down, years = self.rng.choice((20, 30, 30, 40)), self.rng.choice((20, 25, 30))
        if product(unit) == SHOP:
            method, down, years = "mortgage", 50, 10
        office.as_(client.rep, self.env["property.quote"]).create(
            {
                "unit_id": unit.id,
                "lead_id": client.lead.id,
                "price": price,
                "payment_method": method,
                "down_percent": down,
                "commercial_years": years,
                "home": self.rng.choice(("first", "first", "second")),
            }
        ).action_issue()

    # === Measured areas ===

    def measure(self):
        """The surveyor's list of a building: a bit off everywhere, too far off twice"""
        building = self.spring.building_ids.filtered(lambda one: one.name == MEASURED)
        sold = building.unit_ids.filtered("contract_id").sorted("id")
        far = dict(zip(sold[:2].ids, (0.046, -0.041), strict=False))
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.append(("房号", "楼层", "预测建筑面积", "实测建筑面积", "实测套内面积"))
        for unit in building.unit_ids.sorted("id"):
            off = 1 + far.get(unit.id, self.rng.uniform(-0.012, 0.014))
            sheet.append(
                (
                    unit.room,
                    unit.floor,
                    unit.area_gross,
                    round(unit.area_gross * off, 2),
                    round(unit.area_net * off, 2),
                )
            )
        data = BytesIO()
        book.save(data)
        survey = self.office.by("control", self.env["property.area.survey"]).create(
            {
                "name": "测绘2026-0117",
                "surveyor": SURVEYOR,
                "building_id": building.id,
                "data": base64.b64encode(data.getvalue()),
                "filename": "锦江春晓1号楼实测面积.xlsx",
            }
        )
        survey.action_read()
        survey.action_apply()
        settlements = survey.sudo().settlement_ids.sorted("id")
        for settlement in settlements[2::2]:
            self.office.by("finance", settlement).action_confirm()
