from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import PropertyCommon


@tagged("post_install", "-at_install")
class TestBand(PropertyCommon):
    def test_bands(self):
        """A6: bands of one dimension do not overlap; a border belongs to the upper."""
        low, high = self.project.area_band_ids.sorted("lower")
        self.assertEqual(
            [[band.covers(area) for band in low | high] for area in (89.99, 90, 500)],
            [[True, False], [False, True], [False, True]],
        )
        for lower, upper in ((50, 60), (80, 100), (100, 0), (0, 0), (60, 60), (60, 50)):
            with self.subTest(lower=lower, upper=upper), self.assertRaises(UserError):
                self.env["property.band"].create(
                    {
                        "project_id": self.project.id,
                        "dimension": "area",
                        "name": "Other",
                        "lower": lower,
                        "upper": upper,
                    }
                )
