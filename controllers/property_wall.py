from werkzeug.exceptions import NotFound

from odoo.http import Controller, request, route


class PropertyWallController(Controller):
    @route("/property/wall/<int:project_id>", type="http", auth="user", readonly=True)
    def wall(self, project_id):
        """The wall screen of a project, for who works in it; nothing else is there."""
        projects = request.env["property.project"]
        if not projects.has_access("read") or not projects.search_count(
            [("id", "=", project_id)]
        ):
            raise NotFound()
        return request.redirect(f"/odoo/{project_id}/property-wall")
