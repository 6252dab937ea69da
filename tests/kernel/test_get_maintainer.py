# SPDX-License-Identifier: GPL-2.0-only
"""Our reading of MAINTAINERS against the kernel's own scripts/get_maintainer.pl, on a few files."""

from independent import maintainers_differ, sample_of_files

from report.maintainers import Maintainers


def test_same_people_as_the_script(linux):
    assert not maintainers_differ(linux, sample_of_files(linux, 8, 8))


def test_the_section_that_people_know_a_file_by(linux):
    known = Maintainers(linux)
    section = known.subsystem("mm/gup.c")
    assert section.name == "MEMORY MANAGEMENT" and "linux-mm@kvack.org" in section.lists
    assert known.subsystem("drivers/vfio/vfio_iommu_type1.c").name == "VFIO DRIVER"
    assert known.subsystem("no/such/file.c") is None
