"""Write a CycloneDX list from lines of kind, name, version and SHA-256 sums; runs where the release tools are."""

import sys
from pathlib import Path

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL


def main(path: Path) -> int:
    """Write the list, and refuse one that does not fit the schema."""
    bom = Bom()
    bom.metadata.component = Component(name="spotify-lakehouse", type=ComponentType.APPLICATION)
    for line in sys.stdin.read().splitlines():
        kind, name, version, sums = line.split("\t")
        group, _, short = name.rpartition("/")
        hashes = [HashType(alg=HashAlgorithm.SHA_256, content=checksum) for checksum in sums.split(",")]
        address = PackageURL(kind, group or None, short, version)
        bom.components.add(
            Component(
                name=short, group=group or None, version=version, purl=address, hashes=hashes,
                bom_ref=f"{address}#{hashes[0].content[:12]}",
            )
        )  # fmt: skip
    text = JsonV1Dot6(bom).output_as_string(indent=1)
    if fault := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        sys.stderr.write(f"{fault}\n")
        return 1
    path.write_text(f"{text}\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
