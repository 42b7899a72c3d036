/* values.h: values as write handlers take them, and addresses as texts show them. White space around a value does not
 * matter. */
#ifndef NET_VALUES_H
#define NET_VALUES_H

#include <flowstream/handler.h>

#include "net/bytes.h"

/* A decimal or 0x hexadecimal integer from `minimum` to `maximum`. False, and *value unchanged, when it is none. */
bool fs_parse_integer(const char *text, size_t length, int64_t minimum, int64_t maximum, int64_t *value);
/* true false yes no t f y n 1 0 (Click's booleans). */
bool fs_parse_boolean(const char *text, size_t length, bool *value);

/* A time of up to 9e9 seconds in ns: 1.5 (seconds), 1.5s, 20ms, 7us, 3ns; what is below a nanosecond is left out. */
bool fs_parse_duration(const char *text, size_t length, uint64_t *ns);
/* The same with a sign in front, or none. */
bool fs_parse_time_difference(const char *text, size_t length, int64_t *ns);

bool fs_parse_ip(const char *text, size_t length, uint8_t address[4]);   /* 10.0.0.1 */
bool fs_parse_ip6(const char *text, size_t length, uint8_t address[16]); /* RFC 4291 section 2.2 */
bool fs_parse_mac(const char *text, size_t length, uint8_t address[6]);  /* 00:11:22:33:44:55, also with - */
/* 10.0.0.0/8, 10.0.0.0/255.0.0.0, or an address alone, which stands for /32. Host bits are left in the address. In
 * front of the slash trailing zero octets may be left out: 0/0, 18.26.4/24. */
bool fs_parse_prefix(const char *text, size_t length, uint8_t address[4], uint8_t mask[4]);

/* Takes the next word, parted by white space, off the text; false when there is none. */
bool fs_parse_word(const char **text, size_t *length, const char **word, size_t *word_length);

/* The value of a write handler, or -1 and a line in `error` that says what was expected. */
int fs_write_integer(const char *name, const char *text, size_t length, int64_t minimum, int64_t maximum,
                     int64_t *value, struct fs_text *error);
int fs_write_boolean(const char *name, const char *text, size_t length, bool *value, struct fs_text *error);
int fs_write_mac(const char *name, const char *text, size_t length, uint8_t address[6], struct fs_text *error);
int fs_write_ip(const char *name, const char *text, size_t length, uint8_t address[4], struct fs_text *error);
/* A decimal number from 0 to `maximum` with 32 bits of fraction, as the argument type `fraction` has it. */
int fs_write_fraction(const char *name, const char *text, size_t length, uint32_t maximum, uint64_t *value,
                      struct fs_text *error);
/* The same with at most nine digits behind the point. */
void fs_text_fraction(struct fs_text *t, uint64_t value);

static inline void fs_text_boolean(struct fs_text *t, bool v) { fs_text_string(t, v ? "true" : "false"); }
/* Seconds with 6 digits, or 9 where 6 would not be exact; what is above INT64_MAX is below zero. */
void fs_text_time(struct fs_text *t, uint64_t ns);
void fs_text_ip(struct fs_text *t, const uint8_t address[4]);   /* 10.0.0.1 */
void fs_text_ip6(struct fs_text *t, const uint8_t address[16]); /* RFC 5952 */
void fs_text_prefix(struct fs_text *t, const uint8_t address[4], const uint8_t mask[4]); /* 10.0.0.0/8 */
void fs_text_mac(struct fs_text *t, const uint8_t address[6]); /* 02-00-5E-10-00-01, Click's form */
/* A number with `bits` bits of fraction, at most three digits behind the point and no zeros at their end. */
void fs_text_fixed(struct fs_text *t, uint64_t value, unsigned bits);

#endif
