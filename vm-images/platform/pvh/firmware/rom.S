/* rom.S: firmware for QEMU's `pc` that does nothing but start a PVH kernel: from the reset vector to the kernel's entry
 * point in some ninety instructions and nine port accesses.
 *
 * With -kernel, QEMU puts a PVH ELF into memory itself and tells by its configuration device where it begins (fw_cfg,
 * QEMU's docs/specs/fw_cfg.rst; hw/i386/x86.c). What is left to do is to enter 32-bit protected mode, to write struct
 * hvm_start_info (xen/include/public/arch-x86/hvm/start_info.h, version 1) and to jump. qboot does much that our guest
 * does for itself or without (PCI, ACPI's tables from QEMU, shadow memory); on kvm_pvm hosts, where each instruction of
 * ring 0 costs a microsecond and each port access thirty, that takes 75 ms.
 *
 * Left out, since nothing of ours needs it: initial RAM disks, memory above 3 GiB, processors but the first, PCI
 * addresses, interrupt routing, and any machine but `pc` (i440FX, PIIX4).
 *
 * In memory, below what the kernel may use at its entry: requests to the configuration device, start info, memory map
 * and, behind them, the command line. The ROM is seen at 0xf0000 too, where the ACPI tables are found.
 */

#define ROM 0xf0000
#define WORK 0x1000          /* what `work` below is copied to */
#define AT(symbol) (symbol - work + WORK)
#define COMMAND_LINE 0x2000
#define COMMAND_LINE_MAX 0x0ff0 /* bytes; what is beyond the text is read as zeros */

#define MEMORY_START 0x100000
#define MEMORY_MAX 0xc0000000 /* above, the machine may have put it elsewhere (hw/i386/pc_piix.c) */

/* fw_cfg: items, and what a request asks for. Numbers in requests are big-endian. */
#define FW_CFG_DMA_LOW 0x518
#define FW_CFG_RAM_SIZE 0x03
#define FW_CFG_KERNEL_ENTRY 0x10
#define FW_CFG_COMMAND_LINE 0x15
#define SELECT_AND_READ 0x0a
#define BIG(x) ((((x) & 0xff) << 24) | (((x) & 0xff00) << 8) | (((x) >> 8) & 0xff00) | (((x) >> 24) & 0xff))

/* PIIX4's power management (Intel 82371AB, 7.1): where QEMU's own tables and other firmware have it. */
#define PM_FUNCTION 0x80000b00 /* configuration address of 00:01.3 */
#define PM_BASE_REGISTER 0x40
#define PM_ENABLE_REGISTER 0x80
#define PM_BASE 0x600
#define SMI_COMMAND 0xb2
#define SMI_ACPI_ENABLE 0xf1 /* QEMU's hw/acpi/piix4.c */
#define SCI_INTERRUPT 9

    .section .text, "ax", @progbits
rom:
work:
#define ASK(item, bytes, to) .long BIG(item << 16 | SELECT_AND_READ), BIG(bytes), 0, BIG(to)
ask_entry: ASK(FW_CFG_KERNEL_ENTRY, 4, AT(entry))
ask_memory: ASK(FW_CFG_RAM_SIZE, 8, AT(memory))
ask_command_line: ASK(FW_CFG_COMMAND_LINE, COMMAND_LINE_MAX, COMMAND_LINE)
start_info:
    .long 0x336ec578, 1, 0, 0 /* magic, version, flags, modules */
    .quad 0, COMMAND_LINE, rsdp
    .quad AT(memory_map)
    .long 2, 0
memory_map: /* address, bytes, type 1: RAM */
    .quad 0, 0xa0000
    .long 1, 0
    .quad MEMORY_START
upper_bytes:
    .quad 0
    .long 1, 0
memory: .quad 0
entry: .long 0
work_end:

    .balign 16
gdt: /* accessed already: a processor that marks them so cannot write here, and KVM's emulator would try for ever */
    .quad 0
    .quad 0x00cf9b000000ffff /* code, 4 GiB */
    .quad 0x00cf93000000ffff /* data, 4 GiB */
gdt_register:
    .word . - gdt - 1
    .long gdt

/* ---- ACPI (specification 6.4, 5.2): what QEMU's own tables say of these registers. Without checksums,
 * which our guest does not look at.  ---- */
#define OWNER .ascii "FSTRM "; .ascii "FLOWSTRM"; .long 1; .ascii "FSTM"; .long 1

    .balign 16
rsdp:
    .ascii "RSD PTR "
    .byte 0
    .ascii "FSTRM "
    .byte 0 /* revision 1.0 */
    .long rsdt
    .fill 16, 1, 0 /* the fields of later revisions, which readers may look at */

    .balign 16
rsdt:
    .ascii "RSDT"
    .long rsdt_end - rsdt
    .byte 1, 0
    OWNER
    .long fadt
rsdt_end:

    .balign 16
fadt: /* 5.2.9, revision 1 */
    .ascii "FACP"
    .long fadt_end - fadt
    .byte 1, 0
    OWNER
    .long 0, dsdt
    .byte 1, 0
    .word SCI_INTERRUPT
    .long SMI_COMMAND
    .byte SMI_ACPI_ENABLE, 0, 0, 0
    .long PM_BASE, 0           /* PM1a, PM1b event */
    .long PM_BASE + 4, 0       /* control */
    .long 0, PM_BASE + 8, 0, 0 /* PM2 control, PM timer, general purpose events */
    .byte 4, 2, 0, 4, 0, 0, 0, 0
    .word 0xfff, 0xfff, 0, 0
    .byte 0, 0, 0, 0, 0
    .word 0
    .byte 0
    .long 0xa5 /* WBINVD, PROC_C1, SLP_BUTTON, RTC_S4: no such button, no such alarm, a timer of 24 bits */
fadt_end:

    .balign 16
dsdt: /* nothing but \_S5: Package() { 0, 0, 0, 0 } */
    .ascii "DSDT"
    .long dsdt_end - dsdt
    .byte 1, 0
    OWNER
    .byte 0x08
    .ascii "_S5_"
    .byte 0x12, 0x06, 0x04, 0, 0, 0, 0
dsdt_end:

    .code16
reset:
    cli
    lgdtl %cs:(gdt_register - ROM)
    mov $0x11, %eax /* PE, ET; caches on */
    mov %eax, %cr0
    ljmpl $8, $protected

    .code32
protected:
    mov $16, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    cld
    mov $work, %esi
    mov $WORK, %edi
    mov $(work_end - work) / 4, %ecx
    rep movsl

    /* The legacy timer runs from the reset on: its interrupt would come at the guest's first halt. */
    mov $0xff, %al
    out %al, $0x21
    out %al, $0xa1

    mov $0xcf8, %edx
    mov $PM_FUNCTION + PM_BASE_REGISTER, %eax
    out %eax, %dx
    mov $0xcfc, %edx
    mov $PM_BASE + 1, %eax
    out %eax, %dx
    mov $0xcf8, %edx
    mov $PM_FUNCTION + PM_ENABLE_REGISTER, %eax
    out %eax, %dx
    mov $0xcfc, %edx
    mov $1, %eax
    out %al, %dx

    /* The device has read what was asked for when `out` is done (fw_cfg.rst, "Guest-side DMA Interface"). */
    mov $FW_CFG_DMA_LOW, %edx
    mov $BIG(AT(ask_entry)), %eax
    out %eax, %dx
    mov $BIG(AT(ask_memory)), %eax
    out %eax, %dx
    mov $BIG(AT(ask_command_line)), %eax
    out %eax, %dx

    mov AT(memory), %eax
    cmpl $0, AT(memory) + 4
    jne 1f
    cmp $MEMORY_MAX, %eax
    jbe 2f
1:  mov $MEMORY_MAX, %eax
2:  sub $MEMORY_START, %eax
    mov %eax, AT(upper_bytes)
    mov $AT(start_info), %ebx
    jmp *AT(entry)

    .org rom + 0xfff0
    .code16
    jmp reset
    .org rom + 0x10000

    .section .note.GNU-stack, "", @progbits
