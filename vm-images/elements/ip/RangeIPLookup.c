/* RangeIPLookup: looks up routes, however many. */
#include "net/route_table.h"

FS_ROUTE_TABLE(RangeIPLookup, FS_ROUTES_IN_PLACE, FS_ROUTE_TABLE_HANDLERS,
               "IP route look-up for large tables", "");
