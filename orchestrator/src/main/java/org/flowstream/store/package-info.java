/** What was declared, kept across restarts of the daemon and of the host. */
@NullMarked
package org.flowstream.store;

import org.jspecify.annotations.NullMarked;
