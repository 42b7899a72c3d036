#include "net/tcp_track.h"

#include "engine/testing.h"

/* A conversation: each letter a segment; capitals from the originator, small ones from the other end. S SYN, Y SYN and
 * ACK, A ACK, F FIN, R RST. Answers the word of the state it ends in, "drop" or "opens" for the last segment. */
static const char *talk(const char *segments)
{
    uint8_t state = FS_TRACK_NONE;
    for (; *segments != '\0'; segments++) {
        bool answer = *segments >= 'a';
        char c = (char)(*segments & ~0x20);
        uint8_t flags = c == 'S' ? FS_TCP_SYN : c == 'Y' ? FS_TCP_SYN | FS_TCP_ACK : c == 'F' ? FS_TCP_FIN | FS_TCP_ACK
                      : c == 'R' ? FS_TCP_RST : FS_TCP_ACK;
        uint8_t next = fs_tcp_track(state, answer, flags);
        if (next == FS_TRACK_OPENS && segments[1] != '\0') {
            next = FS_TRACK_SYN;
        } else if (next == FS_TRACK_OPENS || next == FS_TRACK_DROP) {
            if (segments[1] == '\0') {
                return next == FS_TRACK_DROP ? "drop" : "opens";
            }
            continue;
        }
        state = next;
    }
    return fs_tcp_state_word(state);
}

FS_TEST(tcp_track_conversations)
{
    static const struct {
        const char *segments, *state;
    } cases[] = {
        {"S", "opens"},       {"SSy", "syn-ack"},      {"SyA", "established"}, {"SyAaAa", "established"},
        {"SyAFa", "fin"},     {"SyAFafA", "closed"},   {"SyAfAF", "closed"},   {"SyAFf", "closed"},
        {"SyAFAA", "fin"},    {"SyAfA", "fin-answer"}, {"Sr", "reset"},        {"SyAR", "reset"},
        {"SyAr", "reset"},    {"SyARA", "reset"},      {"SyARS", "opens"},     {"SyAFafAS", "opens"},
        {"Ss", "syn-both"},   {"Ssy", "syn-ack"},      {"SsyY", "syn-ack"},    {"SsyYA", "established"},
        {"A", "drop"},        {"a", "drop"},           {"y", "drop"},          {"F", "drop"},
        {"R", "drop"},        {"SA", "drop"},          {"SF", "drop"},         {"SY", "drop"},
        {"Sa", "syn"},        {"SyAS", "established"}, {"SyAs", "established"}, {"SyAy", "established"},
        {"Syf", "fin-answer"}, {"Sya", "syn-ack"},      {"SyF", "fin"},         {"SyAFafAy", "drop"},
        {"SyAFafAR", "closed"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (!FS_CHECK(__builtin_strcmp(talk(cases[i].segments), cases[i].state) == 0)) {
            fs_test_text_equal(talk(cases[i].segments), cases[i].state, __FILE__, __LINE__, cases[i].segments);
        }
    }
}

FS_TEST(tcp_flags_that_nobody_sends)
{
    FS_CHECK(fs_tcp_flags_valid(FS_TCP_SYN));
    FS_CHECK(fs_tcp_flags_valid(FS_TCP_SYN | FS_TCP_ECE | FS_TCP_CWR));
    FS_CHECK(fs_tcp_flags_valid(FS_TCP_RST | FS_TCP_ACK));
    FS_CHECK(fs_tcp_flags_valid(FS_TCP_FIN | FS_TCP_ACK));
    FS_CHECK(!fs_tcp_flags_valid(0));
    FS_CHECK(!fs_tcp_flags_valid(FS_TCP_URG));
    FS_CHECK(!fs_tcp_flags_valid(FS_TCP_SYN | FS_TCP_FIN));
    FS_CHECK(!fs_tcp_flags_valid(FS_TCP_SYN | FS_TCP_RST | FS_TCP_ACK));
    FS_CHECK(!fs_tcp_flags_valid(FS_TCP_FIN | FS_TCP_RST | FS_TCP_ACK));
}
