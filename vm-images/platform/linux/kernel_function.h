/* kernel_function.h: the number by which a BPF program calls a function of the kernel's (BTF: Documentation/bpf/btf.rst). */
#ifndef FS_LINUX_KERNEL_FUNCTION_H
#define FS_LINUX_KERNEL_FUNCTION_H

#include <stdint.h>

/* 0: this kernel has no function of that name, or does not tell (/sys/kernel/btf/vmlinux). A few milliseconds. */
uint32_t fs_kernel_function(const char *name);

#endif
