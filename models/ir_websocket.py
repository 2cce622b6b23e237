import re

from odoo import models

# Screens of a project that are heard by who may read the project only (J1).
PROJECT_CHANNEL = re.compile(r"property_(?:desk|board)_(\d+)")


class IrWebsocket(models.AbstractModel):
    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        """Open desks and boards ask for their project's channel; who works in a project
        hears of its units wherever he is (A5)."""
        wanted = {
            channel: int(match[1])
            for channel in channels
            if isinstance(channel, str)
            and (match := PROJECT_CHANNEL.fullmatch(channel))
        }
        projects = self.env["property.project"].with_context(active_test=False)
        readable = projects.browse()
        if projects.has_access("read"):
            mine = self.env.user.sudo().property_project_ids
            readable = projects.search([("id", "in", [*wanted.values(), *mine.ids])])
            boards = {f"property_board_{one.id}" for one in readable & mine}
            channels = [*channels, *(boards - set(channels))]
        return super()._build_bus_channel_list(
            [
                channel
                for channel in channels
                if channel not in wanted or wanted[channel] in readable.ids
            ]
        )
