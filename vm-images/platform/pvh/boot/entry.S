/* entry.S: from the PVH entry point to C code in ring 3.
 *
 * Entered as the Xen PVH boot protocol says (xen/include/public/arch-x86/hvm/start_info.h and docs/misc/pvh.pandoc):
 * 32-bit protected mode, paging off, interrupts off, ebx = address of struct hvm_start_info. On kvm_pvm hosts each of
 * these instructions costs a microsecond, so only what cannot be done in ring 3 is done here.
 */
#include "descriptors.h"

#define PAGE_USER 7        /* present, writable, user */
#define PAGE_USER_2M 0x87  /* the same, 2 MiB */
#define CR4_BITS 0x6a0     /* PAE, PGE, OSFXSR, OSXMMEXCPT */
#define MSR_EFER 0xc0000080
#define EFER_BITS 0x901    /* SCE, LME, NXE */
#define CR0_BITS 0x80010033 /* PG, WP, NE, ET, MP, PE */

    .section .note.Xen, "a", @note
    .balign 4
    .long 4, 4, 18 /* XEN_ELFNOTE_PHYS32_ENTRY */
    .asciz "Xen"
    .long pvh_entry

    .section .ring0.text, "ax", @progbits
    .code32
    .globl pvh_entry
pvh_entry:
    rdtsc /* boot_us counts from here */
    mov %eax, %esi
    mov %edx, %ebp
    movl $page_directory_pointers + PAGE_USER, page_map
    movl $page_directories + PAGE_USER, page_directory_pointers
    movl $page_directories + 0x1000 + PAGE_USER, page_directory_pointers + 8
    movl $page_directories + 0x2000 + PAGE_USER, page_directory_pointers + 16
    movl $page_directories + 0x3000 + PAGE_USER, page_directory_pointers + 24
    movl $PAGE_USER_2M, page_directories
    movl $0x200000 + PAGE_USER_2M, page_directories + 8
    mov $page_map, %eax
    mov %eax, %cr3
    mov $CR4_BITS, %eax
    mov %eax, %cr4
    mov $MSR_EFER, %ecx
    mov $EFER_BITS, %eax
    xor %edx, %edx
    wrmsr
    mov $CR0_BITS, %eax
    mov %eax, %cr0
    lgdt gdt_register
    ljmp $SELECTOR_CODE, $long_mode

    .code64
long_mode:
    mov $SELECTOR_TSS, %eax
    ltr %ax
    lidt idt_register
    mov $RING0_STACK_END, %esp
    pushq $SELECTOR_USER_DATA
    pushq $stack_end
    pushq $2 /* interrupts off: they are taken in ring0_halt alone */
    pushq $SELECTOR_USER_CODE
    pushq $user_entry
    iretq

gdt_register:
    .word GDT_BYTES - 1
    .long RING0_GDT
idt_register:
    .word VECTOR_COUNT * 16 - 1
    .quad RING0_IDT

    .text
user_entry:
    mov %ebx, %edi
    mov %esi, %esi
    shl $32, %rbp
    or %rbp, %rsi
    xor %ebp, %ebp
    call pvh_main /* (start info, time stamp); does not return */
    ud2

    .section .note.GNU-stack, "", @progbits
