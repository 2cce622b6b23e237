"""Odoo's own linters (its module test_lint) for this module. dev/test pipes this into
Odoo's shell on a database with the module; problems are printed and end it with 1.

Most of those tests walk all modules there are: they are shown only ours. The others
look at the registry, where other people's mistakes are no concern of ours.
"""

import importlib
import logging
import pkgutil
import sys
import unittest
from unittest import mock

from odoo.modules import Manifest

from odoo.addons.test_lint import tests as test_lint

MODULE = "crm_property_sales"
OURS = Manifest.for_addon(MODULE)
# pylint and eslint are run by dev/lint or not at all, test_checkers tests the linters.
ELSEWHERE = {"test_checkers", "test_eslint", "test_pylint"}


class Problems(unittest.TestResult):
    """Failures as texts; those of a test's parts (subTest) too."""

    def __init__(self):
        super().__init__()
        self.texts = []

    def _note(self, test, error):
        if error:
            self.texts.append(f"{test}: {error[0].__name__}: {error[1]}")

    def addFailure(self, test, err):
        self._note(test, err)

    addError = addFailure

    def addSubTest(self, test, subtest, err):
        if subtest.params.get("module", MODULE) == MODULE:
            self._note(subtest, err)


class Warnings(logging.Handler):
    def __init__(self, texts):
        super().__init__(logging.WARNING)
        self.texts = texts

    def emit(self, record):
        self.texts.append(record.getMessage())


result = Problems()
logging.getLogger("odoo").addHandler(Warnings(result.texts))
with mock.patch.object(Manifest, "all_addon_manifests", lambda: [OURS]):
    for info in pkgutil.iter_modules(test_lint.__path__):
        if info.name.startswith("test_") and info.name not in ELSEWHERE:
            name = f"{test_lint.__name__}.{info.name}"
            module = importlib.import_module(name)
            unittest.defaultTestLoader.loadTestsFromModule(module).run(result)

for text in result.texts:
    print(text)
print(result.testsRun, "tests of test_lint")
sys.exit(bool(result.texts))
