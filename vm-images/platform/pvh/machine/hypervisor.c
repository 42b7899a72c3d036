/* hypervisor.c: see hypervisor.h. */
#include "hypervisor.h"

#include <stdint.h>

#include "../ring0/ring0.h"

#define LEAF 0x40000000u
/* The first four letters: "TCGTCGTCGTCG", "KVMKVMKVM", "XenVMMXenVMM". */
#define TCG 0x54474354u
#define KVM 0x4b4d564bu
#define XEN 0x566e6558u

enum hypervisor hypervisor;

enum hypervisor hypervisor_find(void)
{
    /* TCG says so in ring 3 too, where asking is cheaper. Others are asked in ring 0: on a kvm_pvm host ring 3 hears
     * what the host runs on. */
    uint32_t a = LEAF, b, c = 0, d;
    __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    if (b == TCG) {
        return hypervisor = HYPERVISOR_TCG;
    }
    b = ring0_ask_cpuid(LEAF).b;
    return hypervisor = b == KVM ? HYPERVISOR_KVM : b == XEN ? HYPERVISOR_XEN : HYPERVISOR_OTHER;
}
