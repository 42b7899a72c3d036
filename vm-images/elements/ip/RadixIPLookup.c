/* RadixIPLookup: looks up routes, however many. */
#include "net/route_table.h"

FS_ROUTE_TABLE(RadixIPLookup, FS_ROUTES_NEW_PLACE, FS_ROUTE_TABLE_CHANGING,
               "IP route look-up for large tables", "");
