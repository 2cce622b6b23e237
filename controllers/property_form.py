import json

from werkzeug.exceptions import BadRequest, NotFound

from odoo.http import Controller, content_disposition, request, route

MIME_TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def is_readonly(_controller, _rule, args):
    """A form with clients' data is logged when it is taken out (J8)."""
    form = request.env.registry.get(args["form"])
    return not getattr(form, "_personal", False)


class PropertyFormController(Controller):
    @route(
        "/property/form/<string:form>/<string:fmt>",
        type="http",
        auth="user",
        readonly=is_readonly,
    )
    def download(self, form, fmt, options="{}"):
        """A form as PDF or workbook, as the user who asks may see it. A workbook with
        clients' data is opened with the project's password of files (J4).

        :param options: JSON, as `property.form.compile` takes them
        """
        if fmt not in MIME_TYPES or form not in dict(
            request.env["property.form"]._selection()
        ):
            raise NotFound()
        try:
            options = json.loads(options)
            int(options["project_id"])
        except (ValueError, TypeError, KeyError):
            raise BadRequest("options: a JSON object with project_id") from None
        name, content = request.env[form]._take_out(options, fmt)
        return request.make_response(
            content,
            headers=[
                ("Content-Type", MIME_TYPES[fmt]),
                ("Content-Length", len(content)),
                ("Content-Disposition", content_disposition(name)),
            ],
        )
