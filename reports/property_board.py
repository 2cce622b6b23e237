from collections import Counter

from odoo import api, fields, models

from ..models.property_board import ROW

# Millimetres of an A3 sheet across that the building may fill.
WIDTH, HEIGHT = 388, 218
LARGEST = (64, 18)  # of a cell
COLOURS = {
    "unreleased": "#eceef0",
    "held": "#cdbff2",
    "available": "#b4e6c1",
    "slip": "#ffe699",
    "deposit": "#ffb8a8",
    "contracted": "#e88080",
    "delivered": "#b3b9c0",
}


class PropertyBuilding(models.Model):
    """The board of a building on paper: A3, no names (A3)."""

    _inherit = "property.building"

    def action_print_board(self):
        return self.env.ref(
            "crm_property_sales.action_report_property_board"
        ).report_action(self)


class PropertyBoardReport(models.AbstractModel):
    _name = "report.crm_property_sales.report_property_board"
    _description = "Sales Board on Paper"

    @api.model
    def _get_report_values(self, docids, data=None):
        buildings = self.env["property.building"].browse(docids)
        buildings.check_access("read")
        now = fields.Datetime.now()
        return {
            "sheets": [self._sheet(building) for building in buildings],
            "made": lambda project: project.local_time(now).strftime("%Y-%m-%d %H:%M"),
            "colours": COLOURS,
        }

    def _sheet(self, building):
        """What is printed of one building, measured in millimetres."""
        board = self.env["property.board"]
        project = building.project_id
        found = [one for one in board._buildings(project) if one["id"] == building.id]
        grid = found[0] if found else board._laid_out([])
        labels = dict(
            self.env["property.unit"]._fields["state"]._description_selection(self.env)
        )
        types = {
            one.id: one.name
            for one in self.env["property.unit.type"].search(
                [("project_id", "=", project.id)]
            )
        }
        across = min(WIDTH / max(grid["width"], 1), LARGEST[0])
        down = min(HEIGHT / max(len(grid["floors"]), 1), LARGEST[1])
        units = [dict(zip(ROW, unit, strict=True)) for unit in grid["units"]]
        counts = Counter(unit["state"] for unit in units)
        return {
            "building": building,
            "project": project,
            "counts": [
                (state, label, counts[state]) for state, label in labels.items()
            ],
            "floors": [
                (floor, round(row * down, 2))
                for row, floor in enumerate(grid["floors"])
            ],
            "heads": [
                (label, round(x * across, 2), round(width * across, 2))
                for label, x, width in grid["columns"]
            ],
            "width": round(grid["width"] * across, 2),
            "height": round(len(grid["floors"]) * down, 2),
            "row": round(down, 2),
            "font": round(min(down * 0.27, 3.2, across * 0.12), 2),
            "cells": [
                {
                    "unit": unit,
                    "type": types.get(unit["type"], ""),
                    "label": labels[unit["state"]],
                    "left": round(place[0] * across, 2),
                    "width": round(place[1] * across - 0.4, 2),
                    "top": round(place[2] * down, 2),
                    "height": round(place[3] * down - 0.4, 2),
                }
                for unit, place in zip(units, grid["places"], strict=True)
            ],
        }
