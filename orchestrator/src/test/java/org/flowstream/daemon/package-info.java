/** Tests of the daemon. */
@NullMarked
package org.flowstream.daemon;

import org.jspecify.annotations.NullMarked;
