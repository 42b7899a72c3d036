/* DirectIPLookup: looks up routes, however many. */
#include "net/route_table.h"

FS_ROUTE_TABLE(DirectIPLookup, FS_ROUTES_IN_PLACE, FS_ROUTE_TABLE_HANDLERS,
               "IP route look-up for large tables", "Click's has limits on routes and takes 33 MB; here it is what all look-ups are.\n\n");
