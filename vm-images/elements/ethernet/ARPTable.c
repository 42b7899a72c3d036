/* ARPTable: Ethernet addresses of IPv4 addresses, for several ARPQueriers to share. */
#include "net/arptable.h"
#include "net/handlers.h"

enum { CAPACITY };

static int configure(struct fs_element *e, struct fs_text *error)
{
    return fs_arp_configure(&((struct fs_arp_element *)e)->table, e, CAPACITY, error);
}
static int initialize(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    fs_arp_start(&((struct fs_arp_element *)e)->table);
    return 0;
}
static void cleanup(struct fs_element *e) { fs_arp_clear(&((struct fs_arp_element *)e)->table, FS_DROP_SHUTDOWN); }
static void take_state(struct fs_element *e, struct fs_element *old)
{
    fs_arp_adopt(&((struct fs_arp_element *)e)->table, &((struct fs_arp_element *)old)->table);
}

static void read_table(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_arp_text(&((struct fs_arp_element *)e)->table, value);
}
FS_READ_NUMBER(read_count, struct fs_arp_element, table.count)
FS_READ_NUMBER(read_length, struct fs_arp_element, table.length)
FS_READ_NUMBER(read_drops, struct fs_arp_element, table.drops)
static int write_insert(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return fs_arp_write_insert(&((struct fs_arp_element *)e)->table, value, length, NULL, error);
}
static int write_table(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    int found;
    do {
        found = fs_arp_write_entry(&((struct fs_arp_element *)e)->table, &value, &length, NULL, error);
    } while (found > 0);
    return found;
}
static int write_delete(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return fs_arp_write_delete(&((struct fs_arp_element *)e)->table, value, length, error);
}
FS_BUTTON(write_clear, struct fs_arp_element, fs_arp_clear(&self->table, FS_DROP_UNRESOLVED))

static const struct fs_arg args[] = {FS_ARP_ARGS};
static const struct fs_handler handlers[] = {
    {"table", read_table, write_table, 0, NULL,
     "A line for each entry, the oldest first: IP address, 1 when it holds, Ethernet address, age in seconds.\n"
     "Ours: what is written in this form is inserted, where it holds, as new."},
    {"count", read_count, NULL, 0, NULL, "Entries."},
    {"length", read_length, NULL, 0, NULL, "Packets that wait."},
    {"drops", read_drops, NULL, 0, NULL, "Packets dropped for want of an answer or of room."},
    {"insert", NULL, write_insert, 0, NULL, "Adds an entry, `IP ETH`. What waits for it goes out with the next answer."},
    {"delete", NULL, write_delete, 0, NULL, "Takes away the entry of an IP address; what waits for it is dropped."},
    {"clear", NULL, write_clear, FS_HANDLER_BUTTON, NULL, "Takes away all entries."},
};

FS_ELEMENT(ARPTable) = {
    .name = "ARPTable",
    .ports = "0/0",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "drops; keeps-state",
    .summary = "stores which Ethernet address an IPv4 address has",
    .doc = "Has no ports. ARPQuerier has a table of its own; one apart serves several of them by their TABLE argument.\n\n"
           "    arpt :: ARPTable;  q0 :: ARPQuerier(10.0.0.1, 02:00:00:00:00:01, TABLE arpt);\n",
    .size = sizeof(struct fs_arp_element),
    .configure = configure,
    .initialize = initialize,
    .cleanup = cleanup,
    .take_state = take_state,
};
