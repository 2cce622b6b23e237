import re

from odoo import models

DESK_CHANNEL = re.compile(r"property_desk_(\d+)")


class IrWebsocket(models.AbstractModel):
    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        """A project's desk is heard by who may read the project only (J1)."""
        desks = {
            channel: int(match[1])
            for channel in channels
            if isinstance(channel, str) and (match := DESK_CHANNEL.fullmatch(channel))
        }
        projects = self.env["property.project"].with_context(active_test=False)
        readable = []
        if desks and projects.has_access("read"):
            readable = projects.search([("id", "in", list(desks.values()))]).ids
        return super()._build_bus_channel_list(
            [
                channel
                for channel in channels
                if channel not in desks or desks[channel] in readable
            ]
        )
