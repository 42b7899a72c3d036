/* simtime.h: a clock that stands until it is told to go on, so that a packet test takes no time and always ends alike.
 * A kernel command line `simtime=NANOSECONDS seed=NUMBER` asks for it (docs/contracts.md, section 6).
 */
#ifndef PVH_MACHINE_SIMTIME_H
#define PVH_MACHINE_SIMTIME_H

#include <engine/platform.h>
#include <stdbool.h>
#include <stdint.h>

/* Set-up: gives the platform that clock and seed, if the command line asks for them. */
void simtime_open(uint64_t command_line, struct fs_platform *platform);

/* Frames that are to wait at the devices before the machine goes on; 0 none. */
extern uint32_t simtime_frames;

/* Nothing is to be done now, and `until` (0 none) is the next timer's time: true when the clock went on to something.
 * Else how long to sleep is in `until`: where the clock stands, until something comes. */
bool simtime_jump(uint64_t *until);

#endif
