#include "net/protocols.h"

#include "net/values.h"

bool fs_parse_protocol(const char *word, uint8_t *protocol)
{
    static const struct {
        char word[8];
        uint8_t number;
    } names[] = {{"icmp", 1}, {"igmp", 2}, {"ipip", 4},   {"tcp", 6},    {"udp", 17},   {"dccp", 33},     {"ip6", 41},
                 {"gre", 47}, {"esp", 50}, {"icmp6", 58}, {"pim", 103},  {"sctp", 132}, {"udplite", 136}};
    size_t n = __builtin_strlen(word);
    int64_t number;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (n == __builtin_strlen(names[i].word) && __builtin_memcmp(word, names[i].word, n) == 0) {
            *protocol = names[i].number;
            return true;
        }
    }
    bool fine = fs_parse_integer(word, n, 0, 255, &number);
    *protocol = fine ? (uint8_t)number : 0;
    return fine;
}
