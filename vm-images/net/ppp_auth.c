#include "net/md5.h"
#include "net/pppoe.h"

enum { PAP_REQUEST = 1, PAP_ACK, PAP_NAK };                            /* RFC 1334 section 2.2 */
enum { CHAP_CHALLENGE = 1, CHAP_RESPONSE, CHAP_SUCCESS, CHAP_FAILURE }; /* RFC 1994 section 4 */
static const uint64_t retry = 3000000000;

/* ---- users ---- */

uint32_t fs_ppp_user_find(const struct fs_pppoe *s, const void *name, size_t length)
{
    for (uint32_t i = 0; i < s->user_count; i++) {
        const struct fs_ppp_user *u = &s->users[i];
        if (u->name_length == length && length != 0 && __builtin_memcmp(u->name, name, length) == 0) {
            return i;
        }
    }
    return FS_PPP_NOBODY;
}

int fs_ppp_user_add(struct fs_pppoe *s, const char *text, size_t length, struct fs_text *error)
{
    size_t name = 0, skip;
    while (name < length && text[name] != ' ') {
        name++;
    }
    for (skip = name; skip < length && text[skip] == ' '; skip++) {
    }
    if (name == 0 || name > 255 || length - skip > 255) {
        fs_text_string(error, "expected NAME PASSWORD, of at most 255 characters each");
        return -1;
    }
    uint32_t at = fs_ppp_user_find(s, text, name);
    if (at == FS_PPP_NOBODY && s->user_count == s->user_capacity) {
        uint32_t capacity = s->user_capacity == 0 ? 16 : 2 * s->user_capacity;
        struct fs_ppp_user *larger = fs_alloc(&s->base, capacity * sizeof *larger);
        if (larger == NULL) {
            fs_text_string(error, "out of memory");
            return -1;
        }
        if (s->user_count != 0) {
            __builtin_memcpy(larger, s->users, s->user_count * sizeof *larger);
        }
        s->users = larger;
        s->user_capacity = capacity;
    }
    char *copy = fs_alloc(&s->base, length);
    if (copy == NULL) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    __builtin_memcpy(copy, text, length);
    at = at != FS_PPP_NOBODY ? at : s->user_count++;
    s->users[at] = (struct fs_ppp_user){copy, copy + skip, (uint32_t)name, (uint32_t)(length - skip)};
    return 0;
}

/* In a time that does not tell where they differ. */
static bool same(const void *a, const void *b, size_t n)
{
    const uint8_t *x = a, *y = b;
    uint8_t differs = 0;
    for (size_t i = 0; i < n; i++) {
        differs |= x[i] ^ y[i];
    }
    return differs == 0;
}

/* ---- the two protocols ---- */

void fs_ppp_auth_ask(struct fs_pppoe *s, struct fs_ppp_session *x, bool again)
{
    if (x->auth == FS_PPP_CHAP) {
        uint8_t body[1 + 16 + 255];
        size_t name = __builtin_strlen(s->name);
        if (!again) { /* "each challenge value SHOULD be unique"; a repetition is the same challenge */
            fs_pppoe_noise(s, x->challenge);
            x->auth_id++;
        }
        body[0] = 16;
        __builtin_memcpy(body + 1, x->challenge, 16);
        __builtin_memcpy(body + 17, s->name, name);
        fs_ppp_send(s, x, FS_PPP_CHAP, CHAP_CHALLENGE, x->auth_id, body, 17 + name);
    }
    fs_pppoe_wake(s, x, retry);
}

/* Who says a wrong password, or is not known, is told so, and gets no second try in this session. */
static void judged(struct fs_pppoe *s, struct fs_ppp_session *x, uint32_t user, uint8_t code, uint8_t id,
                   const void *message, size_t n)
{
    fs_ppp_send(s, x, x->auth, code, id, message, n);
    if (user == FS_PPP_NOBODY) {
        s->denied++;
        fs_pppoe_finish(s, x, true);
    } else if (x->phase == FS_PPP_AUTHENTICATE) { /* else our answer was lost, and the peer asks again */
        x->user = user;
        fs_ppp_authenticated(s, x);
    }
}

static enum fs_drop_reason take_pap(struct fs_pppoe *s, struct fs_ppp_session *x, uint8_t id, const uint8_t *at,
                                    size_t n)
{
    size_t name = n < 1 ? n : at[0];
    size_t password = n < name + 2 ? n : at[1 + name];
    if (n < name + password + 2) {
        return FS_DROP_MALFORMED;
    }
    uint32_t user = fs_ppp_user_find(s, at + 1, name);
    if (user != FS_PPP_NOBODY && (s->users[user].password_length != password
                                  || !same(s->users[user].password, at + 2 + name, password))) {
        user = FS_PPP_NOBODY;
    }
    judged(s, x, user, user == FS_PPP_NOBODY ? PAP_NAK : PAP_ACK, id, "", 1); /* a message of length 0 */
    return FS_DROP_DISCARDED;
}

static enum fs_drop_reason take_chap(struct fs_pppoe *s, struct fs_ppp_session *x, uint8_t id, const uint8_t *at,
                                     size_t n)
{
    if (id != x->auth_id) {
        return FS_DROP_STATE;
    }
    if (n < 17 || at[0] != 16) {
        return FS_DROP_MALFORMED;
    }
    uint32_t user = fs_ppp_user_find(s, at + 17, n - 17);
    if (user != FS_PPP_NOBODY) {
        struct fs_md5 m;
        uint8_t expected[FS_MD5_SIZE];
        fs_md5_begin(&m); /* RFC 1994 section 4.1: the identifier, the secret, the challenge */
        fs_md5_add(&m, &id, 1);
        fs_md5_add(&m, s->users[user].password, s->users[user].password_length);
        fs_md5_add(&m, x->challenge, 16);
        fs_md5_end(&m, expected);
        user = same(expected, at + 1, 16) ? user : FS_PPP_NOBODY;
    }
    judged(s, x, user, user == FS_PPP_NOBODY ? CHAP_FAILURE : CHAP_SUCCESS, id, "", 0);
    return FS_DROP_DISCARDED;
}

enum fs_drop_reason fs_ppp_auth_take(struct fs_pppoe *s, struct fs_ppp_session *x, uint8_t code, uint8_t id,
                                     const uint8_t *at, size_t n)
{
    if (x->auth == FS_PPP_PAP && code == PAP_REQUEST) {
        return take_pap(s, x, id, at, n);
    }
    return x->auth == FS_PPP_CHAP && code == CHAP_RESPONSE ? take_chap(s, x, id, at, n) : FS_DROP_STATE;
}
