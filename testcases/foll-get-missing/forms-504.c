/* SPDX-License-Identifier: GPL-2.0-only */
/* The calls as 5.4 has them: with a task, and with vmas. */
#define KERNEL 504
#include <gup.h>

long remote(struct task_struct *tsk, struct mm_struct *mm, unsigned long addr, struct page **pages)
{
	return get_user_pages_remote(tsk, mm, addr, 1, FOLL_WRITE, pages, NULL, NULL); /* expect cocci: foll-get-missing */
}

long locked(unsigned long addr, struct page **pages, int *lock)
{
	return get_user_pages_locked(addr, 1, 0, pages, lock); /* expect cocci: foll-get-missing */
}

long remote_ok(struct task_struct *tsk, struct mm_struct *mm, unsigned long addr, struct page **pages)
{
	return get_user_pages_remote(tsk, mm, addr, 1, FOLL_GET, pages, NULL, NULL);
}

long remote_prefault(struct task_struct *tsk, struct mm_struct *mm, unsigned long addr)
{
	return get_user_pages_remote(tsk, mm, addr, 1, FOLL_WRITE, NULL, NULL, NULL);
}

long locked_ok(unsigned long addr, struct page **pages, int *lock)
{
	return get_user_pages_locked(addr, 1, FOLL_GET | FOLL_WRITE, pages, lock);
}

/* patch
-	return get_user_pages_remote(tsk, mm, addr, 1, FOLL_WRITE, pages, NULL, NULL);
+	return get_user_pages_remote(tsk, mm, addr, 1, FOLL_GET | FOLL_WRITE, pages, NULL, NULL);
-	return get_user_pages_locked(addr, 1, 0, pages, lock);
+	return get_user_pages_locked(addr, 1, FOLL_GET, pages, lock);
*/
