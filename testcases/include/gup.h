/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A stub of what a test case needs of the kernel: types, constants and the
 * prototypes of the GUP API by kernel generation. Nothing here is ever linked.
 * A case says which kernel it is written for before it includes this file:
 *	#define KERNEL 504	(5.4: tsk, mm and vmas arguments)
 *	#define KERNEL 510	(5.10: no tsk, vmas still there)
 *	#define KERNEL 601	(6.1, the default)
 *	#define KERNEL 612	(6.12: no vmas, flags are an enum, folios)
 */
#ifndef TESTCASES_GUP_H
#define TESTCASES_GUP_H

#ifndef KERNEL
#define KERNEL 601
#endif

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef int s32;
typedef unsigned long size_t;
typedef long ssize_t;
typedef long long loff_t;
typedef unsigned long pgoff_t;
typedef unsigned int gfp_t;
typedef _Bool bool;
#define true 1
#define false 0
#define NULL ((void *)0)
#define __user
#define __always_unused __attribute__((unused))

#define EINTR 4
#define EIO 5
#define EAGAIN 11
#define ENOMEM 12
#define EFAULT 14
#define EBUSY 16
#define EINVAL 22
#define ENOSPC 28

#define GFP_KERNEL 0u
#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define WARN_ON(c) ({ int __ret_warn_on = !!(c); unlikely(__ret_warn_on); })
#define WARN_ON_ONCE(c) WARN_ON(c)
#define min(a, b) ({ __typeof__(a) __a = (a); __typeof__(b) __b = (b); __a < __b ? __a : __b; })
#define max(a, b) ({ __typeof__(a) __a = (a); __typeof__(b) __b = (b); __a > __b ? __a : __b; })
#define min_t(t, a, b) ({ t __a = (a); t __b = (b); __a < __b ? __a : __b; })
#define max_t(t, a, b) ({ t __a = (a); t __b = (b); __a > __b ? __a : __b; })

#define IS_ERR_VALUE(x) ((unsigned long)(void *)(x) >= (unsigned long)-4095)
static inline void *ERR_PTR(long error) { return (void *)error; }
static inline long PTR_ERR(const void *ptr) { return (long)ptr; }
static inline bool IS_ERR(const void *ptr) { return IS_ERR_VALUE(ptr); }

struct list_head { struct list_head *next, *prev; };
struct page { unsigned long flags; struct list_head lru; };
struct folio { struct page page; };
struct folio_batch { unsigned char nr; struct folio *folios[31]; };
struct mm_struct { int mmap_lock; };
struct task_struct { struct mm_struct *mm; };
struct vm_area_struct { unsigned long vm_start, vm_end; struct mm_struct *vm_mm; };
struct file;
struct device;
struct iov_iter;
struct scatterlist { unsigned long page_link; unsigned int offset, length; };
struct sg_table { struct scatterlist *sgl; unsigned int nents, orig_nents; };
struct bio_vec { struct page *bv_page; unsigned int bv_len, bv_offset; };
struct xarray { void *xa_head; };
extern struct task_struct *current;

/* flags; the values are those of the generation, as the kernel has them */
#if KERNEL < 612
#define FOLL_WRITE	0x01
#define FOLL_TOUCH	0x02
#define FOLL_GET	0x04
#define FOLL_DUMP	0x08
#define FOLL_FORCE	0x10
#define FOLL_NOWAIT	0x20
#define FOLL_NOFAULT	0x80
#define FOLL_HWPOISON	0x100
#define FOLL_REMOTE	0x2000
#define FOLL_ANON	0x8000
#define FOLL_LONGTERM	0x10000
#define FOLL_SPLIT_PMD	0x20000
#if KERNEL >= 510
#define FOLL_PIN	0x40000
#define FOLL_FAST_ONLY	0x80000
#endif
#if KERNEL >= 602
#define FOLL_PCI_P2PDMA	0x100000
#endif
#else
enum {
	FOLL_WRITE = 1 << 0,
	FOLL_GET = 1 << 1,
	FOLL_DUMP = 1 << 2,
	FOLL_FORCE = 1 << 3,
	FOLL_NOWAIT = 1 << 4,
	FOLL_NOFAULT = 1 << 5,
	FOLL_HWPOISON = 1 << 6,
	FOLL_ANON = 1 << 7,
	FOLL_LONGTERM = 1 << 8,
	FOLL_SPLIT_PMD = 1 << 9,
	FOLL_PCI_P2PDMA = 1 << 10,
	FOLL_INTERRUPTIBLE = 1 << 11,
	FOLL_HONOR_NUMA_FAULT = 1 << 12,
};
#include "mm/internal.h"
#endif

/* acquire */
#if KERNEL < 509
#define GUP_REMOTE struct task_struct *tsk, struct mm_struct *mm
#else
#define GUP_REMOTE struct mm_struct *mm
#endif
#if KERNEL < 605
#define GUP_VMAS , struct vm_area_struct **vmas
#else
#define GUP_VMAS
#endif

long get_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags,
		    struct page **pages GUP_VMAS);
long get_user_pages_remote(GUP_REMOTE, unsigned long start, unsigned long nr_pages,
			   unsigned int gup_flags, struct page **pages GUP_VMAS, int *locked);
long get_user_pages_locked(unsigned long start, unsigned long nr_pages, unsigned int gup_flags,
			   struct page **pages, int *locked);
long get_user_pages_unlocked(unsigned long start, unsigned long nr_pages, struct page **pages,
			     unsigned int gup_flags);
int get_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags,
			struct page **pages);
int get_user_pages_fast_only(unsigned long start, int nr_pages, unsigned int gup_flags,
			     struct page **pages);
bool get_user_page_fast_only(unsigned long addr, unsigned int gup_flags, struct page **pagep);
int __get_user_pages_fast(unsigned long start, int nr_pages, int write, struct page **pages);
struct page *get_user_page_vma_remote(struct mm_struct *mm, unsigned long addr, int gup_flags,
				      struct vm_area_struct **vmap);
long pin_longterm_pages_remote(struct task_struct *tsk, struct mm_struct *mm, unsigned long start,
			       unsigned long nr_pages, unsigned int gup_flags, struct page **pages,
			       struct vm_area_struct **vmas, int *locked);
long pin_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags,
		    struct page **pages GUP_VMAS);
long pin_user_pages_remote(GUP_REMOTE, unsigned long start, unsigned long nr_pages,
			   unsigned int gup_flags, struct page **pages GUP_VMAS, int *locked);
long pin_user_pages_locked(unsigned long start, unsigned long nr_pages, unsigned int gup_flags,
			   struct page **pages, int *locked);
long pin_user_pages_unlocked(unsigned long start, unsigned long nr_pages, struct page **pages,
			     unsigned int gup_flags);
int pin_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags,
			struct page **pages);
int pin_user_pages_fast_only(unsigned long start, int nr_pages, unsigned int gup_flags,
			     struct page **pages);
long memfd_pin_folios(struct file *memfd, loff_t start, loff_t end, struct folio **folios,
		      unsigned int max_folios, pgoff_t *offset);
void folio_add_pin(struct folio *folio);
ssize_t iov_iter_get_pages2(struct iov_iter *i, struct page **pages, size_t maxsize,
			    unsigned int maxpages, size_t *start);
ssize_t iov_iter_get_pages_alloc2(struct iov_iter *i, struct page ***pages, size_t maxsize,
				  size_t *start);
ssize_t iov_iter_extract_pages(struct iov_iter *i, struct page ***pages, size_t maxsize,
			       unsigned int maxpages, unsigned int flags, size_t *offset0);

/* release */
void unpin_user_page(struct page *page);
void unpin_user_pages(struct page **pages, unsigned long npages);
void unpin_user_pages_dirty_lock(struct page **pages, unsigned long npages, bool make_dirty);
void unpin_user_page_range_dirty_lock(struct page *page, unsigned long npages, bool make_dirty);
void unpin_user_folio(struct folio *folio, unsigned long npages);
void unpin_folio(struct folio *folio);
void unpin_folios(struct folio **folios, unsigned long nfolios);
void put_user_page(struct page *page);
void put_user_pages(struct page **pages, unsigned long npages);
void put_user_pages_dirty_lock(struct page **pages, unsigned long npages, bool make_dirty);
void put_page(struct page *page);
void folio_put(struct folio *folio);
void folio_put_refs(struct folio *folio, int refs);
#if KERNEL >= 602
typedef union { struct page **pages; struct folio **folios; } release_pages_arg
	__attribute__((__transparent_union__));
void release_pages(release_pages_arg, int nr);
#else
void release_pages(struct page **pages, int nr);
#endif
void __free_pages(struct page *page, unsigned int order);
#define __free_page(page) __free_pages((page), 0)

/* what pages are used for */
struct folio *page_folio(struct page *page);
struct page *pfn_to_page(unsigned long pfn);
unsigned long page_to_pfn(struct page *page);
struct page *virt_to_page(const void *addr);
struct page *nth_page(struct page *page, unsigned long n);
struct page *sg_page(struct scatterlist *sg);
void sg_set_page(struct scatterlist *sg, struct page *page, unsigned int len, unsigned int offset);
struct scatterlist *sg_next(struct scatterlist *sg);
int dma_map_sg_attrs(struct device *dev, struct scatterlist *sg, int nents, int dir, unsigned long attrs);
void *xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp);
void *xa_load(struct xarray *xa, unsigned long index);
void *xa_erase(struct xarray *xa, unsigned long index);
void list_add_tail(struct list_head *ptr, struct list_head *head);
int set_page_dirty(struct page *page);
int set_page_dirty_lock(struct page *page);
void SetPageDirty(struct page *page);
void SetPageError(struct page *page);
bool folio_mark_dirty(struct folio *folio);
void lock_page(struct page *page);
void unlock_page(struct page *page);
void get_page(struct page *page);
void *kmap(struct page *page);
void kunmap(struct page *page);
void *kmap_local_page(struct page *page);
void kunmap_local(const void *addr);
void *page_address(const struct page *page);
size_t iov_iter_count(const struct iov_iter *i);
size_t copy_page_to_iter(struct page *page, size_t offset, size_t bytes, struct iov_iter *i);
size_t copy_page_from_iter(struct page *page, size_t offset, size_t bytes, struct iov_iter *i);
struct page *alloc_page(gfp_t gfp);
void mark_page_accessed(struct page *page);

void *kmalloc(size_t size, gfp_t flags);
void *kzalloc(size_t size, gfp_t flags);
void *kcalloc(size_t n, size_t size, gfp_t flags);
void *kmalloc_array(size_t n, size_t size, gfp_t flags);
void *kvmalloc_array(size_t n, size_t size, gfp_t flags);
#if KERNEL >= 612	/* since 6.10: alloc_hooks() */
void *kzalloc_noprof(size_t size, gfp_t flags);
void *kcalloc_noprof(size_t n, size_t size, gfp_t flags);
#define kzalloc(...) kzalloc_noprof(__VA_ARGS__)
#define kcalloc(...) kcalloc_noprof(__VA_ARGS__)
#endif
void kfree(const void *p);
void kvfree(const void *p);
void *memset(void *s, int c, size_t n);
void *memcpy(void *d, const void *s, size_t n);
void mmap_read_lock(struct mm_struct *mm);
void mmap_read_unlock(struct mm_struct *mm);
void down_read(void *sem);
void up_read(void *sem);
int dma_map_pages(struct device *dev, struct page **pages, int nr);
int printk(const char *fmt, ...);
#define pr_err(fmt, ...) printk(fmt, ##__VA_ARGS__)

#endif
