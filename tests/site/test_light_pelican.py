"""Pelican is loaded without docutils, and who needs docutils still gets it."""

from __future__ import annotations

import subprocess
import sys

_QUESTIONS = """
import sys
from pluttra_publish.site import press
absent = not any(name.split('.')[0] in {'docutils', 'PIL', 'pygments'} for name in sys.modules)
import docutils.core
from pelican.readers import RstReader
print(absent, docutils.core.publish_string('Hej *du*', writer_name='html').count(b'<em>du</em>'), RstReader.file_extensions)
"""


def test_pelican_is_loaded_without_docutils_and_a_plugin_gets_the_real_one() -> None:
    said = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _QUESTIONS], capture_output=True, encoding="utf-8", check=True
    )
    assert said.stdout.split("\n")[0] == "True 1 []"
