/* drop.h: the reasons for which a packet is lost. Each drop is counted by element, reason and rule, with the first
 * FS_DROP_SNAPSHOT bytes of the latest one; `flowstream drops` shows them. A reason is a fixed word, for machines.
 */
#ifndef FLOWSTREAM_DROP_H
#define FLOWSTREAM_DROP_H

#include <stdint.h>

enum { FS_DROP_SNAPSHOT = 64, FS_RULE_NONE = 0xffffffff };

/* X(symbol, word, sentence) */
#define FS_DROP_REASONS(X) \
    X(DENIED, "denied", "a rule of the configuration says no") \
    X(NO_MATCH, "no-match", "no pattern or rule matches") \
    X(DISCARDED, "discarded", "the configuration ends here (Discard, Idle)") \
    X(BAD_LENGTH, "bad-length", "shorter than its headers say, or than they need") \
    X(BAD_VERSION, "bad-version", "the IP version is not the expected one") \
    X(BAD_HEADER_LENGTH, "bad-header-length", "the header length field is out of range") \
    X(BAD_CHECKSUM, "bad-checksum", "the checksum does not verify") \
    X(BAD_SOURCE, "bad-source", "the source address must not be one") \
    X(BAD_ADDRESS, "bad-address", "an address is not acceptable here") \
    X(BAD_PROTOCOL, "bad-protocol", "not the protocol that is expected here") \
    X(MALFORMED, "malformed", "does not parse as what it claims to be") \
    X(TOO_LONG, "too-long", "longer than the device's frame limit") \
    X(NO_ROOM, "no-room", "no headroom or tailroom to grow the frame") \
    X(NO_BUFFER, "no-buffer", "the packet pool is empty") \
    X(QUEUE_FULL, "queue-full", "the queue is at its capacity") \
    X(RING_FULL, "ring-full", "the device's transmit ring is full") \
    X(DEVICE_DOWN, "device-down", "the device is gone or down") \
    X(UNCONNECTED, "unconnected", "sent to an output that nothing is connected to") \
    X(RATE, "rate", "above the configured rate") \
    X(EXPIRED, "expired", "TTL or hop limit ran out") \
    X(TABLE_FULL, "table-full", "the flow or mapping table is full") \
    X(STATE, "state", "does not belong to a known connection") \
    X(UNRESOLVED, "unresolved", "no answer came about the next hop's hardware address") \
    X(LOOP, "loop", "pushed around a cycle of the configuration without an end") \
    X(SHUTDOWN, "shutdown", "held when the configuration ended")

enum fs_drop_reason {
#define FS_DROP_SYMBOL(symbol, word, sentence) FS_DROP_##symbol,
    FS_DROP_REASONS(FS_DROP_SYMBOL)
#undef FS_DROP_SYMBOL
    FS_DROP_REASON_COUNT
};

const char *fs_drop_word(enum fs_drop_reason reason);

#endif
