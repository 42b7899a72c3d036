/* serial.h: the log: lines on the first serial port (16550A at port 0x3f8).
 *
 * Each byte is an exit to QEMU. So lines are short, at most SERIAL_LINE_MAX bytes, and those of elements are bounded in
 * rate: a burst of SERIAL_BURST bytes, then SERIAL_RATE bytes a second; what is over is counted, and told in the next
 * line that passes. A host that does not read costs a bounded wait, once, and then lines.
 */
#ifndef PVH_MACHINE_SERIAL_H
#define PVH_MACHINE_SERIAL_H

#include <stddef.h>
#include <stdint.h>

enum { SERIAL_PORT = 0x3f8, SERIAL_PORTS = 8 };
enum { SERIAL_LINE_MAX = 1000, SERIAL_BURST = 8192, SERIAL_RATE = 4096 };

void serial_open(void);
/* Lines go elsewhere from now on: on Xen there is no such port. */
void serial_divert(void (*elsewhere)(const char *text, size_t length));
/* Bytes of a line that is the machine's own; the last ends with a newline. */
void serial_write(const char *text, size_t length);
/* A line of an element, without its newline, at a steady time (ns). */
void serial_log(const char *text, size_t length, uint64_t now);

#endif
