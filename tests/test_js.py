import pathlib
import re
import unittest

from odoo.tests import HttpCase, tagged

SUITE = "@crm_property_sales"
MODULE = pathlib.Path(__file__).parents[1]
FILES = sorted((MODULE / "static" / "tests").rglob("*.test.js"))


def hoot_id(name):
    """The number hoot gives to the suite of this name (web's test_js has the same)."""
    number = 0
    for char in name:
        number = ((number << 5) - number + ord(char)) & 0xFFFFFFFF
    return f"{number:08x}"


@tagged("post_install", "-at_install")
class TestJs(HttpCase):
    @unittest.skipUnless(FILES, "no JavaScript to test")
    def test_hoot(self):
        # Hoot waits for ever for a suite that it has never heard of.
        bundle = self.env["ir.qweb"]._get_asset_content("web.assets_unit_tests")[0]
        bundled = {asset["url"] for asset in bundle}
        for file in FILES:
            url = f"/crm_property_sales/{file.relative_to(MODULE).as_posix()}"
            self.assertIn(url, bundled, "not among the manifest's assets")
        failure = None
        with self.assertLogs(self._logger, "INFO") as logs:
            try:
                self.browser_js(
                    "/web/tests?headless&loglevel=2&preset=desktop&timeout=15000"
                    f"&id={hoot_id(SUITE)}",
                    "",
                    "",
                    login="admin",
                    timeout=300,
                    success_signal="[HOOT] Test suite succeeded",
                    error_checker=lambda message: "[HOOT]" not in message,
                )
            except AssertionError as error:
                failure = error
        said = "\n".join(logs.output)
        if failure:
            self.fail(f"{said}\n{failure}")
        # Hoot also succeeds when it has found nothing to run.
        passed = re.search(r"Passed (\d+) tests", said)
        self.assertTrue(passed and int(passed[1]), f"{SUITE}: no test was run")
