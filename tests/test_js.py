import pathlib
import re
import unittest

from odoo.tests import HttpCase, tagged

SUITE = "@crm_property_sales"
HERE = pathlib.Path(__file__).parent
HAS_TESTS = any((HERE.parent / "static" / "tests").rglob("*.test.js"))


def hoot_id(name):
    """The number hoot gives to the suite of this name (web's test_js has the same)."""
    number = 0
    for char in name:
        number = ((number << 5) - number + ord(char)) & 0xFFFFFFFF
    return f"{number:08x}"


@tagged("post_install", "-at_install")
class TestJs(HttpCase):
    @unittest.skipUnless(HAS_TESTS, "no JavaScript to test")
    def test_hoot(self):
        with self.assertLogs(self._logger, "INFO") as logs:
            self.browser_js(
                "/web/tests?headless&loglevel=2&preset=desktop&timeout=15000"
                f"&id={hoot_id(SUITE)}",
                "",
                "",
                login="admin",
                timeout=600,
                success_signal="[HOOT] Test suite succeeded",
                error_checker=lambda message: "[HOOT]" not in message,
            )
        passed = re.search(r"Passed (\d+) tests", "\n".join(logs.output))
        # Hoot also succeeds when it has found nothing to run.
        self.assertTrue(passed and int(passed[1]), f"{SUITE}: no test was run")
