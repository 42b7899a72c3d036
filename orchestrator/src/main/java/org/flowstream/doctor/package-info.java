/** What ails this host, and what would cure it: each check looks at one thing and changes nothing. */
@NullMarked
package org.flowstream.doctor;

import org.jspecify.annotations.NullMarked;
