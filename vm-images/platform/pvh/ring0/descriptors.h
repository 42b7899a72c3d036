/* descriptors.h: selectors, vectors and the places of ring 0's tables, for assembly and C alike.
 *
 * Selectors are those of a usual 64-bit kernel; ring 3 runs at USER_CODE/USER_DATA. (Intel SDM volume 3, chapters 3
 * and 6; the choice of 0x33 and 0x2b is what kvm_pvm hosts were measured with.)
 */
#ifndef PVH_RING0_DESCRIPTORS_H
#define PVH_RING0_DESCRIPTORS_H

#define SELECTOR_CODE 0x10
#define SELECTOR_USER_DATA 0x2b
#define SELECTOR_USER_CODE 0x33
#define SELECTOR_TSS 0x38

#define VECTOR_SERVICE 3   /* int3: the only way from ring 3 into ring 0 */
#define VECTOR_WAKE 0x20   /* devices (MSI-X) and the timer */
#define VECTOR_SCI 0x21    /* ACPI: the power button */
#define VECTOR_SPURIOUS 0x2f
#define VECTOR_COUNT 0x30

/* The I/O bitmap covers ports 0 .. IO_PORTS - 1; ports beyond the TSS's limit are closed. */
#define IO_PORTS 0xd00
#define IO_BITMAP_BYTES (IO_PORTS / 8)

#define RING0_TABLES 0x100000 /* boot/layout.lds */
#define RING0_GDT RING0_TABLES
#define GDT_BYTES 0x48
#define RING0_TSS (RING0_TABLES + 0x80)
#define TSS_BYTES 104
#define RING0_IO_BITMAP (RING0_TSS + TSS_BYTES)
#define TSS_LIMIT (TSS_BYTES + IO_BITMAP_BYTES) /* with the byte of ones behind the bitmap */
#define RING0_IDT (RING0_TABLES + 0x400)
#define GATE_RING0 0x8e /* type and privilege of a gate (SDM 3A, 6.14.1): present, an interrupt gate */
#define GATE_RING3 0xee /* the same, open to int n from ring 3 */
#define RING0_STACK_END (RING0_TABLES + 0x1000)
#define RING0_TEXT (RING0_TABLES + 0x1000)
#define RING0_HYPERCALLS (RING0_TABLES + 0x2000) /* a page that Xen fills; nothing runs there elsewhere */
#define RING0_END (RING0_TABLES + 0x3000)

/* Xen: what ring 3 may have done behind the seal, by the commands of sched_op and event_channel_op (xen/include/public:
 * xen.h, sched.h, event_channel.h), and where those lie in the page of hypercalls. */
#define XEN_SCHEDULER_SHUTDOWN 2
#define XEN_SCHEDULER_POLL 3
#define XEN_EVENT_SEND 4
#define RING0_SCHEDULER_OP (RING0_HYPERCALLS + 32 * 29)
#define RING0_EVENT_OP (RING0_HYPERCALLS + 32 * 32)

#endif
