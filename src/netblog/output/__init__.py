"""The output folder: staging, atomic publishing, the ledger of owned files, and the safety of paths."""

from netblog.model.paths import check_paths
from netblog.output.folder import OutputFolder, Published
from netblog.output.ledger import Ledger, Owned, Stamp, digest_of

__all__ = ["Ledger", "OutputFolder", "Owned", "Published", "Stamp", "check_paths", "digest_of"]
