"""The folders of a preschool watched: what has changed is published when it has settled, and each post is told what became of it.

The only importer of watchfiles. Knows when to publish. Does not know what a publish does.
"""

from __future__ import annotations

from pluttra_publish.watching.watch import Happened, Watch

__all__ = ["Happened", "Watch"]
