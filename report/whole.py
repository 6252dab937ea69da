# SPDX-License-Identifier: GPL-2.0-only
"""
The files of one audit as one program: each compiled by the checker in the first configuration
that takes it, in others too for the calls that an #if hides there, with the files that what was
learnt brings in.
"""

import os
import shutil
from collections import Counter, defaultdict

from report import archs, checker, compdb, kbuild, learnt, link
from report.errors import UserError
from report.join import Checked

ABSENT = "not compiled in"
NO_KERNEL = ("tools/", "scripts/", "Documentation/", "usr/")     # kbuild makes no object of the kernel there


class Whole:
    """@shadow: an external module's sources, where kbuild may write; None for a kernel's own files."""

    def __init__(self, args, the_tree, the_clang, jobs, stack, shadow):
        self.args, self.tree, self.clang, self.jobs, self.stack = args, the_tree, the_clang, jobs, stack
        self.where = shadow or the_tree.root
        self.base = os.path.realpath(the_tree.base)
        self.prefix = f"{the_tree.subdir}/" if the_tree.subdir else ""
        self.builds = {}           # {(arch, make's target): Build, or why there is none}
        self.done = {}             # {file: {Build: [(Unit, result of report/tu.py)]}}
        self.failed = {}           # {file: why clang does not take it}
        self.absent = {}           # {file: why there is no command for it}
        self.hides = {}            # {file that is compiled: why it is not where its other calls are}
        self.rows = {}             # {file: what was learnt elsewhere that it names}
        self.notes = []

    def open(self, arch, target=kbuild.ALLMODCONFIG):
        """The build of @arch, configured when it is first asked for. Raises NotPossible."""
        key = arch, target
        if key not in self.builds:
            try:
                self.builds[key] = self._configure(arch, target)
            except (kbuild.NotPossible, UserError) as err:
                self.builds[key] = str(err)
        if isinstance(self.builds[key], str):
            raise kbuild.NotPossible(self.builds[key])
        return self.builds[key]

    def _configure(self, arch, target):
        build = kbuild.find(self.tree.root, arch, self.args.build, self.clang, target=target)
        created, first = not build.directory.exists(), not self.builds
        self.stack.enter_context(checker.locked(build.directory))
        if not first:
            kbuild.gave_up(build)
        try:
            kbuild.prepare(build, self.jobs)
        except kbuild.NotPossible as err:
            if not first:
                kbuild.give_up(build, err)
            elif created:
                shutil.rmtree(build.directory, ignore_errors=True)
            raise
        return build

    def _first(self):
        """The build of the first architecture that could be configured: there is one, or no audit by the checker."""
        return next(build for build in self.builds.values() if not isinstance(build, str))

    def _results(self, files):
        """[(Unit, result)] of @files, in each configuration that they were compiled in."""
        return [pair for file in files for results in self.done[file].values() for pair in results]

    def units(self, build, files):
        """[(file, Unit)] of those of @files that @build has a command for."""
        pairs = []
        for where, own in ((self.where, [f for f in files if not self._of_kernel(f)]),
                           (self.tree.root, [f for f in files if self._of_kernel(f)])):
            wanted = set(own)
            database = kbuild.commands(build, where, own, self.jobs) if own else None
            pairs += [(os.path.relpath(unit.file, where), unit) for unit in
                      (compdb.read(database, self.clang.program) if own else ())
                      if os.path.relpath(unit.file, where) in wanted]
        return pairs

    def _of_kernel(self, file):
        """Is @file the kernel's, though an external module is audited?"""
        return self.tree.is_module and file == link.GUP_C

    def compile(self, build, files, advance):
        """The checker over those of @files that @build has a command for."""
        pairs = self.units(build, files)
        cache = build.directory / "checker"
        cache.mkdir(exist_ok=True)
        file_of = {unit: file for file, unit in pairs}
        done = checker.check(
            cache, list(file_of), self.clang, self.base, self.jobs, self.args.launch, advance,
            policy=self.args.policy if self.args.policy != "assert" else "", facts=checker.BESIDE,
            learnt={unit: self.rows.get(file, ()) for unit, file in file_of.items()},
            sparse=self._sparse(build))
        results = defaultdict(list)
        for unit, outcome in done:
            results[file_of[unit]].append((unit, outcome))
        for file in files:
            self._take(build, file, results.get(file))

    def _sparse(self, build):
        """sparse knows this machine's own types: of another's it is not asked."""
        own = os.uname().machine in kbuild.TRIPLES[build.arch]
        return self.args.sparse if own else ""

    def _take(self, build, file, results):
        bad = [outcome["reason"] for _, outcome in results or () if outcome["status"] != "checked"]
        if results and not bad:
            self.done.setdefault(file, {})[build] = results
            self.failed.pop(file, None)
            self.absent.pop(file, None)
        elif file in self.done and build not in self.done[file]:
            self.hides.setdefault(file, f"{build.name} does not compile it{f': {bad[0]}' if bad else ''}")
        elif bad:
            self.failed.setdefault(file, bad[0])
        else:
            before = self.absent.get(file, "")
            self.absent[file] = f"{before}, {build.name}" if before.startswith(ABSENT) else f"{ABSENT} {build.name}"

    def is_ours(self, result):
        """Is the SARIF @result about what is audited, and not about what is there for the link?"""
        file = checker.site_of(result)[0]
        return file.startswith(self.prefix) and not (self.tree.is_module and file.startswith("/"))

    def checked(self):
        """What the checker said of all of them: join.Checked, without the link."""
        findings, calls, _ = checker.combine(self._results(sorted(self.done)))
        ours = {file for file in [*self.done, *self.failed, *self.absent]
                if file.startswith(self.prefix) and not self._of_kernel(file)}
        return Checked(
            config=", ".join(build.name for build in self.builds.values() if not isinstance(build, str)),
            findings=list(filter(self.is_ours, findings)), notes=self.notes,
            calls={place: call for place, call in calls.items() if self.is_ours(call)},
            compiled=ours & set(self.done),
            failed={file: self.failed[file] for file in sorted(ours & set(self.failed))},
            absent={file: self.absent[file] for file in sorted(ours & set(self.absent))},
            homes={file: ", ".join(build.name for build in self.done[file]) for file in sorted(ours & set(self.done))},
            seen=self._seen(), hides=self.hides,
            sparse={file: outcome["sparse"] for file in sorted(ours & set(self.done))
                    for _, outcome in self._results([file]) if "sparse" in outcome})

    def _seen(self):
        """{(file, line): the first configuration that shows the call there}."""
        seen = {}
        for file in sorted(self.done):
            for build, results in self.done[file].items():
                for result in (r for _, outcome in results for r in outcome["results"]):
                    seen.setdefault(checker.site_of(result)[:2], build.name)
        return seen

    def facts(self):
        """The files of facts that there are, in the order of their sources."""
        return [outcome["facts"] for _, outcome in self._results(sorted(self.done)) if outcome["facts"]]

    def kept(self):
        """Where answers of gupcheck-facts are kept for the next audit."""
        directory = self._first().directory / "link"
        directory.mkdir(exist_ok=True)
        return directory

    # --- other architectures ---------------------------------------------------------

    def elsewhere(self, files, unseen, options):
        """
        {arch: files}: those of @files that are not compiled, or hide a call, by the architectures that they
        are for. A call of which nothing tells for which is looked for where others are compiled anyway.
        @unseen: {file: lines of calls that no configuration shows}; @options: archs.Options, when asked.
        """
        wanted, anywhere = defaultdict(list), []
        for file in sorted(files):
            if file in self.done and file not in unseen:
                continue
            found = self._architectures(file, unseen.get(file, ()), options)
            for arch in found:
                wanted[arch].append(file)
            if not found and file in self.done:
                anywhere.append(file)
        return {arch: sorted(wanted[arch] + anywhere) for arch in sorted(wanted)}

    def _architectures(self, file, lines, options):
        """Those that were not tried and that @file is for, or what stands on its @lines where it is compiled."""
        own = archs.of_path(file)
        found = {own} if own else set(options().architectures(archs.guards(self.tree.root, file)))
        if file in self.done and not own:
            for line in lines:
                found.update(options().architectures(archs.around(self.tree.root, file, line)))
        return sorted(found - {tried for tried, _ in self.builds})

    def could_have(self, arch, target, files):
        """Those of @files that may be in what make's @target configures: it takes a tenth of preparing it to see that."""
        build = kbuild.find(self.tree.root, arch, "", self.clang, target=target)
        try:
            kbuild.gave_up(build)
            with checker.locked(build.directory):
                chosen = kbuild.options(build)
        except (kbuild.NotPossible, UserError):
            return files           # who opens it says why not
        ways = {file: archs.conditions(self.tree.root, file) for file in files}
        return [file for file in files if not ways[file] or any(way <= chosen for way in ways[file])]

    def compile_for(self, arch, files, advance, target=kbuild.ALLMODCONFIG):
        """The checker over @files, which @arch may show; what prevents it is noted."""
        try:
            build = self.open(arch, target)
            self.compile(build, files, advance)
        except (kbuild.NotPossible, UserError) as err:
            for file in files:
                if file in self.done:
                    self.hides.setdefault(file, f"it may be for ARCH={arch}, and {err}")
                elif target != kbuild.ALLMODCONFIG:
                    self.absent[file] = f"{self.absent.get(file, ABSENT)}; {target} is not possible: {err}"
                else:
                    self.absent[file] = f"not compiled: it is for ARCH={arch}, and {err}"

    # --- what was learnt ----------------------------------------------------------------

    def follow(self, releases, text, advance):
        """
        Rounds: what the facts teach brings in files, and is looked at again in those that name it,
        until nothing new is learnt. Returns {rounds, files, learnt, limits}. @releases: names; @text: kept.Kept.
        """
        texts = learnt.Texts(self.tree.base, releases)
        known, came_in, left_out, complete = set(self.done), [], 0, False
        found, naming, rounds = set(), set(), 0
        while not complete and rounds < learnt.ROUNDS:
            try:
                new = learnt.ask(self.facts(), self.base, self.kept())
            except UserError as err:
                self.notes.append({"reason": f"what the facts teach could not be asked: {err}"})
                break
            complete = new == found
            if complete:
                break
            naming.update(self._files_naming({row.word for row in new - found}, text))
            found, rounds = new, rounds + 1
            rows = {file: texts.rows(file, found, file in known) for file in sorted(naming | known)}
            more, left_out = learnt.admit([f for f in sorted(naming - known - set(came_in)) if rows[f]],
                                          rows, learnt.FILES - len(came_in))
            came_in += more
            self._again({file: rows[file] for file in [*sorted(known), *came_in]}, advance)
        self._note_limits(came_in, left_out, complete)
        return {"rounds": rounds, "complete": complete and not left_out, "leftOut": left_out,
                "files": sorted(file for file in came_in if file in self.done),
                "learnt": sorted(f"{row.role} {row.record}{'.' * bool(row.record)}{row.name}" for row in found),
                "limits": {"rounds": learnt.ROUNDS, "files": learnt.FILES}}

    def _files_naming(self, names, text):
        found = [os.path.join(self.tree.subdir, file) for file in learnt.naming(text, names, self.kept())]
        return [file for file in found if self.tree.is_module or not file.startswith(NO_KERNEL)]

    def _again(self, rows, advance):
        """Compile the files of @rows for which they say more than what was known when that was last done."""
        by_build = defaultdict(list)
        for file, own in rows.items():
            # what does not compile does not do so for more rows either, and the next audit tries again
            if file in self.failed or (file in self.done and self.rows.get(file, []) == own):
                continue
            self.rows[file] = own
            arch = archs.of_path(file)
            main = self.builds.get((arch, kbuild.ALLMODCONFIG), arch) if arch else self._first()
            for build in self.done.get(file) or [main]:
                if isinstance(build, str):
                    self.absent[file] = f"names what was learnt, but ARCH={arch} is not compiled"
                else:
                    by_build[build].append(file)
        for build, files in sorted(by_build.items(), key=lambda pair: pair[0].name):
            try:
                self.compile(build, files, advance)
            except (kbuild.NotPossible, UserError) as err:
                self.absent.update((file, str(err)) for file in files if file not in self.done)

    def _note_limits(self, came_in, left_out, complete):
        """What the rounds did not look at: nothing is left out in silence."""
        why = Counter(self.failed.get(file) or self.absent.get(file) or "no command" for file in came_in
                      if file not in self.done)
        self.notes += [{"reason": f"{count} files that name what was learnt are not part of the program: {text}"}
                       for text, count in sorted(why.items())]
        if left_out:
            self.notes.append({"reason": f"{left_out} more files name what was learnt; the limit is {learnt.FILES}"})
        if not complete:
            self.notes.append({"reason": f"what was learnt still grew after {learnt.ROUNDS} rounds, the limit"})
