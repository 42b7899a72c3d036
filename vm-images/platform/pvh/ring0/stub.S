/* stub.S: all that ever runs in ring 0 once the machine is up: halting (on Xen, three hypercalls), three kinds of
 * interrupt, and handing a fault to ring 3. Set-up has five services more, which the last of them (ring0_seal) puts out
 * of reach.
 *
 * Ring 3 calls with int3. Until the seal, the gate leads to ring0_service, which jumps to the routine that rdi names;
 * after it, the gate leads to ring0_halt, or on Xen to ring0_xen_service, and nothing else. Each instruction here costs about a microsecond on a
 * kvm_pvm host, where ring 3 runs at native speed: hence no dispatch table and no saving of registers.
 */
#include "descriptors.h"

    .section .ring0.text.stub, "ax", @progbits
    .code64
stub: /* at RING0_TEXT (boot/layout.lds) */

    .globl ring0_service
ring0_service:
    jmp *%rdi

/* Interrupts are off in ring 3, so that a wake-up between the last look at the rings and the halt is not lost: sti
 * holds them back for one more instruction (SDM 2B, STI). They are taken here alone. */
    .globl ring0_halt
ring0_halt:
    sti
    hlt
    cli
    iretq

    .globl ring0_wrmsr
ring0_wrmsr:
    wrmsr
    iretq

    .globl ring0_rdmsr
ring0_rdmsr:
    rdmsr
    iretq

/* On a kvm_pvm host cpuid in ring 3 answers for the host's processor; here it answers for the machine. */
    .globl ring0_cpuid
ring0_cpuid:
    cpuid
    iretq

/* Xen takes hypercalls from ring 0 alone. Set-up: rax is where one lies in the page of hypercalls, rbx and rsi are its
 * arguments. */
    .globl ring0_hypercall_service
ring0_hypercall_service:
    mov %rbx, %rdi
    call *%rax
    iretq

/* Sleeping, the end, and an event: rax is the command, rsi its argument, which Xen reads. All else is not done. */
    .globl ring0_xen_service
ring0_xen_service:
    mov %eax, %edi
    cmp $XEN_EVENT_SEND, %eax
    je 1f
    sub $XEN_SCHEDULER_SHUTDOWN, %eax
    cmp $XEN_SCHEDULER_POLL - XEN_SCHEDULER_SHUTDOWN, %eax
    ja 2f
    call RING0_SCHEDULER_OP
2:  iretq
1:  call RING0_EVENT_OP
    iretq

/* rax: the final page tables. rdx: the low half of the gate that leads to the one service that stays. */
    .globl ring0_seal
ring0_seal:
    mov %rax, %cr3
    mov %rdx, RING0_IDT + 16 * VECTOR_SERVICE
    iretq

    .globl ring0_wake, ring0_sci, ring0_spurious
ring0_wake:
    incl interrupts_wake
    iretq
ring0_sci:
    incl interrupts_sci
    iretq
ring0_spurious:
    iretq

/* Exceptions. Entry n lies n * 16 bytes behind ring0_faults. Each leaves the error code (0 where the processor pushes
 * none) and its number on the stack. (SDM 3A, 6.15: 8, 10-14, 17, 21, 29 and 30 push an error code.) */
    .globl ring0_faults
    .balign 16
ring0_faults:
    .set vector, 0
    .rept 32
    .balign 16
    .if (0x60227d00 >> vector) & 1
    .else
    pushq $0
    .endif
    pushq $vector
    jmp fault_common
    .set vector, vector + 1
    .endr

/* Goes on in ring 3 at fault_report(vector, error, rip, address, rsp, cs) on a stack of its own: the stack in use may
 * be what is broken. It does not return. */
fault_common:
    pop %rdi
    pop %rsi
    mov (%rsp), %rdx
    mov %cr2, %rcx
    mov 24(%rsp), %r8
    mov 8(%rsp), %r9
    movq $fault_report, (%rsp)
    movq $SELECTOR_USER_CODE, 8(%rsp)
    movq $2, 16(%rsp)
    movq $fault_stack_end - 8, 24(%rsp)
    movq $SELECTOR_USER_DATA, 32(%rsp)
    iretq

/* What the processor reads. The page is ring 0's alone once sealed. */
    .section .ring0.tables, "aw", @progbits
    .globl ring0_gdt
ring0_gdt:
    .quad 0
    .quad 0x00cf9a000000ffff /* 0x08 code, 32 bit */
    .quad 0x00af9a000000ffff /* 0x10 code, 64 bit */
    .quad 0x00cf92000000ffff /* 0x18 data */
    .quad 0x00cffa000000ffff /* 0x20 code, 32 bit, ring 3 */
    .quad 0x00cff2000000ffff /* 0x28 data, ring 3 */
    .quad 0x00affa000000ffff /* 0x30 code, 64 bit, ring 3 */
    .quad 0x0000890000000000 | TSS_LIMIT | (RING0_TSS & 0xffffff) << 16 | (RING0_TSS >> 24) << 56 /* 0x38 */
    .quad 0 /* the upper half of the TSS's base */
    .skip RING0_TSS - RING0_GDT - GDT_BYTES
ring0_tss:
    .long 0
    .quad RING0_STACK_END /* RSP0 */
    .skip 90
    .word TSS_BYTES       /* where the I/O bitmap begins: all open until the seal */
    .skip IO_BITMAP_BYTES
    .byte 0xff
    .skip RING0_IDT - RING0_TSS - TSS_LIMIT - 1

/* The IDT (SDM 3A, 6.14.1): present interrupt gates, for ring 0 or for int3 from ring 3. Made here rather than at the
 * start, which so saves itself the code; a routine's address is taken apart by its distance from the stub's begin. */
    .macro gate routine, type=GATE_RING0
    .word (RING0_TEXT & 0xffff) + \routine - stub, SELECTOR_CODE, \type << 8, RING0_TEXT >> 16
    .quad 0
    .endm
ring0_idt:
    .set vector, 0
    .rept 32
    .if vector == VECTOR_SERVICE
    gate ring0_service, GATE_RING3
    .else
    gate (ring0_faults + vector * 16)
    .endif
    .set vector, vector + 1
    .endr
    gate ring0_wake
    gate ring0_sci
    .skip 16 * (VECTOR_SPURIOUS - VECTOR_SCI - 1)
    gate ring0_spurious

    .section .ring0.bss, "aw", @nobits
    .skip RING0_TABLES + 0x1000 - RING0_IDT - 16 * VECTOR_COUNT

    .section .data.interrupts, "aw", @progbits
    .globl interrupts_wake, interrupts_sci
    .balign 8
interrupts_wake: .long 0
interrupts_sci: .long 0

    .section .note.GNU-stack, "", @progbits
