/**
 * Chains: which middleboxes a flow passes, in what order, and the matches of both directions. Pure: declarations in, a
 * plan of machines, wires and rule intents out.
 */
@NullMarked
package org.flowstream.chain;

import org.jspecify.annotations.NullMarked;
