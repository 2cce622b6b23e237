from werkzeug.exceptions import NotFound

from odoo.http import Controller, request, route


class PropertyCheckController(Controller):
    @route(
        ["/property/check", "/property/check/<string:number>"],
        type="http",
        auth="user",
    )
    def check(self, number=None, code=None):
        """Whether a paper is genuine and still holds; where its QR code leads (E1).

        Only for who works in an office: to all others the page does not exist.
        """
        projects = request.env["property.project"]
        if not projects.has_access("read") or not projects.search_count([], limit=1):
            raise NotFound()
        answer = None
        if number:
            answer = request.env["property.proof.mixin"]._check_paper(number, code)
        return request.render(
            "crm_property_sales.paper_check",
            {"number": number or "", "code": code or "", "answer": answer},
            status=429 if answer and answer["verdict"] == "wait" else 200,
            headers=[("Cache-Control", "no-store")],
        )
