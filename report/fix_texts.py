# SPDX-License-Identifier: GPL-2.0-only
"""What the patches of `make fixes` say: subjects, bodies, and notes for their sender."""

FOLL = "foll-get-missing"

SUBJECTS = {
    "partial-pin-leak": "release the pages of a short result",
    "pin-leak": "release pages on a path that fails",
    "flags-literal": "say FOLL_WRITE instead of a truth value",
    "dirty-missing": "mark written pages dirty before their release",
    "pin-put-mismatch": "release pages the way they were taken",
    "longterm-remote": "do not claim FOLL_LONGTERM for another process's pages",
    FOLL: "state FOLL_GET when asking for pages",
}
SHORT = """\
The call may return fewer pages than were asked for. Those that it returned are held, and the branch that
takes such a result for a failure leaves without giving them back:

{sites}

Release what was returned."""
LOST = """\
A step behind these calls may fail. The pages that were taken are held then, and the path leaves without
giving them back:

{sites}

Release them before it leaves."""
BODIES = {
    "partial-pin-leak": SHORT,
    "pin-leak": LOST,
    "flags-literal": """\
These calls pass a truth value or a bare number where gup_flags belongs, as was right for the parameter
`write` that get_user_pages() had until 4.9 and get_user_pages_fast() until 5.2:

{sites}

It works because FOLL_WRITE happens to be 1. Say FOLL_WRITE. No functional change.""",
    "dirty-missing": """\
Pages taken with FOLL_WRITE are written to through the kernel's own mapping, which leaves no trace in the
page table of the process. They are released without being marked dirty, and what was written may
be lost when they are reclaimed:

{sites}

Mark them dirty when they are released.""",
    "pin-put-mismatch": """\
Pages taken by pin_user_pages*() count as pinned until unpin_user_page*() drops them, and
those taken by get_user_pages*() are dropped by put_page(). Here the two are mixed, which leaves
a page pinned for good, or takes away a pin that somebody else holds:

{sites}

Use the release that belongs to the acquire.""",
    "longterm-remote": """\
FOLL_LONGTERM says that pages stay pinned for as long as user space likes. These calls take the pages of
another process, which knows nothing of the pin and whose limits do not cover it, and nothing says why
that is fine:

{sites}

Drop the claim, and write down at the call what is missing. Where the pin has to last, the
right change is a comment that gives the reason.""",
    FOLL: """\
These calls pass a pages array, and their flags have, or may have, neither FOLL_GET nor FOLL_PIN:

{sites}

They work because {forced} sets FOLL_GET for a caller who gave pages without FOLL_PIN. To turn that into
an assert, callers have to say what they want.

State FOLL_GET. No functional change: the flag reaches the page tables as before, it is set
by the caller now.""",
}
FIXES = """\
PLACEHOLDER, to be replaced before sending: Fixes: <commit> ("<title>"). The history of this tree was not
looked at; git log -S and git blame on the lines below name the commit."""
NOTES = {
    "partial-pin-leak": FIXES,
    "pin-leak": FIXES,
    "dirty-missing": FIXES + """

To be checked before sending: marking a page dirty locks it, and may sleep.""",
    "pin-put-mismatch": FIXES,
    "longterm-remote": """\
PLACEHOLDER, to be answered before sending: the FIXME in this patch. If there is a reason for the pin,
a comment "gup-audit: longterm-remote: REASON" is the better change.""",
}
ASSERT_SUBJECT = "mm/gup: assert that callers who want pages state FOLL_GET"
ASSERT_BODY = """\
{forced} adds FOLL_GET for callers who pass a pages array and neither FOLL_GET nor FOLL_PIN: they
have "carelessly failed to specify" what they want. In the review of FOLL_PIN in 2019 the wish was to
find these callers, and to assert instead of to add.

Of the {sites} calls in this tree that the assert concerns, none is known to be left without the flag:
{how}. {open}

Replace the line by a WARN_ON_ONCE(), and refuse the call."""
ENTRY_SUBJECT = "mm/gup: add FOLL_GET at the entry points"
ENTRY_BODY = """\
get_user_pages_fast() and its like add FOLL_GET for their callers. The other entry points leave that to
{forced}, far behind, where a caller's mistake cannot be told from its wish.

Let {names} add the flag themselves when pages is given, as the fast variants do. The condition on
FOLL_PIN is for calls from within this file. No functional change."""
