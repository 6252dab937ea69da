# SPDX-License-Identifier: GPL-2.0-only
"""Our reading of MAINTAINERS against the kernel's own scripts/get_maintainer.pl, all over the tree."""

from independent import maintainers_differ, sample_of_files


def test_same_people_as_the_script(linux):
    files = sample_of_files(linux, 80, 130)
    assert len(files) > 200
    assert not maintainers_differ(linux, files)
