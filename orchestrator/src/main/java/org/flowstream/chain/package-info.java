/** Chains: which middleboxes a flow passes, in what order, and the matches of both directions. */
@NullMarked
package org.flowstream.chain;

import org.jspecify.annotations.NullMarked;
