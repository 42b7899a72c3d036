/**
 * A small pure model of chains: what is declared, which ways a packet may take then, and random steps from one
 * declaration to the next. It knows nothing of how Flowstream does it.
 */
@NullMarked
package org.flowstream.qemutests.model;

import org.jspecify.annotations.NullMarked;
